"""Runs of a script in, what each line that works with derivatives gives in them, beside what it should.

One idea: several lines may make one derivative together, as `dx = a` and `dx += b` do. They are right if what they come
to is right at some line of them.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from ...errors import ChainruleError, ParseError, UnknownNameError
from ..points import as_problem
from .machine import Machine, Wish
from .names import entry_name, target_name
from .operations import as_array, combined, plain_array
from .runs import Run, alike, names_used, targets
from .steps import Step


@dataclass(frozen=True, slots=True)
class Group:
    """The places of the steps that make one derivative together."""

    name: str
    places: tuple[int, ...]


def groups(run: Run) -> list[Group]:
    """The groups of a script: a new one begins where a name is assigned without its own old value."""
    found: dict[str, list[list[int]]] = {}
    for place, step in enumerate(run.plan.script.steps):
        for name in targets(step) if place in run.plan.gradients else ():
            if name not in run.plan.names:
                continue
            fresh = isinstance(step.node, ast.Assign) and target_name(step.target) is not None
            if name not in found or (fresh and name not in names_used(step.node.value)):
                found.setdefault(name, []).append([])
            found[name][-1].append(place)
    return sorted(
        (Group(name, tuple(places)) for name, lists in found.items() for places in lists), key=_first
    )  # fmt: skip


def _first(group: Group) -> int:
    return group.places[0]


@dataclass(slots=True)
class Backward:
    """One run gone through backward: what each step came to, and the names as each step saw them."""

    run: Run
    values: dict[int, Any] = field(default_factory=dict)
    seen: dict[int, dict[str, Any]] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    current: dict[str, Any] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)
    made: dict[str, Any] = field(default_factory=dict)
    every: dict[str, Any] | None = None

    def follow(self) -> None:
        """Go through all steps that work with derivatives."""
        for place, step in enumerate(self.run.plan.script.steps):
            if place not in self.run.plan.gradients and place not in self.run.plan.derived:
                continue
            if step.closed:
                self.failed[place] = step.closed
                continue
            try:
                with as_problem():
                    self.seen[place] = self._names(place, step)
                    self._follow(place, step)
            except ChainruleError as problem:
                self.failed[place] = problem.given
                for name in targets(step):
                    self.made.pop(name, None)

    def _names(self, place: int, step: Step) -> dict[str, Any]:
        values = self.run.values_at(place)
        for name in sorted(names_used(step.node)):
            if name in self.current:
                values[name] = self.current[name]
            elif name in self.run.plan.names:
                try:
                    values[name] = self.run.truth(name)
                except UnknownNameError:
                    values.pop(name, None)
        return values

    def truths(self) -> dict[str, Any]:
        """Every derivative that has a name."""
        if self.every is None:
            self.every = {}
            for name in self.run.plan.names:
                try:
                    self.every[name] = self.run.truth(name)
                except ChainruleError:
                    continue
        return self.every

    def _follow(self, place: int, step: Step) -> None:
        names = targets(step)
        if len(names) != 1:
            self._several(place, step)
            return
        name = names[0]
        value = worked_out(self.run, step, step.node.value, self.seen[place], self._old(name))
        self.values[place] = self.made[name] = value
        if name not in self.run.plan.names or place in self.run.plan.derived:
            self.current[name] = value
            return
        self._compare(name, value)

    def _old(self, name: str) -> Any:
        """What a name was before a step changes it."""
        if name in self.made:
            return self.made[name]
        return self.run.truth(name) if name in self.run.plan.names else self.run.machine.values.get(name)

    def _compare(self, name: str, value: Any) -> None:
        truth = self.run.truth(name)
        if alike(value, truth):
            self.matched.add(name)
            self.current.pop(name, None)
        elif name in self.matched:
            self.current[name] = value

    def _several(self, place: int, step: Step) -> None:
        """`dx, dw = a, b`: one value for each name."""
        found = machine_of(self.run, self.seen[place]).value(step.node.value)
        names = targets(step)
        if not isinstance(found, list) or len(found) != len(names):
            raise ParseError(given="several names at once", expected="as many values as names")
        self.values[place] = found
        for name, value in zip(names, found, strict=True):
            self.made[name] = value
            if name not in self.run.plan.names:
                self.current[name] = value


def machine_of(run: Run, names: dict[str, Any]) -> Machine:
    """A machine that knows these names; others are drawn as they are met."""
    machine = run.machine
    return Machine(dict(names), machine.functions, run.inputs.draw, machine.budget, axis=machine.axis)


def worked_out(run: Run, step: Step, value: ast.expr, names: dict[str, Any], old: Any) -> Any:
    """What a step with this value gives to its target, which was `old` before. Raises ChainruleError."""
    machine = machine_of(run, names)
    if step.sign is None and target_name(step.target) is not None:
        shape = tuple(numpy.shape(old)) if old is not None else None
        with as_problem():
            return plain_array(as_array(machine.value(value, Wish(shape))))
    if old is None:
        raise UnknownNameError(given="a change of a name that has no value", expected="a value before")
    if target_name(step.target) is not None:
        assert step.sign is not None  # it is a change of a whole
        with as_problem():
            return plain_array(combined(step.sign, old, machine.value(value)))
    return _with_entries(machine, step, value, old)


def _with_entries(machine: Machine, step: Step, value: ast.expr, old: Any) -> Any:
    """A copy with the entries changed that an index picks."""
    target = step.target
    if not isinstance(target, ast.Subscript) or entry_name(target) is not None:
        raise ParseError(given="a change of several things at once", expected="entries of one array")
    array = numpy.array(plain_array(old), dtype=float)
    with as_problem():
        key = machine.key(target.slice, array.shape)
        new = plain_array(machine.value(value))
        array[key] = new if step.sign is None else combined(step.sign, array[key], new)
    return array


def chain_of(
    back: Backward, group: Group, place: int, tree: ast.expr, others: Mapping[str, Any] | None = None
) -> list[Any]:  # fmt: skip
    """What the steps of a group come to from `place` on, with another value there. Raises ChainruleError."""
    run, found = back.run, []
    old: Any = _start(back, group, place)
    for each in group.places[group.places.index(place) :]:
        step = run.plan.script.steps[each]
        names = {**back.truths(), **back.seen[each], **(others or {})}
        old = worked_out(run, step, tree if each == place else step.node.value, names, old)
        found.append(old)
    return found


def _start(back: Backward, group: Group, place: int) -> Any:
    number = group.places.index(place)
    if number:
        return back.values.get(group.places[number - 1])
    return back.run.truth(group.name)


def complete(backs: Sequence[Backward], group: Group) -> int | None:
    """The last step of a group after which the derivative is the true one in all runs."""
    for place in reversed(group.places):
        if all(_equal(back, group.name, place) for back in backs):
            return place
    return None


def _equal(back: Backward, name: str, place: int) -> bool:
    if place not in back.values:
        return False
    try:
        return alike(entry_of(back, name, place), back.run.truth(name))
    except ChainruleError:
        return False


def entry_of(back: Backward, name: str, place: int) -> Any:
    """What a step gave to one of its names."""
    names, value = targets(back.run.plan.script.steps[place]), back.values[place]
    return value[names.index(name)] if len(names) > 1 else value
