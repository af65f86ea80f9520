"""Deltas with layer superscripts, proofs in index notation, right.

What the equations of delta_layers.md are worth in numbers.
"""

import autograd.numpy as np


def f(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.z1 = np.dot(v.W1, v.x) + v.b1
    v.a1 = f(v.z1)
    v.z2 = np.dot(v.W2, v.a1) + v.b2
    v.a2 = f(v.z2)
    v.z3 = np.dot(v.W3, v.a2) + v.b3
    v.a3 = f(v.z3)
    v.C = -np.sum(v.y * np.log(v.a3) + (1 - v.y) * np.log(1 - v.a3))


def statements(page):
    r = page.rng.normal
    v = page.model(
        forward,
        "C",
        x=r(size=2),
        W1=r(size=(3, 2)),
        b1=r(size=3),
        W2=r(size=(4, 3)),
        b2=r(size=4),
        W3=r(size=(2, 4)),
        b3=r(size=2),
        y=page.rng.uniform(size=2),
    )
    G = v.G
    d1, d2, d3 = G("z1"), G("z2"), G("z3")

    def fp(z):
        return f(z) * (1 - f(z))

    page.right(5, fp(v.z1), np.exp(-v.z1) / (1 + np.exp(-v.z1)) ** 2)
    page.right(6, G("a3"), (v.a3 - v.y) / (v.a3 * (1 - v.a3)))
    page.right(7, d3, v.a3 - v.y)
    page.right(8, d2, np.dot(v.W3.T, d3) * fp(v.z2))
    page.right(9, d1, np.dot(v.W2.T, d2) * fp(v.z1))
    page.right(10, G("W2"), np.outer(d2, v.a1))
    page.right(11, G("W1"), np.outer(d1, v.x))
    page.right(12, G("b3"), d3)
