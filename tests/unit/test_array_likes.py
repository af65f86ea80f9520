"""Values of other libraries at the door: arrays of them, gradients as NumPy arrays, and what is refused."""

from __future__ import annotations

import array
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pandas as pd
import pytest

import chainrule
from chainrule import grad, jit, value_and_grad, vjp
from chainrule.errors import DTypeError, EscapeError


class Exported:
    """Speaks DLPack and nothing else."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def __dlpack__(self, **keywords: Any) -> Any:
        return self.held.__dlpack__(**keywords)

    def __dlpack_device__(self) -> Any:
        return self.held.__dlpack_device__()


class Convertible:
    """Speaks `__array__` and nothing else."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array([1.0, 2.0])


class Described:
    """Speaks the array interface and nothing else."""

    def __init__(self) -> None:
        self.held = np.array([1.0, 2.0])
        self.__array_interface__ = self.held.__array_interface__


LIKES: dict[str, Callable[[], Any]] = {
    "a Series": lambda: pd.Series([1.0, 2.0]),
    "a column": lambda: pd.DataFrame({"a": [1.0, 2.0]})["a"],
    "a nullable column": lambda: pd.Series([1.0, 2.0], dtype="Float64"),
    "array.array": lambda: array.array("d", [1.0, 2.0]),
    "a memoryview": lambda: memoryview(np.array([1.0, 2.0])),
    "__array__": Convertible,
    "__array_interface__": Described,
    "DLPack": lambda: Exported(np.array([1.0, 2.0])),
    "another byte order": lambda: np.array([1.0, 2.0], ">f8"),
}


@pytest.mark.parametrize("name", sorted(LIKES))
def test_array_likes_are_arrays(name: str) -> None:
    like = LIKES[name]()
    found = grad(lambda x: np.sum(x * x))(like)
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, [2.0, 4.0])
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.sin(0 * x) + x * LIKES[name]()))(np.ones(2)), [1.0, 2.0])
    assert jit(lambda x: np.sum(x * x))(like) == 5.0


def test_a_table_is_a_matrix_and_a_column_beside_a_recorded_value_leaves_the_work_to_it() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    np.testing.assert_array_equal(grad(lambda x: np.sum(x * x))(table), 2 * table.to_numpy())
    np.testing.assert_array_equal(grad(lambda x: np.sum(table["b"] * x - table["a"]))(np.ones(2)), [3.0, 4.0])
    np.testing.assert_array_equal(grad(lambda x: np.sum(x @ table))(np.ones(2)), [4.0, 6.0])


def test_results_leave_through_dlpack() -> None:
    found = grad(lambda x: np.sum(x * x))(np.ones(2))
    np.testing.assert_array_equal(np.from_dlpack(found), [2.0, 2.0])
    with pytest.raises(EscapeError, match="DLPack"):
        grad(lambda x: np.sum(np.from_dlpack(x)))(np.ones(2))


REFUSED: dict[str, tuple[Any, str]] = {
    "a mask": (np.ma.array([1.0, 2.0], mask=[0, 1]), "filled"),
    "a matrix": (np.ones((1, 2)).view(np.matrix), "@ here"),
    "eight bits": (np.ones(2, ml_dtypes.float8_e4m3fn), "float8"),
    "a record": (np.zeros(2, [("a", float)]), "dtype"),
    "text": ("abc", "str"),
    "objects": (np.array([1.0, None]), "object"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_would_become_something_else_is_refused(name: str) -> None:
    value, said = REFUSED[name]
    for attempt in (lambda: grad(lambda x: np.sum(x * x))(value), lambda: grad(lambda x: np.sum(x * value))(1.0)):
        if name != "text":
            with pytest.raises(DTypeError, match=said):
                attempt()


def test_whole_numbers_where_they_are_allowed() -> None:
    def power(x: Any, n: Any) -> Any:
        return np.sum(x**n) * sum(range(n))

    found = grad(power, (0, 1), allow_int=True)(np.array([1.0, 2.0]), 3)
    np.testing.assert_array_equal(found[0], [9.0, 36.0])
    assert type(found[1]) is float
    assert found[1] == 0.0
    given = {"w": np.array([1.0, 2.0], "f4"), "places": np.array([0, 0]), "flag": True, "n": np.int64(3)}
    value, inside = value_and_grad(lambda p: np.sum(p["w"][p["places"]]) * p["n"], allow_int=True)(given)
    assert value == 6.0
    np.testing.assert_array_equal(inside["w"], [6.0, 0.0])
    assert inside["w"].dtype == np.float32
    assert (inside["places"].dtype, inside["places"].shape) == (np.float64, (2,))
    assert (inside["flag"], inside["n"]) == (0.0, 0.0)
    with pytest.raises(DTypeError, match="whole number"):
        grad(power, (0, 1))(np.array([1.0, 2.0]), 3)
    assert grad(lambda n, x: (x * n, n)[0], 0, allow_int=True)(2, 3.0) == 0.0


def test_promotion_of_bfloat16_is_that_of_another_short_float() -> None:
    x = np.array([1.0, 2.5], ml_dtypes.bfloat16)
    expected = {"float16": "float32", "float32": "float32", "float64": "float64", "int8": "bfloat16",
                "int64": "float64", "bool": "bfloat16", "complex64": "complex64"}  # fmt: skip
    for other, together in expected.items():
        value, pull = vjp(lambda x, other=other: x * np.ones(2, other) + 1.0, x)
        assert value.dtype.name == together
        (found,) = pull(np.ones(2, value.dtype))
        assert found.dtype == x.dtype


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_gradients_of_short_floats_are_added_up_in_float32(dtype: Any) -> None:
    one = np.ones((), dtype)[()]
    uses = grad(lambda x: sum(x * 1.0 for _ in range(4096)))(one)
    assert float(uses) == 4096
    wide = grad(lambda x: np.sum(x * np.ones(4096, dtype)))(one)
    assert float(wide) == 4096
    assert wide.dtype == dtype
    assert float(chainrule.logsumexp(np.zeros(4096, np.float16))) == pytest.approx(np.log(4096), rel=1e-3)
    compiled = jit(grad(lambda x: np.sum(np.tanh(x) * 2.0 + x @ x)))
    x = np.array([0.5, -1.5], dtype)
    assert compiled(x).dtype == dtype
    exact = grad(lambda x: np.sum(np.tanh(x) * 2.0 + x @ x))(x.astype(float))
    np.testing.assert_allclose(compiled(x).astype(float), exact, rtol=2e-2)
