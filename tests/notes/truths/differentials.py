"""Matrix differentials and dots, regression with a weight matrix, upstream forgotten.

What the equations of differentials.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.R = np.dot(v.X, v.B) - v.Y
    v.L = 0.5 * np.sum(v.R**2) + 0.5 * v.k * np.sum(v.B**2)
    v.M = np.tanh(np.dot(v.X, v.B))
    v.E = 0.5 * np.sum((v.M - v.Y) ** 2)
    v.S = np.dot(v.X, v.B)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, X=r(size=(4, 3)), B=r(size=(3, 2)), Y=r(size=(4, 2)), k=0.4)
    G, D = v.G, v.D

    def forward_m(u):
        u.S = np.dot(v.X, v.B)
        u.M = np.tanh(u.S)
        u.E = 0.5 * np.sum((u.M - v.Y) ** 2)

    w = page.model(forward_m, "E")
    page.right(2, G("R"), v.R)
    page.right(3, G("B"), np.dot(v.X.T, v.R) + v.k * v.B)
    page.right(4, G("X"), np.dot(v.R, v.B.T))
    page.right(5, G("Y"), -v.R)
    page.right(7, w.G("M"), v.M - v.Y)
    page.wrong(
        8,
        w.G("S"),
        1 - v.M**2,
        fixed=(
            w.G("S"),
            (v.M - v.Y) * (1 - v.M**2),
        ),
    )
    page.right(9, D("E", "B"), np.dot(v.X.T, w.G("S")))
    page.wrong(
        10,
        D("E", "X"),
        np.dot(w.G("S") * v.S, v.B.T),
        fixed=(
            D("E", "X"),
            np.dot(w.G("S"), v.B.T),
        ),
    )
