"""Gaussian likelihood with numbers, decimal commas.

What the equations of gauss_dezimalkomma.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.m = v.a * v.x
    v.r = v.y - v.m
    v.s2 = v.s**2
    v.N = 0.5 * np.log(2 * np.pi * v.s2) + v.r**2 / (2 * v.s2)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, "N", a=r(), x=r(), y=r(), s=np.exp(r()))
    n = page.model(forward, "N", a=0.5, x=3.0, y=2.7, s=0.8)
    G = v.G
    page.right(4, G("r"), v.r / v.s**2)
    page.right(5, G("m"), -v.r / v.s**2)
    page.right(6, G("a"), -v.r * v.x / v.s**2)
    page.right(7, G("s"), 1 / v.s - v.r**2 / v.s**3)
    page.right(9, n.m, page.R("1.5"))
    page.right(10, n.r, page.R("1.2"))
    page.right(11, n.s2, page.R("0.64"))
    page.right(12, n.G("r"), page.R("1.875"))
    page.right(13, n.G("a"), page.R("-5.625"))
    page.right(14, n.G("s"), page.R("-1.56"))
    page.right(15, n.N, page.R("1.821"))
