"""Ordinal regression, cumulative logits, three slips.

What the equations of ordinal_regression.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.s = np.dot(v.w, v.x)
    v.u, v.t = v.b - v.s, v.a - v.s
    v.U, v.T = sigmoid(v.u), sigmoid(v.t)
    v.P = v.U - v.T
    v.L = -np.log(v.P)


def statements(page):
    r = page.rng.normal
    a = r()
    v = page.model(forward, w=r(size=3), x=r(size=3), a=a, b=a + np.exp(r()))
    G, D = v.G, v.D
    page.right(3, G("P"), -1 / v.P)
    page.right(4, G("U"), -1 / v.P)
    page.wrong(
        5,
        G("T"),
        -1 / v.P,
        fixed=(
            G("T"),
            1 / v.P,
        ),
    )
    page.right(6, D("U", "u"), v.U * (1 - v.U))
    page.wrong(
        7,
        D("T", "t"),
        v.U * (1 - v.T),
        fixed=(
            D("T", "t"),
            v.T * (1 - v.T),
        ),
    )
    page.right(8, G("b"), -v.U * (1 - v.U) / v.P)
    page.right(9, G("a"), v.T * (1 - v.T) / v.P)
    page.right(10, G("s"), (v.U * (1 - v.U) - v.T * (1 - v.T)) / v.P)
    page.right(11, G("s"), 1 - v.U - v.T)
    page.wrong(
        12,
        G("w"),
        G("s") * v.w,
        fixed=(
            G("w"),
            G("s") * v.x,
        ),
    )
