"""KL divergence of two Gaussians, quotient and power slips.

What the equations of kl_gaussians.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.r = v.s1 / v.s2
    v.d = v.m1 - v.m2
    v.K = np.log(v.s2) - np.log(v.s1) + (v.s1**2 + v.d**2) / (2 * v.s2**2) - 0.5


def statements(page):
    r = page.rng.normal
    v = page.model(forward, "K", m1=r(), m2=r(), s1=np.exp(0.4 * r()), s2=np.exp(0.4 * r()))
    n = page.model(forward, "K", m1=1.0, m2=0.0, s1=2.0, s2=1.0)
    G = v.G
    page.right(2, G("m1"), (v.m1 - v.m2) / v.s2**2)
    page.right(3, G("m2"), -(v.m1 - v.m2) / v.s2**2, -G("m1"))
    page.wrong(
        4,
        G("s1"),
        -1 / v.s1 + v.s1**2 / v.s2**2,
        fixed=(
            G("s1"),
            -1 / v.s1 + v.s1 / v.s2**2,
        ),
    )
    page.wrong(
        5,
        G("s2"),
        1 / v.s2 - (v.s1**2 + v.d**2) / v.s2**2,
        fixed=(
            G("s2"),
            1 / v.s2 - (v.s1**2 + v.d**2) / v.s2**3,
        ),
    )
    page.right(7, n.K, page.R("1.307"))
    page.right(8, n.G("m1"), page.R("1"))
    page.wrong(
        9,
        n.G("s1"),
        page.R("0.15"),
        fixed=(
            n.G("s1"),
            page.R("1.5"),
        ),
    )
