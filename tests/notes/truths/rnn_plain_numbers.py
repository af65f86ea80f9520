"""A scalar recurrent net over three steps, numbers in plain text, right.

What the equations of rnn_plain_numbers.txt are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.a1 = v.u * v.x1 + v.b
    v.h1 = np.tanh(v.a1)
    v.a2 = v.u * v.x2 + v.w * v.h1 + v.b
    v.h2 = np.tanh(v.a2)
    v.a3 = v.u * v.x3 + v.w * v.h2 + v.b
    v.h3 = np.tanh(v.a3)
    v.L = 0.5 * (v.h3 - v.y) ** 2


def statements(page):
    v = page.model(forward, u=0.8, w=0.5, b=0.1, x1=1.0, x2=-2.0, x3=0.5, y=0.2)
    G, R = v.G, page.R
    page.right(6, v.h1, R("0.716"))
    page.right(7, v.h2, R("-0.815"))
    page.right(8, v.h3, R("0.092"))
    page.right(9, v.L, R("0.0058"))
    page.right(10, G("a3"), (v.h3 - v.y) * (1 - v.h3**2), R("-0.107"))
    page.right(11, G("a2"), G("a3") * v.w * (1 - v.h2**2), R("-0.018"))
    page.right(12, G("a1"), G("a2") * v.w * (1 - v.h1**2), R("-0.0044"))
    page.right(13, G("w"), G("a2") * v.h1 + G("a3") * v.h2, R("0.074"))
    page.right(14, G("u"), G("a1") * v.x1 + G("a2") * v.x2 + G("a3") * v.x3, R("-0.0219"))
    page.right(15, G("b"), G("a1") + G("a2") + G("a3"), R("-0.129"))
