"""Sizes as letters: representative numbers and the letters they stand for in, code over letters out.

One idea: which numbers were made from sizes is for `transforms.sizes` to say, which also says what they become for
other sizes. The code that is written for such a number must become the same; where none is found, it is refused.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement
from random import Random
from typing import TypeAlias

from ...errors import ShapeError
from ...ir.identifiers import Names
from ...transforms import sizes as resizing
from .pieces import fill, literal, parsed, path_of

_SMALLEST = 50  # a smaller size may as well be a number of the formula
_LARGE = 500  # from here on nobody's own number is near a sum of sizes
_FARTHEST = 4  # from a sum of sizes
_MOST_FACTORS = 4
_LARGEST_ABOVE, _LARGEST_BELOW = 1000, 64
_CLOSE = 1e-13
_TRIES = 200
_OTHERS = (37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103)  # sizes to compare with
_WORD = re.compile(r"//|[^\s+*()/-]+|[+*()-]")
_SIGNS = frozenset({"+", "-", "*", "//"})

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Letters:
    """Which number stands for which expression over letters, and how the letters are spelled in the code."""

    known: Mapping[int, str]

    @staticmethod
    def named(given: Mapping[int, str], names: Names) -> Letters:
        """Sizes under identifiers that nothing else in the code uses. `given` may hold "n - k + 1" and "m n"."""
        spelled: dict[str, str] = {}
        known = {number: _as_code(text, spelled, names) for number, text in given.items() if number >= _SMALLEST}
        return Letters(known)

    def used(self) -> frozenset[str]:
        """Every letter."""
        return frozenset(letter for text in self.known.values() for letter in letters_in(text))

    def within(self, shapes: Shapes) -> tuple[Sizes, dict[str, str]]:
        """The sizes as a function with arrays of these shapes can say them, and where it reads each letter.

        A sum whose letters no array has is read from an array as it stands.
        """
        places = {text: axis for number, text in self.known.items() if (axis := find_axis(number, shapes)) is not None}
        said = {}
        for number, text in self.known.items():
            whole = places.get(text)
            known = whole is None or text.isidentifier() or letters_in(text) <= set(places)
            said[number] = parsed(text if known or whole is None else whole)
        return Sizes(self, said), {text: axis for text, axis in places.items() if text.isidentifier()}


def _as_code(text: str, spelled: dict[str, str], names: Names) -> str:
    """A size as an expression: `m n` is a product. Raises ShapeError for anything but sums and products."""
    words: list[str] = []
    for word in _WORD.findall(text):
        if words and word not in _SIGNS | {")"} and words[-1] not in _SIGNS | {"("}:
            words.append("*")
        words.append(word if word in _SIGNS | {"(", ")"} or word.isdecimal() else _spelled(word, spelled, names))
    try:
        return ast.unparse(parsed(" ".join(words)))
    except SyntaxError:
        raise ShapeError(
            given=f"the size '{text}'", where="emit", expected="a letter, or a sum or product of some",
            remedy="write 'n', 'n - k + 1' or 'm n'",
        ) from None  # fmt: skip


def _spelled(word: str, spelled: dict[str, str], names: Names) -> str:
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


# Numbers --------------------------------------------------------------------------------------------------------------
class Sizes:
    """How numbers made from sizes are said. `said` is the code for each size."""

    def __init__(self, letters: Letters, said: Mapping[int, ast.expr]) -> None:
        self.letters, self.said = letters, said

    @cached_property
    def _after(self) -> dict[int, int]:
        """What each size becomes for some other sizes of the letters: all are positive and differ."""
        names = sorted(self.letters.used())
        random = Random(0)
        for _ in range(_TRIES):
            chosen = dict(zip(names, random.sample(_OTHERS, len(names)), strict=True))
            found = {number: int(evaluated(parsed(text), chosen)) for number, text in self.letters.known.items()}
            if min(found.values(), default=1) > 0 and len({*found.values()}) == len(found):
                break
        return found

    @cached_property
    def _table(self) -> resizing.Sizes:
        return resizing.Sizes(self._after)

    def integer(self, value: int) -> ast.expr | None:
        """A whole number made of sizes as code; None for any other. Raises ShapeError where no code is found."""
        target = self._table.whole(value) if self.said else value
        if target == value:
            return None
        for code, after in self._wholes(value):
            if after == target:
                return code
        raise not_said(value)

    def _wholes(self, value: int) -> Iterator[tuple[ast.expr, int]]:
        if value in self.said:
            yield self.said[value], self._after[value]
        code, after, rest = None, 1, value
        for number in sorted(self.said, reverse=True):
            while rest % number == 0:
                rest, after = rest // number, after * self._after[number]
                code = self.said[number] if code is None else fill("SLOT0 * SLOT1", self.said[number], code)
        if code is not None:
            yield code if rest == 1 else fill("SLOT0 * SLOT1", literal(rest), code), rest * after
        for plus, minus in ((1, 0), (2, 0), (1, 1), (3, 0), (2, 1), (1, 2)):
            for above in combinations_with_replacement(sorted(self.said), plus):
                for below in combinations_with_replacement(sorted(self.said), minus):
                    distance = value - sum(above) + sum(below)
                    if abs(distance) <= _FARTHEST:
                        terms = [*((each, 1) for each in above), *((each, -1) for each in below)]
                        yield self._sum(terms, distance)

    def _sum(self, terms: list[tuple[int, int]], distance: int) -> tuple[ast.expr, int]:
        code, after = self.said[terms[0][0]], self._after[terms[0][0]]
        for number, sign in terms[1:]:
            code = fill("SLOT0 + SLOT1" if sign > 0 else "SLOT0 - SLOT1", code, self.said[number])
            after += sign * self._after[number]
        if distance:
            code = fill("SLOT0 + SLOT1" if distance > 0 else "SLOT0 - SLOT1", code, literal(abs(distance)))
        return code, after + distance

    def real(self, value: float) -> ast.expr | None:
        """A number made of sizes as code; None for any other. Raises ShapeError where no code is found."""
        if not self.said or not 0 < value < float("inf"):
            return None
        target = self._table.real(value)
        if target == value:
            is_near = value.is_integer() and min(self.said) >= _LARGE
            return self.integer(int(value)) if is_near else None  # n + m
        for inside, outside, template in (
            (value, _itself, "SLOT0"), (value * value, math.sqrt, "SLOT0 ** 0.5"),
            (math.exp(min(value, 500.0)), math.log, "math.log(SLOT0)"),
        ):  # fmt: skip
            for code, after in self._products(inside):
                if math.isclose(outside(after), target, rel_tol=_CLOSE):
                    return fill(template, code)
        raise not_said(value)

    def _products(self, value: float) -> Iterator[tuple[ast.expr, float]]:
        """A number as a ratio times powers of sizes and, once at most, of a size less or more 1; the shortest first."""
        signed = [(number, 0, power) for number in sorted(self.said) for power in (1, -1)]
        beside = [(number, step, power) for number, _, power in signed for step in (-1, 1)]
        for length in range(1, _MOST_FACTORS + 1):
            for chosen in combinations_with_replacement(signed, length):
                yield from self._as_ratio(value, chosen)
            for chosen in combinations_with_replacement(signed, length - 1):
                for extra in beside:
                    yield from self._as_ratio(value, (*chosen, extra))

    def _as_ratio(self, value: float, chosen: Sequence[Factor]) -> Iterator[tuple[ast.expr, float]]:
        before = math.prod([float(number + step) ** power for number, step, power in chosen])
        found = small_fraction(value / before)
        if found is None or any((number, step, -power) in chosen for number, step, power in chosen):
            return
        after = math.prod([float(self._after[number] + step) ** power for number, step, power in chosen])
        above, below = (self._factors(chosen, sign) for sign in (1, -1))
        code = multiplied(found.numerator, above)
        if below or found.denominator != 1:
            code = fill("SLOT0 / SLOT1", code, multiplied(found.denominator, below))
        yield code, float(found) * after

    def _factors(self, chosen: Sequence[Factor], sign: int) -> list[ast.expr]:
        return [self._sum([(number, 1)], step)[0] for number, step, power in chosen if power == sign]


Factor: TypeAlias = tuple[int, int, int]  # a size, what is added to it, and 1 above the line or -1 below


def _itself(value: float) -> float:
    return value


def multiplied(number: int, factors: Sequence[ast.expr]) -> ast.expr:
    """A product; 1 is left out where there are factors."""
    found = literal(number) if number != 1 or not factors else None
    for factor in factors:
        found = factor if found is None else fill("SLOT0 * SLOT1", found, factor)
    assert found is not None
    return found


def small_fraction(value: float) -> Fraction | None:
    """The fraction of whole numbers that this is, if it is a simple one.

    >>> small_fraction(1.5), small_fraction(0.1234567)
    (Fraction(3, 2), None)
    """
    if not 1 / (2 * _LARGEST_BELOW) < value <= _LARGEST_ABOVE:
        return None
    found = Fraction(value).limit_denominator(_LARGEST_BELOW)
    return found if abs(float(found) - value) <= _CLOSE * value else None


def evaluated(expression: ast.expr, letters: Mapping[str, int]) -> float:
    """An expression over sizes, computed."""
    found: float = eval(compile(ast.Expression(ast.fix_missing_locations(expression)), "<sizes>", "eval"),
                        {"__builtins__": {}}, dict(letters))  # fmt: skip
    return found


def not_said(value: float) -> ShapeError:
    """What is wrong with a number that depends on sizes in a way that no code is found for."""
    return ShapeError(
        given=f"the number {value:g}, which was made from sizes", where="emit",
        expected="sizes, products and powers of them, their roots and their logarithms",
        remedy="give numbers for the sizes, or pass the number as an argument",
    )  # fmt: skip


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
