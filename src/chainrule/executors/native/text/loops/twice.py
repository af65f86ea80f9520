"""Loops whose functions are fast for most arguments alone: a loop nest in, functions in LLVM's words out.

One idea: the fast loop notes whether it met a stranger, an argument that its functions are not good for. Then all is
computed again, by the same loops with functions that are good for every argument. Nothing is lost by it: a loop reads
nothing that it writes, and starts its sums itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..writer import Writer
    from .nest import Nest


def written(make: Callable[[], Nest], name: str) -> tuple[Nest, str]:
    """The nest, and its function under a name that is called in either case."""
    nest = make()
    nest.w.strangers = []
    text = nest.text(name)
    if not nest.watched:
        return nest, text
    if any(home in nest.written for home in nest.homes.values()):  # an argument is written over: it cannot run again
        nest = make()
        return nest, nest.text(name)
    alone = bool(nest.starts)  # sums that are started before the parts cannot be taken back by one part
    nest, again = make(), make()
    nest.alone = again.alone = alone
    nest.w.strangers = []
    parts = nest.text(f"{name}.fast") + again.text(f"{name}.exact")
    nest.w.needs |= again.w.needs
    nest.w.declared |= again.w.declared
    return nest, parts + either(nest, name)


def either(nest: Nest, name: str) -> str:
    """The function that calls the fast loops, and the exact ones if need be."""
    taken = [f"ptr {pointer}" for pointer in nest.pointers.values()]
    passed = ", ".join([*taken, "i64 %first", "i64 %last"] if nest.shared else taken)
    return (
        f"define internal void @{name}({passed}) nounwind {{\n"
        f"  %met = call i1 @{name}.fast({passed})\n  br i1 %met, label %again, label %done\n"
        f"again:\n  call void @{name}.exact({passed})\n  br label %done\ndone:\n  ret void\n}}\n"
    )


def watch(w: Writer) -> bool:
    """Note whether arguments are strangers; whether there was anything to note."""
    if not w.strangers:
        return False
    met = reduce(partial(w.binary, "or", "i1"), w.strangers, w.put("load i1, ptr %far"))
    w.do(f"store i1 {met}, ptr %far")
    w.strangers.clear()
    return True


def body(lines: list[str], watched: bool) -> tuple[str, str]:
    """The kind of the result, and the lines from the first block to the end."""
    text = "\n".join(lines)
    if not watched:
        return "void", f"entry:\n{text}\n  ret void"
    begun = "entry:\n  %far = alloca i1\n  store i1 false, ptr %far"
    return "i1", f"{begun}\n{text}\n  %met = load i1, ptr %far\n  ret i1 %met"
