"""An array library that computes nothing: NumPy's functions on `Array`s in, primitives out.

One idea: a kernel is given its array library. Given this one, it writes down what it would have computed, so that every
op that is declared, here or by a user, is lowered by its own kernel. What is missing here raises UnsupportedError.
"""

from __future__ import annotations

from typing import Any, final

import numpy as np

from .arrays import Array
from .contractions import contracted, summed
from .places import Places, axes_of, runs_along
from .values import UnsupportedError, Value, count

TERMS = {"sum": "add", "max": "maximum", "min": "minimum", "prod": "multiply"}
_FEW, _MANY = 4, 64  # entries that are taken together, and results
_LIGHT = frozenset({
    "add", "subtract", "multiply", "negative", "absolute", "square", "maximum", "minimum", "cast", "where", "equal",
    "not_equal", "less", "less_equal", "greater", "greater_equal",
})  # fmt: skip


def few(name: str, x: Value, axes: tuple[int, ...]) -> bool:
    """Whether a few neighbours are taken together, many times, and computing them takes next to nothing: then loops
    run along the results."""
    terms = count([x.shape[axis] for axis in axes])
    inner = bool(axes) and x.ndim - 1 in axes and name in TERMS
    return inner and 0 < terms <= _FEW and x.size >= terms * _MANY and is_light(x)


def is_light(x: Value) -> bool:
    """Whether a value is in memory, or a map or two away from it."""
    pending, maps = [x], 0
    while pending:
        value = pending.pop()
        if value.kind == "map":
            maps += 1
            if value.name not in _LIGHT or maps > 2 * _FEW:
                return False
        if value.kind in ("map", "view"):
            pending.extend(value.inputs)
    return True


