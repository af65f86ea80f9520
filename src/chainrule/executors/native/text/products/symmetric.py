"""A matrix times its own transpose: half of the products by a BLAS, the other half copied.

One idea: A A^T is symmetric, so what lies below its diagonal need not be computed.
"""

from __future__ import annotations

from ...machine.blas import library
from ...plans.layouts import matrix_layout
from ...plans.products import Operand, Product
from ..table import Table
from ..writer import Writer, literal

_FEWEST = 192  # rows and terms: below, a whole product in tiles takes no longer
_BLOCK = 8  # rows that are copied together: more would push each other out of the cache where they lie 2**n apart


def is_symmetric(product: Product, left: Operand, right: Operand) -> bool:
    """Whether the right factor is the left one, transposed, large enough, and as a BLAS reads it."""
    same = left.source is right.source and left.start == right.start and product.left == product.right[::-1]
    large = product.rows == product.columns >= _FEWEST and product.inner >= _FEWEST and not product.stack
    return same and large and matrix_layout((product.rows, product.inner), product.left) is not None


def by_half(
    w: Writer, table: Table, kind: str, product: Product, places: list[str], functions: list[str], name: str
) -> None:
    """The half above the diagonal by cblas, the other one copied from it by a function of our own."""
    found = library()
    layout = matrix_layout((product.rows, product.inner), product.left)
    assert found is not None
    assert layout is not None
    whole, (is_turned, step) = f"i{found.width}", layout
    function = table.load(w, "blas", "dsyrk" if kind == "double" else "ssyrk")
    far = max(product.result)  # the result is the same read by rows or by columns
    args = [
        "i32 101", "i32 121", f"i32 {112 if is_turned else 111}", f"{whole} {product.rows}", f"{whole} {product.inner}",
        f"{kind} {literal(1, kind)}", f"ptr {places[0]}", f"{whole} {step}", f"{kind} {literal(0, kind)}",
        f"ptr {places[2]}", f"{whole} {far}",
    ]  # fmt: skip
    w.do(f"call void {function}({', '.join(args)})")
    functions.append(mirror(name, kind, product.rows, far))
    w.do(f"call void @{name}(ptr {places[2]})")


def mirror(name: str, kind: str, size: int, step: int) -> str:
    """`name(c)`: what lies above the diagonal is copied below it, some rows at a time."""
    return f"""define internal void @{name}(ptr noalias %c) #0 {{
entry:
  br label %block
block:
  %first = phi i64 [0, %entry], [%beyond, %blocked]
  %beyond = add i64 %first, {_BLOCK}
  %fits = icmp ult i64 %beyond, {size}
  %last = select i1 %fits, i64 %beyond, i64 {size}
  %end = sub i64 %last, 1
  br label %column
column:
  %j = phi i64 [0, %block], [%after, %columned]
  %after = add i64 %j, 1
  %below = icmp ugt i64 %after, %first
  %start = select i1 %below, i64 %after, i64 %first
  %across = mul i64 %j, {step}
  br label %row
row:
  %i = phi i64 [%start, %column], [%following, %row]
  %from = add i64 %across, %i
  %source = getelementptr {kind}, ptr %c, i64 %from
  %entry_ = load {kind}, ptr %source
  %down = mul i64 %i, {step}
  %to = add i64 %down, %j
  %target = getelementptr {kind}, ptr %c, i64 %to
  store {kind} %entry_, ptr %target
  %following = add i64 %i, 1
  %rows = icmp ult i64 %following, %last
  br i1 %rows, label %row, label %columned
columned:
  %columns = icmp ult i64 %after, %end
  br i1 %columns, label %column, label %blocked
blocked:
  %blocks = icmp ult i64 %last, {size}
  br i1 %blocks, label %block, label %done
done:
  ret void
}}
"""
