"""The conventions where a derivative is not unique, infinite, or hidden behind a path that is not taken."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import grad, hessian, jvp, ops, value_and_grad
from chainrule.errors import BoundsError, DTypeError, ShapeError

Function = Callable[..., Any]
INF, NAN = float("inf"), float("nan")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The values overflow on purpose; what is tested is what the gradient makes of it."""
    with np.errstate(all="ignore"):
        yield


def every_order(function: Function, x: float, orders: int) -> list[float]:
    """The derivatives of a function of one number, of order 1 and up."""
    found = []
    for _ in range(orders):
        function = grad(function)
        found.append(float(function(x)))
    return found


LEAST_NORM: dict[str, tuple[Function, float, float]] = {
    "abs": (np.abs, 0.0, 0.0),
    "sign": (np.sign, 0.0, 0.0),
    "relu": (chainrule.relu, 0.0, 0.0),
    "leaky relu": (lambda x: chainrule.leaky_relu(x, 0.1), 0.0, 0.1),
    "elu": (chainrule.elu, 0.0, 1.0),
    "maximum with 0": (lambda x: np.maximum(x, 0.0), 0.0, 0.5),
    "minimum with 0": (lambda x: np.minimum(0.0, x), 0.0, 0.5),
    "maximum of one": (lambda x: np.maximum(x, x), 1.0, 1.0),
    "positive less negative part": (lambda x: np.maximum(x, 0.0) - np.maximum(-x, 0.0), 0.0, 1.0),
    "clip at the lower bound": (lambda x: np.clip(x, 0.0, 1.0), 0.0, 0.5),
    "clip at the upper bound": (lambda x: np.clip(x, 0.0, 1.0), 1.0, 0.5),
    "clip inside": (lambda x: np.clip(x, 0.0, 1.0), 0.3, 1.0),
    "clip outside": (lambda x: np.clip(x, 0.0, 1.0), 7.0, 0.0),
    "norm": (lambda x: np.linalg.norm(np.stack([x, 0.0])), 0.0, 0.0),
    "hypot": (lambda x: np.hypot(x, 0.0), 0.0, 0.0),
    "std": (lambda x: np.std(np.stack([x, 1.0, 1.0])), 1.0, 0.0),
    "arctan2 at the origin": (lambda x: np.arctan2(x, 0.0), 0.0, 0.0),
    "floor": (np.floor, 2.0, 0.0),
    "round": (np.round, 0.5, 0.0),
    "rounded parts stand still": (lambda x: x * np.floor(x) + np.trunc(x) + np.ceil(x) + np.rint(x), 2.5, 2.0),
    "heaviside": (lambda x: np.heaviside(x, 0.5), 0.0, 0.0),
    "sqrt of nothing": (np.sqrt, 0.0, INF),
    "log of nothing": (np.log, 0.0, INF),
    "reciprocal of nothing": (np.reciprocal, 0.0, -INF),
    "cbrt of nothing": (np.cbrt, 0.0, INF),
    "arcsin at the end": (np.arcsin, 1.0, INF),
    "arccos at the end": (np.arccos, -1.0, -INF),
}


@pytest.mark.parametrize("name", sorted(LEAST_NORM))
def test_the_least_norm_convention(name: str) -> None:
    function, x, expected = LEAST_NORM[name]
    assert grad(function)(x) == expected
    assert jvp(function, (x,), (1.0,))[1] == expected


def test_ties_are_shared_equally() -> None:
    np.testing.assert_array_equal(grad(np.max)(np.array([3.0, 1.0, 3.0])), [0.5, 0.0, 0.5])
    np.testing.assert_array_equal(grad(np.min)(np.array([3.0, 1.0, 1.0, 1.0])), [0.0, 1 / 3, 1 / 3, 1 / 3])
    rows = grad(lambda x: np.sum(np.max(x, axis=1)))(np.array([[1.0, 1.0], [2.0, 5.0]]))
    np.testing.assert_array_equal(rows, [[0.5, 0.5], [0.0, 1.0]])
    assert grad(np.maximum, (0, 1))(2.0, 2.0) == (0.5, 0.5)
    assert grad(np.minimum, (0, 1))(2.0, 3.0) == (1.0, 0.0)
    first = grad(lambda x: x[np.argmax(x)])(np.array([1.0, 3.0, 3.0]))
    np.testing.assert_array_equal(first, [0.0, 1.0, 0.0])


