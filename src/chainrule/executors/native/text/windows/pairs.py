"""The transpose of a convolution pair by pair: filters that are not finite in, every product where it belongs out.

One idea: tiles read zeros round an array, and zero times infinity is not zero. So where a filter is not finite, and
only there, all is done again without any zeros: each entry that arrived is sent to those under its window.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...plans.layouts import contiguous
from ...primitives.values import count
from ..vectors import accumulated, at, counted, summed
from ..writer import literal
from .laid import Laid


def again(laid: Laid) -> None:
    """The end of the function of a transpose: `%a` arrived, `%b` are the filters, `%c` is the result."""
    w, how, kind = laid.w, laid.how, laid.kind
    zero = literal(0.0, kind)

    def term(place: str, totals: Sequence[str]) -> list[str]:
        number = w.put(f"load {kind}, ptr {at(w, kind, '%b', place)}")
        nothing = w.put(f"fmul {kind} {number}, {zero}")
        return [w.put(f"fadd reassoc {kind} {totals[0]}, {nothing}")]

    filters = how.groups * how.weights[0]
    (total,) = accumulated(w, filters, kind, [zero], term)
    strange, end = w.fresh_label("strange"), w.fresh_label("end")
    w.do(f"br i1 {w.put(f'fcmp oeq {kind} {total}, {zero}')}, label %{end}, label %{strange}")
    w.label(strange)
    image = how.groups * how.rows * count([axis.out_size for axis in how.axes])
    number = w.put("sub i64 %last, %first")
    begin = at(w, kind, "%c", summed(w, ("%first", image)))
    counted(w, summed(w, (number, image)), lambda place: w.do(f"store {kind} {zero}, ptr {at(w, kind, begin, place)}"))
    sizes: list[int | str] = [number, how.groups, how.sums, *(axis.size for axis in how.axes), how.rows, *how.window]
    laid.nest(sizes, lambda counters: pair(laid, counters))
    w.do(f"br label %{end}")
    w.label(end)


def pair(laid: Laid, counters: list[str]) -> None:
    """One product, if the entry that it belongs to is one of the array's."""
    w, how, kind, slides = laid.w, laid.how, laid.kind, len(laid.how.axes)
    (place, group, channel), seen = counters[:3], counters[3 : 3 + slides]
    row, inside = counters[3 + slides], counters[4 + slides :]
    image = summed(w, ("%first", 1), (place, 1))
    entries = [
        summed(w, (i, step), (k, gap), -before)
        for i, k, (step, gap, before) in zip(seen, inside, how.sends, strict=True)
    ]
    good = "true"
    for entry, axis in zip(entries, how.axes, strict=True):
        good = w.put(f"and i1 {good}, {w.put(f'icmp ult i64 {entry}, {axis.out_size}')}")
    here, after = w.fresh_label("met"), w.fresh_label("missed")
    w.do(f"br i1 {good}, label %{here}, label %{after}")
    w.label(here)
    lengths = [[getattr(axis, name) for axis in how.axes] for name in ("size", "window", "out_size")]
    (read, slid, put), (whole, _, out) = ([contiguous(tuple(each)) for each in lengths], map(count, lengths))
    source = summed(w, (image, how.groups * how.sums * whole), (group, how.sums * whole), (channel, whole),
                    *zip(seen, read, strict=True))  # fmt: skip
    weight = summed(w, *zip((group, row, channel), how.weights, strict=True), *zip(inside, slid, strict=True))
    target = summed(w, (image, how.groups * how.rows * out), (group, how.rows * out), (row, out),
                    *zip(entries, put, strict=True))  # fmt: skip
    x, y, z = (w.put(f"load {kind}, ptr {at(w, kind, pointer, each)}")
               for pointer, each in (("%a", source), ("%b", weight), ("%c", target)))  # fmt: skip
    total = w.put(f"fadd {kind} {z}, {w.put(f'fmul {kind} {x}, {y}')}")
    w.do(f"store {kind} {total}, ptr {at(w, kind, '%c', target)}")
    w.do(f"br label %{after}")
    w.label(after)
