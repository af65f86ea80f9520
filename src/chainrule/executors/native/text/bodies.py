"""A program as one function, by the way that suits its size.

One idea: what is small is one straight line, what is large is loops; a loop over steps does not care which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..plans.weights import MOST_STEPS, steps
from ..primitives.lowering import Program
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


def body_of(
    program: Program, table: Table, name: str, *, unshared: bool = False, over: Sequence[tuple[int, int]] = ()
) -> Body:
    """The function `name`. `unshared`: no output lies where an input does. `over`: outputs that lie exactly where these
    inputs do."""
    if steps(program) > LIMIT[0]:
        from .looped import Looped  # it writes the bodies of loops over steps with this function

        made = Looped(program, table, name, over)
        text = made.body()
        return Body(text, made.w.needs, made.w.declared, made.size, False, made.calls)
    w, apart = Writer(), "noalias " if unshared else ""
    inputs = [f"%in{slot}" for slot in range(len(program.inputs))]
    outputs = [f"%out{slot}" for slot in range(len(program.outputs))]
    Unrolled(w).run(program, inputs, outputs)
    taken = ", ".join(f"ptr {apart}{each}" for each in (*inputs, *outputs))
    lines = "\n".join(w.lines)
    head = f"define internal i32 @{name}({taken}{', ' if taken else ''}ptr %block, ptr %table) nounwind {{"
    return Body(f"{head}\nentry:\n{lines}\n  ret i32 0\n}}\n", w.needs, w.declared, 0, True, False)
