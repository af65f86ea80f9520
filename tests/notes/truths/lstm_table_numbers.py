"""One LSTM step in numbers with a table, an arithmetic slip carried on.

What the equations of lstm_table_numbers.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.f = sigmoid(0.7 * v.x + 0.4 * v.h0 - 0.2)
    v.i = sigmoid(0.3 * v.x - 0.6 * v.h0 + 0.1)
    v.g = np.tanh(-0.5 * v.x + 0.8 * v.h0)
    v.o = sigmoid(0.9 * v.x + 0.2 * v.h0 - 0.3)
    v.c = v.f * v.c0 + v.i * v.g
    v.h = v.o * np.tanh(v.c)
    v.L = 0.5 * (v.h - v.t) ** 2


def from_c(v):
    v.h = v.o * np.tanh(v.c)
    v.L = 0.5 * (v.h - v.t) ** 2


def statements(page):
    v = page.model(forward, x=1.0, h0=0.5, c0=0.8, t=1.0)
    a = page.model(from_c, c=0.587, o=0.668, t=1.0)
    G, R = v.G, page.R
    page.right(3, v.f, R("0.668"))
    page.right(4, v.i, R("0.525"))
    page.right(5, v.g, R("-0.0997"))
    page.right(6, v.o, R("0.668"))
    page.wrong(7, v.c, R("0.587"), fixed=(v.c, R("0.482")))
    page.follows(8, v.h, R("0.353"), author=(a.h, R("0.353")), fixed=(v.h, R("0.299")))
    page.follows(9, G("h"), R("-0.647"), author=(a.G("h"), R("-0.647")), fixed=(G("h"), R("-0.701")))
    page.right(10, G("o"), G("h") * np.tanh(v.c))
    page.right(11, G("c"), G("h") * v.o * (1 - np.tanh(v.c) ** 2))
    page.right(12, G("f"), G("c") * v.c0)
    page.wrong(13, G("g"), G("c") * v.c0, fixed=(G("g"), G("c") * v.i))
    page.right(14, G("c0"), G("c") * v.f)
