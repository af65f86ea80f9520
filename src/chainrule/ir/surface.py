"""What a recorded value looks like to the user's function: Python operators and NumPy's protocols in, op calls out.

One idea: the surface knows names, not ops. Floor 4 fills `TABLE` once, because `ir` may not import `ops`; the names are
those of NumPy's functions, so `x + y`, `np.add(x, y)` and `x.sum()` all end in the same entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .types import ArrayType

TABLE: dict[str, Callable[..., Any]] = {}  # filled by chainrule.ops: op name -> op or public function
REFUSALS: dict[str, Callable[..., Any]] = {}  # filled by chainrule.transforms.refusals: raises our own errors


def refuse_given(name: str, **others: Any) -> None:
    """Refuse the arguments of a NumPy function that recording does not know, where they were given."""
    for each in others.values():
        if each is not None:
            REFUSALS["arguments"](name, others)


class ArraySurface:
    """Operators, NumPy's two protocols and the methods of an ndarray. `Node` is the only subclass."""

    __slots__ = ()
    __array_priority__ = 1000.0

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
    def T(self) -> Any:
        return TABLE["transpose"](self)

    @property
    def mT(self) -> Any:
        return TABLE["swapaxes"](self, -1, -2)

    @property
    def real(self) -> Any:
        return TABLE["real"](self)

    @property
    def imag(self) -> Any:
        return TABLE["imag"](self)

    def conj(self) -> Any:
        return TABLE["conj"](self)

    def conjugate(self) -> Any:
        return TABLE["conj"](self)

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
        return TABLE["floor_divide"](self, other), TABLE["remainder"](self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return TABLE["floor_divide"](other, self), TABLE["remainder"](other, self)

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

    def item(self, *args: Any) -> Any:
        return REFUSALS["item"](self)

    def tolist(self) -> Any:
        return REFUSALS["tolist"](self)

    def __repr__(self) -> str:
        return str(REFUSALS["repr"](self))

    def __str__(self) -> str:
        return str(REFUSALS["str"](self))

    def __format__(self, specification: str) -> str:
        return str(REFUSALS["format"](self, specification))

    # Methods of an ndarray -----------------------------------------------------------------------------------------
    # The order of their arguments is NumPy's, so that a dtype given by position is not taken for something else.
    def sum(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Any:
        refuse_given("sum", dtype=dtype, out=out, **others)
        return TABLE["sum"](self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Any:
        refuse_given("mean", dtype=dtype, out=out, **others)
        return TABLE["mean"](self, axis=axis, keepdims=keepdims)

    def prod(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Any:
        refuse_given("prod", dtype=dtype, out=out, **others)
        return TABLE["prod"](self, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Any:
        refuse_given("max", out=out, **others)
        return TABLE["max"](self, axis=axis, keepdims=keepdims)

    def min(self, axis: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Any:
        refuse_given("min", out=out, **others)
        return TABLE["min"](self, axis=axis, keepdims=keepdims)

    def var(
        self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, keepdims: bool = False, **others: Any
    ) -> Any:
        refuse_given("var", dtype=dtype, out=out, **others)
        return TABLE["var"](self, axis=axis, ddof=ddof, keepdims=keepdims)

    def std(
        self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, keepdims: bool = False, **others: Any
    ) -> Any:
        refuse_given("std", dtype=dtype, out=out, **others)
        return TABLE["std"](self, axis=axis, ddof=ddof, keepdims=keepdims)

    def any(self, axis: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Any:
        refuse_given("any", out=out, **others)
        return TABLE["any"](self, axis=axis, keepdims=keepdims)

    def all(self, axis: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Any:
        refuse_given("all", out=out, **others)
        return TABLE["all"](self, axis=axis, keepdims=keepdims)

    def argmax(self, axis: int | None = None, out: Any = None, **others: Any) -> Any:
        refuse_given("argmax", out=out, **others)
        return TABLE["argmax"](self, axis=axis)

    def argmin(self, axis: int | None = None, out: Any = None, **others: Any) -> Any:
        refuse_given("argmin", out=out, **others)
        return TABLE["argmin"](self, axis=axis)

    def cumsum(self, axis: int | None = None, dtype: Any = None, out: Any = None) -> Any:
        refuse_given("cumsum", dtype=dtype, out=out)
        return TABLE["cumsum"](self, axis=axis)

    def clip(self, min: Any = None, max: Any = None, out: Any = None) -> Any:
        refuse_given("clip", out=out)
        return TABLE["clip"](self, min, max)

    def round(self, decimals: int = 0, out: Any = None) -> Any:
        refuse_given("round", out=out)
        return TABLE["round"](self, decimals)

    def trace(self, offset: int = 0) -> Any:
        return TABLE["trace"](self, offset)

    def diagonal(self, offset: int = 0) -> Any:
        return TABLE["diagonal"](self, offset)

    def take(self, indices: Any, axis: int | None = None, out: Any = None, mode: str | None = None) -> Any:
        refuse_given("take", out=out, mode=mode)
        return TABLE["take"](self, indices, axis)

    def repeat(self, repeats: Any, axis: int | None = None) -> Any:
        return TABLE["repeat"](self, repeats, axis)

    def swapaxes(self, axis1: int, axis2: int) -> Any:
        return TABLE["swapaxes"](self, axis1, axis2)

    def dot(self, other: Any) -> Any:
        return TABLE["dot"](self, other)

    def reshape(self, *shape: Any, order: str | None = None) -> Any:
        refuse_given("reshape", order=order)
        return TABLE["reshape"](self, shape[0] if len(shape) == 1 else shape)

    def ravel(self) -> Any:
        return TABLE["reshape"](self, (-1,))

    def flatten(self) -> Any:
        return TABLE["reshape"](self, (-1,))

    def transpose(self, *axes: Any) -> Any:
        return TABLE["transpose"](self, axes[0] if len(axes) == 1 else (axes or None))

    def squeeze(self, axis: Any = None) -> Any:
        return TABLE["squeeze"](self, axis)

    def astype(self, dtype: Any) -> Any:
        return TABLE["astype"](self, dtype)

    def copy(self) -> Any:
        return self
