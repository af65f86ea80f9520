"""L-BFGS from SciPy with exact gradients: a small net through the points of a curve.

`scipy.optimize.minimize` wants one vector and, with jac=True, a function that returns value and gradient together: that
is what `value_and_grad` returns. The net's arrays are cut out of the vector inside the function.
"""

import numpy as np
from scipy.optimize import minimize

import chainrule

WIDTH = 12
x = np.linspace(-3, 3, 60)
y = np.sin(2 * x) * np.exp(-(x**2) / 4)


def net(params, x):
    a, b, c = params.reshape(3, WIDTH)
    return np.tanh(np.outer(x, a) + b) @ c


def loss(params):
    return np.mean((net(params, x) - y) ** 2)


start = np.random.default_rng(1).normal(size=3 * WIDTH)
found = minimize(chainrule.jit(chainrule.value_and_grad(loss)), start, jac=True, method="L-BFGS-B",
                 options={"maxiter": 1500, "maxcor": 20})  # fmt: skip
print(f"loss {loss(start):.3f} before, {found.fun:.2e} after {found.nfev} evaluations of value and gradient\n")
assert found.fun < 1e-4
assert np.linalg.norm(chainrule.grad(loss)(found.x)) < 1e-2


# One hidden unit and one point: the weight inside is reached through the slope of tanh.
def one_unit(a, b, c):
    h = np.tanh(a * 0.5 + b)
    L = (c * h - 1.0) ** 2
    return L


print(chainrule.explain(one_unit)(1.0, 0.0, 2.0).text())
