"""A script in, the reading of it in which most lines are true out.

One idea: where nothing says what shape a name has, other shapes are tried, so that a guess of ours never accuses an
author.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from ...errors import ChainruleError
from .inputs import Evidence, Inputs, is_added
from .machine import Machine
from .operations import plain_array
from .passes import Backward, Group, complete, entry_of, groups
from .runs import Plan, Run, alike
from .steps import Reading

_LEVELS = ("any", "positive", "share")
_MOST_MERGED, _MOST_TRIALS = 8, 40
_KINDS, _ADDED = ("matrix", "vector", "scalar"), ("column", "row", "vector", "scalar")


@dataclass(frozen=True, slots=True)
class Base:
    """What the mathematics of a document gives at one point: values by plain name, and the loss."""

    values: Mapping[str, Any]
    loss: Any = None


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a trial of a script needs beside the choice of readings."""

    plan: Plan
    reading: Reading
    shown: Evidence
    shapes: Mapping[str, tuple[int | str | None, ...]]
    traits: Mapping[str, frozenset[str]]
    bases: Sequence[Base]


@dataclass(slots=True)
class Trial:
    """A script followed at all points under one choice of readings."""

    setting: Setting
    backs: list[Backward] = field(default_factory=list)
    done: dict[int, int | None] = field(default_factory=dict)  # the step at which each group is complete, by number
    scaled: bool = False

    @property
    def score(self) -> tuple[int, int]:
        """How many groups are right, and how many steps can be followed."""
        followed = sum(-len(each.failed) - len(each.run.failed) for each in self.backs[:1])
        return sum(place is not None for place in self.done.values()) - self.vanishing, followed

    @property
    def vanishing(self) -> int:
        """How many groups are right only because everything is 0."""
        run = self.backs[0].run
        return sum(
            self.done[number] is not None and not numpy.any(run.truth(group.name))
            for number, group in enumerate(groups(run))
        )  # fmt: skip

    @property
    def drawn(self) -> dict[str, tuple[int, ...]]:
        """The names whose shapes were chosen by us."""
        inputs = self.backs[0].run.inputs
        return {name: shape for name, shape in inputs.drawn.items() if name not in inputs.declared}


def best_trial(setting: Setting) -> Trial:
    """The reading in which most lines are true: shapes that nothing says are tried one by one."""
    best = _scaled(_tried(setting, {}))
    hints: dict[str, str] = {}
    if best.backs[0].run.loss is None:
        return best
    left, misread = _MOST_TRIALS, 2 * best.score[0] < len(best.done)
    for name, kinds in _open(best, misread):
        for kind in kinds:
            if best.score >= (len(best.done), 0) or not left:
                return best
            left -= 1
            other = _scaled(_tried(setting, {**hints, name: kind}))
            if other.score > best.score:
                best, hints = other, {**hints, name: kind}
    return best


def _open(trial: Trial, misread: bool) -> list[tuple[str, Sequence[str]]]:
    """Names whose shapes nothing says, and what else they may be: what is added to all examples is a vector, a row or a
    column; all others are tried only where most lines are false."""
    names = [name for name, shape in trial.drawn.items() if len(shape) <= 2]
    beside = trial.backs[0].run.inputs.beside
    added: list[tuple[str, Sequence[str]]] = [
        (name, _ADDED if beside.get(name, 0) < 2 else _ADDED[:-1]) for name in names if is_added(name)
    ]
    factors = trial.setting.shown.factors
    others = [(name, _KINDS[:2] if name in factors else _KINDS) for name in names if not is_added(name)]
    return [*added, *others] if misread else added


def _tried(setting: Setting, hints: Mapping[str, str], scales: Sequence[float] = ()) -> Trial:
    trial = Trial(setting)
    for number in range(max(1, len(setting.bases)) if setting.bases else 2):
        run = _followed(setting, hints, number)
        if scales:
            run.scale = scales[number]
        back = Backward(run)
        with numpy.errstate(all="ignore"):
            back.follow()
        trial.backs.append(back)
    trial.done = {number: complete(trial.backs, group) for number, group in enumerate(groups(trial.backs[0].run))}
    trial.scaled = bool(scales)
    return trial


