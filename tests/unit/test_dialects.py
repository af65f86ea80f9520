"""Emitted code runs with its library alone, and computes what the engine computes, gradients included."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from laws.table import CASES, SPOKEN, Case, draw
from unit.programs import random_program

import chainrule
from chainrule.errors import ChainruleError, GradientError, LimitError, ShapeError, UnknownNameError
from chainrule.executors import EXECUTORS
from chainrule.executors.dialects import DIALECTS, emit
from chainrule.executors.dialects.expansions import EXPANSIONS
from chainrule.executors.dialects.helpers import OWN, definitions
from chainrule.executors.dialects.respell import dialect_path
from chainrule.ir.graph import Graph
from chainrule.ir.library import Library
from chainrule.ir.notation import Form, Notation
from chainrule.ir.op import Domain, Flat, Op, Role
from chainrule.ir.recording import open_recording
from chainrule.ops import OPS, generic, input_node
from chainrule.transforms.reverse import gradients

FLOAT = np.dtype(float)
RTOL = 1e-12


def needs(library: str) -> Any:
    """A parameter that is skipped where the library is not installed."""
    missing = importlib.util.find_spec(library) is None
    return pytest.param(library, marks=pytest.mark.skipif(missing, reason=f"{library} is not installed"))


LIBRARIES = ["numpy", needs("jax"), needs("torch")]
PEERS = [needs("jax"), needs("torch")]


# Running emitted text --------------------------------------------------------------------------------------------------
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


# Every op --------------------------------------------------------------------------------------------------------------
COVERED = [case for case in CASES if case.op.name not in SPOKEN]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("case", COVERED, ids=str)
def test_every_op_and_its_gradient_in_every_library(case: Case, library: str) -> None:
    arrays = draw(case)
    with open_recording():
        nodes = tuple(input_node(np.shape(each), each.dtype) for each in arrays)
        graph = Graph(nodes, (case.op(*nodes, **case.params),), {})
        differentiable = bool(case.slots) and graph.outputs[0].dtype.kind == "f"
        gradient = gradient_of(graph) if differentiable else None
        expected = EXECUTORS["walk"](graph, "f")(*arrays)
        text = emit(graph, library, gradient=gradient)
        (found,) = run_text(library, text, arrays)
        assert found.shape == graph.outputs[0].shape
        close(found, expected[0])
        if gradient is not None:
            check_gradient(library, text, gradient, arrays)


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


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed: int, library: str) -> None:
    with open_recording(), np.errstate(all="ignore"):
        graph, values = random_program(seed)
        if any(node.op.name == "step" and node.dtype.kind == "i" for node in graph.order()):
            pytest.skip("a half of whole numbers: the kernel cuts it off")
        expected = EXECUTORS["walk"](graph, "f")(*values)
        found = run_text(library, emit(graph, library), values)
    for one, other, node in zip(expected, found, graph.outputs, strict=True):
        assert other.shape == node.shape
        np.testing.assert_allclose(other, one, rtol=1e-5 if node.dtype == np.float32 else 1e-11, atol=1e-12)


# Sizes -----------------------------------------------------------------------------------------------------------------
FORMULAS = [
    ("||sigmoid(W x + b) - y||^2 / n", "W: m n, x: n, b: m, y: m"),
    ("mean(softmax(X W)) + tr(X^T X)", "X: n d, W: d k"),
    ("log det(A) + x^T A^-1 x", "A: n n, x: n"),
    ("mean(tanh(x))", "x: n"),
    ("sum(softmax(Q K^T / sqrt(d)) V)", "Q: n d, K: n d, V: n d"),
    ("sum(relu(X W)) / m", "X: n m, W: m k"),
    ("max(x) + ||x||", "x: n"),
    ("tr(A B A^T)", "A: n n, B: n n"),
    ("-sum(y log(softmax(W x)))", "W: k n, x: n, y: k"),
    ("var(x) + sum(x)^2 / n^2", "x: n"),
]
SMALL = {"n": 3, "m": 4, "k": 2, "d": 5}


def small_case(formula: str, shapes: str) -> tuple[Any, Any, list[Any]]:
    """A formula with letters for sizes, the same with small numbers for them, and arrays for that."""
    written = shapes
    for letter, size in SMALL.items():
        written = " ".join(str(size) if word == letter else word for word in written.replace(",", " ,").split(" "))
    symbolic, small = chainrule.parse(formula, shapes=shapes), None
    numbers = chainrule.parse(_with_numbers(formula), shapes=written.replace(" ,", ","))
    random = np.random.default_rng(7)
    small = []
    for node in numbers.graph.inputs:
        array = random.uniform(0.2, 1.0, node.shape)
        small.append(array + 3 * np.eye(node.shape[0]) if "det" in formula and node.ndim == 2 else array)
    return symbolic, numbers, small


def _with_numbers(formula: str) -> str:
    for letter, size in SMALL.items():
        formula = formula.replace(f"/ {letter}", f"/ {size}").replace(f"sqrt({letter})", f"sqrt({size})")
    return formula


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("formula", "shapes"), FORMULAS)
def test_code_with_letters_holds_for_every_size(formula: str, shapes: str, library: str) -> None:
    symbolic, numbers, arrays = small_case(formula, shapes)
    with open_recording():
        gradient = gradient_of(symbolic.graph)
        text = emit(symbolic.graph, library, gradient=gradient, sizes=symbolic.sizes)
        assert not any(str(prime) in text for prime in symbolic.sizes)
        close(run_text(library, text, arrays)[0], EXECUTORS["walk"](numbers.graph, "f")(*arrays)[0])
        check_gradient(library, text, gradient_of(numbers.graph), arrays)
