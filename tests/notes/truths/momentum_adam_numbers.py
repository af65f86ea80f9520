"""Gradient descent with momentum and Adam on a parabola, numbers.

What the equations of momentum_adam_numbers.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.L = (v.theta - 3) ** 2


def gradient(theta):
    return 2 * (theta - 3)


def statements(page):
    v = page.model(forward, theta=page.rng.normal())
    G = v.G
    one = 1 - 0.1 * gradient(1.0)
    u1 = gradient(1.0)
    u2 = 0.9 * u1 + gradient(one)
    two = one - 0.1 * u2
    m1, s1 = 0.1 * gradient(1.0), 0.001 * gradient(1.0) ** 2
    a1 = 1 + 0.1 * (m1 / 0.1) / -np.sqrt(s1 / 0.001)
    m2 = 0.9 * m1 + 0.1 * gradient(a1)
    s2 = 0.999 * s1 + 0.001 * gradient(a1) ** 2
    mh, sh = m2 / (1 - 0.9**2), s2 / (1 - 0.999**2)
    a2 = a1 - 0.1 * mh / np.sqrt(sh)
    page.right(3, G("theta"), 2 * (v.theta - 3))
    page.right(5, u1, page.R("-4"))
    page.right(6, one, page.R("1.4"))
    page.right(7, gradient(1.4), page.R("-3.2"))
    page.right(8, u2, page.R("-6.8"))
    page.right(9, two, page.R("2.08"))
    page.right(12, np.stack([m1, s1]), page.R("-0.4 0.016"))
    page.right(13, np.stack([m1 / 0.1, s1 / 0.001]), page.R("-4 16"))
    page.right(14, a1, page.R("1.1"))
    page.right(15, gradient(a1), page.R("-3.8"))
    page.right(16, m2, page.R("-0.74"))
    page.right(17, s2, page.R("0.03042"))
    page.right(18, np.stack([mh, sh]), page.R("-3.895 15.22"))
    page.right(19, a2, page.R("1.200"))
