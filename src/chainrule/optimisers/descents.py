"""The optimisers: how a gradient, and those before it, move the parameters.

One idea: each is a rule for one array, written as in its paper; g is the gradient, p the parameter, t the step from 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.coercion import as_array
from ..ops import conj, sign, sqrt
from .optimiser import Optimiser, Rate, number, of_type, optimiser


def squared(g: Any) -> Any:
    """g^2, and |g|^2 of complex numbers: how far, not which way."""
    return g * conj(g) if as_array(g).dtype.kind == "c" else g * g


def sgd(
    learning_rate: Rate = 1e-2, momentum: float = 0.0, nesterov: bool = False, weight_decay: float = 0.0
) -> Optimiser:
    """Gradient descent: p <- p - rate m, where m <- momentum m + g (with Nesterov's: p <- p - rate (g + momentum m)).

    `weight_decay` w adds w p to g. Source: Sutskever et al., On the importance of initialization and momentum (2013),
    in the form of PyTorch, where the rate is outside the momentum.

    >>> descent = sgd(0.1)
    >>> descent.update({"w": 1.0}, descent.init({"w": 3.0}), {"w": 3.0})[0]
    {'w': 2.9}
    """

    def rule(g: Any, p: Any, memory: tuple[Any, ...], rate: Any, step: Any) -> tuple[Any, tuple[Any, ...]]:
        g = g + weight_decay * p if weight_decay else g
        if not momentum:
            return p - of_type(rate, p) * g, ()
        m = momentum * memory[0] + g
        return p - of_type(rate, p) * (g + momentum * m if nesterov else m), (m,)

    return optimiser(learning_rate, 1 if momentum else 0, rule)


def adagrad(learning_rate: Rate = 1e-2, epsilon: float = 1e-10) -> Optimiser:
    """p <- p - rate g / (sqrt(s) + epsilon), where s adds up all g^2.

    Source: Duchi, Hazan and Singer, Adaptive subgradient methods (2011).
    """

    def rule(g: Any, p: Any, memory: tuple[Any, ...], rate: Any, step: Any) -> tuple[Any, tuple[Any, ...]]:
        s = memory[0] + squared(g)
        return p - of_type(rate, p) * g / (sqrt(s) + epsilon), (s,)

    return optimiser(learning_rate, 1, rule)


def rmsprop(learning_rate: Rate = 1e-2, decay: float = 0.99, epsilon: float = 1e-8, momentum: float = 0.0) -> Optimiser:
    """p <- p - rate g / (sqrt(s) + epsilon), where s is the running mean of g^2: s <- decay s + (1 - decay) g^2.

    With `momentum`, the steps without the rate are added up as in `sgd`. Source: Tieleman and Hinton, Lecture 6.5
    (2012).
    """

    def rule(g: Any, p: Any, memory: tuple[Any, ...], rate: Any, step: Any) -> tuple[Any, tuple[Any, ...]]:
        s = decay * memory[0] + (1 - decay) * squared(g)
        direction = g / (sqrt(s) + epsilon)
        if not momentum:
            return p - of_type(rate, p) * direction, (s,)
        m = momentum * memory[1] + direction
        return p - of_type(rate, p) * m, (s, m)

    return optimiser(learning_rate, 2 if momentum else 1, rule)


def adadelta(learning_rate: Rate = 1.0, decay: float = 0.9, epsilon: float = 1e-6) -> Optimiser:
    """p <- p - rate d with d = g sqrt(u + epsilon) / sqrt(s + epsilon): s, u are running means of g^2 and of d^2.

    Source: Zeiler, Adadelta (2012), algorithm 1.
    """

    def rule(g: Any, p: Any, memory: tuple[Any, ...], rate: Any, step: Any) -> tuple[Any, tuple[Any, ...]]:
        s = decay * memory[0] + (1 - decay) * squared(g)
        d = g * sqrt(memory[1] + epsilon) / sqrt(s + epsilon)
        return p - of_type(rate, p) * d, (s, decay * memory[1] + (1 - decay) * squared(d))

    return optimiser(learning_rate, 2, rule)


def adam(
    learning_rate: Rate = 1e-3, decay: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-8,
    weight_decay: float = 0.0,
) -> Optimiser:  # fmt: skip
    """p <- p - rate m' / (sqrt(s') + epsilon), with m and s the running means of g and g^2, freed of their start at 0.

    m <- b m + (1 - b) g and m' = m / (1 - b^t), likewise s with g^2 and c, for decay (b, c). `weight_decay` w adds w p
    to g (`adamw` keeps it apart). Source: Kingma and Ba, Adam (2015), algorithm 1.

    >>> descent = adam(0.1)
    >>> round(descent.update({"w": 5.0}, descent.init({"w": 3.0}), {"w": 3.0})[0]["w"], 6)  # the first step is the rate
    2.9
    """

    def rule(g: Any, p: Any, memory: tuple[Any, ...], rate: Any, step: Any) -> tuple[Any, tuple[Any, ...]]:
        g = g + weight_decay * p if weight_decay else g
        direction, memory = _adam_direction(g, p, memory, step, decay, epsilon)
        return p - of_type(rate, p) * direction, memory

    return optimiser(learning_rate, 2, rule)


def adamw(
    learning_rate: Rate = 1e-3, decay: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-8,
    weight_decay: float = 1e-2,
) -> Optimiser:  # fmt: skip
    """`adam`, with the decay of weights apart from the gradient: p <- p - rate (m' / (sqrt(s') + epsilon) + w p).

    Source: Loshchilov and Hutter, Decoupled weight decay regularization (2019), algorithm 2.
    """

    def rule(g: Any, p: Any, memory: tuple[Any, ...], rate: Any, step: Any) -> tuple[Any, tuple[Any, ...]]:
        direction, memory = _adam_direction(g, p, memory, step, decay, epsilon)
        return p - of_type(rate, p) * (direction + weight_decay * p), memory

    return optimiser(learning_rate, 2, rule)


def _adam_direction(
    g: Any, p: Any, memory: tuple[Any, ...], step: Any, decay: tuple[float, float], epsilon: float
) -> tuple[Any, tuple[Any, ...]]:
    first, second = decay
    m = first * memory[0] + (1 - first) * g
    s = second * memory[1] + (1 - second) * squared(g)
    started, spread = (of_type(number(1 - np.power(each, step)), p) for each in decay)
    return (m / started) / (sqrt(s / spread) + epsilon), (m, s)


def lion(learning_rate: Rate = 1e-4, decay: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0.0) -> Optimiser:
    """p <- p - rate (sign(b m + (1 - b) g) + w p), then m <- c m + (1 - c) g, for decay (b, c): only signs move.

    Source: Chen et al., Symbolic discovery of optimization algorithms (2023), algorithm 2.
    """

    def rule(g: Any, p: Any, memory: tuple[Any, ...], rate: Any, step: Any) -> tuple[Any, tuple[Any, ...]]:
        m, (first, second) = memory[0], decay
        direction = sign(first * m + (1 - first) * g)
        direction = direction + weight_decay * p if weight_decay else direction
        return p - of_type(rate, p) * direction, (second * m + (1 - second) * g,)

    return optimiser(learning_rate, 1, rule)
