"""Cosine similarity and its gradients, right.

What the equations of cosine_similarity.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.a = np.sqrt(np.dot(v.x, v.x))
    v.b = np.sqrt(np.dot(v.y, v.y))
    v.d = np.dot(v.x, v.y)
    v.c = v.d / (v.a * v.b)
    v.L = 0.5 * (v.c - v.t) ** 2


def statements(page):
    r = page.rng.normal
    v = page.model(forward, x=r(size=4), y=r(size=4), t=r())
    n = page.model(forward, x=[3.0, 4.0], y=[1.0, 0.0], t=1.0)
    G, D = v.G, v.D
    page.right(2, D("a", "x"), v.x / v.a)
    page.right(3, D("d", "x"), v.y)
    page.right(4, D("c", "d"), 1 / (v.a * v.b))
    page.right(5, D("c", "a"), -v.d / (v.a**2 * v.b), -v.c / v.a)
    page.right(6, D("c", "x"), v.y / (v.a * v.b) - v.c * v.x / v.a**2)
    page.right(7, np.dot(v.x, D("c", "x")), 0.0)
    page.right(8, G("x"), (v.c - v.t) * (v.y / (v.a * v.b) - v.c * v.x / v.a**2))
    page.right(11, np.stack([n.a, n.b, n.d]), page.R("5 1 3"))
    page.right(12, n.c, page.R("0.6"))
    page.right(13, n.D("c", "x"), page.R("0.128 -0.096"))
