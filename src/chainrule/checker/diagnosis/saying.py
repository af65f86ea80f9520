"""An expression over named nodes in, LaTeX in the author's names out.

One idea: the engine reduces a derivative to matrix form; what it writes is read again as the author's own side would
be, so that nothing is proposed which could not have been written on the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...derivation.formulas.forms import Setting, find_form
from ...derivation.formulas.gathering import gather, length
from ...ir.graph import topological_order
from ...ir.node import Node
from ...ir.types import symbolic_shapes
from ...transforms.simplify import simplify
from ..claims import tree_or_none
from ..limits import GRAPH
from ..slips import Words
from ..spelling import uniform
from ..writing import latex, shorter

_LONGEST, _MOST_NAMES = 160, 14
_BRACES = r"\{\\partial [^{}]*(?:\{[^{}]*\}[^{}]*)*\}"
_SCRIPTED = re.compile(rf"(\\frac{_BRACES}{_BRACES})(?=\s*[\^_])")


def said(expression: Any, names: Mapping[Node, str], sizes: Mapping[str, int]) -> str:
    """An expression as LaTeX in these names; nothing where it has no short form."""
    if not isinstance(expression, Node):
        return ""
    if _size(expression, names) > GRAPH:
        return ""
    with symbolic_shapes():
        bare = simplify(expression, list(names))
        if bare in names:
            return names[bare]
        letters = {size: letter for letter, size in sizes.items()}
        form = find_form(expression, (), Setting(frozenset(names), letters))
        if form.residues is None or len(form.free) > 2:
            return ""
        found = gather(form.residues, form.free, form.known)
    if length(found, dict(names)) > _MOST_NAMES:
        return ""
    return tidy(Words({**names}, True).formula(found, _LONGEST).strip("$"), letters)


def _size(expression: Node, names: Mapping[Node, str]) -> int:
    """How many signs and names an expression has when it is written out."""
    found: dict[Node, int] = dict.fromkeys(names, 1)
    for node in topological_order([expression], list(names)):
        if node not in found:
            found[node] = 1 + sum(found[each] for each in node.inputs)
    return found[expression]


def tidy(text: str, sizes: Mapping[int, str]) -> str:
    """LaTeX as the checker writes it, with letters for sizes; nothing where it does not read."""
    for size, letter in sizes.items():
        text = re.sub(rf"(?<!\d){size}(?!\d)", letter if len(letter) == 1 else f"{{{letter}}}", text)
    tree = tree_or_none(_SCRIPTED.sub(r"\\left( \1 \\right)", text))
    return "" if tree is None else latex(shorter(uniform(tree)))
