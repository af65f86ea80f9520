"""Finite-difference checks with numbers, right.

What the equations of gradient_check.md are worth in numbers.
"""

import autograd.numpy as np


def f(x, y):
    return x**2 * y + np.sin(y)


def forward(v):
    v.f = f(v.x, v.y)


def statements(page):
    v = page.model(forward, "f", x=1.5, y=2.0)
    any_point = page.model(forward, "f", x=page.rng.normal(), y=page.rng.normal())
    page.right(2, any_point.G("x"), 2 * any_point.x * any_point.y)
    page.right(3, any_point.G("y"), any_point.x**2 + np.cos(any_point.y))
    page.right(5, v.f, page.R("5.4093"))
    page.right(6, v.G("x"), page.R("6"))
    page.right(7, v.G("y"), page.R("1.8339"))
    page.right(9, f(1.51, 2.0), page.R("5.46950"))
    page.right(10, f(1.49, 2.0), page.R("5.34950"))
    page.right(11, (f(1.51, 2.0) - f(1.49, 2.0)) / 0.02, page.R("6.000"))
    page.right(12, (f(1.5, 2.01) - f(1.5, 1.99)) / 0.02, page.R("1.8339"))
    page.right(13, (f(1.51, 2.0) - f(1.5, 2.0)) / 0.01, page.R("6.02"))
