"""A LaTeX file with macros, matrix calculus with slips of order and transposes.

What the equations of latex_slips.tex are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.Y = np.dot(np.dot(v.A, v.X), v.B)
    v.f = np.sum(v.C * v.Y)
    v.g = 0.5 * np.sum(v.Y**2)
    v.q = np.dot(v.u, np.dot(v.S, v.u))


def square(v):
    v.M = np.dot(v.Z, v.Z)
    v.t = np.trace(v.M)
    v.d = np.log(np.abs(np.linalg.det(v.Z)))


def statements(page):
    r = page.rng.normal
    v = page.model(
        forward,
        "f",
        A=r(size=(2, 3)),
        X=r(size=(3, 4)),
        B=r(size=(4, 5)),
        C=r(size=(2, 5)),
        u=r(size=3),
        S=r(size=(3, 3)),
    )
    z = page.model(square, "t", Z=r(size=(3, 3)))
    D = v.D
    page.right(2, D("f", "Y"), v.C)
    page.wrong(
        3,
        D("f", "X"),
        lambda: v.B.T @ v.C @ v.A.T,
        fixed=(
            D("f", "X"),
            v.A.T @ v.C @ v.B.T,
        ),
    )
    page.right(4, D("f", "A"), v.C @ v.B.T @ v.X.T)
    page.wrong(
        5,
        D("f", "B"),
        lambda: v.X.T @ v.A @ v.C,
        fixed=(
            D("f", "B"),
            v.X.T @ v.A.T @ v.C,
        ),
    )
    page.right(6, D("g", "X"), v.A.T @ v.Y @ v.B.T)
    page.wrong(
        8,
        D("q", "u"),
        v.S @ v.u,
        fixed=(
            D("q", "u"),
            v.S @ v.u + v.S.T @ v.u,
        ),
    )
    page.right(9, D("q", "S"), np.outer(v.u, v.u))
    page.wrong(
        10,
        z.D("t", "Z"),
        2 * z.Z,
        fixed=(
            z.D("t", "Z"),
            2 * z.Z.T,
        ),
    )
    page.right(11, z.D("d", "Z"), np.linalg.inv(z.Z).T)
