"""Jacobians, diag dropped, scalar for identity, order of factors.

What the equations of jacobian_slips.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.a = np.dot(v.A, v.x) + v.c
    v.g = sigmoid(v.a)
    v.y = np.dot(v.B, v.g)
    v.s = np.dot(v.u, v.y)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, "s", A=r(size=(3, 2)), x=r(size=2), c=r(size=3), B=r(size=(4, 3)), u=r(size=4))
    G, D = v.G, v.D
    slope = v.g * (1 - v.g)
    page.right(2, D("a", "x"), v.A)
    page.wrong(
        3,
        D("a", "c"),
        1.0,
        fixed=(
            D("a", "c"),
            np.eye(3),
        ),
    )
    page.wrong(
        4,
        D("g", "a"),
        slope,
        fixed=(
            D("g", "a"),
            np.diag(slope),
        ),
    )
    page.right(5, D("y", "g"), v.B)
    page.wrong(
        6,
        D("y", "x"),
        lambda: v.A @ np.diag(slope) @ v.B,
        fixed=(
            D("y", "x"),
            v.B @ np.diag(slope) @ v.A,
        ),
    )
    page.right(7, G("y"), v.u)
    page.right(8, G("g"), np.dot(v.u, v.B))
    page.wrong(
        9,
        G("c"),
        np.dot(np.dot(v.u, v.B), slope),
        fixed=(
            G("c"),
            np.dot(v.u, v.B) * slope,
        ),
    )
