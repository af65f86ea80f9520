"""What a recorded value looks like to the user's function: Python operators and NumPy's protocols in, op calls out.

One idea: the surface knows names, not ops. Floor 4 fills `TABLE` once, because `ir` may not import `ops`; the names are
those of NumPy's functions, so `x + y`, `np.add(x, y)` and `x.sum()` all end in the same entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .methods import REFUSALS, TABLE, ArrayMethods

if TYPE_CHECKING:
    from .types import ArrayType

__all__ = ["REFUSALS", "TABLE", "ArraySurface"]  # the tables are known here to the floors above


class ArraySurface(ArrayMethods):
    """Operators and NumPy's two protocols, beside the methods of an ndarray. `Node` is the only subclass."""

    __slots__ = ()
    __array_priority__ = 1000.0
    __pandas_priority__ = 10000  # a Series hands its arithmetic with a recorded value over to us

    if TYPE_CHECKING:
        type: ArrayType

    # NumPy's protocols -------------------------------------------------------------------------------------------
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        if method == "__call__" and not keywords:
            op = TABLE.get(ufunc.__name__)
            if op is not None:
                return op(*inputs)
        return REFUSALS["ufunc"](ufunc, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        return REFUSALS["function"](function, args, keywords)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return REFUSALS["array"](self)

    # Shape -------------------------------------------------------------------------------------------------------
    @property
    def shape(self) -> tuple[int, ...]:
        return self.type.shape

    @property
    def dtype(self) -> Any:
        return self.type.dtype

    @property
    def ndim(self) -> int:
        return len(self.type.shape)

    @property
    def size(self) -> int:
        return self.type.size

    @property
    def device(self) -> str:
        return "cpu"

    def to_device(self, device: Any, /, *, stream: Any = None) -> Any:
        return REFUSALS["device"](self, device) if device != "cpu" else self

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return TABLE["array_namespace"](api_version)

    def __dlpack__(self, **_: Any) -> Any:
        return REFUSALS["dlpack"](self)

    def __dlpack_device__(self) -> Any:
        return REFUSALS["dlpack"](self)

    def __len__(self) -> int:
        return self.type.shape[0] if self.type.shape else int(REFUSALS["unsized"](self))

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        return TABLE["getitem"](self, key)

    def __contains__(self, item: Any) -> bool:
        return bool(TABLE["any"](TABLE["equal"](self, item)))

    # Arithmetic --------------------------------------------------------------------------------------------------
    def __add__(self, other: Any) -> Any:
        return TABLE["add"](self, other)

    def __radd__(self, other: Any) -> Any:
        return TABLE["add"](other, self)

    def __sub__(self, other: Any) -> Any:
        return TABLE["subtract"](self, other)

    def __rsub__(self, other: Any) -> Any:
        return TABLE["subtract"](other, self)

    def __mul__(self, other: Any) -> Any:
        return TABLE["multiply"](self, other)

    def __rmul__(self, other: Any) -> Any:
        return TABLE["multiply"](other, self)

    def __truediv__(self, other: Any) -> Any:
        return TABLE["divide"](self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return TABLE["divide"](other, self)

    def __mod__(self, other: Any) -> Any:
        return TABLE["remainder"](self, other)

    def __rmod__(self, other: Any) -> Any:
        return TABLE["remainder"](other, self)

    def __floordiv__(self, other: Any) -> Any:
        return TABLE["floor_divide"](self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return TABLE["floor_divide"](other, self)

    def __divmod__(self, other: Any) -> Any:
        return TABLE["divmod"](self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return TABLE["divmod"](other, self)

    def __round__(self, digits: int | None = None) -> Any:
        return TABLE["round"](self, digits or 0)

    def __pow__(self, other: Any) -> Any:
        return TABLE["power"](self, other)

    def __rpow__(self, other: Any) -> Any:
        return TABLE["power"](other, self)

    def __matmul__(self, other: Any) -> Any:
        return TABLE["matmul"](self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return TABLE["matmul"](other, self)

    def __neg__(self) -> Any:
        return TABLE["negative"](self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return TABLE["absolute"](self)

    # Comparisons are elementwise, so identity is asked with `is` everywhere inside chainrule -----------------------
    def __eq__(self, other: Any) -> Any:
        return TABLE["equal"](self, other)

    def __ne__(self, other: Any) -> Any:
        return TABLE["not_equal"](self, other)

    def __lt__(self, other: Any) -> Any:
        return TABLE["less"](self, other)

    def __le__(self, other: Any) -> Any:
        return TABLE["less_equal"](self, other)

    def __gt__(self, other: Any) -> Any:
        return TABLE["greater"](self, other)

    def __ge__(self, other: Any) -> Any:
        return TABLE["greater_equal"](self, other)

    def __and__(self, other: Any) -> Any:
        return TABLE["bitwise_and"](self, other)

    def __or__(self, other: Any) -> Any:
        return TABLE["bitwise_or"](self, other)

    def __rand__(self, other: Any) -> Any:
        return TABLE["bitwise_and"](other, self)

    def __ror__(self, other: Any) -> Any:
        return TABLE["bitwise_or"](other, self)

    def __xor__(self, other: Any) -> Any:
        return TABLE["bitwise_xor"](self, other)

    def __rxor__(self, other: Any) -> Any:
        return TABLE["bitwise_xor"](other, self)

    def __lshift__(self, other: Any) -> Any:
        return TABLE["left_shift"](self, other)

    def __rlshift__(self, other: Any) -> Any:
        return TABLE["left_shift"](other, self)

    def __rshift__(self, other: Any) -> Any:
        return TABLE["right_shift"](self, other)

    def __rrshift__(self, other: Any) -> Any:
        return TABLE["right_shift"](other, self)

    def __invert__(self) -> Any:
        return TABLE["invert"](self)

    __hash__ = object.__hash__

    # What would cut the derivative, or needs a number -------------------------------------------------------------
    def __bool__(self) -> bool:
        return bool(REFUSALS["bool"](self))

    def __float__(self) -> float:
        return float(REFUSALS["float"](self))

    def __int__(self) -> int:
        return int(REFUSALS["int"](self))

    def __index__(self) -> int:
        return int(REFUSALS["index"](self))

    def __complex__(self) -> complex:
        return complex(REFUSALS["complex"](self))

    def __setitem__(self, key: Any, value: Any) -> None:
        REFUSALS["setitem"](self)

    # A copy that was another value would be a constant, without a derivative.
    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        return REFUSALS["pickle"](self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # a protocol that a recorded value does not take part in
            raise AttributeError(name)
        return REFUSALS["attribute"](self, name)

    def __repr__(self) -> str:
        return str(REFUSALS["repr"](self))

    def __str__(self) -> str:
        return str(REFUSALS["str"](self))

    def __format__(self, specification: str) -> str:
        return str(REFUSALS["format"](self, specification))
