"""Bound indices in, how far each of them runs out.

One idea: an index runs as far as its limits say; where nothing is said, as far as the axis it stands on, or the index
it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ..errors import LimitError, ParseError, ShapeError, TextSpan
from . import limits
from .entries import WriteOut, moving
from .kinds import Context, Run, Value
from .meaning import Comparison, Entry, Index, Literal, Meaning, Over, Total, Variable, everything

Lower: TypeAlias = Callable[[Meaning, Context], Value]


def find_runs(
    names: tuple[str, ...],
    ends: tuple[Meaning | None, Meaning | None],
    body: Meaning,
    span: TextSpan,
    context: Context,
    lower: Lower,
) -> dict[str, Run]:
    """How far indices run: as limits say, or as the axes that they stand on. Raises ParseError where neither does."""
    context.step(span)
    first = limit_number(ends[0], context) if ends[0] is not None else None
    last = limit_number(ends[1], context) if ends[1] is not None else None
    runs: dict[str, Run] = {}
    if len(names) == 1 and first is not None and last is not None:
        return {names[0]: bounded(first, last, span)}
    start = 1 if first is None or len(names) > 1 else first
    for name in names:
        if last is not None and len(names) == 1:
            runs[name] = bounded(start, last, span)
    context = context.binding(_inner_runs(body, context, lower))
    for moved in (False, True):
        for name in names:
            if name not in runs and (size := _size(name, body, context.binding(runs), lower, moved)) is not None:
                _refuse_clash(name, body, context.binding(runs), lower)
                _refuse_none(name, size, span)
                runs[name] = Run(max(size - max(start - 1, 0), 0), start)
    for name in names:
        if name not in runs:
            raise ParseError(
                given=f"the index {name}",
                where=span,
                expected="an index that stands below a name whose shape is known",
                remedy=f"give its limits, such as {name}=1 and an upper limit, or the shapes (--shapes)",
            )
    return runs


def _refuse_none(name: str, size: int, span: TextSpan) -> None:
    if size < 1:
        raise ShapeError(
            given=f"the index {name}, for which no place is left", where=span,
            expected="an array in which an index such as i + k fits at least once",
            remedy="give the sizes all as numbers or all as letters, with the array as long as the weights at least",
        )  # fmt: skip


def _refuse_clash(name: str, body: Meaning, context: Context, lower: Lower) -> None:
    """Raises ShapeError, naming both places, where an index without limits stands on axes that differ in size."""
    places = [
        (shape[place], each)
        for each in everything(body) if isinstance(each, Entry)
        for place, index in enumerate(each.indices) if isinstance(index, Index) and index.name == name
        if (shape := _shape(each.body, context, lower)) is not None and place < len(shape)
    ]  # fmt: skip
    other = next((each for each in places if each[0] != places[0][0]), None)
    if other is not None:
        first, second = places[0][1].span, other[1].span
        counts = [context.write_shape((size,)).strip("(,)") for size in (places[0][0], other[0])]
        raise ShapeError(
            given=f"the index {name}, running to {counts[0]} in {_text(first)} and to {counts[1]} in {_text(second)}",
            where=TextSpan(first.text, min(first.start, second.start), max(first.stop, second.stop)),
            expected="axes of one size below one index",
            remedy=f"correct the shapes, exchange the indices, or give the limits of {name}",
        )


def _text(span: TextSpan) -> str:
    return " ".join(span.text[span.start : span.stop].split())


def _inner_runs(body: Meaning, context: Context, lower: Lower) -> dict[str, Run]:
    """How far the indices of sums inside the body run, where that does not depend on the index in question."""
    found: dict[str, Run] = {}
    for each in everything(body):
        if isinstance(each, Over):
            try:
                found |= find_runs(each.indices, (each.first, each.last), each.body, each.span, context, lower)
            except (ParseError, WriteOut):  # it does depend on it
                continue
    return found


def bounded(first: int, last: int, span: TextSpan) -> Run:
    if last - first + 1 > limits.ENTRIES or last < first - 1:
        raise LimitError(given=f"a sum from {first} to {last}", where=span,
                         expected=f"at most {limits.ENTRIES:,} terms, the first limit not above the last")  # fmt: skip
    return Run(last - first + 1, first)


def limit_number(node: Meaning, context: Context) -> int | None:
    """A limit as a number; None when it is a letter of which only the sum knows the size."""
    match node:
        case Literal(_, value) if value == int(value):
            return int(value)
        case Variable(symbol):
            found = context.names.get(symbol.text)
            if found is not None and found.ndim == 0:
                return _as_whole(found.node, node)
            return context.sizes.get(symbol.text)
        case Total(pairs):
            parts = [limit_number(each, context) for _, each in pairs]
            signs = [-1 if sign == "-" else 1 for sign, _ in pairs]
            return None if None in parts else sum(s * (p or 0) for s, p in zip(signs, parts, strict=True))
        case Index(name) if isinstance(run := context.indices.get(name), int):
            return run
        case Index():
            raise WriteOut  # the limit moves with another index
        case _:
            raise ParseError(given="this limit of a sum", where=node.span, expected="a whole number or a letter")


def _as_whole(node: Any, place: Meaning) -> int:
    value = node if isinstance(node, int | float) else getattr(node, "value", node)
    if value is None or float(value) != int(value):
        raise ParseError(
            given="a limit of a sum that is not a whole number", where=place.span, expected="a whole number"
        )
    return int(value)


def _size(name: str, body: Meaning, context: Context, lower: Lower, moved: bool) -> int | None:
    """How long the axis is that an index stands on; with `moved`, an index in a sum such as `i + k`."""
    for each in everything(body):
        if not isinstance(each, Entry):
            continue
        for place, index in enumerate(each.indices):
            plain = isinstance(index, Index) and index.name == name
            if plain and not moved and (shape := _shape(each.body, context, lower)) is not None and place < len(shape):
                return shape[place]
            if moved and not plain and (found := _moved_size(name, index, each, place, context, lower)) is not None:
                return found
    return _compared_size(name, body, context) if moved else None


def _compared_size(name: str, body: Meaning, context: Context) -> int | None:
    """`j != i` under a sum: i runs as far as j."""
    for each in everything(body):
        if isinstance(each, Comparison) and isinstance(each.left, Index) and isinstance(each.right, Index):
            other = {each.left.name: each.right.name, each.right.name: each.left.name}.get(name)
            run = context.indices.get(other) if other is not None else None
            if isinstance(run, Run):
                return run.size
    return None


def _moved_size(name: str, index: Meaning, entry: Entry, place: int, context: Context, lower: Lower) -> int | None:
    """`x_{i+k}`: as many i as fit, when it is known how far k runs."""
    terms = index.terms if isinstance(index, Total) else ()
    if not any(isinstance(term, Index) and term.name == name for _, term in terms):
        return None
    others = [context.indices.get(term.name) for _, term in terms if isinstance(term, Index) and term.name != name]
    if not all(isinstance(run, Run) for run in others):
        return None
    shape = _shape(entry.body, context, lower)
    if shape is None or place >= len(shape):
        return None
    signs = {term.name: sign for sign, term in terms if isinstance(term, Index)}
    steps = sum(run.size - 1 for run in others if isinstance(run, Run))
    if "-" in signs.values():  # `x_{i-k}` is 0 outside of x
        return shape[place] + steps if signs.pop(name) != "-" and set(signs.values()) == {"-"} else None
    _, first = moving(index, context.binding({name: Run(1, 1)}))
    return shape[place] - first - steps


def _shape(node: Meaning, context: Context, lower: Lower) -> tuple[int, ...] | None:
    """The shape of what an index stands below; None when it depends on another index that is not known yet."""
    if any(isinstance(each, Index) and each.name not in context.indices for each in everything(node)):
        return None
    return lower(node, context).shape
