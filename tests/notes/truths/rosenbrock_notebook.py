"""The Rosenbrock function and polar coordinates in a notebook, right.

What the equations of rosenbrock_notebook.ipynb are worth in numbers.
"""

import autograd.numpy as np


def forward(v):
    v.x = v.r * np.cos(v.phi)
    v.y = v.r * np.sin(v.phi)
    v.f = (1 - v.x) ** 2 + 100 * (v.y - v.x**2) ** 2
    v.fx = -2 * (1 - v.x) - 400 * v.x * (v.y - v.x**2)
    v.fy = 200 * (v.y - v.x**2)


def statements(page):
    v = page.model(forward, "f", r=page.rng.uniform(0.5, 2), phi=page.rng.normal())
    D, G = v.D, v.G
    point = page.model(forward, "f", r=np.sqrt(5.0), phi=np.arctan2(2.0, -1.0))
    x, y = v.x, v.y
    page.right(2, G("x"), -2 * (1 - x) - 400 * x * (y - x**2))
    page.right(3, G("y"), 200 * (y - x**2))
    page.right(4, D("fx", "x"), 2 - 400 * (y - 3 * x**2))
    page.right(5, np.stack([D("fy", "x"), D("fy", "y")]), np.array([-400 * x, 200]))
    page.right(7, point.f, 2**2 + 100, 104)
    page.right(8, np.stack([point.G("x"), point.G("y")]), [396, 200])
    page.right(9, np.sqrt(396**2 + 200**2), page.R("443.6"))
    page.right(12, G("r"), G("x") * np.cos(v.phi) + G("y") * np.sin(v.phi))
    turned = -G("x") * v.r * np.sin(v.phi) + G("y") * v.r * np.cos(v.phi)
    page.right(13, G("phi"), turned, -y * G("x") + x * G("y"))
