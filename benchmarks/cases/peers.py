"""Peers that many cases share: pytensor and autograd on the same function, numba on gradients written by hand.

One idea: each peer does the work as its users would at its best. pytensor compiles a graph of its own, autograd runs
eagerly, and numba compiles loops in which value and gradient were worked out on paper: what one could do without any
differentiation at all.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..measure import Call


def leaves(container: Any) -> list[Any]:
    """The arrays and numbers of nested lists and tuples, in order."""
    if isinstance(container, (list, tuple)):
        return [leaf for each in container for leaf in leaves(each)]
    return [container]


def refilled(container: Any, new: Sequence[Any]) -> Any:
    """The same container with other leaves."""
    remaining = iter(new)

    def fill(part: Any) -> Any:
        return type(part)(fill(each) for each in part) if isinstance(part, (list, tuple)) else next(remaining)

    return fill(container)


def by_pytensor(
    make: Callable[[Any], Callable[..., Any]], moving: Sequence[int], arguments: Sequence[Any]
) -> Callable[[], Call]:
    """A compiled function of value and gradients of the arguments `moving`. Results: the value, then each gradient."""

    def build() -> Call:
        pytensor = importlib.import_module("pytensor")
        library = importlib.import_module("pytensor.tensor")
        given = [np.asarray(each) for each in leaves(arguments)]
        symbols = [library.TensorType(str(each.dtype), shape=each.shape)() for each in given]
        placed = refilled(tuple(arguments), symbols)
        value = make(library)(*placed)
        gradients = pytensor.grad(value, leaves([placed[place] for place in moving]))
        function = pytensor.function(symbols, [value, *gradients], on_unused_input="ignore")
        function.trust_input = True  # arguments are arrays of the right types
        return lambda: function(*given)

    return build


def by_autograd(
    make: Callable[[Any], Callable[..., Any]], moving: Sequence[int], arguments: Sequence[Any]
) -> Callable[[], Call]:
    """Value and gradients, recorded anew at every call."""

    def build() -> Call:
        function = make(importlib.import_module("autograd.numpy"))

        def of_moving(chosen: Any) -> Any:
            all_of_them = list(arguments)
            for place, each in zip(moving, chosen, strict=True):
                all_of_them[place] = each
            return function(*all_of_them)

        both = importlib.import_module("autograd").value_and_grad(of_moving)
        chosen = tuple(arguments[place] for place in moving)
        return lambda: both(chosen)

    return build


def by_numba(written: Callable[..., Any], arguments: Sequence[Any]) -> Callable[[], Call]:
    """Value and gradient as somebody wrote them by hand, compiled."""

    def build() -> Call:
        compiled = importlib.import_module("numba").njit(fastmath={"contract", "reassoc"})(written)
        given = leaves(arguments)
        return lambda: compiled(*given)

    return build


# Gradients worked out on paper --------------------------------------------------------------------------------------
def product_by_hand(x: float, y: float, z: float) -> Any:
    return (x + y) * z, z, z, x + y


def relu_net_by_hand(x: float, t: float, w1: float, b1: float, w2: float, b2: float, w3: float, b3: float) -> Any:
    a = w1 * x + b1
    h = max(a, 0.0)
    c = w2 * h + b2
    k = max(c, 0.0) + x
    r = w3 * k + b3 - t
    g = 2.0 * r
    dk = g * w3
    dc = dk if c > 0.0 else 0.0
    da = dc * w2 if a > 0.0 else 0.0
    return r * r, dk + da * w1, -g, da * x, da, dc * h, dc, g * k, g


def length_by_hand(W: Any, x: Any) -> Any:
    rows, columns = W.shape
    total, dW, dx = 0.0, np.empty_like(W), np.zeros_like(x)
    for i in range(rows):
        q = 0.0
        for j in range(columns):
            q += W[i, j] * x[j]
        total += q * q
        for j in range(columns):
            dW[i, j] = 2.0 * q * x[j]
            dx[j] += 2.0 * q * W[i, j]
    return total, dW, dx


def small_net_by_hand(W1: Any, b1: Any, W2: Any, b2: Any, x: Any, t: Any) -> Any:
    hidden, outputs = W1.shape[0], W2.shape[0]
    h, e = np.empty(hidden), np.empty(outputs)
    dW1, db1, dW2, db2 = np.empty_like(W1), np.empty_like(b1), np.empty_like(W2), np.empty_like(b2)
    for i in range(hidden):
        a = b1[i]
        for j in range(x.size):
            a += W1[i, j] * x[j]
        h[i] = 1.0 / (1.0 + np.exp(-a))
    for k in range(outputs):
        e[k] = b2[k]
        for i in range(hidden):
            e[k] += W2[k, i] * h[i]
    largest, total, loss = e.max(), 0.0, 0.0
    for k in range(outputs):
        e[k] = np.exp(e[k] - largest)
        total += e[k]
    for k in range(outputs):
        p = e[k] / total
        loss -= t[k] * np.log(p)
        db2[k] = p * t.sum() - t[k]
        for i in range(hidden):
            dW2[k, i] = db2[k] * h[i]
    for i in range(hidden):
        g = 0.0
        for k in range(outputs):
            g += db2[k] * W2[k, i]
        db1[i] = g * h[i] * (1.0 - h[i])
        for j in range(x.size):
            dW1[i, j] = db1[i] * x[j]
    return loss, dW1, db1, dW2, db2


def gated_by_hand(x: Any, w: Any, b: Any) -> Any:
    one = x.dtype.type(1.0)
    total, dx, dw, db = x.dtype.type(0.0), np.empty_like(x), np.empty_like(x), np.empty_like(x)
    for i in range(x.size):
        s, h = one / (one + np.exp(-(x[i] * w[i] + b[i]))), np.tanh(x[i])
        total += s * h
        g = s * (one - s) * h
        dx[i] = g * w[i] + s * (one - h * h)
        dw[i] = g * x[i]
        db[i] = g
    return total, dx, dw, db
