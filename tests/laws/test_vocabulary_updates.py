"""Writing at places (`x.at[key].set(values)`), gathering, and the methods of an ndarray on recorded values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.numpy_check import Function, check

import chainrule
from chainrule import ops
from chainrule.errors import BranchError, DTypeError, ShapeError

V = np.array([0.3, -0.7, 1.2, 0.5])
P = np.array([0.31, 0.72, 1.23, 0.54])
M = np.array([[0.2, -1.1, 0.7], [1.3, 0.4, -0.6]])
T = np.linspace(-1.03, 1.31, 24).reshape(2, 3, 4)


def written(x: Any, key: Any, values: Any, how: str = "set") -> Any:
    """What NumPy leaves when values are written at a key: the oracle is the assignment, or ufunc.at."""
    if not isinstance(x, np.ndarray):
        return getattr(x.at[key], how)(values)
    out = x.copy()
    ufuncs = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "power": np.power}
    ufuncs |= {"min": np.minimum, "max": np.maximum}
    if how == "set":
        out[key] = values
    else:
        ufuncs[how].at(out, key, values)
    return out


def along_columns(x: Any, values: Any) -> Any:
    """np.put_along_axis, which writes into its argument, and ours, which does not."""
    places = np.array([[2], [0]])
    if not isinstance(x, np.ndarray):
        return ops.put_along_axis(x, places, values, axis=1)
    out = x.copy()
    np.put_along_axis(out, places, values, 1)
    return out


KEYS: dict[str, Any] = {
    "number": 1,
    "last": -1,
    "slice": slice(0, 2),
    "steps": slice(None, None, -2),
    "list": [3, 0],
    "duplicates": [1, 3, 1, 1],
    "mask": np.array([True, False, True, False]),
    "nothing": [],
    "ellipsis": ...,
    "matrix of places": np.array([[0, 1], [1, 2]]),
}
HOW = ("set", "add", "subtract", "multiply", "divide", "power", "min", "max")


@pytest.mark.parametrize("how", HOW)
def test_one_number_at_places(how: str) -> None:
    check(lambda x, v: written(x, [1, 3, 1, 1], v if hasattr(x, "at") else float(v), how), (P, np.array(0.7)))


@pytest.mark.parametrize("key", sorted(KEYS))
@pytest.mark.parametrize("how", HOW)
def test_many_numbers_at_places(how: str, key: str) -> None:
    place = KEYS[key]
    values = np.linspace(0.37, 1.61, P[place].size).reshape(np.shape(P[place]))
    check(lambda x, v: written(x, place, v, how), (P, values), jitted=key == "duplicates")


UPDATES: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "rows": (lambda x, v: written(x, 1, v), (M, P[:3])),
    "columns": (lambda x, v: written(x, (slice(None), [2, 0]), v, "multiply"), (M, P[:2])),
    "a column that stretches": (lambda x, v: written(x, (slice(None), slice(1, 3)), v, "add"), (M, P[:2, None])),
    "places in two axes": (lambda x, v: written(x, ([0, 1, 0], [2, 0, 2]), v, "multiply"), (M, P[:3])),
    "places apart": (lambda x, v: written(x, ([0, 1], slice(None), [3, 3]), v), (T, M)),
    "negative steps": (lambda x, v: written(x, (..., slice(None, None, -1)), v), (M, M + 0.5)),
    "a new axis": (lambda x, v: written(x, (slice(None), None, 1), v), (M, P[:2, None])),
    "a mask of all axes": (lambda x, v: written(x, M > 0, v, "max"), (M, P)),
    "a mask of the first axis": (lambda x, v: written(x, np.array([False, True]), v, "add"), (M, P[:3])),
    "apply": (lambda x: x.at[1:].apply(np.exp) if hasattr(x, "at") else np.r_[x[:1], np.exp(x[1:])], (V,)),
    "get": (lambda x: x.at[[1, 1]].get() if hasattr(x, "at") else x[[1, 1]], (V,)),
    "along an axis": (lambda x, v: along_columns(x, v), (M, P[:2, None])),
    "a plain array": (
        lambda v: ops.at(np.ones(4))[1:3].set(v) if hasattr(v, "at") else np.r_[1.0, v, 1.0],
        (P[:2],),
    ),
}


@pytest.mark.parametrize("name", sorted(UPDATES))
def test_updates(name: str) -> None:
    check(*UPDATES[name])


def test_of_a_place_that_is_named_twice_the_last_value_stays() -> None:
    found = chainrule.grad(lambda v: np.sum(ops.at(np.zeros(3))[[0, 0, 2]].set(v) * [2.0, 3.0, 5.0]))(np.ones(3))
    np.testing.assert_array_equal(found, [0.0, 2.0, 5.0])


def test_what_is_overwritten_sends_nothing() -> None:
    with np.errstate(divide="ignore"):
        found = chainrule.grad(lambda x: np.sum(np.log(x).at[0].set(7.0)))(np.array([0.0, 2.0]))
    np.testing.assert_array_equal(found, [0.0, 0.5])


@pytest.mark.parametrize("how", HOW)
def test_a_mask_that_is_not_known_under_jit(how: str) -> None:
    function = chainrule.grad(lambda x: np.sum(getattr(x.at[x > 0.6], how)(0.7) * [1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_array_equal(chainrule.jit(function)(P), function(P))


def test_places_that_are_not_known_under_jit() -> None:
    def updated(x: Any, places: Any, how: str) -> Any:
        return getattr(x.at[places], how)(x[:2] ** 2)

    for how in ("set", "add"):
        gradient = chainrule.grad(lambda x, places, how=how: np.sum(updated(x, places, how) * P))
        for places in (np.array([3, 3]), np.array([0, 2])):
            np.testing.assert_array_equal(chainrule.jit(gradient)(V, places), gradient(V, places))
    with pytest.raises(BranchError, match=r"\.add or \.set"):
        chainrule.jit(lambda x, places: updated(x, places, "multiply"))(V, np.array([0, 1]))
    single = chainrule.jit(lambda x, place: x.at[place].multiply(3.0))
    np.testing.assert_array_equal(single(V, np.array(2)), V * [1.0, 1.0, 3.0, 1.0])


def test_second_derivatives_of_updates() -> None:
    def function(x: Any) -> Any:
        return np.sum(x.at[[0, 0]].multiply(x[1:3]).at[2].set(x[0] ** 2) ** 2)

    expected = chainrule.hessian(lambda x: (x[0] * x[1] * x[2]) ** 2 + x[1] ** 2 + x[0] ** 4 + x[3] ** 2)(V)
    np.testing.assert_allclose(chainrule.hessian(function)(V), expected, rtol=1e-13)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(DTypeError, match="float64"):
        chainrule.grad(lambda x: np.sum(ops.at(np.zeros(3, int))[0].set(x) * 1.0))(2.0)
    with pytest.raises(ShapeError, match=r"\(2,\)"):
        chainrule.grad(lambda x: np.sum(x.at[:3].set(np.ones(2))))(V)
    with pytest.raises(chainrule.errors.BoundsError, match="7"):
        chainrule.grad(lambda x: np.sum(x.at[7].set(1.0)))(V)


METHODS: dict[str, Function] = {
    "all": lambda x: x * (x > -9).all(axis=1, keepdims=True),
    "argmin": lambda x: x * x.argmin(1)[:, None],
    "astype": lambda x: x.astype("float64", copy=False),
    "clip": lambda x: x.clip(-0.5, max=0.5),
    "conj": lambda x: x.conj() * x.conjugate() * x.real,
    "copy": lambda x: x.copy(),
    "cumprod": lambda x: x.cumprod(axis=1),
    "cumsum": lambda x: x.cumsum(0),
    "dot": lambda x: x.dot(np.ones(3)),
    "max": lambda x: x.max(axis=1, keepdims=True),
    "mean": lambda x: x.mean(axis=(0, 1)),
    "prod": lambda x: x.prod(),
    "ravel": lambda x: x.ravel("F"),
    "round": lambda x: x * x.round(1),
    "squeeze": lambda x: x[None].squeeze(),
    "std": lambda x: x.std(1, ddof=1),
    "sum": lambda x: x.sum(axis=1, initial=0.5),
    "swapaxes": lambda x: x.swapaxes(0, -1),
    "take": lambda x: x.take([0, 2], axis=1),
    "trace": lambda x: x.trace(),
    "transpose": lambda x: x.transpose(1, 0) @ x.T.transpose((1, 0)),
    "var": lambda x: x.var(),
    "sizes": lambda x: x * x.itemsize + x.nbytes + x.ndim + x.size,
    "shift and masks": lambda x: x * (((x > 0) ^ (x > 0.5)) | (x < -1)),
}


@pytest.mark.parametrize("name", sorted(METHODS))
def test_methods(name: str) -> None:
    check(METHODS[name], (M,))


GATHERING: dict[str, Function] = {
    "a recorded mask": lambda x: x[x > 0],
    "a recorded mask of rows": lambda x: x[x[:, 0] > 0.5],
    "recorded places": lambda x: x[np.argsort(x[:, 0])],
    "a recorded place": lambda x: x[np.argmax(x[:, 0]), ..., None],
    "duplicates": lambda x: x[[1, 1, 0], [0, 0, 2]],
    "negative steps and new axes": lambda x: x[::-1, None, ::-2],
}


@pytest.mark.parametrize("name", sorted(GATHERING))
def test_gathering(name: str) -> None:
    check(GATHERING[name], (M,), jitted="mask" not in name)
    if "mask" in name:
        with pytest.raises(ShapeError, match=r"np\.where"):
            chainrule.jit(GATHERING[name])(M)
