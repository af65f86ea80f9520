"""A claim whose sides differ in, one point and one entry where they do out, and the working of what is right.

One idea: a reader believes a number. The witness is the document's own numbers where there are any, else random ones,
with four digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy

from ..derivation.explain import explain_graph
from ..derivation.lines import Derivation
from ..errors import ChainruleError
from ..ir.graph import Graph
from ..ir.node import Node
from ..ir.recording import open_recording
from ..notation.meaning import Meaning, Variable, everything
from .atoms import RAW
from .bench import STYLES, Bench
from .compare import same, usable
from .diagnosis.asked import asked, spelled
from .diagnosis.knowing import spellings
from .model import names_in
from .points import Point, as_array, as_problem
from .results import Witness
from .rulings import Ruling
from .slopes import jacobian

_MOST_NUMBERS, _MOST_NAMES, _MOST_STEPS = 9, 8, 80


def numbers_at(ruling: Ruling) -> Witness | None:
    """One point and one entry where a side differs from the first one; None where there is none to show."""
    bench, place = ruling.bench, ruling.side
    if bench is None or place is None or place not in bench.meanings:
        return None
    anchor = min(bench.meanings)
    for point in _points(bench):
        if bench.claim.sides[place].numeric and not point.given:
            return None
        for style in STYLES[:2]:
            try:
                left, right = (bench.values(each, style, [point]) for each in (anchor, place))
            except ChainruleError:
                continue
            for number, (one, other) in enumerate(zip(left, right, strict=True)):
                if one is not None and other is not None and usable(one, other) and not same(one, other):
                    return _witness(bench, point, number, one, other)
            break
    return None


def _points(bench: Bench) -> Iterator[Point]:
    """The document's own point, then random ones."""
    try:
        own = bench.session.own_point(bench.claim.number)
    except ChainruleError:
        own = None
    if own is not None and not bench.unknown():
        yield own
    yield from bench.points()


def _witness(bench: Bench, point: Point, number: int, right: Any, written: Any) -> Witness:
    at = {} if point.given else dict(_at(bench, point))
    indices = bench.entries(point)[number] if bench.free else {}
    at |= {letter: str(value) for letter, value in indices.items()}
    one, other = numpy.asarray(right, dtype=float), numpy.asarray(written, dtype=float)
    if one.size == other.size and _bare(one) == _bare(other):
        flat = int(numpy.abs(one.ravel() - other.ravel()).argmax())
        shape = one.shape if one.ndim else other.shape
        entry = ",".join(str(int(each) + 1) for each in numpy.unravel_index(flat, shape)) if shape else ""
        return Witness(at, digits(other.ravel()[flat]), digits(one.ravel()[flat]), entry)
    return Witness(at, _array(other), _array(one))


def _bare(array: Any) -> tuple[int, ...]:
    return tuple(size for size in array.shape if size != 1)


def _at(bench: Bench, point: Point) -> Iterator[tuple[str, str]]:
    """The names in the sides with their values, and the derivatives in them, as far as these are short."""
    written = spellings(bench.session)
    sides = sorted(bench.meanings)[1:]
    plain = dict.fromkeys(each.symbol.text for place in sides for each in names_in(bench.meanings[place]))
    names = [each for each in plain if each in point.values]
    shown = [(spelled(written, each, bench), as_array(point.values[each])) for each in names]
    shown += list(_derivatives(bench, point))
    short = [each for each in shown if each[1].size <= _MOST_NUMBERS]
    for name, value in short[:_MOST_NAMES] or shown[:1]:
        yield name, _array(value)


def _derivatives(bench: Bench, point: Point) -> Iterator[tuple[str, Any]]:
    """The derivatives of numbers in all sides but the first."""
    for place in sorted(bench.meanings)[1:]:
        for atom in bench.model.atoms.inside(bench.meanings[place]):
            if atom.joined is not None or atom.name + RAW in _texts(bench.meanings[place]):
                continue
            try:
                yield atom.written, jacobian(point, atom, bench.model.atoms, False)
            except ChainruleError:
                continue


def _texts(meaning: Meaning) -> frozenset[str]:
    return frozenset(each.symbol.text for each in everything(meaning) if isinstance(each, Variable))


def digits(value: float) -> str:
    """A number with four significant digits.

    >>> digits(0.0651882), digits(-2.0), digits(31250.0)
    ('0.06519', '-2', '31250')
    """
    number = float(value)
    if number == 0 or abs(number) < 1e-250:
        return "0"
    if 1e-4 <= abs(number) < 1e6:
        places = max(0, 3 - int(numpy.floor(numpy.log10(abs(number)))))
        text = f"{number:.{places}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, power = f"{number:.3e}".partition("e")
    return rf"{mantissa.rstrip('0').rstrip('.')} \cdot 10^{{{int(power)}}}"


def _array(array: Any) -> str:
    """A short array in digits; of a long one the shape."""
    found = numpy.asarray(array, dtype=float)
    if not found.ndim:
        return digits(float(found))
    if found.size > _MOST_NUMBERS:
        return rf"\text{{random, of shape {' × '.join(map(str, found.shape))}}}"
    if found.ndim == 1:
        return f"({', '.join(map(digits, found))})"
    rows = [" & ".join(map(digits, row)) for row in found.reshape(len(found), -1)]
    return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"


# The worked derivation ------------------------------------------
def working(bench: Bench, anchor: int) -> Derivation | None:
    """The derivation of what a first side is, with numbers; None where it is no gradient of a number."""
    try:
        about = asked(bench, anchor)
        if about is None or about.of_axes or bench.model.open_loss is not None:
            return None
        point = next(_points(bench))
        return _explained(point, about.of, about.wrt)
    except (ChainruleError, ValueError, TypeError, KeyError, IndexError, ArithmeticError, AttributeError):
        return None


def _explained(point: Point, of: str, wrt: str) -> Derivation | None:
    top, low = point.nodes[of].node, point.nodes[wrt].node
    if not isinstance(top, Node) or not isinstance(low, Node):
        return None
    names: Mapping[Node, str] = {
        value.node: name for name, value in reversed(point.nodes.items()) if isinstance(value.node, Node)
    }
    inputs = tuple(node for node in names if not node.inputs)
    graph = Graph(inputs, (top,), names)
    if len(graph.order()) > _MOST_STEPS:
        return None
    with open_recording(), numpy.errstate(all="ignore"), as_problem():
        return explain_graph(graph, (low,), detail="statements")


__all__ = ["digits", "numbers_at", "working"]
