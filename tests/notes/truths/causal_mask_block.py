"""A causal attention block with a residual path, adjoints as bars, right.

What the equations of causal_mask_block.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.Q = np.dot(v.X, v.WQ)
    v.K = np.dot(v.X, v.WK)
    v.V = np.dot(v.X, v.WV)
    v.S = np.dot(v.Q, v.K.T) / np.sqrt(3)
    e = np.exp(v.S) * np.tril(np.ones((4, 4)))
    v.A = e / np.sum(e, axis=1, keepdims=True)
    v.Z = np.dot(v.A, v.V)
    v.Y = v.X + np.dot(v.Z, v.WO)
    v.L = np.sum(v.C * v.Y) + np.sum(v.Y**2)


def statements(page):
    r = page.rng.normal
    weights = {f"W{k}": r(size=(3, 3)) for k in "QKVO"}
    v = page.model(forward, X=r(size=(4, 3)), C=r(size=(4, 3)), **weights)
    G = v.G
    A, dA, dS = v.A, G("A"), G("S")
    d = np.sqrt(3)
    page.right(4, G("Z"), G("Y") @ v.WO.T)
    page.right(5, G("WO"), v.Z.T @ G("Y"))
    page.right(6, dA, G("Z") @ v.V.T)
    page.right(7, G("V"), A.T @ G("Z"))
    page.right(8, dS, A * (dA - (dA * A) @ np.ones((4, 1)) @ np.ones((1, 4))))
    page.right(9, np.stack([G("Q"), G("K")]), np.stack([dS @ v.K, dS.T @ v.Q]) / d)
    page.right(
        10,
        np.stack([G("WQ"), G("WK"), G("WV")]),
        np.stack([v.X.T @ G("Q"), v.X.T @ G("K"), v.X.T @ G("V")]),
    )
    page.right(11, G("X"), G("Y") + G("Q") @ v.WQ.T + G("K") @ v.WK.T + G("V") @ v.WV.T)
