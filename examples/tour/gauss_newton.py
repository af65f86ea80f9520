"""Gauss-Newton: a decaying oscillation fitted to noisy measurements, with no Jacobian ever written down.

Each step solves (J^T J) d = -J^T r for residuals r. Conjugate gradients need J v, which is `jvp`, and J^T u, which is
the pullback of `vjp`.
"""

import numpy as np

import chainrule

t = np.linspace(0, 4, 80)
truth = {"size": 1.5, "decay": 0.6, "frequency": 5.0, "phase": 0.4}
noise = np.random.default_rng(0).normal(0, 0.05, t.shape)


def model(p):
    return p["size"] * np.exp(-p["decay"] * t) * np.cos(p["frequency"] * t + p["phase"])


measured = model(truth) + noise
names = sorted(truth)


def residuals(vector):
    p = dict(zip(names, vector, strict=True))
    return model(p) - measured


def conjugate_gradients(product, b, steps):
    """x with product(x) = b, for a symmetric positive product."""
    x, r = np.zeros_like(b), b
    direction = r
    for _ in range(steps):
        image = product(direction)
        length = r @ r / (direction @ image)
        x, left = x + length * direction, r - length * image
        r, direction = left, left + (left @ left) / (r @ r) * direction
    return x


def better(p):
    """One step: the parameters after it, and residuals and gradient before."""
    r, pullback = chainrule.vjp(residuals, p)
    (gradient,) = pullback(r)

    def normal_matrix(v):
        moved = chainrule.jvp(residuals, (p,), (v,))[1]
        return pullback(moved)[0]

    return p + conjugate_gradients(normal_matrix, -gradient, len(p)), r, gradient


guess = {"size": 1.0, "decay": 0.3, "frequency": 4.6, "phase": 0.0}
p = np.array([guess[name] for name in names])
for _ in range(8):
    p, r, gradient = better(p)
    print(f"sum of squares {r @ r:9.5f}   gradient {np.linalg.norm(gradient):9.2e}")

found = dict(zip(names, p, strict=True))
print("\n" + "   ".join(f"{name} {found[name]:.3f} (true {truth[name]})" for name in names) + "\n")
r = residuals(p)
assert r @ r < 1.02 * noise @ noise
assert np.linalg.norm(chainrule.vjp(residuals, p)[1](r)[0]) < 1e-8  # at the bottom: J^T r = 0


# One measurement: how its squared residual depends on the frequency. A late measurement (large t) says more about it.
def squared_residual(frequency):
    angle = frequency * 2.0
    r = np.cos(angle) - 0.5
    return r**2


print(chainrule.explain(squared_residual)(5.0).text())