STRONG_ZEROS: dict[str, tuple[Function, float]] = {
    "sqrt": (np.sqrt, 0.0), "log": (np.log, 0.0), "log of a negative": (np.log, -1.0), "reciprocal": (lambda x: 1 / x, 0.0),
    "quotient": (lambda x: x / x, 0.0), "power": (lambda x: x**0.5, 0.0), "negative power": (lambda x: x**-2, 0.0),
    "variable power": (lambda x: x ** np.array(0.5), 0.0), "x to the x": (lambda x: x**x, 0.0),
    "entropy": (lambda x: x * np.log(x), 0.0), "entropy, other way": (lambda x: np.log(x) * x, 0.0),
    "deeper": (lambda x: x * (1.0 + 2.0 * np.log(x)), 0.0), "exp": (np.exp, 1000.0), "exp2": (np.exp2, 5000.0),
    "expm1": (np.expm1, 1000.0), "sinh": (np.sinh, 1000.0), "cosh": (np.cosh, 1000.0), "cos of infinity": (np.cos, INF),
    "sin of infinity": (np.sin, INF), "square of infinity": (np.square, INF), "product of infinity": (lambda x: x * x, INF),
    "arcsin": (np.arcsin, 2.0), "arctanh": (np.arctanh, 1.0), "arccosh": (np.arccosh, 1.0), "log1p": (np.log1p, -1.0),
    "cbrt": (np.cbrt, 0.0), "log2": (np.log2, 0.0), "norm": (lambda x: np.linalg.norm(x * np.ones(2)), INF),
    "logsumexp": (lambda x: chainrule.logsumexp(np.stack([x, x])), -INF), "hypot": (lambda x: np.hypot(x, x), INF),
    "std": (lambda x: np.std(np.stack([x, 1.0])), INF), "nan": (lambda x: x * x, NAN), "logit": (ops.logit, 0.0),
    "silu": (chainrule.silu, -INF), "gelu": (chainrule.gelu, INF), "arctan2": (lambda x: np.arctan2(x, x), INF),
    "remainder": (lambda x: np.remainder(1.0, x), 0.0), "xlogy": (lambda x: ops.xlogy(x, x), 0.0),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(STRONG_ZEROS))
def test_a_path_that_is_not_taken_sends_nothing(name: str) -> None:
    inner, x = STRONG_ZEROS[name]

    def guarded(x: Any) -> Any:
        return np.where(np.zeros((), bool), inner(x), 3.0 * x)

    assert grad(guarded)(x) == 3.0
    assert jvp(guarded, (x,), (1.0,))[1] == 3.0
    assert every_order(guarded, x, 2)[1] == 0.0
    many = grad(lambda v: np.sum(np.where(np.array([True, False]), inner_of_each(inner, v), 0.0)))
    assert many(np.array([0.5, x]))[1] == 0.0


def inner_of_each(inner: Function, v: Any) -> Any:
    return np.stack([inner(v[0]), inner(v[1])])


def test_other_paths_that_are_not_taken() -> None:
    assert grad(lambda x: chainrule.relu(-1.0 - np.sqrt(x)))(0.0) == 0.0
    assert grad(lambda x: np.maximum(5.0, np.log(x)))(0.0) == 0.0
    assert grad(lambda x: np.max(np.stack([5.0, np.log(x)])))(0.0) == 0.0
    assert grad(lambda x: 0.0 * np.sqrt(x))(0.0) == 0.0
    assert grad(lambda x: np.clip(1 / x, -1.0, 1.0))(0.0) == 0.0
    assert grad(lambda x: x * 0.0)(INF) == 0.0
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.sqrt(x)[1:]))(np.array([0.0, 4.0])), [0.0, 0.25])
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.nan_to_num(np.log(x))))(np.array([-1.0, 2.0])), [0.0, 0.5])
    np.testing.assert_array_equal(grad(lambda x: chainrule.cross_entropy(x, np.array([0.0, 1.0])))(np.array([0.0, 0.5])),
                                  [0.0, -2.0])  # fmt: skip


