"""Scaled dot-product attention, one head, matrices.

What the equations of attention_head.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.S = np.dot(v.Q, v.K.T) / np.sqrt(v.Q.shape[1])
    e = np.exp(v.S)
    v.P = e / np.sum(e, axis=1, keepdims=True)
    v.O = np.dot(v.P, v.V)
    v.L = np.sum(v.up * v.O)


def statements(page):
    r = page.rng.normal
    v = page.model(forward, Q=r(size=(3, 2)), K=r(size=(4, 2)), V=r(size=(4, 5)), up=r(size=(3, 5)))
    G, D = v.G, v.D
    d = 2
    jacobian = np.stack([D("P", "S")[i, :, i, :] for i in range(3)])
    page.right(3, G("V"), np.dot(v.P.T, G("O")))
    page.right(4, G("P"), np.dot(G("O"), v.V.T))
    page.right(5, jacobian, np.stack([np.diag(p) - np.outer(p, p) for p in v.P]))
    page.right(6, G("S"), v.P * (G("P") - np.sum(v.P * G("P"), axis=1, keepdims=True)))
    page.right(7, np.sum(v.P * G("P"), axis=1), np.sum(v.O * G("O"), axis=1))
    page.right(8, G("Q"), np.dot(G("S"), v.K) / np.sqrt(d))
    page.right(9, G("K"), np.dot(G("S").T, v.Q) / np.sqrt(d))
