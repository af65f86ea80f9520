"""A LaTeX file with macros, batch of linear and softplus layers, right.

What the equations of latex_article.tex are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.A = np.dot(v.X, v.W) + v.b
    v.H = np.log(1 + np.exp(v.A))
    v.s = np.dot(v.H, v.c)
    v.L = 0.5 * np.sum((v.s - v.y) ** 2)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, X=r(size=(4, 3)), W=r(size=(3, 2)), b=r(size=2), c=r(size=2), y=r(size=4))
    G = v.G
    sigma = 1 / (1 + np.exp(-v.A))
    e = v.s - v.y
    page.right(5, G("A"), G("H") * sigma)
    page.right(6, G("s"), e)
    page.right(7, G("c"), np.dot(v.H.T, e))
    page.right(8, G("H"), np.outer(e, v.c))
    page.right(9, G("W"), np.dot(v.X.T, np.outer(e, v.c) * sigma))
    page.right(10, G("b"), np.dot((np.outer(e, v.c) * sigma).T, np.ones(4)))
    page.right(11, G("X"), np.dot(G("A"), v.W.T))
