"""Products of matrices: two places in memory in, a call of a function of our own or of a BLAS out.

One idea: what counts is where entries lie. A transpose, a slice or a result in another order of axes are distances, and
cost nothing; the vectors run along the axis for which the least has to be copied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ...machine.blas import THREADS, library
from ...machine.llvm import vectors
from ...plans.layouts import matrix_layout
from ...plans.products import Product, by_tiles, described, operands, turned
from ...primitives.values import Value, count
from ..counting import closed, opened
from ..parts import alone, call_parts
from ..table import Table
from ..writer import FLOATS, Writer, literal
from .cuts import cut, part_of
from .symmetric import by_half, is_symmetric
from .tiles import Tiles, lanes_for, whole_panels

_LARGEST = 2**20  # bytes of a factor whose panels are copied


def write_product(
    w: Writer, table: Table, value: Value, pointer: Callable[[Value], str], functions: list[str], name: str,
    allocas: list[str],
) -> None:  # fmt: skip
    """The call, or the loop of calls, or parts for several threads. A function of our own is added to `functions`."""
    if not count(value.shape):
        return
    left, right = operands(value)
    product = described(value, left, right)
    places = [
        shifted(w, value.code, pointer(each.source), str(each.start)) if each.start else pointer(each.source)
        for each in (left, right)
    ]
    places.append(pointer(value))
    machine, width, blas = vectors(), value.dtype.itemsize, library()
    half = blas is not None and is_symmetric(product, left, right)
    own = blas is None or (by_tiles(product, width) and not half)
    if (own and turning_pays(product, machine.width // width, width)) or (not own and product.result[1] != 1):
        product, places = turned(product), [places[1], places[0], places[2]]
    before = "" if own else single(w, table)
    found = cut(product, width, copies=not own) if own or before else None
    multiply = in_tiles if own else by_half if half and found is None else by_blas
    if found is None:
        multiply(w, table, value.code, product, places, functions, name)
    else:
        sizes = {name: found.split.length} | ({f"{name}_rest": found.rest} if found.rest else {})
        for each, size in sizes.items():
            functions.append(part_function(w, table, value.code, found.part(size), functions, each, multiply))
        functions.append(part_of(found, name, value.code))
        call_parts(w, table, allocas, f"{name}_part", [*places, "%table"], found.split.parts)
    if before:
        w.do(f"call void {table.load(w, 'blas', THREADS[1])}(i32 {before})")


def can_be_finished(value: Value) -> bool:
    """Whether the entries of a product are done one after the other, in the order in which they lie, by one thread."""
    if value.ndim < 2 or not count(value.shape) or value.code not in FLOATS:
        return False
    product, machine, width = described(value, *operands(value)), vectors(), value.dtype.itemsize
    if product.stack or product.result != (product.columns, 1) or product.columns != value.shape[-1]:
        return False
    own = library() is None or by_tiles(product, width)
    if not own or turning_pays(product, machine.width // width, width) or cut(product, width, copies=False):
        return False
    return whole_panels(product, width, machine)


Multiply: TypeAlias = Callable[[Writer, Table, str, Product, list[str], list[str], str], None]


def part_function(
    outer: Writer, table: Table, kind: str, product: Product, functions: list[str], name: str, multiply: Multiply
) -> str:
    """`name(a, b, c, table)`."""
    w = Writer(declared=outer.declared)
    multiply(w, table, kind, product, ["%a", "%b", "%c"], functions, f"{name}_tiles")
    taken, lines = "ptr %a, ptr %b, ptr %c, ptr noalias readonly %table", "\n".join(w.lines)
    return f"define internal void @{name}({taken}) nounwind {{\nentry:\n{lines}\n  ret void\n}}\n"


def in_tiles(
    w: Writer, table: Table, kind: str, product: Product, places: list[str], functions: list[str], name: str
) -> None:
    """A call of a function of our own."""
    tiles = Tiles(product, kind, vectors())
    functions.append(tiles.text(name))
    w.declared |= tiles.w.declared
    w.do(f"call void @{name}({', '.join(f'ptr {each}' for each in places)})")


def single(w: Writer, table: Table) -> str:
    """Tell the BLAS to use one thread, for the others are ours. Returns how many it used before; nothing where it
    cannot be told."""
    found = library()
    if found is None or not found.is_told or alone.get():
        return ""
    ask, tell = (table.load(w, "blas", each) for each in THREADS)
    before = w.put(f"call i32 {ask}()")
    w.do(f"call void {tell}(i32 1)")
    return before


def shifted(w: Writer, kind: str, pointer: str, start: str) -> str:
    return w.put(f"getelementptr {kind}, ptr {pointer}, i64 {start}")


def turning_pays(product: Product, lanes: int, width: int) -> bool:
    """Whether vectors should run along rows rather than columns."""
    if product.inner * product.rows * width > _LARGEST:
        return False
    return effort(turned(product), lanes) < effort(product, lanes)


def effort(product: Product, most: int) -> float:
    """About how many steps of the processor all products of the stack take, with vectors along the columns."""
    lanes = lanes_for(product.columns, most)
    columns = -(-product.columns // lanes)
    sums = product.rows * columns * product.inner / 2
    stores = product.rows * (columns if product.result[1] == 1 else product.columns)
    copies = 0.0
    if product.right[1] != 1:
        shares = count([axis.size for axis in product.stack if not axis.right])
        copies = product.inner * product.columns / shares
    return product.count * (sums + stores + copies)


def by_blas(
    w: Writer, table: Table, kind: str, product: Product, places: list[str], functions: list[str], name: str
) -> None:
    """One call for each of the stack."""
    found = library()
    assert found is not None
    loops = []
    for axis in product.stack:
        loop, turn = opened(w, axis.size)
        loops.append(loop)
        places = [
            shifted(w, kind, each, w.put(f"mul i64 {turn}, {step}")) if step else each
            for each, step in zip(places, (axis.left, axis.right, axis.result), strict=True)
        ]
    gemm(w, table, kind, product, places)
    for loop in reversed(loops):
        closed(w, loop)


def gemm(w: Writer, table: Table, kind: str, product: Product, places: list[str]) -> None:
    """C = A B by cblas, all in C order."""
    found = library()
    assert found is not None
    whole = f"i{found.width}"
    function = table.load(w, "blas", "dgemm" if kind == "double" else "sgemm")
    shapes = ((product.rows, product.inner), (product.inner, product.columns))
    layouts = [matrix_layout(*each) for each in zip(shapes, (product.left, product.right), strict=True)]
    assert all(layouts)
    (turned_a, step_a), (turned_b, step_b) = (each or (False, 1) for each in layouts)
    order = [f"i32 {112 if each else 111}" for each in (turned_a, turned_b)]
    lengths = [f"{whole} {each}" for each in (product.rows, product.columns, product.inner)]
    a, b, c = places
    args = [
        "i32 101", *order, *lengths, f"{kind} {literal(1, kind)}", f"ptr {a}", f"{whole} {step_a}", f"ptr {b}",
        f"{whole} {step_b}", f"{kind} {literal(0, kind)}", f"ptr {c}", f"{whole} {max(product.result[0], 1)}",
    ]  # fmt: skip
    w.do(f"call void {function}({', '.join(args)})")
