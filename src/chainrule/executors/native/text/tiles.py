"""Products of matrices of middling size: shapes and places in memory in, a function of our own out.

One idea: a tile of the result stays in registers while the loop runs along what is summed over. BLAS first copies its
factors into an order of its own, which only pays for larger ones.
"""

from __future__ import annotations

from .writer import Writer

_LANES = {"float": 16, "double": 8}
_VECTORS = 2  # side by side: columns of a tile
_MOST_ROWS = 12  # of a tile; with two vectors each they leave registers for the factors
_LARGEST = 2**20  # bytes of the right factor: what a core keeps close
_MOST = 512  # rows, or terms of a sum: with more of both BLAS's copies pay


def fits(kind: str, sizes: tuple[int, int, int], turned_right: bool, wide: bool) -> bool:
    """Whether a product is done here. `sizes`: rows, columns, and what is summed over."""
    rows, columns, inner = sizes
    tile = _LANES[kind] * _VECTORS
    small = inner * columns * (64 // _LANES[kind]) <= _LARGEST
    few = rows <= _MOST or inner <= _MOST
    return wide and not turned_right and columns % tile == 0 and rows >= 4 and inner >= 4 and small and few


def tile_rows(rows: int) -> list[int]:
    """The rows as tiles of nearly one height."""
    count = -(-rows // _MOST_ROWS)
    return [rows // count + (place < rows % count) for place in range(count)]


def product_function(
    name: str, kind: str, sizes: tuple[int, int, int], left: tuple[bool, int], right: int
) -> tuple[str, set[str]]:
    """The function `name(a, b, c)`, and what it declares. `left`: whether A lies transposed, and how far apart its rows
    lie; `right`: how far apart those of B."""
    w = Writer()
    rows, columns, inner = sizes
    heights = tile_rows(rows)
    start = 0
    for height in sorted(set(heights), reverse=True):
        count = heights.count(height)
        tiles(w, kind, (start, height, count), (columns, inner), left, right)
        start += height * count
    body = "\n".join(w.lines)
    head = f"define internal void @{name}(ptr noalias readonly %a, ptr noalias readonly %b, ptr noalias %c) #0 {{"
    return f"{head}\nentry:\n{body}\n  ret void\n}}\n", w.declared


def tiles(
    w: Writer, kind: str, band: tuple[int, int, int], lengths: tuple[int, int], left: tuple[bool, int], right: int
) -> None:
    """The tiles of one height: for each of their columns, for each of them."""
    (start, height, count), (columns, inner), lanes = band, lengths, _LANES[kind]
    width = lanes * _VECTORS
    outer, column = opened(w)
    middle, place = opened(w)
    j = w.put(f"mul i64 {column}, {width}")
    i = w.put(f"add i64 {w.put(f'mul i64 {place}, {height}')}, {start}")
    found = summed(w, kind, (i, j), height, inner, left, right)
    for row in range(height):
        line = w.put(f"mul i64 {w.put(f'add i64 {i}, {row}')}, {columns}")
        first = w.put(f"add i64 {line}, {j}")
        for vector in range(_VECTORS):
            where = w.put(f"add i64 {first}, {vector * lanes}")
            address = w.put(f"getelementptr {kind}, ptr %c, i64 {where}")
            w.do(f"store <{lanes} x {kind}> {found[row * _VECTORS + vector]}, ptr {address}, align {64 // lanes}")
    closed(w, middle, count)
    closed(w, outer, columns // width)


def summed(
    w: Writer, kind: str, corner: tuple[str, str], height: int, inner: int, left: tuple[bool, int], right: int
) -> list[str]:
    """The entries of one tile, as vectors row by row."""
    (i, j), lanes, (turned, step) = corner, _LANES[kind], left
    vector = f"<{lanes} x {kind}>"
    top, after, before = w.fresh_label("sum"), w.fresh_label("summed"), w.block
    k, following = w.name(), w.name()
    totals = [w.name() for _ in range(height * _VECTORS)]
    w.do(f"br label %{top}")
    w.label(top)
    w.do(f"{k} = phi i64 [0, %{before}], [{following}, %{top}]")
    place = len(w.lines)
    line = w.put(f"add i64 {w.put(f'mul i64 {k}, {right}')}, {j}")
    columns = []
    for each in range(_VECTORS):
        address = w.put(f"getelementptr {kind}, ptr %b, i64 {w.put(f'add i64 {line}, {each * lanes}')}")
        columns.append(w.put(f"load {vector}, ptr {address}, align {64 // lanes}"))
    full = f"@llvm.fma.v{lanes}f{512 // lanes}"
    w.declared.add(f"declare {vector} {full}({vector}, {vector}, {vector})")
    nexts = []
    for row in range(height):
        at = w.put(f"add i64 {i}, {row}")
        fixed, moving = (at, k) if not turned else (k, at)
        line = w.put(f"mul i64 {fixed}, {step}")
        address = w.put(f"getelementptr {kind}, ptr %a, i64 {w.put(f'add i64 {line}, {moving}')}")
        entry = w.put(f"load {kind}, ptr {address}")
        single = w.put(f"insertelement {vector} poison, {kind} {entry}, i64 0")
        spread = w.put(f"shufflevector {vector} {single}, {vector} poison, <{lanes} x i32> zeroinitializer")
        for each in range(_VECTORS):
            total = totals[row * _VECTORS + each]
            nexts.append(w.put(f"call {vector} {full}({vector} {spread}, {vector} {columns[each]}, {vector} {total})"))
    w.lines[place:place] = [
        f"  {total} = phi {vector} [zeroinitializer, %{before}], [{now}, %{top}]"
        for total, now in zip(totals, nexts, strict=True)
    ]
    w.do(f"{following} = add nuw nsw i64 {k}, 1")
    w.do(f"br i1 {w.put(f'icmp ult i64 {following}, {inner}')}, label %{top}, label %{after}")
    w.label(after)
    return nexts


def opened(w: Writer) -> tuple[tuple[str, str, str], str]:
    """A loop begun: what is needed to end it, and its counter."""
    top, before, counter, following = w.fresh_label("tile"), w.block, w.name(), w.name()
    w.do(f"br label %{top}")
    w.label(top)
    w.do(f"{counter} = phi i64 [0, %{before}], [{following}, %LATCH{top}]")
    return (top, counter, following), counter


def closed(w: Writer, loop: tuple[str, str, str], size: int) -> None:
    """The loop ended."""
    top, counter, following = loop
    after = w.fresh_label("tiled")
    w.do(f"br label %LATCH{top}")
    w.label(f"LATCH{top}")
    w.do(f"{following} = add nuw nsw i64 {counter}, 1")
    w.do(f"br i1 {w.put(f'icmp ult i64 {following}, {size}')}, label %{top}, label %{after}")
    w.label(after)
