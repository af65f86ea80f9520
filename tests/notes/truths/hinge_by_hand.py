"""Hinge loss, squared hinge and log-cosh by a student, slips of sign and rule.

What the equations of hinge_by_hand.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.s = np.dot(v.w, v.x) + v.b
    v.m = v.y * v.s
    v.L = np.maximum(0, 1 - v.m)
    v.Q = np.maximum(0, 1 - v.m) ** 2
    v.e = v.s - v.t
    v.C = np.log(np.cosh(v.e))
    v.slope = np.tanh(v.e)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, x=r(size=3), w=r(size=3), b=0.3, y=page.rng.choice([-1.0, 1.0]), t=r())
    D, G = v.D, v.G
    on = float(v.m < 1)
    gap = max(0, 1 - v.m)
    page.right(2, G("m"), -on)
    page.right(3, G("s"), -v.y * on)
    page.wrong(4, G("w"), v.y * v.x * on, fixed=(G("w"), -v.y * v.x * on))
    page.right(5, G("b"), -v.y * on)
    page.right(7, D("Q", "m"), -2 * gap)
    page.right(8, D("Q", "w"), -2 * v.y * gap * v.x)
    page.wrong(9, D("Q", "b"), -v.y * gap, fixed=(D("Q", "b"), -2 * v.y * gap))
    page.right(12, D("C", "e"), np.tanh(v.e))
    page.wrong(13, D("slope", "e"), 1 - np.tanh(v.e), fixed=(D("slope", "e"), 1 - np.tanh(v.e) ** 2))
    page.right(14, D("C", "t"), -np.tanh(v.s - v.t))
    page.right(15, D("C", "w"), np.tanh(v.e) * v.x)
