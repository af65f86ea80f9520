"""Functions of mathematics in machine code: within 4 units in the last place of the truth, and IEEE's special values.

The truth is mpmath's with 40 digits for float64, and NumPy's and SciPy's float64 for float32 (tools/accuracy.py, which
also tries all float32).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.executors.native import availability
from chainrule.executors.native.text import bodies

pytest.importorskip("mpmath")
import accuracy
import polynomials

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
DTYPES = (np.float64, np.float32)
MOST = 4.0
SPECIAL = (0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5, 2.5, -2.5, np.inf, -np.inf, np.nan, 5e-324, -3e-320,
           1e-310, 1e-45, -1e-40, 1e300, -1e300, 3e38, -1e38, 2.0**53 + 2, -(2.0**52) - 1, 2.0**24 + 2, 1e5, -1e13,
           709.7, -745.1, 88.7, -103.9)  # fmt: skip


def agrees(found: Any, expected: Any) -> bool:
    """The same dtype, NaN where NaN, infinities, zeros and their signs alike, all else within 4 units."""
    with np.errstate(all="ignore"):
        same = (found == expected) | (np.isnan(found) & np.isnan(expected))
        near = np.abs(found - expected) <= MOST * np.spacing(np.abs(expected))
        signs = np.isnan(expected) | (np.signbit(found) == np.signbit(expected))
        exact = same | (near & np.isfinite(expected) & np.isfinite(found))
    return bool(found.dtype == expected.dtype and np.all(exact & signs))


def wide(name: str) -> Any:
    return (accuracy.ONE.get(name) or accuracy.TWO[name]).wide


def ours(name: str) -> Any:
    function = (accuracy.ONE.get(name) or accuracy.TWO[name]).ours
    return lambda *x: function(*x)


@pytest.mark.parametrize("name", accuracy.ONE)
def test_float32_over_its_whole_range(name: str) -> None:
    error, place = accuracy.worst_of_single(name, 40009, start=len(name) * 1009)
    assert error <= MOST, place


@pytest.mark.parametrize("name", [*accuracy.ONE, *accuracy.TWO])
def test_float64_over_its_whole_range(name: str) -> None:
    error, place = accuracy.worst_of_double(name, 150, seed=7)
    assert error <= MOST, place


@pytest.mark.parametrize("straight", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
def test_special_values_are_those_of_the_reference(dtype: Any, straight: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [10**8 if straight else -1])
    with np.errstate(all="ignore"):
        x = np.array(SPECIAL[::3] if straight else SPECIAL, dtype)
        found = chainrule.jit(lambda x: tuple(ours(name)(x) for name in accuracy.ONE))(x)
        for name, each in zip(accuracy.ONE, found, strict=True):
            expected = wide(name)(x)
            assert agrees(each, expected), (name, x[each != expected], each[each != expected])
        x, y = (each.ravel() for each in np.meshgrid(x, x))
        found = chainrule.jit(lambda x, y: tuple(ours(name)(x, y) for name in accuracy.TWO))(x, y)
        for name, each in zip(accuracy.TWO, found, strict=True):
            expected = wide(name)(x, y)
            assert agrees(each, expected), (name, x[each != expected], y[each != expected])


@pytest.mark.parametrize("straight", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
def test_known_exponents(dtype: Any, straight: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some are products and roots, all have the special values of a power."""
    monkeypatch.setattr(bodies, "LIMIT", [10**8 if straight else -1])
    exponents = (0, 1, 2, 3, 4, 5, 7, -1, -2, -3, -4, 0.5, 1.5, 2.5, -0.5, -1.5, 1 / 3, 3.7, 1e300, float("nan"))
    random = np.random.default_rng(3)
    with np.errstate(all="ignore"):
        ends = (-1074, 1023) if dtype is np.float64 else (-149, 127)
        sizes = np.exp2(random.uniform(*ends, 6 if straight else 3000))
        x = np.concatenate([SPECIAL, -sizes[:20], sizes, random.uniform(0.1, 9.0, sizes.size)]).astype(dtype)
        found = chainrule.jit(lambda x: tuple([np.power(x, each) for each in exponents]))(x)
        for exponent, each in zip(exponents, found, strict=True):
            assert agrees(each, np.power(x, dtype(exponent))), exponent


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_length_of_a_loop_gives_the_same(dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [-1])
    x = np.random.default_rng(0).uniform(0.1, 0.9, 70).astype(dtype)
    names = ("sin", "exp", "log")
    function = chainrule.jit(lambda x: tuple(ours(name)(x) for name in names))
    whole = function(x)
    for length in (*range(1, 18), 31, 33, 69):
        for place, expected in zip(function(x[:length]), whole, strict=True):
            assert agrees(place, expected[:length])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(100,), (7, 40), (3, 5, 16)])
def test_one_argument_far_out_makes_the_loop_run_again(dtype: Any, shape: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """sin and its kin are ours up to a limit and the C library's beyond: results, sums and what is added up in memory
    must not notice."""
    monkeypatch.setattr(bodies, "LIMIT", [-1])
    x = np.random.default_rng(1).normal(size=shape).astype(dtype)

    def waves(x: Any) -> Any:
        return np.sum(np.sin(x) * np.cos(x), axis=0), np.tan(x), np.sum(np.cos(x)), np.sum(np.sin(x), axis=-1)

    both = chainrule.jit(lambda x: (waves(x), chainrule.grad(lambda x: np.sum(np.sin(x) * x))(x)))
    for far in (0.5, 1e20, -3e37, np.inf, np.nan):
        x[(0,) * len(shape)] = far
        with np.errstate(all="ignore"):
            expected = (*waves(x), x * np.cos(x) + np.sin(x))
        found, slope = both(x)
        for one, other in zip((*found, slope), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=64 * np.finfo(dtype).eps, atol=64 * np.finfo(dtype).eps)


def test_a_loop_that_writes_over_its_argument_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [-1])
    step = chainrule.jit(lambda x: x - np.cos(x))
    x = np.linspace(-2.0, 2.0, 50)
    x[7] = 1e15
    expected = x - np.cos(x)
    step(x, out=x)
    np.testing.assert_allclose(x, expected, rtol=1e-15)


def test_the_coefficients_are_those_that_the_tool_finds() -> None:
    text = polynomials.PLACE.read_text()
    polynomials.mp.dps = 50
    for table in (*polynomials.exponentials(), *polynomials.angles()[:2]):
        assert polynomials.written(table) in text
