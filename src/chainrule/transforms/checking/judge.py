"""One direction in the space of the arguments in, a verdict on the derivative along it for every output out.

One idea: numbers convict only after every innocent explanation has been ruled out. A disagreement is looked at again
with steps across which the recorded function makes the same choices and the derivative itself hardly changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from ...ir.library import Array, reference
from .branches import Choices, at_kinks, choices
from .complex_steps import complex_slope
from .differences import CENTRAL, ONE_SIDED, RUNGS, Estimate, Ladder, best, climb, extrapolate, noise_of
from .report import EntryCheck, Reason, Verdict
from .vectors import Run, Subject

Ruling = tuple[Verdict, Reason]
AGREED: Ruling = (Verdict.PASS, Reason.AGREES)


@dataclass(frozen=True, eq=False)
class Court:
    """What is known before any step is taken: the function, its run at the point, its value and derivatives there."""

    subject: Subject
    run: Run
    centre: Array
    precision: float  # of the numbers the function computes with
    modes: tuple[str, ...]
    gradients: Array | None  # by reverse mode, a row for each output; None when only forward mode is checked
    scale: Array  # the largest derivative of each output

    @cached_property
    def choices(self) -> Choices:
        return choices(self.run.nodes)

    @cached_property
    def at_kink(self) -> bool:
        return bool(at_kinks(self.run.nodes))

    @cached_property
    def rounding(self) -> float:
        """How far rounding moves a derivative beside the largest of any output."""
        return 8 * self.precision * float(reference().max(self.scale, initial=0.0))

    @cached_property
    def cut_on_purpose(self) -> bool:
        return any(node.op.name == "stop_gradient" for node in self.run.nodes)


@dataclass(frozen=True, eq=False)
class Case:
    """One direction: the derivatives along it by each mode, and the ladders of differences."""

    court: Court
    argument: str
    index: tuple[int, ...] | None
    direction: Array
    forward: Array | None
    reverse: Array | None
    ladders: tuple[Ladder, ...]

    @cached_property
    def estimate(self) -> Estimate:
        """The slopes by central differences."""
        return best([self.read(ladder, ladder.central, CENTRAL) for ladder in self.ladders])

    @cached_property
    def sides(self) -> tuple[Estimate, Estimate]:
        """The slopes on the left and on the right by one-sided differences."""
        left = best([self.read(ladder, ladder.left, ONE_SIDED) for ladder in self.ladders])
        right = best([self.read(ladder, ladder.right, ONE_SIDED) for ladder in self.ladders])
        return left, right

    @cached_property
    def complex_slopes(self) -> Array | None:
        """The slopes by a complex step, where every op that ran is analytic."""
        return complex_slope(self.court.run, self.direction)

    def read(self, ladder: Ladder, differences: Array, powers: tuple[float, float], first: int = 0) -> Estimate:
        """The slopes from one ladder, using its rungs from `first` on."""
        noise = noise_of(differences, ladder.steps, self.court.precision * ladder.height)
        return extrapolate(differences, ladder.steps, noise, powers, first)

    def scale(self, output: int) -> float:
        """The largest derivative of an output, for a step of the size that this direction makes in one entry."""
        sizes = reference().abs(self.direction[self.direction != 0])
        return float(self.court.scale[output] * reference().mean(sizes))

    def analytic(self, output: int) -> list[float]:
        return [float(each[output]) for each in (self.reverse, self.forward) if each is not None]

    def probe(self, step: float) -> tuple[Run, Run]:
        """The function recorded on both sides of the point."""
        subject, move = self.court.subject, step * self.direction
        return subject.run(subject.at - move), subject.run(subject.at + move)


def open_case(court: Court, argument: str, index: tuple[int, ...] | None, direction: Array, steps: list[Array]) -> Case:
    """Take the derivatives and the differences along a direction."""
    subject = court.subject
    forward = court.run.push(direction) if "fwd" in court.modes else None
    reverse = None if court.gradients is None else court.gradients @ direction
    ladders = tuple(climb(subject.evaluate, subject.at, direction, each, court.centre) for each in steps)
    return Case(court, argument, index, direction, forward, reverse, ladders)


def judge(case: Case) -> list[EntryCheck]:
    """The verdict for every output."""
    return [judge_output(case, output) for output in range(len(case.court.subject.outputs))]


def judge_output(case: Case, output: int) -> EntryCheck:
    """The verdict for one output: agreement first, then what may explain a disagreement."""
    estimate = case.estimate
    numeric, error = float(estimate.slope[output]), float(estimate.error[output])
    if not reference().isfinite(case.court.centre[output]):
        return entry(case, output, numeric, error, (Verdict.INCONCLUSIVE, Reason.NOT_FINITE))
    if not reference().isfinite(numeric):
        return one_sided(case, output)
    if has_corner(case, output):
        return kink(case, output)
    ruling = compare(case, output, numeric, error)
    agreed = ruling[0] is Verdict.PASS and not case.court.at_kink
    return confirmed(case, output, entry(case, output, numeric, error, ruling) if agreed else look_again(case, output))


def confirmed(case: Case, output: int, found: EntryCheck) -> EntryCheck:
    """The same verdict, unless a complex step, which cancels nothing, finds a mistake that differences cannot see.

    It cannot acquit: the recorded run knows nothing of a path that was cut.
    """
    open_to_doubt = found.reason in (Reason.AGREES, Reason.ROUNDING) and not case.court.at_kink
    slopes = case.complex_slopes if open_to_doubt else None
    if slopes is None:
        return found
    # A rule may lose what the value itself loses: 1 - tanh^2 is 0 far out, where tanh rounds to 1.
    steepness = max(float(ladder.steepness[output]) for ladder in case.ladders)
    slope, size = float(slopes[output]), abs(float(case.court.centre[output]))
    error = 8 * case.court.precision * max(abs(slope), case.scale(output), size, steepness)
    ruling = compare(case, output, slope, error)
    same = all(abs(each - slope) <= 1e-6 * abs(slope) for each in case.analytic(output))
    if same and found.reason is Reason.ROUNDING and abs(slope) <= found.error:  # too small for differences to see
        return replace(entry(case, output, slope, abs(slope) * 1e-6, AGREED), method="a complex step")
    if ruling[0] is not Verdict.FAIL:
        return found
    return replace(entry(case, output, slope, error, ruling), method="a complex step")


def entry(
    case: Case, output: int, numeric: float, error: float, ruling: Ruling, sides: tuple[float, float] | None = None
) -> EntryCheck:
    """The record of a verdict."""
    forward, reverse = (None if each is None else float(each[output]) for each in (case.forward, case.reverse))
    judged = ruling[0] is not Verdict.FAIL and ruling[1] is not Reason.NOT_FINITE
    if judged and modes_differ(case, output):
        ruling = Verdict.FAIL, Reason.MODES
    name = case.court.subject.outputs[output]
    return EntryCheck(
        case.argument, case.index, name, forward, reverse, numeric, error, *ruling, sides, curve=curve_of(case, output)
    )


def curve_of(case: Case, output: int) -> tuple[tuple[float, float], ...]:
    """(step, central difference) from large steps to small, for the plot."""
    steps, slopes = case.ladders[0].steps, case.ladders[0].central[:, output]
    return tuple((float(step), float(slope)) for step, slope in zip(steps, slopes, strict=True))


def modes_differ(case: Case, output: int) -> bool:
    """Whether forward and reverse mode give different numbers: a bug, and no step is needed to see it."""
    found = case.analytic(output)
    if len(found) < 2 or found[0] == found[1] or all(each != each for each in found):
        return False
    allowed = case.court.precision**0.5 * max(map(abs, found)) + 1e-10 * case.scale(output) + case.court.rounding
    return not abs(found[0] - found[1]) <= allowed


def compare(case: Case, output: int, numeric: float, error: float) -> Ruling:
    """Whether derivative and difference agree within the error of the difference, and whether that says anything."""
    numpy = reference()
    found = case.analytic(output)
    if not all(map(numpy.isfinite, found)):
        unbounded = error > 0.05 * abs(numeric) and not any(map(numpy.isnan, found))
        return (Verdict.INCONCLUSIVE, Reason.INFINITE) if unbounded else (Verdict.FAIL, Reason.BUG)
    precision, scale = case.court.precision, case.scale(output)
    size = max(abs(numeric), *map(abs, found))
    rounding = precision**0.6 * size + 8 * precision * scale * float(numpy.count_nonzero(case.direction))
    rounding += case.court.rounding  # an output that is 0 by construction, computed together with others that are not
    if any(abs(each - numeric) > 4 * error + rounding for each in found):
        return Verdict.FAIL, Reason.BUG
    steepness = max(float(ladder.steepness[output]) for ladder in case.ladders)
    if error <= 1e-3 * size or error <= 1e-5 * max(scale, steepness) or size == 0:
        return AGREED
    return Verdict.INCONCLUSIVE, Reason.ROUNDING


def look_again(case: Case, output: int) -> EntryCheck:
    """Use only steps across which the function takes the same path, and its slope is steady."""
    ladder, clean = cleanest(case)
    if ladder is None:
        return kink(case, output)
    estimate = case.read(ladder, ladder.central, CENTRAL, clean)
    numeric, error = float(estimate.slope[output]), float(estimate.error[output])
    ruling = compare(case, output, numeric, error)
    if ruling[0] is Verdict.FAIL and all(map(reference().isfinite, case.analytic(output))):
        steady = first_rung(ladder, lambda step: is_steady(case, output, step), clean)
        if steady is not None and steady > clean:
            estimate = case.read(ladder, ladder.central, CENTRAL, steady)
            numeric, error = float(estimate.slope[output]), float(estimate.error[output])
            ruling = compare(case, output, numeric, error)
    if ruling[0] is Verdict.FAIL and error > 0.1 * abs(numeric) and is_unsettled(case, output, numeric):
        ruling = Verdict.INCONCLUSIVE, Reason.ROUNDING
    if ruling[0] is Verdict.FAIL and case.court.cut_on_purpose:
        ruling = Verdict.INCONCLUSIVE, Reason.CUT
    return entry(case, output, numeric, error, ruling)


def cleanest(case: Case) -> tuple[Ladder | None, int]:
    """The ladder whose steps may be largest without a choice changing, and its first such rung."""
    found = []
    for ladder in case.ladders:
        first = first_rung(
            ladder, lambda step: all(choices(run.nodes) == case.court.choices for run in case.probe(step))
        )
        if first is not None:
            found.append((float(ladder.steps[first]), ladder, first))
    if not found:
        return None, 0
    _, ladder, first = max(found, key=lambda each: each[0])
    return ladder, first


def first_rung(ladder: Ladder, holds: Callable[[float], bool], start: int = 0) -> int | None:
    """The first rung whose step satisfies a condition that then holds for all smaller steps; None if none does."""
    last = RUNGS - 4  # three rungs are needed, and the smallest steps are mostly rounding
    if not safely(holds, float(ladder.steps[last])):
        return None
    low, high = start, last
    while low < high:
        middle = (low + high) // 2
        if safely(holds, float(ladder.steps[middle])):
            high = middle
        else:
            low = middle + 1
    return low


def safely(holds: Callable[[float], bool], step: float) -> bool:
    """The condition; false where the function cannot be run at all."""
    try:
        return holds(step)
    except Exception:  # outside its domain a function may raise anything
        return False


def is_steady(case: Case, output: int, step: float) -> bool:
    """Whether the derivative itself changes little over a step, so that a difference over it can be trusted."""
    here = case.analytic(output)[0]
    around = [slope(case, run, output) for run in case.probe(step)]
    change = sum(abs(each - here) for each in around)
    return change <= 0.5 * max(abs(here), *map(abs, around))


def is_unsettled(case: Case, output: int, numeric: float) -> bool:
    """Whether finer steps wander off again: large steps average an oscillation away, and look like a slope of 0."""
    numpy = reference()
    away = abs(case.analytic(output)[0] - numeric)
    for ladder in case.ladders:
        rounding = case.court.precision * ladder.height[:, output] / ladder.steps
        distances = numpy.abs(ladder.central[:, output] - numeric)[rounding < 0.05 * away]
        distances = distances[numpy.isfinite(distances)]
        settled = numpy.flatnonzero(distances <= 0.3 * away)
        if len(settled) and numpy.any(distances[settled[0] :] > 0.3 * away):
            return True
    return False


def slope(case: Case, run: Run, output: int) -> float:
    if "rev" in case.court.modes:
        return float(run.pull(output) @ case.direction)
    return float(run.push(case.direction)[output])


def has_corner(case: Case, output: int) -> bool:
    """Whether the numbers alone show a corner at the point: two sharp slopes that differ (the choice may be hidden)."""
    (left, left_error), (right, right_error) = sides_of(case, output)
    error, size = left_error + right_error, max(abs(left), abs(right))
    return abs(left - right) > max(100 * error, 0.01 * size) and error < 1e-3 * size


def sides_of(case: Case, output: int) -> list[tuple[float, float]]:
    """(slope, error) on the left and on the right, by one-sided differences."""
    return [(float(each.slope[output]), float(each.error[output])) for each in case.sides]


def kink(case: Case, output: int) -> EntryCheck:
    """No step is free of a kink: the derivative must lie between the slopes on the two sides."""
    numpy = reference()
    (left, left_error), (right, right_error) = sides_of(case, output)
    numeric, error = (left + right) / 2, abs(left - right) / 2 + left_error + right_error
    found = case.analytic(output)
    allowed = 4 * max(left_error, right_error) + 1e-9 * case.scale(output)
    finite = all(map(numpy.isfinite, (left, right, *found)))
    sharp = allowed <= 0.01 * max(abs(left), abs(right)) or left == right
    if finite and sharp and abs(left - right) <= allowed:
        return entry(case, output, numeric, error, compare(case, output, numeric, max(left_error, right_error)))
    low, high = min(left, right) - allowed, max(left, right) + allowed
    if finite and sharp and not all(low <= each <= high for each in found):
        return entry(case, output, numeric, error, (Verdict.FAIL, Reason.OUTSIDE), (left, right))
    corner = case.court.at_kink or has_corner(case, output)
    reason = Reason.JUMP if is_growing(case, output) else Reason.KINK if corner else Reason.NEAR_KINK
    return entry(case, output, numeric, error, (Verdict.INCONCLUSIVE, reason), (left, right))


def one_sided(case: Case, output: int) -> EntryCheck:
    """The function ends here: only one side has values."""
    numpy = reference()
    sides = sides_of(case, output)
    numeric, error = next(((n, e) for n, e in sides if numpy.isfinite(n)), (float("nan"), float("inf")))
    if not numpy.isfinite(numeric):
        return entry(case, output, numeric, error, (Verdict.INCONCLUSIVE, Reason.NOT_FINITE))
    ruling = compare(case, output, numeric, error)
    if ruling[0] is not Verdict.PASS and is_growing(case, output):
        ruling = Verdict.INCONCLUSIVE, Reason.INFINITE
    elif ruling[0] is Verdict.FAIL and error > 0.1 * abs(numeric):
        ruling = Verdict.INCONCLUSIVE, Reason.ROUNDING
    return entry(case, output, numeric, error, ruling, (sides[0][0], sides[1][0]))


def is_growing(case: Case, output: int) -> bool:
    """Whether a one-sided slope grows without bound as the step shrinks: an infinite slope, or a jump."""
    numpy = reference()
    for side in (case.ladders[-1].left, case.ladders[-1].right):
        sizes = numpy.abs(side[:, output])
        sizes = sizes[numpy.isfinite(sizes)]
        if len(sizes) > 4 and sizes[-1] > 100 * sizes[0] and numpy.all(numpy.diff(sizes) > 0):
            return True
    return False
