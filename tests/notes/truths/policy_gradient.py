"""REINFORCE and a PPO surrogate for a softmax policy, sign and missing factor.

What the equations of policy_gradient.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    e = np.exp(v.theta)
    v.pi = e / np.sum(e)
    v.score = np.log(v.pi[1])
    v.L = -(v.R - v.b) * np.log(v.pi[1])
    v.H = -np.sum(v.pi * np.log(v.pi))
    v.rho = v.pi[1] / v.q[1]
    v.P = -v.rho * v.adv


def statements(page):
    r = page.rng.normal
    q = page.rng.dirichlet(np.ones(4))
    v = page.model(forward, theta=r(size=4), R=r(), b=r(), q=q, adv=r())
    D, G = v.D, v.G
    taken = np.eye(4)[1]
    page.right(3, D("score", "theta"), taken - v.pi)
    page.right(4, G("theta"), (v.R - v.b) * (v.pi - taken))
    page.right(6, D("H", "pi"), -np.log(v.pi) - 1)
    right = -v.pi * (np.log(v.pi) + v.H)
    page.wrong(7, D("H", "theta"), -right, fixed=(D("H", "theta"), right))
    page.right(9, D("P", "rho"), -v.adv)
    page.right(10, D("rho", "pi")[1], 1 / v.q[1])
    ratio = -v.adv * (taken - v.pi)
    page.wrong(11, D("P", "theta"), ratio, fixed=(D("P", "theta"), v.rho * ratio))
