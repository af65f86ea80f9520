"""Linear regression: one pixel of a handwritten digit, guessed from the other 63.

The loss is the mean of squared errors; its gradient is 2 X^T (X w - y) / n, which the last part prints, worked.
"""

import numpy as np
from sklearn.datasets import load_digits

import chainrule

images = load_digits().data / 16
y = images[:, 36]  # a pixel near the middle
X = np.delete(images, 36, axis=1)
X = np.c_[X - X.mean(0), np.ones(len(X))]  # centred, and a column of ones for the intercept


def loss(w, X, y):
    residual = X @ w - y
    return np.mean(residual**2)


step = chainrule.jit(chainrule.value_and_grad(loss))
w = np.zeros(X.shape[1])
velocity = np.zeros_like(w)
for _ in range(400):
    value, gradient = step(w, X, y)
    velocity = 0.95 * velocity - 0.1 * gradient
    w = w + velocity

best = np.mean((X @ np.linalg.lstsq(X, y, rcond=None)[0] - y) ** 2)
print(f"variance {np.var(y):.4f}, after training {value:.4f}, best possible {best:.4f}\n")
assert value < 1.02 * best

# The same gradient for two examples with two pixels each, as a teacher would write it down.
worked = chainrule.explain(loss, argnums=0)(
    np.array([0.5, -0.5]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 0.0])
)
print(worked.text())
