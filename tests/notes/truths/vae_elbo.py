"""VAE, reparametrisation and KL term, gradients of mean and log-variance.

What the equations of vae_elbo.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.sigma = np.exp(v.ell / 2)
    v.z = v.mu + v.sigma * v.eps
    v.xh = np.dot(v.W, v.z) + v.b
    v.R = 0.5 * np.sum((v.x - v.xh) ** 2)
    v.K = -0.5 * np.sum(1 + v.ell - v.mu**2 - np.exp(v.ell))
    v.L = v.R + v.K


def statements(page):
    r = page.rng.normal
    v = page.model(forward, mu=r(size=3), ell=r(size=3), eps=r(size=3), W=r(size=(4, 3)), b=r(size=4), x=r(size=4))
    G, D = v.G, v.D
    page.right(7, G("xh"), v.xh - v.x)
    page.right(8, G("z"), np.dot(v.W.T, v.xh - v.x))
    page.right(9, G("W"), np.outer(v.xh - v.x, v.z))
    page.right(10, D("K", "mu"), v.mu)
    page.right(11, D("K", "ell"), 0.5 * (np.exp(v.ell) - 1), 0.5 * (v.sigma**2 - 1))
    page.right(12, np.diag(D("z", "mu")), np.ones(3))
    page.right(13, np.diag(D("z", "ell")), 0.5 * v.eps * np.exp(v.ell / 2))
    page.right(14, G("mu"), np.dot(v.W.T, v.xh - v.x) + v.mu)
    page.right(15, G("ell"), 0.5 * v.sigma * v.eps * G("z") + 0.5 * (v.sigma**2 - 1))
