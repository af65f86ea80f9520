"""A notebook with small gates in numbers, right.

What the equations of notebook_gates.ipynb are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.s = v.a + v.b
    v.m = v.s * v.c
    v.o = np.maximum(v.m, v.d)
    v.f = 1 / v.o


def statements(page):
    v = page.model(forward, "f", a=1.0, b=2.0, c=3.0, d=4.0)
    G = v.G
    page.right(3, np.stack([v.s, v.m, v.o]), page.R("3 9 9"))
    page.right(4, v.f, page.R("0.111"))
    page.right(5, G("o"), -1 / v.o**2, -1 / 81, page.R("-0.0123"))
    page.right(6, G("m"), -1 / 81)
    page.right(7, G("d"), 0.0)
    page.right(8, G("s"), -3 / 81, -1 / 27, page.R("-0.037"))
    page.right(9, G("c"), -3 / 81, -1 / 27)
    page.right(10, np.stack([G("a"), G("b")]), np.array([-1, -1]) / 27)
