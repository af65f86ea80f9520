"""Factorisation machine, a missing term and a confused index.

What the equations of factorisation_machine.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.s = np.dot(v.V.T, v.x)
    v.yhat = v.w0 + np.dot(v.w, v.x) + 0.5 * np.sum(v.s**2 - np.dot(v.V.T**2, v.x**2))
    v.L = 0.5 * (v.yhat - v.y) ** 2


def statements(page):
    r = page.rng.normal
    v = page.model(forward, x=r(size=4), V=r(size=(4, 3)), w=r(size=4), w0=r(), y=r())
    G, D = v.G, v.D
    e = v.yhat - v.y
    pairs = np.outer(v.x, v.s) - v.V * v.x[:, None] ** 2
    page.right(4, G("yhat"), e)
    page.right(5, D("yhat", "w0"), 1.0)
    page.right(6, D("yhat", "w"), v.x)
    page.right(7, D("yhat", "V"), pairs)
    page.wrong(8, G("V"), e * np.outer(v.x, v.s), fixed=(G("V"), e * pairs))
    page.right(9, G("w"), e * v.x)
    page.wrong(
        10,
        D("yhat", "x"),
        v.w + v.V @ v.s - v.V**2 @ v.x[:3],
        fixed=(D("yhat", "x"), v.w + v.V @ v.s - v.x * np.sum(v.V**2, axis=1)),
    )
