"""A script in, a ruling for each of its statements out.

One idea: the lines that make one derivative together are judged together; a single change of one of them that makes it
true says what the author did.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy

from ...errors import ChainruleError
from ...ir.node import Node
from ..diagnosis import Found, Remedy
from ..edits import CodeEdit, CodeKnown, code_edits
from ..results import Verdict
from ..rulings import Ruling
from .names import looks_like_one, plain
from .operations import plain_array, said, with_operators
from .passes import Backward, Group, chain_of, entry_of, groups, machine_of
from .runs import Run, alike, is_literal, names_used, targets
from .steps import Step
from .trials import Setting, Trial, best_trial, is_sum

_MOST_TRIED, _MOST_FOUND = 600, 4
_SIGNS: dict[type, str] = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}
_PARAMETERS = frozenset({"W", "b", "w", "U", "V", "gamma", "beta", "theta"})


def rulings(setting: Setting) -> dict[int, Ruling]:
    """The rulings for the statements of a script, by their numbers. Raises ChainruleError where nothing can be run."""
    trial = best_trial(setting)
    found: dict[int, Ruling] = {}
    for place, step in enumerate(setting.plan.script.steps):
        if step.number is not None and place not in setting.plan.gradients:
            found[step.number] = _other(trial, place, step)
    judged = [(group, _group(trial, group, number)) for number, group in enumerate(groups(trial.backs[0].run))]
    found |= _blamed(trial, judged)
    for by_place in _without_doubtful(judged, trial):
        for place, ruling in by_place.items():
            statement = setting.plan.script.steps[place].number
            if statement is not None:
                found[statement] = _worse(found.get(statement), ruling)
    return found


def _blamed(trial: Trial, judged: list[tuple[Group, dict[int, Ruling]]]) -> dict[int, Ruling]:
    """Lines whose derivative has no name of ours, but which make lines after them false: one change makes all true."""
    steps, found = trial.setting.plan.script.steps, dict[int, Ruling]()
    for place in sorted(trial.setting.plan.derived):
        step, names = steps[place], targets(steps[place])
        using = [each for each in judged if _uses(steps, each, names, place)]
        if len(names) != 1 or step.closed or _is_known(trial, place) or not all(_is_false(each) for _, each in using):
            continue
        groups_using = [group for group, _ in using]
        edits = changes(step, known(trial, place), _Helps(trial, place, groups_using).holds) if len(using) > 1 else ()
        for _, by_place in using:
            by_place.update({each: _excused(ruling, names[0], bool(edits)) for each, ruling in by_place.items()})
        if edits and step.number is not None:
            found[step.number] = _wrong("with this, the lines that use it are false", step, edits)
    return found


def _excused(ruling: Ruling, name: str, explained: bool) -> Ruling:
    """What is said of a line that is false because it uses another."""
    if explained:
        return Ruling(Verdict.RIGHT, f"right, with {name} put right")
    if ruling.verdict is Verdict.WRONG and not _is_explained(ruling):
        return Ruling(Verdict.UNCHECKED, f"with {name} as it is computed this is false, but nothing says which line is")
    return ruling


def _is_known(trial: Trial, place: int) -> bool:
    """Whether a line is the derivative by some name, or cannot be computed."""
    if any(place not in back.seen or place not in back.values for back in trial.backs):
        return True
    names = trial.backs[0].run.machine.values
    return any(all(_is_derivative(back, place, name) for back in trial.backs) for name in names)


def _uses(steps: Sequence[Step], judged: tuple[Group, dict[int, Ruling]], names: Sequence[str], place: int) -> bool:
    after = [each for each in judged[0].places if each > place]
    return any(set(names) & names_used(steps[each].node.value) for each in after)


def _is_false(by_place: Mapping[int, Ruling]) -> bool:
    return any(each.verdict is Verdict.WRONG for each in by_place.values())


@dataclass(frozen=True, slots=True)
class _Helps:
    """Whether a line with another value makes all groups that use it true."""

    trial: Trial
    place: int
    groups: Sequence[Group]

    def holds(self, tree: ast.expr) -> bool:
        """At all points."""
        name = targets(self.trial.setting.plan.script.steps[self.place])[0]
        for back in self.trial.backs:
            run = back.run
            try:
                names = {**back.truths(), **back.seen[self.place]}
                value = plain_array(machine_of(run, names).value(tree))
                for group in self.groups:
                    first = group.places[0]
                    own = run.plan.script.steps[first].node.value
                    truth = run.truth(group.name)
                    if not any(alike(each, truth) for each in chain_of(back, group, first, own, {name: value})):
                        return False
            except ChainruleError:
                return False
        return True


def _worse(one: Ruling | None, other: Ruling) -> Ruling:
    order = (Verdict.WRONG, Verdict.UNCHECKED, Verdict.CONVENTION, Verdict.RIGHT, Verdict.DEFINITION)
    return other if one is None or order.index(other.verdict) < order.index(one.verdict) else one


def _without_doubtful(judged: list[tuple[Group, dict[int, Ruling]]], trial: Trial) -> Iterator[dict[int, Ruling]]:
    """Where most lines are false and no single slip explains them, they were misread."""
    false = [each for _, by_place in judged for each in by_place.values() if each.verdict is Verdict.WRONG]
    bare, sure = sum(not _is_explained(each) for each in false), trial.backs[0].run.sure
    right = any(place is not None for place in trial.done.values())
    doubtful = not sure or (bare > 1 and 2 * bare > len(judged))
    for _, by_place in judged:
        if doubtful:
            by_place = {place: _doubted(each, right) for place, each in by_place.items()}
        yield by_place


def _is_explained(ruling: Ruling) -> bool:
    return ruling.found is not None and bool(ruling.found.remedies)


def _doubted(ruling: Ruling, right: bool) -> Ruling:
    if ruling.verdict is Verdict.WRONG and not (right and _is_explained(ruling)):
        return Ruling(Verdict.UNCHECKED, "it differs from the derivative, but other lines do so too")
    return ruling


# Lines that give derivatives ------------------------------------------
def _group(trial: Trial, group: Group, number: int) -> dict[int, Ruling]:
    done, by = trial.done[number], trial.setting.plan.names[group.name].by
    if done is not None:
        return {place: _right(trial, group, place, done, by) for place in group.places}
    steps = trial.setting.plan.script.steps
    if any(steps[place].closed for place in group.places):
        return {
            place: Ruling(Verdict.UNCHECKED, steps[place].closed or "a loop goes on with it") for place in group.places
        }
    if (repaired := _repaired(trial, group)) is not None:
        return repaired
    for back in trial.backs:
        for place in group.places:
            problem = back.failed.get(place)
            if problem is not None or place not in back.values:
                reason = f"{problem or 'a line before it'} cannot be computed"
                return {each: Ruling(Verdict.UNCHECKED, reason) for each in group.places}
    return _unexplained(trial, group, by)


def _right(trial: Trial, group: Group, place: int, done: int, by: str) -> Ruling:
    if place > done:
        return Ruling(Verdict.DEFINITION, f"{group.name} goes on with another value")
    which = trial.setting.plan.names[group.name]
    inner = trial.scaled and which.by not in trial.backs[0].run.inputs.drawn
    of = which.of or "the loss"
    what = f"the derivative of {of} by {by}, in NumPy at {len(trial.backs)} random points"
    if place < done:
        return Ruling(Verdict.RIGHT, f"a part of {what}")
    if inner:
        return Ruling(Verdict.CONVENTION, f"{what}, before the mean over the examples is taken")
    return Ruling(Verdict.RIGHT, what)


def _unexplained(trial: Trial, group: Group, by: str) -> dict[int, Ruling]:
    last = group.places[-1]
    back = trial.backs[0]
    value, truth = entry_of(back, group.name, last), back.run.truth(group.name)
    shapes = numpy.shape(value), numpy.shape(truth)
    found = {place: Ruling(Verdict.UNCHECKED, f"a part of {group.name}, which is false") for place in group.places}
    if isinstance(value, list) or shapes[0] != shapes[1] or group.name.startswith("delta") or is_literal(
        trial.setting.plan.script.steps[last].node.value
    ):  # fmt: skip
        found[last] = Ruling(Verdict.UNCHECKED, f"no array of the shape of {by}, as far as its shape is known")
    else:
        remedies = (
            Found((Remedy("M12", "the division by the number of examples is missing"),))
            if is_sum(trial, group)
            else None
        )
        found[last] = Ruling(Verdict.WRONG, f"this is not the derivative of the loss by {by}", found=remedies)
    return found


# What was meant ------------------------------------------
def _repaired(trial: Trial, group: Group) -> dict[int, Ruling] | None:
    """The single change of one line of a group that makes it true."""
    for place in reversed(group.places):
        step = trial.setting.plan.script.steps[place]
        if len(targets(step)) != 1 or is_literal(step.node.value) or any(place not in x.seen for x in trial.backs):
            continue
        found = _changes(trial, step, place, _Truth(trial, group, place))
        if found:
            by = trial.setting.plan.names[group.name].by
            rulings = {each: Ruling(Verdict.RIGHT, f"a part of the derivative by {by}") for each in group.places}
            problem = trial.backs[0].failed.get(place)
            reason = (
                f"this is not the derivative of the loss by {by}" if problem is None else f"it does not fit: {problem}"
            )
            rulings[place] = _wrong(reason, step, found)
            return rulings
    return None


@dataclass(frozen=True, slots=True)
class _Truth:
    """Whether a step with another value makes its group true."""

    trial: Trial
    group: Group
    place: int

    def holds(self, tree: ast.expr) -> bool:
        """At all points; the first decides most."""
        for back in self.trial.backs:
            try:
                truth = back.run.truth(self.group.name)
                if not any(alike(each, truth) for each in chain_of(back, self.group, self.place, tree)):
                    return False
            except ChainruleError:
                return False
        return True


def _changes(trial: Trial, step: Step, place: int, truth: _Truth) -> tuple[CodeEdit, ...]:
    return changes(step, known(trial, place), truth.holds)


def changes(step: Step, names: CodeKnown, holds: Callable[[ast.expr], bool]) -> tuple[CodeEdit, ...]:
    """The likeliest changes of the value of a step under which something holds."""
    found: list[CodeEdit] = []
    with numpy.errstate(all="ignore"):
        for edit in islice(code_edits(with_operators(step.node.value), names), _MOST_TRIED):
            if found and edit.cost > found[0].cost + 0.5:
                break
            if holds(edit.tree):
                found.append(edit)
                if len(found) == _MOST_FOUND:
                    break
    return tuple(found)


def _wrong(reason: str, step: Step, found: tuple[CodeEdit, ...]) -> Ruling:
    """A false line with the likeliest mistake in it, and the line as it should have been written."""
    sign = _SIGNS.get(type(step.sign), "=")
    remedies = tuple(Remedy(each.mistake, each.message, cost=each.cost) for each in found)
    expected = f"{said(step.target)} {sign} {found[0].text}"
    return Ruling(Verdict.WRONG, reason, found=Found(remedies), expected=expected)


def known(trial: Trial, place: int) -> CodeKnown:
    """The names that a line may use."""
    run, plan = trial.backs[0].run, trial.setting.plan
    values = {name: each for name, each in run.values_at(place).items() if isinstance(each, Node | numpy.ndarray)}
    written = {name for each in plan.script.steps for name in names_used(each.node)}
    names = tuple(name for name in values if name in written and name not in plan.names)
    derivatives = tuple(name for name in plan.names if name in written)
    scalars = tuple(
        name for name in ("N", "m", "n", "batch_size") if name in run.machine.values or name in run.inputs.sizes
    )
    target = plan.names[targets(plan.script.steps[place])[0]].by if place in plan.gradients else ""
    parameters = frozenset(name for name in names if name.rstrip("0123456789_") in _PARAMETERS)
    own = targets(plan.script.steps[place])
    every = tuple(name for name in (*derivatives, *names) if name not in own)[:26]
    return CodeKnown(every, derivatives[:12], tuple(_pairs(trial)), scalars, parameters, target)


def _pairs(trial: Trial) -> Iterator[tuple[str, str, str]]:
    for step in trial.setting.plan.script.steps:
        name = targets(step)[0] if targets(step) else ""
        match step.node.value:
            case ast.Call(func=ast.Attribute(attr="tanh" | "sigmoid" | "relu" as function) | ast.Name(
                          "tanh" | "sigmoid" | "relu" as function), args=[ast.Name(before)]):  # fmt: skip
                yield function, name, before
            case ast.Call(func=ast.Attribute(attr="maximum"), args=[ast.Constant(), ast.Name(before)]):
                yield "relu", name, before
            case ast.Call(func=ast.Attribute(attr="maximum"), args=[ast.Name(before), ast.Constant()]):
                yield "relu", name, before
            case ast.BinOp(left=ast.Constant(1 | 1.0), op=ast.Div(), right=right) if "exp(-" in ast.unparse(right):
                before = next((each for each in names_used(right) if each not in ("np", "numpy")), "")
                yield "sigmoid", name, before


# Other lines ------------------------------------------
def _other(trial: Trial, place: int, step: Step) -> Ruling:
    if step.closed:
        return Ruling(Verdict.UNCHECKED, step.closed)
    if place in trial.setting.plan.derived:
        return _derived(trial, place, step)
    run = trial.backs[0].run
    if place in run.failed:
        return Ruling(Verdict.UNCHECKED, f"{run.failed[place]} cannot be followed")
    name = targets(step)[0] if len(targets(step)) == 1 else ""
    if name and plain(name) in run.inputs.base and not is_literal(step.node.value) and step.sign is None:
        return _said_before(trial, place, step, name)
    return Ruling(Verdict.DEFINITION, "it says what the name on the left is")


def _said_before(trial: Trial, place: int, step: Step, name: str) -> Ruling:
    """A line for a name that the mathematics of the document defines too."""
    key = plain(name)
    if all(alike(back.run.inputs.base[key], _value_after(back.run, place, name)) for back in trial.backs):
        return Ruling(Verdict.RIGHT, f"what the mathematics of the document says of {name}")
    if numpy.shape(_value_after(trial.backs[0].run, place, name)) == numpy.shape(trial.backs[0].run.inputs.base[key]):
        found = changes(step, known(trial, place), _Restated(trial, place, key).holds)
        if found:
            reason = f"not what the mathematics of the document says of {name}"
            return _wrong(reason, step, found)
    return Ruling(Verdict.DEFINITION, "it says anew what the name on the left is")


@dataclass(frozen=True, slots=True)
class _Restated:
    """Whether a line with another value says what the mathematics of the document says."""

    trial: Trial
    place: int
    key: str

    def holds(self, tree: ast.expr) -> bool:
        """At all points."""
        for back in self.trial.backs:
            run = back.run
            machine = machine_of(run, run.before[self.place])
            try:
                if not alike(machine.value(tree), run.inputs.base[self.key]):
                    return False
            except ChainruleError:
                return False
        return True


def _value_after(run: Run, place: int, name: str) -> Any:
    later = run.before[place + 1] if place + 1 < len(run.before) else run.machine.values
    return later.get(name)


def _derived(trial: Trial, place: int, step: Step) -> Ruling:
    """An update, or a help on the way to derivatives."""
    back, names = trial.backs[0], targets(step)
    if place not in back.values:
        return Ruling(Verdict.UNCHECKED, f"{back.failed.get(place, 'a line before it')} cannot be computed")
    if len(names) == 1 and names[0] in back.run.machine.values:
        return Ruling(Verdict.DEFINITION, f"a step: it gives {names[0]} a new value")
    if len(names) != 1 or not looks_like_one(names[0]) or isinstance(step.node.value, ast.Dict | ast.Tuple):
        return Ruling(Verdict.DEFINITION, "a help on the way to derivatives")
    for other in back.run.machine.values:
        if all(_is_derivative(each, place, other) for each in trial.backs):
            return Ruling(Verdict.RIGHT, f"equal to the derivative of the loss by {other}")
    return Ruling(Verdict.UNCHECKED, f"nothing says of what {names[0]} is the derivative")


def _is_derivative(back: Backward, place: int, by: str) -> bool:
    from .names import Gradient

    which = Gradient("", by)
    value = back.run.machine.values.get(by)
    if not isinstance(value, Node) or place not in back.values or numpy.shape(value) != numpy.shape(back.values[place]):
        return False
    try:
        if which not in back.run.cache:
            back.run.cache[which] = back.run._derivative(which)
    except ChainruleError:
        return False
    truth = back.run.cache[which]
    return truth is not None and bool(numpy.any(truth)) and alike(back.values[place], plain_array(truth))
