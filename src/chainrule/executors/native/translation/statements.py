"""One function in C: its blocks in, lines out.

One idea: loops that count are `for`, other loops are left where they say so, and any other jump is a goto.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .expressions import Expression
from .instructions import Block, Instruction
from .operations import Operations

_COUNTERS = "ijklmnpq"


class Statements:
    """Writes the blocks of one function."""

    def __init__(self, operations: Operations) -> None:
        self.operations, self.text = operations, operations.text
        self.function, self.usage, self.values = operations.function, operations.usage, operations.values
        self.aimed: set[str] = set()  # labels that a goto names
        self.loops: list[int] = []
        self.gone = {name for each in self.usage.counts.values() for name in each.hidden}  # heads of loops say them

    def body(self) -> list[str]:
        """The lines between the braces."""
        self.blocks(0, len(self.function.blocks))
        kept = [line for line in self.text.lines if not line.endswith(":;") or line.strip()[:-2] in self.aimed]
        return [*self.text.early, *kept]

    # Blocks and loops -------------------------------------------------------------------------------------------
    def blocks(self, start: int, stop: int) -> None:
        place = start
        while place < stop:
            end = self.usage.nesting.ends.get(place)
            if end is None or place in self.loops:
                self.block(place)
                place += 1
            else:
                self.loop(place, end)
                place = end + 1

    def loop(self, top: int, end: int) -> None:
        """A loop: `for` where it counts, else one that is left where its last block says so."""
        counted = self.usage.counts.get(top)
        if counted is not None:
            name = self.fresh_counter()
            self.values[counted.counter] = Expression(name)
            step = f"{name}++" if counted.step == "1" else f"{name} += {counted.step}"
            self.text.say(f"for (int64_t {name} = {counted.first}; {name} < {counted.bound}; {step}) {{")
        else:
            self.text.say("for (;;) {")
        self.loops.append(top)
        self.text.depth += 1
        self.blocks(top, end + 1)
        self.text.depth -= 1
        self.loops.pop()
        if counted is not None:
            self.operations.taken.discard(self.values[counted.counter].text)
        self.text.say("}")

    def fresh_counter(self) -> str:
        name = next((each for each in _COUNTERS if each not in self.operations.taken), f"i{len(self.operations.taken)}")
        self.operations.taken.add(name)
        return name

    def block(self, place: int) -> None:
        self.operations.place = place
        block = self.function.blocks[place]
        self.text.lines.append(f"{block.label}:;")
        for each in block.body:
            if each.op == "phi" or each.result in self.gone:
                continue
            if each is block.end:
                self.leave(block, place)
            else:
                self.operations.instruction(each)

    def leave(self, block: Block, place: int) -> None:
        """The end of a block: on to the next one, out of a loop, or back."""
        end = block.end
        if end.op == "ret":
            value = f" {self.operations.value(end.args[0], end.type).whole.text}" if end.args else ""
            self.operations.flush(reads_only=False)
            if value or place + 1 < len(self.function.blocks):
                self.text.say(f"return{value};")
            return
        condition = self.operations.value(end.args[0], "i1") if end.args and end.args[0] not in self.gone else None
        moves = [self.moves(block.label, target) for target in end.targets]
        self.operations.flush(reads_only=False)
        if len(end.targets) == 1:
            self.write_moves(moves[0])
            self.go(end.targets[0], place)
        else:
            self.fork(end.targets, moves, condition, place)

    def fork(
        self, targets: Sequence[str], moves: Sequence[list[str]], condition: Expression | None, place: int
    ) -> None:
        here, there = targets
        places = self.usage.nesting.places
        if condition is None or (self.is_next(there, place) and places[here] <= place):
            self.turn(condition, moves)
            return
        if self.is_next(here, place):
            self.branch(opposite(condition), moves[1], there, place)
            self.write_moves(moves[0])
            return
        self.branch(condition.whole.text, moves[0], here, place)
        self.write_moves(moves[1])
        if not self.is_next(there, place):
            self.go(there, place)

    def turn(self, condition: Expression | None, moves: Sequence[list[str]]) -> None:
        """The end of a loop: back, or on. What its totals were is known after they have been moved on."""
        if condition is None:
            self.write_moves(moves[0])
            return
        asked = condition.within(0)
        if any(re.search(rf"\b{re.escape(each.split(' ')[0])}\b", asked) for each in moves[0]):
            self.text.say(f"bool again = {condition.whole.text};")
            asked = "again"
        self.write_moves(moves[0])
        self.text.say(f"if (!{asked}) {{" if moves[1] else f"if (!{asked})")
        self.text.depth += 1
        self.write_moves([*moves[1], "break;"])
        self.text.depth -= 1
        self.write_moves(["}"] if moves[1] else [])

    def branch(self, condition: str, moves: list[str], target: str, place: int) -> None:
        braces = " {" if moves else ""
        self.text.say(f"if ({condition}){braces}")
        self.text.depth += 1
        self.write_moves(moves)
        self.go(target, place, always=True)
        self.text.depth -= 1
        if moves:
            self.text.say("}")

    def is_next(self, label: str, place: int) -> bool:
        return self.usage.nesting.places[label] == place + 1

    def go(self, label: str, place: int, *, always: bool = False) -> None:
        """To another block: nothing where it comes next, `break` out of the loop around us, else `goto`."""
        target, ends = self.usage.nesting.places[label], self.usage.nesting.ends
        around = self.loops[-1] if self.loops else None
        if around is not None and place == ends[around] and target == around:
            return
        if around is not None and target == ends[around] + 1:
            self.text.say("break;")
        elif always or target != place + 1:
            self.aimed.add(label)
            self.text.say(f"goto {label};")

    def moves(self, origin: str, label: str) -> list[str]:
        """What the values that meet in a block become on the way to it: all at once."""
        found: list[tuple[Expression, Expression]] = []
        block = self.function.blocks[self.usage.nesting.places[label]]
        lines: list[str] = []
        for each in block.body:
            if each.op == "phi" and each.result not in self.gone:
                other = self.operations.meant(each.args[each.how.split(",").index(origin)], each)
                begun = self.begin(each, other.whole.text, self.operations.place)
                if begun is None:
                    found.append((self.meeting(each), other))
                else:
                    lines.append(begun)
        written = [one.text for one, _ in found]
        for slot, (one, other) in enumerate(found):
            text = other.whole.text
            if any(name in text for name in written[:slot]):
                lines.insert(0, f"{self.declared(block, slot)} old_{one.text} = {text};")
                text = f"old_{one.text}"
            lines.append(assignment(one.text, text))
        return [line for line in lines if line]

    def declared(self, block: Block, slot: int) -> str:
        return self.operations.spelled(
            [each for each in block.body if each.op == "phi" and each.result not in self.gone][slot]
        )

    def meeting(self, each: Instruction) -> Expression:
        """The variable of a value that comes from several places."""
        if each.result not in self.values:
            name = self.operations.name(each.result)
            self.values[each.result] = Expression(name, points=self.operations.target(each.type, each.result))
            self.text.declare(f"{self.operations.spelled(each)} {name}")
        return self.values[each.result]

    def begin(self, each: Instruction, text: str, place: int) -> str | None:
        """The declaration of what runs through a loop, before it, if it is read nowhere else."""
        home = self.usage.nesting.paths[place]
        made = self.usage.made[each.result]
        if each.result in self.values or made not in self.usage.nesting.ends or made <= place:
            return None
        if not all(self.usage.nesting.paths[use][: len(home)] == home for use in self.usage.uses[each.result]):
            return None
        name = self.operations.name(each.result if each.type == "ptr" else "%total")
        self.values[each.result] = Expression(name, points=self.operations.target(each.type, each.result))
        return f"{self.operations.spelled(each)} {name} = {text};"

    def write_moves(self, moves: Sequence[str]) -> None:
        for each in moves:
            self.text.say(each)


def opposite(condition: Expression) -> str:
    text = condition.whole.text
    for sign, other in ((" == ", " != "), (" != ", " == ")):
        if text.count(sign) == 1 and "&&" not in text and "||" not in text:
            return text.replace(sign, other)
    return f"!{condition.within(0)}"


def assignment(name: str, text: str) -> str:
    """`x += y` for x = x + y, and nothing for x = x."""
    if text == name:
        return ""
    added = text.removeprefix(f"{name} + ")
    if added != text and not re.search(r" [-+?<>=&|] ", re.sub(r"[\[(][^()\[\]]*[\])]", "", added)):
        return f"{name} += {added};"
    return f"{name} = {text};"
