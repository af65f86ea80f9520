"""Layer norm with gain and bias over a batch, batch sums and means.

What the equations of layer_norm_affine.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.mu = np.mean(v.X, axis=1, keepdims=True)
    v.s = np.sqrt(np.mean((v.X - v.mu) ** 2, axis=1, keepdims=True) + 0.1)
    v.H = (v.X - v.mu) / v.s
    v.Y = v.g * v.H + v.b
    v.L = np.sum(v.up * v.Y)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, X=r(size=(3, 4)), g=r(size=4), b=r(size=4), up=r(size=(3, 4)))
    G = v.G
    d = 4
    gh = G("H")
    inside = d * gh - np.sum(gh, axis=1, keepdims=True) - v.H * np.sum(gh * v.H, axis=1, keepdims=True)
    page.right(4, G("H"), v.g * G("Y"))
    page.wrong(
        5,
        G("b"),
        np.mean(G("Y"), axis=0),
        fixed=(
            G("b"),
            np.sum(G("Y"), axis=0),
        ),
    )
    page.wrong(
        6,
        G("g"),
        G("Y") * v.H,
        fixed=(
            G("g"),
            np.sum(G("Y") * v.H, axis=0),
        ),
    )
    page.right(7, G("X"), inside / (d * v.s))
    page.right(8, np.sum(G("X"), axis=1), np.zeros(3))
