"""Multi-class hinge loss, binary hinge, indicators.

What the equations of svm_multiclass.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.s = np.dot(v.W, v.x)
    v.t = v.s - v.s[1] + v.delta
    v.L = np.sum(np.maximum(0, v.t) * np.array([1, 0, 1, 1]))


def binary(v):
    v.f = np.dot(v.w, v.x) + v.b
    v.L = np.maximum(0, 1 - v.y * v.f) + v.lam / 2 * np.dot(v.w, v.w)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, W=r(size=(4, 3)), x=r(size=3), delta=1.0)
    b = page.model(binary, w=r(size=3), x=r(size=3), b=r(), y=page.rng.choice([-1.0, 1.0]), lam=0.3)
    G = v.G
    active = (v.t > 0) * np.array([1, 0, 1, 1])
    others = [0, 2, 3]
    inside = float(b.y * b.f < 1)
    page.right(3, G("s")[others], active[others])
    page.right(4, G("s")[1], -np.sum(active))
    page.right(5, G("W")[others], np.outer(active, v.x)[others])
    page.right(6, G("W")[1], -np.sum(active) * v.x)
    page.right(8, b.G("f"), -b.y * inside)
    page.right(9, b.G("w"), b.G("f") * b.x + b.lam * b.w)
    page.right(10, b.G("b"), b.G("f"))
