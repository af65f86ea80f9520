"""NumPy's statistics on recorded values: missing numbers, quantiles, covariances, counts in bins, orders and sets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.numpy_check import Function, check

import chainrule
from chainrule.errors import BranchError, DomainError, DTypeError, ShapeError
from chainrule.ops.statistics.quantiles import METHODS

V = np.array([0.3, -0.7, 1.2, 0.5])
M = np.array([[0.2, -1.1, 0.7], [1.3, 0.4, -0.6]])
T = np.linspace(-1.03, 1.31, 24).reshape(2, 3, 4)[:, ::-1, ::-1] * np.array([1.0, -0.8, 1.3, 0.7])
X = np.array([0.1, 0.2, 0.9, 5.0])
WEIGHTS = np.array([0.4, 1.1, 0.3, 0.9])


WITHOUT_NAN = (
    "nansum",
    "nanprod",
    "nanmean",
    "nanvar",
    "nanstd",
    "nanmax",
    "nanmin",
    "nanmedian",
    "nancumsum",
    "nancumprod",
)


def with_gaps(function: Function) -> Function:
    """The function of an array in which some entries are not numbers."""
    return lambda x: function(np.where([[True, False, True], [True, True, True]], x, np.nan))


STATISTICS: dict[str, tuple[Function, tuple[Any, ...]]] = {
    **{f"{name} axis": (with_gaps(lambda x, name=name: getattr(np, name)(x, axis=1)), (M,)) for name in WITHOUT_NAN},
    **{name: (with_gaps(lambda x, name=name: getattr(np, name)(x)), (M,)) for name in WITHOUT_NAN},
    "nanvar ddof": (with_gaps(lambda x: np.nanvar(x, axis=1, ddof=1, keepdims=True)), (M,)),
    "nanquantile": (with_gaps(lambda x: np.nanquantile(x, [0.1, 0.7], axis=1, keepdims=True)), (M,)),
    "nanquantile weibull": (with_gaps(lambda x: np.nanquantile(x, 0.7, axis=1, method="weibull")), (M,)),
    "nanpercentile": (with_gaps(lambda x: np.nanpercentile(x, 30, axis=(0, 1))), (M,)),
    "nanargmax": (with_gaps(lambda x: np.nan_to_num(x) * np.nanargmax(x, axis=1, keepdims=True)), (M,)),
    "nanargmin": (with_gaps(lambda x: np.nan_to_num(x) * np.nanargmin(x)), (M,)),
    **{f"quantile {name}": (lambda x, name=name: np.quantile(x, 0.37, axis=1, method=name), (T,)) for name in METHODS},
    **{
        f"quantiles {name}": (lambda x, name=name: np.quantile(x, [0.0, 0.5, 1.0], method=name), (V,))
        for name in METHODS
    },
    "quantiles of axes": (lambda x: np.quantile(x, [[0.2, 0.3], [0.9, 1.0]], axis=(0, 2), keepdims=True), (T,)),
    "quantile by a recorded share": (lambda x, q: np.quantile(x, q, axis=1), (M, np.array([0.3, 0.6]))),
    "weighted quantiles": (
        lambda x: np.quantile(x, [0.2, 0.6], axis=1, weights=WEIGHTS, method="inverted_cdf"),
        (T[0],),
    ),
    "weighted quantile": (lambda x: np.quantile(x, 0.5, weights=T**2, method="inverted_cdf"), (T,)),
    "percentile": (lambda x: np.percentile(x, 30, axis=1), (M,)),
    "percentiles": (lambda x: np.percentile(x, (10, 90)), (M,)),
    "median axes": (lambda x: np.median(x, axis=(0, 1)), (T,)),
    "median even": (lambda x: np.median(x, axis=0), (T,)),
    "cov": (lambda x: np.cov(x), (M,)),
    "cov of a vector": (lambda x: np.cov(x), (V,)),
    "cov of two": (lambda x, y: np.cov(x, y, bias=True), (V, WEIGHTS)),
    "cov columns": (lambda x: np.cov(x, rowvar=False, ddof=0), (M,)),
    "cov weighted": (lambda x, w: np.cov(x, fweights=[1, 2, 1], aweights=w), (M, np.array([0.4, 1.1, 0.3]))),
    "cov counted": (lambda x: np.cov(x, fweights=[1, 2, 1]), (M,)),
    "corrcoef": (lambda x, y: np.corrcoef(x, y), (V, WEIGHTS)),
    "bincount": (lambda w: np.bincount([0, 3, 3, 1], weights=w, minlength=6), (V,)),
    "histogram": (lambda w: np.histogram([0.1, 0.2, 0.9, 5.0], bins=[0.0, 0.5, 1.0], weights=w)[0], (V,)),
    "histogram2d": (
        lambda w: np.histogram2d(
            [0.1, 0.2, 0.9, 5.0], [1.0, 0.3, 0.4, 0.2], [[0.0, 0.5, 1.0], [0.0, 0.35, 1.0]], weights=w
        )[0],
        (V,),
    ),
    "histogramdd": (lambda w: np.histogramdd(M[:, :2], bins=2, weights=w, density=True)[0], (WEIGHTS[:2],)),
    "partition": (lambda x: np.partition(x, 2), (T,)),
    "partition flat": (lambda x: np.partition(x, (1, 3), axis=None), (M,)),
    "argpartition": (lambda x: np.take_along_axis(x, x.argpartition(1, axis=0), axis=0), (T,)),
    "sort stable": (lambda x: np.sort(x, axis=0, stable=True), (M,)),
    "argsort method": (lambda x: x[x.argsort()], (V,)),
    "lexsort": (lambda x: x[np.lexsort((x, x > 0))], (V,)),
    "searchsorted": (lambda x: x * np.searchsorted([0.0, 0.4, 1.0], x), (V,)),
    "searchsorted method": (lambda x: x * np.sort(x).searchsorted(x, "right"), (V,)),
    "digitize": (lambda x: x * np.digitize(x, [0.0, 0.4, 1.0]) * np.digitize(x, [1.0, 0.4, 0.0], right=True), (V,)),
    "unravel_index": (lambda x: x[np.unravel_index(np.argmax(x), x.shape)] * x, (M,)),
    "ravel_multi_index": (lambda x: x * np.ravel_multi_index(([1, 0, 1], [2, 0, 9]), (2, 3), mode="clip"), (M,)),
}

KNOWN: dict[str, tuple[Function, tuple[Any, ...]]] = {  # what comes out has a shape that depends on values
    "unique": (lambda x: np.unique(np.round(x) + x - x), (M,)),
    "unique with all": (lambda x: x[np.unique(x, return_index=True)[1]] * np.unique(x, return_counts=True)[1], (V,)),
    "unique_values": (lambda x: np.unique_values(x), (V,)),
    "unique_inverse": (lambda x: np.unique_inverse(x).values[np.unique_inverse(x).inverse_indices], (V,)),
    "unique axis": (lambda x: np.unique(x, axis=0), (M,)),
    "union1d": (lambda x, y: np.union1d(x, y), (V, WEIGHTS + 0.05)),
    "intersect1d": (lambda x: np.intersect1d(x, [1.2, -0.7]) * 1.0, (np.array([0.3, -0.7, 1.2]),)),
    "setdiff1d": (lambda x: np.setdiff1d(x, [7.0]), (V,)),
    "setxor1d": (lambda x, y: np.setxor1d(x, y), (V, WEIGHTS + 0.05)),
    "isin": (lambda x: x * np.isin(x, [7.0], invert=True), (V,)),
    "compress": (lambda x: np.compress(x[0] > 0, x, axis=1), (M,)),
    "compress method": (lambda x: x.compress(x > 0), (V,)),
    "extract": (lambda x: np.extract(x > 0, x), (M,)),
    "nonzero": (lambda x: x[np.nonzero(x > 0)] + x[(x > 0).nonzero()], (M,)),
    "flatnonzero": (lambda x: np.ravel(x)[np.flatnonzero(x > 0)], (M,)),
    "argwhere": (lambda x: np.sum(x[np.argwhere(x > 0)[:, 0]]) * x, (V,)),
    "where alone": (lambda x: x[np.where(x > 0)], (M,)),
    "trim_zeros": (lambda x: np.trim_zeros(np.where(x > 0.4, x, 0.0)), (V,)),
    "histogram density": (lambda x: np.histogram(x, bins=3, density=True)[0], (V,)),
    "histogram2d density": (lambda x: np.histogram2d(x, x[::-1], bins=(2, 3), density=True)[0], (V,)),
    "histogramdd edges": (lambda x: np.concatenate(np.histogramdd(x, bins=2)[1]), (M,)),
    "histogram edges": (lambda x: np.histogram_bin_edges(x, 4), (V,)),
}


@pytest.mark.parametrize("name", sorted(STATISTICS))
def test_values_and_gradients(name: str) -> None:
    check(*STATISTICS[name])


def settled(name: str) -> bool:
    """Whether finite differences may move the entries: not where they are compared with given numbers."""
    return name not in ("intersect1d", "unique")


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_values_and_gradients_where_values_are_known(name: str) -> None:
    function, arrays = KNOWN[name]
    if settled(name):
        check(function, arrays, jitted=False)
    np.testing.assert_allclose(chainrule.vjp(function, *arrays)[0], function(*arrays), rtol=1e-15)
    with pytest.raises(BranchError, match=r"np\.|minlength"):
        chainrule.jit(function)(*arrays)


def test_the_first_of_equal_entries_stands_for_them() -> None:
    x = np.array([2.0, 1.0, 2.0, 1.0])
    np.testing.assert_array_equal(chainrule.grad(lambda x: np.sum(np.unique(x) * [3.0, 5.0]))(x), [5.0, 3.0, 0.0, 0.0])
    np.testing.assert_array_equal(chainrule.grad(lambda x: np.intersect1d(x, [2.0])[0])(x), [1.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize("name", ["nanmax", "nanmin", "nanmedian", "nanmean"])
def test_rows_of_nothing_but_nan(name: str) -> None:
    x = np.array([[1.0, 2.0], [np.nan, np.nan]])
    function = getattr(np, name)
    if name == "nanmedian":
        found = chainrule.vjp(lambda x: function(x, axis=1), x)[0]
    else:
        with pytest.warns(RuntimeWarning):
            found = chainrule.vjp(lambda x: function(x, axis=1), x)[0]
    assert np.isfinite(found[0])
    assert np.isnan(found[1])


def test_a_quantile_of_nan_is_nan() -> None:
    x = np.array([1.0, np.nan, 3.0])
    assert np.isnan(chainrule.vjp(np.median, x)[0])
    assert np.all(np.isnan(chainrule.vjp(lambda x: np.quantile(x, [0.1, 0.9]), x)[0]))


def test_the_median_of_nothing_is_nan_with_a_warning() -> None:
    for function in (np.median, np.nanmedian):
        with pytest.warns(RuntimeWarning):
            assert np.isnan(chainrule.vjp(function, np.ones((0, 2)))[0])


def test_float32_stays_float32() -> None:
    x = np.array([[0.3, np.nan, 1.2], [0.7, -0.4, 0.1]], np.float32)
    for name in WITHOUT_NAN:
        value, gradient = chainrule.value_and_grad(lambda x, name=name: np.sum(getattr(np, name)(x, axis=1)))(x)
        assert (value.dtype, gradient.dtype) == (np.float32, np.float32), name
        assert value == pytest.approx(np.sum(getattr(np, name)(x, axis=1)), rel=1e-6), name
    for name in ("nanvar", "nanstd"):
        with np.errstate(invalid="ignore"):
            assert chainrule.vjp(getattr(np, name), x[:0])[0].dtype == np.float32
    for function in (lambda x: np.insert(x, 0, 2.0), lambda x: np.linspace(x, 1.0, 3), lambda x: np.pad(x, 1)):
        assert chainrule.vjp(function, x)[0].dtype == np.float32


def test_infinite_entries_beside_a_quantile() -> None:
    x = np.array([-np.inf, 1.0, 2.0, 3.0, np.inf])
    value, gradient = chainrule.value_and_grad(np.median)(x)
    assert value == 2.0
    np.testing.assert_array_equal(gradient, [0, 0, 1, 0, 0])


def test_the_dtype_of_quantiles() -> None:
    x = np.array([0.1, 0.7, 0.4], np.float32)
    for function in (np.median, lambda x: np.quantile(x, 0.3), lambda x: np.percentile(x, 30)):
        assert chainrule.vjp(function, x)[0].dtype == np.float32
        assert chainrule.vjp(function, x)[0] == function(x)
        assert chainrule.grad(function)(x).dtype == np.float32


def test_what_is_refused() -> None:
    with pytest.raises(DomainError, match="0 to 1"):
        chainrule.grad(lambda x: np.quantile(x, 30))(V)
    with pytest.raises(DomainError, match="linear"):
        chainrule.grad(lambda x: np.quantile(x, 0.3, method="middle"))(V)
    with pytest.raises(DomainError, match="inverted_cdf"):
        chainrule.grad(lambda x: np.quantile(x, 0.3, weights=WEIGHTS))(V)
    with pytest.raises(ShapeError, match="no entries"):
        chainrule.grad(lambda x: np.quantile(x, 0.3))(np.ones(0))
    with pytest.raises(DomainError, match="all NaN"):
        chainrule.grad(lambda x: np.sum(x) * np.nanargmax(x * np.nan))(V)
    with pytest.raises(DTypeError, match="bincount"):
        chainrule.grad(lambda x: np.sum(np.bincount(x)))(V)
