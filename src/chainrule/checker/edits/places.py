"""A surface tree in, the places in it at which something can be changed, and the tree with one of them changed.

One idea: a place knows the way up, so a changed copy costs one new node for each level; and it knows what its node is
there for (a term, a factor, the head of a function), so that rules need not look around.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ...notation.functions import GENERIC, function_named
from ...notation.surface import (
    Additive,
    Bars,
    Big,
    Cases,
    Chain,
    Fraction,
    Group,
    Matrix,
    Multiplicative,
    Name,
    Number,
    Root,
    Scripted,
    Surface,
)  # fmt: skip
from .building import Part, cell_slot, product, with_child

_CONSTANTS = frozenset({"e", "pi", "infinity", "partial", "nabla", "⊤"})


class Role(Enum):
    """What a node is there for."""

    SIDE = auto()  # all there is
    TERM = auto()
    FACTOR = auto()
    HEAD = auto()  # the name of a function before what it is applied to
    BRACKET = auto()  # inside brackets that hold together
    ARGUMENT = auto()  # inside the brackets of a function, a cell, a condition
    VALUE = auto()  # a branch of cases
    ABOVE = auto()
    BELOW = auto()
    SUMMAND = auto()  # after a sum sign
    BASE = auto()  # what carries scripts
    EXPONENT = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """A node and the way up from it. `level`: how many brackets are around it."""

    node: Surface
    above: Place | None
    slot: int
    role: Role
    level: int

    def put(self, new: Surface) -> Surface:
        """The whole tree with another node here."""
        place, found = self, new
        while place.above is not None:
            found = with_child(place.above.node, place.slot, found)
            place = place.above
        return found


@dataclass(frozen=True, slots=True)
class Unit:
    """Factors that belong together, such as a function and its brackets: from `start` to `stop` in the product."""

    sign: str
    nodes: tuple[Part, ...]
    start: int
    stop: int

    @property
    def node(self) -> Surface:
        """What it is, as one node."""
        first = self.nodes[0][1]
        return first if len(self.nodes) == 1 else product((("", first), *self.nodes[1:]), first.span)

    @property
    def called(self) -> tuple[Surface, Surface] | None:
        """The head of a function and what it is applied to."""
        return (self.nodes[0][1], self.nodes[1][1]) if len(self.nodes) == 2 else None


@dataclass(frozen=True, slots=True)
class Heads:
    """Which names are functions here."""

    functions: frozenset[str]
    variables: frozenset[str]  # letters that are declared as something else

    def is_head(self, node: Surface) -> bool:
        """Whether a node is the name of a function, primes and powers included."""
        body = node.body if isinstance(node, Scripted) else node
        if not isinstance(body, Name) or body.accents:
            return False
        if body.base in self.functions:
            return True
        if function_named(body.base):
            return True
        return (body.base in GENERIC or body.base == "sigma") and body.base not in self.variables


def units(node: Surface, heads: Heads) -> list[Unit]:
    """The factors of a product, each function together with what it is applied to."""
    pairs = node.factors if isinstance(node, Multiplicative) else (("", node),)
    found: list[Unit] = []
    place = 0
    while place < len(pairs):
        stop = place + _length(pairs, place, heads)
        found.append(Unit(pairs[place][0], pairs[place:stop], place, stop))
        place = stop
    return found


def _length(pairs: tuple[Part, ...], place: int, heads: Heads) -> int:
    node = pairs[place][1]
    after = pairs[place + 1] if place + 1 < len(pairs) else None
    if after is None or after[0]:
        return 1
    if _is_indicator(node) and isinstance(after[1], Group):
        return 2
    head = node.body if isinstance(node, Scripted) else node
    generic = isinstance(head, Name) and function_named(head.base) is None
    if heads.is_head(node) and (isinstance(after[1], Group) or not generic or _has_bracket(after[1])):
        return 2
    return 2 if _is_nabla(node) else 1


def _has_bracket(node: Surface) -> bool:
    return isinstance(node, Scripted) and isinstance(node.body, Group)


def _is_indicator(node: Surface) -> bool:
    return (isinstance(node, Name) and node.base == "𝟙") or (isinstance(node, Number) and node.written == "1")


def _is_nabla(node: Surface) -> bool:
    body = node.body if isinstance(node, Scripted) else node
    return isinstance(body, Name) and body.base == "nabla"


def is_derivative(node: Surface) -> bool:
    r"""Whether a node is the name of a derivative: a fraction of d's, or a nabla and what follows."""
    match node:
        case Fraction(above, below):
            return _is_differential(above) and _is_differential(below)
        case Multiplicative(((_, first), *_)):
            return _is_nabla(first)
    return False


