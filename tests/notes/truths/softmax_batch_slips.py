"""Softmax regression on a mini-batch, mean applied twice and sums forgotten.

What the equations of softmax_batch_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.Z = np.dot(v.X, v.W) + v.b
    e = np.exp(v.Z)
    v.P = e / np.sum(e, axis=1, keepdims=True)
    v.L = -np.sum(v.Y * np.log(v.P)) / v.X.shape[0]


def statements(page):
    r = page.rng.normal
    Y = page.rng.dirichlet([1, 1, 1, 1], size=3)
    v = page.model(forward, X=r(size=(3, 2)), W=r(size=(2, 4)), b=r(size=4), Y=Y)
    G = v.G
    N = 3
    page.right(4, G("P"), -v.Y / (N * v.P))
    page.right(5, G("Z"), (v.P - v.Y) / N)
    page.wrong(
        6,
        G("W"),
        np.dot(v.X.T, G("Z")) / N,
        fixed=(
            G("W"),
            np.dot(v.X.T, G("Z")),
        ),
    )
    page.wrong(
        7,
        G("b"),
        G("Z"),
        fixed=(
            G("b"),
            np.sum(G("Z"), axis=0),
        ),
    )
    page.right(8, G("X"), np.dot(G("Z"), v.W.T))
