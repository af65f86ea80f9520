"""Functions that work entry by entry, as primitives.

One idea: dtypes follow NumPy's own rules, asked of NumPy itself, and shapes its broadcasting.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import Array
from .powers import fixed_power
from .values import Builder, UnsupportedError, Value, known_number

_PLAIN = frozenset({
    "inf", "nan", "pi", "e", "newaxis", "float64", "float32", "float16", "int64", "int32", "bool_", "ndarray",
    "generic", "dtype", "result_type", "finfo", "iinfo", "errstate", "floating", "integer", "prod",
})  # fmt: skip
# Functions of floats alone: integers go to float64 first, as NumPy has it.
FLOATING = (
    "exp", "log", "log1p", "expm1", "tanh", "sqrt", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh",
    "arcsinh", "arccosh", "arctanh", "exp2", "log2", "log10", "cbrt", "erf", "erfc",
)  # fmt: skip
_KEEPING = ("negative", "absolute", "square", "sign")
_ROUNDING = ("floor", "ceil", "trunc", "rint")
_PAIRS = ("add", "subtract", "multiply", "maximum", "minimum")
_FLOATING_PAIRS = ("true_divide", "arctan2", "hypot", "copysign")
_COMPARING = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
_LOGIC = ("logical_and", "logical_or", "logical_xor")
_QUESTIONS = ("isnan", "isinf", "isfinite", "signbit")
_SAME = {"abs": "absolute", "divide": "true_divide", "fabs": "absolute"}
_BOOL = np.dtype(bool)
_INTEL = ("x86_64", "AMD64")


class Entries:
    """NumPy's functions that work entry by entry, and what makes an array out of whatever a kernel holds."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.shared: set[Value] = set()  # values that several ops use, or that are results

    def __getattr__(self, name: str) -> Any:
        if name in _PLAIN:
            return getattr(np, name)
        raise UnsupportedError(f"np.{name}")

    # Arguments --------------------------------------------------------------------------------------------------
    def value(self, x: Any, dtype: Any = None) -> Value:
        if isinstance(x, Array):
            return x.value if dtype is None else self.cast(x, np.dtype(dtype)).value
        array = np.asarray(x) if dtype is None else np.asarray(x, dtype)
        if array.dtype == object:
            raise UnsupportedError("a list of arrays")
        return self.builder.constant(array)

    def wrap(self, value: Value) -> Any:
        return Array(self, value)

    def unified(self, xs: Sequence[Any], floating: bool = False) -> list[Value]:
        """Values of one dtype and one shape, by NumPy's rules: Python numbers take the dtype of what they meet."""
        kinds = [x.dtype if hasattr(x, "dtype") else x for x in xs]
        dtype = np.result_type(*kinds)
        if floating and dtype.kind not in "fc":
            dtype = np.result_type(dtype, np.float16 if dtype.itemsize < 2 else np.float64)
        values = [self.value(x, dtype) for x in xs]
        return self.same_shape(values)

    def same_shape(self, values: Sequence[Value]) -> list[Value]:
        if all(each.shape == values[0].shape for each in values):
            return list(values)
        shape = np.broadcast_shapes(*[each.shape for each in values])
        return [self.builder.broadcast(each, shape) for each in values]

    def cast(self, x: Array, dtype: Any) -> Any:
        value = x.value
        if value.dtype == dtype:
            return x
        if value.kind == "constant" and value.shape == ():
            return self.wrap(self.builder.constant(value.data.array.astype(dtype)))
        if (known := known_number(value)) is not None:
            return self.wrap(self.builder.number(known.astype(dtype), value.shape, dtype))
        if value.dtype.kind == "f" and dtype.kind == "i" and platform.machine() not in _INTEL:
            raise UnsupportedError("floats as whole numbers, where NumPy's own way differs from ours")
        return self.wrap(self.builder.map("cast", dtype, value))

    def asarray(self, x: Any, dtype: Any = None) -> Any:
        return self.wrap(self.value(x, dtype))

    array = asarray

    # Entry by entry ---------------------------------------------------------------------------------------------
    def where(self, condition: Any, x: Any, y: Any) -> Any:
        left, right = self.unified((x, y))
        chosen, left, right = self.same_shape([self.value(condition, bool), left, right])
        return self.wrap(self.builder.map("where", left.dtype, chosen, left, right))

    def logical_not(self, x: Any) -> Any:
        return self.wrap(self.builder.map("logical_not", _BOOL, self.value(x, bool)))

    def power(self, x: Any, y: Any) -> Any:
        left, right = self.unified((x, y))
        if left.dtype.kind != "f":
            raise UnsupportedError("powers of whole numbers")
        found = fixed_power(self.wrap(left), known_number(right))
        return self.wrap(self.builder.map("power", left.dtype, left, right)) if found is None else found

    def clip(self, x: Any, low: Any, high: Any) -> Any:
        bounded = x if low is None else self.maximum(x, low)
        return bounded if high is None else self.minimum(bounded, high)

    def heaviside(self, x: Any, y: Any) -> Any:
        left, right = (self.wrap(each) for each in self.unified((x, y), floating=True))
        side = self.where(left < 0, 0.0, self.where(left > 0, 1.0, right))
        return self.where(self.isnan(left), left, side).astype(left.dtype)

    def logaddexp(self, x: Any, y: Any) -> Any:
        """max + log(1 + exp(-|x - y|)), and x + log 2 where they are equal, which infinities may be."""
        left, right = (self.wrap(each) for each in self.unified((x, y), floating=True))
        near = self.log1p(self.exp(-self.absolute(left - right)))
        return self.where(self.equal(left, right), left + math.log(2), self.maximum(left, right) + near)

    def zeros_like(self, x: Any, dtype: Any = None) -> Any:
        return self.full(x.shape, 0, dtype or x.dtype)

    def ones_like(self, x: Any, dtype: Any = None) -> Any:
        return self.full(x.shape, 1, dtype or x.dtype)

    def full_like(self, x: Any, number: Any, dtype: Any = None) -> Any:
        return self.full(x.shape, number, dtype or x.dtype)

    def zeros(self, shape: Any, dtype: Any = float) -> Any:
        return self.full(shape, 0, dtype)

    def ones(self, shape: Any, dtype: Any = float) -> Any:
        return self.full(shape, 1, dtype)

    def full(self, shape: Any, number: Any, dtype: Any = None) -> Any:
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        if isinstance(number, Array):
            return self.broadcast_to(number if dtype is None else number.astype(dtype), sizes)
        array = np.asarray(number, dtype)
        return self.wrap(self.builder.number(array, sizes, array.dtype))

    def eye(self, n: int, m: int | None = None, k: int = 0, dtype: Any = float) -> Any:
        return self.wrap(self.builder.constant(np.eye(n, m, k, dtype)))

    def arange(self, *args: Any, **keywords: Any) -> Any:
        return self.wrap(self.builder.constant(np.arange(*args, **keywords)))


