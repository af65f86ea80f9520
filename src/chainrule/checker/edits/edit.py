"""One change of what is written, and how it is said.

One idea: the sentence is put together only when somebody reads it, because hundreds of changes are tried for each that
is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import TextSpan
from ...notation.surface import Surface
from ..writing import latex


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that may undo a slip: the number of the slip in the catalogue, the changed tree, how unlikely it is.

    `hole` is the place of a number that is wrong while its right value is not known: the tree has `?` there.
    """

    mistake: str
    tree: Surface
    cost: float
    said: str  # a sentence with {0}, {1} where formulas stand
    formulas: tuple[Surface | str, ...] = ()
    hole: TextSpan | None = None

    @property
    def message(self) -> str:
        """What the author did, in a sentence with LaTeX between dollar signs."""
        return self.said.format(*(each if isinstance(each, str) else f"${latex(each)}$" for each in self.formulas))
