"""What is written and what is right in, how the one lies to the other out, for what no mistake explains.

One idea: even an unknown mistake leaves a mark: a factor that is a number, a size or a name, a transpose, a sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy

from ...errors import ChainruleError
from ...notation.surface import Additive, Group, Number, Root, Surface
from ...notation.surface import Fraction as Over
from ..bench import STYLES, Bench
from ..compare import same, usable
from ..points import Point, as_array
from ..slips import describe
from ..trees import product
from ..writing import latex
from .found import Found, Remedy
from .knowing import spellings
from .trying import Trial

_COST = 3.0


def residue(tried: Trial, place: int) -> Found | None:
    """The factor by which a side is off, or another mark in words."""
    bench = tried.bench
    try:
        written = bench.values(place, STYLES[0], bench.points())
    except ChainruleError:
        return None
    for _, right in tried.targets:
        if (found := _factor(tried, place, written, right)) is not None:
            return Found((found,))
        if mark := _mark(written, right):
            return Found((), "", mark)
    return None


def _mark(written: Sequence[Any], right: Sequence[Any]) -> str:
    """How the one lies to the other, in words: what is true at all sizes."""
    pairs = [(a, b) for a, b in zip(written, right, strict=True) if a is not None and b is not None and usable(a, b)]
    groups: dict[tuple[Any, Any], list[tuple[Any, Any]]] = {}
    for one, other in pairs:
        groups.setdefault((numpy.shape(one), numpy.shape(other)), []).append((one, other))
    said = {describe([a for a, _ in each], [b for _, b in each]) for each in groups.values() if len(each) > 1}
    return next(iter(said)).replace("the right gradient", "what is right") if len(said) == 1 else ""


def _factor(tried: Trial, place: int, written: Sequence[Any], right: Sequence[Any]) -> Remedy | None:
    """One factor that is missing or too much: a number, a size or a name that is a number."""
    ratios = _ratios(written, right)
    tree = tried.bench.claim.sides[place].tree
    if ratios is None or tree is None:
        return None
    for factor, values in _factors(tried.bench, ratios):
        for upside in (False, True):
            there = [1 / each for each in values] if upside else values
            if numpy.allclose(ratios, there, rtol=1e-7, atol=0):
                changed = _times(tree, factor, upside)
                if tried.fits(changed) is not None:
                    return _said(factor, upside, changed)
    return None


def _said(factor: Surface, upside: bool, changed: Surface) -> Remedy:
    name = latex(factor)
    many = rf"\frac{{1}}{{{name}}}" if upside else name
    if upside and isinstance(factor, Number):
        return Remedy("M13", f"the factor ${name}$ is too much", changed, False, _COST)
    return Remedy("M12", f"the factor ${many}$ is missing", changed, False, _COST)


def _ratios(written: Sequence[Any], right: Sequence[Any]) -> list[float] | None:
    """Right over written in every place of the lists; None where it is not one number in each."""
    found = []
    for one, other in zip(written, right, strict=True):
        if one is None or other is None or not usable(one, other):
            found.append(numpy.nan)
            continue
        above, below = numpy.asarray(other, dtype=float).ravel(), numpy.asarray(one, dtype=float).ravel()
        if above.size != below.size or not numpy.abs(below).max(initial=0.0) > 1e-9:
            return None
        at = int(numpy.abs(below).argmax())
        ratio = float(above[at] / below[at])
        if not ratio or not same(ratio * below, above):
            return None
        found.append(ratio)
    kept = [each for each in found if not numpy.isnan(each)]
    return None if not kept or len(kept) < len(found) else found


def _factors(bench: Bench, ratios: Sequence[float]) -> Iterator[tuple[Surface, list[float]]]:
    """Numbers, sizes and names that are numbers, with their value in every place."""
    counts = [(point, len(bench.entries(point))) for point in bench.points()]
    first = ratios[0]
    plain = Fraction(first).limit_denominator(16)
    some = next(side.tree for side in bench.claim.sides if side.tree is not None)
    if abs(float(plain) - first) < 1e-7 * abs(first) and plain.numerator and plain != 1:
        yield _number(plain, some), [float(plain)] * len(ratios)
    for name, tree in spellings(bench.session).items():
        values = [_scalar(bench, name, point) for point, count in counts for _ in range(count)]
        if len(values) == len(ratios) and all(each is not None and each != 0 for each in values):
            known = [float(each) for each in values if each is not None]
            yield tree, known
            if min(known) > 0:
                yield Root(tree, None, tree.span), [each**0.5 for each in known]


def _scalar(bench: Bench, name: str, point: Point) -> float | None:
    if name in bench.model.sizes and name in point.sizes:
        return float(point.sizes[name])
    value = point.values.get(name)
    if value is None or as_array(value).shape:
        return None
    return float(as_array(value))


def _number(value: Fraction, some: Surface) -> Surface:
    above: Surface = Number(str(abs(value.numerator)), some.span)
    whole = above if value.denominator == 1 else Over(above, Number(str(value.denominator), some.span), some.span)
    return Additive((("-", whole),), some.span) if value < 0 else whole


def _times(tree: Surface, factor: Surface, below: bool) -> Surface:
    """A side times a factor, or divided by it."""
    if below:
        return Over(tree, factor, tree.span)
    if isinstance(factor, Additive):
        return Additive((("-", _times(tree, factor.terms[0][1], False)),), tree.span)
    body = Group("(", (tree,), tree.span) if isinstance(tree, Additive) else tree
    return product([("", factor), ("", body)])
