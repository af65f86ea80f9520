"""Code of derived formulas: what is emitted runs, and is the engine's derivative."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import chainrule

RANDOM = np.random.default_rng(7)
LAYER = ("s = u^T sigmoid(W x + b)", "W: m n, x: n, b: m, u: m")
VALUES = {
    "W": RANDOM.normal(size=(3, 4)), "x": RANDOM.normal(size=4), "b": RANDOM.normal(size=3), "u": RANDOM.normal(size=3),
}  # fmt: skip


def run(text: str) -> dict[str, Any]:
    """The names that emitted code defines. The text was made by this package from a parsed formula."""
    space: dict[str, Any] = {}
    exec(compile(text, "<emitted>", "exec"), space)
    return space


def expected(name: str) -> Any:
    text, shapes = LAYER
    parsed = chainrule.parse(text, shapes=shapes)
    order = list(parsed.inputs)
    return chainrule.grad(parsed, order.index(name))(*[VALUES[each] for each in order])


def arguments(text: str) -> list[Any]:
    return [VALUES[name] for name in chainrule.parse(text, shapes=LAYER[1]).inputs]


def test_numpy_code_is_the_gradient() -> None:
    derived = chainrule.derive(LAYER[0], wrt="W", shapes=LAYER[1])
    found = run(derived.code("numpy"))["ds_dW"](*arguments(LAYER[0]))
    np.testing.assert_allclose(found, expected("W"), rtol=1e-12)


def test_jax_code_is_the_gradient() -> None:
    jax: ModuleType = pytest.importorskip("jax", reason="the peers extra is not installed")
    jax.config.update("jax_enable_x64", True)
    derived = chainrule.derive(LAYER[0], wrt="W", shapes=LAYER[1])
    found = jax.jit(run(derived.code("jax"))["ds_dW"])(*arguments(LAYER[0]))
    np.testing.assert_allclose(np.asarray(found), expected("W"), rtol=1e-12)


def test_torch_code_is_an_autograd_function_with_every_gradient() -> None:
    torch: ModuleType = pytest.importorskip("torch", reason="the peers extra is not installed")
    derived = chainrule.derive(LAYER[0], wrt="W", shapes=LAYER[1])
    function = run(derived.code("torch"))["s"]
    tensors = [torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in arguments(LAYER[0])]
    function(*tensors).backward()
    for name, tensor in zip(chainrule.parse(LAYER[0], shapes=LAYER[1]).inputs, tensors, strict=True):
        np.testing.assert_allclose(tensor.grad.numpy(), expected(name), rtol=1e-12)
    assert torch.autograd.gradcheck(function, tensors)


def test_torch_code_of_an_array_takes_the_gradient_that_arrives() -> None:
    torch: ModuleType = pytest.importorskip("torch", reason="the peers extra is not installed")
    function = run(chainrule.derive("q = softmax(W x)", wrt="W", shapes="W: m n, x: n").code("torch"))["q"]
    tensors = [torch.tensor(VALUES[name], dtype=torch.float64, requires_grad=True) for name in ("W", "x")]
    assert torch.autograd.gradcheck(function, tensors)


def test_torch_text_says_what_the_backward_pass_computes() -> None:
    text = chainrule.derive(LAYER[0], wrt="W", shapes=LAYER[1]).code("torch")
    assert "class S(torch.autograd.Function)" in text
    assert "torch.outer(" in text
    assert "# ds/dW = delta x^T" in text
