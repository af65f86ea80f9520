"""How the factors of a product lie in memory: a value of kind "product" in, sizes and distances out.

One idea: a matrix is a start and two distances. Whether it lies transposed, reversed, or is the same one for a whole
stack are then numbers, and a stack whose matrices follow each other like rows is one matrix with more rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..primitives.values import Shape, Value, is_number
from .layouts import contiguous, matrix_layout, strided

_LARGEST = 2**20  # bytes of a factor that is read again for every band of rows: what a core keeps close
SMALL = 2**15  # bytes of a result that stays close while both factors pass by
_MOST = 512  # rows, or terms of a sum: with more of both, the copies that a BLAS makes of its factors pay


@dataclass(frozen=True, slots=True)
class Operand:
    """Whose memory a factor is read from, the distances along its axes, and where it starts."""

    source: Value
    strides: tuple[int, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a stack: its size, and how far apart its matrices lie in the factors and in the result."""

    size: int
    left: int
    right: int
    result: int


@dataclass(frozen=True, slots=True)
class Product:
    """A stack of products A B = C: sizes, and the distances between rows and between columns of each matrix."""

    rows: int
    inner: int
    columns: int
    left: tuple[int, int]
    right: tuple[int, int]
    result: tuple[int, int]
    stack: tuple[Axis, ...] = ()

    @property
    def count(self) -> int:
        """How many matrices the stack has."""
        total = 1
        for axis in self.stack:
            total *= axis.size
        return total


def in_place(value: Value) -> Operand:
    """A factor where it lies: a view is read through, whatever its order."""
    if value.kind == "view" and not is_number(value):
        source = value.inputs[0]
        strides, start = strided(value.data, contiguous(source.shape), value.ndim)
        return Operand(source, strides, start)
    return Operand(value, contiguous(value.shape), 0)


def operands(value: Value) -> tuple[Operand, Operand]:
    """The factors of a product as whoever multiplies them reads them. A BLAS wants rows or columns without gaps: what
    lies otherwise is copied first."""
    left, right = (in_place(each) for each in value.inputs)
    if by_tiles(described(value, left, right), value.dtype.itemsize):
        return left, right
    found = []
    for each, operand in zip(value.inputs, (left, right), strict=True):
        fit = matrix_layout(each.shape, operand.strides) is not None
        found.append(operand if fit else Operand(each, contiguous(each.shape), 0))
    return found[0], found[1]


def by_tiles(product: Product, width: int) -> bool:
    """Whether our own functions do it rather than a BLAS. `width`: bytes of an entry."""
    few = product.rows <= _MOST or product.inner <= _MOST
    short = few and product.inner * product.columns * width <= _LARGEST
    return short or product.rows * product.columns * width <= SMALL


def result_axes(value: Value) -> tuple[int, ...]:
    """Where the stack, the rows and the columns stand among the axes of a product."""
    return value.data if value.data is not None else tuple(range(value.ndim))


def described(value: Value, left: Operand, right: Operand) -> Product:
    """Sizes and distances, with a stack that follows like rows or columns made part of them."""
    steps = contiguous(value.shape)
    result = [steps[axis] for axis in result_axes(value)]
    first, second = value.inputs
    sizes: Shape = first.shape[:-2]
    stack = [Axis(*each) for each in zip(sizes, left.strides[:-2], right.strides[:-2], result[:-2], strict=True)]
    pairs = [(each[-2], each[-1]) for each in (left.strides, right.strides, result)]
    rows, inner, columns = first.shape[-2], first.shape[-1], second.shape[-1]
    return merged(Product(rows, inner, columns, pairs[0], pairs[1], pairs[2], tuple(stack)))


def merged(product: Product) -> Product:
    """The same with as few axes in the stack as possible."""
    left: list[Axis] = []
    for axis in reversed([each for each in product.stack if each.size != 1]):
        if axis.right == 0 and follows(product.rows, (product.left[0], product.result[0]), (axis.left, axis.result)):
            product = replace(product, rows=product.rows * axis.size)
        elif axis.left == 0 and follows(
            product.columns, (product.right[1], product.result[1]), (axis.right, axis.result)
        ):
            product = replace(product, columns=product.columns * axis.size)
        elif left and chained(axis, left[-1]):
            last = left.pop()
            left.append(replace(last, size=last.size * axis.size))
        else:
            left.append(axis)
    return replace(product, stack=tuple(reversed(left)))


def follows(size: int, inner: Sequence[int], outer: Sequence[int]) -> bool:
    """Whether an outer axis goes on where an inner one of this size ends, in every array."""
    return all(far == near * size for near, far in zip(inner, outer, strict=True))


def chained(outer: Axis, inner: Axis) -> bool:
    near, far = (inner.left, inner.right, inner.result), (outer.left, outer.right, outer.result)
    return follows(inner.size, near, far)


def turned(product: Product) -> Product:
    """C^T = B^T A^T: the same product with rows and columns changed."""
    return Product(
        product.columns, product.inner, product.rows, product.right[::-1], product.left[::-1], product.result[::-1],
        tuple(Axis(each.size, each.right, each.left, each.result) for each in product.stack),
    )  # fmt: skip
