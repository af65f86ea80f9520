"""Scalar LSTM with derivative slips.

What the equations of lstm_slips.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.p, v.q, v.r, v.s = [v["w" + k] * v.x + v["u" + k] * v.hp for k in "ifog"]
    v.i, v.f, v.o, v.g = sigmoid(v.p), sigmoid(v.q), sigmoid(v.r), np.tanh(v.s)
    v.c = v.f * v.cp + v.i * v.g
    v.h = v.o * np.tanh(v.c)
    v.L = 0.5 * (v.h - v.y) ** 2


def statements(page):
    n = page.rng.normal
    v = page.model(forward, x=n(), hp=n(), cp=n(), y=n(), **{a + k: n() for a in "wu" for k in "ifog"})
    G = v.G
    page.right(4, G("h"), v.h - v.y)
    page.wrong(
        5,
        G("o"),
        G("h") * v.c,
        fixed=(
            G("o"),
            G("h") * np.tanh(v.c),
        ),
    )
    page.right(6, G("c"), G("h") * v.o * (1 - np.tanh(v.c) ** 2))
    page.right(7, G("i"), G("c") * v.g)
    page.right(8, G("f"), G("c") * v.cp)
    page.wrong(
        9,
        G("p"),
        G("i") * sigmoid(v.p),
        fixed=(
            G("p"),
            G("i") * v.i * (1 - v.i),
        ),
    )
    page.right(10, G("q"), G("f") * v.f * (1 - v.f))
    page.wrong(
        11,
        G("s"),
        G("c") * v.i,
        fixed=(
            G("s"),
            G("c") * v.i * (1 - v.g**2),
        ),
    )
    page.right(12, G("wf"), G("q") * v.x)
    page.wrong(
        13,
        G("hp"),
        G("p") * v.ui + G("q") * v.uf + G("r") * v.uo,
        fixed=(
            G("hp"),
            G("p") * v.ui + G("q") * v.uf + G("r") * v.uo + G("s") * v.ug,
        ),
    )
    page.right(14, G("cp"), G("c") * v.f)
