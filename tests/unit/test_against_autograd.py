"""The gradients of the five networks of the examples against HIPS autograd, which derives them from its own rules."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import chainrule

W_1 = np.array([[0.1, 0.3, 0.8, -0.4], [-0.3, -0.2, 0.5, 0.5], [-0.3, 0.0, 0.5, 0.4], [0.2, 0.5, -0.9, 0.7]])
W_2 = np.array([[0.5, 0.8, 0.2, 0.4], [0.5, 0.2, 0.3, -0.5]])
W = np.array([[0.1, 0.5], [-0.3, 0.8]])


def sigmoid(library, z):
    return 1 / (1 + library.exp(-z))


def softmax(library, a):
    raised = library.exp(a - library.max(a))
    return raised / library.sum(raised)


def batch_of_two(np):
    def loss(w, W, X, y):
        z = W * (X @ w)
        return np.mean((z - y) ** 2)

    return loss


def skip_connection(np):
    def loss(w, x, y):
        h_0 = np.maximum(w[0] * x, 0.0)
        h_1 = np.maximum(w[1] * h_0, 0.0)
        return (w[2] * h_1 + w[3] * h_0 - y) ** 2 / 2

    return loss


def squared_norm(np):
    def loss(W, x):
        return np.sum(np.dot(W, x) ** 2)

    return loss


def sigmoid_softmax(np):
    def loss(W_1, W_2, x, y):
        h_1 = sigmoid(np, np.dot(W_1, x))
        return np.sum((y - softmax(np, np.dot(W_2, h_1))) ** 2)

    return loss


def score(np):
    def s(u, W, x, b):
        return np.dot(u, np.tanh(np.dot(W, x) + b))

    return s


NETWORKS = {
    batch_of_two: (np.array([0.5, -1.0]), 2.0, np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([1.0, 0.0])),
    skip_connection: (np.array([1.5, 0.5, 2.0, 1.0]), 2.0, 5.0),
    squared_norm: (W, np.array([0.2, 0.4])),
    sigmoid_softmax: (W_1, W_2, np.array([2.0, 5.0, 3.0, 3.0]), np.array([1.0, 0.0])),
    score: (np.array([1.0, -2.0]), W, np.array([0.2, 0.4]), np.array([0.1, -0.1])),
}


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)
def test_gradients_agree(network):
    arguments = NETWORKS[network]
    places = tuple(range(len(arguments)))
    ours = chainrule.grad(network(np), places)(*arguments)
    theirs = autograd.grad(network(anp), places)(*arguments)
    for gradient, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)
def test_explained_and_compiled_gradients_are_the_same(network):
    arguments = NETWORKS[network]
    places = tuple(range(len(arguments)))
    ours = chainrule.grad(network(np), places)(*arguments)
    worked = chainrule.explain(network(np))(*arguments)
    compiled = chainrule.jit(chainrule.grad(network(np), places))(*arguments)
    for gradient, explained, fast in zip(ours, worked.gradients.values(), compiled, strict=True):
        # an explanation keeps 1/(1 + exp(-x)) as it is written, where grad computes the stable form of it
        np.testing.assert_allclose(explained, gradient, rtol=1e-14, atol=1e-16)
        np.testing.assert_allclose(fast, gradient, rtol=1e-12, atol=1e-15)
