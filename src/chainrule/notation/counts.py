"""A formula and the letters of its sizes in, the places out where a size must stay a letter.

One idea: a size is a number, so 2/n is one too, and is written in its letter wherever it goes. But n - 1, log n or 2^n
cannot be told from any other number once they are computed, so there the size is kept as a step of the computation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .meaning import (
    Call,
    Entry,
    Literal,
    Meaning,
    Member,
    Over,
    Picked,
    Power,
    Product,
    Program,
    Total,
    Variable,
    below,
)

_LARGEST = 1000  # of a whole number beside a size that is told apart from it
_SIGNS = frozenset({"", "*", "/", "·", "×"})
_EXPONENTS = frozenset({-2.0, -1.0, -0.5, 0.5, 2.0})


def kept_sizes(program: Program, letters: Collection[str]) -> frozenset[int]:
    """The places (by the identity of their nodes) where a letter of a size is part of more than a product."""
    found: set[int] = set()
    for definition in program.definitions if letters else ():
        _visit(definition.body, letters, found)
    return frozenset(found)


def _visit(node: Meaning, letters: Collection[str], found: set[int]) -> None:
    if is_number(node, letters):
        if not is_plain(node, letters):
            found.update(map(id, sizes_in(node, letters)))
        return
    if isinstance(node, Power) and is_number(node.exponent, letters):
        found.update(map(id, sizes_in(node.exponent, letters)))
    if isinstance(node, Product):
        numbers = [(sign, each) for sign, each in node.factors if is_number(each, letters)]
        if numbers and not is_plain(Product(tuple(numbers), node.span), letters):
            found.update(id(size) for _, each in numbers for size in sizes_in(each, letters))
    for each in parts(node):
        _visit(each, letters, found)


def parts(node: Meaning) -> Iterator[Meaning]:
    """What values are computed from: not the places of an entry, nor how far a sum runs."""
    match node:
        case Entry(body) | Picked(body) | Over(body=body):
            yield body
        case Member():
            return
        case _:
            yield from below(node)


def is_number(node: Meaning, letters: Collection[str]) -> bool:
    """Whether a node is made of numbers and sizes alone."""
    match node:
        case Literal():
            return True
        case Variable(symbol):
            return symbol.text in letters
        case Total() | Product() | Power():
            return all(is_number(each, letters) for each in below(node))
        case Call(_, (only,)):
            return is_number(only, letters)
        case _:
            return False


def sizes_in(node: Meaning, letters: Collection[str]) -> Iterator[Meaning]:
    if isinstance(node, Variable):
        yield node
    for each in below(node):
        yield from sizes_in(each, letters)


def is_plain(node: Meaning, letters: Collection[str]) -> bool:
    """Whether a number is a product of sizes, their roots and squares, and whole numbers; or has no size in it."""
    if not any(True for _ in sizes_in(node, letters)):
        return True
    match node:
        case Variable():
            return True
        case Product(factors):
            return all(sign in _SIGNS and is_factor(each, letters) for sign, each in factors)
        case Power(Variable(), Literal(value=value)):
            return value in _EXPONENTS
        case Call("sqrt", (Variable(),)):
            return True
        case _:
            return False


def is_factor(node: Meaning, letters: Collection[str]) -> bool:
    """A whole number, or what is plain with a size in it."""
    match node:
        case Literal(value=value):
            return value == int(value) and abs(value) <= _LARGEST
        case _:
            return any(True for _ in sizes_in(node, letters)) and is_plain(node, letters)
