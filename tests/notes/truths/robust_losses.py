"""Pseudo-Huber, quantile, logistic and Cauchy losses, right, prime notation.

What the equations of robust_losses.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.H = v.d**2 * (np.sqrt(1 + (v.r / v.d) ** 2) - 1)
    v.Q = np.maximum(v.tau * v.r, (v.tau - 1) * v.r)
    v.C = 0.5 * v.k**2 * np.log(1 + v.r**2 / v.k**2)
    v.S = np.log(1 + np.exp(v.r))
    v.slope = v.r / np.sqrt(1 + (v.r / v.d) ** 2)
    v.sigma = 1 / (1 + np.exp(-v.r))


def statements(page):
    n = page.rng.normal
    v = page.model(forward, r=n(), d=np.exp(n()), tau=0.3, k=np.exp(n()))
    D = v.D
    page.right(2, D("H", "r"), v.r / np.sqrt(1 + (v.r / v.d) ** 2))
    page.right(3, D("slope", "r"), (1 + (v.r / v.d) ** 2) ** -1.5)
    page.right(5, D("Q", "r"), v.tau if v.r > 0 else v.tau - 1)
    page.right(7, D("C", "r"), v.r / (1 + v.r**2 / v.k**2))
    page.right(9, D("S", "r"), 1 / (1 + np.exp(-v.r)))
    page.right(10, D("sigma", "r"), v.sigma * (1 - v.sigma))
