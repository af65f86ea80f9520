"""A program and the shapes that are declared in, a shape for every input out; sizes may be letters.

One idea: sizes are unified. Each axis of each name has a size that is a number, a letter or still open; a product, a
sum or a shared index makes two sizes one. What stays open gets a letter of its own, and each letter a number that no
other has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TypeAlias

from ..errors import LimitError, ParseError, TextSpan
from . import limits
from .meaning import (
    Call,
    Choice,
    Comparison,
    Entry,
    Index,
    Literal,
    Meaning,
    Norm,
    Over,
    Own,
    Picked,
    Power,
    Product,
    Program,
    Rows,
    Tabulated,
    Total,
    Transposed,
    Unspecified,
    Variable,
)  # fmt: skip
from .ranks import REDUCTIONS, infer_ranks, segments
from .symbols import Symbol, read_symbol

Size: TypeAlias = int | str
Dims: TypeAlias = tuple[int, ...]  # numbers of size variables
_STANDINS = (1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049, 1051, 1061, 1063, 1069)
_LETTERS = ("n", "m", "p", "k", "d", "r", "h", "c")


def read_shapes(text: str) -> dict[str, tuple[Size, ...]]:
    """`W: m n, x: n` as a table. A name without sizes is a number."""
    limits.refuse_longer(text, limits.INPUT, "shapes")
    found: dict[str, tuple[Size, ...]] = {}
    place = 0
    for item in text.replace(";", ",").split(","):
        start, place = place, place + len(item) + 1
        if not item.strip():
            continue
        name, colon, sizes = item.partition(":")
        span = TextSpan(text, start, start + len(item))
        if not colon:
            raise ParseError(
                given=f"'{item.strip()}'", where=span, expected='a name, a colon and sizes, such as "W: m n"'
            )
        found[read_symbol(name.strip()).text] = tuple(_size(each, span) for each in _words(sizes))
    return found


def concrete_shapes(text: str) -> tuple[dict[str, tuple[int, ...]], dict[int, str]]:
    """Declared shapes with a number for each letter, and which letter each number stands for."""
    declared = read_shapes(text)
    numbers = _numbers(declared.values(), [size for shape in declared.values() for size in shape])
    found = {name: tuple(numbers.get(str(size), 0) or int(size) for size in shape) for name, shape in declared.items()}
    return found, {number: letter for letter, number in numbers.items()}


def _words(sizes: str) -> list[str]:
    for mark in "()[]×":
        sizes = sizes.replace(mark, " ")
    return [each for each in sizes.replace(" x ", " ").split() if each]


def _size(word: str, span: TextSpan) -> Size:
    if word.isdigit() and word.isascii():
        if len(word) > 9 or not 0 < int(word) <= limits.ENTRIES:
            raise LimitError(given=f"the size {word[:12]}", where=span, expected=f"a size from 1 to {limits.ENTRIES:,}")
        return int(word)
    if not word.isidentifier():
        raise ParseError(given=f"the size '{word}'", where=span, expected="a whole number or a letter")
    return word


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shape of every input in numbers and in letters, and what the letters stand for."""

    numbers: Mapping[str, tuple[int, ...]]
    letters: Mapping[str, tuple[Size, ...]]
    sizes: Mapping[str, int]  # what each letter stands for


def infer_shapes(program: Program, inputs: Sequence[Symbol], declared: Mapping[str, tuple[Size, ...]]) -> Shapes:
    """Shapes for all inputs of a program. Those that are not declared are worked out from how they are used."""
    ranks = infer_ranks(program, {name: len(shape) for name, shape in declared.items()})
    sizes = _Sizes()
    axes: dict[str, Dims] = {}
    for name, shape in declared.items():
        axes[name] = tuple(sizes.named(size) for size in shape)
    for symbol in inputs:
        axes.setdefault(symbol.text, tuple(sizes.fresh() for _ in range(ranks.get(symbol.text, 0))))
    walk = _Walk(sizes, axes)
    for definition in program.definitions:
        axes[definition.symbol.text] = walk.visit(definition.body)[0]
    return _finished(sizes, axes, inputs)


def _finished(sizes: _Sizes, axes: Mapping[str, Dims], inputs: Sequence[Symbol]) -> Shapes:
    named = sizes.settle([axis for symbol in inputs for axis in axes[symbol.text]])
    letters = {symbol.text: tuple(named[sizes.root(axis)] for axis in axes[symbol.text]) for symbol in inputs}
    stand_for = {size: named.get(sizes.root(axis), size) for size, axis in sizes.names.items() if isinstance(size, str)}
    numbers = _numbers([*letters.values(), tuple(stand_for.values())], sizes.values.values())
    concrete = {
        name: tuple(size if isinstance(size, int) else numbers[size] for size in shape)
        for name, shape in letters.items()
    }
    meant = {letter: size if isinstance(size, int) else numbers[size] for letter, size in stand_for.items()}
    return Shapes(concrete, letters, {**numbers, **meant})


