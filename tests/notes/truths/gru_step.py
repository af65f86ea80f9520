"""GRU step, sign of the update gate and the reset path.

What the equations of gru_step.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.az = np.dot(v.Wz, v.x) + np.dot(v.Uz, v.hp)
    v.ar = np.dot(v.Wr, v.x) + np.dot(v.Ur, v.hp)
    v.z, v.r = sigmoid(v.az), sigmoid(v.ar)
    v.k = v.r * v.hp
    v.an = np.dot(v.Wn, v.x) + np.dot(v.Un, v.k)
    v.n = np.tanh(v.an)
    v.h = (1 - v.z) * v.n + v.z * v.hp
    v.L = np.sum(v.up * v.h)


def statements(page):
    r = page.rng.normal
    shapes = {f"W{g}": (3, 2) for g in "zrn"} | {f"U{g}": (3, 3) for g in "zrn"}
    v = page.model(forward, x=r(size=2), hp=r(size=3), up=r(size=3), **{k: r(size=s) for k, s in shapes.items()})
    G = v.G
    page.right(6, G("n"), G("h") * (1 - v.z))
    page.wrong(
        7,
        G("z"),
        G("h") * (v.n - v.hp),
        fixed=(
            G("z"),
            G("h") * (v.hp - v.n),
        ),
    )
    page.right(8, G("an"), G("n") * (1 - v.n**2))
    page.right(9, G("k"), np.dot(v.Un.T, G("an")))
    page.right(10, G("r"), G("k") * v.hp)
    page.right(11, G("ar"), G("r") * v.r * (1 - v.r))
    page.right(12, G("az"), G("z") * v.z * (1 - v.z))
    page.wrong(
        13,
        G("Un"),
        np.outer(G("an"), v.hp),
        fixed=(
            G("Un"),
            np.outer(G("an"), v.k),
        ),
    )
    page.right(14, G("Wr"), np.outer(G("ar"), v.x))
    page.wrong(
        15,
        G("hp"),
        G("h") * v.z + np.dot(v.Uz.T, G("az")) + np.dot(v.Ur.T, G("ar")),
        fixed=(
            G("hp"),
            G("h") * v.z + np.dot(v.Uz.T, G("az")) + np.dot(v.Ur.T, G("ar")) + G("k") * v.r,
        ),
    )
