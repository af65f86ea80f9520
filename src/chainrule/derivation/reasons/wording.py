"""Words for steps: a node in, how the user would write it and what it holds out.

One idea: what has a name is called by it; what has none is written with the op's own notation, a few steps deep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import CodeLine
from ...ir.library import reference
from ...ir.node import Node, concrete, is_abstract
from ...ir.notation import Strength

_DEEPEST = 4
_MOST_ENTRIES = 4
_LONGEST = 60
_SILENT = frozenset({"broadcast", "mark", "cast"})


def spelled(node: Node, names: Mapping[Node, str], *, whole: bool = False) -> str:
    """A node as the user would write it: its name, a number, or the expression (of `whole`, even if it has a name)."""
    text = _written(node, names, 0, whole)[0].replace("chainrule.ops.norm(", "np.linalg.norm(")
    return text if len(text) <= _LONGEST else f"{node.op.name}(...)"


def _written(node: Node, names: Mapping[Node, str], depth: int, whole: bool = False) -> tuple[str, int]:
    while node.op.name in _SILENT and node not in names:
        node = node.inputs[0]
    if node in names and not whole:
        return names[node], Strength.ATOM
    if not node.inputs:
        return number_text(concrete(node)), Strength.ATOM
    if depth >= _DEEPEST:
        return "...", Strength.ATOM
    form = node.op.written(node).code
    operands = []
    for slot, source in enumerate(node.inputs):
        text, strength = _written(source, names, depth + 1)
        operands.append(f"({text})" if strength < form.demand(slot) else text)
    try:
        return form.template.format(*operands), form.strength
    except (IndexError, KeyError):  # a notation that is filled in by its renderer
        return f"{node.op.name}({', '.join(operands)})", Strength.ATOM


def number_text(value: Any) -> str:
    """A number, or the beginning of an array."""
    if is_array(value):
        return f"array{value.shape}"
    return f"{value:.6g}" if getattr(value, "dtype", None) is None or value.dtype.kind in "fiu" else str(value)


def is_array(value: Any) -> bool:
    """Whether a value has axes."""
    return bool(getattr(value, "shape", ()))


def place_text(index: Sequence[int]) -> str:
    """An entry as Python writes it; nothing for a single number."""
    return f"[{', '.join(map(str, index))}]" if index else ""


def line_text(line: CodeLine | None) -> str:
    """Where: the file, the line and its text."""
    return "" if line is None else str(line)


def entries_where(mask: Any) -> list[tuple[int, ...]]:
    """The first few places where a mask holds."""
    places = reference().argwhere(reference().asarray(mask))[:_MOST_ENTRIES]
    return [tuple(int(each) for each in place) for place in places]


def entry_of(node: Node, index: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """The number of an input that an elementwise op combines at an entry; None where it is not entry by entry."""
    if is_abstract(node):
        return None
    value = reference().asarray(concrete(node))
    return value[index] if value.shape == shape else value[()] if value.shape == () else None


def count_text(count: int, size: int) -> str:
    """How many entries, for the end of a sentence."""
    return "" if size == 1 else f" in {count} of {size} entries"
