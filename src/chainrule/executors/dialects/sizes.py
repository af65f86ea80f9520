"""Sizes as letters: representative numbers and the letters they stand for in, code over letters out.

One idea: a symbolic size is recorded as a large prime, so a number made of sizes takes apart in one way only:
1009 * 1013 is n m, and 1/1009 is 1/n. Emitted code reads each letter from the shape of an argument.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement
from math import isqrt, prod

from ...errors import ShapeError
from ...ir.identifiers import Names
from .pieces import fill, literal, parsed, path_of

_SMALLEST = 100  # a smaller size may as well be a number of the formula
_MOST_FACTORS = 3
_PRIME_COEFFICIENT = 64  # of a fraction of sizes: 2/n, 1/(2 n m)
_OTHER_COEFFICIENT = 2  # of n - 1: 16.0 is not (n - 1)/63, although 1008 is 16 times 63
_CLOSE = 1e-15
_WORD = re.compile(r"[^\s+*()/-]+|[+*()-]|//")
_SIGNS = frozenset({"+", "-", "*", "(", ")", "//"})

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Which number stands for which expression over letters, in code."""

    known: Mapping[int, str]

    @staticmethod
    def named(given: Mapping[int, str], names: Names) -> Sizes:
        """Sizes under identifiers that nothing else in the code uses. `given` may hold sums: {1021: "n - k + 1"}."""
        spelled: dict[str, str] = {}
        known = {}
        for number, text in given.items():
            if number >= _SMALLEST:
                words = [_spelled(word, spelled, names) for word in _WORD.findall(text)]
                known[number] = ast.unparse(parsed(" ".join(words)))
        return Sizes(known)

    def within(self, shapes: Shapes) -> tuple[Sizes, dict[str, str]]:
        """The sizes as a function with arrays of these shapes can say them, and where it reads each letter.

        A sum whose letters no array has is read from an array as it stands.
        """
        places = {text: axis for number, text in self.known.items() if (axis := find_axis(number, shapes)) is not None}
        known = {}
        for number, text in self.known.items():
            whole = places.get(text)
            known[number] = text if whole is None or text.isidentifier() or letters_in(text) <= set(places) else whole
        return Sizes(known), {text: axis for text, axis in places.items() if text.isidentifier()}

    def integer(self, value: int) -> ast.expr | None:
        """A whole number made of sizes as code; None for any other."""
        if value in self.known:
            return parsed(self.known[value])
        if value + 1 in self.known:
            return fill("SLOT0 - 1", parsed(self.known[value + 1]))
        found, rest = [], value
        for number in self.known:
            while rest and rest % number == 0:
                found.append(number)
                rest //= number
        return self._product(rest, found) if found and rest <= _PRIME_COEFFICIENT else None

    def real(self, value: float) -> ast.expr | None:
        """A number that is a fraction of sizes, or the root of one, as code; None for any other."""
        if not self.known or not 0 < value < float("inf") or small_fraction(value, _PRIME_COEFFICIENT) is not None:
            return None
        found = self._fraction(value)
        if found is not None:
            return found
        root = self._fraction(value * value)
        return None if root is None else fill("SLOT0 ** 0.5", root)

    def _fraction(self, value: float) -> ast.expr | None:
        for numbers, size, largest in self._products():
            below = small_fraction(value * size, largest)
            if below is not None:
                divisor = self._product(below.denominator, numbers)
                return fill("SLOT0 / SLOT1", literal(below.numerator), divisor)
            above = small_fraction(value / size, largest)
            if above is not None:
                product = self._product(above.numerator, numbers)
                return product if above.denominator == 1 else fill("SLOT0 / SLOT1", product, literal(above.denominator))
        return None

    def _products(self) -> Iterator[tuple[list[int], int, int]]:
        """Sizes, products of them, and how large a number may stand beside each; those with fewest factors first. A
        size less 1 counts as a size."""
        numbers = [*self.known, *(number - 1 for number in self.known)]
        for count in range(1, _MOST_FACTORS + 1):
            for chosen in combinations_with_replacement(numbers, count):
                largest = _PRIME_COEFFICIENT if all(map(is_prime, chosen)) else _OTHER_COEFFICIENT
                yield list(chosen), prod(chosen), largest

    def _product(self, coefficient: int, numbers: Sequence[int]) -> ast.expr:
        found = None if coefficient == 1 and numbers else literal(coefficient)
        for number in numbers:
            factor = self.integer(number)
            assert factor is not None
            found = factor if found is None else fill("SLOT0 * SLOT1", found, factor)
        assert found is not None
        return found


