"""Formulas as numbers: an expression, in matrix form or in index form, and values in, its array out.

One idea: a letter of index form is an axis. The entry A_ij is the whole of A with its axes called i and j, products
line axes up, a sum over k adds up the axis k, and a delta is a comparison of places; no entry is visited by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import prod
from typing import Any

from ...errors import LimitError, TraceError
from ...ir.graph import topological_order
from ...ir.library import Array, reference
from ...ir.node import Node, concrete
from ...ir.op import Elementwise, Op
from ...ops.entries import Index, delta_op, entry_op, sum_over_op
from ...ops.generic import generic, is_generic

_MOST_PLACES = 10**6
SPOKEN = frozenset({entry_op, delta_op, sum_over_op})


# Functions that were left open ---------------------------------------------------------------------------------------
def known_op(made: Op) -> Op:
    """The op itself; for a function that was left open, one that is smooth and has no derivative that vanishes."""
    if not is_generic(made):
        return made
    name = made.name.rstrip("'")
    return stand_in(name, len(made.name) - len(name))


@cache
def stand_in(name: str, order: int) -> Op:
    """x/2 + sin(x + phase), where the name decides the phase, or its derivative of some order."""
    phase = sum(map(ord, name)) % 7 / 3

    def kernel(xp: Any, x: Array) -> Array:
        wave = xp.sin(x + phase + order * xp.pi / 2)
        return wave + (x / 2 if order == 0 else 0.5 if order == 1 else 0.0)

    def slope(y: Any, x: Any) -> Any:
        return stand_in(name, order + 1)(x)

    return replace(
        generic(name, order), kernel=kernel, derivative=Elementwise((slope,)), doc="A smooth function."
    )  # fmt: skip


# Expressions ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """An array whose axes are letters."""

    array: Array
    letters: tuple[str, ...] = ()


@dataclass(slots=True)
class Evaluation:
    """The values of expressions at one point. What is computed once is kept."""

    values: dict[Node, Array]
    spoken: dict[Node, bool] = field(default_factory=dict)
    base: int = 1  # what written places and letters count from

    def plain(self, expression: Node) -> Array:
        """The array of an expression without letters."""
        with reference().errstate(all="ignore"):
            for node in topological_order([expression], self.values):
                if node not in self.values:
                    self.values[node] = self._compute(node)
        return self.values[expression]

    def _compute(self, node: Node) -> Array:
        if not node.inputs:
            return concrete(node)
        arrays = [self.values[each] for each in node.inputs]
        return known_op(node.op).kernel(reference(), *arrays, **node.settings)

    def indexed(self, expression: Node, at: Sequence[str], shape: Sequence[int]) -> Array:
        """The array of an expression in index form, with one axis for each letter of `at`.

        Raises TraceError where it cannot be known how far a letter runs.
        """
        sizes = dict(zip(at, shape, strict=True))
        with reference().errstate(all="ignore"):
            found = self._speak(expression, sizes)
        whole = _aligned(found, tuple(at))
        return reference().broadcast_to(whole, tuple(shape))

    def _speak(self, node: Node, sizes: Mapping[str, int]) -> Labelled:
        if not self._is_spoken(node):
            return Labelled(self.plain(node))
        if node.op is entry_op:
            return self._entry(node, sizes)
        if node.op is delta_op:
            first, second = (_places(each, sizes, self.base) for each in node.settings["pair"])
            return _combine(reference().equal, [first, second])
        if node.op is sum_over_op:
            return self._sum(node, sizes)
        parts = [self._speak(each, sizes) for each in node.inputs]
        return _combine(_kernel_of(node), parts)

    def _is_spoken(self, node: Node) -> bool:
        for each in topological_order([node], self.spoken):
            if each not in self.spoken:
                self.spoken[each] = each.op in SPOKEN or any(self.spoken[source] for source in each.inputs)
        return self.spoken[node]

    def _entry(self, node: Node, sizes: Mapping[str, int]) -> Labelled:
        """The entries of an array; what lies outside counts as 0."""
        numpy = reference()
        array = self.plain(node.inputs[0])
        places = [_places(index, sizes, self.base) for index in node.settings["at"]]
        letters = tuple(dict.fromkeys(letter for each in places for letter in each.letters))
        lined = [_aligned(each, letters) - self.base for each in places]
        inside: Any = True
        for each, size in zip(lined, array.shape, strict=True):
            inside = inside & (each >= 0) & (each < size)
        key = tuple(numpy.clip(each, 0, size - 1) for each, size in zip(lined, array.shape, strict=True))
        return Labelled(numpy.where(inside, array[key], 0.0), letters)

    def _sum(self, node: Node, sizes: Mapping[str, int]) -> Labelled:
        index: str = node.settings["index"]
        size = _length(node.inputs[0], index, sizes)
        found = self._speak(node.inputs[0], {**sizes, index: size})
        if index not in found.letters:
            return Labelled(found.array * float(size), found.letters)
        rest = tuple(letter for letter in found.letters if letter != index)
        return Labelled(reference().sum(found.array, axis=found.letters.index(index)), rest)


def _kernel_of(node: Node) -> Callable[..., Array]:
    made = known_op(node.op)
    if not made.elementwise and made.name != "broadcast" and made.name != "cast":
        raise TraceError(given=f"{made.name} of an expression with letters", expected="ops entry by entry",
                         remedy="write its argument without letters")  # fmt: skip

    def apply(*arrays: Array) -> Array:
        if made.name == "broadcast":
            return arrays[0]
        return made.kernel(reference(), *arrays, **node.settings)

    return apply


def _combine(function: Callable[..., Array], parts: Sequence[Labelled]) -> Labelled:
    letters = tuple(dict.fromkeys(letter for each in parts for letter in each.letters))
    sizes = {letter: size for each in parts for letter, size in zip(each.letters, each.array.shape, strict=False)}
    if prod(sizes.values()) > _MOST_PLACES:
        raise LimitError(
            given=f"an index form with {len(letters)} letters in one product", where="comparing formulas",
            expected=f"at most {_MOST_PLACES} places for all letters together", remedy="compare its matrix form",
        )  # fmt: skip
    return Labelled(function(*(_aligned(each, letters) for each in parts)) + 0.0, letters)


def _aligned(value: Labelled, letters: Sequence[str]) -> Array:
    """The array with its axes in the order of the letters, of size 1 where it has none."""
    kept = [letter for letter in letters if letter in value.letters]
    turned = reference().transpose(value.array, [value.letters.index(letter) for letter in kept])
    return turned[tuple(slice(None) if letter in value.letters else None for letter in letters)]


# Indices -------------------------------------------------------------------------------------------------------------
_TERM = re.compile(r"([+-]?)\s*(\d*)\s*([A-Za-z_]\w*|\d+)?\s*")


def read_index(index: Index) -> tuple[dict[str, int], int]:
    """An index as the coefficients of its letters and a constant: `i+k-1`, `2i+1`, `j`. Places count from 0."""
    if isinstance(index, int):
        return {}, index
    weights: dict[str, int] = {}
    constant = place = 0
    while place < len(index):
        found = _TERM.match(index, place)
        if found is None or found.end() == place:
            raise TraceError(given=f"the index {index}", expected="letters and whole numbers, such as i+k-1")
        sign, number, letter = -1 if found[1] == "-" else 1, found[2], found[3]
        if letter is None:
            constant += sign * int(number)
        else:
            weights[letter] = weights.get(letter, 0) + sign * int(number or 1)
        place = found.end()
    return weights, constant


def _places(index: Index, sizes: Mapping[str, int], base: int) -> Labelled:
    """Where an index points for each value of its letters, counted from `base` as the letters are."""
    numpy = reference()
    weights, constant = read_index(index)
    constant += base if isinstance(index, int) else 0
    letters = tuple(weights)
    total: Any = numpy.asarray(constant)
    for letter, weight in weights.items():
        if letter not in sizes:
            raise TraceError(given=f"the letter {letter}", expected="a letter that is summed over or asked about")
        run = Labelled(weight * numpy.arange(base, sizes[letter] + base), (letter,))
        total = total + _aligned(run, letters)
    return Labelled(total, letters)


def _length(body: Node, letter: str, sizes: Mapping[str, int]) -> int:
    """How far a summed letter runs: as the axis it stands at, or the letter it is equal to."""
    partners: list[str] = []
    pending, seen = [body], set()
    while pending:
        node = pending.pop()
        if node in seen or (node.op is sum_over_op and node.settings["index"] == letter):
            continue
        seen.add(node)
        pending.extend(node.inputs)
        if node.op is entry_op:
            for axis, index in enumerate(node.settings["at"]):
                if index == letter:
                    return node.inputs[0].shape[axis]
        if node.op is delta_op and letter in node.settings["pair"]:
            partners += [each for each in node.settings["pair"] if each != letter and each in sizes]
    if partners:
        return sizes[partners[0]]
    raise TraceError(given=f"a sum over {letter}", expected="an entry or a delta that says how far it runs")
