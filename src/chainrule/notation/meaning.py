"""The meant tree: what the page says once every ambiguity is decided. The resolver builds it, lowering turns it into
nodes.

One idea: nothing here depends on shapes. Whether a product is a matrix product is decided when both factors are
known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ..errors import TextSpan
from . import limits
from .symbols import Symbol


@dataclass(frozen=True, slots=True)
class Reading:
    """How something that can be read in two ways was read. Said aloud in every explanation."""

    written: str
    read_as: str
    span: TextSpan

    def __str__(self) -> str:
        return f"{self.written}: read as {self.read_as}"


@dataclass(frozen=True, slots=True)
class Literal:
    """A number."""

    written: str
    value: float
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that has, or will be given, a value."""

    symbol: Symbol
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Index:
    """A bound index where a number is wanted: `i` in `x_{i+1}` or in `i x_i`."""

    name: str
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the library by its name, with keyword arguments."""

    function: str
    arguments: tuple[Meaning, ...]
    span: TextSpan
    options: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """A function that the text itself defines."""

    name: str
    arguments: tuple[Meaning, ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Unspecified:
    """A function of which nothing is said, or one of its derivatives, entry by entry."""

    name: str
    order: int
    argument: Meaning
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Slope:
    """The derivative of a function of one number, entry by entry: `body` in `parameter`, at the argument."""

    parameter: Symbol
    body: Meaning
    argument: Meaning
    order: int
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Total:
    """Terms with their signs. `numpy`: shapes fit as in NumPy; otherwise a vector may also be added to each column."""

    terms: tuple[tuple[str, Meaning], ...]
    span: TextSpan
    numpy: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """Factors with the sign before each: juxtaposed, `·`, `×`, `*`, `⊙`, `@`, `/`. Shapes decide what they mean."""

    factors: tuple[tuple[str, Meaning], ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Power:
    """A base and an exponent. `entries`: of a matrix too it is the power of each entry."""

    base: Meaning
    exponent: Meaning
    span: TextSpan
    entries: bool = False


@dataclass(frozen=True, slots=True)
class Transposed:
    """A transpose. Of a vector it only says that the vector stands as a row."""

    body: Meaning
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry, or with fewer indices than axes a part. Mathematics counts from 1."""

    body: Meaning
    indices: tuple[Meaning, ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Member:
    """One of several names that differ in a number: `y_i` where `y_1` and `y_2` are names of their own.

    `family` has `#` where the number goes.
    """

    family: str
    index: Meaning
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Picked:
    """Python's indexing: integers and slices (start, stop, step), counted from 0."""

    body: Meaning
    keys: tuple[object, ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Over:
    """A sum, product, maximum or minimum over indices: `kind` of `body` for each index from `first` to `last`."""

    kind: str
    indices: tuple[str, ...]
    first: Meaning | None
    last: Meaning | None
    condition: Meaning | None
    body: Meaning
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The array whose entry at the indices is the body: what `q_k = ...` defines."""

    indices: tuple[str, ...]
    body: Meaning
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Norm:
    """A norm: of order 2 (for a matrix that of Frobenius) or 1. `matrix`: it is marked as that of a matrix."""

    body: Meaning
    order: int
    matrix: bool
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Comparison:
    """A relation as a condition, 1 where it holds."""

    relation: str
    left: Meaning
    right: Meaning
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Choice:
    """Cases in order; the last one without a condition is taken when no other holds."""

    branches: tuple[tuple[Meaning, Meaning | None], ...]
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Rows:
    """An array written out: a vector has one row or one column, `shaped` says which of the three it is."""

    rows: tuple[tuple[Meaning, ...], ...]
    shaped: str  # "vector", "row" or "matrix"
    span: TextSpan


@dataclass(frozen=True, slots=True)
class Unit:
    """`1` as a vector of ones, or the identity matrix I. How large it is follows from what stands beside it."""

    square: bool
    span: TextSpan


Meaning: TypeAlias = (
    Literal
    | Variable
    | Index
    | Call
    | Own
    | Unspecified
    | Slope
    | Total
    | Product
    | Power
    | Transposed
    | Entry
    | Member
    | Picked
    | Over
    | Tabulated
    | Norm
    | Comparison
    | Choice
    | Rows
    | Unit
)
_LEAVES = (Literal, Variable, Index, Unit)
_Pairs: TypeAlias = tuple[tuple[str, Meaning], ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """One statement: a name and what it stands for. `parameters` when it was written as a function of them."""

    symbol: Symbol
    body: Meaning
    span: TextSpan
    parameters: tuple[Symbol, ...] | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """All statements of a text, resolved, in an order in which each uses only earlier ones."""

    definitions: tuple[Definition, ...]
    output: Symbol
    readings: tuple[Reading, ...]
    functions: Mapping[str, tuple[tuple[Symbol, ...], Meaning]] = field(default_factory=dict)
    given: tuple[tuple[Symbol, Meaning], ...] = ()  # inputs whose value stands in the text
    shapes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # x in R^n


def below(node: Meaning) -> Iterator[Meaning]:
    """The nodes directly below, in reading order."""
    if isinstance(node, _LEAVES):
        return
    match node:
        case Call(_, arguments) | Own(_, arguments):
            yield from arguments
        case Unspecified(_, _, body) | Transposed(body) | Norm(body) | Tabulated(_, body) | Picked(body):
            yield body
        case Slope(_, _, argument):  # the body is about the parameter, which stands for nothing outside
            yield argument
        case Total(pairs) | Product(pairs):
            yield from (each for _, each in pairs)
        case Power(left, right) | Comparison(_, left, right):
            yield from (left, right)
        case Entry(body, indices):
            yield from (body, *indices)
        case Member(_, index):
            yield index
        case Over(_, _, first, last, condition, body):
            yield from (each for each in (first, last, condition, body) if each is not None)
        case Choice(branches):
            yield from (each for branch in branches for each in branch if each is not None)
        case Rows(rows):
            yield from (cell for row in rows for cell in row)


def mapped(node: Meaning, change: Callable[[Meaning], Meaning]) -> Meaning:
    """The node with every node directly below it changed; the node itself where nothing changes."""
    if isinstance(node, _LEAVES):
        return node
    if isinstance(node, Total):
        terms = _pairs(node.terms, change)
        return node if terms is node.terms else replace(node, terms=terms)
    if isinstance(node, Product):
        factors = _pairs(node.factors, change)
        return node if factors is node.factors else replace(node, factors=factors)
    return _mapped(node, change)


def _pairs(pairs: _Pairs, change: Callable[[Meaning], Meaning]) -> _Pairs:
    changed = [change(each) for _, each in pairs]
    if all(new is old for new, (_, old) in zip(changed, pairs, strict=True)):
        return pairs
    return tuple((sign, new) for new, (sign, _) in zip(changed, pairs, strict=True))


def _mapped(node: Meaning, change: Callable[[Meaning], Meaning]) -> Meaning:
    match node:
        case Call() | Own():
            return replace(node, arguments=tuple(map(change, node.arguments)))
        case Unspecified():
            return replace(node, argument=change(node.argument))
        case Slope():
            return replace(node, body=change(node.body), argument=change(node.argument))
        case Transposed() | Norm() | Tabulated() | Picked():
            return replace(node, body=change(node.body))
        case Power():
            base, exponent = change(node.base), change(node.exponent)
            unchanged = base is node.base and exponent is node.exponent
            return node if unchanged else replace(node, base=base, exponent=exponent)
        case Comparison():
            return replace(node, left=change(node.left), right=change(node.right))
        case Entry():
            return replace(node, body=change(node.body), indices=tuple(map(change, node.indices)))
        case Member():
            return replace(node, index=change(node.index))
        case Over():
            first, last, holds = (each and change(each) for each in (node.first, node.last, node.condition))
            return replace(node, first=first, last=last, condition=holds, body=change(node.body))
        case Choice():
            branches = tuple(
                (change(value), None if holds is None else change(holds)) for value, holds in node.branches
            )
            return replace(node, branches=branches)
        case Rows():
            return replace(node, rows=tuple(tuple(map(change, row)) for row in node.rows))
        case _:
            return node


def everything(node: Meaning) -> Iterator[Meaning]:
    """The node and all below it, in reading order. Iterative, so that any depth will do."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, _LEAVES):
            pending.extend(reversed(list(below(current))))


def refuse_tall(node: Meaning) -> None:
    """Raises LimitError for a tree that has more levels than passes over it can take."""
    level, levels = [node], 0
    while level:
        levels += 1
        if levels > limits.DEPTH:
            raise limits.too_deep(node.span, limits.DEPTH, "expressions")
        level = [each for above in level for each in below(above)]


def is_member(name: str, family: str) -> bool:
    """Whether a name belongs to a family such as `y_#`."""
    head, _, tail = family.partition("#")
    number = name[len(head) : len(name) - len(tail)]
    return name.startswith(head) and name.endswith(tail) and number.isdecimal()
