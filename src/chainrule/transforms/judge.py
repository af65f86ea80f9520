"""One direction in the space of the arguments in, a verdict on the derivative along it for every output out.

One idea: numbers convict only after every innocent explanation has been ruled out. A disagreement is looked at again with
steps across which the recorded function makes the same choices, and across which the derivative itself hardly changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ..ir.library import Array, reference
from .branches import Choices, at_kinks, choices
from .differences import CENTRAL, ONE_SIDED, RUNGS, Estimate, Ladder, best, climb, extrapolate, noise_of
from .report import EntryCheck, Reason, Verdict
from .vectors import Run, Subject

Ruling = tuple[Verdict, Reason]
AGREED: Ruling = (Verdict.PASS, Reason.AGREES)


@dataclass(frozen=True, eq=False)
class Court:
    """What is known before any step is taken: the function, its run at the point, its value, and its derivatives there."""

    subject: Subject
    run: Run
    centre: Array
    precision: float  # of the numbers the function computes with
    scale: Array  # the largest derivative of each output
    modes: tuple[str, ...]

    @cached_property
    def choices(self) -> Choices:
        return choices(self.run.nodes)

    @cached_property
    def at_kink(self) -> bool:
        return bool(at_kinks(self.run.nodes))

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
    def estimate(self) -> tuple[Estimate, Array]:
        """The slopes by central differences."""
        return best([self.read(ladder, ladder.central, CENTRAL) for ladder in self.ladders])

    def read(self, ladder: Ladder, differences: Array, powers: tuple[float, float], first: int = 0) -> Estimate:
        """The slopes from one ladder, using its rungs from `first` on."""
        noise = noise_of(differences, ladder.steps, self.court.precision * ladder.height)
        return extrapolate(differences, ladder.steps, noise, powers, first)

    def analytic(self, output: int) -> list[float]:
        return [float(each[output]) for each in (self.reverse, self.forward) if each is not None]

    def probe(self, step: float) -> tuple[Run, Run]:
        """The function recorded on both sides of the point."""
        subject, move = self.court.subject, step * self.direction
        return subject.run(subject.at - move), subject.run(subject.at + move)


def open_case(
    court: Court, argument: str, index: tuple[int, ...] | None, direction: Array, steps: list[Array],
    forward: Array | None, reverse: Array | None,
) -> Case:  # fmt: skip
    """Take the differences along a direction."""
    subject = court.subject
    ladders = tuple(climb(subject.evaluate, subject.at, direction, each, court.centre) for each in steps)
    return Case(court, argument, index, direction, forward, reverse, ladders)


def judge(case: Case) -> list[EntryCheck]:
    """The verdict for every output."""
    return [judge_output(case, output) for output in range(len(case.court.subject.outputs))]


def judge_output(case: Case, output: int) -> EntryCheck:
    """The verdict for one output: agreement first, then what may explain a disagreement."""
    estimate = case.estimate[0]
    numeric, error = float(estimate.slope[output]), float(estimate.error[output])
    if not reference().isfinite(case.court.centre[output]):
        return entry(case, output, numeric, error, (Verdict.INCONCLUSIVE, Reason.NOT_FINITE))
    if not reference().isfinite(numeric):
        return one_sided(case, output)
    ruling = compare(case, output, numeric, error)
    if ruling[0] is Verdict.PASS and not case.court.at_kink:
        return entry(case, output, numeric, error, ruling)
    return look_again(case, output, ruling)


def entry(
    case: Case, output: int, numeric: float, error: float, ruling: Ruling, sides: tuple[float, float] | None = None
) -> EntryCheck:
    """The record of a verdict."""
    forward, reverse = (None if each is None else float(each[output]) for each in (case.forward, case.reverse))
    if ruling[0] is not Verdict.FAIL and modes_differ(case, output):
        ruling = Verdict.FAIL, Reason.MODES
    name = case.court.subject.outputs[output]
    return EntryCheck(case.argument, case.index, name, forward, reverse, numeric, error, *ruling, sides)


def modes_differ(case: Case, output: int) -> bool:
    """Whether forward and reverse mode give different numbers: a bug, and no step is needed to see it."""
    found = case.analytic(output)
    if len(found) < 2 or all(each != each for each in found):
        return False
    if found[0] == found[1]:
        return False
    size = max(map(abs, found))
    allowed = case.court.precision**0.5 * size + 1e-10 * float(case.court.scale[output])
    return not abs(found[0] - found[1]) <= allowed


def compare(case: Case, output: int, numeric: float, error: float) -> Ruling:
    """Whether derivative and difference agree within the error of the difference, and whether that says anything."""
    numpy = reference()
    found = case.analytic(output)
    scale = float(case.court.scale[output])
    if not all(map(numpy.isfinite, found)):
        unbounded = error > 0.05 * abs(numeric) and not any(map(numpy.isnan, found))
        return (Verdict.INCONCLUSIVE, Reason.INFINITE) if unbounded else (Verdict.FAIL, Reason.BUG)
    rounding = 64 * case.court.precision * float(numpy.sum(numpy.abs(case.direction))) * scale
    if any(abs(each - numeric) > 4 * error + min(rounding, 1e-9 * scale) for each in found):
        return Verdict.FAIL, Reason.BUG
    size = max(abs(numeric), *map(abs, found))
    steepness = max(float(ladder.steepness[output]) for ladder in case.ladders)
    if error <= 1e-3 * size or error <= 1e-5 * max(scale, steepness) or numeric == size == 0:
        return AGREED
    return Verdict.INCONCLUSIVE, Reason.ROUNDING


def look_again(case: Case, output: int, ruling: Ruling) -> EntryCheck:
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
    if ruling[0] is Verdict.FAIL and case.court.cut_on_purpose:
        ruling = Verdict.INCONCLUSIVE, Reason.CUT
    return entry(case, output, numeric, error, ruling)


def cleanest(case: Case) -> tuple[Ladder | None, int]:
    """The ladder whose steps may be largest without a choice changing, and its first such rung."""
    found = []
    for ladder in case.ladders:
        first = first_rung(ladder, lambda step: all(choices(run.nodes) == case.court.choices for run in case.probe(step)))
        if first is not None:
            found.append((float(ladder.steps[first]), ladder, first))
    if not found:
        return None, 0
    _, ladder, first = max(found, key=lambda each: each[0])
    return ladder, first


def first_rung(ladder: Ladder, holds: Callable[[float], bool], start: int = 0) -> int | None:
    """The first rung whose step satisfies a condition that holds for all smaller steps once it holds; None if none does."""
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


def slope(case: Case, run: Run, output: int) -> float:
    if "rev" in case.court.modes:
        return float(run.pull(output) @ case.direction)
    return float(run.push(case.direction)[output])


def sides_of(case: Case, output: int) -> list[tuple[float, float]]:
    """(slope, error) on the left and on the right, by one-sided differences."""
    found = []
    for name in ("left", "right"):
        reads = [case.read(ladder, getattr(ladder, name), ONE_SIDED) for ladder in case.ladders]
        estimate, _ = best(reads)
        found.append((float(estimate.slope[output]), float(estimate.error[output])))
    return found


def kink(case: Case, output: int) -> EntryCheck:
    """No step is free of a kink: the derivative must lie between the slopes on the two sides."""
    numpy = reference()
    (left, left_error), (right, right_error) = sides_of(case, output)
    numeric, error = (left + right) / 2, abs(left - right) / 2 + left_error + right_error
    found = case.analytic(output)
    allowed = 4 * max(left_error, right_error) + 1e-9 * float(case.court.scale[output])
    finite = all(map(numpy.isfinite, (left, right, *found)))
    if finite and abs(left - right) <= allowed:
        return entry(case, output, numeric, error, compare(case, output, numeric, max(left_error, right_error)))
    low, high = min(left, right) - allowed, max(left, right) + allowed
    if finite and not all(low <= each <= high for each in found):
        return entry(case, output, numeric, error, (Verdict.FAIL, Reason.OUTSIDE), (left, right))
    reason = Reason.KINK if case.court.at_kink else Reason.NEAR_KINK
    return entry(case, output, numeric, error, (Verdict.INCONCLUSIVE, reason), (left, right))


def one_sided(case: Case, output: int) -> EntryCheck:
    """The function ends here: only one side has values."""
    numpy = reference()
    sides = sides_of(case, output)
    numeric, error = next(((n, e) for n, e in sides if numpy.isfinite(n)), (float("nan"), float("inf")))
    if not numpy.isfinite(numeric):
        return entry(case, output, numeric, error, (Verdict.INCONCLUSIVE, Reason.NOT_FINITE))
    ruling = compare(case, output, numeric, error)
    if ruling[0] is not Verdict.PASS and error > 0.05 * abs(numeric):
        ruling = Verdict.INCONCLUSIVE, Reason.INFINITE
    return entry(case, output, numeric, error, ruling, (sides[0][0], sides[1][0]))

