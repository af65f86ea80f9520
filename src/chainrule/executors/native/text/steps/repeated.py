"""Loops over steps: a scan in, a function for its step and the loop around it out.

One idea: a step reads its carry and writes the next one where the following step will read it: over the old one where
the step is one line, beside it where it is loops, and into the tape where the carries are kept. Nothing is copied.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...plans.memory import lines
from ...plans.weights import operations
from ...primitives.values import Value
from ..bodies import body_of
from ..looped import Looped
from ..loops.sharing import apart
from ..parts import Split, split_of, write_in_parts
from ..table import Table
from ..writer import Writer

_SPEED = 5e9  # operations a second of steps that follow each other, roughly


class Repeated:
    """The step of one loop as a function, and how it is called again and again."""

    def __init__(self, value: Value, table: Table, name: str) -> None:
        self.value, self.loop, self.name = value, value.data.how, name
        made = body_of(self.loop.body, table, name)
        self.text, self.needs, self.declared, self.inner = made.text, made.needs, made.declared, made.size
        self.calls = made.calls
        parts = value.data.parts
        carries, outputs = self.loop.carries, len(self.loop.body.outputs)
        self.ends, self.entries, self.saved = parts[:carries], parts[carries:outputs], parts[outputs:]
        self.beside = not made.straight and not self.saved  # two places for each carry, taken in turn
        self.room = lines(self.inner) + sum(lines(bytes_of(each)) for each in self.ends) * self.beside
        may_raise = self.calls or "label %raised" in made.text
        self.split = None if carries or may_raise else split_of(self.loop.length, self.seconds())
        if self.split is not None:
            self.room = apart(self.inner) * self.split.parts

    def seconds(self) -> float:
        """About how long one thread takes for all steps."""
        return float(self.loop.length * operations(self.loop.body)) / _SPEED

    def write(self, outer: Looped, room: str) -> None:
        """The loop, in the function that `outer` writes. `room`: memory for the steps."""
        if self.split is not None:
            self.share(outer, room, self.split)
            return
        loop, w = self.loop, outer.w
        first, second = self.places(outer, room)
        self.start(outer, first)
        if not loop.length:
            return
        consts, _, xs = self.groups(self.value.inputs)
        fixed, kept, ends = (self.pointers(outer, each) for each in (consts, self.saved, self.ends))
        along, out = self.rows(outer, xs), self.rows(outer, self.entries)
        top, after, latch, before = *(w.fresh_label(stem) for stem in ("step", "stepped", "latch")), w.block
        counter, following = w.name(), w.name()
        turns = [(w.name(), w.name()) for _ in self.ends] if self.beside else []
        w.do(f"br label %{top}")
        w.label(top)
        w.do(f"{counter} = phi i64 [0, %{before}], [{following}, %{latch}]")
        for (now, then), one, other in zip(turns, first, second, strict=bool(turns)):
            w.do(f"{now} = phi ptr [{one}, %{before}], [{then}, %{latch}]")
            w.do(f"{then} = phi ptr [{other}, %{before}], [{now}, %{latch}]")
        place = w.put(f"sub i64 {loop.length - 1}, {counter}") if loop.reverse else counter
        carried, next_ones = self.carries(w, turns, kept, ends, counter, place)
        args = [*fixed, *carried, *(row(w, *each, place) for each in along), *next_ones]
        args += [row(w, *each, place) for each in out]
        block = moved(w, room, str(self.room - lines(self.inner))) if self.inner else "null"
        status = w.put(f"call i32 @{self.name}({', '.join(f'ptr {each}' for each in (*args, block, '%table'))})")
        outer.go_on(w.put(f"icmp eq i32 {status}, 0"))
        w.do(f"br label %{latch}")
        w.label(latch)
        w.do(f"{following} = add nuw nsw i64 {counter}, 1")
        w.do(f"br i1 {w.put(f'icmp ult i64 {following}, {loop.length}')}, label %{top}, label %{after}")
        w.label(after)

    def share(self, outer: Looped, room: str, split: Split) -> None:
        """The loop by several threads: no step needs another one, and each part has memory of its own."""
        fixed = self.pointers(outer, self.groups(self.value.inputs)[0])
        rows = [*self.rows(outer, self.groups(self.value.inputs)[2]), *self.rows(outer, self.entries)]
        pointers = [*fixed, *(each for each, _ in rows), room if self.inner else "null", "%table"]
        own = {len(pointers) - 2: apart(self.inner)} if self.inner else {}
        outer.functions.append(self.some([f"%p{place}" for place in range(len(pointers))], [size for _, size in rows]))
        name = f"{self.name}_steps"
        outer.functions.append(write_in_parts(outer.w, outer.table, outer.allocas, name, pointers, split, own))

    def some(self, pointers: list[str], sizes: list[int]) -> str:
        """`name_steps(pointers, first, last)`: the steps of one part."""
        w = Writer()
        fixed, moving = pointers[: -len(sizes) - 2], pointers[-len(sizes) - 2 : -2]
        w.do("br label %step")
        w.label("step")
        w.do("%turn = phi i64 [%first, %entry], [%following, %step]")
        args = [
            *fixed,
            *(row(w, each, size, "%turn") for each, size in zip(moving, sizes, strict=True)),
            *pointers[-2:],
        ]
        w.do(f"%status = call i32 @{self.name}({', '.join(f'ptr {each}' for each in args)})")
        w.do("%following = add nuw nsw i64 %turn, 1")
        w.do("%more = icmp ult i64 %following, %last")
        w.do("br i1 %more, label %step, label %end")
        w.label("end")
        w.do("ret void")
        taken, lines_ = ", ".join(f"ptr {each}" for each in pointers), "\n".join(w.lines)
        return f"define internal void @{self.name}_steps({taken}, i64 %first, i64 %last) #0 {{\nentry:\n{lines_}\n}}\n"

    def start(self, outer: Looped, first: Sequence[str]) -> None:
        """Put what the loop starts from where its first step reads it."""
        loop, targets = self.loop, list(first)
        if not loop.length:
            targets = self.pointers(outer, self.ends)
        elif self.saved:
            last = loop.length - 1 if loop.reverse else 0
            targets = [
                moved(outer.w, each, str(bytes_of(end) * last))
                for each, end in zip(self.pointers(outer, self.saved), self.ends, strict=True)
            ]
        for value, target in zip(self.groups(self.value.inputs)[1], targets, strict=True):
            outer.copy(outer.pointer(value), target, bytes_of(value))

    def rows(self, outer: Looped, values: Sequence[Value]) -> list[tuple[str, int]]:
        """Where arrays with a row for each step lie, and how long a row is."""
        return [(outer.pointer(each), bytes_of(each) // self.loop.length) for each in values]

    def groups(self, inputs: Sequence[Value]) -> tuple[Sequence[Value], Sequence[Value], Sequence[Value]]:
        """Constants, carries, and what is run along."""
        start, stop = self.loop.consts, self.loop.consts + self.loop.carries
        return inputs[:start], inputs[start:stop], inputs[stop:]

    def pointers(self, outer: Looped, values: Sequence[Value]) -> list[str]:
        return [outer.pointer(each) for each in values]

    def places(self, outer: Looped, room: str) -> tuple[list[str], list[str]]:
        """Where the carries of the first and the second step lie, so that the last lies where it should."""
        ends = self.pointers(outer, self.ends)
        if not self.beside:
            return ends, ends
        others, offset = [], 0
        for each in self.ends:
            others.append(moved(outer.w, room, str(offset)))
            offset += lines(bytes_of(each))
        return (ends, others) if self.loop.length % 2 == 0 else (others, ends)

    def carries(
        self, w: Writer, turns: Sequence[tuple[str, str]], kept: Sequence[str], ends: Sequence[str], counter: str,
        place: str,
    ) -> tuple[list[str], list[str]]:  # fmt: skip
        """Where this step reads its carry, and where it writes the next one."""
        if turns:
            return [now for now, _ in turns], [then for _, then in turns]
        if not kept:
            return list(ends), list(ends)
        last = w.put(f"icmp eq i64 {counter}, {self.loop.length - 1}")
        beyond = w.put(f"{'sub' if self.loop.reverse else 'add'} i64 {place}, 1")
        sizes = [bytes_of(each) for each in self.ends]
        now = [row(w, each, size, place) for each, size in zip(kept, sizes, strict=True)]
        following = [row(w, each, size, beyond) for each, size in zip(kept, sizes, strict=True)]
        then = [w.put(f"select i1 {last}, ptr {end}, ptr {each}") for end, each in zip(ends, following, strict=True)]
        return now, then


def bytes_of(value: Value) -> int:
    return value.size * value.dtype.itemsize


def moved(w: Writer, pointer: str, offset: str) -> str:
    return pointer if offset == "0" else w.put(f"getelementptr i8, ptr {pointer}, i64 {offset}")


def row(w: Writer, pointer: str, size: int, place: str) -> str:
    """One row of an array with rows of so many bytes."""
    return moved(w, pointer, w.put(f"mul i64 {place}, {size}"))