def _single(name: str, floating: bool, questioning: bool = False) -> Any:
    def function(self: Entries, x: Any) -> Any:
        (value,) = self.unified((x,), floating)
        if name == "negative" and value.dtype == _BOOL:
            raise UnsupportedError("the negative of a condition")
        return self.wrap(self.builder.map(name, _BOOL if questioning else value.dtype, value))

    return function


def _pair(name: str, floating: bool, comparing: bool = False) -> Any:
    def function(self: Entries, x: Any, y: Any) -> Any:
        left, right = self.unified((x, y), floating)
        if left.dtype == _BOOL and not comparing:
            raise UnsupportedError("arithmetic of conditions")
        return self.wrap(self.builder.map(name, _BOOL if comparing else left.dtype, left, right))

    return function


def _logic(name: str) -> Any:
    def function(self: Entries, x: Any, y: Any) -> Any:
        left, right = self.same_shape([self.value(x, bool), self.value(y, bool)])
        return self.wrap(self.builder.map(name, _BOOL, left, right))

    return function


for _name in FLOATING:
    setattr(Entries, _name, _single(_name, True))
for _name in _KEEPING + _ROUNDING:
    setattr(Entries, _name, _single(_name, False))
for _name in _QUESTIONS:
    setattr(Entries, _name, _single(_name, True, True))
for _name in _PAIRS:
    setattr(Entries, _name, _pair(_name, False))
for _name in _FLOATING_PAIRS:
    setattr(Entries, _name, _pair(_name, True))
for _name in _COMPARING:
    setattr(Entries, _name, _pair(_name, False, True))
for _name in _LOGIC:
    setattr(Entries, _name, _logic(_name))
for _name, _other in _SAME.items():
    setattr(Entries, _name, getattr(Entries, _other))
