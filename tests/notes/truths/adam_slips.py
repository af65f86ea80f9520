"""Adam and weight decay, slips with numbers.

What the equations of adam_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.L = v.a * v.w**2 + v.w


def statements(page):
    v = page.model(forward, a=2.0, w=0.5)
    G = v.G
    m, s = 0.1 * 3.0, 0.01 * 9.0
    page.right(8, G("w"), 4 * v.w + 1, page.R("3"))
    page.right(9, m, page.R("0.3"))
    page.wrong(
        10,
        s,
        0.01 * 3.0,
        fixed=(
            s,
            page.R("0.09"),
        ),
    )
    page.follows(
        11,
        s / 0.01,
        page.R("3"),
        author=(
            0.03 / 0.01,
            page.R("3"),
        ),
        fixed=(
            s / 0.01,
            page.R("9"),
        ),
    )
    page.follows(
        12,
        0.5 - 0.1 * 3 / np.sqrt(9.0),
        page.R("0.327"),
        author=(
            0.5 - 0.1 * 3 / np.sqrt(3.0),
            page.R("0.327"),
        ),
        fixed=(
            0.5 - 0.1 * 3 / np.sqrt(9.0),
            page.R("0.4"),
        ),
    )
    page.wrong(
        13,
        0.5 - 0.1 * 3,
        page.R("0.8"),
        fixed=(
            0.5 - 0.1 * 3,
            page.R("0.2"),
        ),
    )
