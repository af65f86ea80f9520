"""A false calculation in, the change of it that makes it right out.

One idea: every edit of what is written is computed; of a number that is wrong for certain, the numbers of the document
are tried in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy

from ...errors import ChainruleError
from ...notation.kinds import Context, as_floats
from ...notation.lower import lower_whole
from ...notation.meaning import Literal, everything
from ...notation.surface import Number, Surface
from ..bench import Bench
from ..edits import Edit, Known, edits
from ..points import as_array, as_problem
from ..settling import prepared
from ..trees import rebuilt
from ..writing import latex
from .telling import Slip

_MOST_EDITS = 160


def of_calculation(bench: Bench, place: int, exact: Any) -> Iterator[Slip]:
    """A change of the calculation that gives what is right."""
    tree = bench.claim.sides[place].tree
    if tree is None:
        return
    told = 0
    for edit in islice(edits(tree, Known()), _MOST_EDITS):
        if edit.hole is None and told < 2 and _gives(bench, edit, exact):
            told += 1
            yield Slip(edit.mistake, edit.message, latex(edit.tree))
        elif edit.hole is not None and told < 2 and (filled := _filled(bench, edit, exact)) is not None:
            told += 1
            yield Slip("M16", f"the number {edit.hole.text[edit.hole.start : edit.hole.stop]} should be {filled}")


def _gives(bench: Bench, edit: Edit, exact: Any) -> bool:
    value = _value(bench, edit)
    return (
        value is not None
        and value.size == exact.size
        and bool((numpy.abs(value.reshape(exact.shape) - exact) <= 2e-3 * numpy.max(numpy.abs(exact)) + 1e-9).all())
    )


def _value(bench: Bench, edit: Edit) -> Any:
    try:
        with numpy.errstate(all="ignore"), as_problem():
            meaning = prepared(bench, edit.tree)
            if any(not isinstance(each, Literal) and hasattr(each, "symbol") for each in everything(meaning)):
                return None
            return as_array(as_floats(lower_whole(meaning, Context({}, {}, []))))
    except (ChainruleError, RecursionError):
        return None


def _filled(bench: Bench, edit: Edit, exact: Any) -> str | None:
    """The number that the hole of an edit needs, if one of the document's own does it."""
    for number in sorted(_own_numbers(bench)):
        changed = replace(edit, tree=read_hole(edit.tree, number), hole=None)
        if _gives(bench, changed, exact):
            return f"{number:g}"
    return None


def read_hole(tree: Surface, number: float) -> Surface:
    """The tree of an edit with a number in its hole."""
    if isinstance(tree, Number) and tree.written == "?":
        return Number(f"{abs(number):.15g}", tree.span)

    def put(node: Surface) -> Surface:
        return read_hole(node, number)

    return rebuilt(tree, put)


def _own_numbers(bench: Bench) -> set[float]:
    literals = [
        each for meaning in bench.model.data.values() for each in everything(meaning) if isinstance(each, Literal)
    ]
    return {abs(each.value) for each in literals[:20]}
