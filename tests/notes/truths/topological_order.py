"""The order of the nodes, a graph with a shared node.

What the equations of topological_order.md are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.a = v.x * v.w
    v.b = v.a + v.k
    v.c = v.a**2
    v.d = np.sin(v.b)
    v.e = v.c * v.d
    v.f = v.e - v.b


def statements(page):
    n = page.rng.normal
    v = page.model(forward, "f", x=n(), w=n(), k=n())
    G = v.G
    page.right(7, G("f"), 1.0)
    page.right(8, G("e"), 1.0)
    page.right(9, G("d"), G("e") * v.c, v.c)
    page.right(10, G("c"), G("e") * v.d, v.d)
    page.right(11, G("b"), G("d") * np.cos(v.b) - 1)
    page.right(12, G("a"), G("b") + G("c") * 2 * v.a)
    page.right(13, G("x"), G("a") * v.w)
    page.right(14, G("w"), G("a") * v.x)
    page.right(15, G("k"), G("b"))
