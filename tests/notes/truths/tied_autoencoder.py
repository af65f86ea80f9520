"""An autoencoder with tied weights in a LaTeX article, the shared weight's paths.

What the equations of tied_autoencoder.tex are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.a = np.dot(v.W, v.x) + v.b
    v.h = 1 / (1 + np.exp(-v.a))
    v.xhat = np.dot(v.W.T, v.h) + v.c
    v.L = 0.5 * np.sum((v.xhat - v.x) ** 2)
    v.F = v.L + v.lam / 2 * np.sum(v.W**2)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, W=r(size=(3, 4)), x=r(size=4), b=r(size=3), c=r(size=4), lam=0.4)
    G = v.G
    e = v.xhat - v.x
    square = page.model(forward, W=r(size=(3, 3)), x=r(size=3), b=r(size=3), c=r(size=3), lam=0.4)
    s, miss = square.G, square.xhat - square.x
    page.right(3, G("xhat"), e)
    page.right(4, G("c"), e)
    page.right(5, G("h"), v.W @ e)
    page.wrong(6, G("a"), v.W @ e, fixed=(G("a"), v.W @ e * v.h * (1 - v.h)))
    page.right(7, G("b"), G("a"))
    page.right(8, G("W"), np.outer(G("a"), v.x) + np.outer(v.h, e))
    page.wrong(
        9,
        s("W"),
        np.outer(s("a"), square.x) + np.outer(miss, square.h),
        fixed=(s("W"), np.outer(s("a"), square.x) + np.outer(square.h, miss)),
    )
    page.right(11, v.D("F", "W"), G("W") + v.lam * v.W)
