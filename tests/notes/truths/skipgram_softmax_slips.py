"""Skip-gram with the full softmax, sums and signs lost.

What the equations of skipgram_softmax_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z = np.dot(v.U, v.c)
    e = np.exp(v.z)
    v.p = e / np.sum(e)
    v.J = -np.log(v.p[2])


def statements(page):
    r = page.rng.normal
    v = page.model(forward, "J", U=r(size=(5, 3)), c=r(size=3))
    G = v.G
    o = 2
    onehot = np.eye(5)[o]
    page.right(3, v.J, -v.z[o] + np.log(np.sum(np.exp(v.z))))
    page.wrong(
        4,
        G("c"),
        -v.U[o] + np.sum(v.U, axis=0),
        fixed=(
            G("c"),
            -v.U[o] + np.dot(v.p, v.U),
        ),
    )
    page.right(5, G("c"), np.dot(v.U.T, v.p - onehot))
    page.right(6, G("U"), np.outer(v.p - onehot, v.c))
    page.wrong(
        7,
        G("U")[o],
        (1 - v.p[o]) * v.c,
        fixed=(
            G("U")[o],
            (v.p[o] - 1) * v.c,
        ),
    )
    page.right(8, np.delete(G("U"), o, axis=0), np.delete(np.outer(v.p, v.c), o, axis=0))