class Reductions(Places):
    """NumPy's functions of all entries along axes."""

    def _reduced(self, name: str, x: Value, axis: Any, keepdims: bool, dtype: Any = None) -> Any:
        axes = axes_of(axis, x.ndim)
        kept = tuple(1 if place in axes else size for place, size in enumerate(x.shape))
        found = summed(self, x, axes) if name == "sum" and axes and dtype is None else None
        if found is None and few(name, x, axes):
            found = self._combined(name, x, axes)
        if found is None:
            found = self.builder.reduce(name, x, axes, dtype) if axes else x
        return self.wrap(self.builder.reshape(found, kept) if keepdims else found)

    def _combined(self, name: str, x: Value, axes: tuple[int, ...]) -> Value:
        """A few entries, term by term."""
        found: Any = None
        for index in np.ndindex(*[x.shape[axis] for axis in axes]):
            places = dict(zip(axes, index, strict=True))
            part = self.index(self.wrap(x), tuple(places.get(axis, slice(None)) for axis in range(x.ndim)))
            found = part if found is None else getattr(self, TERMS[name])(found, part)
        return self.value(found)

    def sum(self, x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
        value = self.value(x)
        wide = np.dtype(dtype) if dtype is not None else np.sum(np.empty(0, value.dtype)).dtype
        return self._reduced("sum", self.value(x, wide), axis, keepdims)

    def prod(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if not isinstance(x, Array):
            return np.prod(x, axis=axis)
        wide = np.prod(np.empty(0, x.dtype)).dtype
        return self._reduced("prod", self.value(x, wide), axis, keepdims)

    def mean(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        value = self.value(x)
        wide = value.dtype if value.dtype.kind == "f" else np.dtype(float)
        entries = count([value.shape[each] for each in axes_of(axis, value.ndim)])
        total = self._reduced("sum", self.value(x, wide), axis, keepdims)
        return self.true_divide(total, wide.type(entries))

    def var(self, x: Any, axis: Any = None, keepdims: bool = False, ddof: int = 0) -> Any:
        array = self.wrap(self.value(x))
        entries = count([array.shape[each] for each in axes_of(axis, array.ndim)])
        moved = array - self.mean(array, axis, keepdims=True)
        total = self.sum(self.square(moved), axis, keepdims)
        return self.true_divide(total, total.dtype.type(max(entries - ddof, 0)))

    def std(self, x: Any, axis: Any = None, keepdims: bool = False, ddof: int = 0) -> Any:
        return self.sqrt(self.var(x, axis, keepdims, ddof))

    def max(self, x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
        return self._extreme("max", x, axis, keepdims, initial)

    def min(self, x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
        return self._extreme("min", x, axis, keepdims, initial)

    def _extreme(self, name: str, x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
        value = self.value(x)
        if value.dtype.kind not in "fi":
            raise UnsupportedError("the largest of conditions")
        if initial is None and not value.size:
            raise UnsupportedError("the largest of nothing")
        found = self._reduced(name, value, axis, keepdims)
        both = self.maximum if name == "max" else self.minimum
        return found if initial is None else both(found, initial)

    def argmax(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return self._place_of(self.max, x, axis, keepdims)

    def argmin(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return self._place_of(self.min, x, axis, keepdims)

    def _place_of(self, extreme: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        """Where the extreme stands first; where a NaN does, if there is one."""
        array = self.wrap(self.value(x)) if axis is not None else self.ravel(x)
        along = axis % array.ndim if axis is not None else 0
        found = array == extreme(array, along, keepdims=True)
        if array.dtype.kind == "f":
            found = found | self.isnan(array)
        shape = tuple(size if place == along else 1 for place, size in enumerate(array.shape))
        places = self.where(found, self.reshape(self.arange(array.shape[along]), shape), array.shape[along])
        first = self.min(places, along, keepdims)
        return self.reshape(first, (1,) * self.value(x).ndim) if axis is None and keepdims else first

    def running(self, name: str, inputs: tuple[Value, ...], axis: int) -> Any:
        """Each entry along an axis made of the one before it."""
        value = inputs[-1]
        if value.dtype.kind not in "fi":
            raise UnsupportedError("running sums of conditions")
        return self.wrap(self.builder.make("running", value.shape, value.dtype, inputs, name, axis % value.ndim))

    def cumsum(self, x: Any, axis: int) -> Any:
        wide = np.sum(np.empty(0, x.dtype)).dtype
        return self.running("add", (self.value(x, wide),), axis)

    def cumprod(self, x: Any, axis: int) -> Any:
        wide = np.prod(np.empty(0, x.dtype)).dtype
        return self.running("multiply", (self.value(x, wide),), axis)

    def any(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return self._reduced("any", self.value(x, bool), axis, keepdims)

    def all(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return self._reduced("all", self.value(x, bool), axis, keepdims)


@final
class Library(Reductions):
    """NumPy's names on `Array`s: the products of matrices, and all that the classes behind it have."""

    def matmul(self, a: Any, b: Any) -> Any:
        left, right = self.one_dtype((a, b))
        if left.dtype.kind != "f":
            raise UnsupportedError("products of whole numbers")
        if left.ndim == 1 and right.ndim == 1:
            return self.sum(self.wrap(left) * self.wrap(right))
        first = self._row(left) if left.ndim == 1 else left
        second = self._column(right) if right.ndim == 1 else right
        batch = np.broadcast_shapes(first.shape[:-2], second.shape[:-2])
        first = self.builder.broadcast(first, (*batch, *first.shape[-2:]))
        second = self.builder.broadcast(second, (*batch, *second.shape[-2:]))
        product = self.product(first, second)
        shape = product.shape
        lost = [len(shape) - 2] if left.ndim == 1 else [len(shape) - 1] if right.ndim == 1 else []
        return self.wrap(self.builder.reshape(product, tuple(s for place, s in enumerate(shape) if place not in lost)))

    def product(self, left: Value, right: Value, order: tuple[int, ...] | None = None) -> Value:
        """The product of two stacks of matrices. With a vector on one side it is a sum along rows or columns, which
        becomes part of a loop. `order`: its axes (stack, rows, columns) as they are to lie, if not so."""
        rows, inner, columns = left.shape[-2], left.shape[-1], right.shape[-1]
        shape = (*left.shape[:-1], columns)
        if inner == 1 and order is None:
            both = self.same_shape([left, right])
            return self.builder.map("multiply", left.dtype, *both)
        if rows > 1 and columns > 1 and inner != 1:
            if order is None or order == tuple(range(len(shape))):
                return self.builder.make("product", shape, left.dtype, (left, right))
            places = tuple(order.index(axis) for axis in range(len(shape)))
            lying = tuple(shape[axis] for axis in order)
            return self.builder.make("product", lying, left.dtype, (left, right), "", places)
        if order is not None:
            return self.builder.transpose(self.product(left, right), order)
        matrix, vector = (self._turned(left), right) if columns == 1 else (right, self._turned(left))
        axis = matrix.ndim - 2
        if runs_along(matrix, axis):
            matrix, vector, axis = self._turned(matrix), self._turned(vector), axis + 1
        terms = self.builder.map("multiply", left.dtype, *self.same_shape([matrix, vector]))
        return self.builder.reshape(self.builder.reduce("sum", terms, (axis,)), shape)

    def _turned(self, x: Value) -> Value:
        return self.builder.transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))

    dot = matmul

    def _row(self, x: Value) -> Value:
        return self.builder.reshape(x, (1, x.shape[0]))

    def _column(self, x: Value) -> Value:
        return self.builder.reshape(x, (x.shape[0], 1))

    def outer(self, a: Any, b: Any) -> Any:
        left, right = (self.wrap(each) for each in self.one_dtype((a, b)))
        return self.reshape(left, (left.size, 1)) * self.reshape(right, (1, right.size))

    def einsum(self, subscripts: str, *factors: Any, optimize: Any = None) -> Any:
        arrays = [self.wrap(each) for each in self.one_dtype(factors)]
        return contracted(self, subscripts, arrays)

    def kron(self, a: Any, b: Any) -> Any:
        left, right = (self.wrap(each) for each in self.one_dtype((a, b)))
        ndim = max(left.ndim, right.ndim)
        left, right = (self.reshape(each, (*(1,) * (ndim - each.ndim), *each.shape)) for each in (left, right))
        outer = self.reshape(left, [each for size in left.shape for each in (size, 1)]) * self.reshape(
            right, [each for size in right.shape for each in (1, size)]
        )
        return self.reshape(outer, [m * n for m, n in zip(left.shape, right.shape, strict=True)])

    def vdot(self, a: Any, b: Any) -> Any:
        return self.sum(self.multiply(self.ravel(a), self.ravel(b)))
