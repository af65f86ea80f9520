"""A siamese net with a contrastive loss in French, a sign and a path counted twice.

What the equations of siamois_contrastif.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.h1 = np.dot(v.W, v.x1)
    v.h2 = np.dot(v.W, v.x2)
    v.u = v.h1 - v.h2
    v.d = np.sqrt(np.sum(v.u**2))
    v.L = 0.5 * v.y * v.d**2 + 0.5 * (1 - v.y) * np.maximum(0, v.m - v.d) ** 2


def statements(page):
    r = page.rng.normal
    m = page.rng.uniform(1, 6)
    v = page.model(forward, W=r(size=(2, 3)), x1=r(size=3), x2=r(size=3), y=page.rng.uniform(), m=m)
    G = v.G
    gap = max(0, v.m - v.d)
    way = G("d") * v.u / v.d
    outer = np.outer(v.u, v.x1 - v.x2) * G("d") / v.d
    page.right(3, G("d"), v.y * v.d - (1 - v.y) * gap)
    page.right(4, v.D("d", "u"), v.u / v.d)
    page.right(5, G("h1"), way)
    page.wrong(6, G("h2"), way, fixed=(G("h2"), -way))
    page.right(7, G("W"), np.outer(G("h1"), v.x1) + np.outer(G("h2"), v.x2))
    page.wrong(8, G("W"), 2 * outer, fixed=(G("W"), outer))
    page.right(9, G("m"), (1 - v.y) * gap)
    page.right(10, G("x1"), v.W.T @ G("h1"))
