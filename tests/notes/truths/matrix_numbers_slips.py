"""Linear layer in numbers, transposed entries and mislabelled results.

What the equations of matrix_numbers_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.y = np.dot(v.W, v.x)
    v.e = v.y - v.t
    v.L = 0.5 * np.dot(v.e, v.e)


def statements(page):
    v = page.model(forward, W=[[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]], x=[2.0, 1.0, -2.0], t=[0.0, 3.0])
    G, D = v.G, v.D
    page.right(3, v.y, page.R("-1 5"))
    page.right(4, v.e, page.R("-1 2"))
    page.right(5, v.L, page.R("2.5"))
    page.right(6, G("y"), v.e)
    page.wrong(
        7,
        v.W,
        page.R("-2 -1 2 4 2 -4"),
        fixed=(
            G("W"),
            page.R("-2 -1 2 4 2 -4"),
        ),
    )
    page.wrong(
        8,
        D("y", "W")[1, 1, 0],
        v.x[1],
        fixed=(
            D("y", "W")[1, 1, 0],
            v.x[0],
        ),
    )
    page.right(9, D("y", "W")[0, 0, 2], v.x[2], page.R("-2"))
    page.wrong(
        10,
        v.x,
        page.R("-1 8 -2.5"),
        fixed=(
            G("x"),
            page.R("-1 8 -2.5"),
        ),
    )
    page.wrong(
        11,
        G("x")[1] * 0.1,
        page.R("0.08"),
        fixed=(
            G("x")[1] * 0.1,
            page.R("0.8"),
        ),
    )
