"""Finite-difference checks with numbers, decimal point and digits slipped.

What the equations of gradient_check_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.u = v.w * v.x
    v.s = 1 / (1 + np.exp(-v.u))
    v.L = (v.s - v.t) ** 2


def loss(w):
    return (1 / (1 + np.exp(-2 * w)) - 1) ** 2


def statements(page):
    v = page.model(forward, w=0.5, x=2.0, t=1.0)
    p = page.model(forward, w=page.rng.normal(), x=page.rng.normal(), t=page.rng.normal())
    quotient = (loss(0.501) - loss(0.499)) / 0.002
    page.right(3, v.u, page.R("1"))
    page.right(4, v.s, page.R("0.7311"))
    page.wrong(
        5,
        v.L,
        page.R("0.723"),
        fixed=(
            v.L,
            page.R("0.0723"),
        ),
    )
    page.right(6, p.G("s"), 2 * (p.s - p.t))
    page.right(7, p.D("s", "u"), p.s * (1 - p.s))
    page.right(8, v.D("s", "u"), page.R("0.1966"))
    page.wrong(
        9,
        p.D("u", "w"),
        p.w * p.x,
        fixed=(
            p.D("u", "w"),
            p.x,
        ),
    )
    page.right(10, p.G("w"), 2 * (p.s - p.t) * p.s * (1 - p.s) * p.x)
    page.right(11, v.G("w"), page.R("-0.2115"))
    page.right(12, quotient, page.R("-0.21"))
    page.right(13, v.G("x"), page.R("-0.0529"))
