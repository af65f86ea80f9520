"""Emitted code runs with its library alone, and computes what the engine computes, gradients included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.table import CASES, SPOKEN, Case, draw
from unit.emitted import (
    LIBRARIES,
    check_gradient,
    close,
    defined,
    gradient_of,
    graph_of,
    run_gradient,
    run_text,
)
from unit.programs import random_program

import chainrule
from chainrule.executors import EXECUTORS
from chainrule.executors.dialects import emit
from chainrule.ir.graph import Graph
from chainrule.ir.recording import open_recording
from chainrule.ops import input_node

# Every op -------------------------------------------------------------------------------------------------------------
# What no dialect has a spelling for is refused by name (UnknownNameError): SciPy, blocks of networks, complex numbers.
UNSPELLED = (
    "chainrule.ops.random",
    "chainrule.ops.special",
    "chainrule.ops.neural",
    "chainrule.ops.complexes",
    "chainrule.ops.angles",
    "chainrule.ops.fourier",
    "chainrule.ops.linalg.eigen",
    "chainrule.ops.linalg.exponential",
    "chainrule.ops.linalg.lu",
    "chainrule.ops.linalg.norms",
    "chainrule.ops.linalg.orthogonal",
    "chainrule.ops.linalg.parts",
    "chainrule.ops.linalg.roots",
    "chainrule.ops.linalg.singular_values",
    "chainrule.ops.linalg.symmetric",
)
UNSPELLED_OPS = SPOKEN | {
    "choice_of_basis", "cofactor", "cofactor_change", "coincide", "pinv", "put", "quotients", "sinc", "undetermined",
    "vanishes",
}  # fmt: skip
COVERED = [
    case for case in CASES if case.op.name not in UNSPELLED_OPS and not case.op.kernel.__module__.startswith(UNSPELLED)
]


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


# Gradients ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("library", LIBRARIES)
def test_without_an_incoming_gradient_the_rule_multiplies_by_it(library: str) -> None:
    with open_recording():
        graph = graph_of(lambda x, y: np.sum(np.tanh(x) * y), (3,), (3,))
        text = emit(graph, library, gradient=gradient_of(graph, seeded=False))
    x, y = np.array([0.1, 0.2, 0.3]), np.array([1.0, -1.0, 2.0])
    found = run_gradient(library, text, [x, y], np.float64(3.0))
    close(found[0], 3.0 * y * (1 - np.tanh(x) ** 2))
    close(found[1], 3.0 * np.tanh(x))


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_input_without_a_gradient_gets_none(library: str) -> None:
    with open_recording():
        graph = graph_of(lambda x, y: np.sum(x * x), (3,), (2,))
        text = emit(graph, library, gradient=gradient_of(graph))
    assert "None" in text
    found = run_gradient(library, text, [np.ones(3), np.ones(2)], np.float64(2.0))
    close(found[0], np.full(3, 4.0))
    assert found[1] is None or not np.any(found[1])


def test_the_output_is_kept_for_the_gradient_that_uses_it() -> None:
    with open_recording():
        graph = graph_of(lambda x: np.exp(x), (3,))
        gradient = gradient_of(graph)
        torch_text, jax_text = (emit(graph, library, gradient=gradient) for library in ("torch", "jax"))
    assert "ctx.save_for_backward(y)" in torch_text
    assert "return g * y" in torch_text
    assert "return y, (y,)" in jax_text


def test_a_size_that_no_kept_tensor_has_is_kept_itself() -> None:
    with open_recording():
        graph = graph_of(lambda x: np.sum(x), (1009,))
        text = emit(graph, "torch", gradient=gradient_of(graph), sizes={1009: "n"})
    assert "ctx.sizes = (n,)" in text
    assert "save_for_backward" not in text


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: np.sum(chainrule.softmax(x @ y)[:, 0]), lambda x, y: np.exp(x) @ np.tanh(y),
        lambda x, y: np.linalg.solve(x @ x.T + 3 * np.eye(3), x), lambda x, y: np.sum(x[:, ::-1] @ y[2::-1]),
    ],
)  # fmt: skip
def test_torch_differentiates_the_gradient_again(function: Any) -> None:
    torch = pytest.importorskip("torch")
    with open_recording():
        graph = graph_of(function, (3, 3), (3, 3))
        run = defined(emit(graph, "torch", gradient=gradient_of(graph)))
    torch.manual_seed(0)
    inputs = [torch.randn(3, 3, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    assert torch.autograd.gradcheck(run, inputs)
    assert torch.autograd.gradgradcheck(run, inputs)


def test_torch_code_computes_in_the_dtype_of_its_arguments() -> None:
    torch = pytest.importorskip("torch")
    with open_recording():
        graph = graph_of(lambda x: np.where(x > 0, x, 0.0) * np.array([1.0, 2.0, 3.0]) + np.ones(3), (3,))
        run = defined(emit(graph, "torch", gradient=gradient_of(graph)))
    x = torch.ones(3, dtype=torch.float32, requires_grad=True)
    run(x).sum().backward()
    assert run(x).dtype == torch.float32
    assert x.grad is not None
    assert x.grad.dtype == torch.float32


@pytest.mark.parametrize("key", [np.s_[::-1], np.s_[2::-1], np.s_[:1:-1], np.s_[3:0:-2], np.s_[-2::-1], np.s_[1:4],
                                 np.s_[0, ::-1], np.s_[None, ::-2, 0], np.s_[..., ::-1], np.s_[::-1, ..., None, ::-2],
                                 np.s_[[0, 0, 2]], np.s_[:, [1, 1]], np.s_[-1:0:-1, 1]], ids=str)  # fmt: skip
@pytest.mark.parametrize("library", LIBRARIES)
def test_every_way_of_indexing(key: Any, library: str) -> None:
    array = np.random.default_rng(0).normal(size=(5, 4))
    with open_recording():
        graph = graph_of(lambda x: x[key] * 2.0, (5, 4))
        text = emit(graph, library, gradient=(gradient := gradient_of(graph)))
        close(run_text(library, text, [array])[0], array[key] * 2.0)
        check_gradient(library, text, gradient, [array])
