"""Logistic regression: is a handwritten digit an eight?

The loss is the binary cross entropy from scores, which no score can make infinite; its gradient is X^T (sigmoid(X w) -
t) / n. Adam takes the steps, and `jit` compiles a step whole: gradient, means and all.
"""

import numpy as np
from sklearn.datasets import load_digits

import chainrule
from chainrule import nn, optimisers

digits = load_digits()
X = np.c_[digits.data / 16, np.ones(len(digits.data))]
t = (digits.target == 8).astype(float)


def loss(w, X, t):
    scores = X @ w
    return nn.binary_cross_entropy_with_logits(scores, t)


descent = optimisers.adam(0.3)


@chainrule.jit
def step(w, state, X, t):
    return descent.update(chainrule.grad(loss)(w, X, t), state, w)


w = np.zeros(X.shape[1])
state = descent.init(w)
for _ in range(300):
    w, state = step(w, state, X, t)

value, right = loss(w, X, t), np.mean((X @ w > 0) == (t == 1))
print(f"loss {loss(0 * w, X, t):.3f} before, {value:.3f} after training; {right:.1%} right\n")
assert value < 0.08
assert right > 0.96

# For one image of two pixels the gradient is (sigmoid(score) - 1) x: nothing is left to learn once the score is large.
worked = chainrule.explain(lambda w, x: nn.softplus(-(w @ x)), argnums=0)(np.array([1.0, -1.0]), np.array([0.5, 2.0]))
print(worked.text())
