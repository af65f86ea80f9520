"""Methods and attributes of an ndarray on a recorded value: NumPy's arguments in, calls of our functions out.

One idea: a method is the function of the same name. The order of the arguments is NumPy's, so that a dtype given by
position is not taken for something else; what would change the value in place is refused.
"""

from __future__ import annotations

from collections.abc import Callable
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


class ArrayMethods:
    """What an ndarray can be asked by name. `ArraySurface` adds the operators."""

    __slots__ = ()

    if TYPE_CHECKING:
        type: ArrayType

    # Reductions ----------------------------------------------------------------------------------------------------

    def sum(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
        where: Any = None,
    ) -> Any:  # fmt: skip
        refuse_given("sum", out=out)
        return TABLE["sum"](self, axis=axis, keepdims=keepdims, dtype=dtype, initial=initial, where=where)

    def prod(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
        where: Any = None,
    ) -> Any:  # fmt: skip
        refuse_given("prod", out=out)
        return TABLE["prod"](self, axis=axis, keepdims=keepdims, dtype=dtype, initial=initial, where=where)

    def mean(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = None
    ) -> Any:
        refuse_given("mean", out=out)
        return TABLE["mean"](self, axis=axis, keepdims=keepdims, dtype=dtype, where=where)

    def max(
        self, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = None
    ) -> Any:
        refuse_given("max", out=out)
        return TABLE["max"](self, axis=axis, keepdims=keepdims, initial=initial, where=where)

    def min(
        self, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = None
    ) -> Any:
        refuse_given("min", out=out)
        return TABLE["min"](self, axis=axis, keepdims=keepdims, initial=initial, where=where)

    def var(
        self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, keepdims: bool = False,
        **others: Any,
    ) -> Any:  # fmt: skip
        refuse_given("var", out=out)
        return TABLE["var"](self, axis=axis, ddof=ddof, keepdims=keepdims, dtype=dtype, **others)

    def std(
        self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, keepdims: bool = False,
        **others: Any,
    ) -> Any:  # fmt: skip
        refuse_given("std", out=out)
        return TABLE["std"](self, axis=axis, ddof=ddof, keepdims=keepdims, dtype=dtype, **others)

    def any(self, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = None) -> Any:
        refuse_given("any", out=out)
        return TABLE["any"](self, axis=axis, keepdims=keepdims, where=where)

    def all(self, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = None) -> Any:
        refuse_given("all", out=out)
        return TABLE["all"](self, axis=axis, keepdims=keepdims, where=where)

    def argmax(self, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Any:
        refuse_given("argmax", out=out)
        return TABLE["argmax"](self, axis=axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Any:
        refuse_given("argmin", out=out)
        return TABLE["argmin"](self, axis=axis, keepdims=keepdims)

    def cumsum(self, axis: int | None = None, dtype: Any = None, out: Any = None) -> Any:
        refuse_given("cumsum", out=out)
        return TABLE["cumsum"](self, axis=axis, dtype=dtype)

    def cumprod(self, axis: int | None = None, dtype: Any = None, out: Any = None) -> Any:
        refuse_given("cumprod", out=out)
        return TABLE["cumprod"](self, axis=axis, dtype=dtype)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
        refuse_given("trace", out=out)
        return TABLE["trace"](self, offset, axis1, axis2, dtype=dtype)

    # Entry by entry ------------------------------------------------------------------------------------------------
    def clip(self, min: Any = None, max: Any = None, out: Any = None) -> Any:
        refuse_given("clip", out=out)
        return TABLE["clip"](self, min, max)

    def round(self, decimals: int = 0, out: Any = None) -> Any:
        refuse_given("round", out=out)
        return TABLE["round"](self, decimals)

    def conj(self) -> Any:
        return TABLE["conj"](self)

    def conjugate(self) -> Any:
        return self.conj()

    @property
    def real(self) -> Any:
        return TABLE["real"](self)

    @property
    def imag(self) -> Any:
        return TABLE["imag"](self)

    def astype(
        self, dtype: Any, order: str = "K", casting: str = "unsafe", subok: bool = True, copy: bool = True
    ) -> Any:
        return TABLE["astype"](self, dtype)

    # Choosing and ordering -----------------------------------------------------------------------------------------
    def take(self, indices: Any, axis: int | None = None, out: Any = None, mode: str = "raise") -> Any:
        refuse_given("take", out=out)
        return TABLE["take"](self, indices, axis, mode=mode)

    def compress(self, condition: Any, axis: int | None = None, out: Any = None) -> Any:
        refuse_given("compress", out=out)
        return TABLE["compress"](condition, self, axis)

    def choose(self, choices: Any, out: Any = None, mode: str = "raise") -> Any:
        refuse_given("choose", out=out)
        return TABLE["choose"](self, choices, mode=mode)

    def nonzero(self) -> Any:
        return TABLE["nonzero"](self)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
        return TABLE["diagonal"](self, offset, axis1, axis2)

    def repeat(self, repeats: Any, axis: int | None = None) -> Any:
        return TABLE["repeat"](self, repeats, axis)

    def argsort(self, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
        refuse_given("argsort", order=order)
        return TABLE["argsort"](self, axis)

    def argpartition(self, kth: Any, axis: int | None = -1, kind: str = "introselect", order: Any = None) -> Any:
        refuse_given("argpartition", order=order)
        return TABLE["argpartition"](self, kth, axis)

    def searchsorted(self, v: Any, side: str = "left", sorter: Any = None) -> Any:
        return TABLE["searchsorted"](self, v, side, sorter)

    @property
    def at(self) -> Any:
        """`x.at[key].set(values)` and its kind: new arrays with other entries at a key."""
        return TABLE["at"](self)

    # Shape ---------------------------------------------------------------------------------------------------------
    @property
    def T(self) -> Any:
        return TABLE["transpose"](self)

    @property
    def itemsize(self) -> int:
        """Bytes an entry."""
        return int(self.type.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        """Bytes in all."""
        return self.type.size * self.itemsize

    @property
    def mT(self) -> Any:
        return TABLE["matrix_transpose"](self)

    @property
    def flat(self) -> Any:
        """The entries in one row: a recorded value, not an iterator."""
        return TABLE["ravel"](self)

    def swapaxes(self, axis1: int, axis2: int) -> Any:
        return TABLE["swapaxes"](self, axis1, axis2)

    def dot(self, other: Any, out: Any = None) -> Any:
        refuse_given("dot", out=out)
        return TABLE["dot"](self, other)

    def reshape(self, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
        return TABLE["reshape"](self, shape[0] if len(shape) == 1 else shape, order=order)

    def ravel(self, order: str = "C") -> Any:
        return TABLE["ravel"](self, order=order)

    def flatten(self, order: str = "C") -> Any:
        return TABLE["ravel"](self, order=order)

    def transpose(self, *axes: Any) -> Any:
        return TABLE["transpose"](self, axes[0] if len(axes) == 1 else (axes or None))

    def squeeze(self, axis: Any = None) -> Any:
        return TABLE["squeeze"](self, axis)

    def copy(self, order: str = "C") -> Any:
        return self

    # What would change the value, or take it out -------------------------------------------------------------------

    def sort(self, *args: Any, **others: Any) -> Any:
        return REFUSALS["in_place"](self, "sort")

    def partition(self, *args: Any, **others: Any) -> Any:
        return REFUSALS["in_place"](self, "partition")

    def fill(self, *args: Any, **others: Any) -> Any:
        return REFUSALS["in_place"](self, "fill")

    def put(self, *args: Any, **others: Any) -> Any:
        return REFUSALS["in_place"](self, "put")

    def resize(self, *args: Any, **others: Any) -> Any:
        return REFUSALS["in_place"](self, "resize")

    def byteswap(self, *args: Any, **others: Any) -> Any:
        return REFUSALS["in_place"](self, "byteswap")

    def setfield(self, *args: Any, **others: Any) -> Any:
        return REFUSALS["in_place"](self, "setfield")

    def setflags(self, *args: Any, **others: Any) -> Any:
        return REFUSALS["in_place"](self, "setflags")

    def item(self, *args: Any) -> Any:
        return REFUSALS["item"](self)

    def tolist(self) -> Any:
        return REFUSALS["tolist"](self)