def _numbers(shapes: Iterable[tuple[Size, ...]], taken: Iterable[Size]) -> dict[str, int]:
    """A number for each letter, all different, so that a mistaken shape cannot fit by chance."""
    used = {size for size in taken if isinstance(size, int)}
    free = (number for number in chain(_STANDINS, count(1087)) if number not in used)
    letters = dict.fromkeys(size for shape in shapes for size in shape if isinstance(size, str))
    return {letter: next(free) for letter in letters}


# Unification ------------------------------------------
@dataclass(slots=True)
class _Sizes:
    """Size variables that can be made one. A conflict is left to the op that meets it, which can name both shapes."""

    parent: list[int] = field(default_factory=list)
    values: dict[int, Size] = field(default_factory=dict)
    names: dict[Size, int] = field(default_factory=dict)

    def fresh(self) -> int:
        self.parent.append(len(self.parent))
        return len(self.parent) - 1

    def named(self, size: Size) -> int:
        if size not in self.names:
            self.names[size] = self.fresh()
            self.values[self.names[size]] = size
        return self.names[size]

    def root(self, axis: int) -> int:
        while self.parent[axis] != axis:
            axis = self.parent[axis]
        return axis

    def unify(self, first: int, second: int) -> bool:
        """Make two sizes one; a letter gives way to a number. False when two different numbers or letters meet."""
        one, other = self.root(first), self.root(second)
        mine, theirs = self.values.get(one), self.values.get(other)
        if (
            mine is not None
            and theirs is not None
            and mine != theirs
            and not (isinstance(mine, str) ^ isinstance(theirs, str))
        ):
            return False
        if one != other:
            keep, give = (
                (other, one) if mine is None or (isinstance(mine, str) and theirs is not None) else (one, other)
            )
            self.parent[give] = keep
        return True

    def settle(self, axes: Iterable[int]) -> dict[int, Size]:
        """A letter for every size that is still open."""
        taken = {str(size) for size in self.names}
        more = (f"n{number}" for number in count(1))
        free = (name for name in chain(_LETTERS, more) if name not in taken)
        for axis in axes:
            root = self.root(axis)
            if root not in self.values:
                self.values[root] = next(free)
        return {
            self.root(axis): self.values[self.root(axis)]
            for axis in range(len(self.parent))
            if self.root(axis) in self.values
        }


Kind: TypeAlias = tuple[Dims, bool]  # axes, and whether a vector stands as a row


