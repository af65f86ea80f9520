"""A product of matrices for several threads: its sizes in, the product of one part and where each part begins out.

One idea: rows, columns and stacks can all be cut, for each is a size and a distance in each matrix. The one with the
most parts is; who multiplies a part neither knows nor cares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...machine.llvm import vectors
from ...plans.products import Product
from ..parts import Split, split_of
from ..writer import Writer

_SPEED = 10e9  # vectors a second through products and sums: of one core, roughly
FEWEST = [48, 128]  # rows or columns of a part: where tiles multiply, and where a BLAS copies its factors
_ROWS, _LINE = 12, 128  # rows of a tile, and bytes of a row that stay together


@dataclass(frozen=True, slots=True)
class Cut:
    """One axis of a product in parts. `axis`: its place in the stack, or "rows", or "columns"."""

    product: Product
    axis: int | str
    split: Split

    @property
    def rest(self) -> int:
        """How long the last part is where it is shorter; else 0."""
        return self.split.size % self.split.length

    @property
    def steps(self) -> tuple[int, int, int]:
        """The distances along the axis in the three matrices."""
        product = self.product
        if isinstance(self.axis, int):
            stack = product.stack[self.axis]
            return stack.left, stack.right, stack.result
        if self.axis == "rows":
            return product.left[0], 0, product.result[0]
        return 0, product.right[1], product.result[1]

    def part(self, size: int) -> Product:
        """The product of so much of the axis."""
        product = self.product
        if isinstance(self.axis, int):
            stack = list(product.stack)
            stack[self.axis] = replace(stack[self.axis], size=size)
            return replace(product, stack=tuple(stack))
        return replace(product, rows=size) if self.axis == "rows" else replace(product, columns=size)


def cut(product: Product, width: int, *, copies: bool) -> Cut | None:
    """How to share a product; None where it should stay whole. `width`: bytes of an entry; `copies`: by a BLAS."""
    seconds = seconds_of(2 * product.count * product.rows * product.inner * product.columns, width)
    axes: list[tuple[int | str, int, int, int]] = [(at, axis.size, 1, 1) for at, axis in enumerate(product.stack)]
    axes.append(("rows", product.rows, _ROWS, FEWEST[copies]))
    axes.append(("columns", product.columns, _LINE // width, FEWEST[copies]))
    found = [
        Cut(product, axis, split)
        for axis, size, multiple, least in axes
        if (split := split_of(size, seconds, multiple, least)) is not None
    ]
    return max(found, key=lambda each: each.split.parts, default=None)  # the first of those with the most


def seconds_of(operations: int, width: int) -> float:
    """About how long one thread takes for so many products and sums. `width`: bytes of an entry."""
    return operations * width / vectors().width / _SPEED


def part_of(found: Cut, name: str, kind: str) -> str:
    """`name_part(passed, part)`, which calls `name(a, b, c, table)` where a part begins, and `name_rest` for a shorter
    last one."""
    w = Writer()
    places = []
    first = w.put(f"mul i64 %part, {found.split.length}")
    for place, step in enumerate((*found.steps, 0)):
        pointer = w.put(f"load ptr, ptr {w.put(f'getelementptr ptr, ptr %passed, i64 {place}')}")
        if step:
            pointer = w.put(f"getelementptr {kind}, ptr {pointer}, i64 {w.put(f'mul i64 {first}, {step}')}")
        places.append(f"ptr {pointer}")
    taken = ", ".join(places)
    if found.rest:
        last = w.put(f"icmp eq i64 %part, {found.split.parts - 1}")
        w.do(f"br i1 {last}, label %rest, label %whole")
        w.label("rest")
        w.do(f"call void @{name}_rest({taken})")
        w.do("ret void")
        w.label("whole")
    w.do(f"call void @{name}({taken})")
    w.do("ret void")
    lines = "\n".join(w.lines)
    return f"define internal void @{name}_part(ptr %passed, i64 %part) nounwind {{\nentry:\n{lines}\n}}\n"