def _spelled(word: str, spelled: dict[str, str], names: Names) -> str:
    if word in _SIGNS or word.isdecimal():
        return word
    if word not in spelled:
        # v1 and c1 are what printed code calls its own steps and constants
        spelled[word] = names.claim(f"size_{word}" if re.fullmatch(r"[vc]\d+", word) else word)
    return spelled[word]


def letters_in(text: str) -> set[str]:
    """The letters of an expression over sizes."""
    return {each.id for each in ast.walk(parsed(text)) if isinstance(each, ast.Name)}


def find_axis(number: int, shapes: Shapes) -> str | None:
    """Where a size is read: the first axis of the first array that has it."""
    for name, shape in shapes.items():
        if number in shape:
            return f"{name}.shape[{shape.index(number)}]"
    return None


@cache
def is_prime(number: int) -> bool:
    """Whether a size has no smaller factors, so that it takes apart in one way only."""
    return all(number % factor for factor in range(2, isqrt(number) + 1))


@cache
def small_fraction(value: float, largest: int) -> Fraction | None:
    """The fraction of small whole numbers that this is, if it is one.

    >>> small_fraction(1.5, 64), small_fraction(0.1234567, 64)
    (Fraction(3, 2), None)
    """
    if not 1 / (2 * largest) < value <= largest:
        return None
    found = Fraction(value).limit_denominator(largest)
    return found if found.numerator <= largest and abs(float(found) - value) <= _CLOSE * value else None


class Lettered(ast.NodeTransformer):
    """Writes numbers made of sizes with their letters, and notes the letters it used."""

    def __init__(self, sizes: Sizes, letters: Collection[str]) -> None:
        self.sizes, self.letters = sizes, letters
        self.used: dict[str, None] = {}

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        found = None
        if type(node.value) is int:
            found = self.sizes.integer(node.value)
        elif type(node.value) is float:
            found = self.sizes.real(node.value)
        if found is None:
            return node
        for each in ast.walk(found):
            if isinstance(each, ast.Name) and each.id in self.letters:
                self.used[each.id] = None
        return found

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """An array filled with a size holds floats where the number was one."""
        is_filled = path_of(node.func) == "np.full" and len(node.args) == 2
        was_float = is_filled and isinstance(node.args[1], ast.Constant) and type(node.args[1].value) is float
        self.generic_visit(node)
        if was_float and not isinstance(node.args[1], ast.Constant):
            node.args[1] = fill("1.0 * SLOT0", node.args[1]) if not _is_quotient(node.args[1]) else node.args[1]
        return node


def _is_quotient(expression: ast.expr) -> bool:
    return isinstance(expression, ast.BinOp) and isinstance(expression.op, (ast.Div, ast.Pow))


def letters_of(sizes: Sizes) -> frozenset[str]:
    """Every letter that code over these sizes may use."""
    return frozenset(letter for text in sizes.known.values() for letter in letters_in(text))


def read_letters(used: Collection[str], places: Mapping[str, str]) -> list[ast.stmt]:
    """The statements that read letters from arrays. Raises ShapeError for a letter that no array has."""
    for letter in used:
        if letter not in places:
            raise ShapeError(
                given=f"code that needs the size {letter}", where="emit",
                expected=f"an argument with an axis of size {letter}",
                remedy="give numbers for the sizes, or make the array that has this size an argument",
            )  # fmt: skip
    return [ast.parse(f"{letter} = {places[letter]}").body[0] for letter in used]
