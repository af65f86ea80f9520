"""Hinge loss on numbers, regulariser and margin slips.

What the equations of svm_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.f = np.dot(v.w, v.x) + v.b
    v.h = np.maximum(0, 1 - v.y * v.f)
    v.L = v.h**2 + v.lam * np.dot(v.w, v.w)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, w=r(size=3), x=r(size=3), b=0.2 * r(), y=page.rng.choice([-1.0, 1.0]), lam=0.3)
    at = page.model(forward, w=[0.5, -1.0], x=[1.0, 2.0], b=0.5, y=-1.0, lam=0.1)
    second = page.model(forward, w=[0.5, -1.0], x=[2.0, 1.0], b=0.5, y=-1.0, lam=0.1)
    G, D = v.G, v.D
    page.right(3, D("L", "h"), 2 * v.h)
    page.wrong(
        4,
        D("h", "f"),
        -v.y * v.h,
        fixed=(
            D("h", "f"),
            -v.y * float(v.h > 0),
        ),
    )
    page.right(5, G("f"), -2 * v.y * v.h)
    page.wrong(
        6,
        G("w"),
        G("f") * v.x + v.lam * v.w,
        fixed=(
            G("w"),
            G("f") * v.x + 2 * v.lam * v.w,
        ),
    )
    page.right(7, G("b"), G("f"))
    page.right(10, at.f, page.R("-1"))
    page.right(11, at.h, page.R("0"))
    page.right(12, at.L, page.R("0.125"))
    page.right(14, second.f, page.R("0.5"))
    page.wrong(
        15,
        second.h,
        page.R("0.5"),
        fixed=(
            second.h,
            page.R("1.5"),
        ),
    )
