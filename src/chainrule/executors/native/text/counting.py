"""Loops that count: a writer and a number of turns in, a loop begun and ended out.

One idea: whoever writes the body writes it between the two, and a loop of one turn is no loop.
"""

from __future__ import annotations

from typing import TypeAlias

from .writer import Writer

Counted: TypeAlias = tuple[str, str, str, int]


def opened(w: Writer, size: int) -> tuple[Counted, str]:
    """A loop begun: what is needed to end it, and its counter."""
    if size == 1:
        return ("", "", "", 1), "0"
    top, before, counter, following = w.fresh_label("turn"), w.block, w.name(), w.name()
    w.do(f"br label %{top}")
    w.label(top)
    w.do(f"{counter} = phi i64 [0, %{before}], [{following}, %LATCH{top}]")
    return (top, counter, following, size), counter


def closed(w: Writer, loop: Counted) -> None:
    """The loop ended."""
    top, counter, following, size = loop
    if not top:
        return
    after = w.fresh_label("turned")
    w.do(f"br label %LATCH{top}")
    w.label(f"LATCH{top}")
    w.do(f"{following} = add nuw nsw i64 {counter}, 1")
    w.do(f"br i1 {w.put(f'icmp ult i64 {following}, {size}')}, label %{top}, label %{after}")
    w.label(after)