def test_an_unknown_derivative_is_nan_and_not_a_number_that_looks_right() -> None:
    assert np.isnan(grad(lambda x: np.cbrt(x**3))(0.0))  # it is 1; the chain rule meets infinity times 0
    assert np.isnan(grad(lambda x: np.sqrt(x**2))(0.0))


def test_nan_spoils_only_what_depends_on_it() -> None:
    found = grad(lambda x: np.sum(np.sin(x) * x + np.exp(x)))(np.array([NAN, 0.0, INF]))
    assert np.isnan(found[0])
    assert found[1] == 1.0


POWERS: dict[str, tuple[Function, float, list[float]]] = {
    "x**0": (lambda x: x**0, 0.0, [0, 0, 0]),
    "x**0.0": (lambda x: x**0.0, 0.0, [0, 0, 0]),
    "x**1": (lambda x: x**1, 0.0, [1, 0, 0]),
    "x**1.0": (lambda x: x**1.0, 0.0, [1, 0, 0]),
    "x**2": (lambda x: x**2, 0.0, [0, 2, 0, 0]),
    "x**3.0": (lambda x: x**3.0, 0.0, [0, 0, 6, 0, 0]),
    "x*x": (lambda x: x * x, 0.0, [0, 2, 0]),
    "an exponent of 2 as an array": (lambda x: x ** np.array(2.0), 0.0, [0, 2, 0]),
    "an exponent of 1 as an array": (lambda x: x ** np.array(1.0), 0.0, [1, 0, 0]),
    "an exponent of 0 as an array": (lambda x: x ** np.array(0.0), 0.0, [0, 0, 0]),
    "a negative base": (lambda x: x**3, -2.0, [12, -12, 6, 0]),
    "a negative base, exponent an array": (lambda x: x ** np.array(3.0), -2.0, [12, -12, 6, 0]),
    "a negative exponent": (lambda x: x**-1, -2.0, [-0.25, -0.25]),
    "0**y": (lambda y: 0.0**y, 2.0, [0]),
    "maximum(x, 0)**2": (lambda x: np.maximum(x, 0.0) ** 2, 0.0, [0, 0.5]),
    "maximum(x, 0)**2 to the right": (lambda x: np.maximum(x, 0.0) ** 2, 1.0, [2, 2, 0]),
    "relu(x)**2": (lambda x: chainrule.relu(x) ** 2, 0.0, [0, 0]),
    "abs(x)**2": (lambda x: np.abs(x) ** 2, 0.0, [0, 0]),
    "abs(x)**3": (lambda x: np.abs(x) ** 3, 0.0, [0, 0]),
    "exp of -1/x**2": (lambda x: np.where(x == 0, 0.0, np.exp(-1 / x**2)), 0.0, [0, 0]),
    "softplus far out": (chainrule.softplus, 1000.0, [1, 0, 0]),
    "logsumexp far out": (lambda x: chainrule.logsumexp(np.stack([x, 0.0])), 1000.0, [1, 0]),
    "sigmoid far out": (chainrule.sigmoid, -1000.0, [0, 0]),
    "norm at 0": (lambda x: np.linalg.norm(np.stack([x, 0.0 * x])), 0.0, [0, 0]),
}


@pytest.mark.parametrize("name", sorted(POWERS))
def test_derivatives_of_every_order(name: str) -> None:
    function, x, expected = POWERS[name]
    np.testing.assert_allclose(every_order(function, x, len(expected)), expected, rtol=1e-14)


def test_the_second_derivative_of_a_product_with_zeros() -> None:
    x = np.array([2.0, 0.0, 3.0])
    np.testing.assert_array_equal(hessian(np.prod)(x), [[0, 3, 0], [3, 0, 2], [0, 2, 0]])
    np.testing.assert_array_equal(grad(np.prod)(np.array([0.0, 0.0, 5.0])), [0, 0, 0])
    np.testing.assert_array_equal(hessian(np.prod)(np.array([0.0, 0.0, 5.0])), [[0, 5, 0], [5, 0, 0], [0, 0, 0]])
    third = grad(lambda x: grad(lambda x: grad(np.prod)(x)[0])(x)[1])
    np.testing.assert_array_equal(third(np.array([0.0, 0.0, 0.0])), [0, 0, 1])


