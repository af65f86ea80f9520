"""GloVe objective, right, index form.

What the equations of glove_note.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.r = np.dot(v.w, v.c.T) + v.b[:, None] + v.d[None, :] - np.log(v.X)
    v.J = np.sum((v.X / 9) ** 0.75 * v.r**2)


def statements(page):
    r = page.rng.normal
    v = page.model(
        forward,
        "J",
        w=r(size=(3, 2)),
        c=r(size=(4, 2)),
        b=r(size=3),
        d=r(size=4),
        X=page.rng.uniform(1, 8, size=(3, 4)),
    )
    G = v.G
    f = (v.X / 9) ** 0.75
    e = 2 * f * v.r
    page.right(3, G("r"), e)
    page.right(4, G("w"), e @ v.c)
    page.right(5, G("c"), e.T @ v.w)
    page.right(6, np.concatenate([G("b"), G("d")]), np.concatenate([e.sum(1), e.sum(0)]))
    inner = np.einsum("il,jl->ij", v.w, v.c) + v.b[:, None] + v.d - np.log(v.X)
    page.right(7, G("w"), 2 * np.einsum("ij,ij,jk->ik", f, inner, v.c))
