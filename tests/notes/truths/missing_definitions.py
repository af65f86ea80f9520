"""A page torn out of a longer note, half of it undefined.

What the equations of missing_definitions.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.r = np.dot(v.A, v.x) - v.b
    v.E = 0.5 * np.dot(v.r, v.r)
    v.h = np.tanh(v.r)
    v.F = np.sum(v.c * v.h)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, "E", A=r(size=(4, 3)), x=r(size=3), b=r(size=4), c=r(size=4))
    G, D = v.G, v.D
    slope = 1 - v.h**2
    page.right(3, G("r"), v.r)
    page.right(4, G("x"), np.dot(v.A.T, v.r))
    page.wrong(
        5,
        D("r", "b"),
        -1.0,
        fixed=(
            D("r", "b"),
            -np.eye(4),
        ),
    )
    page.right(6, G("b"), -v.r)
    page.wrong(
        7,
        G("A"),
        -np.outer(v.r, v.x),
        fixed=(
            G("A"),
            np.outer(v.r, v.x),
        ),
    )
    page.right(11, D("F", "r"), v.c * slope)
    page.wrong(
        12,
        D("F", "x"),
        np.dot(v.A.T, np.ones(4)) * np.dot(v.c, slope),
        fixed=(
            D("F", "x"),
            np.dot(v.A.T, v.c * slope),
        ),
    )
