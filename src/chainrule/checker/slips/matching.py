"""What somebody wrote in, the slips that give exactly that out, the likeliest first.

One idea: one number fits many mistakes by chance, an array at several generic points hardly ever does. So a slip counts
only if it gives what is written at every point, and all that do are reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations, islice

from ...ir.library import Array, reference
from ..results import Candidate
from .ends import counts
from .slip import Change, Slip, times

# How often each mistake was seen among wrong lines of real notes; those not listed once or never.
PRIORS: Mapping[str, float] = {"M10": 8.0, "M8": 5.0, "M1": 4.0, "M12": 4.0, "M15": 4.0, "M3": 2.0, "M16": 2.0}
TOLERANCE = 1e-7
PAIR_WEIGHT = 0.1
MOST_PAIRED = 40
_LIKELY_PAIRED = frozenset({"M1", "M2", "M3", "M12", "M14", "M24", "M5", "M22"})


def rank(slip: Slip) -> float:
    """How likely a slip is beside others that give the same: the prior of its kind times its own plausibility."""
    return PRIORS.get(slip.mistake, 1.0) * slip.weight


def candidates(
    slips: Iterable[Slip], written: Sequence[Array], *, tolerance: float = TOLERANCE, absolute: Sequence[float] = ()
) -> tuple[Slip, ...]:
    """The slips that give what is written at every point (one array for each point of the scene), likeliest first.

    `tolerance` is relative to the largest entry; `absolute` is what the digits written leave open, for each point.
    Nothing is returned for what is right: it is no slip.
    """
    arrays = [reference().asarray(each, float) for each in written]
    margins = [*absolute, *[0.0] * (len(arrays) - len(absolute))]
    found: dict[tuple[str, str], Slip] = {}
    for slip in slips:
        if _gives(slip, arrays, margins, tolerance):
            found.setdefault((slip.mistake, slip.message), slip)
    return tuple(sorted(found.values(), key=rank, reverse=True))


def _gives(slip: Slip, written: Sequence[Array], margins: Sequence[float], tolerance: float) -> bool:
    return all(
        (value := slip.at(point)) is not None and agree(value, each, tolerance, margin)
        for point, (each, margin) in enumerate(zip(written, margins, strict=True))
    )


def agree(value: Array, written: Array, tolerance: float = TOLERANCE, absolute: float = 0.0) -> bool:
    """Whether two arrays are equal, relative to the largest entry."""
    numpy = reference()
    if numpy.shape(value) != numpy.shape(written):
        return False
    scale = max(float(numpy.max(numpy.abs(written), initial=0.0)), float(numpy.max(numpy.abs(value), initial=0.0)))
    return bool(numpy.all(numpy.abs(value - written) <= tolerance * scale + absolute))


def as_candidates(slips: Iterable[Slip]) -> tuple[Candidate, ...]:
    """Slips as they are reported."""
    return tuple(Candidate(slip.mistake, slip.message) for slip in slips)


# The same slip everywhere, and two slips together ---------------------------------------------------------------------
_EVERYWHERE = {
    "M1": "activations were written where their derivatives belong, everywhere",
    "M2": "the derivatives of all activations are missing",
    "M24": "the sums over the copies are missing everywhere",
    "M14": "several signs are wrong",
}


def repeated(slips: Sequence[Slip]) -> Iterator[Slip]:
    """One habit at all its places: every activation derivative dropped, every sum over the batch forgotten."""
    groups: dict[tuple[str, str], list[Slip]] = {}
    for slip in slips:
        change = slip.changes[0]
        if len(slip.changes) == 1 and change.slot is not None and slip.weight == 1.0 and slip.mistake in _EVERYWHERE:
            groups.setdefault((slip.mistake, change.node.op.name if slip.mistake != "M2" else ""), []).append(slip)
    for (mistake, _), members in groups.items():
        distinct = {(each.changes[0].node, each.changes[0].slot): each.changes[0] for each in members}
        if len(distinct) > 1 and mistake != "M14":
            yield replace(members[0], message=_EVERYWHERE[mistake], changes=tuple(distinct.values()), weight=0.7)


def pairs(slips: Sequence[Slip]) -> Iterator[Slip]:
    """Two slips at once, the likeliest first: a slip whose result has another slip of scale or sign, then any two."""
    single = [each for each in slips if len(each.changes) == 1]
    yield from islice(_with_a_scale(single), 4000)
    likely = [each for each in single if each.mistake in _LIKELY_PAIRED and not each.changes[0].alone]
    chosen = sorted(likely, key=rank, reverse=True)[:MOST_PAIRED]
    for first, second in combinations(chosen, 2):
        if not _at_one_place(first.changes[0], second.changes[0]):
            yield _together(first, second)


def _with_a_scale(single: Sequence[Slip]) -> Iterator[Slip]:
    if not single:
        return
    scene = single[0].scene
    factors = [(-1.0, "M14", "the sign is wrong"), (0.5, "M12", "a factor 2 is missing"),
               (2.0, "M13", "there is a factor 2 too many")]  # fmt: skip
    for count in counts(scene)[:4]:
        factors.append((float(count), "M12", f"the factor 1/{count} is missing"))
        factors.append((1.0 / count, "M13", f"there is a factor 1/{count} too many"))
    for slip in single:
        if slip.changes[0].node is scene.wrt and slip.changes[0].slot is None:
            continue
        for factor, _, said in factors:
            change = slip.changes[0]
            scaled = Change(scene.wrt, None, partial(times, factor))
            message = f"{slip.message}, and {said}"
            yield replace(slip, message=message, changes=(change, scaled), weight=slip.weight * PAIR_WEIGHT)


def _at_one_place(first: Change, second: Change) -> bool:
    return first.node is second.node and first.slot == second.slot


def _together(first: Slip, second: Slip) -> Slip:
    message = f"{first.message}, and {second.message}"
    weight = first.weight * second.weight * PAIR_WEIGHT
    return replace(first, message=message, changes=(*first.changes, *second.changes), weight=weight)
