"""Total derivative where the local one is meant, and other path slips.

What the equations of counted_twice.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.p = v.x**2
    v.q = v.p * v.x
    v.r = v.p + v.q
    v.L = 0.5 * v.r**2


def reuse(v):
    v.h = np.tanh(v.w * v.x)
    v.g = v.w * v.h
    v.L = v.g * v.h


def statements(page):
    n = page.rng.normal
    v = page.model(forward, x=1 + 0.2 * n())
    u = page.model(reuse, w=1 + 0.2 * n(), x=1 + 0.2 * n())
    G = v.G
    page.right(2, G("r"), v.r)
    page.right(3, G("q"), v.r)
    page.right(4, G("p"), v.r + G("q") * v.x, v.r * (1 + v.x))
    page.right(5, v.q, v.x**3)
    page.wrong(
        6,
        G("x"),
        G("p") * 2 * v.x + G("q") * 3 * v.x**2,
        fixed=(
            G("x"),
            G("p") * 2 * v.x + G("q") * v.p,
        ),
    )
    page.right(8, u.G("g"), u.h)
    page.right(9, u.G("h"), u.g + u.G("g") * u.w, 2 * u.w * u.h)
    page.wrong(
        10,
        u.G("w"),
        u.G("h") * u.x * (1 - u.h**2) + u.G("g") * (u.h + u.w * u.x * (1 - u.h**2)),
        fixed=(
            u.G("w"),
            u.G("h") * u.x * (1 - u.h**2) + u.G("g") * u.h,
        ),
    )
    page.right(11, u.G("x"), u.G("h") * u.w * (1 - u.h**2))
