"""Poisson regression in a plain text e-mail with unicode.

What the equations of poisson_email.md are worth in numbers.
"""

import autograd
import autograd.numpy as np


def forward(v):
    v.eta = np.dot(v.X, v.w)
    v.lam = np.exp(v.eta)
    v.l = v.lam - v.y * v.eta
    v.L = np.sum(v.l)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, X=0.6 * r(size=(4, 3)), w=r(size=3), y=page.rng.integers(0, 5, size=4) * 1.0)
    G = v.G
    hessian = np.einsum("ni,n,nj->ij", v.X, v.lam, v.X)

    def slope(w):
        return np.dot(v.X.T, np.exp(np.dot(v.X, w)) - v.y)

    H = autograd.jacobian(slope)(v.w)
    page.right(5, G("lam", hold="eta"), np.ones(4))
    page.right(6, G("eta"), v.lam - v.y)
    page.right(7, G("w"), np.einsum("n,ni->i", v.lam - v.y, v.X))
    page.right(8, G("w"), np.dot(v.X.T, v.lam - v.y))
    page.right(9, H, hessian)
