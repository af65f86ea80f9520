"""Under jit no value is known while the function is recorded: whatever asks for one is told why, and what to write."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from messages import refused

import chainrule
from chainrule import custom_jvp, custom_vjp, grad, hessian, jit, jvp
from chainrule.errors import BranchError, EscapeError, GradientError, ShapeError

VECTOR = np.array([1.0, 2.0, 3.0])


def test_a_branch_on_a_value() -> None:
    def f(x: Any) -> Any:
        return x * x if x > 0 else x

    refused(BranchError, lambda: jit(f)(3.0), "under jit", "np.where", "static_argnums", "grad")
    refused(BranchError, lambda: grad(jit(f))(3.0), "under jit")
    refused(BranchError, lambda: jit(grad(f))(3.0), "under jit")


def test_a_loop_on_a_value() -> None:
    def halved(x: Any) -> Any:
        while x > 1:
            x = x / 2
        return x

    assert grad(halved)(5.0) == 0.125
    refused(BranchError, lambda: jit(halved)(5.0), "while x > 1")


def test_taking_a_number_out() -> None:
    refused(EscapeError, lambda: jit(lambda x: float(x) * x)(3.0), "float()")
    refused(EscapeError, lambda: jit(lambda x: math.exp(x))(3.0), "np.exp instead of math.exp")
    refused(BranchError, lambda: jit(lambda x: chainrule.value(x) * x)(3.0), "under jit")
    refused(EscapeError, lambda: jit(lambda x: np.asarray(x))(VECTOR), "np.asarray")


def test_writing_into_a_plain_array() -> None:
    def fill(x: Any) -> Any:
        a = np.zeros(3)
        a[0] = x
        return a

    refused(EscapeError, lambda: jit(fill)(3.0), "a[0] = x", "np.stack")


def test_shapes_are_checked_without_values() -> None:
    refused(ShapeError, lambda: jit(lambda x: x + np.ones(4))(VECTOR), "(3,)", "(4,)")
    refused(ShapeError, lambda: jit(lambda x: x @ np.ones((2, 3)))(np.ones((2, 3))), "(2, 3)")


def test_printing_shows_the_type(capsys: pytest.CaptureFixture[str]) -> None:
    jit(lambda x: (print(x), x * 2)[1])(VECTOR)
    assert "f64[3]" in capsys.readouterr().out


@custom_vjp
def cube(x: Any) -> Any:
    return x**3


cube.defvjp(lambda x: (cube(x), x), lambda x, g: (3 * g * x**2,))


@custom_jvp
def fifth(x: Any) -> Any:
    return x**5


fifth.defjvp(lambda primals, tangents: (fifth(primals[0]), 5 * primals[0] ** 4 * tangents[0]))


@pytest.mark.parametrize(("f", "power"), [(cube, 3), (fifth, 5)])
@pytest.mark.parametrize("x", [2.0, -1.5])
def test_custom_rules(f: Any, power: int, x: float) -> None:
    slope, bend = power * x ** (power - 1), power * (power - 1) * x ** (power - 2)
    assert jit(f)(x) == pytest.approx(x**power)
    for first in (jit(grad(f)), grad(jit(f)), jit(lambda x: jvp(f, (x,), (1.0,))[1])):
        assert first(x) == pytest.approx(slope)
    for second in (jit(grad(grad(f))), grad(grad(jit(f))), grad(jit(grad(f))), jit(hessian(f))):
        assert second(x) == pytest.approx(bend)


def test_a_custom_rule_that_runs_on_numbers_only() -> None:
    @custom_vjp
    def f(x: Any) -> Any:
        return math.exp(x) if x > 0 else 1.0 + x

    f.defvjp(lambda x: (f(x), x), lambda x, g: (g * math.exp(x) if x > 0 else g,))
    for x in (1.0, -1.0):
        assert jit(f)(x) == f(x)
        assert jit(grad(f))(x) == grad(jit(f))(x) == grad(f)(x)
    refused(GradientError, lambda: jit(grad(grad(f)))(1.0), "runs on numbers only")


def test_a_custom_function_must_not_use_values_from_outside() -> None:
    def outer(w: Any) -> Any:
        f = custom_vjp(lambda x: x * w)
        f.defvjp(lambda x: (x * w, None), lambda _, g: (g * w,))
        return f(w + 1.0)

    refused(EscapeError, lambda: jit(outer)(2.0), "from outside", "as an argument")
