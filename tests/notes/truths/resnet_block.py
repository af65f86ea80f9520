"""Residual block, identity path lost and other slips.

What the equations of resnet_block.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.u = np.dot(v.W1, v.x)
    v.h = np.maximum(0, v.u)
    v.f = np.dot(v.W2, v.h)
    v.y = v.x + v.f
    v.L = 0.5 * np.sum((v.y - v.t) ** 2)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, W1=r(size=(4, 3)), W2=r(size=(3, 4)), x=r(size=3), t=r(size=3))
    G, D = v.G, v.D
    on = (v.u > 0) * 1.0
    page.right(4, G("y"), v.y - v.t)
    page.right(5, G("f"), G("y"))
    page.right(6, G("W2"), np.outer(G("y"), v.h))
    page.right(7, G("h"), np.dot(v.W2.T, G("y")))
    page.wrong(
        8,
        G("u"),
        G("h"),
        fixed=(
            G("u"),
            G("h") * on,
        ),
    )
    page.wrong(
        9,
        G("W1"),
        lambda: np.outer(G("u"), v.h),
        fixed=(
            G("W1"),
            np.outer(G("u"), v.x),
        ),
    )
    page.wrong(
        10,
        G("x"),
        np.dot(v.W1.T, G("u")),
        fixed=(
            G("x"),
            np.dot(v.W1.T, G("u")) + G("y"),
        ),
    )
    page.right(11, D("y", "x"), np.eye(3) + np.dot(v.W2, on[:, None] * v.W1))
