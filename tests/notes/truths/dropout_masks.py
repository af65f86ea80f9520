"""Inverted dropout masks in a two-layer network, right.

What the equations of dropout_masks.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.h = np.maximum(0, np.dot(v.x, v.W1) + v.b1)
    v.k = v.h * v.M / v.p
    v.o = np.dot(v.k, v.W2) + v.b2
    v.L = 0.5 * np.sum((v.o - v.t) ** 2)


def statements(page):
    r = page.rng.normal
    M = (page.rng.uniform(size=(5, 4)) < 0.6) * 1.0
    v = page.model(
        forward,
        x=r(size=(5, 3)),
        W1=r(size=(3, 4)),
        b1=r(size=4),
        W2=r(size=(4, 2)),
        b2=r(size=2),
        t=r(size=(5, 2)),
        M=M,
        p=0.6,
    )
    G = v.G
    page.right(5, G("o"), v.o - v.t)
    page.right(6, G("W2"), np.dot(v.k.T, v.o - v.t))
    page.right(7, G("k"), np.dot(v.o - v.t, v.W2.T))
    page.right(8, G("h"), v.M * G("k") / v.p)
    page.right(9, G("W1"), np.dot(v.x.T, G("h") * (v.h > 0)))
    page.right(10, G("b1"), np.sum(G("h") * (v.h > 0), axis=0))
    page.right(11, G("x"), np.dot(G("h") * (v.h > 0), v.W1.T))
