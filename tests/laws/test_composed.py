"""Remainders, roundings, extremes and places of extremes in machine code are NumPy's, at every edge that it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.test_native import WAYS, compared

import chainrule
from chainrule.executors.native import availability
from chainrule.executors.native.text import bodies

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
NUMBERS = (0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 3.0, -3.0, 0.3, -0.7, 7.0, 1e-300, 1e300, np.inf, -np.inf, np.nan, 5e-324)
WHOLE = (0, 1, -1, 2, -2, 3, -3, 7, -7, 100, -100, 2**31 - 1, -(2**31))
PAIRS: dict[str, Callable[..., Any]] = {
    "remainder": np.remainder, "floor_divide": np.floor_divide, "fmod": np.fmod, "fmax": np.fmax, "fmin": np.fmin,
    "logaddexp2": np.logaddexp2, "modulo": lambda x, y: x % y, "quotient": lambda x, y: x // y,
}  # fmt: skip
SINGLES: dict[str, Callable[..., Any]] = {
    "round": np.round, "tenths": lambda x: np.round(x, 1), "tens": lambda x: np.round(x, -1), "sinc": np.sinc,
    "deg2rad": np.deg2rad, "rad2deg": np.rad2deg, "isposinf": np.isposinf, "isneginf": np.isneginf, "real": np.real,
    "conjugate": np.conjugate, "angle": np.angle,
}  # fmt: skip
EVERY = {"straight": 11, "loops": 1}  # pair: a line of hundreds of entries takes long to compile
ULPS = {"logaddexp2": 8.0, "sinc": 8.0, "deg2rad": 1.0, "rad2deg": 1.0}


def same(function: Callable[..., Any], name: str, *arrays: Any) -> None:
    found = chainrule.jit(function)(*arrays)
    with np.errstate(all="ignore"):
        expected = chainrule.jit(function, executor="walk")(*arrays)
    compared(found, np.asarray(expected)[()], ULPS.get(name, 0.0), 1.0 if name == "sinc" else 0.0)
    if name not in ("fmax", "fmin"):  # which of two zeros is the larger is left open there
        numbers = ~np.isnan(np.asarray(found, float))
        assert np.array_equal(np.signbit(found)[numbers], np.signbit(expected)[numbers])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", PAIRS)
def test_pairs_of_floats(name: str, dtype: Any, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [WAYS[way]])
    with np.errstate(all="ignore"):
        numbers = np.array(NUMBERS).astype(dtype)
    x, y = (each.ravel()[:: EVERY[way]] for each in np.meshgrid(numbers, numbers))
    same(PAIRS[name], name, x, y)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", [np.int64, np.int32])
@pytest.mark.parametrize("name", ["remainder", "floor_divide", "fmod", "modulo", "quotient", "fmax"])
def test_pairs_of_whole_numbers(name: str, dtype: Any, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [WAYS[way]])
    numbers = np.array([*WHOLE, np.iinfo(dtype).min, np.iinfo(dtype).max], dtype)
    x, y = (each.ravel()[:: EVERY[way]] for each in np.meshgrid(numbers, numbers))
    same(PAIRS[name], name, x, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SINGLES)
def test_single_functions(name: str, dtype: Any) -> None:
    with np.errstate(all="ignore"):
        numbers = np.array([*NUMBERS, 0.5, 1.5, -0.5, 0.25, 14.9, 15.0, 25.0, 0.05, 0.15]).astype(dtype)
    same(SINGLES[name], name, numbers)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_where_an_extreme_stands_first(name: str, keepdims: bool, axis: int | None) -> None:
    function = getattr(np, name)
    random = np.random.default_rng(3)
    floats = random.integers(-3, 4, (7, 19)).astype(float)  # many ties
    holes = np.where(random.random((7, 19)) < 0.1, np.nan, floats)
    for x in (floats, holes, floats.astype(np.float32), floats.astype(int), np.full((2, 3), -np.inf)):
        found = chainrule.jit(lambda x: function(x, axis=axis, keepdims=keepdims))(x)
        expected = function(x, axis=axis, keepdims=keepdims)
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("name", ["max", "min"])
def test_extremes_of_whole_numbers(name: str) -> None:
    x = np.array([[np.iinfo(np.int64).min, 3, -9], [np.iinfo(np.int64).max, 0, 7]])
    for axis in (None, 0, 1):
        found = chainrule.jit(lambda x, axis=axis: getattr(np, name)(x, axis=axis))(x)
        assert np.array_equal(found, getattr(np, name)(x, axis=axis))


def test_powers_of_whole_numbers_and_products_of_unlike_axes() -> None:
    x = np.arange(-5, 6)
    for exponent in (0, 1, 2, 3, 7):
        assert np.array_equal(chainrule.jit(lambda x, n=exponent: x**n)(x), x**exponent)
    a, b = np.arange(6.0).reshape(2, 3), np.arange(4.0)
    assert np.array_equal(chainrule.jit(np.kron)(a, b), np.kron(a, b))
    m, w = np.arange(27.0).reshape(3, 3, 3), np.arange(3.0)
    along = chainrule.jit(lambda m, w: np.einsum("iij,i->j", m, w))
    assert np.array_equal(along(m, w), np.einsum("iij,i->j", m, w))


SPECIAL = (
    "gammaln", "psi", "gamma", "rgamma", "erfinv", "ndtri", "log_ndtr", "i0", "i1e", "j0", "j1", "y0", "k0", "k1e",
    "expi", "exp1", "ellipk", "ellipe", "dawsn", "erfcx", "entr", "spence", "exp10", "cosm1", "boxcox", "xlog1py",
    "betaln", "gammainc", "jv", "kv", "kl_div", "rel_entr", "huber", "binom",
)  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SPECIAL)
def test_functions_of_scipy_are_called_by_address(name: str, dtype: Any) -> None:
    ufunc = pytest.importorskip("scipy.special").__dict__[name]
    with np.errstate(all="ignore"):
        numbers = np.array([*NUMBERS, 0.5, 0.25, 0.99, 1.7, 4.2, 12.0, 33.3, 150.0]).astype(dtype)
    arrays = [each.ravel() for each in np.meshgrid(*[numbers] * ufunc.nin)]
    function = getattr(chainrule.special, name)
    compiled = chainrule.jit(lambda *inputs: function(*inputs))
    assert f"@special.{name}" in compiled.llvm(*arrays)
    with np.errstate(all="ignore"):
        compared(compiled(*arrays), ufunc(*arrays), 4.0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("into", [np.int64, np.int32])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_floats_as_whole_numbers(dtype: Any, into: Any, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [WAYS[way]])
    edges = [
        2.0**31,
        -(2.0**31),
        2.0**31 - 1,
        2147483647.9,
        -2147483648.9,
        -2147483649.0,
        2.0**63,
        -(2.0**63),
        2.0**62,
        -1.9,
        1.9,
    ]
    with np.errstate(all="ignore"):
        x = np.array([*NUMBERS, *edges, *np.nextafter(edges, 0), *np.nextafter(edges, 1e30)]).astype(dtype)
        expected = x.astype(into)
    compiled = chainrule.jit(lambda x: x.astype(into))
    assert np.array_equal(compiled(x), expected)
    assert "PyMem" not in compiled.llvm(x)


@pytest.mark.parametrize("entries", [[np.inf] * 3, [-np.inf] * 3, [np.inf, -np.inf, 0.0], [np.nan] * 3, [0.1] * 3])
def test_deviations_of_what_is_not_finite(entries: list[float]) -> None:
    """Infinities have no distance from their mean; equal numbers have 0, although 0.1 + 0.1 + 0.1 is not 0.3."""
    x = np.array(entries)
    expected = 0.0 if np.isfinite(x).all() else np.nan
    for executor in ("native", "walk"):
        assert np.array_equal(chainrule.jit(np.std, executor=executor)(x), expected, equal_nan=True)
