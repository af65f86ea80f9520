"""Both Kullback-Leibler divergences of a softmax, cross terms missing and a wrong label.

What the equations of kl_both_ways.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    e = np.exp(v.z)
    v.q = e / np.sum(e)
    v.lq = np.log(v.q)
    v.F = np.sum(v.p * np.log(v.p / v.q))
    v.R = np.sum(v.q * np.log(v.q / v.p))
    v.S = v.F + v.R


def statements(page):
    v = page.model(forward, "F", z=page.rng.normal(size=4), p=page.rng.dirichlet(np.ones(4)))
    D, q, p = v.D, v.q, v.p
    log = np.log(q / p)
    J = np.diag(q) - np.outer(q, q)
    cases = np.array([[q[k] * (1 - q[k]) if i == k else -q[i] * q[k] for k in range(4)] for i in range(4)])
    page.right(4, D("F", "q"), -p / q)
    page.wrong(5, D("R", "p"), log + 1, fixed=(D("R", "q"), log + 1))
    page.right(6, D("F", "z"), q - p)
    page.right(7, D("q", "z"), cases)
    page.wrong(8, D("R", "z"), q * (1 - q) * (log + 1), fixed=(D("R", "z"), q * (log - v.R)))
    page.right(9, D("q", "z"), J)
    page.right(10, D("lq", "z"), np.eye(4) - q[None, :])
    page.right(12, D("S", "q"), -p / q + log + 1)