def _is_differential(node: Surface) -> bool:
    match node:
        case Multiplicative(((_, first), *_)) | Scripted(first):
            return _is_differential(first)
        case Name(base):
            return base in ("partial", "d", "nabla") or (base[0] == "d" and len(base) > 1 and not function_named(base))
    return False


# Walking ------------------------------------------
def places(tree: Surface, heads: Heads) -> list[Place]:
    """Every place of a tree, from the left. What is inside the name of a derivative, an index or a limit is none."""
    root = Place(tree, None, 0, Role.SIDE, 0)
    found: list[Place] = []
    pending = [root]
    while pending:
        current = pending.pop()
        found.append(current)
        if not is_derivative(current.node):
            pending.extend(reversed(list(_below(current, heads))))
    return found


def _below(place: Place, heads: Heads) -> Iterator[Place]:
    node, level = place.node, place.level
    match node:
        case Additive(pairs):
            role = place.role if len(pairs) == 1 and place.role is Role.EXPONENT else Role.TERM
            yield from (Place(each, place, slot, role, level) for slot, (_, each) in enumerate(pairs))
        case Multiplicative():
            yield from _factors(place, node, heads)
        case Fraction(above, below):
            yield Place(above, place, 0, Role.ABOVE, level)
            yield Place(below, place, 1, Role.BELOW, level)
        case Scripted():
            yield from _scripted(place, node)
        case Group(_, items):
            within = Role.BRACKET if len(items) == 1 and place.role is not Role.ARGUMENT else Role.ARGUMENT
            yield from (Place(each, place, slot, within, level + 1) for slot, each in enumerate(items))
        case Matrix(_, rows):
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    yield Place(cell, place, cell_slot(row, column), Role.ARGUMENT, level + 1)
        case Cases(branches):
            yield from (Place(each.value, place, slot, Role.VALUE, level) for slot, each in enumerate(branches))
        case Root(body) | Bars(_, body):
            yield Place(body, place, 0, Role.BRACKET, level + 1)
        case Big(_, _, _, body):
            yield Place(body, place, 0, Role.SUMMAND, level)
        case Chain(parts):
            sides = [(slot, each) for slot, each in enumerate(parts) if each is not None]
            yield from (Place(each, place, slot, Role.ARGUMENT, level + 1) for slot, each in sides)


def _factors(place: Place, node: Multiplicative, heads: Heads) -> Iterator[Place]:
    for unit in units(node, heads):
        if unit.called is None:
            yield Place(unit.nodes[0][1], place, unit.start, Role.FACTOR, place.level)
        elif not _is_nabla(unit.nodes[0][1]):
            yield Place(unit.nodes[0][1], place, unit.start, Role.HEAD, place.level)
            yield Place(unit.nodes[1][1], place, unit.start + 1, Role.ARGUMENT, place.level)


def _scripted(place: Place, node: Scripted) -> Iterator[Place]:
    if not isinstance(node.body, Name | Number):
        yield Place(node.body, place, 0, Role.BASE, place.level)
    for slot, each in enumerate(node.superscripts):
        if not isinstance(each, Name | Group | Number) or (isinstance(node.body, Name) and node.body.base == "e"):
            yield Place(each, place, slot + 1, Role.EXPONENT, place.level + 1)


def is_constant(node: Surface) -> bool:
    """Whether a node is a name that stands for no quantity of the author's."""
    body = node.body if isinstance(node, Scripted) else node
    return isinstance(body, Name) and body.base in _CONSTANTS and not body.accents