def _followed(setting: Setting, hints: Mapping[str, str], number: int) -> Run:
    base = setting.bases[number] if setting.bases else Base({})
    merged: dict[int, int] = {}
    run = _at_level(setting, base, hints, number, merged)
    for _ in range(_MOST_MERGED):
        pair = _merge(run)
        if pair is None:
            break
        merged[pair[0]] = pair[1]
        run = _at_level(setting, base, hints, number, merged)
    return run


def _merge(run: Run) -> tuple[int, int] | None:
    """A size that nothing says, and the one that it must be for the lines that go forward to fit."""
    if run.machine.unequal is None:
        return None
    one, other = run.machine.unequal
    named, chosen = set(run.inputs.sizes.values()), run.inputs.chosen
    for size, is_size in ((other, one), (one, other)):
        if size in chosen and size not in named and size not in run.inputs.merged:
            return size, is_size
    return None


def _at_level(
    setting: Setting, base: Base, hints: Mapping[str, str], number: int, merged: Mapping[int, int]
) -> Run:  # fmt: skip
    """Numbers of any sign; others where something is no number with these."""
    run: Run | None = None
    for level in _LEVELS:
        run = start(setting, base, hints, number + 1, level)
        run.inputs.merged = merged
        with numpy.errstate(all="ignore"):
            run.forward()
            run.find_loss(base.loss)
        if run.finite:
            break
    assert run is not None  # there are levels
    return run


def start(setting: Setting, base: Base, hints: Mapping[str, str], seed: int, level: str, own: bool = False) -> Run:
    """A run before its first step."""
    closed = frozenset(setting.plan.names)
    inputs = Inputs(setting.shown, base.values, setting.shapes, setting.traits, hints, seed, level, closed)
    inputs.lone = "matrix" if setting.plan.given else "scalar"
    axis = setting.shown.axis if setting.shown.softmax else -1
    return Run(
        setting.plan,
        Machine({}, setting.reading.functions, inputs.draw, setting.reading.budget, axis=axis),
        inputs,
        own=own,
    )


def _scaled(best: Trial) -> Trial:
    """Derivatives of the sum of the losses for all inner names, with the mean taken at the end, if more is true so."""
    if None not in best.done.values() or not best.backs[0].run.sure:
        return best
    for number, group in enumerate(groups(best.backs[0].run)):
        if best.done[number] is None and is_sum(best, group):
            ratios = [ratio_of(back, group) for back in best.backs]
            other = _tried_like(best, [each or 1.0 for each in ratios])
            return other if other.score > best.score and _reaches_inputs(other) else best
    return best


def _reaches_inputs(trial: Trial) -> bool:
    """Whether the derivative by some input is right, which is never scaled."""
    run = trial.backs[0].run
    return any(
        trial.done[number] is not None and trial.setting.plan.names[group.name].by in run.inputs.drawn
        for number, group in enumerate(groups(run))
    )  # fmt: skip


def is_sum(trial: Trial, group: Group) -> bool:
    """Whether what is written is as many times the truth as there are examples."""
    for back in trial.backs:
        ratio = ratio_of(back, group)
        if ratio is None or ratio == 1 or not any(abs(ratio - size) < 1e-6 * size for size in _counts(back.run)):
            return False
    return True


def _counts(run: Run) -> set[float]:
    """How many examples there may be."""
    sizes = {float(size) for shape in run.inputs.drawn.values() for size in shape if len(shape) == 2}
    known = {name: run.known(name) for name in ("N", "m", "n", "batch_size")} | dict(run.inputs.sizes)
    arrays = [plain_array(each) for each in known.values() if each is not None]
    sizes |= {float(each.reshape(())) for each in arrays if each.size == 1}
    return {each for each in sizes if each > 0}


def _tried_like(best: Trial, scales: Sequence[float]) -> Trial:
    return _tried(best.setting, dict(best.backs[0].run.inputs.hints), scales)


def ratio_of(back: Backward, group: Group) -> float | None:
    """What a value is a constant multiple of the truth by."""
    place = group.places[-1]
    try:
        truth = numpy.asarray(back.run.truth(group.name), dtype=float)
        value = numpy.asarray(entry_of(back, group.name, place), dtype=float)
    except (ChainruleError, KeyError, TypeError, ValueError):
        return None
    if truth.shape != value.shape or not truth.size or not numpy.abs(truth).max():
        return None
    factor = float((truth * value).sum() / (truth * truth).sum())
    return factor if alike(value, factor * truth) else None
