"""Index sums with Kronecker deltas, index slips.

What the equations of kronecker_sums.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.Y = np.dot(v.X, v.W)
    v.Z = np.dot(v.Y, v.Y.T)
    v.L = 0.5 * np.sum(v.Y**2)
    v.q = np.dot(v.u, np.dot(v.A, v.u))


def statements(page):
    r = page.rng.normal
    v = page.model(forward, X=r(size=(4, 3)), W=r(size=(3, 3)), u=r(size=3), A=r(size=(3, 3)))
    G, D = v.G, v.D
    eye = np.eye(3)
    jacobian = D("Y", "W")
    page.right(2, D("u", "u"), eye)
    page.right(3, jacobian, np.einsum("nk,ij->nikj", v.X, eye))
    page.wrong(
        4,
        D("Y", "X"),
        np.einsum("nm,ki->nimk", np.eye(4), np.array([np.sum(v.W, axis=0)] * 3)),
        fixed=(
            D("Y", "X"),
            np.einsum("nm,ki->nimk", np.eye(4), v.W),
        ),
    )
    page.right(5, G("Y"), v.Y)
    page.right(6, G("W"), np.einsum("ni,nk->ki", v.Y, v.X))
    page.wrong(
        7,
        G("X"),
        np.einsum("ni,ik->nk", v.Y, v.W),
        fixed=(
            G("X"),
            np.einsum("ni,ki->nk", v.Y, v.W),
        ),
    )
    page.right(8, D("q", "u"), np.einsum("lj,j->l", v.A, v.u) + np.einsum("i,il->l", v.u, v.A))
    page.wrong(
        9,
        D("q", "A"),
        np.outer(v.u, np.ones(3)) * np.sum(v.u),
        fixed=(
            D("q", "A"),
            np.outer(v.u, v.u),
        ),
    )
