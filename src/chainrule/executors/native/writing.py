"""A program in, a module in LLVM's language out, with the table of what it looks up.

One idea: the functions of a program, the door to them and the mathematics that they call make one text, which says
everything and names no address.
"""

from __future__ import annotations

from dataclasses import dataclass

from .door import release
from .door.entry import DoorWriter
from .door.many import ManyWriter, is_many
from .door.reading import Door
from .plans.rows import by_rows
from .plans.weights import seconds
from .primitives.lowering import Program
from .primitives.values import UnsupportedError
from .text.bodies import body_of, is_straight
from .text.lines.copies import without_copies
from .text.mathematics import definition
from .text.table import Table

_MOST_INLINED = 100  # copies of a function of mathematics: with more, compiling takes seconds
_MOST_FUNCTIONS = 2500  # no two alike: a program with more loops runs as Python, for LLVM would take half a minute
ATTRIBUTES = 'attributes #0 = { noinline nounwind "prefer-vector-width"="512" }\n!0 = !{}'


@dataclass(slots=True)
class Written:
    """A program as text in LLVM's language, and the table that it reads."""

    text: str
    table: Table
    room: int  # bytes of memory for what is in between


def write(program: Program, door: Door) -> Written:
    """The whole module. Raises UnsupportedError where a value cannot be computed."""
    table, program = Table(), arranged(program)
    over = door.into.over if door.into is not None else ()
    many = is_many(program.inputs, program.outputs, door)
    body = body_of(program, table, "body", unshared=not over, over=over, many=many)
    if door.into is not None and body.calls:
        raise UnsupportedError("arguments that are written over before an op in Python may raise")
    long = not table.needs_python() and seconds(program) > release.LEAST[0]
    entry = (ManyWriter if many else DoorWriter)(table, program.inputs, program.outputs, door)
    text = entry.text(body.size, long=long)
    whole = without_copies(text + body.text)
    if whole.count("\ndefine ") > _MOST_FUNCTIONS and not is_straight(program):
        raise UnsupportedError("a program too long to be compiled in a moment")
    return Written(module(whole, body.needs, body.declared), table, body.size)


def write_alone(program: Program) -> Written:
    """The module without what lets Python in. Raises UnsupportedError where a value cannot be computed."""
    table = Table()
    body = body_of(arranged(program), table, "body", unshared=True)
    return Written(module(without_copies(body.text), body.needs, body.declared), table, body.size)


def arranged(program: Program) -> Program:
    """The program as it is written: row by row where that is all it does."""
    return by_rows(program) or program


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
