"""Functions of a few numbers: what a call costs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

import chainrule

from ..measure import Call, Case
from . import peers


def product(x: Any, y: Any, z: Any) -> Any:
    return (x + y) * z


def relu_net(library: Any) -> Callable[..., Any]:
    """Two hidden ReLU units in a row, with a skip, and a squared error."""

    def loss(x: Any, t: Any, w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h = library.maximum(w1 * x + b1, 0.0)
        k = library.maximum(w2 * h + b2, 0.0) + x
        return (w3 * k + b3 - t) ** 2

    return loss


def squared_length(library: Any) -> Callable[..., Any]:
    def energy(W: Any, x: Any) -> Any:
        q = W @ x
        return library.sum(q * q)

    return energy


def small_net(library: Any, sigmoid: Any) -> Callable[..., Any]:
    """4-4-2, sigmoid and softmax, cross-entropy."""

    def loss(parameters: Any, x: Any, t: Any) -> Any:
        W1, b1, W2, b2 = parameters
        z = W2 @ sigmoid(W1 @ x + b1) + b2
        e = library.exp(z - library.max(z))
        return -library.sum(t * library.log(e / library.sum(e)))

    return loss


def ours(function: Callable[..., Any], argnums: Any, arguments: Sequence[Any]) -> Callable[[], Call]:
    def build() -> Call:
        jitted = chainrule.jit(chainrule.value_and_grad(function, argnums))
        return lambda: jitted(*arguments)

    return build


def by_jax(make: Callable[[Any], Callable[..., Any]], argnums: Any, arguments: Sequence[Any]) -> Callable[[], Call]:
    """jax.jit of value_and_grad in float64, on arrays that are already where they are needed."""

    def build() -> Call:
        jax = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        jitted = jax.jit(jax.value_and_grad(make(importlib.import_module("jax.numpy")), argnums))
        placed = [each if type(each) is float else jax.tree.map(jax.numpy.asarray, each) for each in arguments]
        return lambda: jax.block_until_ready(jitted(*placed))

    return build


def by_casadi(
    make: Callable[[Any], tuple[list[Any], Any]], write: Sequence[Any], compiled: bool = True
) -> Callable[[], Call]:
    """A buffer: numbers are written into it, the function is triggered, and the results are read. `compiled`: by the
    C compiler, which casadi asks for; else by its own interpreter."""

    def build() -> Call:
        casadi = importlib.import_module("casadi")
        inputs, value = make(casadi)
        options = {"jit": True, "compiler": "shell", "jit_options": {"flags": ["-O3", "-march=native"]}}
        results = [value, *[casadi.gradient(value, each) for each in inputs]]
        function = casadi.Function("f", inputs, [casadi.densify(each) for each in results], options if compiled else {})
        buffer, trigger = function.buffer()
        given = [np.zeros(each.numel()) for each in inputs]
        found = [np.zeros(each.numel()) for each in results]
        views = [memoryview(each) for each in given]
        results = [memoryview(each) for each in found]
        for slot, each in enumerate(views):
            buffer.set_arg(slot, each)
        for slot, each in enumerate(results):
            buffer.set_res(slot, each)
        kept = (function, buffer)  # the trigger does not keep them
        shapes = [np.shape(each) for each in write]
        numbers = [each if type(each) is float else np.asfortranarray(each).ravel("F") for each in write]

        def call(kept: Any = kept) -> Any:
            for view, array, each in zip(views, given, numbers, strict=True):
                if type(each) is float:
                    view[0] = each
                else:
                    array[:] = each
            trigger()
            read = [results[0][0]]
            for view, array, shape in zip(results[1:], found[1:], shapes, strict=True):
                read.append(array.copy().reshape(shape, order="F") if shape else view[0])
            return read

        return call

    return build


def casadi_product(casadi: Any) -> tuple[list[Any], Any]:
    x, y, z = (casadi.SX.sym(name) for name in "xyz")
    return [x, y, z], (x + y) * z


def casadi_relu(casadi: Any) -> tuple[list[Any], Any]:
    names = ("x", "t", "w1", "b1", "w2", "b2", "w3", "b3")
    symbols = [casadi.SX.sym(name) for name in names]
    return symbols, relu_net(SimpleNamespace(maximum=casadi.fmax))(*symbols)


def casadi_length(casadi: Any) -> tuple[list[Any], Any]:
    W, x = casadi.SX.sym("W", 2, 2), casadi.SX.sym("x", 2)
    return [W, x], casadi.sumsqr(W @ x)


def casadi_net(casadi: Any) -> tuple[list[Any], Any]:
    W1, b1, W2, b2 = (casadi.SX.sym("p", *shape) for shape in ((4, 4), (4, 1), (2, 4), (2, 1)))
    x, t = casadi.SX.sym("x", 4), casadi.SX.sym("t", 2)
    z = W2 @ (1 / (1 + casadi.exp(-(W1 @ x + b1)))) + b2
    e = casadi.exp(z - casadi.mmax(z))
    return [W1, b1, W2, b2, x, t], -casadi.sum1(t * casadi.log(e / casadi.sum1(e)))


def columns(call: Callable[[], Call], keep: Callable[[list[Any]], Any]) -> Callable[[], Call]:
    """A peer whose results are in another order, which is not timed: it is arranged as ours when compared."""

    def build() -> Call:
        inner = call()

        def arranged() -> Any:
            return keep(inner())

        return arranged

    return build


def cases() -> Iterator[Case]:
    point = (-2.0, 5.0, -4.0)
    yield Case(
        "(x+y)*z, value and gradient, floats", "0.3 of casadi, 0.015 of jax", ours(product, (0, 1, 2), point),
        {"jax": by_jax(lambda _: product, (0, 1, 2), point), "casadi": by_casadi(casadi_product, point),
         "casadi interpreted": by_casadi(casadi_product, point, False),
         "pytensor": peers.by_pytensor(lambda _: product, (0, 1, 2), point),
         "autograd": peers.by_autograd(lambda _: product, (0, 1, 2), point),
         "numba by hand": peers.by_numba(peers.product_by_hand, point)},
    )  # fmt: skip
    numbers = (0.7, 1.5, 0.9, 0.1, -0.8, 1.2, 0.6, -0.3)
    places = tuple(range(8))
    yield Case(
        "scalar ReLU net with a skip", "0.5 of casadi", ours(relu_net(np), places, numbers),
        {"jax": by_jax(relu_net, places, numbers), "casadi": by_casadi(casadi_relu, numbers),
         "pytensor": peers.by_pytensor(relu_net, places, numbers),
         "autograd": peers.by_autograd(relu_net, places, numbers),
         "numba by hand": peers.by_numba(peers.relu_net_by_hand, numbers)},
    )  # fmt: skip
    random = np.random.default_rng(0)
    W, x = random.normal(size=(2, 2)), random.normal(size=2)
    yield Case(
        "||Wx||^2, n = 2", "0.5 of casadi", ours(squared_length(np), (0, 1), (W, x)),
        {"jax": by_jax(squared_length, (0, 1), (W, x)), "casadi": by_casadi(casadi_length, (W, x)),
         "pytensor": peers.by_pytensor(squared_length, (0, 1), (W, x)),
         "autograd": peers.by_autograd(squared_length, (0, 1), (W, x)),
         "numba by hand": peers.by_numba(peers.length_by_hand, (W, x))},
    )  # fmt: skip
    yield net_case(random)


def net_case(random: np.random.Generator) -> Case:
    parameters = tuple(random.normal(size=shape) for shape in ((4, 4), 4, (2, 4), 2))
    x, t = random.normal(size=4), np.array([0.0, 1.0])

    def jax_net(library: Any) -> Callable[..., Any]:
        return small_net(library, importlib.import_module("jax").nn.sigmoid)

    def pytensor_net(library: Any) -> Callable[..., Any]:
        return small_net(library, library.sigmoid)

    def autograd_net(library: Any) -> Callable[..., Any]:
        return small_net(library, lambda z: 1.0 / (1.0 + library.exp(-z)))

    written = (*parameters, x, t)
    by_buffer = columns(by_casadi(casadi_net, written), lambda found: (found[0], found[1:5]))
    return Case(
        "4-4-2 sigmoid-softmax net", "0.7 of casadi, 0.01 of jax",
        ours(small_net(np, chainrule.sigmoid), 0, (parameters, x, t)),
        {"jax": by_jax(jax_net, 0, (parameters, x, t)), "casadi": by_buffer,
         "pytensor": peers.by_pytensor(pytensor_net, (0,), (parameters, x, t)),
         "autograd": peers.by_autograd(autograd_net, (0,), (parameters, x, t)),
         "numba by hand": peers.by_numba(peers.small_net_by_hand, written)},
    )  # fmt: skip
