"""`chainrule.numpy` as a namespace of the array standard: every name, on plain arrays and on recorded values."""

from __future__ import annotations

import inspect
from typing import Any

import numpy
import numpy as np
import pytest
from laws import standard
from laws.table import slope_along

import chainrule
import chainrule.numpy as xp
from chainrule import grad, jvp, value
from chainrule.errors import BoundsError, ShapeError, TraceError

# What NumPy spells in another way, spelled so.
BY_NUMPY: dict[str, Any] = {
    "sort": lambda: -np.sort(-standard.M, axis=0),
    "argsort": lambda: np.argsort(-standard.M, axis=1, kind="stable"),
    "argsort up": lambda: np.argsort(standard.M, axis=-1),
    "sort up": lambda: np.sort(standard.M),
    "diff": lambda: np.diff(standard.V, prepend=standard.P[:1]),
    "fft.fftfreq": lambda: np.fft.fftfreq(5, 0.5).astype("f4"),
}
FLOAT32 = {"fft.fftfreq"}


def plainly(array: Any) -> Any:
    return array


@pytest.mark.parametrize("name", sorted(standard.MAKING))
def test_what_makes_arrays_is_numpy_s(name: str) -> None:
    call = standard.MAKING[name]
    found, expected = call(xp, plainly), call(np, plainly)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", sorted(standard.CALLS))
def test_plain_arrays_give_what_numpy_gives(name: str) -> None:
    call = standard.CALLS[name]
    found = call(xp, plainly)
    expected = BY_NUMPY[name]() if name in BY_NUMPY else call(np, plainly)
    assert isinstance(found, (np.ndarray, np.generic))
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", sorted(set(standard.CALLS) - {"fft.fftfreq", "fft.rfftfreq"}))
def test_recorded_values_give_the_same_values_and_slopes(name: str) -> None:
    """Every array moves along a fixed direction at once, by one number t."""
    call = standard.CALLS[name]

    def at(t: Any) -> Any:
        return call(xp, lambda array: array + t * np.cos(np.arange(1.0, array.size + 1)).reshape(array.shape))

    values: list[Any] = []

    def loss(t: Any) -> Any:
        found = at(t)
        values.append(value(found))
        size = np.real(found) + 2 * np.imag(found) if found.dtype.kind == "c" else found
        return np.sum(size * np.sin(np.arange(1.0, found.size + 1)).reshape(found.shape)) + 0.0 * t

    with np.errstate(all="ignore"):
        slope = grad(loss)(0.0)
        ahead = jvp(loss, (0.0,), (1.0,))[1]
        expected = call(xp, plainly)
        steps = slope_along(lambda t: float(loss(t))) if is_float64(expected) else slope
    assert values[0].dtype == expected.dtype
    np.testing.assert_allclose(values[0], expected, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(ahead, slope, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(slope, steps, rtol=1e-7, atol=1e-8)


def is_float64(array: Any) -> bool:
    return array.dtype in (np.float64, np.complex128)


def test_constants_dtypes_and_submodules() -> None:
    for name in standard.CONSTANTS.split():
        assert getattr(xp, name) is getattr(np, name)
    for name in standard.DTYPES.split():
        assert np.dtype(getattr(xp, name)) == np.dtype(name)
    assert np.dtype(xp.bfloat16).name == "bfloat16"
    assert {"inv", "trace", "vecdot", "svd", "LinAlgError"} <= set(dir(xp.linalg))
    assert {"fft", "irfftn", "fftfreq"} <= set(dir(xp.fft))
    assert "einsum" in dir(xp)


def test_names_and_parameters_that_are_numpy_s_too() -> None:
    x = np.array([[3.0, 1.0], [2.0, 5.0]])
    np.testing.assert_array_equal(xp.sort(x, None, descending=True), [5, 3, 2, 1])
    np.testing.assert_array_equal(xp.argsort([2.0, 1.0, 2.0], kind="stable", descending=True), [0, 2, 1])
    assert xp.sort(np.array(3.0)[None], 0) == 3.0
    np.testing.assert_array_equal(xp.einsum("ij,j->i", x, x[0]), x @ x[0])
    np.testing.assert_array_equal(xp.array(x, dtype="f4", ndmin=3), x[None])
    assert inspect.getdoc(xp.asarray)


def test_recorded_values_in_lists_and_as_fillings() -> None:
    found = grad(lambda x: np.sum(xp.asarray([[x, 1.0], [x * x, x]]) * np.array([[1.0, 2.0], [3.0, 4.0]])))(2.0)
    assert found == 1 + 3 * 4 + 4
    assert grad(lambda x: np.sum(xp.full((2, 3), x)))(2.0) == 6.0
    assert grad(lambda x: np.sum(xp.array((x, x), dtype="float32")))(2.0) == 2.0
    assert grad(lambda x: xp.asarray(x) * xp.asarray(3))(2.0) == 3.0
    with pytest.raises(TraceError, match="copy"):
        grad(lambda x: np.sum(xp.asarray([x], copy=False)))(2.0)
    with pytest.raises(ShapeError):
        grad(lambda x: np.sum(xp.asarray([[x], [x, x]])))(2.0)
    with pytest.raises(TraceError, match="cpu"):
        xp.full(2, 1.0, device="gpu")


def test_a_recorded_value_names_its_namespace() -> None:
    def loss(x: Any) -> Any:
        space = x.__array_namespace__()
        assert space is chainrule.numpy
        assert x.to_device(x.device) is x
        return space.sum(space.sin(x))

    np.testing.assert_array_equal(grad(loss)(np.zeros(2)), 1.0)
    with pytest.raises(BoundsError, match=r"2024\.12"):
        grad(lambda x: x.__array_namespace__(api_version="1999.01").sum(x))(np.zeros(2))


def test_unknown_names() -> None:
    for space, wrong, right in (
        (xp, "concatenat", "concatenate"),
        (xp.linalg, "slogdett", "slogdet"),
        (xp.fft, "rffft", "rfft"),
    ):
        with pytest.raises(AttributeError, match=right):
            getattr(space, wrong)
    assert not hasattr(xp, "_core")
    assert numpy is not xp
