"""Written numbers and exact ones in, a verdict out; and what a written side is, with what its figures leave open.

One idea: numbers that the document gives as data are exact wherever they stand, all other decimals stand for what
rounds to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from ...notation.kinds import Context, as_floats
from ...notation.lower import lower_whole
from ...notation.meaning import Literal, Meaning, everything
from ..bench import Bench
from ..compare import same
from ..digits import Enclosure, enclose
from ..points import as_array, as_problem
from ..results import Verdict
from ..rulings import Ruling
from ..slopes import Style
from .ledger import Figure
from .worlds import own_points, settled


def enclosure(meaning: Meaning, bench: Bench | None = None) -> Enclosure:
    """What a calculation gives, and how far its rounded figures may move it. Raises ChainruleError."""

    def compute(each: Meaning) -> Any:
        with numpy.errstate(all="ignore"), as_problem(each.span):
            return as_array(as_floats(lower_whole(each, Context({}, {}, []))))

    return enclose(meaning, compute, _data_numbers(bench) if bench is not None else ())


def _data_numbers(bench: Bench) -> frozenset[float]:
    """The numbers in the data of the document: exact where they stand in a calculation."""
    plain = {each.number for each in bench.session.claims if len(each.sides) == 2}
    names = {each.symbol.text for each in bench.session.chosen(bench.claim.number) if each.number in plain}
    literals = (each for name in names & bench.model.data.keys() for each in everything(bench.model.data[name]))
    return frozenset(each.value for each in literals if isinstance(each, Literal))


def mixed(bench: Bench, place: int, style: Style, base: Sequence[Figure]) -> Enclosure | None:
    """A side with names and figures at the document's own numbers."""
    if settled(bench, place, style, base) is None:
        return None
    point = own_points(bench, base)[0]
    kept: list[Meaning] = bench.cache.setdefault("kept", [])  # the bench knows a meaning by its identity

    def compute(each: Meaning) -> Any:
        kept.append(each)
        return bench.compute(each, style, [point])[0]

    return enclose(bench.meanings[place], compute, _data_numbers(bench))


def against(written: Enclosure, exact: Any, place: int, loose: Any = 0.0) -> Ruling:
    """Written numbers against exact ones; `loose`: how far those may be off themselves."""
    value, right, slack = aligned(written, exact)
    if exactly(written.value if value is None else value, exact if value is None else right):
        return Ruling(Verdict.RIGHT, "", place)
    if value is None:
        return Ruling(Verdict.WRONG, "it has another shape than the exact value", place)
    if not bool(numpy.isfinite(value).all() and numpy.isfinite(right).all()):
        return Ruling(Verdict.UNCHECKED, "it is no number", place)
    free = slack + (numpy.reshape(loose, right.shape) if numpy.size(loose) == right.size else numpy.max(loose))
    near = numpy.abs(value - right) <= free * (1 + 1e-9) + 1e-10 * numpy.abs(right)
    if bool(near.all()):
        return Ruling(Verdict.ROUNDED, "right to the digits written", place)
    cut = (numpy.abs(right) >= numpy.abs(value)) & (numpy.abs(right - value) < 2 * slack) & (right * value >= 0)
    if written.plain and bool((cut | near).all()):
        return Ruling(Verdict.ROUNDED, "cut off after the digits written, not rounded", place)
    return Ruling(Verdict.WRONG, "the number differs from the exact value", place)


def exactly(one: Any, other: Any) -> bool:
    """Whether two arrays are the same but for the rounding of machines: nine digits that agree say less."""
    left, right = numpy.asarray(one, dtype=float), numpy.asarray(other, dtype=float)
    if left.shape != right.shape or not left.size:
        return same(left, right)
    scale = float(numpy.abs(right).max())
    return bool((numpy.abs(left - right) <= 1e-11 * numpy.abs(right) + 1e-13 * max(scale, 1e-3)).all())


def aligned(written: Enclosure, exact: Any) -> tuple[Any, Any, Any]:
    """Written and exact numbers in one shape, with what the digits leave open; None where the shapes differ."""
    value, right = numpy.asarray(written.value), numpy.asarray(exact, dtype=float)
    slack = numpy.broadcast_to(written.slack, value.shape)
    if value.shape == right.shape:
        return value, right, slack
    flat = [1 in each.shape or each.ndim < 2 for each in (value, right)]
    if all(flat) and value.size == right.size:
        return value.reshape(-1), right.reshape(-1), slack.reshape(-1)
    return None, None, None
