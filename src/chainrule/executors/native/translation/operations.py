"""What instructions do, in C: one after the other in, expressions and statements out.

One idea: an expression waits until it is read, and is given a name where it is read twice, elsewhere, or after
memory has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..machine.special import PREFIX
from ..primitives.values import UnsupportedError
from .expressions import BYTE, SUM, UNARY, Expression, computed, number, parse_level
from .instructions import Function, Instruction
from .outside import BLAS_WORDS, Outside, plain_name
from .usage import Usage, pointee, pointees

_WIDEST = 60  # of an expression that has no name
_DROPPED = ("%table",)


@dataclass(slots=True)
class Lines:
    """What is written so far. `early`: declarations at the top of the function."""

    lines: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    depth: int = 1

    def say(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def declare(self, text: str) -> None:
        self.early.append(f"    {text};")


class Operations:
    """Writes instructions. `names`: of parameters. `known`: what the parameters of other functions point to."""

    def __init__(
        self, function: Function, outside: Outside, names: Mapping[str, str], known: Mapping[str, Mapping[int, str]],
        points: Mapping[int, str],
    ) -> None:  # fmt: skip
        self.function, self.outside, self.known = function, outside, known
        self.usage = Usage(function)
        self.points = pointees(function, known)
        self.points |= {function.taken[slot][1]: each for slot, each in points.items()}
        kinds = {name: kind for kind, name, _ in function.taken}
        self.values = {name: Expression(text, points=self.target(kinds[name], name)) for name, text in names.items()}
        self.taken = set(names.values())
        self.waiting: dict[str, Expression] = {}
        self.text = Lines()
        self.place = 0  # the block that is being written

    def target(self, kind: str, name: str) -> str:
        """What a value points to, if it is a pointer."""
        return self.points.get(name, BYTE) if kind == "ptr" else ""

    def instruction(self, each: Instruction) -> None:
        if each.op == "store":
            value, target = self.value(each.args[0], each.types[0]), self.pointed(each.args[1], pointee(each.types[0]))
            self.flush()
            self.text.say(f"{self.entry(target, each.types[0])} = {value.whole.text};")
        elif each.op == "call":
            self.call(each)
        elif each.op == "alloca":
            self.room(each)
        elif each.op == "insertelement" and each.args[0] not in ("poison", "undef"):
            self.replaced(each)
        else:
            self.keep(each, self.expression(each))

    def expression(self, each: Instruction) -> Expression:
        if each.op == "getelementptr":
            return self.moved(each)
        if each.op == "load":
            return self.loaded(each)
        if each.op in ("insertelement", "shufflevector", "extractelement"):
            return self.arranged(each)
        types = each.types if len(each.types) == len(each.args) else (each.types or (each.type,)) * len(each.args)
        args = [self.value(name, kind) for name, kind in zip(each.args, types, strict=True)]
        if each.op == "bitcast":
            for kind in (each.type, each.types[0]):
                self.outside.type(kind)
            found = computed(each, args)
            self.outside.same_bits(found.text.split("(")[0])
            return found
        return computed(each, args)

    def moved(self, each: Instruction) -> Expression:
        """A pointer further on."""
        if each.args[0] == "%table":
            return Expression(each.args[1], points="table")
        points = BYTE if each.how == "ptr" else pointee(each.how)
        base, index = self.pointed(each.args[0], points), self.value(each.args[1], "i64")
        further = f"{base.index} + {index.within(SUM)}" if base.index else index.within(SUM)
        return Expression(base.text, base.level, base.reads or index.reads, points, further)

    def loaded(self, each: Instruction) -> Expression:
        source = self.values.get(each.args[0])
        if source is not None and source.points == "table":
            return self.outside.thing(int(source.text))
        if each.type == "ptr":
            raise UnsupportedError("a pointer in memory")
        return Expression(self.entry(self.pointed(each.args[0], pointee(each.type)), each.type), reads=True)

    def entry(self, pointer: Expression, kind: str) -> str:
        if kind.startswith("<"):
            return f"*({self.outside.type(kind)}_anywhere *)({pointer.whole.text})"
        if kind == "i8":
            return f"*(int8_t *)({pointer.whole.text})"
        base = f"({pointer.text})" if pointer.level else pointer.text
        return f"{base}[{pointer.index or 0}]"

    def pointed(self, name: str, points: str) -> Expression:
        """A pointer as one to entries of this kind."""
        found = self.value(name, "ptr")
        if found.points == points:
            return found
        return Expression(f"({points} *){found.within(UNARY)}", UNARY, found.reads, points)

    def arranged(self, each: Instruction) -> Expression:
        """Vectors made of one number, and numbers out of vectors."""
        if each.op == "extractelement":
            return Expression(f"{self.value(each.args[0], each.types[0]).within(0)}[{each.args[1]}]")
        if each.op == "insertelement" and each.args[0] in ("poison", "undef") and each.args[2] == "0":
            return self.value(each.args[1], each.types[1])
        if each.op == "shufflevector" and each.args[2] == "zeroinitializer":
            found = self.value(each.args[0], each.types[0])
            return Expression(f"{self.outside.spread(each.types[0])}({found.whole.text})", reads=found.reads)
        if each.op == "shufflevector":
            return self.shuffled(each)
        raise UnsupportedError(f"the instruction {each.op}")

    def replaced(self, each: Instruction) -> None:
        """A vector with one entry changed."""
        whole, entry = self.value(each.args[0], each.types[0]), self.value(each.args[1], each.types[1])
        text = entry.whole.text
        self.named(each, whole, self.usage.is_read_outside(each.result, self.place))
        self.text.say(f"{self.values[each.result].text}[{each.args[2]}] = {text};")

    def part_of_vector(self, each: Instruction) -> None:
        """The first entries of a vector, read or written, as a mask says."""
        stores = each.how.startswith("@llvm.masked.store")
        vector = each.types[0] if stores else each.type
        mask = [bit in ("i1 true", "i1 1") for bit in each.args[3 if stores else 2].strip("<>").split(", ")]
        count = sum(mask)
        if mask != [True] * count + [False] * (len(mask) - count):
            raise UnsupportedError("a mask of any places")
        name, place = (
            self.outside.some(vector, count, stores=stores),
            self.pointed(each.args[int(stores)], pointee(vector)),
        )
        if stores:
            value = self.value(each.args[0], vector).whole.text
            self.flush()
            self.text.say(f"{name}({place.whole.text}, {value});")
        else:
            self.keep(each, Expression(f"{name}({place.whole.text})", reads=True))

    def shuffled(self, each: Instruction) -> Expression:
        """Entries of two vectors, in an order of their own."""
        first = self.value(each.args[0], each.types[0])
        second = first if each.args[1] in ("poison", "undef") else self.value(each.args[1], each.types[1])
        places = ", ".join(re.findall(r"i32 (\d+)", each.args[2]))
        text = f"__builtin_shufflevector({first.whole.text}, {second.whole.text}, {places})"
        return Expression(text, reads=first.reads or second.reads)

    def keep(self, each: Instruction, found: Expression) -> None:
        """An expression waits if it is read once and here; else it gets a name now."""
        outer = self.usage.is_read_outside(each.result, self.place)
        simple = found.points == "table" or (not found.reads and found.text.isidentifier() and not found.index)
        if simple or (self.usage.is_read_once(each.result, self.place) and len(found.whole.text) < _WIDEST):
            self.values[each.result] = found
            if not simple:
                self.waiting[each.result] = found
        elif found.points and not outer and not found.reads and len(found.whole.text) < _WIDEST // 2:
            self.values[each.result] = found  # a place in memory is shorter to say than to name
        elif self.usage.uses[each.result]:
            self.named(each, found, outer)

    def named(self, each: Instruction, found: Expression, outer: bool) -> None:
        name = self.name(each.result)
        self.waiting.pop(each.result, None)
        if outer:
            self.text.declare(f"{self.spelled(each, found.points)} {name}")
            self.text.say(f"{name} = {found.whole.text};")
        else:
            self.text.say(f"{self.spelled(each, found.points)} {name} = {found.whole.text};")
        self.values[each.result] = Expression(name, points=found.points)

    def spelled(self, each: Instruction, points: str = "") -> str:
        if each.type == "ptr":
            return f"{points or self.points.get(each.result, BYTE)} *"
        return self.outside.type(each.type)

    def name(self, result: str) -> str:
        name = result.lstrip("%").replace(".", "_")
        stem, number_ = name, 2
        while name in self.taken:
            name, number_ = f"{stem}{number_}", number_ + 1
        self.taken.add(name)
        return name

    def flush(self, *, reads_only: bool = True) -> None:
        """Give names to what waits and would read memory after it has changed, or in another block."""
        by_name = {each.result: each for each in self.function.blocks[self.place].body}
        for name, found in list(self.waiting.items()):
            if name in self.waiting and (found.reads or not reads_only):
                self.named(by_name[name], found, self.usage.is_read_outside(name, self.place))

    def room(self, each: Instruction) -> None:
        name, points = self.name(each.result), self.points.get(each.result, pointee(each.how))
        self.text.declare(f"_Alignas(64) {points} {name}[{each.args[0]}]")
        self.values[each.result] = Expression(name, points=points)

    # Calls and operands -----------------------------------------------------------------------------------------
    def call(self, each: Instruction) -> None:
        if each.how.startswith("@llvm.memcpy"):
            target, source, size = (self.value(name, kind).whole.text for name, kind in
                                    zip(each.args[:3], each.types[:3], strict=True))  # fmt: skip
            self.flush()
            self.text.say(f"memcpy({target}, {source}, {size});")
            return
        if each.how.startswith("@llvm.memset"):
            target, byte, size = (self.value(name, kind).whole.text for name, kind in
                                  zip(each.args[:3], each.types[:3], strict=True))  # fmt: skip
            self.flush()
            self.text.say(f"memset({target}, {byte}, {size});")
            return
        if each.how.startswith("@llvm.vector.reduce.fadd"):
            start, vector = (self.value(name, kind) for name, kind in zip(each.args, each.types, strict=True))
            text = f"{self.outside.total(each.types[1])}({start.whole.text}, {vector.whole.text})"
            self.keep(each, Expression(text, reads=start.reads or vector.reads))
            return
        if each.how.startswith("@llvm.masked."):
            self.part_of_vector(each)
            return
        name = self.callee(each.how)
        if name == "PyErr_CheckSignals":  # Python is not there to be asked
            self.values[each.result] = Expression("0")
            return
        text = f"{name}({', '.join(self.passed(each))})"
        pure = each.how.startswith(("@llvm.", "@cr.")) or (
            each.how not in self.known and each.type in ("float", "double")
        )
        if pure:
            reads = any(self.values[arg].reads for arg in each.args if arg in self.values)
            self.keep(each, Expression(text, reads=reads))
            return
        self.flush()
        if each.result and self.usage.uses[each.result]:
            self.named(
                each, Expression(text, points=self.points.get(each.result, BYTE) if each.type == "ptr" else ""), False
            )
        else:
            self.text.say(f"{text};")

    def callee(self, how: str) -> str:
        if how.startswith("@llvm."):
            return self.outside.intrinsic(how)
        if how.startswith(f"@{PREFIX}"):
            raise UnsupportedError(f"{how.removeprefix(f'@{PREFIX}')}, which SciPy computes")
        if how.startswith("%"):
            return self.values[how].text
        return plain_name(how)

    def passed(self, each: Instruction) -> Iterator[str]:
        taken = self.known.get(each.how, {})
        blas = self.callee(each.how).partition("cblas_")[2]
        for slot, (name, kind) in enumerate(zip(each.args, each.types, strict=True)):
            if name in _DROPPED:
                continue
            if kind == "ptr" and slot in taken and name != "null":
                yield self.pointed(name, taken[slot]).whole.text
            elif kind == "ptr" and blas:
                yield self.pointed(name, "double" if blas[0] == "d" else "float").whole.text
            elif blas and name in BLAS_WORDS and kind == "i32":
                yield BLAS_WORDS[name]
            else:
                yield self.value(name, kind).whole.text

    def meant(self, name: str, each: Instruction) -> Expression:
        """An operand as what another value is: of its type, and pointing to the same."""
        return (
            self.pointed(name, self.points.get(each.result, BYTE))
            if each.type == "ptr"
            else self.value(name, each.type)
        )

    def value(self, name: str, kind: str) -> Expression:
        """An operand. One that waited is used up."""
        if name.startswith("%"):
            self.waiting.pop(name, None)
            if name not in self.values:
                raise UnsupportedError(f"the value {name}")
            return self.values[name]
        if name.startswith("@"):
            return self.outside.table(name)
        text = number(name, kind)
        if text is None:
            raise UnsupportedError(f"the operand {name}")
        return Expression(text, parse_level(text))
