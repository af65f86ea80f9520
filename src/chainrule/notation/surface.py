"""The surface tree: what stands on the page, nothing decided. The grammar builds it, the resolver reads it.

One idea: ambiguity is kept. `f(x)` is a juxtaposition of a name and a bracket, `t^1` a name with a script; whether
that is a call or a product, a power or an index, is the resolver's business, and it says aloud what it chose. Every
node knows its place in the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import TextSpan


@dataclass(frozen=True, slots=True)
class Number:
    """A number, with the digits that were written (a checker needs to know how many)."""

    written: str
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Name:
    """Letters. `whole` when they are one name for certain; otherwise they may be several names side by side."""

    base: str
    span: TextSpan
    accents: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """Words of explanation inside mathematics."""

    words: str
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Dots:
    """An ellipsis."""

    span: TextSpan


@dataclass(frozen=True, slots=True)
class Scripted:
    """Subscript, superscripts and primes: index, layer, example, power, transpose or derivative."""

    body: Surface
    subscript: Surface | None
    superscripts: tuple[Surface, ...]
    primes: int
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Group:
    """A pair of brackets, `{` among them, and what is between its commas: arguments, a grouping, a vector."""

    bracket: str
    items: tuple[Surface, ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of cells, from an environment or from `[1 2; 3 4]`."""

    style: str
    rows: tuple[tuple[Surface, ...], ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of cases; no condition when there is none on the line."""

    value: Surface
    condition: Surface | None


@dataclass(frozen=True, slots=True)
class Cases:
    """A big brace with branches."""

    branches: tuple[Branch, ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Additive:
    """Terms, each with its sign."""

    terms: tuple[tuple[str, Surface], ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Multiplicative:
    """Factors, each with the sign before it; none for the first and for those that merely stand beside another."""

    factors: tuple[tuple[str, Surface], ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Fraction:
    """A fraction with a bar: a quotient or a derivative."""

    numerator: Surface
    denominator: Surface
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Root:
    """A root; the square root when it has no degree."""

    body: Surface
    degree: Surface | None
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Bars:
    """Between single bars: absolute value or size. Between double bars: a norm."""

    double: bool
    body: Surface
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Big:
    """A sum or product sign with what stands under it, over it and after it."""

    sign: str
    lower: Surface | None
    upper: Surface | None
    body: Surface
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Chain:
    """Two sides or more with relations between them; the first side is empty when the line begins with a relation."""

    parts: tuple[Surface | None, ...]
    relations: tuple[str, ...]
    span: TextSpan


Surface: TypeAlias = (
    Number
    | Name
    | Prose
    | Dots
    | Scripted
    | Group
    | Matrix
    | Cases
    | Additive
    | Multiplicative
    | Fraction
    | Root
    | Bars
    | Big
    | Chain
)


def children(node: Surface) -> Iterator[Surface]:
    """The nodes directly below, in reading order."""
    match node:
        case Scripted(body, subscript, superscripts):
            yield body
            yield from (each for each in (subscript, *superscripts) if each is not None)
        case Group(_, items):
            yield from items
        case Matrix(_, rows):
            yield from (cell for row in rows for cell in row)
        case Cases(branches):
            for branch in branches:
                yield from (each for each in (branch.value, branch.condition) if each is not None)
        case Additive(pairs) | Multiplicative(pairs):
            yield from (each for _, each in pairs)
        case Fraction(above, below):
            yield from (above, below)
        case Root(body, degree):
            yield from (each for each in (body, degree) if each is not None)
        case Bars(_, body):
            yield body
        case Big(_, lower, upper, body):
            yield from (each for each in (lower, upper, body) if each is not None)
        case Chain(parts):
            yield from (each for each in parts if each is not None)
        case Number() | Name() | Prose() | Dots():
            return


def write(node: Surface) -> str:
    """The tree as one line of brackets, for tests and for the curious."""
    match node:
        case Number(written):
            return written
        case Name(base, _, accents):
            return "".join(f"{accent} " for accent in reversed(accents)) + base
        case Prose(words):
            return f'"{words}"'
        case Dots():
            return "..."
        case Scripted(body, subscript, superscripts, primes):
            low = f" _{write(subscript)}" if subscript is not None else ""
            return f"({write(body)}{low}{''.join(f' ^{write(each)}' for each in superscripts)}{chr(39) * primes})"
        case Additive(pairs) | Multiplicative(pairs):
            return f"[{' '.join(f'{sign}{write(each)}' for sign, each in pairs)}]"
        case Chain(parts, relations):
            sides = ["" if part is None else write(part) for part in parts]
            return " ".join([sides[0], *(f"{sign} {side}" for sign, side in zip(relations, sides[1:], strict=True))])
        case Group(bracket, items):
            return f"<{bracket} {', '.join(map(write, items))}>"
        case _:
            return f"<{_label(node)} {' | '.join(map(write, children(node)))}>"


def _label(node: Surface) -> str:
    match node:
        case Big(sign):
            return sign
        case Bars(double):
            return "norm" if double else "bars"
        case _:
            return type(node).__name__.lower()


def height(node: Surface) -> int:
    """How many levels the tree has. Iterative, because it is asked before the depth is known to be safe."""
    level, deepest = [node], 0
    while level:
        deepest += 1
        level = [below for each in level for below in children(each)]
    return deepest
