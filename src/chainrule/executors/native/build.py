"""A graph in, the function that Python calls out: lowering, writing, compiling and loading, in that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...ir.graph import Graph
from .door.entry import Door, DoorWriter, builtin
from .machine import llvm
from .plans.rows import by_rows
from .primitives.lowering import Program, lower
from .primitives.values import UnsupportedError
from .text.bodies import body_of
from .text.mathematics import definition
from .text.table import Table

_MOST_INLINED = 100  # copies of a function of mathematics: with more, compiling takes seconds
_MOST_VALUES = 6000  # a longer program runs as Python: LLVM would take more than a few seconds
ATTRIBUTES = 'attributes #0 = { noinline nounwind "prefer-vector-width"="512" }\n!0 = !{}'


@dataclass(slots=True)
class Written:
    """A program as text in LLVM's language, and the table that it reads."""

    text: str
    table: Table


def write(program: Program, door: Door) -> Written:
    """The whole module. Raises UnsupportedError where a value cannot be computed."""
    table = Table()
    if len(program.order()) > _MOST_VALUES:
        raise UnsupportedError("a program too long to be compiled in a moment")
    program = by_rows(program) or program
    body = body_of(program, table, "body", unshared=True)
    entry = DoorWriter(table, program.inputs, program.outputs, door)
    text = entry.text(body.size)
    return Written(module(text + body.text, body.needs, body.declared), table)


def module(text: str, needs: set[str], declared: set[str]) -> str:
    """The functions with those that they call."""
    parts, declarations = [text], set(declared)
    for need in sorted(needs):
        definition_text, more = definition(need)
        if text.count(f"@cr.{need}(") > _MOST_INLINED:
            definition_text = definition_text.replace("alwaysinline", "noinline")
        parts.append(definition_text)
        declarations |= more
    known = {line for each in parts for line in each.splitlines() if line.startswith("declare")}
    return "\n".join([*parts, *sorted(declarations - known), ATTRIBUTES])


@dataclass(frozen=True, slots=True)
class Code:
    """A written module in memory: as a builtin, and the addresses of what an object is called by."""

    builtin: Any  # keeps the code and the table
    call: int
    table: int


def compiled(name: str, written: Written) -> Code:
    """The module, compiled and loaded."""
    library, entry, call = llvm.load(llvm.compiled(written.text), "entry", "call")
    table, kept = written.table.addresses()
    made = builtin(name, entry, table, (library, kept, written.table.things))
    return Code(made, call, table.ctypes.data)


def compile_program(graph: Graph, name: str, door: Door) -> Code:
    return compiled(name, write(lower(graph), door))


def flat_door(inputs: Sequence[Any], outputs: Sequence[Any]) -> Door:
    """Leaves in, a tuple of outputs out."""
    return Door(tuple(range(len(inputs))), (tuple, tuple(range(len(outputs)))))
