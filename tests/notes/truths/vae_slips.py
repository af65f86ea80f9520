"""VAE gradients with sigma as parameter, calculus slips.

What the equations of vae_slips.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.z = v.m + v.s * v.e
    v.y = np.tanh(v.z)
    v.A = (v.x - v.y) ** 2
    v.K = 0.5 * (v.m**2 + v.s**2 - 1) - np.log(v.s)
    v.J = v.A + v.beta * v.K


def statements(page):
    r = page.rng.normal
    v = page.model(forward, "J", m=r(), s=np.exp(r()), e=r(), x=r(), beta=0.7)
    G, D = v.G, v.D
    page.right(4, D("A", "y"), 2 * (v.y - v.x))
    page.wrong(
        5,
        G("z"),
        2 * (v.y - v.x),
        fixed=(
            G("z"),
            2 * (v.y - v.x) * (1 - v.y**2),
        ),
    )
    page.right(6, D("K", "m"), v.m)
    page.wrong(
        7,
        D("K", "s"),
        v.s - 1 / v.s**2,
        fixed=(
            D("K", "s"),
            v.s - 1 / v.s,
        ),
    )
    page.wrong(
        8,
        G("m"),
        v.m * v.beta + 1,
        fixed=(
            G("m"),
            G("z") + v.beta * v.m,
        ),
    )
    page.right(9, G("s"), G("z") * v.e + v.beta * D("K", "s"))
    page.right(10, G("beta"), v.K)
