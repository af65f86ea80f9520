"""NumPy's functions on recorded values: the value NumPy gives, and the gradient finite differences give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient

import chainrule
from chainrule import ops

Function = Callable[..., Any]

V = np.array([0.3, -0.7, 1.2, 0.5])
M = np.array([[0.2, -1.1, 0.7], [1.3, 0.4, -0.6]])
S = np.array([[0.9, -0.3, 0.4], [0.2, 1.1, -0.5], [0.6, 0.1, 0.8]])
T = np.linspace(-1.03, 1.31, 24).reshape(2, 3, 4)
P = np.array([0.31, 0.72, 1.23, 0.54])

ONE = (
    "exp log log1p log2 log10 exp2 expm1 sqrt cbrt square sin cos tan arctan sinh cosh tanh arcsinh absolute sign "
    "negative positive reciprocal floor ceil trunc rint fabs"
)
TWO = "add subtract multiply divide true_divide maximum minimum hypot arctan2 logaddexp copysign heaviside"
ENTRY_BY_ENTRY: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(ONE.split(), (P,)),
    **dict.fromkeys(TWO.split(), (V, P + 0.05)),
    "arcsin": (P / 2,),
    "arccos": (P / 2,),
    "arctanh": (P / 2,),
    "arccosh": (P + 1,),
    "power": (P, V),
    "float_power": (P, V),
    "remainder": (V + 3, P + 1),
    "mod": (V + 3, P + 1),
}

WHOLE: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "sum": (lambda x: np.sum(x), (M,)),
    "sum axis": (lambda x: np.sum(x, axis=1), (M,)),
    "sum axes": (lambda x: np.sum(x, axis=(0, -1), keepdims=True), (T,)),
    "sum method": (lambda x: x.sum(0), (M,)),
    "mean": (lambda x: np.mean(x, axis=-1, keepdims=True), (T,)),
    "average": (lambda x, w: np.average(x, weights=w), (V, P)),
    "average axis": (lambda x, w: np.average(x, axis=1, weights=w), (M, np.array([0.5, 1.0, 2.0]))),
    "prod": (lambda x: np.prod(x, axis=1), (M,)),
    "max": (lambda x: np.max(x, axis=0), (M,)),
    "amin": (lambda x: np.amin(x), (M,)),
    "var": (lambda x: np.var(x, axis=1, ddof=1), (M,)),
    "std": (lambda x: np.std(x, keepdims=True), (M,)),
    "cumsum": (lambda x: np.cumsum(x), (M,)),
    "cumprod": (lambda x: np.cumprod(x), (M,)),
    "cumprod axis": (lambda x: np.cumprod(x, axis=1), (M,)),
    "nansum": (lambda x: np.nansum(x, axis=0), (M,)),
    "nanmean": (lambda x: np.nanmean(x), (M,)),
    "cumsum axis": (lambda x: np.cumsum(x, axis=1), (M,)),
    "norm": (lambda x: np.linalg.norm(x), (V,)),
    "norm of a matrix": (lambda x: np.linalg.norm(x), (M,)),
    "norm axis": (lambda x: np.linalg.norm(x, axis=1, keepdims=True), (M,)),
    "norm fro": (lambda x: np.linalg.norm(x, "fro"), (M,)),
    "dot of vectors": (lambda x, y: np.dot(x, y), (V, P)),
    "dot": (lambda x, y: np.dot(x, y), (M, S)),
    "dot of a number": (lambda x: np.dot(2.0, x), (V,)),
    "dot method": (lambda x, y: x.dot(y), (M, S)),
    "matmul": (lambda x, y: np.matmul(x, y), (M, S)),
    "matmul of stacks": (lambda x, y: x @ y, (T, np.moveaxis(T, 1, 2))),
    "array on the left": (lambda x: M @ x, (S,)),
    "outer": (lambda x, y: np.outer(x, y), (V, P)),
    "outer of matrices": (lambda x, y: np.outer(x, y), (M, V)),
    "inner": (lambda x, y: np.inner(x, y), (M, S)),
    "vdot": (lambda x, y: np.vdot(x, y), (M, M + 0.1)),
    "kron": (lambda x, y: np.kron(x, y), (M, S)),
    "kron of mixed axes": (lambda x, y: np.kron(x, y), (V, M)),
    "tensordot": (lambda x, y: np.tensordot(x, y, axes=([1, 2], [1, 2])), (T, T + 0.2)),
    "tensordot default": (lambda x, y: np.tensordot(x, y), (T, T[0])),
    "einsum": (lambda x, y: np.einsum("ij,jk->ik", x, y), (M, S)),
    "einsum implicit": (lambda x, y: np.einsum("ij,jk", x, y), (M, S)),
    "einsum trace": (lambda x: np.einsum("ii", x), (S,)),
    "einsum diagonal": (lambda x: np.einsum("ii->i", x), (S,)),
    "einsum three": (lambda x, y, z: np.einsum("ij,jk,k->i", x, y, z), (M, S, S[0])),
    "einsum dots": (lambda x, y: np.einsum("...ij,...j->...i", x, y), (T, T[:, 0])),
    "einsum sum": (lambda x: np.einsum("ijk->j", x), (T,)),
    "trace": (lambda x: np.trace(x), (S,)),
    "trace offset": (lambda x: np.trace(x, offset=1), (M,)),
    "diag of a vector": (lambda x: np.diag(x), (V,)),
    "diag of a vector, lower": (lambda x: np.diag(x, -1), (V,)),
    "diag of a matrix": (lambda x: np.diag(x), (S,)),
    "diag of an oblong": (lambda x: np.diag(x, k=1), (M,)),
    "diagonal": (lambda x: np.diagonal(x), (M,)),
    "diagonal of a stack": (lambda x: np.diagonal(x, 1, 1, 2), (T,)),
    "where": (lambda x, y: np.where(V > 0, x, y), (V, P)),
    "where number": (lambda x: np.where(x > 0, x, 0.0), (V,)),
    "clip": (lambda x: np.clip(x, 0.0, 1.0), (V,)),
    "clip open": (lambda x: np.clip(x, None, 0.4), (V,)),
    "clip method": (lambda x: x.clip(0.0), (V,)),
    "nan_to_num": (lambda x: np.nan_to_num(x), (V,)),
    "concatenate": (lambda x, y: np.concatenate([x, y, x]), (V, P)),
    "concatenate axis": (lambda x: np.concatenate([x, np.ones((2, 1))], axis=1), (M,)),
    "concatenate flat": (lambda x, y: np.concatenate([x, y], axis=None), (M, V)),
    "stack": (lambda x, y: np.stack([x, y], axis=-1), (V, P)),
    "stack of numbers": (lambda x: np.stack([x[0], x[1] ** 2, 1.0]), (V,)),
    "hstack": (lambda x, y: np.hstack([x, y]), (V, P)),
    "hstack of matrices": (lambda x: np.hstack([x, x]), (M,)),
    "vstack": (lambda x, y: np.vstack([x, y]), (V, P)),
    "split": (lambda x: np.split(x, 2)[1], (V,)),
    "split at places": (lambda x: np.split(x, [1, 2], axis=1)[2], (M,)),
    "diff": (lambda x: np.diff(x, n=2), (V,)),
    "diff axis": (lambda x: np.diff(x, axis=0), (M,)),
    "pad": (lambda x: np.pad(x, 1), (M,)),
    "pad with": (lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=2.0), (M,)),
    "pad edge": (lambda x: np.pad(x, (2, 1), mode="edge"), (V,)),
    "pad reflect": (lambda x: np.pad(x, ((1, 1), (2, 1)), mode="reflect"), (M,)),
    "pad wrap": (lambda x: np.pad(x, (1, 6), mode="wrap"), (V,)),
    "sort": (lambda x: np.sort(x), (M,)),
    "sort axis": (lambda x: np.sort(x, axis=0), (M,)),
    "sort flat": (lambda x: np.sort(x, axis=None), (M,)),
    "take_along_axis": (lambda x: np.take_along_axis(x, np.array([[0, 2], [1, 1]]), axis=1), (M,)),
    "median": (lambda x: np.median(x), (M,)),
    "median axis": (lambda x: np.median(x, axis=1, keepdims=True), (M,)),
    "quantile": (lambda x: np.quantile(x, 0.3, axis=0), (T,)),
    "triu": (lambda x: np.triu(x, 1), (S,)),
    "tril": (lambda x: np.tril(x, -1), (T,)),
    "tile": (lambda x: np.tile(x, (2, 2)), (V,)),
    "tile of a matrix": (lambda x: np.tile(x, 2), (M,)),
    "repeat": (lambda x: np.repeat(x, 2), (M,)),
    "repeat each": (lambda x: np.repeat(x, [1, 0, 2], axis=1), (M,)),
    "take": (lambda x: np.take(x, [0, 2, 2], axis=1), (M,)),
    "take flat": (lambda x: np.take(x, [0, 5]), (M,)),
    "reshape": (lambda x: np.reshape(x, (3, -1)), (M,)),
    "reshape method": (lambda x: x.reshape(3, 2), (M,)),
    "ravel": (lambda x: np.ravel(x), (M,)),
    "flatten": (lambda x: x.flatten(), (M,)),
    "atleast_1d": (lambda x: np.atleast_1d(x), (np.array(0.3),)),
    "atleast_2d": (lambda x: np.atleast_2d(x), (V,)),
    "transpose": (lambda x: np.transpose(x, (2, 0, 1)), (T,)),
    "transpose reversed": (lambda x: np.transpose(x), (T,)),
    "T": (lambda x: x.T, (M,)),
    "swapaxes": (lambda x: np.swapaxes(x, 0, -1), (T,)),
    "moveaxis": (lambda x: np.moveaxis(x, 0, 2), (T,)),
    "squeeze": (lambda x: np.squeeze(x[None, :, None]), (V,)),
    "expand_dims": (lambda x: np.expand_dims(x, (0, -1)), (V,)),
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, 4)), (V,)),
    "flip": (lambda x: np.flip(x, axis=1), (M,)),
    "flip all": (lambda x: np.flip(x), (M,)),
    "roll": (lambda x: np.roll(x, 1), (M,)),
    "roll axes": (lambda x: np.roll(x, (1, 2), axis=(0, 1)), (M,)),
    "astype": (lambda x: x.astype(np.float64), (V,)),
    "remainder": (lambda x: x % 1.0 + 7.5 % x, (P,)),
    "floor_divide": (lambda x: x * (x // 0.4), (P,)),
    "round": (lambda x: x * np.round(x, 1), (V,)),
    "python sum": (lambda x: sum(x), (V,)),
    "iteration": (lambda x: np.stack([row * row for row in x]), (M,)),
    "reduce": (lambda x: np.add.reduce(x, axis=1), (M,)),
}

INDEXING: dict[str, Function] = {
    "number": lambda x: x[1],
    "last": lambda x: x[-1],
    "numbers": lambda x: x[1, 2, -1],
    "slice": lambda x: x[:, 1:],
    "steps": lambda x: x[::-1, ::2],
    "negative steps": lambda x: x[:, ::-2, 3:0:-2],
    "empty slice": lambda x: x[:, 2:1],
    "beyond the end": lambda x: x[:, 1:99],
    "ellipsis": lambda x: x[..., 1],
    "new axis": lambda x: x[:, None, 1],
    "whole": lambda x: x[()],
    "list": lambda x: x[:, [0, 2, 0]],
    "integer array": lambda x: x[np.array([1, 1, 0])],
    "integer arrays together": lambda x: x[np.array([0, 1, 1]), np.array([2, 0, 0])],
    "integer arrays apart": lambda x: x[np.array([0, 1]), :, np.array([3, 3])],
    "grid": lambda x: x[np.array([[0], [1]]), np.array([[0, 2]])],
    "numpy integer": lambda x: x[np.int64(1)],
    "mask": lambda x: x[x > 0],
    "mask of an axis": lambda x: x[:, np.array([True, False, True])],
    "mask of nothing": lambda x: x[x > 99],
    "mask and number": lambda x: x[np.array([True, False]), 1],
    "empty list": lambda x: x[[]],
    "place of the largest": lambda x: x[0, 0][np.argmax(x[0, 0])],
    "duplicates": lambda x: x[np.array([0, 0, 0])] * np.array([1.0, 2.0, 3.0])[:, None, None],
}


def check(function: Function, arrays: tuple[Any, ...]) -> None:
    """Value and dtype as in NumPy, and each gradient of a weighted sum as by finite differences."""
    expected = function(*arrays)
    value = chainrule.vjp(function, *arrays)[0]
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(value, expected, rtol=1e-15, atol=1e-15)
    upstream = np.cos(np.arange(1.0, expected.size + 1)).reshape(expected.shape)
    places = tuple(range(len(arrays)))
    found = chainrule.grad(lambda *moved: np.sum(upstream * function(*moved)), places)(*arrays)
    for place, array in enumerate(arrays):

        def loss(moved: Any, place: int = place) -> Any:
            return np.sum(upstream * function(*arrays[:place], moved, *arrays[place + 1 :]))

        assert found[place].shape == np.shape(array)
        np.testing.assert_allclose(found[place], numeric_gradient(loss, array), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", sorted(ENTRY_BY_ENTRY))
def test_functions_of_entries(name: str) -> None:
    check(getattr(np, name), ENTRY_BY_ENTRY[name])


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_functions_of_arrays(name: str) -> None:
    check(*WHOLE[name])


@pytest.mark.parametrize("name", sorted(INDEXING))
def test_indexing(name: str) -> None:
    check(INDEXING[name], (T,))


QUESTIONS: dict[str, Function] = {
    "isnan": np.isnan,
    "isfinite": np.isfinite,
    "isinf": np.isinf,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "argmax axis": lambda x: np.argmax(x, axis=1),
    "any": lambda x: np.any(x > 0),
    "all": lambda x: np.all(x > 0, axis=0),
    "both": lambda x: (x > 0) & (x < 0.5),
    "either": lambda x: (x > 0.5) | ~(x > 0),
    "equal": lambda x: x == 0.4,
    "not": lambda x: np.logical_not(x != 0.4),
    "floor_divide": lambda x: x // 0.3,
    "in": lambda x: np.asarray(0.4 in x),
}


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_questions_have_numpy_s_answer(name: str) -> None:
    answers: list[Any] = []

    def ask(x: Any) -> Any:
        answers.append(chainrule.value(QUESTIONS[name](x)))
        return np.sum(x)

    chainrule.grad(ask)(M)
    np.testing.assert_array_equal(answers[0], QUESTIONS[name](M))


LISTS: dict[str, tuple[Function, Function]] = {
    "softmax": (ops.softmax, lambda x: np.exp(x) / np.sum(np.exp(x))),
    "log_softmax": (ops.log_softmax, lambda x: x - np.log(np.sum(np.exp(x)))),
    "logsumexp": (ops.logsumexp, lambda x: np.log(np.sum(np.exp(x)))),
    "sigmoid": (ops.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    "softplus": (ops.softplus, lambda x: np.log1p(np.exp(x))),
    "relu": (ops.relu, lambda x: np.maximum(x, 0)),
    "positive": (ops.positive, lambda x: np.heaviside(x, 0)),
    "leaky_relu": (ops.leaky_relu, lambda x: np.where(x > 0, x, 0.01 * x)),
    "elu": (ops.elu, lambda x: np.where(x > 0, x, np.expm1(x))),
    "silu": (ops.silu, lambda x: x / (1 + np.exp(-x))),
    "squared_norm": (ops.squared_norm, lambda x: np.sum(x * x)),
    "norm": (ops.norm, np.linalg.norm),
    "layer_norm": (ops.layer_norm, lambda x: (x - x.mean()) / np.sqrt(x.var() + 1e-5)),
    "stop_gradient": (ops.stop_gradient, np.asarray),
    "squared_error": (lambda x: ops.squared_error(x, [1.0, 2.0, 3.0]), lambda x: np.sum((x - [1.0, 2.0, 3.0]) ** 2)),
    "cross_entropy": (lambda x: ops.cross_entropy([0.2, 0.5, 0.3], x), lambda x: -np.sum(x * np.log([0.2, 0.5, 0.3]))),
    "sum": (ops.sum, np.sum),
    "mean": (ops.mean, np.mean),
    "var": (ops.var, np.var),
    "prod": (ops.prod, np.prod),
    "max": (ops.max, np.max),
    "reshape": (lambda x: ops.reshape(x, (3, 1)), lambda x: x.reshape(3, 1)),
    "diag": (ops.diag, np.diag),
    "outer": (lambda x: ops.outer(x, x), lambda x: np.outer(x, x)),
    "einsum": (lambda x: ops.einsum("i,i->", x, x), np.sum and (lambda x: np.sum(x * x))),
    "where": (lambda x: ops.where([True, False, True], x, 0.0), lambda x: np.where([True, False, True], x, 0)),
    "power": (lambda x: ops.power(x, 3), lambda x: x**3),
    "flip": (ops.flip, np.flip),
    "clip": (lambda x: ops.clip(x, 0.0, 0.5), lambda x: np.clip(x, 0.0, 0.5)),
}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_lists_are_taken_where_nothing_is_recorded(name: str) -> None:
    ours, numpys = LISTS[name]
    np.testing.assert_allclose(ours([0.3, -0.7, 1.2]), numpys(np.array([0.3, -0.7, 1.2])), rtol=1e-14)


def test_numbers_are_taken_where_nothing_is_recorded() -> None:
    assert chainrule.relu(-1.0) == 0.0
    assert chainrule.positive(2.0) == 1.0
    assert chainrule.leaky_relu(-1.0) == -0.01
    assert chainrule.sigmoid(0) == 0.5
    assert ops.power(2.0, -1) == 0.5
    assert ops.sum(3.0) == 3.0
    assert ops.reshape(3.0, (1, 1)).shape == (1, 1)


def test_types_of_other_kinds_are_refused() -> None:
    for wrong in ("abc", object(), [None]):
        with pytest.raises(chainrule.errors.DTypeError):
            ops.sum(wrong)
