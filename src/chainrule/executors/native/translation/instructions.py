"""The text for LLVM, read: lines in, functions of blocks of instructions out.

One idea: our own writer made the text, so only what it writes has to be understood. Anything else is refused by name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..primitives.values import UnsupportedError

BEYOND = "beyond"  # of the label of a block that says what is wrong with a place
TYPE = r"(?:<\d+ x \w+>|ptr|float|double|void|i\d+)"
_FLAGS = {
    "noundef",
    "contract",
    "reassoc",
    "nsz",
    "nnan",
    "ninf",
    "nuw",
    "nsw",
    "exact",
    "fast",
    "inbounds",
    "samesign",
    "nneg",
}
_BINARY = {"fadd", "fsub", "fmul", "fdiv", "frem", "add", "sub", "mul", "sdiv", "srem", "udiv", "urem", "and", "or",
           "xor", "shl", "ashr", "lshr"}  # fmt: skip
CASTS = frozenset(
    {"fpext", "fptrunc", "sitofp", "uitofp", "fptosi", "fptoui", "sext", "zext", "trunc", "bitcast", "ptrtoint"}
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line. `result` is empty where there is none; `targets` are labels; `how` what the operation needs to know."""

    op: str
    result: str
    type: str
    args: tuple[str, ...]
    types: tuple[str, ...] = ()
    how: str = ""
    targets: tuple[str, ...] = ()


@dataclass(slots=True)
class Block:
    """A label and the instructions up to a jump."""

    label: str
    body: list[Instruction] = field(default_factory=list)

    @property
    def end(self) -> Instruction:
        return self.body[-1]


@dataclass(slots=True)
class Function:
    """`taken`: the types and names of its parameters, and what is said about each."""

    name: str
    type: str
    taken: list[tuple[str, str, str]]
    blocks: list[Block] = field(default_factory=list)


def functions(text: str) -> dict[str, Function]:
    """Every function that the text defines, by name."""
    found: dict[str, Function] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("define"):
            made = heading(line)
            made.blocks = list(blocks(lines))
            found[made.name] = made
    return found


def tables(text: str) -> dict[str, tuple[str, list[str]]]:
    """Every known array that stands beside the functions: its name, the type of its entries, and these."""
    rows = re.findall(r"^(@[\w.]+) = .*constant \[\d+ x (\w+)\] \[(.*)\]$", text, re.MULTILINE)
    return {name: (kind, [each.split(" ")[1] for each in entries.split(", ")]) for name, kind, entries in rows}


def heading(line: str) -> Function:
    match = re.match(rf"define (?:internal )?(?:fastcc )?({TYPE}) @([\w.$]+)\((.*)\)", line)
    if match is None:
        raise UnsupportedError(f"a function that begins {line!r}")
    taken = []
    for each in parts(match[3]):
        type_, *said, name = each.split(" ") if not each.startswith("<") else vector_parameter(each)
        taken.append((type_, name, " ".join(said)))
    return Function(match[2], match[1], taken)


def vector_parameter(text: str) -> list[str]:
    close = text.index(">") + 1
    return [text[:close], *text[close:].split()]


def blocks(lines: Iterator[str]) -> Iterator[Block]:
    """The blocks up to the closing brace, without those that nothing leads to."""
    found: list[Block] = []
    for line in lines:
        if line.startswith("}"):
            break
        if line and not line.startswith(" "):
            found.append(Block(line.split(":")[0]))
        elif line.strip():
            found = found or [Block("entry")]
            found[-1].body.append(instruction(line.strip()))
    reached, pending = {found[0].label}, [found[0].label]
    by_label = {each.label: each for each in found}
    while pending:
        for target in by_label[pending.pop()].end.targets:
            if target not in reached:
                reached.add(target)
                pending.append(target)
    for each in found:
        if each.label.startswith(BEYOND):
            each.body[:] = [each.end]  # Python would say which place is beyond the end: C says that one is
    yield from joined([each for each in found if each.label in reached])


def joined(found: Sequence[Block]) -> list[Block]:
    """Blocks in which nothing meets, added to the block above that alone leads to them."""
    leading = Counter(target for each in found for target in each.end.targets)
    kept: list[Block] = []
    renamed: dict[str, str] = {}
    for each in found:
        above = kept[-1] if kept else None
        if above is not None and above.end.targets == (each.label,) and leading[each.label] == 1:
            above.body[-1:] = each.body
            renamed[each.label] = above.label
        else:
            kept.append(each)
    for block in kept:
        block.body[:] = [with_origins(each, renamed) if each.op == "phi" else each for each in block.body]
    return kept


