"""Random programs for tests: a seed in, a graph with the values of its inputs out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import chainrule.transforms  # noqa: F401 (fills the tables that recorded values look into)
from chainrule import ops
from chainrule.errors import ChainruleError
from chainrule.ir.graph import Graph
from chainrule.ir.node import Node
from chainrule.ops import input_node

SHAPES = ((), (3,), (2, 3), (1, 3), (2, 1))
DTYPES = (np.float64, np.float64, np.float32, np.int64, np.bool_)
NAMES = ("h", "x'", "lambda", "np", r"\hat y", "v1", "print", "W_{12}^1", "__debug__")
CONSTANTS = (
    2.0, -3.0, -0.0, 0.1, np.float32(0.1), 3, True, np.inf, np.nan, np.array([1.0, 2.0, 3.0]), np.float64(-2.5),
    np.ones(3), np.arange(3), np.linspace(0, 1, 24).reshape(8, 3)[1:2],
)  # fmt: skip


def minus(x: Any) -> Any:
    return -x


def cubed(x: Any) -> Any:
    return x**3


def to_minus_three_halves(x: Any) -> Any:
    return x**-1.5


def turned(x: Any) -> Any:
    return x.T


def summed(x: Any) -> Any:
    return np.sum(x, axis=0) if x.ndim else x


def narrow(x: Any) -> Any:
    return x.astype(np.float32)


def wide(x: Any) -> Any:
    return x.astype(np.float64)


def whole(x: Any) -> Any:
    return x.astype(int)


def lifted(x: Any) -> Any:
    return x[..., None]


def positive_part(x: Any) -> Any:
    return np.where(x > 0, x, 1.0)


def plus(x: Any, y: Any) -> Any:
    return x + y


def less(x: Any, y: Any) -> Any:
    return x - y


def times(x: Any, y: Any) -> Any:
    return x * y


def over(x: Any, y: Any) -> Any:
    return x / y


def to_the(x: Any, y: Any) -> Any:
    return (x * 1.0) ** (y * 1.0)  # whole numbers have no negative powers


def between(x: Any, y: Any) -> Any:
    return (x < y) & (y < x) | (x == y)


def chosen(x: Any, y: Any) -> Any:
    return np.where(x > y, x, y)


def stacked(x: Any, y: Any) -> Any:
    return np.stack([x, y])


def product(x: Any, y: Any) -> Any:
    return x @ y


ONE: tuple[Callable[..., Any], ...] = (
    np.sin, np.exp, np.tanh, np.abs, ops.sigmoid, ops.relu, np.square, minus, cubed, to_minus_three_halves, np.sqrt,
    turned, summed, narrow, wide, whole, lifted, positive_part, ops.softplus, ops.positive, np.sum,
)  # fmt: skip
TWO: tuple[Callable[..., Any], ...] = (
    plus, less, times, over, to_the, np.maximum, between, chosen, stacked, product, np.arctan2, ops.carry, ops.step,
)  # fmt: skip


def random_program(seed: int) -> tuple[Graph, list[Any]]:
    """A graph of up to 25 steps over three inputs of random types, some of them with troublesome names."""
    random = np.random.default_rng(seed)
    types = [(SHAPES[random.integers(5)], DTYPES[random.integers(5)]) for _ in range(3)]
    inputs = [input_node(shape, np.dtype(dtype)) for shape, dtype in types]
    pool: list[Node] = list(inputs)
    for _ in range(random.integers(3, 25)):
        try:
            made = random_step(random, pool)
        except (ChainruleError, ValueError, TypeError):
            continue  # shapes that do not fit
        if type(made) is Node and made.type.size < 200:
            pool.append(made)
    outputs = [pool[-1], *(pool[random.integers(len(pool))] for _ in range(random.integers(0, 3)))]
    names = {node: NAMES[random.integers(len(NAMES))] for node in pool if random.random() < 0.3}
    values = [(random.normal(size=shape) * 2).astype(dtype)[()] for shape, dtype in types]
    return Graph(tuple(inputs), tuple(outputs), names), values


def random_step(random: np.random.Generator, pool: list[Node]) -> Any:
    """One more value. Truth values are made numbers first: NumPy computes functions of them in half precision."""
    first: Any = numeric(pool[random.integers(len(pool))])
    if random.random() < 0.4:
        return ONE[random.integers(len(ONE))](first)
    second: Any = numeric(pool[random.integers(len(pool))])
    if random.random() < 0.4:
        second = CONSTANTS[random.integers(len(CONSTANTS))]
    if random.random() < 0.3:
        first, second = second, first
    return TWO[random.integers(len(TWO))](first, second)


def numeric(x: Node) -> Any:
    return x.astype(np.float64) if x.dtype == bool else x


Step = Callable[[Any, Any], Any]
_STEPS: tuple[Step, ...] = (
    lambda x, y: x + y, lambda x, y: x * y, lambda x, y: np.tanh(x), lambda x, y: np.exp(-x * x), lambda x, y: x.T,
    lambda x, y: np.sum(x, axis=0), lambda x, y: np.sum(x, axis=-1, keepdims=True), lambda x, y: x @ y,
    lambda x, y: np.maximum(x, y), lambda x, y: np.where(x > 0, x, 0.1 * x), lambda x, y: x[..., ::-1],
    lambda x, y: x[1:], lambda x, y: np.concatenate([x, x * 2.0], axis=0), lambda x, y: np.reshape(x, -1),
    lambda x, y: x[:, None], lambda x, y: np.sqrt(x * x + 1.0), lambda x, y: np.log(x * x + 0.5),
    lambda x, y: np.max(x, axis=0), lambda x, y: np.mean(x, axis=-1), lambda x, y: np.outer(x, y),
    lambda x, y: x / (1.0 + y * y), lambda x, y: np.stack([x, x]), lambda x, y: x[[0, -1, 0]],
    lambda x, y: np.einsum("ij,kj->ik", x, x), lambda x, y: np.roll(x, 1, axis=0), lambda x, y: np.cumsum(x, axis=0),
)  # fmt: skip


def random_function(seed: int) -> Callable[..., Any]:
    """A function of two matrices, a vector and a number that returns one number: steps that do not fit are left out."""
    random = np.random.default_rng(seed)
    drawn = [(int(step), int(i), int(j)) for step, i, j in random.integers(0, 2**16, (random.integers(3, 12), 3))]

    def function(*given: Any) -> Any:
        known = list(given)
        for step, i, j in drawn:
            try:
                made = _STEPS[step % len(_STEPS)](known[i % len(known)], known[j % len(known)])
            except (ValueError, IndexError, TypeError, ChainruleError):
                continue
            if made.size < 300:
                known.append(made)
        return sum(np.sum(np.sin(each) * 0.3) for each in known)

    return function
