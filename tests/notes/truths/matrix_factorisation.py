"""Matrix factorisation with biases and regularisation, index sums.

What the equations of matrix_factorisation.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.e = v.R - np.dot(v.P, v.Q.T) - v.b[:, None] - v.c[None, :]
    v.L = 0.5 * np.sum(v.M * v.e**2) + 0.5 * v.lam * (np.sum(v.P**2) + np.sum(v.Q**2))


def statements(page):
    r = page.rng.normal
    M = np.array([[1, 0, 1, 1], [0, 1, 1, 0], [1, 1, 0, 1]])
    v = page.model(
        forward, R=r(size=(3, 4)), P=r(size=(3, 2)), Q=r(size=(4, 2)), b=r(size=3), c=r(size=4), lam=0.3, M=M
    )
    G, D = v.G, v.D
    page.right(3, G("e"), v.M * v.e)
    page.right(4, np.einsum("abak->abk", D("e", "P")), -np.stack([v.Q] * 3))
    page.right(5, D("e", "Q"), -np.einsum("uk,ij->uijk", v.P, np.eye(4)))
    page.right(6, G("P"), -np.einsum("ui,ui,ik->uk", v.M, v.e, v.Q) + v.lam * v.P)
    page.right(7, G("Q"), -np.einsum("ui,ui,uk->ik", v.M, v.e, v.P) + v.lam * v.Q)
    page.right(8, G("b"), -np.sum(v.M * v.e, axis=1))
    page.right(9, G("c"), -np.sum(v.M * v.e, axis=0))
    page.right(10, G("P"), -np.dot(v.M * v.e, v.Q) + v.lam * v.P)
    page.right(11, G("Q"), -np.dot((v.M * v.e).T, v.P) + v.lam * v.Q)
