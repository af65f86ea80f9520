"""Scanned notes where capital letters and digits stand for each other, right.

What the equations of ocr_alias.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z1 = v.w1 * v.x
    v.h1 = np.maximum(0, v.z1)
    v.z2 = v.w2 * v.h1
    v.L = 0.5 * (v.z2 - v.y) ** 2


def statements(page):
    n = page.rng.normal
    v = page.model(forward, x=n(), w1=n(), w2=n(), y=n())
    G = v.G
    page.right(4, G("z2"), v.z2 - v.y)
    page.right(5, G("h1"), G("z2") * v.w2)
    page.right(6, G("z1"), G("h1") * (v.z1 > 0))
    page.right(7, G("w2"), G("z2") * v.h1)
    page.right(8, G("w1"), G("z1") * v.x)
