"""Normalisation of one group in vector form, a lost factor and a wrong operation.

What the equations of group_norm_vector.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.mu = np.mean(v.x)
    v.c = v.x - v.mu
    v.s = np.sqrt(np.mean(v.c**2) + v.eps)
    v.xhat = v.c / v.s
    v.y = v.gamma * v.xhat + v.beta
    v.L = np.sum(v.up * v.y) + np.sum(v.y**3)


def statements(page):
    r = page.rng.normal
    m = 5
    v = page.model(forward, x=r(size=m), gamma=r(size=m), beta=r(size=m), up=r(size=m), eps=0.1)
    G = v.G
    g, dh, dc = G("y"), G("xhat"), G("c")
    ones = np.ones((m, m))
    page.right(3, G("gamma"), g * v.xhat)
    page.right(4, G("beta"), g)
    page.wrong(5, dh, g + v.gamma, fixed=(dh, g * v.gamma))
    page.right(6, G("s"), -v.c @ dh / v.s**2)
    page.wrong(7, v.D("s", "c"), v.c / v.s, fixed=(v.D("s", "c"), v.c / (m * v.s)))
    page.right(8, dc, dh / v.s + G("s") * v.c / (m * v.s))
    page.right(9, G("x"), dc - ones @ dc / m)
    page.right(10, G("x"), (np.eye(m) - ones / m - np.outer(v.xhat, v.xhat) / m) @ dh / v.s)
