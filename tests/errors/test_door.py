"""What comes in and goes out at the door: arguments, outputs and options without a derivative, in our own words."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from messages import refused

from chainrule import grad, hessian, jacobian, jvp, value_and_grad, vjp
from chainrule.errors import BoundsError, DTypeError, GradientError, LimitError, ShapeError

VECTOR = np.array([1.0, 2.0, 3.0])


# Outputs -------------------------------------------------------------------------------------------------------------
def test_an_output_of_several_numbers() -> None:
    refused(GradientError, lambda: grad(lambda x: x * 2)(VECTOR), "(3,)", "np.sum", "jacobian")
    refused(GradientError, lambda: value_and_grad(lambda x: x[:1] * 2)(VECTOR), "(1,)")


@pytest.mark.parametrize(
    ("result", "name"),
    [
        (lambda x: None, "None"),
        (lambda x: "text", "str"),
        (lambda x: (x, x), "(*, *)"),
        (lambda x: [x], "[*]"),
        (lambda x: {"a": x}, "{'a': *}"),
        (lambda x: object(), "object"),
        (lambda x: np.array([None]), "ndarray"),
        (lambda x: 3, "int64"),
        (lambda x: x > 0, "bool"),
        (lambda x: x * 1j, "complex128"),
    ],
)
def test_an_output_that_is_not_one_number(result: Any, name: str) -> None:
    refused(GradientError, lambda: grad(result)(3.0), name)


def test_a_missing_aux() -> None:
    refused(GradientError, lambda: grad(lambda x: x, has_aux=True)(3.0), "has_aux=True", "a pair (value, aux)")
    refused(GradientError, lambda: grad(lambda x: (x, 1, 2), has_aux=True)(3.0), "tuple")


def test_aux_may_be_anything() -> None:
    found, aux = grad(lambda x: (x * x, {"twice": 2 * x, "name": "f", "none": None}), has_aux=True)(3.0)
    assert found == 6.0
    assert aux == {"twice": 6.0, "name": "f", "none": None}


# Arguments -----------------------------------------------------------------------------------------------------------
def test_whole_numbers() -> None:
    refused(DTypeError, lambda: grad(lambda x: np.sum(x * x))(np.array([1, 2, 3])), "int64", "float")
    refused(DTypeError, lambda: grad(lambda x: x * x)(3), "int", "3.0")
    refused(DTypeError, lambda: grad(lambda x: x * 1.0)(True), "bool")
    refused(DTypeError, lambda: grad(lambda p: p["a"] * p["n"])({"a": 1.0, "n": 3}), "argument 0['n']", "int")


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("text", "str"),
        (b"text", "bytes"),
        (np.array([1.0, None]), "object"),
        ({1.0, 2.0}, "set"),
        (np.datetime64("2020-01-01"), "datetime64"),
        (object(), "object"),
        (np.array(["a"]), "<U1"),
    ],
)
def test_what_is_not_numbers(argument: Any, name: str) -> None:
    refused(DTypeError, lambda: grad(lambda x: 1.0)(argument), name, "argument 0", "argnums")


def test_argnums() -> None:
    refused(BoundsError, lambda: grad(lambda x: x, argnums=1)(3.0), "argnums=1", "1 positional argument")
    refused(BoundsError, lambda: grad(lambda x: x, argnums=-2)(3.0), "argnums=-2")
    refused(BoundsError, lambda: grad(lambda x, y: x, argnums=(0, 2))(3.0, 4.0), "(0, 2)", "0 to 1")
    refused(BoundsError, lambda: grad(lambda x, y: x * y, argnums=(0, -2))(3.0, 4.0), "twice")
    refused(BoundsError, lambda: grad(lambda x: x, argnums="x")(3.0), "'x'")  # type: ignore[arg-type]
    refused(BoundsError, lambda: grad(lambda x: x)(x=3.0), "0 positional arguments", "by position")
    refused(BoundsError, lambda: jacobian(lambda x: x, argnums=1)(3.0), "argnums=1")


def test_a_number_in_the_place_of_a_function() -> None:
    refused(GradientError, lambda: grad(3.0)(1.0), "float", "write grad(f)(x), not grad(f(x))")  # type: ignore[arg-type]


# Gradients and tangents handed in ------------------------------------------------------------------------------------
def test_an_upstream_gradient_of_another_shape() -> None:
    refused(ShapeError, lambda: vjp(lambda x: x * 2, VECTOR)[1](np.ones(4)), "(4,)", "(3,)", "an upstream gradient")
    refused(GradientError, lambda: vjp(lambda x: (x * 2, x), VECTOR)[1](np.ones(3)), "(*, *)")


def test_a_tangent_of_another_shape() -> None:
    refused(ShapeError, lambda: jvp(lambda x: x * 2, (VECTOR,), (np.ones(4),)), "a tangent", "(4,)", "(3,)")
    refused(GradientError, lambda: jvp(lambda x: x, (VECTOR,), (VECTOR, VECTOR)), "[*, *]")
    refused(GradientError, lambda: jvp(lambda x: x, VECTOR, VECTOR), "ndarray", "jvp(f, (x,), (v,))")  # type: ignore[arg-type]


# Sizes ---------------------------------------------------------------------------------------------------------------
def test_eight_terabytes_of_zeros() -> None:
    size = 1_000_000
    refused(LimitError, lambda: grad(lambda x: np.sum(np.broadcast_to(x, (size, size))))(2.0), "1e+12 entries")
    refused(LimitError, lambda: jacobian(lambda x: x * 2)(np.ones(size)), "1e+12 entries")
    refused(LimitError, lambda: hessian(lambda x: np.sum(x))(np.ones(size)), "1e+12 entries")
    tall, flat = np.ones((size, 1)), np.ones((1, size))
    refused(LimitError, lambda: grad(lambda x: np.sum(x + flat))(tall), "1e+12 entries")
    refused(LimitError, lambda: grad(lambda x: np.sum(x @ flat))(tall), "matmul")


def test_joining_many_numbers_takes_linear_time() -> None:
    start = time.perf_counter()
    found = grad(lambda x: np.sum(np.stack([x * float(i % 7) for i in range(100_000)])))(2.0)
    assert found == 299_995.0
    assert time.perf_counter() - start < 20.0


def test_nothing_is_not_an_error() -> None:
    empty = grad(lambda x: np.sum(x**2))(np.zeros((0, 3)))
    assert empty.shape == (0, 3)
    refused(ShapeError, lambda: grad(lambda x: np.max(x))(np.zeros(0)), "(0,)")


# NaN -----------------------------------------------------------------------------------------------------------------
def test_nan_spoils_only_what_depends_on_it() -> None:
    found = grad(lambda x: np.sum(x * x))(np.array([1.0, np.nan, 3.0]))
    assert found[0] == 2.0
    assert np.isnan(found[1])
    assert found[2] == 6.0


def test_a_path_not_taken_sends_nothing() -> None:
    with np.errstate(divide="ignore"):
        found = grad(lambda x: np.sum(np.where(x > 0.5, np.log(x), 0.0)))(np.array([0.0, 1.0]))
    assert np.array_equal(found, [0.0, 1.0])


def test_the_line_is_the_users_also_inside_their_own_functions() -> None:
    def inner(x: Any) -> Any:
        return x + np.ones(4)

    def outer(x: Any) -> Any:
        return np.sum(inner(x))

    error = refused(ShapeError, lambda: grad(outer)(VECTOR), "x + np.ones(4)")
    assert error.place is not None
    assert getattr(error.place, "function", "") == "inner"
