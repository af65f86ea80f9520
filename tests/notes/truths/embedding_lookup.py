"""Embedding lookup, shared rows, index sums.

What the equations of embedding_lookup.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.H = np.dot(v.X, v.E)
    v.m = np.mean(v.H, axis=0)
    v.z = np.dot(v.U, v.m)
    e = np.exp(v.z)
    v.p = e / np.sum(e)
    v.L = -np.sum(v.y * np.log(v.p))


def statements(page):
    r = page.rng.normal
    X = np.eye(5)[np.array([2, 4, 2])]
    v = page.model(forward, X=X, E=r(size=(5, 3)), U=r(size=(4, 3)), y=page.rng.dirichlet([1, 1, 1, 1]))
    G = v.G
    T = 3
    counts = np.sum(v.X, axis=0)
    page.right(4, G("z"), v.p - v.y)
    page.right(5, G("m"), np.dot(v.U.T, v.p - v.y))
    page.wrong(
        6,
        G("H"),
        np.tile(np.sum(G("m")) / T, (3, 3)),
        fixed=(
            G("H"),
            np.tile(G("m") / T, (3, 1)),
        ),
    )
    page.right(7, G("E"), np.dot(v.X.T, G("H")))
    page.right(8, G("E"), np.outer(counts, G("m")) / T)
    page.wrong(
        9,
        G("E"),
        G("m")[None, :] / T * (counts > 0)[:, None],
        fixed=(
            G("E"),
            np.einsum("tw,tk->wk", v.X, G("H")),
        ),
    )
