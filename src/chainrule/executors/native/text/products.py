"""Products of matrices: two places in memory in, a call of a BLAS out.

One idea: BLAS reads a matrix as it lies or transposed, so a transpose costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..machine.blas import library
from ..machine.llvm import has_wide_registers
from ..plans.regions import contiguous, matrix_layout, strided
from ..primitives.values import UnsupportedError, Value, count, known_number
from .table import Table
from .tiles import fits, product_function
from .writer import Writer, literal


def operand(value: Value) -> tuple[Value, tuple[int, ...], int]:
    """(whose memory an operand is read from, its distances, where it starts)."""
    if value.kind == "view" and known_number(value) is None:
        source = value.inputs[0]
        strides, start = strided(value.data, contiguous(source.shape), value.ndim)
        if matrix_layout(value.shape, strides) is not None:
            return source, strides, start
    return value, contiguous(value.shape), 0


def write_product(
    w: Writer, table: Table, value: Value, pointer: Callable[[Value], str], functions: list[str], name: str
) -> None:
    """The call, or one for each of a stack. A function of our own is added to `functions`."""
    if library() is None:
        raise UnsupportedError("no BLAS")
    left, right = (operand(each) for each in value.inputs)
    rows, inner, columns = value.shape[-2], value.inputs[0].shape[-1], value.shape[-1]
    batch = value.shape[:-2]
    if not count(value.shape):
        return
    places = [(left[1][:-2], left[2]), (right[1][:-2], right[2]), (contiguous(value.shape)[:-2], 0)]
    pointers = [pointer(left[0]), pointer(right[0]), pointer(value)]
    layouts = [
        matrix_layout(value.inputs[slot].shape, each[1]) or (False, 1) for slot, each in enumerate((left, right))
    ]
    sizes = (rows, columns, inner)
    own = fits(value.code, sizes, layouts[1][0], has_wide_registers())
    if own:
        text, declared = product_function(name, value.code, sizes, layouts[0], layouts[1][1])
        functions.append(text)
        w.declared |= declared
    for index in np.ndindex(*batch):
        starts = [start + sum(each * step for each, step in zip(index, steps, strict=True)) for steps, start in places]
        moved = [shifted(w, value, each, start) for each, start in zip(pointers, starts, strict=True)]
        if own:
            w.do(f"call void @{name}({', '.join(f'ptr {each}' for each in moved)})")
        else:
            gemm(w, table, value.code, sizes, layouts, moved)


def shifted(w: Writer, value: Value, pointer: str, start: int) -> str:
    return w.put(f"getelementptr {value.code}, ptr {pointer}, i64 {start}") if start else pointer


def gemm(
    w: Writer, table: Table, kind: str, sizes: tuple[int, int, int], layouts: Sequence[tuple[bool, int]],
    pointers: Sequence[str],
) -> None:  # fmt: skip
    """C = A B by cblas, all in C order."""
    found = library()
    assert found is not None
    whole = f"i{found.width}"
    function = table.load(w, "blas", "dgemm" if kind == "double" else "sgemm")
    (turned_a, step_a), (turned_b, step_b) = layouts
    order = [f"i32 {112 if turned else 111}" for turned in (turned_a, turned_b)]
    lengths = [f"{whole} {each}" for each in sizes]
    a, b, c = pointers
    args = [
        "i32 101", *order, *lengths, f"{kind} {literal(1, kind)}", f"ptr {a}", f"{whole} {step_a}", f"ptr {b}",
        f"{whole} {step_b}", f"{kind} {literal(0, kind)}", f"ptr {c}", f"{whole} {sizes[1]}",
    ]  # fmt: skip
    w.do(f"call void {function}({', '.join(args)})")
