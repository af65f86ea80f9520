"""Scanned notes with OCR noise around a small network, two slips.

What the equations of ocr_scan.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z = v.w * v.x + v.b
    v.a = np.tanh(v.z)
    v.yh = v.c * v.a
    v.L = (v.yh - v.y) ** 2


def statements(page):
    n = page.rng.normal
    v = page.model(forward, x=n(), w=n(), b=n(), c=n(), y=n())
    G, D = v.G, v.D
    page.right(5, G("yh"), 2 * (v.yh - v.y))
    page.wrong(
        7,
        G("c"),
        2 * (v.yh - v.y) * v.c,
        fixed=(
            G("c"),
            2 * (v.yh - v.y) * v.a,
        ),
    )
    page.right(8, G("a"), 2 * (v.yh - v.y) * v.c)
    page.wrong(
        9,
        D("a", "z"),
        1 + v.a**2,
        fixed=(
            D("a", "z"),
            1 - v.a**2,
        ),
    )
    page.right(10, G("w"), G("z") * v.x)
    page.right(11, G("b"), G("z"))
