"""Hand-written backward pass of a two-layer network in NumPy, right.

What the equations of numpy_mlp.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z1 = np.dot(v.X, v.W1) + v.b1
    v.h = np.maximum(0, v.z1)
    v.z2 = np.dot(v.h, v.W2) + v.b2
    e = np.exp(v.z2)
    v.p = e / np.sum(e, axis=1, keepdims=True)
    v.L = -np.sum(v.Y * np.log(v.p)) / v.X.shape[0] + 0.5 * v.reg * (np.sum(v.W1**2) + np.sum(v.W2**2))


def statements(page):
    r = page.rng.normal
    v = page.model(
        forward,
        X=r(size=(5, 3)),
        W1=r(size=(3, 4)),
        b1=r(size=4),
        W2=r(size=(4, 3)),
        b2=r(size=3),
        Y=np.eye(3)[page.rng.integers(0, 3, size=5)],
        reg=0.1,
    )
    G = v.G
    N = 5
    dz2 = (v.p - v.Y) / N
    page.right(7, G("z2"), dz2)
    page.right(8, G("W2"), np.dot(v.h.T, dz2) + v.reg * v.W2)
    page.right(9, G("b2"), np.sum(dz2, axis=0))
    page.right(10, G("h"), np.dot(dz2, v.W2.T))
    page.right(11, G("z1"), G("h") * (v.z1 > 0))
    page.right(12, G("W1"), np.dot(v.X.T, G("z1")) + v.reg * v.W1)
    page.right(13, G("b1"), np.sum(G("z1"), axis=0))
