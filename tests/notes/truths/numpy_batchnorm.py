"""Hand-written batch norm backward in NumPy, three slips.

What the equations of numpy_batchnorm.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.mu = np.mean(v.x, axis=0)
    v.xc = v.x - v.mu
    v.var = np.mean(v.xc**2, axis=0)
    v.std = np.sqrt(v.var + 0.1)
    v.xn = v.xc / v.std
    v.out = v.gamma * v.xn + v.beta
    v.L = np.sum(v.up * v.out)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, x=r(size=(5, 3)), gamma=r(size=3), beta=r(size=3), up=r(size=(5, 3)))
    G = v.G
    N = 5
    dout, dxn, dstd, dvar = G("out"), G("xn"), G("std"), G("var")
    page.wrong(
        7,
        G("beta"),
        dout,
        fixed=(
            G("beta"),
            np.sum(dout, axis=0),
        ),
    )
    page.right(8, G("gamma"), np.sum(dout * v.xn, axis=0))
    page.right(9, dxn, dout * v.gamma)
    page.wrong(
        10,
        dstd,
        -np.sum(dxn * v.xc, axis=0) / v.std,
        fixed=(
            dstd,
            -np.sum(dxn * v.xc, axis=0) / v.std**2,
        ),
    )
    page.right(11, dvar, 0.5 * dstd / v.std)
    page.right(12, G("xc"), dxn / v.std + 2 / N * v.xc * dvar)
    page.right(13, G("mu"), -np.sum(G("xc"), axis=0))
    page.wrong(
        14,
        G("x"),
        G("xc") + G("mu"),
        fixed=(
            G("x"),
            G("xc") + G("mu") / N,
        ),
    )
