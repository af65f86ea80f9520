"""Logistic regression with numbers, one slip and what follows from it.

What the equations of logistic_numbers_slips.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.z = v.w1 * v.x1 + v.w2 * v.x2 + v.b
    v.p = sigmoid(v.z)
    v.L = -v.y * np.log(v.p) - (1 - v.y) * np.log(1 - v.p)


def from_z(v):
    v.p = sigmoid(v.z)
    v.e = v.p - v.y
    v.L = -np.log(v.p)


def statements(page):
    v = page.model(forward, x1=2.0, x2=3.0, y=1.0, w1=0.5, w2=-0.4, b=0.3)
    G, D = v.G, v.D
    theirs = page.model(from_z, z=0.7, y=1.0)
    page.wrong(
        6,
        v.z,
        page.R("0.7"),
        fixed=(
            v.z,
            page.R("0.1"),
        ),
    )
    page.follows(
        7,
        v.p,
        page.R("0.668"),
        author=(
            theirs.p,
            page.R("0.668"),
        ),
        fixed=(
            v.p,
            page.R("0.525"),
        ),
    )
    page.follows(
        8,
        v.L,
        page.R("0.403"),
        author=(
            theirs.L,
            page.R("0.403"),
        ),
        fixed=(
            v.L,
            page.R("0.644"),
        ),
    )
    page.right(9, D("L", "p"), -1 / v.p)
    page.right(10, D("p", "z"), v.p * (1 - v.p))
    page.right(11, G("z"), -(1 - v.p), v.p - v.y)
    page.follows(
        12,
        G("z"),
        page.R("-0.332"),
        author=(
            theirs.e,
            page.R("-0.332"),
        ),
        fixed=(
            G("z"),
            page.R("-0.475"),
        ),
    )
    page.follows(
        13,
        G("w1"),
        page.R("-0.664"),
        author=(
            theirs.e * 2,
            page.R("-0.664"),
        ),
        fixed=(
            G("w1"),
            page.R("-0.95"),
        ),
    )
    page.wrong(
        14,
        G("w2"),
        G("z") * v.w2,
        fixed=(
            G("w2"),
            G("z") * v.x2,
        ),
    )
    page.right(15, G("b"), v.p - v.y)
