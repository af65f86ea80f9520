"""Softmax regression with three classes in numbers.

What the equations of softmax_regression_numbers.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z = np.dot(v.W, v.x) + v.b
    e = np.exp(v.z)
    v.S = np.sum(e)
    v.p = e / v.S
    v.L = -np.sum(v.y * np.log(v.p))


def statements(page):
    W = [[1.0, 0.5], [-0.5, 1.5], [0.0, -1.0]]
    v = page.model(forward, W=W, b=[0.1, 0.0, -0.1], x=[0.8, -0.4], y=[0.0, 1.0, 0.0])
    G = v.G
    page.right(3, v.z, page.R("0.7 -1 0.3"))
    page.right(4, np.exp(v.z), page.R("2.014 0.368 1.350"))
    page.right(5, v.S, page.R("3.731"))
    page.right(6, v.p, page.R("0.540 0.099 0.362"))
    page.right(7, v.L, page.R("2.32"))
    page.right(8, G("z"), v.p - v.y)
    page.right(9, G("z"), page.R("0.540 -0.901 0.362"))
    page.right(10, G("W"), np.outer(G("z"), v.x), page.R("0.432 -0.216 -0.721 0.361 0.289 -0.145"))
    page.right(11, G("b"), v.p - v.y)
    page.right(12, G("x"), np.dot(v.W.T, G("z")), page.R("0.99 -1.44"))
