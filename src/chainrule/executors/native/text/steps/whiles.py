"""While loops: a condition and a step in, a function for each and the loop around them out.

One idea: how long it runs is not known, so the loop asks Python after each step whether the user wants it to stop.
Python may then do anything, call this function again as well, so memory in between belongs to one call alone.
"""

from __future__ import annotations

from ...plans.memory import lines
from ...primitives.values import Value
from ..bodies import body_of
from ..looped import Looped
from ..table import Table
from .repeated import bytes_of, moved


class Awaited:
    """The two functions of one loop, and how they are called in turn."""

    calls = True

    def __init__(self, value: Value, table: Table, name: str) -> None:
        self.value, self.until, self.name = value, value.data.how, name
        asked = body_of(self.until.condition, table, f"{name}_asked")
        made = body_of(self.until.body, table, f"{name}_step")
        self.text = asked.text + made.text
        self.needs, self.declared = asked.needs | made.needs, asked.declared | made.declared
        self.beside = 0 if made.straight else sum(lines(bytes_of(each)) for each in value.data.parts)
        self.inner = max(lines(asked.size), lines(made.size))
        self.room = self.beside + self.inner

    def write(self, outer: Looped, room: str) -> None:
        """The loop, in the function that `outer` writes. The carry lies where it ends; `room`: memory for the steps."""
        w, ends = outer.w, [outer.pointer(each) for each in self.value.data.parts]
        first, second = self.until.held, self.until.held + self.until.consts
        given = [outer.pointer(each) for each in self.value.inputs]
        for value, start, end in zip(self.value.inputs[second:], given[second:], ends, strict=True):
            outer.copy(start, end, bytes_of(value))
        answer = f"%answer{len(outer.allocas)}"
        outer.allocas.append(f"  {answer} = alloca i8")
        block = moved(w, room, str(self.beside)) if self.inner else "null"
        top, body, after = (w.fresh_label(stem) for stem in ("ask", "again", "enough"))
        w.do(f"br label %{top}")
        w.label(top)
        self.call(outer, "asked", [*given[:first], *ends, answer, block, "%table"])
        wanted = w.put(f"icmp ne i8 {w.put(f'load i8, ptr {answer}')}, 0")
        w.do(f"br i1 {wanted}, label %{body}, label %{after}")
        w.label(body)
        self.step(outer, given[first:second], ends, room, block)
        signals = outer.table.load(w, "python", "PyErr_CheckSignals")
        outer.go_on(w.put(f"icmp eq i32 {w.put(f'call i32 {signals}()')}, 0"))
        w.do(f"br label %{top}")
        w.label(after)

    def step(self, outer: Looped, consts: list[str], ends: list[str], room: str, block: str) -> None:
        """One step: over the carry where it is one line, which reads all before it writes; else beside it, and back."""
        targets, offset = list(ends), 0
        if self.beside:
            for place, each in enumerate(self.value.data.parts):
                targets[place] = moved(outer.w, room, str(offset))
                offset += lines(bytes_of(each))
        self.call(outer, "step", [*consts, *ends, *targets, block, "%table"])
        for each, target, end in zip(self.value.data.parts, targets, ends, strict=True):
            if target != end:
                outer.copy(target, end, bytes_of(each))

    def call(self, outer: Looped, which: str, args: list[str]) -> None:
        w = outer.w
        status = w.put(f"call i32 @{self.name}_{which}({', '.join(f'ptr {each}' for each in args)})")
        outer.go_on(w.put(f"icmp eq i32 {status}, 0"))
