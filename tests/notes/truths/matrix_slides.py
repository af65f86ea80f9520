"""Beamer slides with matrix derivatives in terse lists, swapped vectors and a factor too many.

What the equations of matrix_slides.tex are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    X, A, B, a, b, x = v.X, v.A, v.B, v.a, v.b, v.x
    inverse = np.linalg.inv(X)
    v.f1 = np.trace(np.dot(A, X))
    v.f2 = np.trace(np.dot(np.dot(A, X), B))
    v.f3 = np.dot(a, np.dot(X, b))
    v.f4 = np.trace(np.dot(X.T, np.dot(A, X)))
    v.f5 = 0.5 * np.sum(X**2)
    v.f6 = np.log(np.abs(np.linalg.det(X)))
    v.f7 = np.linalg.det(X)
    v.f8 = np.dot(a, np.dot(inverse, b))
    v.f9 = np.trace(np.dot(inverse, A))
    v.f10 = np.sum((np.dot(A, X) - B) ** 2)
    v.g1 = np.dot(x, np.dot(A, x))
    v.g2 = np.sqrt(np.sum((x - a) ** 2))
    v.g3 = np.dot(a, x) * np.dot(b, x)


def statements(page):
    r = page.rng.normal
    X = r(size=(3, 3)) + 3 * np.eye(3)
    v = page.model(forward, "f1", X=X, A=r(size=(3, 3)), B=r(size=(3, 3)), a=r(size=3), b=r(size=3), x=r(size=3))
    D, A, B, a, b, x = v.D, v.A, v.B, v.a, v.b, v.x
    T = np.linalg.inv(X).T
    page.right(1, D("f1", "X"), A.T)
    page.right(2, D("f2", "X"), A.T @ B.T)
    page.right(3, D("f3", "X"), np.outer(a, b))
    page.right(4, D("f4", "X"), (A + A.T) @ X)
    page.wrong(5, D("f5", "X"), 2 * X, fixed=(D("f5", "X"), X))
    page.right(6, D("f6", "X"), T)
    page.right(7, D("f7", "X"), np.linalg.det(X) * T)
    page.wrong(8, D("f8", "X"), -T @ np.outer(b, a) @ T, fixed=(D("f8", "X"), -T @ np.outer(a, b) @ T))
    page.right(9, D("f9", "X"), -T @ A.T @ T)
    page.right(10, D("f10", "X"), 2 * A.T @ (A @ X - B))
    page.right(11, D("g1", "x"), (A + A.T) @ x)
    page.right(12, D("g2", "x"), (x - a) / v.g2)
    page.right(13, D("g3", "x"), (np.outer(a, b) + np.outer(b, a)) @ x)
