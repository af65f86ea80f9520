"""Places that a user gives: an array of them in, the same counted from 0 out, or the error that says which is beyond.

One idea: machine code looks at every place before anything is read there. Python is asked only to say what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ....ops.indexing import beyond
from ..primitives.values import Value
from .writer import Writer


def size_of(refused: str) -> int:
    """How long the axis is that places must be within."""
    shape, _, axis = json.loads(refused)
    return int(shape[axis])


def refusal_of(refused: str) -> Callable[[Any], None]:
    """The function that names the first place beyond the end."""
    shape, key, axis = json.loads(refused)
    size = shape[axis]

    def refuse(places: Any) -> None:
        bad = places[(places < -size) | (places >= size)].ravel()[0]
        problem = IndexError(f"index {bad} is out of bounds for axis {axis} with size {size}")
        raise beyond(tuple(shape), tuple(map(tuple, key)), problem)

    return refuse


def checking_function(name: str, value: Value) -> str:
    """`name(to, from)`: every place counted from 0, and whether one is beyond the end."""
    w, size = Writer(), size_of(value.data)
    if not value.size:
        return f"define internal i1 @{name}(ptr %p0, ptr %p1) {{\n  ret i1 false\n}}\n"
    counter, following, bad = w.name(), w.name(), w.name()
    w.do("br label %each")
    w.label("each")
    w.do(f"{counter} = phi i64 [0, %entry], [{following}, %each]")
    place = len(w.lines)
    given = w.put(f"load i64, ptr {w.put(f'getelementptr i64, ptr %p1, i64 {counter}')}")
    from_end = w.put(f"add i64 {given}, {size}")
    found = w.select(w.put(f"icmp slt i64 {given}, 0"), "i64", from_end, given)
    w.do(f"store i64 {found}, ptr {w.put(f'getelementptr i64, ptr %p0, i64 {counter}')}")
    now = w.put(f"or i1 {bad}, {w.put(f'icmp uge i64 {found}, {size}')}")
    w.lines.insert(place, f"  {bad} = phi i1 [false, %entry], [{now}, %each]")
    w.do(f"{following} = add nuw nsw i64 {counter}, 1")
    w.do(f"br i1 {w.put(f'icmp ult i64 {following}, {value.size}')}, label %each, label %after")
    w.label("after")
    w.do(f"ret i1 {now}")
    lines = "\n".join(w.lines)
    return f"define internal i1 @{name}(ptr noalias %p0, ptr noalias readonly %p1) #0 {{\nentry:\n{lines}\n}}\n"
