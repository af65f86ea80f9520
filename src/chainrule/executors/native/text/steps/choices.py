"""Choices between branches, and checkpoints: a number and programs in, a function for each and the jump to one out.

One idea: a branch is a function that nobody looks into. What is not taken costs nothing, and what a checkpoint computes
is gone when it returns, so that a gradient computes it again, as it was asked to.
"""

from __future__ import annotations

from ...plans.memory import lines
from ...primitives.values import Value
from ..bodies import body_of
from ..looped import Looped
from ..table import Table


class Chosen:
    """The functions of all branches, and how one of them is called."""

    def __init__(self, value: Value, table: Table, name: str) -> None:
        self.value, self.choice, self.name = value, value.data.how, name
        made = [body_of(each, table, f"{name}_branch{place}") for place, each in enumerate(self.choice.branches)]
        self.text = "".join(each.text for each in made)
        self.needs = set[str]().union(*[each.needs for each in made])
        self.declared = set[str]().union(*[each.declared for each in made])
        self.calls = any(each.calls for each in made)
        self.room = max(lines(each.size) for each in made)

    def write(self, outer: Looped, room: str) -> None:
        """The jump, in the function that `outer` writes. `room`: memory for what is in between."""
        w, inputs, parts = outer.w, self.value.inputs, self.value.data.parts
        operands = inputs if self.choice.always else inputs[1:]
        given = [outer.pointer(each) for each in (*operands, *parts)]
        passed = ", ".join(f"ptr {each}" for each in (*given, room if self.room else "null", "%table"))
        if self.choice.always:
            self.call(outer, 0, passed)
            return
        number, after = self.number(outer, inputs[0]), w.fresh_label("chosen")
        for place in range(len(self.choice.branches)):
            here, other = w.fresh_label("branch"), w.fresh_label("other")
            w.do(f"br i1 {w.put(f'icmp eq i64 {number}, {place}')}, label %{here}, label %{other}")
            w.label(here)
            self.call(outer, place, passed)
            w.do(f"br label %{after}")
            w.label(other)
        outer.called(self.value, self.choice.node)  # there is no such branch, and the op says so
        w.do(f"br label %{after}")
        w.label(after)

    def number(self, outer: Looped, index: Value) -> str:
        """The number of the branch."""
        found = outer.w.put(f"load {index.code}, ptr {outer.pointer(index)}")
        if index.code == "i64":
            return found
        return outer.w.put(f"{'zext' if index.code == 'i8' else 'sext'} {index.code} {found} to i64")

    def call(self, outer: Looped, place: int, passed: str) -> None:
        status = outer.w.put(f"call i32 @{self.name}_branch{place}({passed})")
        outer.go_on(outer.w.put(f"icmp eq i32 {status}, 0"))
