"""Jacobians in numerator and denominator layout.

What the equations of layouts.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z = np.dot(v.W, v.x) + v.b
    v.h = np.tanh(v.z)
    v.s = np.dot(v.u, v.h)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, "s", W=r(size=(3, 2)), x=r(size=2), b=r(size=3), u=r(size=3))
    G, D = v.G, v.D
    slope = 1 - v.h**2
    row = (v.u * slope)[None, :]
    page.right(2, D("z", "x"), v.W)
    page.right(3, D("z", "b"), np.eye(3))
    page.right(4, D("h", "z"), np.diag(slope))
    page.right(5, D("s", "h")[None, :], v.u[None, :])
    page.right(6, D("s", "z")[None, :], np.dot(v.u[None, :], np.diag(slope)), row)
    page.right(7, D("s", "x")[None, :], np.dot(row, v.W))
    page.right(8, D("z", "x").T, v.W.T)
    page.right(9, G("h"), v.u)
    page.right(10, G("z"), np.dot(np.diag(slope), v.u), v.u * slope)
    page.right(11, G("x"), np.dot(v.W.T, v.u * slope))
    page.right(12, G("W"), np.outer(v.u * slope, v.x))
    page.right(13, D("z", "W"), np.einsum("ki,j->kij", np.eye(3), v.x))
