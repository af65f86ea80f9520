"""Logistic regression with numbers, two points, right with rounded values.

What the equations of logistic_numbers.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.z1 = v.w1 * v.a1 + v.w2 * v.a2 + v.b
    v.z2 = v.w1 * v.b1 + v.w2 * v.b2 + v.b
    v.p1, v.p2 = sigmoid(v.z1), sigmoid(v.z2)
    v.l1, v.l2 = -np.log(v.p1), -np.log(1 - v.p2)
    v.J = (v.l1 + v.l2) / 2


def statements(page):
    v = page.model(forward, "J", a1=1.5, a2=-0.5, b1=-1.0, b2=2.0, w1=0.4, w2=-0.2, b=0.1)
    G = v.G
    step = 0.5
    new = page.model(
        forward,
        "J",
        a1=1.5,
        a2=-0.5,
        b1=-1.0,
        b2=2.0,
        w1=0.4 - step * G("w1"),
        w2=-0.2 - step * G("w2"),
        b=0.1 - step * G("b"),
    )
    page.right(5, v.z1, page.R("0.8"))
    page.right(6, v.z2, page.R("-0.7"))
    page.right(7, np.stack([v.p1, v.p2]), page.R("0.6900 0.3318"))
    page.right(8, v.J, page.R("0.3871"))
    page.right(9, G("z1"), (v.p1 - 1) / 2, page.R("-0.1550"))
    page.right(10, G("z2"), v.p2 / 2, page.R("0.1659"))
    page.right(11, G("w1"), page.R("-0.398"))
    page.right(12, G("w2"), page.R("0.409"))
    page.right(13, G("b"), page.R("0.011"))
    page.right(14, 0.4 - 0.5 * G("w1"), page.R("0.599"))
    page.right(15, -0.2 - 0.5 * G("w2"), page.R("-0.405"))
    page.right(16, 0.1 - 0.5 * G("b"), page.R("0.095"))
    page.right(17, new.J, page.R("0.25"))
