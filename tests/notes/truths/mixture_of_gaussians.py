"""Log-likelihood gradients of a Gaussian mixture with responsibilities, right.

What the equations of mixture_of_gaussians.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.n = np.exp(-((v.x - v.mu) ** 2) / (2 * v.sigma**2)) / (np.sqrt(2 * np.pi) * v.sigma)
    e = np.exp(v.alpha)
    v.w = e / np.sum(e)
    v.L = np.log(np.sum(v.w * v.n))


def statements(page):
    r = page.rng.normal
    v = page.model(forward, x=r(), mu=r(size=3), sigma=page.rng.uniform(0.6, 2, size=3), alpha=r(size=3))
    G = v.G
    g = v.w * v.n / np.sum(v.w * v.n)
    e = v.x - v.mu
    page.right(4, G("n"), g / v.n)
    page.right(5, G("mu"), g * e / v.sigma**2)
    page.right(6, G("sigma"), g * (e**2 / v.sigma**3 - 1 / v.sigma))
    page.right(7, G("w"), g / v.w)
    page.right(8, G("alpha"), g - v.w)
    page.right(9, G("x"), -np.sum(g * e / v.sigma**2))
