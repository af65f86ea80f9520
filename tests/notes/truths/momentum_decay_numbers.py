"""One step with weight decay and momentum in numbers, a slip carried on.

What the equations of momentum_decay_numbers.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.p = np.dot(v.w, v.x)
    v.E = 0.5 * (v.p - v.y) ** 2
    v.J = v.E + v.lam / 2 * np.sum(v.w**2)


def statements(page):
    w, x, old = np.array([0.5, 0.25]), np.array([2.0, -1.0]), np.array([0.2, -0.1])
    v = page.model(forward, "J", w=w, x=x, y=1.0, lam=0.1)
    g = v.G("w")
    dE = v.D("E", "w")
    m = 0.9 * old + g
    theirs = 0.9 * old + np.array([-0.45, 0.225])
    R = page.R
    page.right(2, v.p, 0.75)
    page.right(3, v.E, 0.03125)
    page.right(4, v.J, 0.046875)
    page.right(5, dE[0], (v.p - v.y) * x[0], -0.5)
    page.right(6, dE[1], (v.p - v.y) * x[1], 0.25)
    page.right(7, g[0], dE[0] + 0.1 * w[0], -0.45)
    page.wrong(8, g[1], R("0.225"), fixed=(g[1], R("0.275")))
    page.right(9, m[0], -0.27)
    page.follows(10, m[1], 0.135, author=(theirs[1], 0.135), fixed=(m[1], 0.185))
    page.right(11, (w - 0.1 * m)[0], 0.527)
    page.follows(12, (w - 0.1 * m)[1], 0.2365, author=((w - 0.1 * theirs)[1], 0.2365), fixed=((w - 0.1 * m)[1], 0.2315))
