"""Label smoothing and distillation with a temperature, a blog post, one factor lost.

What the equations of label_smoothing_blog.md are worth in numbers.
"""

import autograd.numpy as np


def softmax(z):
    e = np.exp(z)
    return e / np.sum(e)


def forward(v):
    v.p = softmax(v.z)
    v.q = (1 - v.eps) * v.y + v.eps / 4
    v.L = -np.sum(v.q * np.log(v.p))
    v.s = softmax(v.z / v.T)
    v.t = softmax(v.v / v.T)
    v.K = -np.sum(v.t * np.log(v.s))
    v.H = v.T**2 * v.K


def statements(page):
    r = page.rng.normal
    v = page.model(forward, z=r(size=4), v=r(size=4), eps=0.2, T=2.5, y=np.eye(4)[page.rng.integers(4)])
    G, D = v.G, v.D
    I = np.eye(4)
    page.right(3, G("p"), -v.q / v.p)
    page.right(4, D("p", "z"), v.p[:, None] * (I - v.p[None, :]))
    page.right(5, G("z"), -v.q @ (I - v.p[None, :]), v.p - v.q, v.p - 0.8 * v.y - 0.2 / 4)
    page.right(6, G("eps"), np.sum(v.y * np.log(v.p)) - np.sum(np.log(v.p)) / 4)
    page.wrong(8, D("K", "z"), v.s - v.t, fixed=(D("K", "z"), (v.s - v.t) / v.T))
    page.right(10, D("H", "z"), v.T * (v.s - v.t))