def test_no_denominator_is_squared() -> None:
    small = np.float32(1e20)
    assert grad(lambda x, y: x / y, 1)(np.float32(2e20), small) == np.float32(-2e-20)
    np.testing.assert_allclose(
        grad(lambda x, y: (x - y) / y, (0, 1))(np.float32(3e20), small), (1e-20, -3e-20), rtol=1e-6
    )
    np.testing.assert_allclose(grad(np.hypot, (0, 1))(3e200, 4e200), (0.6, 0.8), rtol=1e-15)
    np.testing.assert_allclose(grad(np.linalg.norm)(np.array([3e200, 4e200])), [0.6, 0.8], rtol=1e-15)
    np.testing.assert_allclose(grad(np.arcsinh)(small), 1e-20, rtol=1e-6)
    np.testing.assert_allclose(grad(np.arctan2, (0, 1))(1e-200, 1e-200), (5e199, -5e199), rtol=1e-14)
    np.testing.assert_allclose(grad(lambda x: 1 / x)(1e-100), -1e200, rtol=1e-14)
    assert grad(np.sqrt)(1e-300) == 0.5 / np.sqrt(1e-300)


STABLE: dict[str, tuple[Function, Any, Any, Any]] = {
    "softplus": (chainrule.softplus, INF, INF, 1.0),
    "softplus, other end": (chainrule.softplus, -INF, 0.0, 0.0),
    "sigmoid": (chainrule.sigmoid, INF, 1.0, 0.0),
    "log sigmoid": (ops.log_sigmoid, -1000.0, -1000.0, 1.0),
    "log sigmoid, other end": (ops.log_sigmoid, 1000.0, 0.0, 0.0),
    "tanh": (np.tanh, 1000.0, 1.0, 0.0),
    "erf": (chainrule.erf, INF, 1.0, 0.0),
    "erfc": (ops.erfc, 27.0, 5.2370486e-319, -1.0e-317 * 2.8273),
    "silu": (chainrule.silu, -INF, 0.0, 0.0),
    "silu, other end": (chainrule.silu, 1e17, 1e17, 1.0),
    "gelu": (chainrule.gelu, -INF, 0.0, 0.0),
    "gelu, other end": (chainrule.gelu, 40.0, 40.0, 1.0),
    "elu": (chainrule.elu, -1000.0, -1.0, 0.0),
    "log1p": (np.log1p, 1e-300, 1e-300, 1.0),
    "logaddexp": (lambda x: np.logaddexp(x, 0.0), -INF, 0.0, 0.0),
    "logaddexp of infinities": (lambda x: np.logaddexp(x, -INF), -INF, -INF, 0.5),
    "logsumexp": (lambda x: chainrule.logsumexp(x), np.array([-INF, 0.0]), 0.0, [0.0, 1.0]),
    "log softmax": (lambda x: chainrule.log_softmax(x)[0], np.array([-1e4, 1e4]), -2e4, [1.0, -1.0]),
    "masked softmax": (lambda x: chainrule.softmax(x)[0], np.array([0.0, -INF, 0.0]), 0.5, [0.25, 0.0, -0.25]),
    "xlogy": (lambda x: np.sum(ops.xlogy(x, x)), np.array([0.0, 1.0]), 0.0, [-INF, 1.0]),
    "variance of 1e8 and little": (np.var, np.array([1e8, 1e8 + 1, 1e8 + 2]), 2 / 3, [-2 / 3, 0.0, 2 / 3]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(STABLE))
def test_forms_that_neither_overflow_nor_lose_digits(name: str) -> None:
    function, x, value, slope = STABLE[name]
    found_value, found = value_and_grad(function)(x)
    np.testing.assert_allclose(found_value, value, rtol=1e-5 if name == "erfc" else 1e-14)
    np.testing.assert_allclose(found, slope, rtol=1e-3 if name == "erfc" else 1e-12)


def test_the_left_tail_of_gelu_keeps_its_digits() -> None:
    import math

    x = -8.0
    slope = 0.5 * math.erfc(8 / math.sqrt(2)) - 8 * math.exp(-32.0) / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(grad(chainrule.gelu)(x), slope, rtol=1e-12)


def test_the_error_function_has_full_precision() -> None:
    import math

    x = np.linspace(-6.5, 6.5, 301)
    np.testing.assert_allclose(ops.erf(x), [math.erf(each) for each in x], rtol=3e-16)
    positive = np.linspace(-3.0, 26.0, 301)
    np.testing.assert_allclose(ops.erfc(positive), [math.erfc(each) for each in positive], rtol=2e-14)
    assert np.isnan(ops.erf(NAN))
    assert ops.erf(np.float16(3.5)).dtype == np.float16
    assert abs(float(ops.erf(np.float16(3.5))) - 1.0) < 1e-3


def test_float16_sums_do_not_stall() -> None:
    ones = np.ones((3000, 2), np.float16)
    value, found = value_and_grad(lambda x: np.sum(x, axis=0)[1])(ones)
    assert value == 3000
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
    "sum": np.sum, "prod": np.prod, "norm": np.linalg.norm, "squared norm": chainrule.squared_norm,
    "logsumexp": chainrule.logsumexp, "sum of exp": lambda x: np.sum(np.exp(x)), "indexing": lambda x: np.sum(x[:0] ** 2),
    "concatenate": lambda x: np.sum(np.concatenate([x, np.ones(2)])), "softmax": lambda x: np.sum(chainrule.softmax(x)),
    "matmul": lambda x: np.sum(x @ np.ones((0, 3))), "outer": lambda x: np.sum(np.outer(x, x)), "inner": lambda x: x @ x,
    "einsum": lambda x: np.einsum("i,i->", x, x), "cumsum": lambda x: np.sum(np.cumsum(x)), "carry": lambda x: np.sum(x / x),
    "tile": lambda x: np.sum(np.tile(x, 3)), "diag": lambda x: np.sum(np.diag(x)), "where": lambda x: np.sum(np.where(x > 0, x, 0)),
    "reshape": lambda x: np.sum(np.reshape(x, (0, 3))), "squared error": lambda x: chainrule.squared_error(x, x),
    "cross entropy": lambda x: chainrule.cross_entropy(x, x), "prod of rows": lambda x: np.sum(np.prod(np.reshape(x, (2, 0)), axis=1)),
}  # fmt: skip


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
    "where alone": (ShapeError, "condition", lambda x: np.where(x > 0)),
    "& of numbers": (DTypeError, "brackets", lambda x: x & 1),
    "einsum letters": (ShapeError, "'i'", lambda x: np.einsum("i,i->", x, np.ones(2))),
    "einsum axes": (ShapeError, "shape (3,)", lambda x: np.einsum("ij->", x)),
    "einsum result": (ShapeError, "result", lambda x: np.einsum("i->j", x)),
    "einsum terms": (ShapeError, "as many terms", lambda x: np.einsum("i,j->", x)),
    "stacked shapes": (ShapeError, "one shape", lambda x: np.stack([x, np.ones(2)])),
    "joined shapes": (ShapeError, "agree", lambda x: np.concatenate([x, np.ones((2, 2))])),
    "joining nothing": (ShapeError, "nothing", lambda x: ops.concatenate([])),
    "pieces of unequal size": (ShapeError, "3 entries", lambda x: np.split(x, 2)[0]),
    "an unknown border": (ShapeError, "mode", lambda x: np.pad(x, 1, mode="mean")),
    "an unknown norm": (ShapeError, "order 1", lambda x: np.linalg.norm(x, 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_does_not_fit_is_refused_in_our_own_words(name: str) -> None:
    kind, said, function = WRONG[name]
    with pytest.raises(kind) as caught:
        grad(lambda x: np.sum(function(x)))(np.ones(3))
    assert said in str(caught.value), str(caught.value)


def test_no_warning_comes_from_a_gradient() -> None:
    with warnings.catch_warnings(), np.errstate(all="warn"):
        warnings.simplefilter("error")
        for function, x in (
            (np.sqrt, 0.0),
            (np.hypot, 0.0),
            (lambda x: chainrule.softmax(np.stack([x, -INF]))[0], 1.0),
        ):
            grad(function if function is not np.hypot else lambda x: np.hypot(x, 0.0))(x)
        chainrule.logsumexp(np.array([-INF, -INF]))
