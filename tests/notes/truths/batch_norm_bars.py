"""Batch norm backward in one formula, bar notation.

What the equations of batch_norm_bars.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.mu = np.mean(v.x)
    v.c = v.x - v.mu
    v.var = np.mean(v.c**2)
    v.s = np.sqrt(v.var + v.eps)
    v.h = v.c / v.s
    v.y = v.gamma * v.h + v.beta
    v.L = np.sum(v.up * v.y)


def statements(page):
    v = page.model(
        forward,
        x=page.rng.normal(size=5),
        gamma=page.rng.normal(),
        beta=page.rng.normal(),
        eps=0.3,
        up=page.rng.normal(size=5),
    )
    G = v.G
    m = 5
    h_bar = G("h")
    page.right(4, G("beta"), np.sum(G("y")))
    page.right(5, G("gamma"), np.sum(G("y") * v.h))
    page.right(6, G("h"), v.gamma * G("y"))
    page.right(7, G("s"), -np.sum(h_bar * v.c) / v.s**2, -np.sum(h_bar * v.h) / v.s)
    page.right(8, G("var"), G("s") / (2 * v.s))
    page.right(9, G("c"), h_bar / v.s + 2 / m * v.c * G("var"))
    page.right(10, G("mu"), -np.sum(G("c")))
    page.right(11, G("x"), G("c") + G("mu") / m)
    page.right(12, G("x"), v.gamma / (m * v.s) * (m * G("y") - np.sum(G("y")) - v.h * np.sum(G("y") * v.h)))
    page.right(13, np.sum(G("x")), 0.0)
