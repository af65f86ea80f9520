"""A French e-mail with decimal commas in plain text, right.

What the equations of courriel_virgules.txt are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z = v.w * v.x + v.b
    v.a = 1 / (1 + np.exp(-v.z))
    v.L = 0.5 * (v.a - v.t) ** 2


def statements(page):
    v = page.model(forward, w=0.6, x=1.5, b=-0.4, t=1.0)
    n = page.rng.normal
    p = page.model(forward, w=n(), x=n(), b=n(), t=n())
    page.right(8, v.z, page.R("0.5"))
    page.right(9, v.a, page.R("0.6225"))
    page.right(10, v.L, page.R("0.0713"))
    page.right(11, p.G("a"), p.a - p.t)
    page.right(12, p.D("a", "z"), p.a * (1 - p.a))
    page.right(13, p.G("w"), (p.a - p.t) * p.a * (1 - p.a) * p.x)
    page.right(14, p.G("b"), (p.a - p.t) * p.a * (1 - p.a))
    page.right(15, v.G("w"), page.R("-0.133"))
    page.right(16, v.G("b"), page.R("-0.089"))
