"""A value with NumPy's operators: what kernels compute on when nothing is computed.

One idea: every operator is a function of the library that made the array.
"""

from __future__ import annotations

from typing import Any, final

import numpy as np

from .values import UnsupportedError, Value


@final
class Array:
    """A value with NumPy's operators."""

    __slots__ = ("library", "value")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, library: Any, value: Value) -> None:
        self.library, self.value = library, value

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def ndim(self) -> int:
        return len(self.value.shape)

    @property
    def size(self) -> int:
        return self.value.size

    @property
    def dtype(self) -> Any:
        return self.value.dtype

    @property
    def T(self) -> Any:
        return self.library.transpose(self)

    @property
    def real(self) -> Any:
        return self.library.real(self)

    @property
    def imag(self) -> Any:
        return self.library.imag(self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        """NumPy's functions on a plain array and this one, and SciPy's."""
        if method != "__call__" or keywords:
            raise UnsupportedError(f"np.{ufunc.__name__}.{method}")
        return self.library.entrywise(ufunc.__name__, *inputs)

    def __bool__(self) -> bool:
        raise UnsupportedError("a branch on values")

    def __array__(self, *args: Any, **keywords: Any) -> Any:
        raise UnsupportedError("values as a plain array")

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Any:
        return iter([self[place] for place in range(self.shape[0])])

    def __getitem__(self, key: Any) -> Any:
        return self.library.index(self, key)

    def __setitem__(self, key: Any, part: Any) -> None:
        """Entries written over: this array is from now on another value. Kernels hold their own arrays."""
        self.value = self.library.with_part(self, key, part).value

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        return self.library.cast(self, np.dtype(dtype))

    def reshape(self, *shape: Any) -> Any:
        return self.library.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        return self.library.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        return self.library.sum(self, axis, keepdims=keepdims)

    def copy(self) -> Array:
        return self


_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "pow": "power", "matmul": "matmul",
    "and": "logical_and", "or": "logical_or", "floordiv": "floor_divide", "mod": "remainder",
}  # fmt: skip
_COMPARISONS = {
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
_SIGNS = {"neg": "negative", "abs": "absolute", "invert": "logical_not"}


def _binary(name: str) -> Any:
    def operator(self: Array, other: Any) -> Any:
        return getattr(self.library, name)(self, other)

    return operator


def _reflected(name: str) -> Any:
    def operator(self: Array, other: Any) -> Any:
        return getattr(self.library, name)(other, self)

    return operator


def _unary(name: str) -> Any:
    def operator(self: Array) -> Any:
        return getattr(self.library, name)(self)

    return operator


for _sign, _name in _OPERATORS.items():
    setattr(Array, f"__{_sign}__", _binary(_name))
    setattr(Array, f"__r{_sign}__", _reflected(_name))
for _sign, _name in _COMPARISONS.items():
    setattr(Array, f"__{_sign}__", _binary(_name))
for _sign, _name in _SIGNS.items():
    setattr(Array, f"__{_sign}__", _unary(_name))
