"""RNN through three time steps, shared weights.

What the equations of rnn_three_steps.md are worth in numbers.
"""

import autograd.numpy as np


def steps(v):
    v.a1 = np.dot(v.W, v.h0) + np.dot(v.U, v.x1)
    v.h1 = np.tanh(v.a1)
    v.a2 = np.dot(v.W, v.h1) + np.dot(v.U, v.x2)
    v.h2 = np.tanh(v.a2)
    v.a3 = np.dot(v.W, v.h2) + np.dot(v.U, v.x3)
    v.h3 = np.tanh(v.a3)
    v.y = np.dot(v.V, v.h3)
    v.L = 0.5 * np.sum((v.y - v.t) ** 2)


def statements(page):
    r = page.rng.normal
    v = page.model(
        steps,
        W=r(size=(3, 3)),
        U=r(size=(3, 2)),
        V=r(size=(2, 3)),
        h0=r(size=3),
        x1=r(size=2),
        x2=r(size=2),
        x3=r(size=2),
        t=r(size=2),
    )
    G, D = v.G, v.D
    d1, d2, d3 = G("a1"), G("a2"), G("a3")
    s1, s2, s3 = 1 - v.h1**2, 1 - v.h2**2, 1 - v.h3**2
    page.right(4, G("V"), np.outer(v.y - v.t, v.h3))
    page.right(5, d3, np.dot(v.V.T, v.y - v.t) * s3)
    page.right(6, d2, np.dot(v.W.T, d3) * s2)
    page.wrong(
        7,
        d1,
        np.dot(v.W, d2) * s1,
        fixed=(
            d1,
            np.dot(v.W.T, d2) * s1,
        ),
    )
    page.wrong(
        8,
        G("W"),
        np.outer(d3, v.h2) + np.outer(d2, v.h1),
        fixed=(
            G("W"),
            np.outer(d3, v.h2) + np.outer(d2, v.h1) + np.outer(d1, v.h0),
        ),
    )
    page.right(9, G("U"), np.outer(d1, v.x1) + np.outer(d2, v.x2) + np.outer(d3, v.x3))
    page.right(10, G("x1"), np.dot(v.U.T, d1))
    page.right(11, D("h3", "h1"), np.dot(s3[:, None] * v.W, s2[:, None] * v.W))
    page.wrong(
        12,
        G("h1"),
        np.dot(D("h3", "h1").T, np.ones(3)),
        fixed=(
            G("h1"),
            np.dot(D("h3", "h1").T, G("h3")),
        ),
    )
