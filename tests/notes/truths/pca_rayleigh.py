"""PCA, Rayleigh quotient and reconstruction error.

What the equations of pca_rayleigh.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.n = np.dot(v.w, np.dot(v.S, v.w))
    v.d = np.dot(v.w, v.w)
    v.rho = v.n / v.d


def reconstruction(v):
    v.c = np.dot(v.W.T, v.x)
    v.r = v.x - np.dot(v.W, v.c)
    v.E = np.dot(v.r, v.r)


def statements(page):
    r = page.rng.normal
    A = r(size=(3, 3))
    v = page.model(forward, "rho", S=A + A.T, w=r(size=3))
    u = page.model(reconstruction, "E", W=r(size=(4, 2)), x=r(size=4))
    G, D = v.G, v.D
    page.right(2, D("n", "w"), 2 * np.dot(v.S, v.w))
    page.wrong(
        3,
        D("d", "w"),
        v.w,
        fixed=(
            D("d", "w"),
            2 * v.w,
        ),
    )
    page.wrong(
        4,
        G("w"),
        (v.n * D("d", "w") - v.d * D("n", "w")) / v.d**2,
        fixed=(
            G("w"),
            (v.d * D("n", "w") - v.n * D("d", "w")) / v.d**2,
        ),
    )
    page.right(5, G("w"), 2 / v.d * (np.dot(v.S, v.w) - v.rho * v.w))
    page.right(8, u.G("r"), 2 * u.r)
    page.right(9, u.G("c"), -2 * np.dot(u.W.T, u.r))
    page.wrong(
        10,
        u.G("W"),
        -2 * np.outer(u.r, u.c),
        fixed=(
            u.G("W"),
            -2 * np.outer(u.r, u.c) - 2 * np.outer(u.x, np.dot(u.W.T, u.r)),
        ),
    )
