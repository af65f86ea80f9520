"""Facts in as they are heard, all that a document says out: the one place where facts are made and kept.

One idea: a fact is kept once; what is said again in the same words of the same name adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from . import said
from .phrases import Named, spelled
from .said import Axis, Heard, Said, Size

MOST = 4_000  # facts of one kind

_SomeFact = TypeVar(
    "_SomeFact", said.Shape, said.Trait, said.Role, said.FunctionSaid, said.Part, said.Convention, said.Range
)


@dataclass(slots=True)
class Facts:
    """The facts heard so far."""

    shapes: list[said.Shape] = field(default_factory=list)
    traits: list[said.Trait] = field(default_factory=list)
    roles: list[said.Role] = field(default_factory=list)
    functions: list[said.FunctionSaid] = field(default_factory=list)
    parts: list[said.Part] = field(default_factory=list)
    same: list[said.Same] = field(default_factory=list)
    conventions: list[said.Convention] = field(default_factory=list)
    conditions: list[said.Condition] = field(default_factory=list)
    ranges: list[said.Range] = field(default_factory=list)
    counts: list[said.Count] = field(default_factory=list)
    orders: list[said.Order] = field(default_factory=list)
    worlds: list[said.World] = field(default_factory=list)
    remarks: list[said.Remark] = field(default_factory=list)

    def shape(self, named: Named, sizes: tuple[Size, ...], heard: Heard,
              lying: Literal["", "row", "column"] = "", only: tuple[int, ...] = ()) -> None:  # fmt: skip
        """The shape of a name."""
        if len(self.shapes) < MOST:
            self.shapes.append(said.Shape(named.text, named.latex, sizes, heard, lying, only))

    def trait(self, named: Named, what: str, heard: Heard, holds: bool = True,
              along: Axis = "", only: tuple[int, ...] = ()) -> None:  # fmt: skip
        """A property of a name."""
        if len(self.traits) < MOST:
            self.traits.append(said.Trait(named.text, named.latex, what, heard, holds, along, only))

    def role(self, named: Named, what: str, heard: Heard, of: str = "", loss: str = "") -> None:
        """What a name is."""
        if len(self.roles) < MOST:
            self.roles.append(said.Role(named.text, named.latex, what, heard, of, loss))

    def function(self, name: str, latex: str, function: str, heard: Heard, where: str = "") -> None:
        """The function that a name is."""
        if len(self.functions) < MOST:
            spot: Literal["", "hidden", "output"] = (
                "output" if where == "output" else "hidden" if where == "hidden" else ""
            )
            self.functions.append(said.FunctionSaid(name, latex, function, heard, spot))

    def convention(self, what: str, value: str, heard: Heard, name: str = "") -> None:
        """A convention."""
        if len(self.conventions) < MOST:
            self.conventions.append(said.Convention(what, value, heard, name))

    def finished(self) -> Said:
        """All that was heard, in the order of the document."""
        conditions: dict[int, list[said.Condition]] = {}
        self.conditions = _told_apart(self.conditions)
        for condition in self.conditions:
            for number in condition.statements:
                conditions.setdefault(number, []).append(condition)
        asides = {each.aside for each in self.conditions if each.how != "at"} | {each.aside for each in self.ranges}
        return Said(
            shapes=_by_name(_telling(self.shapes)), traits=_by_name(self.traits), roles=_by_name(self.roles),
            functions=_by_name(self.functions), parts=_by_name(self.parts), same=tuple(self.same),
            conventions=_by_what(self.conventions),
            conditions={number: tuple(each) for number, each in sorted(conditions.items())},
            ranges=_by_name(self.ranges), counts=tuple(self.counts), orders=tuple(self.orders),
            worlds=tuple(self.worlds), remarks=tuple(self.remarks),
            asides=frozenset(number for number in asides if number is not None),
        )  # fmt: skip


def _telling(shapes: Sequence[said.Shape]) -> list[said.Shape]:
    """Without those that say nothing but how many sizes there are, where others of the name say them."""
    sized = {(each.name, len(each.sizes)) for each in shapes if any(size is not None for size in each.sizes)}
    return [
        each
        for each in shapes
        if not each.sizes or (each.name, len(each.sizes)) not in sized or any(size is not None for size in each.sizes)
    ]


def _told_apart(conditions: Sequence[said.Condition]) -> list[said.Condition]:
    """Values of one name that differ from condition to condition under a heading are cases, no data."""
    values: dict[tuple[int, str], set[str]] = {}
    for condition in conditions:
        name, _, value = condition.relation.replace(" ", "").partition("=")
        values.setdefault((condition.heard.section, name), set()).add(value)
    return [
        replace(condition, how="for")
        if condition.how == "at" and condition.heard.words[:3].lower() == "for"
        and len(values[condition.heard.section, condition.relation.replace(" ", "").partition("=")[0]]) > 1
        else condition
        for condition in conditions
    ]  # fmt: skip


def _order(
    fact: said.Shape | said.Trait | said.Role | said.FunctionSaid | said.Part | said.Convention | said.Range,
) -> tuple[int, int]:
    return fact.heard.before, fact.heard.place.offset


def _by_name(facts: Sequence[_SomeFact]) -> dict[str, tuple[_SomeFact, ...]]:
    found: dict[str, list[_SomeFact]] = {}
    for fact in sorted(facts, key=_order):
        of_name = found.setdefault(fact.name, [])
        if not any(_alike(fact, each) for each in of_name[-4:]):
            of_name.append(fact)
    return {name: tuple(each) for name, each in found.items()}


def _alike(fact: _SomeFact, other: _SomeFact) -> bool:
    return fact.heard.place.offset <= other.heard.place.end and replace(fact, heard=other.heard) == other


def _by_what(facts: Sequence[said.Convention]) -> dict[str, tuple[said.Convention, ...]]:
    found: dict[str, list[said.Convention]] = {}
    for fact in sorted(facts, key=_order):
        found.setdefault(fact.what, []).append(fact)
    return {what: tuple(each) for what, each in found.items()}


def whole_name(named: Named) -> Named:
    """The array that an entry such as `y_i` belongs to, if the index is a letter."""
    base, _, below = named.latex.rpartition("_")
    index = below.strip("{} ")
    if base and index and all(letter in "ijklmnopqrstuc," for letter in index) and len(index) <= 3:
        text = spelled(base)
        return Named(text, base, named.token) if text else named
    return named


def numbers(statements: Iterable[int]) -> tuple[int, ...]:
    """Numbers of statements, each once, in order."""
    return tuple(sorted(set(statements)))
