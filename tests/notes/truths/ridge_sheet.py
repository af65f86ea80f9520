"""Ridge regression and least squares with matrices, right, lecturer's sheet.

What the equations of ridge_sheet.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.r = np.dot(v.X, v.w) - v.y
    v.J = np.sum(v.r**2) / (2 * 5) + v.lam / 2 * np.sum(v.w**2)


def gradient(v):
    v.g = np.dot(v.X.T, np.dot(v.X, v.w) - v.y) / 5 + v.lam * v.w


def statements(page):
    r = page.rng.normal
    given = {"X": r(size=(5, 3)), "w": r(size=3), "y": r(size=5), "lam": 0.7}
    v = page.model(forward, "J", **given)
    g = page.model(gradient, "g", **given)
    G = v.G
    entry = np.array([sum(v.X[i, k] * (v.X[i] @ v.w - v.y[i]) for i in range(5)) / 5 + 0.7 * v.w[k] for k in range(3)])
    page.right(2, G("r"), v.r / 5)
    page.right(3, G("w"), v.X.T @ (v.X @ v.w - v.y) / 5 + v.lam * v.w)
    page.right(4, G("w"), entry)
    page.right(5, g.D("g", "w"), v.X.T @ v.X / 5 + v.lam * np.eye(3))
    page.right(6, G("lam"), v.w @ v.w / 2)
    page.right(7, G("y"), -v.r / 5)
    page.right(8, G("X"), np.outer(v.r, v.w) / 5)
