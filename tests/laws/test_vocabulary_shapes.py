"""NumPy's ways to arrange, join, cut and choose entries, on recorded values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.numpy_check import Function, check

import chainrule
from chainrule.errors import BoundsError, DomainError, ShapeError

V = np.array([0.3, -0.7, 1.2, 0.5])
P = np.array([0.31, 0.72, 1.23, 0.54])
M = np.array([[0.2, -1.1, 0.7], [1.3, 0.4, -0.6]])
S = np.array([[0.9, -0.3, 0.4], [0.2, 1.1, -0.5], [0.6, 0.1, 0.8]])
T = np.linspace(-1.03, 1.31, 24).reshape(2, 3, 4)


def joined(pieces: Any) -> Any:
    """Several results as one, each in one row."""
    return np.concatenate([np.ravel(each) for each in pieces])


SHAPES: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "reshape by columns": (lambda x: np.reshape(x, (4, -1), order="F"), (T,)),
    "reshape method by columns": (lambda x: x.reshape(6, 4, order="F"), (T,)),
    "ravel by columns": (lambda x: np.ravel(x, order="F"), (T,)),
    "flatten by columns": (lambda x: x.flatten("F"), (M,)),
    "flat": (lambda x: np.stack(list(x.flat)) * x.flat[2], (M,)),
    "permute_dims": (lambda x: np.permute_dims(x, (2, 0, 1)), (T,)),
    "matrix_transpose": (lambda x: np.matrix_transpose(x), (T,)),
    "mT": (lambda x: x.mT, (T,)),
    "moveaxis of two": (lambda x: np.moveaxis(x, (0, 2), (-1, 0)), (T,)),
    "rollaxis": (lambda x: np.rollaxis(x, 2), (T,)),
    "rollaxis to": (lambda x: np.rollaxis(x, 0, 3), (T,)),
    "atleast_1d of several": (lambda x, y: joined(np.atleast_1d(x[0], y)), (V, M)),
    "atleast_3d": (lambda x, y: np.atleast_3d(x) + np.atleast_3d(y[:, :, 0]), (T[0, :1, 0], T[:, :1])),
    "atleast_3d of a vector": (lambda x: np.atleast_3d(x), (V,)),
    "squeeze axes": (lambda x: np.squeeze(x[None, :, None], (0, 2)), (V,)),
    "broadcast_arrays": (lambda x, y: np.multiply(*np.broadcast_arrays(x, y)), (M, S[0])),
    "tile more axes": (lambda x: np.tile(x, (2, 1, 3)), (M,)),
    "repeat by an array": (lambda x: np.repeat(x, np.array([2, 0, 1]), axis=1), (M,)),
    "repeat method": (lambda x: x.repeat(2, axis=0), (M,)),
    "concat": (lambda x, y: np.concat([x, y], axis=1), (M, M[:, :1])),
    "concatenate dtype": (lambda x, y: np.concatenate([x, y], dtype=np.float64), (V, P)),
    "stack of a plain array": (lambda x: np.stack([x, np.ones(4)], axis=1), (V,)),
    "dstack": (lambda x, y: np.dstack([x, y]), (V, P)),
    "dstack of matrices": (lambda x: np.dstack([x, M]), (M,)),
    "column_stack": (lambda x, y: np.column_stack([x, y[:, None], y]), (V, P)),
    "row_stack": (lambda x, y: np.vstack([x, y, M]), (M[0], M)),
    "append": (lambda x, y: np.append(x, y), (M, V)),
    "append axis": (lambda x: np.append(x, M[:1], axis=0), (M,)),
    "block": (lambda x, y: np.block([[x, y[:, None]], [np.ones((1, 3)), y[:1]]]), (M, V[:2])),
    "block of vectors": (lambda x, y: np.block([x, y, 1.0]), (V, P)),
    "insert": (lambda x: np.insert(x, 1, 9.0), (V,)),
    "insert many": (lambda x, y: np.insert(x, [3, 0, 0], y[:3]), (V, P)),
    "insert axis": (lambda x, y: np.insert(x, 1, y, axis=1), (M, V[:2])),
    "insert rows": (lambda x, y: np.insert(x, [0, 2], y, axis=0), (M, M + 0.5)),
    "insert slice": (lambda x: np.insert(x, slice(1, 3), 0.5), (V,)),
    "insert several at one place": (lambda x, y: np.insert(x, 2, y), (V, P)),
    "insert from the end": (lambda x: np.insert(x, -1, 7.0), (V,)),
    "delete": (lambda x: np.delete(x, 1), (V,)),
    "delete many": (lambda x: np.delete(x, [0, -1], axis=1), (M,)),
    "delete mask": (lambda x: np.delete(x, [True, False, False, True]), (V,)),
    "delete slice": (lambda x: np.delete(x, slice(None, None, 2), axis=2), (T,)),
    "resize": (lambda x: np.resize(x, (3, 4)), (V[:3],)),
    "resize smaller": (lambda x: np.resize(x, 2), (V,)),
    "array_split": (lambda x: joined(part * np.size(part) for part in np.array_split(x, 3)), (V,)),
    "array_split axis": (lambda x: np.array_split(x, 2, axis=2)[1], (T,)),
    "hsplit": (lambda x: np.hsplit(x, [1])[1], (M,)),
    "hsplit of a vector": (lambda x: np.hsplit(x, 2)[1], (V,)),
    "vsplit": (lambda x: np.vsplit(x, 2)[1], (M,)),
    "dsplit": (lambda x: np.dsplit(x, 2)[0], (T,)),
    "unstack": (lambda x: np.unstack(x, axis=1)[2] * np.unstack(x, axis=-2)[0], (T,)),
    "meshgrid": (lambda x, y: np.stack(np.meshgrid(x, y)), (V, P[:3])),
    "meshgrid ij": (lambda x, y: joined(np.meshgrid(x, y, [1.0, 2.0], indexing="ij", sparse=True)), (V, P[:3])),
    "diagflat": (lambda x: np.diagflat(x, 1), (M,)),
    "fliplr": (lambda x: np.fliplr(x), (M,)),
    "flipud": (lambda x: np.flipud(x), (M,)),
    "rot90": (lambda x: np.rot90(x), (M,)),
    "rot90 three times": (lambda x: np.rot90(x, 3, axes=(1, 2)), (T,)),
    "rot90 twice": (lambda x: np.rot90(x, -2), (M,)),
    "rot90 none": (lambda x: np.rot90(x, 4), (M,)),
    "roll axes of one": (lambda x: np.roll(x, (1, -1), axis=1), (M,)),
    "sliding windows": (lambda x: np.lib.stride_tricks.sliding_window_view(x, 3), (V,)),
    "sliding windows of axes": (
        lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(0, 2)),
        (T,),
    ),
    "diff with ends": (lambda x: np.diff(x, prepend=0.0, append=x[:, :1]), (M,)),
    "choose": (lambda x, y: np.choose([1, 0, 1, 1], [x, y]), (V, P)),
    "choose wrapped": (lambda x: np.choose([[3], [-1]], (x, 2 * x), mode="wrap"), (V,)),
    "choose method": (lambda x, y: (x > 0).astype(int).choose([x, y]), (V, P)),
    "select": (lambda x: np.select([x > 1, x > 0], [x, x**2], default=-x), (V,)),
    "piecewise": (lambda x: np.piecewise(x, [x < 0, x > 1], [lambda t: t**2, 7.0, np.exp]), (V,)),
    "piecewise of one": (lambda x: np.piecewise(x, x > 0, [np.sqrt, np.abs]), (V,)),
    "piecewise with arguments": (lambda x: np.piecewise(x, [x > 0], [lambda t, a: a * t, 0.0], 3.0), (M,)),
    "apply_along_axis": (lambda x: np.apply_along_axis(lambda row: row[::-1] * row[0], 1, x), (T,)),
    "apply_along_axis to numbers": (lambda x: np.apply_along_axis(np.sum, 0, x), (T,)),
    "apply_along_axis to matrices": (lambda x: np.apply_along_axis(lambda r: np.outer(r, r), 1, x), (T,)),
    "apply_over_axes": (lambda x: np.apply_over_axes(np.sum, x, [0, 2]), (T,)),
    "tril indices": (lambda x: x[np.tril_indices(3)] + x[np.triu_indices_from(x)], (S,)),
    "ix_": (lambda x: x[np.ix_([0, 1], [2, 0])], (M,)),
    "diagonal of axes": (lambda x: np.diagonal(x, -1, 1, 2), (T,)),
    "diagonal method": (lambda x: x.diagonal(1, 0, 2), (T,)),
    "trace of axes": (lambda x: x.trace(1, 0, 2), (T,)),
    "tril of a stack": (lambda x: np.tril(x, 1), (T,)),
    "take wrapped": (lambda x: np.take(x, [-5, 7, 1], axis=1, mode="wrap"), (M,)),
    "take clipped": (lambda x: x.take([-5, 7, 1], mode="clip"), (V,)),
    "take a matrix": (lambda x: np.take(x, [[0, 1], [2, 2]], axis=1), (M,)),
    "take_along_axis flat": (lambda x: np.take_along_axis(x, np.array([5, 0, 0]), axis=None), (M,)),
    "full_like": (lambda x: np.full_like(x, x[0]) * np.full_like(x, 2.0), (V,)),
    "like of other shapes": (lambda x: x * np.ones_like(M, shape=4) + np.zeros_like(x, shape=(2, 4)), (V,)),
    "rounding away": (lambda x: x * np.fix(3 * x), (V,)),
    **{
        f"pad {mode}": (lambda x, mode=mode: np.pad(x, ((1, 2), (3, 0)), mode=mode), (M,))
        for mode in ("edge", "symmetric", "wrap", "maximum", "minimum", "mean", "median", "linear_ramp")
    },
    "pad reflect": (lambda x: np.pad(x, ((1, 1), (2, 3)), mode="reflect"), (M,)),
    "pad reflect odd": (lambda x: np.pad(x, ((1, 1), (2, 5)), mode="reflect", reflect_type="odd"), (M,)),
    "pad symmetric odd": (lambda x: np.pad(x, 2, mode="symmetric", reflect_type="odd"), (V,)),
    "pad with recorded values": (lambda x, y: np.pad(x, (1, 2), constant_values=(y, 3 * y)), (V, np.array(0.6))),
    "pad each side": (lambda x: np.pad(x, ((1, 0), (2, 1)), constant_values=((1.0, 2.0), (3.0, 4.0))), (M,)),
    "pad ramp ends": (lambda x, y: np.pad(x, 3, mode="linear_ramp", end_values=(5.0, y)), (V, np.array(0.6))),
    "pad mean of some": (lambda x: np.pad(x, (2, 1), mode="mean", stat_length=(2, 3)), (V,)),
    "pad an axis": (lambda x: np.pad(x, {1: (1, 2)}, mode="edge"), (M,)),
    "pad stack": (lambda x: np.pad(x, ((0, 0), (1, 1), (2, 2)), mode="reflect"), (T,)),
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_values_and_gradients(name: str) -> None:
    check(*SHAPES[name])


def test_functions_are_asked_only_about_their_own_entries() -> None:
    x = np.array([-1.0, 0.0, 4.0])
    found = chainrule.grad(lambda x: np.sum(np.piecewise(x, [x > 0], [np.sqrt, 0.0])))(x)
    np.testing.assert_array_equal(found, [0.0, 0.0, 0.25])
    jitted = chainrule.jit(chainrule.grad(lambda x: np.sum(np.piecewise(x, [x > 0], [np.sqrt, 0.0]))))
    np.testing.assert_array_equal(jitted(x), found)


def test_alternatives_that_are_not_chosen_send_nothing() -> None:
    x = np.array([0.0, 4.0])
    with np.errstate(divide="ignore"):
        found = chainrule.grad(lambda x: np.sum(np.select([x > 1], [np.log(x)], 0.0)))(x)
        np.testing.assert_array_equal(found, [0.0, 0.25])
        found = chainrule.grad(lambda x: np.sum(np.choose([0, 1], [0.0 * x, np.log(x)])))(x)
    np.testing.assert_array_equal(found, [0.0, 0.25])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: np.reshape(x, (3, 1), order="A"), ShapeError, "order='A'"),
        (lambda x: np.choose([5, 0, 0], [x, x]), BoundsError, "number 5"),
        (lambda x: np.pad(x, 1, mode="linear"), DomainError, "'linear'"),
        (lambda x: np.pad(x, -1), DomainError, "from 0 up"),
        (lambda x: np.pad(x[:0], 1, mode="edge"), DomainError, "empty axis"),
        (lambda x: np.vsplit(x, 1)[0], ShapeError, "vsplit"),
        (lambda x: np.array_split(x, 0)[0], ShapeError, "at least one piece"),
        (lambda x: np.delete(x, 7), ShapeError, "places from -3 to 2"),
        (lambda x: np.insert(x, 7, 0.0), ShapeError, "places from -3 to 3"),
        (lambda x: np.fliplr(x), ShapeError, "fliplr"),
        (lambda x: np.block([[x], x]), ShapeError, "depths"),
        (lambda x: np.lib.stride_tricks.sliding_window_view(x, 5), ShapeError, "windows that fit"),
        (lambda x: np.moveaxis(x[None], (0, 1), (0, 0)), ShapeError, "each once"),
        (lambda x: np.select([x], [x]), chainrule.errors.DTypeError, "truth values"),
        (lambda x: np.piecewise(x, [x > 0], [1.0, 2.0, 3.0]), ShapeError, "3 functions for 2"),
    ],
)
def test_what_does_not_fit_is_refused(call: Function, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        chainrule.grad(lambda x: np.sum(call(x)))(np.ones(3))
