"""One claim on the bench: its sides as meanings, and what they are at points.

One idea: a side is computed at each point, for each entry that a free index stands for, in each style in which its
derivatives can be read; judging compares the arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import Any

import numpy

from ..errors import ChainruleError, ParseError
from ..notation.entries import WriteOut
from ..notation.kinds import Context, Run, Value, as_floats, in_order
from ..notation.lower import lower, lower_whole
from ..notation.meaning import (
    Comparison,
    Definition,
    Literal,
    Meaning,
    Program,
    Unit,
    Variable,
    everything,
)  # fmt: skip
from ..notation.runs import find_runs
from ..notation.shapes import infer_shapes
from ..notation.symbols import Symbol
from .atoms import RAW, Atom
from .building import extended
from .claims import Claim
from .model import Model, names_in
from .points import Point, as_array, as_problem, plans, take
from .session import Session
from .slopes import Style, jacobian, laid_out

_MOST_ENTRIES = 9


STYLES = (
    Style(), Style(local=True), Style("numerator"), Style("numerator", True), Style("entrywise"),
    Style("entrywise", True), Style("denominator"), Style("denominator", True), Style("factor"), Style("factor", True),
    Style(padded=True),
)  # fmt: skip


@dataclass(slots=True)
class Bench:
    """A claim, its model, and its sides as they have been read."""

    session: Session
    claim: Claim
    model: Model
    free: tuple[str, ...]
    meanings: dict[int, Meaning] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    conditions: tuple[Meaning, ...] = ()
    taken: list[Point] | None = None
    cache: dict[Any, Any] = field(default_factory=dict)

    def points(self) -> list[Point]:
        """The points at which the sides are compared."""
        if self.taken is None:
            unknown = self.unknown()
            fixed = self._fixed()
            if unknown:
                self.taken = self._further(unknown)
            elif (traits := self.session.traits.get(self.claim.number)) is not None:
                self.taken = self.session.points_of_kind(self.claim.number, traits)
            elif fixed:
                self.taken = self.session.points_with(self.claim.number, fixed)
            else:
                self.taken = self.session.points(self.claim.number)
        return self.taken

    def _fixed(self) -> dict[str, float]:
        """Inputs that a condition of the statement gives a number: `y = 1`."""
        found: dict[str, float] = {}
        inputs = {each.text for each in self.model.inputs}
        for each in self.conditions:
            match each:
                case Comparison("=", Variable(symbol), Literal(_, value)) if symbol.text in inputs:
                    found[symbol.text] = value
        return found

    def unknown(self) -> list[str]:
        """Names in the sides of which nothing is known."""
        known = self.model.known | self.model.sizes | set(self.model.data)
        found: dict[str, None] = {}
        for meaning in self.meanings.values():
            for name in self.names_in(meaning):
                if name not in known:
                    found.setdefault(name)
        return list(found)

    def names_in(self, meaning: Meaning) -> Iterator[str]:
        """The names in a meaning, those that its derivatives speak of among them."""
        for each in names_in(meaning):
            yield each.symbol.text
        for atom in self.model.atoms.inside(meaning):
            yield from (each.symbol.text for each in names_in(atom.of))
            yield from (each.text for each in atom.wrt)

    def names_of(self, place: int) -> frozenset[str]:
        """The names in one side."""
        return frozenset(self.names_in(self.meanings[place])) if place in self.meanings else frozenset()

    def _further(self, unknown: list[str]) -> list[Point]:
        """Points of a model that has the sides as definitions too, so that the shapes of new names are found."""
        sides = [each for each in self.meanings.values() if not self.model.atoms.inside(each)]
        bodies = [atom.of for each in self.meanings.values() for atom in self.model.atoms.inside(each)]
        wider = extended(self.model, [*bodies, *sides], self.free)
        found = []
        for number, plan in enumerate(plans(wider)):
            for turn in range(3):
                for level in ("any", "positive", "share"):
                    point = take(wider, plan, 1000 * number + turn, level)
                    if point.finite:
                        break
                found.append(point)
        return found

    # Values ------------------------------------------
    def values(self, place: int, style: Style, points: Sequence[Point]) -> list[Any]:
        """What a side is, at each point and for each entry. Raises ChainruleError where it is nothing."""
        style = self._telling(place, style, points)
        key = (place, style, tuple(map(id, points)))
        if key not in self.cache:
            try:
                self.cache[key] = self.compute(self.meanings[place], style, points)
            except ChainruleError as problem:
                self.cache[key] = problem
        if isinstance(self.cache[key], ChainruleError):
            raise self.cache[key]
        return list(self.cache[key])

    def _telling(self, place: int, style: Style, points: Sequence[Point]) -> Style:
        """The style without what makes no difference to a side: the layout of numbers, all where no derivative is."""
        if place not in self.meanings or not points:
            return style
        key = ("laid out", place)
        if key not in self.cache:
            meaning = self.meanings[place]
            atoms = self.model.atoms.inside(meaning)
            names = {each.symbol.text for each in everything(meaning) if isinstance(each, Variable)}
            self.cache[key] = bool(atoms), any(each.name in names and self._has_axes(each, points[0]) for each in atoms)
        some, layout = self.cache[key]
        if not some:
            return Style(padded=style.padded)
        return style if layout else replace(style, layout=Style().layout)

    def _has_axes(self, atom: Atom, point: Point) -> bool:
        """Whether a derivative may be an array."""
        if atom.joined is not None or atom.of_name is None:
            return True
        names = (atom.of_name, *(each.text for each in atom.wrt))
        return any(name not in point.nodes or point.nodes[name].shape for name in names)

    def compute(self, meaning: Meaning, style: Style, points: Sequence[Point]) -> list[Any]:
        """What a meaning is at each point and for each entry; None where it is nothing there. Raises ChainruleError
        where it is nothing anywhere."""
        found: list[Any] = []
        failure: ChainruleError | None = None
        for point in points:
            entries = self.entries(point)
            if (whole := self._whole(meaning, style, point, entries)) is not None:
                found += whole
                continue
            for indices in entries:
                try:
                    found.append(self._at(meaning, style, point, indices))
                except ChainruleError as problem:
                    failure = failure or problem
                    found.append(None)
        if failure is not None and all(each is None for each in found):
            raise failure
        return found

    def _whole(
        self, meaning: Meaning, style: Style, point: Point, entries: Sequence[Mapping[str, int]]
    ) -> list[Any] | None:
        """All entries at once, the free indices as axes; None where they have to be taken one by one."""
        if not self.free or style.padded:
            return None
        try:
            with numpy.errstate(all="ignore"), as_problem(meaning.span):
                context = self._context(meaning, style, point)
                context.indices = {letter: Run(self.size(letter, point), 1) for letter in self.free}
                value = as_floats(lower(meaning, context))
                self.session.work.add(context.steps[0])
                inner = in_order(value, tuple(letter for letter in self.free if letter in value.labels))
                array = as_array(inner)
                return [array[tuple(each[letter] - 1 for letter in inner.labels)] for each in entries]
        except (ChainruleError, WriteOut):
            return None

    def probe(self, meaning: Meaning, style: Style, number: int) -> Any:
        """What a meaning is in one place of the list that `compute` gives for all points."""
        for point in self.points():
            entries = self.entries(point)
            if number < len(entries):
                return self._at(meaning, style, point, entries[number])
            number -= len(entries)
        raise IndexError(number)

    def _at(self, meaning: Meaning, style: Style, point: Point, indices: Mapping[str, int]) -> Any:
        with numpy.errstate(all="ignore"), as_problem(meaning.span):
            context = self._context(meaning, style, point)
            context.indices = dict(indices)
            context.zero_outside = style.padded
            found = as_array(as_floats(lower_whole(meaning, context)))
        self.session.work.add(context.steps[0])
        return found

    def entries(self, point: Point) -> list[Mapping[str, int]]:
        """The entries that the free indices stand for at a point, as many as there is time for."""
        if not self.free:
            return [{}]
        key = ("entries", id(point))
        if key not in self.cache:
            self.cache[key] = list(islice(self._tuples(point), _MOST_ENTRIES))
        return list(self.cache[key])

    def _tuples(self, point: Point) -> Iterator[dict[str, int]]:
        sizes = [self.size(letter, point) for letter in self.free]
        for numbers in product(*(range(1, size + 1) for size in sizes)):
            indices = dict(zip(self.free, numbers, strict=True))
            if all(self._holds(each, indices, point) for each in self.conditions):
                yield indices

    def _holds(self, condition: Meaning, indices: dict[str, int], point: Point) -> bool:
        context = point.context()
        context.indices = dict(indices)
        try:
            return bool(numpy.asarray(as_array(as_floats(lower(condition, context)))).all())
        except ChainruleError:
            return True

    def size(self, letter: str, point: Point) -> int:
        """How far a free index runs at a point. Raises ParseError where no side says it."""
        key = ("size", letter, id(point))
        if key not in self.cache:
            self.cache[key] = None  # whoever asks for it in order to find it gets none
            self.cache[key] = self._size(letter, point)
        found: int | None = self.cache[key]
        if found is None:
            raise ParseError(given=f"the index {letter}", expected="an index of an array whose shape is known")
        return found

    def _size(self, letter: str, point: Point) -> int:
        for meaning in self.meanings.values():
            context = self._context(meaning, Style(), point)
            context.indices = {each: 1 for each in self.free if each != letter}
            try:
                return find_runs((letter,), (None, None), meaning, meaning.span, context, lower)[letter].size
            except ChainruleError:
                continue
            except Exception:  # a sum that would have to be written out says no size
                continue
        raise ParseError(given=f"the index {letter}", expected="an index of an array whose shape is known")

    def _context(self, meaning: Meaning, style: Style, point: Point) -> Context:
        key = ("context", id(meaning), style, id(point))
        if key not in self.cache:
            context = point.context(units=self._units(meaning, point))
            context.from_one = self.model.has_numbered_windows()
            for name in {each.symbol.text for each in names_in(meaning)}:
                if name in self.model.derived and name not in context.names:
                    context.names[name] = self._derived(name, point)
            for atom in self.model.atoms.inside(meaning):
                self._put(atom, meaning, style, point, context)
            self.cache[key] = meaning, context  # the meaning is kept, so that its number stays its own
        found: Context = self.cache[key][1]
        return replace(found, indices={}, steps=[0], names=dict(found.names))

    def _put(self, atom: Atom, meaning: Meaning, style: Style, point: Point, context: Context) -> None:
        local = style.local and not self.final(atom)
        array = jacobian(point, atom, self.model.atoms, local)
        context.names[atom.name + RAW] = Value(array)
        if any(isinstance(each, Variable) and each.symbol.text == atom.name for each in everything(meaning)):
            of_axes = array.ndim - sum(len(point.nodes[each.text].shape) for each in atom.wrt)
            context.names[atom.name] = laid_out(array, of_axes, style.layout if array.ndim > 0 else "mixed")

    def final(self, atom: Atom) -> bool:
        """Whether what is differentiated is a result: then its derivative is always the total one."""
        name = atom.of_name
        if atom.joined is not None or name is None:
            return False
        return name in self.model.ends() or (self.session.loss is not None and name == self.session.loss.text)

    def _derived(self, name: str, point: Point) -> Value:
        if name not in point.values:
            meaning, key = self.model.derived[name], ("derived", name, id(point))
            if key in self.cache:
                raise ParseError(given=f"the name {name}", where=meaning.span, expected="one not defined by itself")
            self.cache[key] = True
            try:
                context = self._context(meaning, Style(), point)
                with numpy.errstate(all="ignore"):
                    point.values[name] = as_floats(lower_whole(meaning, context))
            finally:
                del self.cache[key]
        return point.values[name]

    def _units(self, meaning: Meaning, point: Point) -> Mapping[int, int]:
        """How large each identity and each vector of ones is."""
        if not any(isinstance(each, Unit) for each in everything(meaning)):
            return {}
        shapes: dict[str, tuple[int | str, ...]] = {
            name: tuple(as_array(value).shape) for name, value in point.values.items()
        }
        for atom in self.model.atoms.inside(meaning):
            array = jacobian(point, atom, self.model.atoms, False)
            shapes[atom.name] = shapes[atom.name + RAW] = tuple(array.shape)
        symbols = {each.symbol.text: each.symbol for each in everything(meaning) if isinstance(each, Variable)}
        definition = Definition(Symbol("side"), meaning, meaning.span)
        program = Program((definition,), definition.symbol, ())
        used = {name: shape for name, shape in shapes.items() if name in symbols}
        found = infer_shapes(program, [each for each in symbols.values() if each.text not in point.sizes], used).units
        return {**self._beside(meaning, point), **found}

    def _beside(self, meaning: Meaning, point: Point) -> dict[int, int]:
        """An identity that stands alone is as large as what it is said to equal."""
        first = next((each for each in self.meanings.values() if each is not meaning), None)
        units = [each for each in everything(meaning) if isinstance(each, Unit)]
        if first is None or any(isinstance(each, Unit) for each in everything(first)):
            return {}
        try:
            array = self._at(first, Style(), point, self.entries(point)[0])
        except (ChainruleError, IndexError):
            return {}
        return {id(each): array.shape[-1] for each in units} if array.ndim else {}
