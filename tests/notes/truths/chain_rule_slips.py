"""Small graphs with numbers, plus for times, arithmetic, constants.

What the equations of chain_rule_slips.md are worth in numbers.
"""

import autograd.numpy as np


def first(v):
    v.p = 3 * v.x
    v.q = v.p + v.y
    v.f = v.q * v.z + 7


def second(v):
    v.u = v.a * v.b
    v.v = v.a + 5
    v.g = v.u * v.v


def statements(page):
    u = page.model(first, "f", x=2.0, y=-1.0, z=4.0)
    w = page.model(second, "g", a=page.rng.normal(), b=page.rng.normal())
    at = page.model(second, "g", a=2.0, b=3.0)
    page.right(5, np.stack([u.p, u.q]), page.R("6 5"))
    page.wrong(
        6,
        u.f,
        page.R("34"),
        fixed=(
            u.f,
            page.R("27"),
        ),
    )
    page.right(7, u.G("q"), u.z, page.R("4"))
    page.right(8, u.G("z"), u.q, page.R("5"))
    page.wrong(
        9,
        u.G("x"),
        u.G("q") + 3,
        fixed=(
            u.G("x"),
            u.G("q") * 3,
        ),
    )
    page.right(10, u.G("y"), u.G("q"), page.R("4"))
    page.right(12, w.D("u", "a"), w.b)
    page.wrong(
        13,
        w.D("v", "a"),
        1 + 5,
        fixed=(
            w.D("v", "a"),
            1.0,
        ),
    )
    page.right(14, w.G("a"), w.G("u") * w.b + w.G("v"), w.v * w.b + w.u)
    page.wrong(
        15,
        w.G("b"),
        w.v + w.a,
        fixed=(
            w.G("b"),
            w.v * w.a,
        ),
    )
    page.right(16, at.G("a"), page.R("27"))
