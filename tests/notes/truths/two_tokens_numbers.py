"""Attention of one query over two tokens in numbers, a transpose and a factor too many.

What the equations of two_tokens_numbers.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.s = np.dot(v.K, v.q) / np.sqrt(2)
    e = np.exp(v.s)
    v.a = e / np.sum(e)
    v.o = np.dot(v.V.T, v.a)
    v.L = np.dot(v.c, v.o)


def statements(page):
    v = page.model(forward, q=[1, 2], K=[[1, 0], [0.5, 1]], V=[[1, -1], [3, 2]], c=[1, -2])
    G, R = v.G, page.R
    page.right(3, v.s, R("0.707 1.768"))
    page.right(4, v.a, R("0.257 0.743"))
    page.right(5, v.o, R("2.486 1.228"))
    page.right(6, G("o"), v.c, [1, -2])
    page.right(7, G("a"), v.V @ v.c, [3, -1])
    page.wrong(
        8,
        G("V"),
        np.outer(v.c, v.a),
        R("0.257 0.743 -0.514 -1.486"),
        fixed=(G("V"), np.outer(v.a, v.c), R("0.257 -0.514 0.743 -1.486")),
    )
    page.right(9, G("s"), (np.diag(v.a) - np.outer(v.a, v.a)) @ G("a"), R("0.764 -0.764"))
    page.wrong(
        10,
        G("q"),
        v.K.T @ G("s") / 2,
        R("0.191 -0.382"),
        fixed=(G("q"), v.K.T @ G("s") / np.sqrt(2), R("0.270 -0.540")),
    )
    page.right(11, G("K"), np.outer(G("s"), v.q) / np.sqrt(2), R("0.540 1.081 -0.540 -1.081"))
