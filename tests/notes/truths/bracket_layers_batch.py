"""Two layers with bracket superscripts and a batch in columns, three slips in gradient names.

What the equations of bracket_layers_batch.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.Z1 = np.dot(v.W1, v.X) + v.b1
    v.A1 = np.tanh(v.Z1)
    v.Z2 = np.dot(v.W2, v.A1) + v.b2
    v.A2 = 1 / (1 + np.exp(-v.Z2))
    v.sum = -np.sum(v.Y * np.log(v.A2) + (1 - v.Y) * np.log(1 - v.A2))
    v.L = v.sum / 5


def statements(page):
    r = page.rng.normal
    m = 5
    v = page.model(
        forward,
        X=r(size=(3, m)),
        W1=r(size=(4, 3)),
        b1=r(size=(4, 1)),
        W2=r(size=(1, 4)),
        b2=r(size=(1, 1)),
        Y=page.rng.uniform(size=(1, m)),
    )
    G = v.G
    dZ1, dZ2, dX = (v.D("sum", name) for name in ("Z1", "Z2", "X"))
    back = v.W2.T @ dZ2
    page.right(4, dZ2, v.A2 - v.Y)
    page.wrong(5, G("W2"), dZ2 @ v.Z1.T / m, fixed=(G("W2"), dZ2 @ v.A1.T / m))
    page.right(6, G("b2"), np.sum(dZ2, axis=1, keepdims=True) / m)
    page.wrong(7, dZ1, back * np.tanh(v.Z1), fixed=(dZ1, back * (1 - np.tanh(v.Z1) ** 2)))
    page.right(8, G("W1"), dZ1 @ v.X.T / m)
    page.right(9, G("b1"), np.sum(dZ1, axis=1, keepdims=True) / m)
    page.wrong(10, dX, lambda: v.W1.T @ dZ2, fixed=(dX, v.W1.T @ dZ1))
