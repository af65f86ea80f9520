"""A notebook, formulas and code, hidden layer slips.

What the equations of notebook_two_layer.ipynb are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.a = np.dot(v.x, v.W1)
    v.h = np.tanh(v.a)
    v.y = np.dot(v.h, v.W2)
    v.L = 0.5 * np.sum((v.y - v.t) ** 2)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, x=r(size=(5, 2)), W1=r(size=(2, 3)), W2=r(size=(3, 4)), t=r(size=(5, 4)))
    G = v.G
    page.right(7, G("y"), v.y - v.t)
    page.right(8, G("W2"), np.dot(v.h.T, v.y - v.t))
    page.right(9, G("h"), np.dot(v.y - v.t, v.W2.T))
    page.wrong(
        10,
        G("a"),
        G("h") * (1 - v.a**2),
        fixed=(
            G("a"),
            G("h") * (1 - v.h**2),
        ),
    )
    page.right(11, G("y"), v.y - v.t)
    page.right(12, G("W2"), np.dot(v.h.T, v.y - v.t))
    page.wrong(
        13,
        G("h"),
        lambda: np.dot(v.W2.T, v.y - v.t),
        fixed=(
            G("h"),
            np.dot(v.y - v.t, v.W2.T),
        ),
    )
    page.right(14, G("a"), G("h") * (1 - v.h**2))
    page.wrong(
        15,
        G("W1"),
        lambda: np.dot(v.x, G("a")),
        fixed=(
            G("W1"),
            np.dot(v.x.T, G("a")),
        ),
    )
