"""1-D convolution, kernel gradients in numbers, right.

What the equations of conv1d_numbers.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.y = np.array([np.dot(v.w, v.x[i : i + 3]) + v.b for i in range(3)])
    v.L = np.dot(v.up, v.y)


def statements(page):
    v = page.model(forward, x=[1.0, -2.0, 0.0, 3.0, 1.0], w=[2.0, -1.0, 0.5], b=1.0, up=[1.0, -1.0, 2.0])
    r = page.rng.normal
    p = page.model(forward, x=r(size=5), w=r(size=3), b=r(), up=r(size=3))
    G = v.G
    page.right(3, v.y, page.R("5 -1.5 -1.5"))
    page.right(5, p.G("w"), np.array([sum(p.up[i] * p.x[i + k] for i in range(3)) for k in range(3)]))
    page.right(6, G("w"), page.R("3 4 -1"))
    page.right(7, G("b"), np.sum(v.up), page.R("2"))
    page.right(8, p.G("x"), np.array([sum(p.w[k] * p.up[j - k] for k in range(3) if 0 <= j - k < 3) for j in range(5)]))
    page.right(9, G("x"), page.R("2 -3 5.5 -2.5 1"))
