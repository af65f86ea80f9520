"""A linear softmax classifier in NumPy code with a regulariser, two slips.

What the equations of numpy_linear_classifier.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.scores = np.dot(v.X, v.W) + v.b
    e = np.exp(v.scores)
    v.probs = e / np.sum(e, axis=1, keepdims=True)
    v.L = -np.sum(v.Y * np.log(v.probs)) / 5 + 0.5 * v.reg * np.sum(v.W**2)


def statements(page):
    r = page.rng.normal
    Y = np.eye(3)[page.rng.integers(3, size=5)]
    v = page.model(forward, X=r(size=(5, 4)), W=r(size=(4, 3)), b=r(size=3), Y=Y, reg=0.3)
    G = v.G
    page.right(8, G("scores"), (v.probs - v.Y) / 5)
    page.wrong(9, G("W"), v.X.T @ G("scores") + v.W, fixed=(G("W"), v.X.T @ G("scores") + v.reg * v.W))
    page.wrong(10, G("b"), G("scores"), fixed=(G("b"), np.sum(G("scores"), axis=0)))
    page.right(11, G("X"), G("scores") @ v.W.T)
    page.right(12, G("scores"), (v.probs - v.Y) / 5)
