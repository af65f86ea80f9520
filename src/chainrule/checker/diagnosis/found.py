"""What a diagnosis finds, before it is put in words.

One idea: everything that makes a statement true is a remedy, wherever it was found; the likeliest names the mistake,
the shortest says how the statement should read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...notation.surface import Surface
from ..writing import latex, shorter

_MUCH, _NEAR = 0.7, 0.2


@dataclass(frozen=True, slots=True)
class Remedy:
    """One mistake that gives what is written: its number, what was done, and the side without it where that is known.

    `left`: it is the left side that changes. `cost`: how unlikely the mistake is, beside others of its kind.
    """

    mistake: str
    message: str
    tree: Surface | None = field(default=None, repr=False)
    left: bool = False
    cost: float = 0.0

    @property
    def written(self) -> str:
        """The side as it should have been written, with as little ink as will do; empty where that is not known."""
        return "" if self.tree is None else latex(shorter(self.tree))


@dataclass(frozen=True, slots=True)
class Found:
    """All remedies that tie, likeliest first, and the true side where only the engine knows it."""

    remedies: tuple[Remedy, ...] = ()
    closed: str = ""  # what the engine would write, in LaTeX
    mark: str = ""  # how what is written lies to what is right, where no mistake explains it

    @property
    def shortest(self) -> Remedy | None:
        """The likeliest remedy with a true side, unless that of another is much shorter."""
        known = [each for each in self.remedies if each.tree is not None]
        alike = [each for each in known if each.cost <= known[0].cost + _NEAR]
        short = min(alike, key=_length, default=None)
        return short if short is None or _length(short) < _MUCH * _length(known[0]) else known[0]


def _length(remedy: Remedy) -> int:
    return len(remedy.written)
