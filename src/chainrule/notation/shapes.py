"""A program and the shapes that are declared in, a shape for every input out; sizes may be letters.

One idea: sizes are unified. Each axis of each name has a size that is a number, a letter or still open; a product, a
sum or a shared index makes two sizes one. What stays open gets a letter of its own, and each letter a number that no
other has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..errors import LimitError, ParseError, TextSpan
from . import limits
from .axes import Dims, Walk
from .meaning import Program
from .ranks import infer_ranks
from .sizes import Size as Size
from .sizes import Sizes, numbers_for
from .symbols import Symbol, read_symbol

Key = TypeVar("Key")


def read_shapes(text: str) -> dict[str, tuple[Size, ...]]:
    """`W: m n, x: n` as a table. A name without sizes, or with the word scalar, is a number."""
    return {read_symbol(name).text: sizes for name, sizes in read_items(text).items()}


def read_items(text: str) -> dict[str, tuple[Size, ...]]:
    """The same with the names as they are written: what the arguments of a function are called is up to Python."""
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
        if name.strip() in found:
            raise ParseError(given=f"a second shape for {name.strip()}", where=span, expected="one shape for each name")
        words = [] if sizes.strip() == "scalar" else _words(sizes)
        found[name.strip()] = tuple(read_size(each, span) for each in words)
    return found


def concrete_shapes(text: str) -> tuple[dict[str, tuple[int, ...]], dict[int, str]]:
    """Declared shapes with a number for each letter, and which letter each number stands for."""
    return numbered(read_shapes(text))


def numbered(declared: Mapping[Key, tuple[Size, ...]]) -> tuple[dict[Key, tuple[int, ...]], dict[int, str]]:
    """The same for shapes that have been read."""
    numbers = numbers_for(declared.values(), [size for shape in declared.values() for size in shape])
    found = {name: tuple(numbers.get(str(size), 0) or int(size) for size in shape) for name, shape in declared.items()}
    return found, {number: letter for letter, number in numbers.items()}


def _words(sizes: str) -> list[str]:
    for mark in "()[]×":
        sizes = sizes.replace(mark, " ")
    return [each for each in sizes.replace(" x ", " ").split() if each]


def read_size(word: str, span: TextSpan) -> Size:
    if word.isdecimal() and word.isascii():
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
    units: Mapping[int, int]  # how large each vector of ones and each identity is, by its node in the program


def infer_shapes(
    program: Program, inputs: Sequence[Symbol], declared: Mapping[str, tuple[Size | None, ...]],
    ranks: Mapping[str, int] | None = None,
) -> Shapes:  # fmt: skip
    """Shapes for all inputs of a program. Those that are not declared are worked out from how they are used.

    A size that is None is open. `ranks`: how many axes some inputs have, where nothing is known of their sizes.
    """
    ranks = infer_ranks(program, {**(ranks or {}), **{name: len(shape) for name, shape in declared.items()}})
    sizes = Sizes()
    axes: dict[str, Dims] = {}
    for name, shape in declared.items():
        axes[name] = tuple(sizes.fresh() if size is None else sizes.named(size) for size in shape)
    for symbol in inputs:
        axes.setdefault(symbol.text, tuple(sizes.fresh() for _ in range(ranks.get(symbol.text, 0))))
    walk = Walk(sizes, axes)
    for definition in program.definitions:
        axes[definition.symbol.text] = walk.visit(definition.body)[0]
    walk.work_out_slides()
    return _finished(walk, inputs)


def _finished(walk: Walk, inputs: Sequence[Symbol]) -> Shapes:
    sizes, axes = walk.sizes, walk.axes
    named, made = sizes.settle([axis for symbol in inputs for axis in axes[symbol.text]])
    letters = {symbol.text: tuple(named[sizes.root(axis)] for axis in axes[symbol.text]) for symbol in inputs}
    stand_for = {size: named.get(sizes.root(axis), size) for size, axis in sizes.names.items() if isinstance(size, str)}
    numbers = made or numbers_for([*letters.values(), *((each,) for each in stand_for.values())], sizes.values.values())
    concrete = {
        name: tuple(size if isinstance(size, int) else numbers[size] for size in shape)
        for name, shape in letters.items()
    }
    meant = {letter: size if isinstance(size, int) else numbers[size] for letter, size in stand_for.items()}
    settled = {place: named.get(sizes.root(axis)) for place, axis in walk.units.items()}
    units = {place: numbers[size] if isinstance(size, str) else size for place, size in settled.items() if size}
    return Shapes(concrete, letters, {**numbers, **meant}, units)
