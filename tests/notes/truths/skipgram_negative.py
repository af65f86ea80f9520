"""Word2vec skip-gram with negative sampling, right.

What the equations of skipgram_negative.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.s0 = np.dot(v.u, v.c)
    v.s = np.dot(v.N, v.c)
    v.J = -np.log(sigmoid(v.s0)) - np.sum(np.log(sigmoid(-v.s)))


def statements(page):
    r = page.rng.normal
    v = page.model(forward, "J", u=r(size=3), c=r(size=3), N=r(size=(4, 3)))
    G = v.G
    p0, p = sigmoid(v.s0), sigmoid(v.s)
    page.right(2, sigmoid(-v.s), 1 - p)
    page.right(5, G("s0"), p0 - 1)
    page.right(6, G("s"), p)
    page.right(7, G("c"), (p0 - 1) * v.u + np.dot(p, v.N))
    page.right(8, G("u"), (p0 - 1) * v.c, -(1 - p0) * v.c)
    page.right(9, G("N"), np.outer(1 - sigmoid(-v.s), v.c), np.outer(p, v.c))
