"""A 2x2 convolution and max pooling by hand in German, index form with numbers, right.

What the equations of faltung_von_hand.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.Y = sum(v.K[a, b] * v.X[a : a + 2, b : b + 2] for a in range(2) for b in range(2))
    v.m = np.max(v.Y)
    v.L = 0.5 * (v.m - 3) ** 2


def statements(page):
    X = np.array([[1.0, 0, 2], [-1, 3, 1], [0, 2, -2]])
    v = page.model(forward, X=X, K=[[1, -1], [2, 0.5]])
    G = v.G
    dY = G("Y")
    dK = np.array([[np.sum(dY * X[a : a + 2, b : b + 2]) for b in range(2)] for a in range(2)])
    page.right(3, v.Y[0, 0], 0.5)
    page.right(4, v.Y[0, 1], 4.5)
    page.right(5, v.Y[1, 0], -3)
    page.right(6, v.Y[1, 1], 5)
    page.right(9, v.m, 5)
    page.right(10, v.L, 2)
    page.right(11, G("m"), v.m - 3, 2)
    page.right(12, dY, [[0, 0], [0, 2]])
    page.right(13, G("K"), dK)
    page.right(14, G("K"), [[6, 2], [4, -4]])
    page.right(15, G("X"), [[0, 0, 0], [0, 2, -2], [0, 4, 1]])
