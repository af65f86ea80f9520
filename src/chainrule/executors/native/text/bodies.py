"""A program as one function, by the way that suits its size.

One idea: what is small is one straight line, what is large is loops; a loop over steps does not care which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..plans.weights import MOST_STEPS, steps
from ..primitives.lowering import Program
from .pieces import cut
from .table import Table
from .unrolled import Unrolled
from .writer import Writer


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a function, what it needs from its module, the bytes of memory that it asks for."""

    text: str
    needs: set[str]
    declared: set[str]
    size: int
    straight: bool
    calls: bool  # Python, which may call the same function again


LIMIT = [MOST_STEPS]  # how many steps are written as one line
MOST_LINES = 1500  # of one function: a longer line is cut
FEWEST_LONG = 1000  # values of a program that is long, and as one line in pieces still better than loops


def body_of(
    program: Program, table: Table, name: str, *, unshared: bool = False, over: Sequence[tuple[int, int]] = ()
) -> Body:
    """The function `name`. `unshared`: no output lies where an input does. `over`: outputs that lie exactly where these
    inputs do."""
    if not is_straight(program):
        from .looped import Looped  # it writes the bodies of loops over steps with this function

        made = Looped(program, table, name, over)
        text = made.body()
        return Body(text, made.w.needs, made.w.declared, made.size, False, made.calls)
    w, apart = Writer(), "noalias " if unshared else ""
    inputs = [f"%in{slot}" for slot in range(len(program.inputs))]
    outputs = [f"%out{slot}" for slot in range(len(program.outputs))]
    Unrolled(w).run(program, inputs, outputs)
    taken = ", ".join(f"ptr {apart}{each}" for each in (*inputs, *outputs))
    head = f"define internal i32 @{name}({taken}{', ' if taken else ''}ptr %block, ptr %table) nounwind {{\nentry:"
    functions: Sequence[str] = ()
    lines, size = "\n".join(w.lines), 0
    if len(w.lines) > MOST_LINES:
        functions, calls, size = cut(w.lines, [*inputs, *outputs], name)
        lines = "\n".join(calls)
    text = "".join([f"{head}\n{lines}\n  ret i32 0\n}}\n", *functions])
    return Body(text, w.needs, w.declared, size, True, False)


def is_straight(program: Program) -> bool:
    """Whether a program is written as one line: it is small, or it is long and made of single numbers."""
    found = steps(program)
    if found <= LIMIT[0]:
        return True
    order = program.order()
    return (
        LIMIT[0] >= 0
        and len(order) > FEWEST_LONG
        and sum(each.size for each in order) <= 2 * len(order)
        and not any(each.kind in ("call", "bundle") for each in order)
    )
