"""A plain text e-mail with unicode, terse, two slips and a missing definition.

What the equations of unicode_email_slips.txt are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z1 = v.w1 * v.x
    v.a1 = np.tanh(v.z1)
    v.z2 = v.w2 * v.a1 + v.w3 * v.x
    v.L = (v.z2 - v.y) ** 2


def statements(page):
    n = page.rng.normal
    v = page.model(forward, x=n(), w1=n(), w2=n(), w3=n(), y=n())
    G = v.G
    page.wrong(
        5,
        G("z2"),
        v.z2 - v.y,
        fixed=(
            G("z2"),
            2 * (v.z2 - v.y),
        ),
    )
    page.right(6, G("w2"), G("z2") * v.a1)
    page.right(7, G("w3"), G("z2") * v.x)
    page.right(8, G("a1"), G("z2") * v.w2)
    page.wrong(
        9,
        G("w1"),
        G("a1") * v.x,
        fixed=(
            G("w1"),
            G("a1") * (1 - v.a1**2) * v.x,
        ),
    )
