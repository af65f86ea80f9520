"""Arrays of every kind: empty, short floats, views, duplicate places, casts; and what does not fit, refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import grad, hessian, jvp, ops, value_and_grad
from chainrule.errors import BoundsError, DTypeError, ShapeError

Function = Callable[..., Any]


def test_float16_sums_do_not_stall() -> None:
    ones = np.ones((3000, 2), np.float16)
    value, found = value_and_grad(lambda x: np.sum(x, axis=0)[1])(ones)
    assert value == 3000
    for total in (
        np.cumsum,
        lambda x: np.sum(x, axis=0),
        lambda x: np.linalg.norm(x, axis=0) ** 2,
        chainrule.squared_norm,
    ):
        assert np.max(chainrule.vjp(total, ones)[0]) >= 2990
    assert np.max(chainrule.vjp(lambda x: np.var(3 * x, axis=0), ones)[0]) == 0
    np.testing.assert_allclose(
        chainrule.vjp(lambda x: chainrule.softmax(0 * x, axis=0), ones)[0][0, 0], 1 / 3000, rtol=1e-3
    )
    np.testing.assert_allclose(
        chainrule.vjp(lambda x: chainrule.logsumexp(x, axis=0), ones)[0][0], 1 + np.log(3000), rtol=1e-3
    )
    assert found.dtype == np.float16
    assert grad(lambda x: np.sum(x * np.ones(ones.shape, np.float16)))(np.float16(1.0)) == 6000


def test_numbers_stay_numbers_and_axes_of_size_one_stay() -> None:
    assert type(grad(np.sin)(0.0)) is float
    assert grad(np.sin)(np.array(0.0)).shape == ()
    assert isinstance(grad(np.sin)(np.array(0.0)), np.ndarray)
    assert grad(lambda x: np.sum(x * np.ones(3)))(np.ones(1)).shape == (1,)
    assert grad(lambda x: np.sum(x * np.ones((2, 3))))(np.ones((2, 1))).shape == (2, 1)
    np.testing.assert_array_equal(
        grad(lambda x: np.sum(x + np.zeros((4, 3))))(np.ones((1, 1, 3))), np.full((1, 1, 3), 4.0)
    )


EMPTY: dict[str, Function] = {
    "sum": np.sum,
    "prod": np.prod,
    "norm": np.linalg.norm,
    "squared norm": chainrule.squared_norm,
    "logsumexp": chainrule.logsumexp,
    "sum of exp": lambda x: np.sum(np.exp(x)),
    "indexing": lambda x: np.sum(x[:0] ** 2),
    "concatenate": lambda x: np.sum(np.concatenate([x, np.ones(2)])),
    "softmax": lambda x: np.sum(chainrule.softmax(x)),
    "matmul": lambda x: np.sum(x @ np.ones((0, 3))),
    "outer": lambda x: np.sum(np.outer(x, x)),
    "inner": lambda x: x @ x,
    "einsum": lambda x: np.einsum("i,i->", x, x),
    "cumsum": lambda x: np.sum(np.cumsum(x)),
    "carry": lambda x: np.sum(x / x),
    "tile": lambda x: np.sum(np.tile(x, 3)),
    "diag": lambda x: np.sum(np.diag(x)),
    "where": lambda x: np.sum(np.where(x > 0, x, 0)),
    "reshape": lambda x: np.sum(np.reshape(x, (0, 3))),
    "squared error": lambda x: chainrule.squared_error(x, x),
    "cross entropy": lambda x: chainrule.cross_entropy(x, x),
    "prod of rows": lambda x: np.sum(np.prod(np.reshape(x, (2, 0)), axis=1)),
}


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_empty_arrays_have_empty_gradients(name: str) -> None:
    found = grad(EMPTY[name])(np.zeros(0))
    assert (found.shape, found.dtype) == ((0,), np.float64)
    np.testing.assert_array_equal(jvp(EMPTY[name], (np.zeros(0),), (np.zeros(0),))[1], 0.0)


def test_means_of_nothing_warn_and_extremes_of_nothing_are_errors() -> None:
    with np.errstate(all="warn"):
        with pytest.warns(RuntimeWarning):
            value, found = value_and_grad(np.mean)(np.zeros(0))
        assert np.isnan(value)
        assert found.shape == (0,)
        with pytest.warns(RuntimeWarning):
            assert np.isnan(grad(lambda x: np.var(x, ddof=1))(np.ones(1)))
    for extreme in (np.max, np.min):
        with pytest.raises(ShapeError, match="no entries"):
            grad(extreme)(np.zeros(0))
        with pytest.raises(ShapeError, match="no entries"):
            grad(lambda x, extreme=extreme: np.sum(extreme(x, axis=1)))(np.zeros((2, 0)))


def test_duplicates_accumulate() -> None:
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(grad(lambda x: np.sum(x[[0, 0, 1]]))(x), [2, 1])
    np.testing.assert_array_equal(hessian(lambda x: np.sum(x[[0, 0, 1]] ** 2))(x), [[4, 0], [0, 2]])
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.take(x, [1, 1])) + x[1])(x), [0, 3])
    np.testing.assert_array_equal(grad(lambda x: np.sum(x * x - x * x + x / x))(x), [0, 0])


def test_writing_at_a_key() -> None:
    x, y = np.array([1.0, 2.0, 3.0]), np.array([7.0, 8.0])
    set_at = grad(lambda x, y: np.sum(ops.index_set(x, [0, 0], y) * np.array([1.0, 2.0, 3.0])), (0, 1))(x, y)
    np.testing.assert_array_equal(set_at[0], [0, 2, 3])
    np.testing.assert_array_equal(set_at[1], [0, 1])  # of a place named twice the last value stays
    added = grad(lambda x, y: np.sum(ops.index_add(x, [0, 0], y) ** 2), (0, 1))(x, y)
    np.testing.assert_array_equal(added[0], [32, 4, 6])
    np.testing.assert_array_equal(added[1], [32, 32])
    for key in (1, slice(None, None, -2), (slice(0, 2), None), x > 1.5, [], np.array([2, 0])):
        expected = x.copy()
        expected[key] = 5.0
        np.testing.assert_array_equal(ops.index_set(x, key, 5.0), expected)
        np.add.at(expected, key, 5.0)
        np.testing.assert_array_equal(ops.index_add(ops.index_set(x, key, 5.0), key, 5.0), expected)


def test_equal_entries_are_sorted_in_their_own_order() -> None:
    x = np.array([2.0, 1.0, 2.0, 1.0])
    np.testing.assert_array_equal(grad(lambda x: np.sort(x) @ np.arange(4.0))(x), [2, 0, 3, 1])
    np.testing.assert_array_equal(grad(np.median)(x), [0.5, 0, 0, 0.5])
    assert np.isnan(value_and_grad(np.median)(np.array([1.0, np.nan, 2.0]))[0])
    masked = grad(lambda x: np.sum(ops.index_set(x, x > 1.5, 0.0) ** 2))(x)
    np.testing.assert_array_equal(masked, [0, 2, 0, 2])


def test_running_products_with_zeros() -> None:
    x = np.array([2.0, 0.0, 0.0, 5.0])
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.cumprod(x)))(x), [1, 2, 0, 0])
    second = hessian(lambda x: np.cumprod(x)[2])(x)
    np.testing.assert_array_equal(second, hessian(lambda x: np.prod(x[:3]))(x))
    assert grad(lambda x: np.sum(np.cumprod(x)))(np.zeros(0)).shape == (0,)


def test_views_and_strides_of_the_caller_s_array() -> None:
    base = np.arange(12.0).reshape(3, 4)
    for view in (base.T, base[::-1, ::2], base[:, 1], np.broadcast_to(base[0], (2, 4))):
        np.testing.assert_allclose(grad(lambda x: np.sum(np.sin(x)))(view), np.cos(view))


def test_a_cast_to_whole_numbers_sends_nothing() -> None:
    found = grad(lambda x: np.sum(x.astype(int).astype(float) * x))(np.array([1.7, 2.3]))
    np.testing.assert_array_equal(found, [1.0, 2.0])
    assert grad(lambda x: (x > 0).astype(float) * x)(2.0) == 1.0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_cast_gives_back_a_gradient_of_its_input_s_dtype(dtype: str) -> None:
    x = np.array([1.5, 2.5], dtype)
    found = grad(lambda x: np.sum(x.astype(np.float64) ** 2))(x)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, [3.0, 5.0])
    assert jvp(lambda x: x.astype(np.float32), (x,), (np.ones(2, dtype),))[1].dtype == np.float32
    np.testing.assert_array_equal(hessian(lambda x: np.sum(x.astype(np.float64) ** 2))(x), np.diag([2.0, 2.0]))


WRONG: dict[str, tuple[type[Exception], str, Function]] = {
    "an index beyond the end": (BoundsError, "shape (3,)", lambda x: x[5]),
    "an index below the start": (BoundsError, "[-4]", lambda x: x[-4]),
    "a place beyond the end": (BoundsError, "shape (3,)", lambda x: x[np.array([0, 7])]),
    "too many indices": (BoundsError, "too many", lambda x: x[0, 0]),
    "an index that is no number": (DTypeError, "str", lambda x: x["a"]),
    "an index of floats": (DTypeError, "float64", lambda x: x[np.array([0.0])]),
    "an axis beyond the last": (ShapeError, "axis 2", lambda x: np.sum(x, axis=2)),
    "an axis beyond the last, argmax": (ShapeError, "axis 5", lambda x: x[np.argmax(x, axis=5)]),
    "an axis beyond the last, take": (ShapeError, "axis 3", lambda x: np.take(x, 0, axis=3)),
    "an axis twice": (ShapeError, "(0, 0)", lambda x: np.sum(x, axis=(0, 0))),
    "shapes that do not fit": (ShapeError, "(3,) and (2,)", lambda x: x + np.ones(2)),
    "shapes that do not multiply": (ShapeError, "(3,) and (2, 2)", lambda x: x @ np.ones((2, 2))),
    "a number in a matrix product": (ShapeError, "use *", lambda x: x @ np.array(2.0)),
    "a shape of other size": (ShapeError, "3 entries", lambda x: np.reshape(x, (2, 2))),
    "a shape with two unknowns": (ShapeError, "(-1, -1)", lambda x: np.reshape(x, (-1, -1))),
    "a broadcast that shrinks": (ShapeError, "(3,)", lambda x: np.broadcast_to(x, (1,))),
    "a squeeze of a larger axis": (ShapeError, "axis of size 1", lambda x: np.squeeze(x, 0)),
    "axes that are no permutation": (ShapeError, "once", lambda x: np.transpose(x, (0, 0))),
    "softmax of a number": (ShapeError, "single number", lambda x: chainrule.softmax(x[0])),
    "a loss of two shapes": (ShapeError, "one shape", lambda x: chainrule.squared_error(x, np.ones(2))),
    "a trace of a vector": (ShapeError, "matrix", np.trace),
    "where with two": (ShapeError, "condition", lambda x: np.where(x > 0, x, None)),
    "& of numbers": (DTypeError, "brackets", lambda x: x & 1),
    "einsum letters": (ShapeError, "'i'", lambda x: np.einsum("i,i->", x, np.ones(2))),
    "einsum axes": (ShapeError, "shape (3,)", lambda x: np.einsum("ij->", x)),
    "einsum result": (ShapeError, "result", lambda x: np.einsum("i->j", x)),
    "einsum terms": (ShapeError, "as many terms", lambda x: np.einsum("i,j->", x)),
    "stacked shapes": (ShapeError, "one shape", lambda x: np.stack([x, np.ones(2)])),
    "joined shapes": (ShapeError, "agree", lambda x: np.concatenate([x, np.ones((2, 2))])),
    "joining nothing": (ShapeError, "nothing", lambda x: ops.concatenate([])),
    "pieces of unequal size": (ShapeError, "3 entries", lambda x: np.split(x, 2)[0]),
    "an unknown border": (chainrule.errors.DomainError, "mode", lambda x: np.pad(x, 1, mode="means")),
    "an unknown norm": (DTypeError, "order 'big'", lambda x: np.linalg.norm(x, "big")),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_does_not_fit_is_refused_in_our_own_words(name: str) -> None:
    kind, said, function = WRONG[name]
    with pytest.raises(kind) as caught:
        grad(lambda x: np.sum(function(x)))(np.ones(3))
    assert said in str(caught.value), str(caught.value)
