"""A program as one function, by the way that suits its size.

One idea: what is small is one straight line, what is large is loops; a loop over steps does not care which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..plans.weights import MOST_STEPS, steps
from ..primitives.lowering import Program
from .lines.pieces import cut, from_leaves
from .lines.unrolled import Unrolled
from .table import Table
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
    program: Program, table: Table, name: str, *, unshared: bool = False, over: Sequence[tuple[int, int]] = (),
    many: bool = False,
) -> Body:  # fmt: skip
    """The function `name`. `unshared`: no output lies where an input does. `over`: outputs that lie exactly where these
    inputs do. `many`: it takes one pointer to all pointers."""
    if not is_straight(program):
        from .looped import Looped  # it writes the bodies of loops over steps with this function

        made = Looped(program, table, f"{name}_apart" if many else name, over)
        text = made.body() + (taken_apart(program, name) if many else "")
        return Body(text, made.w.needs, made.w.declared, made.size, False, made.calls)
    w, apart = Writer(), "noalias " if unshared else ""
    leaves = pointers_of(program)
    Unrolled(w).run(program, leaves[: len(program.inputs)], leaves[len(program.inputs) :])
    taken = ["ptr %leaves"] if many else [f"ptr {apart}{each}" for each in leaves]
    head = f"define internal i32 @{name}({', '.join([*taken, 'ptr %block', 'ptr %table'])}) nounwind {{\nentry:"
    functions: Sequence[str] = ()
    lines, size = w.lines, 0
    if len(w.lines) > MOST_LINES:
        functions, lines, size = cut(w.lines, leaves, name, gathered=many)
    elif many:
        lines = [*fetched(leaves), *w.lines]
    text = "\n".join([head, *lines, "  ret i32 0\n}\n", *functions])
    return Body(text, w.needs, w.declared, size, True, False)


def pointers_of(program: Program) -> list[str]:
    """What the pointers to the inputs and to the outputs are called."""
    inputs = [f"%in{slot}" for slot in range(len(program.inputs))]
    return inputs + [f"%out{slot}" for slot in range(len(program.outputs))]


def fetched(leaves: Sequence[str]) -> list[str]:
    """Lines that load all pointers from `%leaves`."""
    return [line for place, each in enumerate(leaves) for line in from_leaves(each, place)]


def taken_apart(program: Program, name: str) -> str:
    """A function that takes one pointer to all pointers, and hands them on one by one."""
    leaves = pointers_of(program)
    passed = ", ".join(f"ptr {each}" for each in (*leaves, "%block", "%table"))
    lines = [*fetched(leaves), f"  %status = call i32 @{name}_apart({passed})", "  ret i32 %status"]
    body = "\n".join(lines)
    return f"define internal i32 @{name}(ptr %leaves, ptr %block, ptr %table) nounwind {{\nentry:\n{body}\n}}\n"


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
