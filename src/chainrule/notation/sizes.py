"""Sizes of axes: numbers, letters and open ones in, made one where they must agree, and a number for each letter out.

One idea: a size may also be made of others. What a filter of k weights leaves of n entries is n - k + 1, and vec(X) has
n m entries; such a size is written as its formula, and its number follows from theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from math import isqrt, prod
from typing import TypeAlias

Size: TypeAlias = int | str
LETTERS = ("n", "m", "p", "k", "d", "r", "h", "c")
# The numbers that letters stand for: large primes, so that a mistaken shape cannot fit by chance; smaller ones where
# arrays with many axes would else have more entries than an array may have.
_STANDINS = {
    3: (1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049, 1051, 1061, 1063, 1069),
    4: (211, 223, 227, 229, 233, 239, 241, 251, 257, 263, 269, 271),
    5: (53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103),
}


def numbers_for(shapes: Iterable[tuple[Size, ...]], taken: Iterable[Size], *, most_axes: int = 0) -> dict[str, int]:
    """A number for each letter, all different. `most_axes`: of an array that is made on the way."""
    known = list(shapes)
    axes = max([most_axes, *(len(shape) for shape in known)], default=0)
    standins = _STANDINS[min(max(axes, 3), 5)]
    used = {size for size in taken if isinstance(size, int)}
    free = (number for number in chain(standins, primes_from(standins[-1] + 1)) if number not in used)
    letters = dict.fromkeys(size for shape in known for size in shape if isinstance(size, str))
    return {letter: next(free) for letter in letters}


def primes_from(start: int) -> Iterator[int]:
    """The primes from a number on."""
    return (number for number in count(start) if all(number % each for each in range(2, isqrt(number) + 1)))


@dataclass(frozen=True, slots=True)
class Made:
    """A size made of others: their product, or the sum of some without others, and a constant."""

    target: int
    plus: tuple[int, ...]
    minus: tuple[int, ...] = ()
    constant: int = 0
    product: bool = False


@dataclass(slots=True)
class Sizes:
    """Size variables that can be made one. A conflict is left to the op that meets it, which can name both shapes."""

    parent: list[int] = field(default_factory=list)
    values: dict[int, Size] = field(default_factory=dict)
    names: dict[Size, int] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)

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

    def value(self, axis: int) -> Size | None:
        return self.values.get(self.root(axis))

    def unify(self, first: int, second: int) -> bool:
        """Make two sizes one; a letter gives way to a number. False when two different numbers or letters meet."""
        one, other = self.root(first), self.root(second)
        mine, theirs = self.values.get(one), self.values.get(other)
        both = mine is not None and theirs is not None
        if both and mine != theirs and not (isinstance(mine, str) ^ isinstance(theirs, str)):
            return False
        if one != other:
            gives_way = mine is None or (isinstance(mine, str) and theirs is not None)
            keep, give = (other, one) if gives_way else (one, other)
            self.parent[give] = keep
        return True

    def product_of(self, *axes: int) -> int:
        """The size of axes joined into one."""
        if len(axes) == 1:
            return axes[0]
        found = self.fresh()
        self.made.append(Made(found, axes, product=True))
        return found

    # In the end ------------------------------------------
    def settle(self, axes: Sequence[int]) -> tuple[dict[int, Size], dict[str, int]]:
        """A letter or a formula for every size of these axes that is open, and a number for each formula."""
        taken = {str(size) for size in self.names}
        free = (name for name in chain(LETTERS, (f"n{number}" for number in count(1))) if name not in taken)
        targets = {self.root(each.target) for each in self.made}
        operands = [axis for each in self.made for axis in (*each.plus, *each.minus)]
        for axis in (*axes, *operands):
            if (root := self.root(axis)) not in self.values and root not in targets:
                self.values[root] = next(free)
        numbers = self._work_out()
        for axis in axes:
            if (root := self.root(axis)) not in self.values:  # said to be made of itself
                self.values[root] = letter = next(free)
                numbers |= numbers_for([(letter,)], numbers.values()) if numbers else {}
        roots = {self.root(axis) for axis in range(len(self.parent))}
        return {root: self.values[root] for root in roots if root in self.values}, numbers

    def _work_out(self) -> dict[str, int]:
        """The numbers of all letters and formulas when a size is made of others; none when nothing is."""
        if not self.made:
            return {}
        made_of: dict[int, Made] = {}
        for each in self.made:
            target, operands = self.root(each.target), {self.root(axis) for axis in (*each.plus, *each.minus)}
            if not isinstance(self.values.get(target), int) and target not in operands:
                made_of.setdefault(target, each)
        numbers = self._fresh_numbers(made_of)
        for each in self.made:
            parts = [self._number(axis, numbers) for axis in (*each.plus, *each.minus)]
            root = self.root(each.target)
            if made_of.get(root) is not each or any(part is None for part in parts):
                continue
            known = [part for part in parts if part is not None]
            above, below = known[: len(each.plus)], known[len(each.plus) :]
            number = prod(above) if each.product else sum(above) - sum(below) + each.constant
            if number < 1:  # the op that meets it says so
                continue
            written = self._written(each, number)
            self.values.setdefault(root, written)
            if isinstance(self.values[root], str):
                numbers[str(self.values[root])] = number
        open_still = [(size,) for size in self.values.values() if isinstance(size, str) and size not in numbers]
        return numbers | numbers_for(open_still, numbers.values())

    def _number(self, axis: int, numbers: Mapping[str, int]) -> int | None:
        value = self.value(axis)
        return value if isinstance(value, int) else numbers.get(value) if value is not None else None

    def _fresh_numbers(self, made_of: Mapping[int, Made]) -> dict[str, int]:
        """A number for every letter that is not made of others; larger for what something is taken from."""
        wholes = {self.root(each.plus[0]) for each in made_of.values() if not each.product}
        products = any(each.product for each in made_of.values())
        letters = {
            root: size for root, size in self.values.items() if isinstance(size, str) and self.root(root) == root
        }
        plain = [(size,) for root, size in letters.items() if root not in wholes and root not in made_of]
        found = numbers_for(plain, self.values.values(), most_axes=4 if products else 0)
        place = 1100 * (2 + len(made_of))
        for root, size in letters.items():
            if root in wholes and root not in made_of:
                found[size] = next(primes_from(place))
                place += 500 * len(letters)
        return found

    def _written(self, made: Made, number: int) -> Size:
        """The formula of a size in letters: `n - k + 1`."""
        above, below = ([self.value(axis) for axis in axes] for axes in (made.plus, made.minus))
        letters = [str(size) for size in (*above, *below) if isinstance(size, str)]
        if not letters:
            return number
        if made.product:
            factor = prod(size for size in above if isinstance(size, int))
            names = [f"({size})" if " " in str(size) else str(size) for size in above if isinstance(size, str)]
            return " ".join(([str(factor)] if factor != 1 else []) + names)
        constant = made.constant + sum(size for size in above if isinstance(size, int))
        constant -= sum(size for size in below if isinstance(size, int))
        return _as_sum([str(size) for size in above if isinstance(size, str)],
                       [str(size) for size in below if isinstance(size, str)], constant)  # fmt: skip


def _as_sum(above: list[str], below: list[str], constant: int) -> str:
    """`n + k - 1`, with the constants of sums inside it gathered at the end."""
    signs: list[tuple[str, str]] = []
    for sign, sizes in (("+", above), ("-", below)):
        for size in sizes:
            for turned, word in _terms(size):
                plus = (turned == "+") == (sign == "+")
                if word.isdecimal():
                    constant += int(word) if plus else -int(word)
                else:
                    signs.append(("+" if plus else "-", word))
    signs.sort(key=_minus_last)
    text = " ".join(f"{sign} {word}" for sign, word in signs).removeprefix("+ ")
    return text + (f" {'+' if constant > 0 else '-'} {abs(constant)}" if constant else "")


def _minus_last(term: tuple[str, str]) -> bool:
    return term[0] == "-"


def _terms(size: str) -> list[tuple[str, str]]:
    """The terms of a formula with their signs; a product is one term."""
    if " + " not in size and " - " not in size:
        return [("+", size)]
    words = size.replace(" + ", "\n+").replace(" - ", "\n-").split("\n")
    return [("+", words[0]), *((word[0], word[1:]) for word in words[1:])]
