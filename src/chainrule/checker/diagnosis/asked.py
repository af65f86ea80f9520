"""A claim about a derivative in, what is differentiated by what out: names, nodes at each point, and the entry.

One idea: slips and paths are spoken of a gradient, so a claim must first be seen to be about one: the first side is a
derivative that is written out, or a name that stands for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy

from ...ir.node import Node
from ...ir.recording import open_recording
from ...notation.kinds import as_floats
from ...notation.lower import lower_whole
from ...notation.meaning import Entry, Index, Literal, Meaning, Variable
from ...notation.surface import Surface
from ..atoms import Atom
from ..bench import Bench
from ..points import Point, as_problem
from ..writing import latex
from .knowing import spellings


@dataclass(frozen=True, slots=True)
class Asked:
    """What a claim is about: `of` is differentiated by `wrt`; `entry` are its indices below the derivative."""

    bench: Bench
    of: str
    wrt: str
    entry: tuple[Meaning, ...]
    of_axes: int
    body: Meaning | None = None  # an expression that is differentiated and has no name

    def places(self, indices: dict[str, int]) -> tuple[int, ...] | None:
        """The entry as numbers that count from 0; None where they are no plain numbers."""
        found = []
        for each in self.entry:
            match each:
                case Index(name) if name in indices:
                    found.append(indices[name] - 1)
                case Literal(_, value) if value == int(value) and value >= 1:
                    found.append(int(value) - 1)
                case _:
                    return None
        return tuple(found)


def asked(bench: Bench, anchor: int) -> Asked | None:
    """What the first side of a claim is the derivative of; None where it is no derivative by one name."""
    meaning = bench.meanings.get(anchor)
    atom, entry = _atom(bench, meaning)
    if atom is None or atom.joined is not None or len(atom.wrt) != 1:
        return None
    of, wrt = atom.of_name or _named(bench, atom), atom.wrt[0].text
    point = bench.points()[0]
    if of not in point.nodes or wrt not in point.nodes or of == wrt:
        return None
    top, low = point.nodes[of].node, point.nodes[wrt].node
    if not isinstance(top, Node) or not isinstance(low, Node):
        return None
    axes = len(top.shape)
    if entry and len(entry) != axes + len(low.shape):
        return None
    return Asked(bench, of, wrt, entry, axes, None if atom.of_name else atom.of)


def _named(bench: Bench, atom: Atom) -> str:
    """An expression that is differentiated, put among the names of every point as it is written."""
    written = atom.of.span.text[atom.of.span.start : atom.of.span.stop].strip()
    for point in bench.points():
        if written not in point.nodes:
            with open_recording(), numpy.errstate(all="ignore"), as_problem():
                point.nodes[written] = as_floats(lower_whole(atom.of, point.context(nodes=True)))
    return written


def _atom(bench: Bench, meaning: Meaning | None) -> tuple[Atom | None, tuple[Meaning, ...]]:
    match meaning:
        case Entry(Variable(symbol) as body, indices):
            if symbol.text in bench.model.derived:
                return _atom(bench, bench.model.derived[symbol.text])[0], indices
            return bench.model.atoms.atom(body), indices
        case Variable(symbol) if symbol.text in bench.model.derived and symbol.text not in bench.model.atoms.table:
            return _atom(bench, bench.model.derived[symbol.text])
        case Variable():
            return bench.model.atoms.atom(meaning), ()
    return None, ()


def node_names(bench: Bench, point: Point) -> dict[Node, str]:
    """The nodes of a point that have a name, with the names as their author writes them in LaTeX."""
    written = spellings(bench.session)
    found: dict[Node, str] = {}
    for name, value in point.nodes.items():
        if isinstance(value.node, Node):
            found.setdefault(value.node, spelled(written, name, bench))
    return found


def spelled(written: dict[str, Surface], name: str, bench: Bench) -> str:
    """A name in LaTeX."""
    if name in written:
        return latex(written[name])
    symbols: dict[str, Any] = {each.symbol.text: each.symbol for each in bench.model.forward}
    symbols |= {each.text: each for each in bench.model.inputs}
    return symbols[name].latex if name in symbols else name