@dataclass(slots=True)
class _Walk:
    """Visits the trees and unifies what must agree."""

    sizes: _Sizes
    axes: dict[str, Dims]
    indices: dict[str, int] = field(default_factory=dict)

    def visit(self, node: Meaning) -> Kind:
        match node:
            case Variable(symbol):
                return self.axes.get(symbol.text, ()), False
            case Total(pairs):
                return self._alike([each for _, each in pairs])
            case Product():
                return self._product(node)
            case Power(base, exponent):
                self.visit(exponent)
                axes, row = self.visit(base)
                if len(axes) == 2 and isinstance(exponent, Total):  # an inverse
                    self.sizes.unify(*axes)
                return axes, row
            case Unspecified(_, _, body):
                return self.visit(body)
            case Transposed(body):
                axes, row = self.visit(body)
                return axes[::-1], not row if len(axes) == 1 else False
            case Norm(body):
                self.visit(body)
                return (), False
            case Call():
                return self._call(node)
            case Entry():
                return self._entry(node)
            case Over() | Tabulated():
                return self._bound(node)
            case _:
                return self._container(node)

    def _container(self, node: Meaning) -> Kind:
        match node:
            case Choice(branches):
                return self._alike([each for branch in branches for each in branch if each is not None])
            case Comparison(_, left, right):
                return self._alike([left, right])
            case Rows(rows, shaped):
                for row in rows:
                    for cell in row:
                        self.visit(cell)
                wide = self.sizes.named(len(rows[0]))
                return ((self.sizes.named(len(rows)), wide) if shaped == "matrix" else (wide,)), shaped == "row"
            case Own(_, arguments):
                return self._alike(list(arguments))
            case Picked(body, keys):
                return self._picked(self.visit(body)[0], keys), False
            case _:
                return (), False

    def _picked(self, axes: Dims, keys: tuple[object, ...]) -> Dims:
        """The axes that an index in Python leaves; how long a slice is does not matter for anything else."""
        found: list[int] = []
        rest = list(axes)
        for place, key in enumerate(keys):
            if key is None:
                found.append(self.sizes.named(1))
            elif key is Ellipsis:
                after = sum(each is not None for each in keys[place + 1 :])
                kept = max(0, len(rest) - after)
                found, rest = found + rest[:kept], rest[kept:]
            elif rest:
                axis = rest.pop(0)
                found += [] if isinstance(key, int) else [axis if key == slice(None) else self.sizes.fresh()]
        return (*found, *rest)

    def _alike(self, nodes: Sequence[Meaning]) -> Kind:
        return self._agreed([self.visit(each) for each in nodes])

    def _agreed(self, kinds: Sequence[Kind]) -> Kind:
        """Axes of one shape; with fewer axes they agree at the right, as in NumPy, or at the left, as in W X + b."""
        longest = max(kinds, key=_length, default=((), False))
        for axes, _ in kinds:
            if axes and axes is not longest[0]:
                fits = [self.sizes.unify(*pair) for pair in zip(reversed(axes), reversed(longest[0]), strict=False)]
                if not all(fits) and len(axes) < len(longest[0]):
                    self.sizes.unify(axes[0], longest[0][0])
        return longest

    def _product(self, node: Product) -> Kind:
        kinds = [self._chain(part) for part in segments(node)]
        longest = max(kinds, key=_length)
        for axes, _ in kinds:
            if len(axes) == len(longest[0]):
                for pair in zip(axes, longest[0], strict=True):
                    self.sizes.unify(*pair)
            elif len(axes) == 1 and len(longest[0]) == 2:
                self.sizes.unify(axes[0], longest[0][1])
        return longest

    def _chain(self, factors: list[Meaning]) -> Kind:
        found: Kind = ((), False)
        for each in factors:
            axes, row = self.visit(each)
            if not found[0]:
                found = (axes, row)
            elif axes:
                found = self._times(found, (axes, row))
        return found

    def _times(self, left: Kind, right: Kind) -> Kind:
        (first, first_row), (second, second_row) = left, right
        if len(first) == 1 and len(second) == 1 and first_row == second_row:
            self.sizes.unify(first[0], second[0])
            return left
        if len(first) == 1 and not first_row and second_row:
            return (first[0], second[0]), False
        self.sizes.unify(first[-1], second[0])
        axes = (*first[:-1], *second[1:])
        return axes, len(axes) == 1 and len(first) == 1

    def _call(self, node: Call) -> Kind:
        kinds = [self.visit(each) for each in node.arguments]
        name = node.function
        if name in ("dot", "cross_entropy", "squared_error") and len(kinds) == 2:
            self._agreed(kinds)
        if name == "matmul" and len(kinds) == 2 and all(axes for axes, _ in kinds):
            return self._matmul(kinds[0][0], kinds[1][0])
        if node.options and kinds[0][0]:
            return self._reduced(node, kinds[0][0])
        if name in ("trace", "inv") and len(kinds[0][0]) == 2:
            self.sizes.unify(*kinds[0][0])
        if name in REDUCTIONS or name == "trace" or (name in ("max", "min") and len(kinds) == 1):
            return (), False
        if name == "diag" and kinds[0][0]:
            axes = kinds[0][0]
            return ((axes[0], axes[0]) if len(axes) == 1 else (axes[0],)), False
        if name == "outer":
            return (*kinds[0][0], *kinds[1][0]), False
        if name == "transpose":
            return kinds[0][0][::-1], False
        return self._agreed(kinds)

    def _matmul(self, first: Dims, second: Dims) -> Kind:
        """NumPy's matrix product, which knows no rows."""
        self.sizes.unify(first[-1], second[-2] if len(second) > 1 else second[0])
        return (*first[:-1], *second[:-2], *(second[-1:] if len(second) > 1 else ())), False

    def _reduced(self, node: Call, axes: Dims) -> Kind:
        options = dict(node.options)
        if options.get("axis") is None or options.get("keepdims") or node.function in ("softmax", "log_softmax"):
            return (() if options.get("axis") is None and not options.get("keepdims") else axes), False
        named = options["axis"] if isinstance(options["axis"], tuple) else (options["axis"],)
        gone = {each % len(axes) for each in named if isinstance(each, int)}
        return tuple(axis for place, axis in enumerate(axes) if place not in gone), False

    def _entry(self, node: Entry) -> Kind:
        axes, _ = self.visit(node.body)
        count = len(node.indices)
        only = node.indices[0]
        if count == 1 and isinstance(only, Literal) and len(only.written) == len(axes) > 1:
            return (), False
        for axis, index in zip(axes, node.indices, strict=False):
            if isinstance(index, Index):
                self.sizes.unify(self.indices.setdefault(index.name, self.sizes.fresh()), axis)
        return axes[count:], False

    def _bound(self, node: Over | Tabulated) -> Kind:
        """A letter is free again after its sum, so two sums over i need not be equally long."""
        outer = dict(self.indices)
        for name in node.indices:
            self.indices[name] = self.sizes.fresh()
        if isinstance(node, Over) and len(node.indices) == 1 and node.last is not None:
            self._limit(node, self.indices[node.indices[0]])
        axes, _ = self.visit(node.body)
        if isinstance(node, Tabulated):
            axes = (*(self.indices[name] for name in node.indices), *axes)
        self.indices = self.indices | outer
        return axes, False

    def _limit(self, node: Over, axis: int) -> None:
        starts_at_one = node.first is None or (isinstance(node.first, Literal) and node.first.value == 1)
        if isinstance(node.last, Literal) and starts_at_one and node.last.value == int(node.last.value) > 0:
            self.sizes.unify(axis, self.sizes.named(int(node.last.value)))
        elif isinstance(node.last, Variable) and starts_at_one:
            self.sizes.unify(axis, self.sizes.named(node.last.symbol.text))


def _length(kind: Kind) -> int:
    return len(kind[0])
