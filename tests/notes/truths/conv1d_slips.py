"""1-D convolution with stride, index and arithmetic slips.

What the equations of conv1d_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.y = np.array([np.dot(v.w, v.x[2 * i : 2 * i + 2]) for i in range(3)])
    v.h = np.maximum(0, v.y)
    v.L = np.sum(v.c * v.h)


def statements(page):
    v = page.model(forward, x=[1.0, 2.0, -1.0, 0.5, 4.0, 1.0], w=[1.0, -2.0], c=[1.0, 2.0, 3.0])
    r = page.rng.normal
    p = page.model(forward, x=r(size=6), w=r(size=2), c=r(size=3))
    G = v.G
    gy = p.G("y")
    page.right(4, v.y, page.R("-3 -2 2"))
    page.wrong(
        5,
        v.h,
        page.R("0 2 2"),
        fixed=(
            v.h,
            page.R("0 0 2"),
        ),
    )
    page.follows(
        6,
        v.L,
        page.R("10"),
        author=(
            1.0 * 0 + 2 * 2 + 3 * 2,
            page.R("10"),
        ),
        fixed=(
            v.L,
            page.R("6"),
        ),
    )
    page.right(7, p.G("y"), p.c * (p.y > 0))
    page.right(8, G("y"), page.R("0 0 3"))
    page.wrong(
        9,
        p.G("w")[0],
        np.sum(gy * p.x[:3]),
        fixed=(
            p.G("w")[0],
            np.sum(gy * p.x[::2]),
        ),
    )
    page.right(10, p.G("w")[1], np.sum(gy * p.x[1::2]))
    page.right(11, G("w"), page.R("12 3"))
    page.right(12, p.G("x")[::2], gy * p.w[0])
    page.wrong(
        13,
        p.G("x")[1::2],
        gy * p.w[0],
        fixed=(
            p.G("x")[1::2],
            gy * p.w[1],
        ),
    )
