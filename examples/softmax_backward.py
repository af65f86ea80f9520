"""A backward function written by hand, with one mistake in it, judged.

The gradient of the weights is a sum over the examples; here it was divided by their number.
"""

import numpy as np

import chainrule


def forward(X, W, Y):
    scores = X @ W
    P = chainrule.softmax(scores, axis=1)
    return -np.sum(Y * np.log(P))


def backward(X, W, Y):
    P = chainrule.softmax(X @ W, axis=1)
    d_scores = P - Y
    dX = d_scores @ W.T
    dW = X.T @ d_scores / len(X)
    return dX, dW


def example():
    rng = np.random.default_rng(0)
    return rng.normal(size=(6, 4)), rng.normal(size=(4, 3)), np.eye(3)[[0, 2, 1, 1, 0, 2]]


if __name__ == "__main__":
    print(chainrule.check_backward(backward, forward, example()))
