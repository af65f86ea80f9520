"""What is written and what is right in, how the one lies to the other out: for what no slip of the catalogue explains.

One idea: even an unknown mistake leaves a plain mark: a factor, an arrangement, a sum, or some entries alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ...ir.library import Array, reference
from .matching import TOLERANCE, agree
from .wording import axis_words

_LARGEST = 64  # denominator of a factor that is said as a fraction


def describe(written: Sequence[Array], right: Sequence[Array], *, tolerance: float = TOLERANCE) -> str:
    """A sentence that holds at every point, such as "equals the right gradient times 2"; nothing where none does.

    >>> describe([[2.0, 6.0], [8.0, 2.0]], [[1.0, 3.0], [4.0, 1.0]])
    'equals the right gradient times 2'
    """
    numpy = reference()
    pairs = [(numpy.asarray(a, float), numpy.asarray(b, float)) for a, b in zip(written, right, strict=True)]
    if not all(numpy.all(numpy.isfinite(each)) for pair in pairs for each in pair):
        return ""
    return next((said for said, holds in _marks(pairs, tolerance) if holds), "")


Pairs = Sequence[tuple[Array, Array]]


def _marks(pairs: Pairs, tolerance: float) -> Iterator[tuple[str, bool]]:
    numpy = reference()
    right_shape, shape = pairs[0][1].shape, pairs[0][0].shape
    if shape == right_shape:
        factor = _factor(pairs, tolerance)
        yield f"equals the right gradient times {_said(factor)}", factor is not None
        entries = _wrong_entries(pairs, tolerance)
        differ = "differs" if entries.startswith("entry") else "differ"
        yield f"only {entries} {differ} from the right gradient", bool(entries)
    if len(right_shape) > 1:
        turned = [(a, numpy.transpose(b)) for a, b in pairs]
        yield "equals the transpose of the right gradient", _equal(turned, tolerance)
        factor = _factor(turned, tolerance) if shape == right_shape[::-1] else None
        yield f"equals the transpose of the right gradient times {_said(factor)}", factor is not None
    yield from _sums(pairs, tolerance)
    for said, sign in (("the absolute value of the right gradient", numpy.abs), ("the square of the right gradient",
                       numpy.square)):  # fmt: skip
        yield f"equals {said}", _equal([(a, sign(b)) for a, b in pairs], tolerance)
    if shape != right_shape and pairs[0][0].size == pairs[0][1].size:
        flat = [(numpy.ravel(a), numpy.ravel(b)) for a, b in pairs]
        yield f"has the right numbers in the shape {shape}", _equal(flat, tolerance)


def _sums(pairs: Pairs, tolerance: float) -> Iterator[tuple[str, bool]]:
    numpy = reference()
    shape, right_shape = pairs[0][0].shape, pairs[0][1].shape
    for axis in range(len(right_shape)):
        for keepdims in (False, True):
            summed = [(a, numpy.sum(b, axis=axis, keepdims=keepdims)) for a, b in pairs]
            over = axis_words((axis,), right_shape)
            yield f"equals the right gradient summed over {over}", _equal(summed, tolerance)
            if shape == right_shape:
                spread = [(a, numpy.sum(b, axis=axis, keepdims=True) + 0 * b) for a, b in pairs]
                yield f"equals the right gradient summed over {over}", _equal(spread, tolerance)
    for axis in range(len(shape)):
        over = axis_words((axis,), shape)
        for keepdims in (False, True):
            summed = [(numpy.sum(a, axis=axis, keepdims=keepdims), b) for a, b in pairs]
            yield f"gives the right gradient when it is summed over {over}", _equal(summed, tolerance)


def _equal(pairs: Pairs, tolerance: float) -> bool:
    return all(agree(a, b, tolerance) for a, b in pairs)


def _factor(pairs: Pairs, tolerance: float) -> float | None:
    """The one number by which all that is written differs from what is right; None if there is none."""
    numpy = reference()
    length = sum(float(numpy.sum(b * b)) for _, b in pairs)
    if not length:
        return None
    factor = sum(float(numpy.sum(a * b)) for a, b in pairs) / length
    plain = _plain(factor)
    if not factor or plain == 1 or not all(agree(a, factor * b, max(tolerance, 1e-6)) for a, b in pairs):
        return None
    return factor if plain is None else float(plain)


def _plain(factor: float) -> Fraction | None:
    fraction = Fraction(factor).limit_denominator(_LARGEST)
    return fraction if abs(float(fraction) - factor) <= 1e-6 * abs(factor) else None


def _said(factor: float | None) -> str:
    if factor is None:
        return ""
    fraction = _plain(factor)
    return f"{factor:.6g}" if fraction is None else str(fraction)


def _wrong_entries(pairs: Pairs, tolerance: float) -> str:
    """Which entries, rows or columns alone are wrong; nothing where that says little."""
    numpy = reference()
    wrong = numpy.zeros(pairs[0][0].shape, bool)
    for a, b in pairs:
        scale = float(numpy.max(numpy.abs(b), initial=0.0))
        wrong |= numpy.abs(a - b) > tolerance * scale
    places = [tuple(int(each) for each in place) for place in numpy.argwhere(wrong)]
    if not places or wrong.ndim == 0 or len(places) == wrong.size:
        return ""
    if len(places) <= 3:
        texts = ", ".join(f"[{', '.join(map(str, place))}]" for place in places)
        return f"entr{'y' if len(places) == 1 else 'ies'} {texts}"
    for axis in range(wrong.ndim):
        rows = sorted({place[axis] for place in places})
        if wrong.ndim == 2 and len(rows) == 1:
            return f"the entries of {'row' if axis == 0 else 'column'} {rows[0]}"
    return ""
