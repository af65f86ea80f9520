"""A two-layer net with dropout and residual path, formulas and NumPy side by side, right.

What the equations of dropout_code_and_math.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.a = np.dot(v.x, v.W1) + v.b1
    v.h = np.maximum(v.a, 0)
    v.hd = v.h * v.mask / v.keep
    v.out = v.x + np.dot(v.hd, v.W2) + v.b2
    v.L = 0.5 * np.mean(np.sum((v.out - v.t) ** 2, axis=1))


def statements(page):
    r = page.rng.normal
    v = page.model(
        forward,
        x=r(size=(5, 3)),
        W1=r(size=(3, 4)),
        b1=r(size=4),
        W2=r(size=(4, 3)),
        b2=r(size=3),
        t=r(size=(5, 3)),
        mask=(page.rng.uniform(size=(5, 4)) < 0.7).astype(float),
        keep=0.7,
    )
    G = v.G
    page.right(6, G("out"), (v.out - v.t) / 5)
    page.right(7, G("b2"), np.sum(G("out"), axis=0))
    page.right(8, G("W2"), v.hd.T @ G("out"))
    page.right(9, G("b2"), G("out").sum(axis=0))
    page.right(10, G("hd"), G("out") @ v.W2.T)
    page.right(11, G("h"), G("hd") * v.mask / v.keep)
    page.right(12, G("a"), G("h") * (v.a > 0))
    page.right(13, G("W1"), v.x.T @ G("a"))
    page.right(14, G("b1"), np.sum(G("a"), axis=0))
    page.right(15, G("x"), G("out") + G("a") @ v.W1.T)
