"""Where to look: a function with few or many entries in, comparisons that leave no entry out.

One idea: few entries are looked at one by one. Many are looked at together, along random directions in which every
entry moves, so that one wrong entry shows in all of them; it is then found by halving the direction.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, reference
from ..trace import Recording
from .differences import steps_for
from .hints import counts_of, recognise
from .judge import Case, Court, judge, judge_output, open_case
from .report import ArgumentCheck, EntryCheck, Reason, Verdict
from .vectors import Leaf, Run, Subject

DIRECTIONS = 8
SINGLES = 16
MOST_LOCATED = 8


def convene(subject: Subject, run: Run, modes: tuple[str, ...]) -> Court:
    """Everything that is known at the point itself."""
    numpy = reference()
    outputs = range(len(subject.outputs))
    gradients = numpy.stack([run.pull(output) for output in outputs]) if "rev" in modes else None
    kinds = {node.dtype for node in run.nodes if node.dtype.kind == "f"} | {numpy.dtype(float)}
    precision = max(float(numpy.finfo(kind).eps) for kind in kinds)
    if gradients is not None:
        scale = _largest(gradients)
    else:
        scale = _largest(numpy.stack([run.push(each) for each in _some_directions(subject)], axis=1))
    return Court(subject, run, run.value, precision, modes, gradients, scale)


def _largest(derivatives: Array) -> Array:
    numpy = reference()
    return numpy.max(numpy.where(numpy.isfinite(derivatives), numpy.abs(derivatives), 0), axis=1, initial=0.0)


def _some_directions(subject: Subject) -> Array:
    """A few single entries, spread over the vector."""
    numpy = reference()
    places = numpy.unique(numpy.linspace(0, subject.at.size - 1, SINGLES).astype(int)) if subject.at.size else []
    return numpy.eye(subject.at.size)[places] if len(places) else numpy.zeros((1, 0))


def survey(court: Court, path: tuple[str, ...], most: int, generator: Any) -> list[ArgumentCheck]:
    """The verdicts for all arguments."""
    if not court.subject.at.size:
        return []
    if court.subject.at.size <= most:
        entries = [check for place in range(court.subject.at.size) for check in judge(single(court, place))]
    else:
        entries = sampled(court, generator)
    return grouped(court, entries, path)


def single(court: Court, place: int) -> Case:
    """The case of one entry."""
    numpy = reference()
    subject, leaf = court.subject, court.subject.leaf_of(place)
    direction = numpy.zeros(subject.at.size)
    direction[place] = 1
    typical = float(numpy.max(numpy.abs(subject.at[leaf.start : leaf.stop])))
    return open_case(court, leaf.name, leaf.index(place), direction, steps_for(float(subject.at[place]), typical))


# Many entries --------------------------------------------------------------------------------------------------------
def sampled(court: Court, generator: Any) -> list[EntryCheck]:
    """Random directions through all entries, and single entries: the steepest, the flattest, and some at random."""
    numpy = reference()
    sizes = (
        numpy.max(numpy.abs(court.gradients), axis=0) if court.gradients is not None else numpy.abs(court.subject.at)
    )
    order = numpy.argsort(sizes)
    places = {
        *order[: SINGLES // 4],
        *order[-SINGLES // 4 :],
        *generator.choice(sizes.size, SINGLES // 2, replace=False),
    }
    found = [check for place in sorted(map(int, places)) for check in judge(single(court, place))]
    located: dict[tuple[str, tuple[int, ...] | None, str], EntryCheck] = {}
    for number in range(DIRECTIONS):
        signs = generator.choice([-1.0, 1.0], sizes.size)
        case = along(court, signs * weights(court.subject), f"random direction {number}")
        for output, check in enumerate(judge(case)):
            culprits = search(case, output) if check.verdict is Verdict.FAIL and len(located) < MOST_LOCATED else []
            located.update({(each.argument, each.index, each.output): each for each in culprits})
            found.append(check)
    known = {(each.argument, each.index, each.output) for each in found}
    return found + [each for key, each in located.items() if key not in known]


def weights(subject: Subject) -> Array:
    """How far each entry moves for a step of 1: by its own size, or the usual size in its array if it is small."""
    numpy = reference()
    found = numpy.abs(subject.at)
    for leaf in subject.leaves:
        part = slice(leaf.start, leaf.stop)
        usual = float(numpy.sqrt(numpy.mean(subject.at[part] ** 2))) if leaf.stop > leaf.start else 1.0
        found[part] = numpy.maximum(found[part], usual or 1.0)
    return found


def along(court: Court, direction: Array, name: str) -> Case:
    """The case of a direction through many entries."""
    smallest = float(reference().min(reference().abs(direction[direction != 0])))
    steps = steps_for(1.0, 1.0)
    if smallest < 1e-2:  # tiny entries: also steps on the scale of 1
        steps.append(steps[0] / smallest)
    return open_case(court, name, None, direction, steps)


def search(case: Case, output: int) -> list[EntryCheck]:
    """The entries that make a direction fail, by halving it; as many as MOST_LOCATED."""
    numpy = reference()
    found: list[EntryCheck] = []
    pending = [numpy.flatnonzero(case.direction)]
    while pending and len(found) < MOST_LOCATED:
        places = pending.pop()
        if len(places) == 1:
            check = judge_output(single(case.court, int(places[0])), output)
            found += [check] if check.verdict is Verdict.FAIL else []
            continue
        for half in (places[len(places) // 2 :], places[: len(places) // 2]):
            part = numpy.zeros_like(case.direction)
            part[half] = case.direction[half]
            if judge_output(along(case.court, part, case.argument), output).verdict is Verdict.FAIL:
                pending.append(half)
    return found


# Grouping and hints --------------------------------------------------------------------------------------------------
def grouped(court: Court, entries: list[EntryCheck], path: tuple[str, ...]) -> list[ArgumentCheck]:
    """The comparisons by argument, each with what its wrong entries look like."""
    leaves = {leaf.name: leaf for leaf in court.subject.leaves}
    groups: dict[str, list[EntryCheck]] = {}
    for entry in entries:
        groups.setdefault("all arguments" if entry.index is None else entry.argument, []).append(entry)
    checks = []
    for name, found in groups.items():
        own = tuple(found)
        leaf = leaves.get(name)
        checks.append(ArgumentCheck(name, path, own, hint_for(court, own, leaf), leaf.called if leaf else ""))
    return checks


def hint_for(court: Court, entries: tuple[EntryCheck, ...], leaf: Leaf | None) -> str:
    """What the wrong entries of one array look like."""
    if leaf is None or not any(entry.verdict is Verdict.FAIL for entry in entries):
        return ""
    if all(entry.reason is Reason.MODES for entry in entries if entry.verdict is Verdict.FAIL):
        return "one of the two modes is wrong: a rule's pull and push do not belong to the same Jacobian"
    counts = counts_of(node.shape for node in (*court.run.recording.variables, *court.run.nodes))
    whole = len(entries) == (leaf.stop - leaf.start) * len(court.subject.outputs)
    if whole and len(court.subject.outputs) > 1:
        table = as_arrays(entries, (leaf.stop - leaf.start, len(court.subject.outputs)))
        return projected(table, leaf, counts) or recognise(*table, counts)
    if whole:
        return recognise(*as_arrays(entries, leaf.shape), counts)
    return recognise(*as_arrays([e for e in entries if e.verdict is Verdict.FAIL], (-1,)), counts)


def projected(table: tuple[Array, ...], leaf: Leaf, counts: list[int]) -> str:
    """The hint for the gradient of a weighted sum of the outputs: exchanged rows and columns show in its shape."""
    numpy = reference()
    analytic, numeric, error, wrong = table
    weights = numpy.random.default_rng(analytic.shape[1]).uniform(0.5, 1.5, analytic.shape[1])
    seen, right, off = ((each @ weights).reshape(leaf.shape) for each in (analytic, numeric, error))
    return recognise(seen, right, off, wrong.any(axis=1).reshape(leaf.shape), counts)


def as_arrays(entries: Any, shape: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
    """(analytic, numeric, error, wrong) as arrays."""
    numpy = reference()
    columns = zip(*((e.analytic, e.numeric, e.error, e.verdict is Verdict.FAIL) for e in entries), strict=True)
    analytic, numeric, error, wrong = (numpy.array(column).reshape(shape) for column in columns)
    return analytic, numeric, error, wrong


def in_its_own_precision(court: Court, given: Recording, path: tuple[str, ...]) -> list[ArgumentCheck]:
    """For arguments of lower precision: whether rounding spoils the gradient there, which was checked in float64."""
    numpy = reference()
    kinds = {node.dtype for node in given.variables} - {numpy.dtype(float)}
    if not kinds or court.gradients is None:
        return []
    run = Run(given, (), court.subject.rows)
    allowed = max(float(numpy.finfo(kind).eps) for kind in kinds) ** 0.5
    found = []
    for output, name in enumerate(court.subject.outputs):
        rounded, exact = run.pull(output), court.gradients[output]
        away = numpy.where(rounded == exact, 0, numpy.abs(rounded - exact))
        place = int(numpy.argmax(numpy.where(numpy.isnan(away), numpy.inf, away)))
        if not away[place] <= allowed * max(float(court.scale[output]), abs(exact[place])):
            leaf = court.subject.leaf_of(place)
            label = f"{leaf.name} in {given.variables[court.subject.leaves.index(leaf)].dtype}"
            found.append(EntryCheck(label, leaf.index(place), name, None, float(rounded[place]), float(exact[place]),
                                    0.0, Verdict.INCONCLUSIVE, Reason.ROUNDING))  # fmt: skip
    return [ArgumentCheck(check.argument, path, (check,)) for check in found]
