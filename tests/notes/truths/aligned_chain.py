"""Long aligned chains with comments, one line wrong in the middle.

What the equations of aligned_chain.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.u = v.y * v.s
    v.L = np.log(1 + np.exp(-v.u))
    v.e = np.exp(v.x)
    v.p = v.e / np.sum(v.e)
    v.H = -np.sum(v.p * np.log(v.p))


def statements(page):
    r = page.rng.normal
    v = page.model(forward, y=page.rng.choice([-1.0, 1.0]), s=r(), x=r(size=4))
    G, D = v.G, v.D
    logs = np.log(v.p)
    jacobian = D("p", "x")
    page.right(
        2,
        G("s"),
        -v.y * np.exp(-v.u) / (1 + np.exp(-v.u)),
        -v.y / (1 + np.exp(v.u)),
        -v.y * (1 - 1 / (1 + np.exp(-v.u))),
    )
    page.right(4, D("H", "p"), -logs - 1)
    page.right(
        5,
        D("H", "x"),
        np.dot(-(logs + 1), jacobian),
        -v.p * (logs + 1) + v.p * np.sum(v.p * (logs + 1)),
        -v.p * (logs + v.H),
    )
    page.wrong(
        6,
        -jacobian[0] / v.p[0],
        -(np.eye(4)[0] + v.p),
        v.p - np.eye(4)[0],
        fixed=(
            -jacobian[0] / v.p[0],
            -(np.eye(4)[0] - v.p),
        ),
    )
