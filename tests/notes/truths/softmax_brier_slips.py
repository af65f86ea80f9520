"""Softmax with squared loss, three classes, cross terms missing, numbers.

What the equations of softmax_brier_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    e = np.exp(v.a)
    v.p = e / np.sum(e)
    v.L = np.sum((v.p - v.y) ** 2)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, a=r(size=3), y=page.rng.dirichlet([1, 1, 1]))
    n = page.model(forward, a=[1.0, 0.0, -1.0], y=[1.0, 0.0, 0.0])
    G, D = v.G, v.D
    J = D("p", "a")
    page.right(2, G("p")[0], 2 * (v.p[0] - v.y[0]))
    page.right(3, J[0, 0], v.p[0] * (1 - v.p[0]))
    page.wrong(
        4,
        J[1, 0],
        v.p[0] * v.p[1],
        fixed=(
            J[1, 0],
            -v.p[0] * v.p[1],
        ),
    )
    page.wrong(
        5,
        G("a")[0],
        G("p")[0] * J[0, 0],
        fixed=(
            G("a")[0],
            np.dot(G("p"), J[:, 0]),
        ),
    )
    page.right(6, G("a"), 2 * v.p * ((v.p - v.y) - np.sum(v.p * (v.p - v.y))))
    page.right(9, n.p, page.R("0.665 0.245 0.090"))
    page.right(10, n.L, page.R("0.180"))
    page.right(11, n.G("p"), page.R("-0.67 0.49 0.18"))
    page.wrong(
        12,
        n.G("a")[1],
        page.R("0.090"),
        fixed=(
            n.G("a")[1],
            page.R("0.196"),
        ),
    )