def with_origins(each: Instruction, renamed: Mapping[str, str]) -> Instruction:
    return replace(each, how=",".join(renamed.get(label, label) for label in each.how.split(",")))


def parts(text: str) -> list[str]:
    """A list between commas, as far as they are not inside brackets."""
    found, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([{<") - (letter in ")]}>")
        if letter == "," and not depth:
            found.append(text[start:place].strip())
            start = place + 1
    last = text[start:].strip()
    return [*found, last] if last else found


def typed(text: str) -> tuple[str, str]:
    """A type and what follows it."""
    match = re.match(rf"({TYPE}) *(?:noundef |nonnull |noalias )*(.*)", text)
    if match is None:
        raise UnsupportedError(f"an operand {text!r}")
    return match[1], match[2]


def instruction(line: str) -> Instruction:
    """One instruction. Raises UnsupportedError for one that is not known."""
    result, _, rest = line.rpartition(" = ") if re.match(r"%[\w.]+ = ", line) else ("", "", line)
    words = re.sub(r", align \d+$", "", re.sub(r", !.*$", "", rest)).split(" ")
    op = words[0] if words[0] != "tail" else words[1]
    said = " ".join(each for each in words[words.index(op) + 1 :] if each not in _FLAGS)
    if op in _BINARY:
        type_, operands = typed(said)
        return Instruction(op, result, type_, tuple(parts(operands)))
    if op in CASTS:
        source, into = said.rsplit(" to ", 1)
        type_, operand = typed(source)
        return Instruction(op, result, into, (operand,), (type_,))
    reader = _READERS.get(op)
    if reader is None:
        raise UnsupportedError(f"the instruction {op}")
    return reader(op, result, said)


def negation(op: str, result: str, said: str) -> Instruction:
    type_, operand = typed(said)
    return Instruction(op, result, type_, (operand,))


def comparison(op: str, result: str, said: str) -> Instruction:
    how, rest = said.split(" ", 1)
    type_, operands = typed(rest)
    return Instruction(op, result, "i1", tuple(parts(operands)), (type_,), how)


def listed(op: str, result: str, said: str) -> Instruction:
    """Operands with a type each: select, insertelement, extractelement, shufflevector, store, getelementptr, load."""
    found = [typed(each) for each in parts(said)]
    types, args = tuple(each for each, _ in found), tuple(each for _, each in found)
    if op in ("load", "getelementptr"):
        return Instruction(op, result, types[0] if op == "load" else "ptr", args[1:], types[1:], types[0])
    entry = types[0].split(" ")[-1].rstrip(">")
    type_ = {
        "select": types[-1], "extractelement": entry, "shufflevector": f"{types[-1].rpartition(' ')[0]} {entry}>",
    }.get(op, types[0])  # fmt: skip
    return Instruction(op, result, type_, args, types)


def memory(op: str, result: str, said: str) -> Instruction:
    type_, *sizes = parts(said)
    size = next((typed(each)[1] for each in sizes if each.startswith("i64")), "1")
    return Instruction(op, result, "ptr", (size,), (), type_)


def merge(op: str, result: str, said: str) -> Instruction:
    type_, rest = typed(said)
    pairs = [each.strip("[] ").split(", ") for each in parts(rest)]
    origins = ",".join(label.lstrip("%") for _, label in pairs)
    return Instruction(op, result, type_, tuple(value for value, _ in pairs), (), origins)


def jump(op: str, result: str, said: str) -> Instruction:
    labels = tuple(re.findall(r"label %([\w.$]+)", said))
    condition = (typed(parts(said)[0])[1],) if said.startswith("i1") else ()
    return Instruction(op, result, "", condition, targets=labels)


def answer(op: str, result: str, said: str) -> Instruction:
    type_, operand = typed(said)
    return Instruction(op, result, type_, (operand,) if operand else ())


def call(op: str, result: str, said: str) -> Instruction:
    match = re.match(rf"({TYPE}) (?:\([^)]*\) )?([@%][\w.$]+)\((.*)\)", said)
    if match is None:
        raise UnsupportedError(f"the call {said!r}")
    found = [typed(each) for each in parts(match[3])]
    return Instruction(op, result, match[1], tuple(e for _, e in found), tuple(t for t, _ in found), match[2])


_READERS = {
    "fneg": negation, "fcmp": comparison, "icmp": comparison, "select": listed, "insertelement": listed,
    "extractelement": listed, "shufflevector": listed, "store": listed, "getelementptr": listed, "load": listed,
    "alloca": memory, "phi": merge, "br": jump, "ret": answer, "call": call,
}  # fmt: skip
