"""LSTM cell backward, elementwise.

What the equations of lstm_cell.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.zi = np.dot(v.Wi, v.x) + np.dot(v.Ui, v.hp) + v.bi
    v.zf = np.dot(v.Wf, v.x) + np.dot(v.Uf, v.hp) + v.bf
    v.zo = np.dot(v.Wo, v.x) + np.dot(v.Uo, v.hp) + v.bo
    v.zg = np.dot(v.Wg, v.x) + np.dot(v.Ug, v.hp) + v.bg
    v.i, v.f, v.o, v.g = sigmoid(v.zi), sigmoid(v.zf), sigmoid(v.zo), np.tanh(v.zg)
    v.c = v.f * v.cp + v.i * v.g
    v.t = np.tanh(v.c)
    v.h = v.o * v.t
    v.L = np.sum(v.up_h * v.h) + np.sum(v.up_c * v.c)


def statements(page):
    r = page.rng.normal
    gates = {f"W{k}": r(size=(3, 2)) for k in "ifog"} | {f"U{k}": r(size=(3, 3)) for k in "ifog"}
    gates |= {f"b{k}": r(size=3) for k in "ifog"}
    v = page.model(forward, x=r(size=2), hp=r(size=3), cp=r(size=3), up_h=r(size=3), up_c=r(size=3), **gates)
    G = v.G
    page.right(5, G("o"), G("h") * np.tanh(v.c))
    page.right(6, G("c"), G("h") * v.o * (1 - np.tanh(v.c) ** 2) + v.up_c)
    page.right(7, np.stack([G("i"), G("g"), G("f")]), np.stack([G("c") * v.g, G("c") * v.i, G("c") * v.cp]))
    page.right(8, G("cp"), G("c") * v.f)
    page.right(9, G("zi"), G("i") * v.i * (1 - v.i))
    page.right(10, G("zf"), G("f") * v.f * (1 - v.f))
    page.right(11, G("zo"), G("o") * v.o * (1 - v.o))
    page.right(12, G("zg"), G("g") * (1 - v.g**2))
    page.right(13, np.stack([G("W" + k) for k in "ifog"]), np.stack([np.outer(G("z" + k), v.x) for k in "ifog"]))
    page.right(14, np.stack([G("U" + k) for k in "ifog"]), np.stack([np.outer(G("z" + k), v.hp) for k in "ifog"]))
    page.right(15, np.stack([G("b" + k) for k in "ifog"]), np.stack([G("z" + k) for k in "ifog"]))
    page.right(16, G("hp"), sum(np.dot(v["U" + k].T, G("z" + k)) for k in "ifog"))
