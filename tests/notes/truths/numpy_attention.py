"""Hand-written softmax attention backward in NumPy, slips in code.

What the equations of numpy_attention.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.s = np.dot(v.q, v.k.T) * v.c
    v.e = np.exp(v.s)
    v.z = np.sum(v.e, axis=1, keepdims=True)
    v.p = v.e / v.z
    v.o = np.dot(v.p, v.v)
    v.L = np.sum(v.up * v.o)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, q=r(size=(3, 2)), k=r(size=(4, 2)), v=r(size=(4, 5)), c=0.7, up=r(size=(3, 5)))
    G = v.G
    do, dp, ds = G("o"), G("p"), G("s")
    page.right(6, G("v"), np.dot(v.p.T, do))
    page.right(7, dp, np.dot(do, v.v.T))
    page.wrong(
        8,
        ds,
        dp * v.p * (1 - v.p),
        fixed=(
            ds,
            v.p * (dp - np.sum(dp * v.p, axis=1, keepdims=True)),
        ),
    )
    page.wrong(
        9,
        G("q"),
        np.dot(ds, v.k),
        fixed=(
            G("q"),
            np.dot(ds, v.k) * v.c,
        ),
    )
    page.right(10, G("k"), np.dot(ds.T, v.q) * v.c)
    page.wrong(
        11,
        G("z"),
        -np.sum(dp * v.e / v.z, axis=1, keepdims=True),
        fixed=(
            G("z"),
            -np.sum(dp * v.e / v.z**2, axis=1, keepdims=True),
        ),
    )
    page.right(12, ds, v.p * dp - np.dot(np.diag(np.sum(v.p * dp, axis=1)), v.p))
