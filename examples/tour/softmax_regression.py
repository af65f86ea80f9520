"""Softmax regression: which of ten digits is it? Trained on most of the images, tested on the others.

`cross_entropy` takes scores and whole numbers. Its gradient is p - y, the probabilities less the truth: the last part
derives it from softmax and logarithm.
"""

import numpy as np
from sklearn.datasets import load_digits

import chainrule
from chainrule import nn, optimisers

digits = load_digits()
X, classes = digits.data / 16, digits.target
train, test = slice(0, 1400), slice(1400, None)


def loss(params, X, classes):
    scores = nn.linear(X, params["W"], params["b"])
    decay = 1e-4 * np.sum(params["W"] ** 2)
    return nn.cross_entropy(scores, classes) + decay


descent = optimisers.sgd(optimisers.schedules.cosine(1.0, 200), momentum=0.9)


@chainrule.jit
def step(params, state, X, classes):
    value, gradient = chainrule.value_and_grad(loss)(params, X, classes)
    return value, *descent.update(gradient, state, params)


params = {"W": np.zeros((64, 10)), "b": np.zeros(10)}
state = descent.init(params)
for _ in range(200):
    value, params, state = step(params, state, X[train], classes[train])

right = np.mean(np.argmax(nn.linear(X[test], params["W"], params["b"]), axis=1) == classes[test])
print(f"loss {np.log(10):.3f} before, {value:.3f} after training; {right:.1%} of the unseen digits right\n")
assert value < 0.15
assert right > 0.88


def one_example(scores, y):
    p = nn.softmax(scores)
    L = -np.sum(y * np.log(p))
    return L


worked = chainrule.explain(one_example, argnums=0)(np.array([2.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0]))
print(worked.text())
