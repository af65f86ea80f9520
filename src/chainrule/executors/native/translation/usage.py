"""Who reads what in a function: its blocks in; uses, loops that count, and what pointers point to out.

One idea: a value that is read once, where it was made, needs no name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..primitives.values import UnsupportedError
from .expressions import BYTE, c_type
from .instructions import Function, Instruction
from .nesting import Nesting


@dataclass(frozen=True, slots=True)
class Count:
    """A loop that counts: its counter, the first value, the bound, the step."""

    counter: str
    first: str
    bound: str
    step: str
    hidden: frozenset[str]  # what the head of the loop says


class Usage:
    """Who reads what. After a loop the last value of a running total is read under the total's own name."""

    def __init__(self, function: Function) -> None:
        self.function, self.nesting = function, Nesting(function.blocks)
        drop_unread(function)
        self.made: dict[str, int] = {}
        for place, block in enumerate(function.blocks):
            self.made.update((each.result, place) for each in block.body if each.result)
        self.totals_read_after()
        self.uses: dict[str, list[int]] = defaultdict(list)  # a block for each use
        for place, block in enumerate(function.blocks):
            for each in block.body:
                self.note(each, place)
        self.counts = {top: found for top in self.nesting.ends if (found := self.count(top)) is not None}

    def note(self, each: Instruction, place: int) -> None:
        origins = each.how.split(",") if each.op == "phi" else []
        for slot, name in enumerate(each.args):
            if name.startswith("%"):
                self.uses[name].append(self.nesting.places.get(origins[slot], place) if origins else place)
        if each.op == "call" and each.how.startswith("%"):
            self.uses[each.how].append(place)

    def totals_read_after(self) -> None:
        blocks, ends = self.function.blocks, self.nesting.ends
        for top, end in ends.items():
            leaving = {target for place in range(top, end) for target in blocks[place].end.targets
                       if self.nesting.places[target] > end}  # fmt: skip
            if leaving - {"raised"}:
                continue
            latch = blocks[end].label
            renamed = {}
            for each in blocks[top].body:
                if each.op == "phi" and latch in each.how.split(","):
                    last = each.args[each.how.split(",").index(latch)]
                    if last.startswith("%") and top <= self.made.get(last, -1) <= end:
                        renamed[last] = each.result
            for place, block in enumerate(blocks):
                if not top <= place <= end and block.label != "raised":
                    if any(name in renamed.values() for each in block.body for name in each.args):
                        raise UnsupportedError("what a total was before the last turn of a loop")
                    block.body[:] = [with_names(each, renamed) for each in block.body]

    def count(self, top: int) -> Count | None:
        """The head of a loop that counts up from one number to another, and runs at least once."""
        blocks, end = self.function.blocks, self.nesting.ends[top]
        last = blocks[end].end
        if last.op != "br" or not last.args or last.targets[0] != blocks[top].label:
            return None
        if any(each.op == "phi" for each in blocks[end + 1].body):
            return None  # what is known at the end of a turn is needed behind the loop
        by_name = {each.result: each for place in range(top, end + 1) for each in blocks[place].body}
        asked = by_name.get(last.args[0])
        after = by_name.get(asked.args[0]) if asked is not None and asked.how == "ult" else None
        if asked is None or after is None or after.op != "add" or not asked.args[1].isdigit():
            return None
        counter = by_name.get(after.args[0])
        if counter is None or counter.op != "phi" or counter not in blocks[top].body or not after.args[1].isdigit():
            return None
        first = next(value for value in counter.args if value != after.result)
        ours = len(self.uses[after.result]) == 2 and len(self.uses[asked.result]) == 1
        within = all(top <= place <= end for place in self.uses[counter.result])
        if not (ours and within and first.isdigit() and int(first) < int(asked.args[1])):
            return None
        hidden = frozenset((counter.result, after.result, asked.result))
        return Count(counter.result, first, asked.args[1], after.args[1], hidden)

    def is_read_once(self, name: str, place: int) -> bool:
        return self.uses[name] == [place]

    def is_read_outside(self, name: str, place: int) -> bool:
        """Whether a name that is made in a block is read where the braces around that block have been closed."""
        return not all(self.nesting.is_inside(each, place) for each in self.uses[name])


def drop_unread(function: Function) -> None:
    """Take out what computes something that nothing reads."""
    reads = Counter(name for block in function.blocks for each in block.body for name in (*each.args, each.how))
    dropped = True
    while dropped:
        dropped = False
        for block in function.blocks:
            for each in [each for each in block.body if each.result and not reads[each.result] and each.op != "call"]:
                block.body.remove(each)
                reads.subtract(each.args)
                dropped = True


def with_names(each: Instruction, renamed: Mapping[str, str]) -> Instruction:
    if not renamed or not any(name in renamed for name in each.args):
        return each
    return replace(each, args=tuple(renamed.get(name, name) for name in each.args))


def pointees(function: Function, known: Mapping[str, Mapping[int, str]]) -> dict[str, str]:
    """What each pointer points to, as it is first read. `known`: of the parameters of functions that are called."""
    found: dict[str, str] = {}
    alike: list[tuple[str, str]] = []
    for block in function.blocks:
        for each in block.body:
            if each.op in ("load", "getelementptr"):
                found.setdefault(each.args[0], pointee(each.how))
            elif each.op == "store":
                found.setdefault(each.args[1], pointee(each.types[0]))
            elif each.op == "call":
                taken = known.get(each.how, {})
                for slot, points in taken.items():
                    found.setdefault(each.args[slot], points)
            elif each.op in ("phi", "select") and each.type == "ptr":
                alike += [(each.result, name) for name in each.args[-2:]]
    for one, other in alike * 2:
        both = found.get(one) or found.get(other)
        if both:
            found.setdefault(one, both)
            found.setdefault(other, both)
    return found


def pointee(name: str) -> str:
    if name.startswith("<"):
        return c_type(name.strip("<>").split(" ")[-1])
    return BYTE if name in ("i8", "ptr") else c_type(name)
