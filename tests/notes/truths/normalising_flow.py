"""Planar normalising flow, log determinant and its gradients.

What the equations of normalising_flow.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.a = np.dot(v.w, v.z) + v.b
    v.t = np.tanh(v.a)
    v.y = v.z + v.u * v.t
    v.q = np.dot(v.w, v.u)
    v.det = 1 + v.q * (1 - v.t**2)
    v.ld = np.log(np.abs(v.det))
    v.L = 0.5 * np.sum(v.y**2) - v.ld


def scale(v):
    v.y = v.x * np.exp(v.s) + v.t
    v.ld = np.sum(v.s)
    v.L = 0.5 * np.sum(v.y**2) - v.ld


def statements(page):
    r = page.rng.normal
    v = page.model(forward, w=r(size=3), z=r(size=3), u=0.3 * r(size=3), b=r())
    k = page.model(scale, x=r(size=4), s=r(size=4), t=r(size=4))
    G, D = v.G, v.D
    page.right(2, D("y", "z"), np.eye(3) + (1 - v.t**2) * np.outer(v.u, v.w))
    page.right(3, np.linalg.det(D("y", "z")), 1 + (1 - v.t**2) * np.dot(v.w, v.u))
    page.right(6, G("det"), -1 / v.det)
    page.right(7, D("det", "t"), -2 * v.t * np.dot(v.w, v.u))
    page.right(8, G("t"), np.dot(v.u, v.y) + 2 * v.t * np.dot(v.w, v.u) / v.det)
    page.right(9, G("a"), G("t") * (1 - v.t**2))
    page.right(10, G("b"), G("a"))
    page.right(11, G("u"), v.t * v.y - (1 - v.t**2) / v.det * v.w)
    page.right(12, G("w"), G("a") * v.z - (1 - v.t**2) / v.det * v.u)
    page.right(14, k.G("s"), k.y * k.x * np.exp(k.s) - 1, k.y * (k.y - k.t) - 1)
    page.right(15, k.G("t"), k.y)
