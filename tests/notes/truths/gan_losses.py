"""GAN losses, gradients at the logits, saturating and non-saturating, two slips.

What the equations of gan_losses.md are worth in numbers.
"""

import autograd.numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(v):
    v.Dx, v.Dg = sigmoid(v.a), sigmoid(v.b)
    v.LD = -np.log(v.Dx) - np.log(1 - v.Dg)
    v.LS = np.log(1 - v.Dg)
    v.LN = -np.log(v.Dg)
    v.LQ = 0.5 * (v.Dx - 1) ** 2 + 0.5 * v.Dg**2


def generator(v):
    v.g = np.dot(v.W, v.z)
    v.b = np.dot(v.theta, v.g) + v.c
    v.LN = -np.log(sigmoid(v.b))


def statements(page):
    r = page.rng.normal
    v = page.model(forward, a=r(), b=r())
    gen = page.model(generator, "LN", W=r(size=(3, 2)), z=r(size=2), theta=r(size=3), c=r())
    D = v.D
    p = sigmoid(gen.b)
    page.right(4, D("LD", "a"), v.Dx - 1)
    page.wrong(
        5,
        D("LD", "b"),
        -v.Dg,
        fixed=(
            D("LD", "b"),
            v.Dg,
        ),
    )
    page.right(7, D("LS", "b"), -v.Dg)
    page.right(9, D("LN", "Dg"), -1 / v.Dg)
    page.right(10, D("LN", "b"), v.Dg - 1)
    page.wrong(
        12,
        D("LQ", "b"),
        v.Dg,
        fixed=(
            D("LQ", "b"),
            v.Dg**2 * (1 - v.Dg),
        ),
    )
    page.right(15, gen.G("g"), (p - 1) * gen.theta)
    page.right(16, gen.G("W"), (p - 1) * np.outer(gen.theta, gen.z))
    page.wrong(
        17,
        gen.G("z"),
        lambda: (p - 1) * np.dot(gen.W, gen.theta),
        fixed=(
            gen.G("z"),
            (p - 1) * np.dot(gen.W.T, gen.theta),
        ),
    )
