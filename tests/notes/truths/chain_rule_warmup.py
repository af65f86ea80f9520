"""Small graphs with numbers, all right.

What the equations of chain_rule_warmup.md are worth in numbers.
"""

import autograd.numpy as np


def first(v):
    v.q = v.x * v.y
    v.r = v.q + v.z
    v.f = v.r**2


def second(v):
    v.s = v.a / v.b
    v.t = v.s - v.c
    v.g = np.exp(v.t)


def third(v):
    v.m = np.maximum(v.x, v.y)
    v.n = np.minimum(v.x, v.z)
    v.h = v.m * v.n


def statements(page):
    u = page.model(first, "f", x=3.0, y=-2.0, z=4.0)
    w = page.model(second, "g", a=6.0, b=2.0, c=2.5)
    t = page.model(third, "h", x=5.0, y=2.0, z=-3.0)
    page.right(6, u.q, page.R("-6"))
    page.right(7, u.r, page.R("-2"))
    page.right(8, u.f, page.R("4"))
    page.right(9, u.G("r"), 2 * u.r, page.R("-4"))
    page.right(10, u.G("q"), u.G("r"), page.R("-4"))
    page.right(11, u.G("x"), u.G("q") * u.y, page.R("8"))
    page.right(12, u.G("y"), u.G("q") * u.x, page.R("-12"))
    page.right(13, u.G("z"), page.R("-4"))
    page.right(18, np.stack([w.s, w.t, w.g]), page.R("3 0.5 1.649"))
    page.right(19, w.G("t"), w.g)
    page.right(20, w.G("a"), w.g / w.b, page.R("0.824"))
    page.right(21, w.G("b"), -w.g * w.a / w.b**2, page.R("-2.473"))
    page.right(22, w.G("c"), -w.g, page.R("-1.649"))
    page.right(25, t.h, page.R("-15"))
    page.right(26, t.G("x"), page.R("-3"))
    page.right(27, np.stack([t.G("y"), t.G("z")]), page.R("0 5"))
