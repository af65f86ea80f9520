"""Chain rule drills on small graphs with numbers, a constant, a missing factor and what follows.

What the equations of drill_graphs.md are worth in numbers.
"""

import autograd.numpy as np


def first(v):
    v.u = v.x * v.y + v.z
    v.v = v.x - v.z
    v.L = np.log(v.u) + v.u * v.v


def second(v):
    v.r = v.a * v.b + v.c
    v.p = 1 / (1 + np.exp(-v.r))
    v.L = v.p**2


def third(v):
    v.L = v.s * np.exp(v.s * v.t)


def statements(page):
    v = page.model(first, x=2.0, y=1.5, z=-1.0)
    w = page.model(second, a=1.0, b=-2.0, c=0.5)
    f = page.model(third, s=page.rng.normal(), t=page.rng.normal())
    R = page.R
    slope = w.p * (1 - w.p)
    page.right(5, v.u, 2)
    page.right(6, v.v, 3)
    page.right(7, v.L, R("6.693"))
    page.right(8, v.G("u"), 1 / v.u + v.v, 3.5)
    page.right(9, v.G("v"), v.u, 2)
    page.wrong(10, v.D("u", "x"), 1, fixed=(v.D("u", "x"), v.y, 1.5))
    page.right(11, v.G("y"), v.G("u") * v.x, 7)
    page.right(12, v.G("z"), v.G("u") - v.G("v"), 1.5)
    page.right(15, w.r, -1.5)
    page.right(16, w.p, R("0.1824"))
    page.right(17, w.G("p"), 2 * w.p, R("0.3649"))
    page.right(18, w.D("p", "r"), slope, R("0.1491"))
    page.wrong(19, w.G("r"), slope, R("0.1491"), fixed=(w.G("r"), 2 * w.p * slope, R("0.0544")))
    page.follows(
        20,
        w.G("a"),
        R("-0.2983"),
        author=(slope * w.b, R("-0.2983")),
        fixed=(w.G("a"), w.G("r") * w.b, R("-0.1088")),
    )
    page.right(22, f.G("s"), np.exp(f.s * f.t) * (1 + f.s * f.t))
    page.wrong(
        23,
        f.G("t"),
        f.s**2 * f.t * np.exp(f.s * f.t),
        fixed=(f.G("t"), f.s**2 * np.exp(f.s * f.t)),
    )
