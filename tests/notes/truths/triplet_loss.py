"""Triplet loss with three slips.

What the equations of triplet_loss.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.p = np.sum((v.a - v.b) ** 2)
    v.q = np.sum((v.a - v.c) ** 2)
    v.L = np.maximum(0, v.p - v.q + v.m)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, a=r(size=3), b=r(size=3), c=r(size=3), m=1.0)
    G, D = v.G, v.D
    on = float(v.p - v.q + v.m > 0)
    page.right(4, G("p"), on)
    page.wrong(
        5,
        G("q"),
        on,
        fixed=(
            G("q"),
            -on,
        ),
    )
    page.right(6, D("p", "a"), 2 * (v.a - v.b))
    page.wrong(
        7,
        D("p", "b"),
        v.b - v.a,
        fixed=(
            D("p", "b"),
            2 * (v.b - v.a),
        ),
    )
    page.right(8, D("q", "c"), -2 * (v.a - v.c))
    page.right(9, G("a"), 2 * on * (v.a - v.b) - 2 * on * (v.a - v.c), 2 * on * (v.c - v.b))
    page.wrong(
        10,
        G("b"),
        2 * on * (v.c - v.a),
        fixed=(
            G("b"),
            2 * on * (v.b - v.a),
        ),
    )
    page.right(11, G("c"), 2 * on * (v.a - v.c))
