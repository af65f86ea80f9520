"""Sum and mean conventions said in the text, row and column examples.

What the equations of mean_or_sum.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.Z = np.dot(v.W, v.X) + v.b[:, None]
    v.P = 1 / (1 + np.exp(-v.Z))
    v.S = -np.sum(v.Y * np.log(v.P) + (1 - v.Y) * np.log(1 - v.P))
    v.J = v.S / v.X.shape[1]


def statements(page):
    r = page.rng.normal
    v = page.model(forward, "J", W=r(size=(2, 3)), X=r(size=(3, 5)), b=r(size=2), Y=page.rng.uniform(size=(2, 5)))
    G, D = v.G, v.D
    m = 5
    dZ = D("S", "Z")
    page.right(3, G("Z"), (v.P - v.Y) / m)
    page.right(4, G("W"), np.dot(G("Z"), v.X.T))
    page.right(5, G("b"), np.sum(G("Z"), axis=1))
    page.wrong(
        6,
        G("X"),
        np.dot(v.W.T, G("Z")) / m,
        fixed=(
            G("X"),
            np.dot(v.W.T, G("Z")),
        ),
    )
    page.right(8, dZ, v.P - v.Y)
    page.right(9, G("W"), np.dot(dZ, v.X.T) / m)
    page.wrong(
        10,
        G("b"),
        lambda: dZ / m,
        fixed=(
            G("b"),
            np.sum(dZ, axis=1) / m,
        ),
    )
