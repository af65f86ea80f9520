"""Forward and backward tables with equations in the cells, two slips.

What the equations of tables_of_values.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.a = v.x + v.y
    v.b = v.a * v.z
    v.c = np.exp(v.b)
    v.d = 1 + v.c
    v.f = np.log(v.d)


def statements(page):
    v = page.model(forward, "f", x=0.5, y=-1.5, z=2.0)
    n = page.rng.normal
    p = page.model(forward, "f", x=n(), y=n(), z=n())
    G = v.G
    page.right(4, v.a, page.R("-1"))
    page.right(6, v.b, page.R("-2"))
    page.right(8, v.c, page.R("0.135"))
    page.right(10, v.d, page.R("1.135"))
    page.right(12, v.f, page.R("0.127"))
    page.right(13, p.G("d"), 1 / p.d)
    page.right(14, G("d"), page.R("0.881"))
    page.right(15, p.G("c"), p.G("d"))
    page.right(16, G("c"), page.R("0.881"))
    page.right(17, p.G("b"), p.G("c") * p.c)
    page.wrong(
        18,
        G("b"),
        page.R("0.191"),
        fixed=(
            G("b"),
            page.R("0.119"),
        ),
    )
    page.right(19, p.G("a"), p.G("b") * p.z)
    page.follows(
        20,
        G("a"),
        page.R("0.382"),
        author=(
            0.191 * 2,
            page.R("0.382"),
        ),
        fixed=(
            G("a"),
            page.R("0.238"),
        ),
    )
    page.wrong(
        21,
        p.G("z"),
        p.G("b") * p.z,
        fixed=(
            p.G("z"),
            p.G("b") * p.a,
        ),
    )
