"""Parameters in one long vector: the walk in, the pieces that its slices cut the vector into out.

One idea: a vector that is only ever read slice by slice is several variables, each with unit seeds of its own. The rows
for all of it are those of its pieces, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ...ir.library import reference
from ...ir.node import Node
from ...ops.indexing import index_op
from ...ops.movement import reshape_op
from .terms import Frame, Term, Value, number_like

Piece = tuple[int, int]
_FEWEST, _MOST_PIECES = 16, 8  # entries of a vector that is cut; with more pieces the walk is written out too often
_MOST_STEPS = 800  # of all walks together: what takes longer to compile than it saves


def pieces_of(variable: Node, order: Sequence[Node], outputs: Sequence[Node]) -> list[Piece]:
    """The pieces of a vector, each read whole or not at all by every slice; nothing where it is read in another way."""
    readers = [node for node in order if any(each is variable for each in node.inputs)]
    if variable.ndim != 1 or variable.size < _FEWEST or any(each is variable for each in outputs) or not readers:
        return []
    spans = [span_of(node, variable.size) for node in readers]
    ends = {0, variable.size}
    for span in spans:
        if span is None:
            return []
        ends |= set(span)
    line = sorted(ends)
    few = 3 <= len(line) <= _MOST_PIECES + 1 and (len(line) - 1) * len(order) <= _MOST_STEPS
    return list(pairwise(line)) if few else []


def span_of(node: Node, size: int) -> Piece | None:
    """The places that a slice or a number reads; None for any other key."""
    if node.op is not index_op or len(node.inputs) > 1 or len(node.settings["key"]) != 1:
        return None
    kind, *places = node.settings["key"][0]
    if kind == "at":
        place = places[0] % size
        return place, place + 1
    if kind != "slice" or places[2] not in (None, 1):
        return None
    start, stop, _ = slice(*places).indices(size)
    return (start, stop) if start < stop else None


def shape_of(piece: Piece, variable: Node, order: Sequence[Node]) -> tuple[tuple[int, ...], list[Node]]:
    """The shape that every reader gives a piece before anything else, with the nodes where it has it; its own shape,
    and none, where they differ."""
    flat: tuple[int, ...] = (piece[1] - piece[0],)
    slices = [node for node in order if any(each is variable for each in node.inputs)]
    meeting = [each for each in slices if overlaps(span_of(each, variable.size), piece)]
    readers = [node for node in order if any(each is source for each in node.inputs for source in meeting)]
    exact = all(span_of(each, variable.size) == piece and each.ndim for each in meeting)
    shapes = {node.shape for node in readers}
    if not exact or len(shapes) != 1 or any(node.op is not reshape_op for node in readers):
        return flat, []
    return shapes.pop(), readers


def overlaps(span: Piece | None, piece: Piece) -> bool:
    return span is not None and span[0] < piece[1] and piece[0] < span[1]


def read_from(frame: Frame, piece: Piece, node: Node, size: int) -> Value:
    """What a slice reads of the unit seeds of a piece."""
    span = span_of(node, size)
    assert span is not None
    first, last = piece
    if last <= span[0] or span[1] <= first:
        return ()
    one = number_like(1.0, node)
    if not node.ndim:  # a single entry, which is the piece
        return (Term(one, (), ()),)
    if span == piece:
        return (Term(one, (), (0,)),)
    mask = reference().eye(last - first, span[1] - span[0], first - span[0], dtype=node.dtype)
    other = frame.fresh(span[1] - span[0])
    return (Term(mask, (0, other), (other,)),)
