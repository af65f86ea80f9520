"""Hard cases by the hundred: reverse mode, forward mode, compiled code and second derivatives against mathematics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from laws.families import graphs, magnitudes, paths, powers, products, shapes, special, stable, ties
from laws.families.case import Case

import chainrule

ALL = [*powers.CASES, *products.CASES, *paths.CASES, *ties.CASES, *stable.CASES, *magnitudes.CASES, *shapes.CASES,
       *graphs.CASES, *special.CASES]  # fmt: skip
TYPED = [pytest.param(case, dtype, id=f"{case}-{dtype}") for case in ALL for dtype in case.dtypes]
COMPILED = [case for case in ALL if case.jit][::3]  # compiling takes longer than all else; the forms repeat
SECOND = [case for case in ALL if case.hessian is not None]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def inputs(case: Case, dtype: str) -> list[Any]:
    """The arguments in this dtype; Python floats stay what they are in float64."""
    kept = dtype == "float64"
    return [each if kept and isinstance(each, float) else np.asarray(each, dtype)[()] for each in case.args]


def places(case: Case) -> tuple[int, ...]:
    return tuple(place for place, gradient in enumerate(case.gradients) if gradient is not None)


def near(found: Any, expected: Any, case: Case, dtype: str) -> None:
    """Equal within the tolerance, relative to the largest entry; NaN and infinities exactly."""
    tolerance = case.tolerance if dtype == "float64" else max(case.tolerance, 5e-5)
    wanted = np.asarray(expected, float)
    given = np.asarray(found, float).reshape(wanted.shape)
    finite = np.isfinite(wanted)
    np.testing.assert_array_equal(given[~finite], wanted[~finite])
    scale = float(np.max(np.abs(wanted[finite]), initial=0.0)) or 1.0
    assert np.all(np.abs(given[finite] - wanted[finite]) <= tolerance * scale + case.absolute), (given, wanted)


@pytest.mark.parametrize(("case", "dtype"), TYPED)
def test_first_derivatives(case: Case, dtype: str) -> None:
    args, wrt = inputs(case, dtype), places(case)
    value, found = chainrule.value_and_grad(case.function, wrt)(*args)
    if case.value is not None:
        near(value, case.value, case, dtype)
    for place, gradient in zip(wrt, found, strict=True):
        near(gradient, case.gradients[place], case, dtype)
        assert np.shape(gradient) == np.shape(args[place])
        assert np.asarray(gradient).dtype == np.asarray(args[place]).dtype
    forward(case, dtype, args, wrt)


def forward(case: Case, dtype: str, args: list[Any], wrt: tuple[int, ...]) -> None:
    """Forward mode along each entry of each argument: what the gradient says of it."""
    for place in wrt:
        expected = np.asarray(case.gradients[place], float).reshape(np.shape(args[place]))
        for index in list(np.ndindex(expected.shape))[:6]:
            direction = np.zeros(expected.shape, dtype)
            direction[index] = 1

            def moved(x: Any, place: int = place) -> Any:
                return case.function(*args[:place], x, *args[place + 1 :])

            slope = chainrule.jvp(moved, (args[place],), (direction[()],))[1]
            if np.isnan(expected[index]):
                assert np.isnan(slope)
                continue
            scale = np.max(np.abs(expected[np.isfinite(expected)]), initial=0.0) or 1.0
            tolerance = case.tolerance if dtype == "float64" else max(case.tolerance, 5e-5)
            agrees = slope == expected[index] or abs(slope - expected[index]) <= tolerance * scale + case.absolute
            assert agrees, (index, slope, expected[index])


@pytest.mark.parametrize("case", COMPILED, ids=str)
def test_compiled(case: Case) -> None:
    args, wrt = inputs(case, "float64"), places(case)
    for place, gradient in zip(wrt, chainrule.jit(chainrule.grad(case.function, wrt))(*args), strict=True):
        near(gradient, case.gradients[place], case, "float64")


@pytest.mark.parametrize("case", [case for case in ALL if case.jit and len(case.args) == 1][::7], ids=str)
def test_a_stack_of_points(case: Case) -> None:
    x = np.asarray(inputs(case, "float64")[0])
    for found in chainrule.vmap(chainrule.grad(case.function))(np.stack([x, x])):
        near(found, case.gradients[0], case, "float64")


@pytest.mark.parametrize("case", SECOND, ids=str)
def test_second_derivatives(case: Case) -> None:
    args = inputs(case, "float64")
    near(chainrule.hessian(case.function)(*args), case.hessian, case, "float64")
    near(chainrule.jacrev(chainrule.grad(case.function))(*args), case.hessian, case, "float64")
