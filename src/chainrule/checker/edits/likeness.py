"""Trees in, whether they are the same but for their places out.

One idea: a tree gets a number, and branches that an edited copy shares with the original keep theirs, so comparing
hundreds of copies costs only the few nodes that are new in each.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...notation.surface import (
    Additive,
    Big,
    Cases,
    Chain,
    Fraction,
    Group,
    Matrix,
    Multiplicative,
    Name,
    Number,
    Scripted,
    Surface,
    children,
)  # fmt: skip


def same(one: Surface, other: Surface) -> bool:
    """Whether two trees are the same but for their places."""
    return one is other or (type(one) is type(other) and mark_of(one) == mark_of(other))


def mark_of(tree: Surface) -> int:
    """A number for a tree, the same for trees that differ only in their places."""
    return Marks().of(tree)


@dataclass(frozen=True, slots=True)
class Marks:
    """The numbers of trees whose nodes live as long as this does."""

    kept: dict[int, int] = field(default_factory=dict)

    def keep(self, tree: Surface) -> None:
        """Note the numbers of a tree and of all its branches; whoever calls this holds the tree."""
        for each in children(tree):
            self.keep(each)
        self.kept[id(tree)] = self.of(tree)

    def of(self, node: Surface) -> int:
        """The number of a tree."""
        found = self.kept.get(id(node))
        return found if found is not None else hash(self._spelled(node))

    def _spelled(self, node: Surface) -> tuple[object, ...]:
        match node:
            case Name():
                return (1, node.base, node.accents)
            case Number():
                return (2, node.written)
            case Multiplicative():
                return (3, *[(sign, self.of(each)) for sign, each in node.factors])
            case Additive():
                return (4, *[(sign, self.of(each)) for sign, each in node.terms])
            case Scripted(body, below, above, primes):
                return (5, self.of(body), below and self.of(below), primes, *[self.of(each) for each in above])
            case Group():
                return (6, node.bracket, *[self.of(each) for each in node.items])
            case Fraction():
                return (7, self.of(node.numerator), self.of(node.denominator))
        return (type(node).__name__, _label(node), *[self.of(each) for each in children(node)])


def _label(node: Surface) -> tuple[object, ...]:
    """What tells nodes with the same branches apart."""
    match node:
        case Big(sign, lower, upper):
            return (sign, lower is None, upper is None)
        case Matrix(_, rows):
            return tuple(map(len, rows))
        case Chain(parts, relations):
            return (parts[0] is None, *relations)
        case Cases(branches):
            return tuple(each.condition is None for each in branches)
    return ()
