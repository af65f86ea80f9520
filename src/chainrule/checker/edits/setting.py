"""A side and what is known in, everything that the rules look up out.

One idea: names are compared by their spelling, so each name of the page is spelled once, here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from ...notation.surface import Additive, Group, Multiplicative, Name, Number, Scripted, Surface
from ...notation.symbols import symbol_of
from ..trees import everywhere, is_row
from .building import ENTRYWISE, TRANSPOSES, Part, bracketed, is_turned
from .known import Gradient, Kind, Known, Pair, Quantity
from .likeness import Marks, same
from .places import Heads, Place, Role, Unit, is_constant, is_derivative, places, units
from .runs import split

_MARKS = frozenset({"*", "+"})
_SLOTS = frozenset({Role.SIDE, Role.TERM, Role.BRACKET, Role.VALUE, Role.ABOVE, Role.BELOW, Role.SUMMAND})


@dataclass(frozen=True, slots=True)
class Named:
    """A node that is a known name, perhaps with an index, a power or a transpose on it.

    `bare` is the name itself as it stands there; `index` and `powers` are what hangs on it besides.
    """

    text: str
    quantity: Quantity
    bare: Surface
    index: Surface | None
    powers: tuple[Surface, ...]
    node: Surface

    def dressed(self, other: Surface) -> Surface:
        """Another name with the same index, power and transpose."""
        return _dressed(_dressed(other, self.index, ()), None, self.powers)

    def indexed(self, other: Surface) -> Surface:
        """Another name with the same index only."""
        return _dressed(other, self.index, ())


def _dressed(other: Surface, index: Surface | None, powers: tuple[Surface, ...]) -> Surface:
    if index is None and not powers:
        return other
    match other:
        case Scripted(body, below, above, primes, span) if below is None or index is None:
            return Scripted(body, index if below is None else below, (*above, *powers), primes, span)
        case Name():
            return Scripted(other, index, powers, 0, other.span)
    return Scripted(bracketed(other), index, powers, 0, other.span)


class Setting:
    """A side, what is known, and tables of both. Nothing in it changes after it is made."""

    def __init__(self, side: Surface, known: Known) -> None:
        self.quantities = _table(known)
        letters = {text for text in self.quantities if text.isalnum()}
        self.known = replace(known, definitions=tuple(split(each, letters) for each in known.definitions))
        self.side = side = split(side, letters)
        self.heads = Heads(known.functions, frozenset(letters - known.functions))
        self.places: list[Place] = places(side, self.heads)
        self.marks = Marks()
        for tree in (side, *(each.written for each in known.names), *(each.written for each in known.gradients)):
            self.marks.keep(tree)
        self._gradients = {self.marks.of(each.written): each for each in known.gradients}
        self._ranks: dict[int, tuple[Surface, int | None]] = {}
        self._named: dict[int, tuple[Surface, Named | None]] = {}  # the node is kept, so that its number stays its own

    @cached_property
    def products(self) -> list[tuple[Place, list[Unit]]]:
        """The products, each with its factors."""
        found = [each for each in self.places if isinstance(each.node, Multiplicative) and not is_row(each.node)]
        return [(each, units(each.node, self.heads)) for each in found if not is_derivative(each.node)]

    @cached_property
    def slots(self) -> list[Place]:
        """The places that a factor can be put beside, the outermost first."""
        found = [each for each in self.places
                 if each.role in _SLOTS and not (isinstance(each.node, Additive) and each.role is not Role.SIDE)
                 and not is_row(each.node)]  # fmt: skip
        return sorted(found, key=_level)

    @cached_property
    def transpose(self) -> str:
        """The transpose as the author writes it."""
        here = (each.base for each in everywhere(self.side) if isinstance(each, Name) and each.base in TRANSPOSES)
        return next(here, self.known.transpose)

    @cached_property
    def entrywise(self) -> str:
        """The sign of the product entry by entry as the author writes it."""
        trees = [self.side, *self.known.definitions]
        signs = [sign for tree in trees for each in everywhere(tree) if isinstance(each, Multiplicative)
                 for sign, _ in each.factors]  # fmt: skip
        return next((each for each in signs if each in ENTRYWISE), "⊙")

    @cached_property
    def near(self) -> frozenset[str]:
        """The spellings of names that stand in the statement or in what it differentiates."""
        trees = [self.side, *self.known.definitions, *(each for each in (self.known.variable,) if each is not None)]
        named = (self.named(each) for tree in trees for each in everywhere(tree))
        return frozenset(each.text for each in named if each is not None)

    @cached_property
    def variable(self) -> str:
        """The spelling of what the left side differentiates by."""
        return text_of(self.known.variable) if self.known.variable is not None else ""

    @cached_property
    def pairs(self) -> dict[str, list[Pair]]:
        """The pairs by the spelling of either end."""
        found: dict[str, list[Pair]] = {}
        for pair in self.known.pairs:
            for end in (pair.before, pair.after):
                if end is not None and (text := text_of(end)):
                    found.setdefault(text, []).append(pair)
        return found

    @cached_property
    def gradients(self) -> list[Gradient]:
        """The derivatives that may be put in: all but the one that is claimed."""
        left = self.known.left
        return [each for each in self.known.gradients if left is None or not same(each.written, left)]

    @cached_property
    def indices(self) -> tuple[str, ...]:
        """The letters that stand as indices on this page, those of the statement first."""
        trees = [self.side, *(each for each in (self.known.left,) if each is not None)]
        here = [letter for tree in trees for letter in index_letters(tree)]
        return tuple(dict.fromkeys([*here, *self.known.indices]))

    def named(self, node: Surface) -> Named | None:
        """What a node is as a name; None if it is none that is known."""
        if not isinstance(node, Name | Scripted):
            return None
        kept = self._named.get(id(node))
        if kept is None:
            kept = self._named[id(node)] = (node, None if is_constant(node) else self._find(node))
        return kept[1]

    def _find(self, node: Name | Scripted) -> Named | None:
        text = text_of(node)
        if (quantity := self.quantities.get(text)) is not None:
            return Named(text, quantity, node, None, (), node)
        if not isinstance(node, Scripted) or node.primes or not isinstance(node.body, Name):
            return None
        marks = tuple(each for each in node.superscripts if _is_mark(each))
        powers = tuple(each for each in node.superscripts if not _is_mark(each))
        for below, index in ((node.subscript, None), (None, node.subscript)):
            bare: Surface = replace(node, subscript=below, superscripts=marks) if below or marks else node.body
            if (quantity := self.quantities.get(text_of(bare))) is not None:
                return Named(text_of(bare), quantity, bare, index, powers, node)
        return None

    def others(self, named: Named) -> Iterator[tuple[str, Quantity]]:
        """All other names in scope."""
        return ((text, each) for text, each in self.quantities.items() if each is not named.quantity and text)

    def gradient(self, node: Surface) -> Gradient | None:
        """The gradient that a node is the name of."""
        return self._gradients.get(self.marks.of(node))

    def rank(self, node: Surface) -> int | None:
        """How many axes a node has, as far as its names say; None if nobody knows."""
        kept = self._ranks.get(id(node))
        if kept is None:
            kept = self._ranks[id(node)] = (node, self._rank(node))
        return kept[1]

    def _rank(self, node: Surface) -> int | None:
        named, gradient = self.named(node), self.gradient(node)
        if named is not None and named.quantity.shape is not None:
            return max(0, len(named.quantity.shape) - _index_count(named.index))
        if gradient is not None and gradient.shape is not None:
            return len(gradient.shape)
        match node:
            case Number():
                return 0
            case Scripted(_, below) if below is not None and _index_count(below) > 1:
                return 0  # an entry of a matrix of which nothing else is known
            case Group(_, (only,)) | Scripted(only, None):
                return self.rank(only)
            case Additive(pairs):
                return self._highest(pairs)
            case Multiplicative(pairs) if any(sign in ENTRYWISE for sign, _ in pairs) or self._is_call(pairs):
                return self._highest(pairs)
        return None

    def _is_call(self, pairs: tuple[Part, ...]) -> bool:
        return len(pairs) == 2 and self.heads.is_head(pairs[0][1]) and isinstance(pairs[1][1], Group)

    def _highest(self, pairs: tuple[Part, ...]) -> int | None:
        ranks = [self.rank(each) for _, each in pairs]
        highest = max((each for each in ranks if each is not None), default=0)
        return None if highest == 0 and None in ranks else highest

    def is_array(self, node: Surface) -> bool:
        """Whether a factor is known to have axes, or carries a transpose."""
        rank = self.rank(node)
        return is_turned(node) or (rank is not None and rank > 0)


def _level(place: Place) -> int:
    return place.level


def _is_mark(script: Surface) -> bool:
    return (isinstance(script, Group) and script.bracket in ("(", "[")) or (
        isinstance(script, Name) and script.base in _MARKS
    )


def _table(known: Known) -> dict[str, Quantity]:
    """Every name by each of its spellings; the ends of pairs are names too."""
    ends = [Quantity(each.before, Kind.PRE_ACTIVATION) for each in known.pairs]
    ends += [Quantity(each.after, Kind.ACTIVATION) for each in known.pairs if each.after is not None]
    found: dict[str, Quantity] = {}
    for quantity in (*known.names, *ends):
        for spelling in (quantity.written, *quantity.aliases):
            found.setdefault(text_of(spelling), quantity)
    found.pop("", None)
    return found


def text_of(node: Surface) -> str:
    """The spelling that identifies a name; nothing for what is no name."""
    symbol = symbol_of(node)
    return symbol.text if symbol is not None else ""


def index_letters(tree: Surface) -> list[str]:
    """The single letters that stand as an index, in a subscript or under a sum sign."""
    found: list[str] = []
    for node in everywhere(tree):
        if isinstance(node, Scripted) and node.subscript is not None:
            found += letters_of(node.subscript)
    return list(dict.fromkeys(found))


def letters_of(script: Surface) -> list[str]:
    """The index letters of a subscript: of `ij` i and j."""
    found: list[str] = []
    for node in everywhere(script):
        if isinstance(node, Name) and not node.whole and not node.accents and node.base.isalpha():
            found += list(node.base) if len(node.base) < 4 else []
        elif isinstance(node, Name) and node.whole and len(node.base) > 1 and not node.base.isascii():
            found.append(node.base)
    return found


def _index_count(index: Surface | None) -> int:
    match index:
        case None:
            return 0
        case Name(base) if not index.whole:
            return len(base)
        case Group(_, items):
            return len(items)
        case _:
            return 1
