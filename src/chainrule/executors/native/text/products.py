"""Products of matrices: two places in memory in, a call of a function of our own or of a BLAS out.

One idea: what counts is where entries lie. A transpose, a slice or a result in another order of axes are distances, and
cost nothing; the vectors run along the axis for which the least has to be copied.
"""

from __future__ import annotations

from collections.abc import Callable

from ..machine.blas import library
from ..machine.llvm import vectors
from ..plans.layouts import matrix_layout
from ..plans.products import Product, by_tiles, described, operands, turned
from ..primitives.values import Value, count
from .counting import closed, opened
from .table import Table
from .tiles import Tiles, lanes_for
from .writer import Writer, literal

_LARGEST = 2**20  # bytes of a factor whose panels are copied


def write_product(
    w: Writer, table: Table, value: Value, pointer: Callable[[Value], str], functions: list[str], name: str
) -> None:
    """The call, or the loop of calls. A function of our own is added to `functions`."""
    if not count(value.shape):
        return
    left, right = operands(value)
    product = described(value, left, right)
    places = [
        shifted(w, value.code, pointer(each.source), str(each.start)) if each.start else pointer(each.source)
        for each in (left, right)
    ]
    places.append(pointer(value))
    if library() is not None and not by_tiles(product, value.dtype.itemsize):
        if product.result[1] != 1:
            product, places = turned(product), [places[1], places[0], places[2]]
        by_blas(w, table, value.code, product, places)
        return
    machine = vectors()
    if turning_pays(product, machine.width // value.dtype.itemsize, value.dtype.itemsize):
        product, places = turned(product), [places[1], places[0], places[2]]
    tiles = Tiles(product, value.code, machine)
    functions.append(tiles.text(name))
    w.declared |= tiles.w.declared
    w.do(f"call void @{name}({', '.join(f'ptr {each}' for each in places)})")


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


def by_blas(w: Writer, table: Table, kind: str, product: Product, places: list[str]) -> None:
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
