"""Two layers in numbers, one slip in the forward pass carried through.

What the equations of carried_two_layers.md are worth in numbers.
"""

import autograd.numpy as np


def network(v):
    v.z1 = np.dot(v.W, v.x)
    v.h = np.maximum(0, v.z1)
    v.s = np.dot(v.u, v.h)
    v.L = (v.s - v.t) ** 2


def from_h(v):
    v.s = np.dot(v.u, v.h)
    v.L = (v.s - v.t) ** 2


def statements(page):
    x, u = np.array([2.0, -1.0]), np.array([1.0, -2.0, 0.5])
    v = page.model(network, W=[[1.0, 3.0], [0.5, -1.0], [2.0, 1.0]], x=x, u=u, t=1.0)
    a = page.model(from_h, h=[0.0, 2.0, 5.0], u=u, t=1.0)
    G = v.G
    page.wrong(
        3,
        v.z1,
        page.R("-1 2 5"),
        fixed=(
            v.z1,
            page.R("-1 2 3"),
        ),
    )
    page.follows(
        4,
        v.h,
        page.R("0 2 5"),
        author=(
            a.h,
            page.R("0 2 5"),
        ),
        fixed=(
            v.h,
            page.R("0 2 3"),
        ),
    )
    page.follows(
        5,
        v.s,
        page.R("-1.5"),
        author=(
            a.s,
            page.R("-1.5"),
        ),
        fixed=(
            v.s,
            page.R("-2.5"),
        ),
    )
    page.follows(
        6,
        v.L,
        page.R("6.25"),
        author=(
            a.L,
            page.R("6.25"),
        ),
        fixed=(
            v.L,
            page.R("12.25"),
        ),
    )
    page.follows(
        7,
        G("s"),
        page.R("-5"),
        author=(
            a.G("s"),
            page.R("-5"),
        ),
        fixed=(
            G("s"),
            page.R("-7"),
        ),
    )
    page.follows(
        8,
        G("h"),
        page.R("-5 10 -2.5"),
        author=(
            a.G("h"),
            page.R("-5 10 -2.5"),
        ),
        fixed=(
            G("h"),
            page.R("-7 14 -3.5"),
        ),
    )
    page.wrong(
        9,
        G("z1"),
        G("h") * v.h,
        fixed=(
            G("z1"),
            G("h") * (v.z1 > 0),
        ),
    )
    page.right(10, G("u"), G("s") * v.h)
    page.wrong(
        11,
        G("W")[2, 0],
        G("z1")[2] * v.x[1],
        fixed=(
            G("W")[2, 0],
            G("z1")[2] * v.x[0],
        ),
    )
