"""Attention backward with three slips.

What the equations of attention_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.q = np.dot(v.X, v.Wq)
    v.k = np.dot(v.X, v.Wk)
    v.u = np.dot(v.X, v.Wv)
    v.S = np.dot(v.q, v.k.T) / np.sqrt(v.q.shape[1])
    e = np.exp(v.S)
    v.A = e / np.sum(e, axis=1, keepdims=True)
    v.Y = np.dot(v.A, v.u)
    v.L = np.sum(v.up * v.Y)


def statements(page):
    r = page.rng.normal
    v = page.model(
        forward, X=r(size=(4, 5)), Wq=r(size=(5, 3)), Wk=r(size=(5, 3)), Wv=r(size=(5, 2)), up=r(size=(4, 2))
    )
    G = v.G
    root = np.sqrt(3)
    page.right(3, G("u"), np.dot(v.A.T, G("Y")))
    page.right(4, G("A"), np.dot(G("Y"), v.u.T))
    page.wrong(
        5,
        G("S"),
        v.A * (1 - v.A) * G("A"),
        fixed=(
            G("S"),
            v.A * (G("A") - np.sum(v.A * G("A"), axis=1, keepdims=True)),
        ),
    )
    page.wrong(
        6,
        G("q"),
        np.dot(G("S"), v.k),
        fixed=(
            G("q"),
            np.dot(G("S"), v.k) / root,
        ),
    )
    page.wrong(
        7,
        G("k"),
        np.dot(G("S"), v.q) / root,
        fixed=(
            G("k"),
            np.dot(G("S").T, v.q) / root,
        ),
    )
    page.right(8, G("Wq"), np.dot(v.X.T, G("q")))
    page.right(9, G("Wv"), np.dot(v.X.T, G("u")))
    page.wrong(
        10,
        G("X"),
        np.dot(G("q"), v.Wq.T) + np.dot(G("u"), v.Wv.T),
        fixed=(
            G("X"),
            np.dot(G("q"), v.Wq.T) + np.dot(G("k"), v.Wk.T) + np.dot(G("u"), v.Wv.T),
        ),
    )
