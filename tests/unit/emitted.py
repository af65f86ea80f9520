"""Running emitted code: a text and arrays in, what its library computes out."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from chainrule.executors import EXECUTORS
from chainrule.ir.graph import Graph
from chainrule.ops import input_node
from chainrule.transforms.reverse import gradients

FLOAT = np.dtype(float)
RTOL = 1e-12


def needs(library: str) -> Any:
    """A parameter that is skipped where the library is not installed."""
    missing = importlib.util.find_spec(library) is None
    return pytest.param(library, marks=pytest.mark.skipif(missing, reason=f"{library} is not installed"))


LIBRARIES = ["numpy", needs("jax"), needs("torch")]
PEERS = [needs("jax"), needs("torch")]


# Running emitted text -------------------------------------------------------------------------------------------------
def defined(text: str, name: str = "f") -> Callable[..., Any]:
    """The function that a text defines; the text may import nothing but its library."""
    imported = {alias.name.partition(".")[0] for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Import)
                for alias in each.names}  # fmt: skip
    assert imported <= {"numpy", "jax", "torch", "math"}
    space: dict[str, Any] = {}
    exec(compile(text, "<emitted>", "exec"), space)
    function: Callable[..., Any] = space[name]
    return function


def as_arrays(found: Any) -> list[Any]:
    """Results as NumPy arrays."""
    results = found if isinstance(found, (tuple, list)) else [found]
    return [np.asarray(each.detach().numpy() if hasattr(each, "detach") else each) for each in results]


def run_text(library: str, text: str, arrays: Sequence[Any], name: str = "f") -> list[Any]:
    """What a text computes for these arrays."""
    function = defined(text, name)
    if library == "torch":
        import torch

        return as_arrays(function(*[torch.tensor(each) for each in arrays]))
    if library == "jax":
        import jax

        with jax.enable_x64(True):
            return as_arrays(jax.jit(function)(*arrays))
    return as_arrays(function(*arrays))


def run_gradient(library: str, text: str, arrays: Sequence[Any], upstream: Any) -> list[Any]:
    """The gradients by the rule in a text: through the library's own differentiation where it has one."""
    if library == "numpy":
        space: dict[str, Any] = {}
        exec(text, space)
        found = space["f_gradient"](*arrays, upstream)
        return list(found) if isinstance(found, tuple) else [found]
    function = defined(text)
    if library == "torch":
        import torch

        inputs = [torch.tensor(each, requires_grad=np.asarray(each).dtype.kind == "f") for each in arrays]
        function(*inputs).backward(torch.tensor(upstream))
        return [None if each.grad is None else each.grad.numpy() for each in inputs]
    import jax

    with jax.enable_x64(True):
        _, pull = jax.vjp(function, *[jax.numpy.asarray(each) for each in arrays])
        found = jax.jit(lambda g: pull(g))(upstream)
        return [None if each.dtype == jax.dtypes.float0 else np.asarray(each) for each in found]


def close(found: Any, expected: Any) -> None:
    scale = float(np.max(np.abs(expected), initial=0.0)) if np.asarray(expected).dtype.kind == "f" else 0.0
    np.testing.assert_allclose(found, expected, rtol=RTOL, atol=RTOL * scale)


def graph_of(function: Callable[..., Any], *shapes: tuple[int, ...], names: Sequence[str] = "xyz") -> Graph:
    """The graph of a function of some arrays. Call it inside a recording."""
    inputs = tuple(input_node(shape, FLOAT) for shape in shapes)
    made = function(*inputs)
    outputs = made if isinstance(made, tuple) else (made,)
    return Graph(inputs, outputs, dict(zip(inputs, names, strict=False)))


def gradient_of(graph: Graph, *, seeded: bool = True) -> Graph:
    """The graph of the gradients of its output, for an incoming gradient or for 1."""
    output = graph.outputs[0]
    seed = input_node(output.shape, output.dtype) if seeded else np.ones((), output.dtype)[()]
    wanted = [node for node in graph.inputs if node.dtype.kind == "f"]
    found = dict(zip(wanted, gradients([output], [seed], wanted, symbolic=True), strict=True))
    made = tuple(found.get(node) for node in graph.inputs)
    return Graph((*graph.inputs, *([seed] if seeded else [])), made, dict(graph.names))


def check_gradient(library: str, text: str, gradient: Graph, arrays: Sequence[Any]) -> None:
    upstream = np.random.default_rng(3).uniform(0.5, 1.5, gradient.inputs[-1].shape)[()]
    made = tuple(each for each in gradient.outputs if each is not None)
    expected = iter(EXECUTORS["walk"](Graph(gradient.inputs, made), "f")(*arrays, upstream))
    for found, node, array in zip(run_gradient(library, text, arrays, upstream), gradient.outputs, arrays, strict=True):
        if node is None:
            assert found is None or not np.any(found)
        else:
            assert np.shape(found) == np.shape(array)
            close(found, next(expected))
