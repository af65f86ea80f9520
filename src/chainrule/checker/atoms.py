r"""Derivatives as they are written in, names for them out, with what each name stands for.

One idea: `\frac{\partial p_i}{\partial z_j}` is the entry i, j of an array that the engine can compute, the Jacobian
of p by z. A written derivative is read as an entry of such an array, and what it stands for is kept in a table.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..errors import ParseError, TextSpan
from ..notation.meaning import (
    Entry,
    Index,
    Meaning,
    Product,
    Tabulated,
    Transposed,
    Variable,
    everything,
    mapped,
)
from ..notation.names import Scope
from ..notation.spelled import spell
from ..notation.surface import Fraction, Surface
from ..notation.symbols import Symbol
from .spelling import differential, variables

RAW = ":"  # at the end of a name: the array with its axes in order, for entries to be taken of
MARK = "∂"  # no document's own name begins so: the grammar reads it as a sign


@dataclass(frozen=True, slots=True)
class Atom:
    """The array of derivatives of `of`, a name or an expression, with respect to names, once for each order."""

    name: str
    of: Meaning
    wrt: tuple[Symbol, ...]
    written: str
    span: TextSpan
    joined: tuple[str, str] | None = None  # two atoms multiplied by the chain rule

    @property
    def of_name(self) -> str | None:
        """The name that is differentiated; None where it is an expression."""
        return self.of.symbol.text if isinstance(self.of, Variable) else None


@dataclass(slots=True)
class Atoms:
    """All derivatives of a document by the names that stand for them."""

    table: dict[str, Atom] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    free_nabla: Surface | None = None  # what a nabla without a subscript is with respect to: the last one said

    def read(self, node: Surface, scope: Scope) -> Meaning:
        """What a derivative means. Raises ParseError where it has none."""
        assert isinstance(node, Fraction)  # every other spelling has been made one
        above = differential(node.numerator)
        below = variables(node.denominator, above.order if above else 1)
        if above is None or above.body is None or below is None:
            raise _unreadable(node, "something to differentiate, and a name to differentiate with respect to")
        if not below:
            if self.free_nabla is None:
                raise _unreadable(node, "a nabla that says with respect to what")
            below = (self.free_nabla,) * above.order
        if above.order != len(below):
            raise _unreadable(node, "as many differentials below as the order says")
        of, of_indices = _apart(scope.resolve(above.body, scope))
        if not isinstance(of, Variable) and (letters := _used(of, scope)):
            of, of_indices = Tabulated(letters, of, of.span), tuple(Index(each, of.span) for each in letters)
        parts = [_apart(scope.resolve(each, scope)) for each in below]
        if not all(isinstance(base, Variable) for base, _ in parts):
            raise _unreadable(node, "a derivative with respect to a name")
        wrt = tuple(base.symbol for base, _ in parts if isinstance(base, Variable))
        indices = (*of_indices, *(index for _, each in parts for index in each))
        return self._named(of, wrt, indices, node.span)

    def of(self, of: Meaning, wrt: tuple[Symbol, ...], span: TextSpan, joined: tuple[str, str] | None = None) -> Atom:
        """The atom for a derivative; the same one for the same derivative."""
        key = f"{spell(of)} / {' '.join(each.text for each in wrt)} / {joined}"
        if key not in self.keys:
            name = f"{MARK}{len(self.table) + 1}"
            self.keys[key] = name
            self.table[name] = Atom(name, of, wrt, span.text[span.start : span.stop], span, joined)
        return self.table[self.keys[key]]

    def _named(self, of: Meaning, wrt: tuple[Symbol, ...], indices: tuple[Meaning, ...], span: TextSpan) -> Meaning:
        name = self.of(of, wrt, span).name
        return Entry(Variable(Symbol(name + RAW), span), indices, span) if indices else Variable(Symbol(name), span)

    # Products by the chain rule ------------------------------------------
    def joined(self, node: Meaning) -> Meaning:
        """The tree with `∂L/∂z ∂z/∂W` as one derivative: beside each other they are a sum over the entries of z."""
        node = mapped(node, self.joined)
        if not isinstance(node, Product):
            return node
        factors = list(node.factors)
        place = 0
        while place + 1 < len(factors):
            (sign, left), (between, right) = factors[place], factors[place + 1]
            one = self._join(left, right, node.span) if between in ("", "·", "×", "*", "∘", "⊙", ".", "@") else None
            if one is None or sign == "/":
                place += 1
            else:
                factors[place : place + 2] = [(sign, one)]
                place = max(0, place - 1)
        return factors[0][1] if len(factors) == 1 else replace(node, factors=tuple(factors))

    def _join(self, left: Meaning, right: Meaning, span: TextSpan) -> Meaning | None:
        one, other = self.atom(left), self.atom(right)
        if one is None or other is None or len(one.wrt) != 1 or len(other.wrt) != 1:
            return None
        for outer, inner in ((one, other), (other, one)):
            if inner.of_name == outer.wrt[0].text:
                return Variable(Symbol(self.of(outer.of, inner.wrt, span, (outer.name, inner.name)).name), span)
        return None

    def atom(self, node: Meaning) -> Atom | None:
        """What a bare name stands for, if it is a derivative."""
        return self.table.get(node.symbol.text.removesuffix(RAW)) if isinstance(node, Variable) else None

    def inside(self, node: Meaning) -> list[Atom]:
        """All derivatives in a tree, those that they are made of first."""
        found: dict[str, Atom] = {}
        for each in everything(node):
            if (atom := self.atom(each)) is not None:
                for name in atom.joined or ():
                    found.update({one.name: one for one in self._parts(name)})
                found[atom.name] = atom
        return list(found.values())

    def _parts(self, name: str) -> list[Atom]:
        atom = self.table[name]
        return [*(each for part in atom.joined or () for each in self._parts(part)), atom]


def _apart(node: Meaning) -> tuple[Meaning, tuple[Meaning, ...]]:
    """A name and the indices of the entry that is taken of it."""
    if isinstance(node, Entry) and isinstance(node.body, Variable):
        return node.body, node.indices
    if isinstance(node, Transposed) and isinstance(node.body, Variable):
        return node.body, ()
    return node, ()


def _used(node: Meaning, scope: Scope) -> tuple[str, ...]:
    """The indices of the surroundings that an expression uses."""
    found = dict.fromkeys(
        each.name for each in everything(node) if isinstance(each, Index) and each.name in scope.bound
    )
    return tuple(found)


def _unreadable(node: Surface, expected: str) -> ParseError:
    return ParseError(given="this derivative", where=node.span, expected=expected)
