"""Highway layer, terse, boxed results, slips.

What the equations of highway_layer.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.a = np.dot(v.W, v.x)
    v.g = np.dot(v.V, v.x)
    v.h = np.tanh(v.a)
    v.t = 1 / (1 + np.exp(-v.g))
    v.y = v.t * v.h + (1 - v.t) * v.x
    v.L = np.sum(v.c * v.y)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, W=r(size=(3, 3)), V=r(size=(3, 3)), x=r(size=3), c=r(size=3))
    G = v.G
    gy = G("y")
    page.right(3, G("h"), gy * v.t)
    page.right(4, G("t"), gy * (v.h - v.x))
    page.right(5, G("a"), G("h") * (1 - v.h**2))
    page.wrong(
        6,
        G("g"),
        G("t") * v.t,
        fixed=(
            G("g"),
            G("t") * v.t * (1 - v.t),
        ),
    )
    page.right(7, G("W"), np.outer(G("a"), v.x))
    page.wrong(
        8,
        G("V"),
        np.outer(G("a"), v.x),
        fixed=(
            G("V"),
            np.outer(G("g"), v.x),
        ),
    )
    page.wrong(
        9,
        G("x"),
        np.dot(v.W.T, G("a")) + np.dot(v.V.T, G("g")) + gy,
        fixed=(
            G("x"),
            np.dot(v.W.T, G("a")) + np.dot(v.V.T, G("g")) + gy * (1 - v.t),
        ),
    )
