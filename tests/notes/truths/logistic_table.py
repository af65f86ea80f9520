"""Logistic regression on four points with a table, rounded, right.

What the equations of logistic_table.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.z = v.w * v.x + v.b
    v.p = sigmoid(v.z)
    v.J = -np.mean(v.y * np.log(v.p) + (1 - v.y) * np.log(1 - v.p))
    v.slope = np.mean((sigmoid(v.w * v.x + v.b) - v.y) * v.x)


def statements(page):
    v = page.model(forward, "J", w=1.2, b=-0.4, x=[0.5, 1.5, -1, 2], y=[1, 1, 0, 0])
    G, R = v.G, page.R
    e = v.p - v.y
    h = v.p * (1 - v.p)
    page.right(8, v.z[0], 1.2 * 0.5 - 0.4, 0.2)
    page.right(9, v.p[0], R("0.550"))
    page.right(10, v.p[3], R("0.881"))
    page.right(11, v.J, R("0.782"))
    page.right(12, G("z"), e / 4)
    page.right(13, G("w"), np.sum(e * v.x) / 4, R("0.268"))
    page.right(14, G("b"), np.sum(e) / 4, R("0.100"))
    second = np.stack([v.D("slope", "w"), v.D("slope", "b")])
    page.right(15, second, np.stack([np.mean(h * v.x**2), np.mean(h * v.x)]))
