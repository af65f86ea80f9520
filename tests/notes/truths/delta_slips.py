"""Deltas with bracketed layer superscripts, wrong families and kept factors.

What the equations of delta_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z1 = np.dot(v.W1, v.x) + v.b1
    v.a1 = np.tanh(v.z1)
    v.z2 = np.dot(v.W2, v.a1) + v.b2
    v.a2 = np.tanh(v.z2)
    v.C = 0.5 * np.sum((v.a2 - v.y) ** 2)


def statements(page):
    r = page.rng.normal
    v = page.model(
        forward, "C", x=r(size=2), W1=r(size=(3, 2)), b1=r(size=3), W2=r(size=(4, 3)), b2=r(size=4), y=r(size=4)
    )
    G, D = v.G, v.D
    d1, d2 = G("z1"), G("z2")
    s1, s2 = 1 - v.a1**2, 1 - v.a2**2
    entry = np.einsum("iij->ij", D("z2", "W2"))
    page.wrong(
        4,
        d2,
        (v.a2 - v.y) * np.tanh(v.z2),
        fixed=(
            d2,
            (v.a2 - v.y) * s2,
        ),
    )
    page.right(5, d1, np.dot(v.W2.T, d2) * s1)
    page.right(6, s1, 1 - v.a1**2)
    page.wrong(
        7,
        entry,
        v.W2 * v.a1,
        fixed=(
            entry,
            np.tile(v.a1, (4, 1)),
        ),
    )
    page.right(8, G("W2"), np.outer(d2, v.a1))
    page.wrong(
        9,
        G("b1"),
        lambda: np.outer(d1, v.x),
        fixed=(
            G("b1"),
            d1,
        ),
    )
    page.right(10, G("x"), np.dot(v.W1.T, d1))
