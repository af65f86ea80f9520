"""The page: a derivation in, the explanation as the object that people hold out.

One idea: an explanation is data first (gradients, rows, terms, paths, notes), and every format prints the same data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..derivation.lines import Derivation
from ..errors import ChainruleError, UnknownNameError, did_you_mean
from . import data, html, latex, markdown, text
from .numbers import DIGITS
from .records import BackwardEntry, ForwardRow, GradientPath

DETAILS = ("steps", "statements", "functions", "result")


@dataclass(frozen=True, eq=False)
class Explanation:
    """A worked gradient: what was computed, in which order, and how every gradient comes about.

    Print it, or ask for `.text()`, `.markdown()`, `.latex()`, `.html()` or `.to_dict()`; a notebook shows it by itself.
    `readings` says how written input was understood. `others` are the workings of further questions about the same
    function, and `again` makes the working at another level of detail.
    """

    derivation: Derivation = field(repr=False)
    readings: tuple[str, ...] = ()
    others: tuple[Derivation, ...] = field(default=(), repr=False)
    detail: str = "steps"
    again: Callable[[str], Derivation] | None = field(default=None, repr=False)

    @cached_property
    def gradients(self) -> dict[str, Any]:
        """Symbol -> gradient: a Python float for a number, a NumPy array otherwise; None in symbolic working."""
        found: dict[str, Any] = {}
        for derivation in self._derivations:
            found.update((symbol, data.plain(value)) for symbol, value in derivation.gradients.items())
        return found

    @cached_property
    def forward(self) -> list[ForwardRow]:
        """The forward pass, in topological order."""
        return data.forward_rows(self.derivation, DIGITS)

    @property
    def order(self) -> list[str]:
        """The symbols in topological order; the backward pass goes through them in reverse."""
        return [row.symbol for row in self.derivation.rows]

    @cached_property
    def backward(self) -> list[BackwardEntry]:
        """The gradient of every step on the way, output first, each as the sum over its consumers."""
        return data.unique_entries(self._derivations, DIGITS)

    @cached_property
    def notes(self) -> list[str]:
        """What a teacher would point out: how the input was read, kinks, gradients that vanish and why, saturation."""
        said = [note for derivation in self._derivations for note in derivation.notes]
        return list(dict.fromkeys([*self.readings, *said]))

    def paths(self, symbol: str) -> list[GradientPath]:
        """Every path from the output to a symbol; their values add up to its gradient.

        Empty where there are more than can be listed (`path_count` says how many). Raises UnknownNameError for a symbol
        that was not asked about and where no paths meet.
        """
        return data.gradient_paths(self._with_paths(symbol), symbol, DIGITS)

    def path_count(self, symbol: str) -> int:
        """How many paths lead from the output to a symbol, listed or not."""
        return self._with_paths(symbol).all_paths[symbol].count

    def text(self, detail: str | None = None, digits: int = DIGITS) -> str:
        """The page for a terminal. `detail`: "steps", "statements" or "result"."""
        return text.render(self._at(detail), self.notes, digits, result_only=self._is_result(detail))

    def markdown(self, detail: str | None = None, digits: int = DIGITS) -> str:
        """The page as Markdown with LaTeX between dollars."""
        return markdown.render(self._at(detail), self.notes, digits, result_only=self._is_result(detail))

    def latex(self, detail: str | None = None, digits: int = DIGITS) -> str:
        """The page as a LaTeX fragment that needs amsmath."""
        return latex.render(self._at(detail), self.notes, digits, result_only=self._is_result(detail))

    def html(self, detail: str | None = None, digits: int = DIGITS) -> str:
        """The page as HTML that stands alone: nothing is loaded, no script runs, steps fold."""
        return html.render(self._at(detail), self.notes, digits, result_only=self._is_result(detail))

    def to_dict(self, digits: int = DIGITS) -> dict[str, Any]:
        """The explanation as dicts, lists, strings and numbers, as docs/use/json.md says; `digits` in formulas."""
        return data.to_dict(self._derivations, self.notes, digits)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_markdown_(self) -> str:
        return self.markdown()

    @property
    def _derivations(self) -> tuple[Derivation, ...]:
        return (self.derivation, *self.others)

    def _with_paths(self, symbol: str) -> Derivation:
        for derivation in self._derivations:
            if symbol in derivation.all_paths:
                return derivation
        known = [each for derivation in self._derivations for each in derivation.all_paths]
        raise UnknownNameError(
            given=f"the paths to '{symbol}'", expected=f"one of {', '.join(known)}",
            remedy=did_you_mean(symbol, known) or f"ask for its gradient too: wrt='{symbol}'",
        )  # fmt: skip

    def _is_result(self, detail: str | None) -> bool:
        return (detail or self.detail) == "result"

    def _at(self, detail: str | None) -> tuple[Derivation, ...]:
        """The workings at a level of detail."""
        if detail is None or detail in (self.detail, "result"):
            return self._derivations
        if detail not in DETAILS:
            raise UnknownNameError(
                given=f"the detail '{detail}'", expected=" or ".join(DETAILS), remedy=did_you_mean(detail, DETAILS)
            )
        if self.again is None:
            raise ChainruleError(
                given=f"detail='{detail}' for an explanation made with detail='{self.detail}'",
                expected=f"'{self.detail}' or 'result'",
                remedy=f"explain again with detail='{detail}'",
            )  # fmt: skip
        return (self.again(detail), *self.others)


def explanation(
    derivation: Derivation,
    readings: Sequence[str] = (),
    others: Sequence[Derivation] = (),
    detail: str = "steps",
    again: Callable[[str], Derivation] | None = None,
) -> Explanation:
    """The public result of a derivation."""
    return Explanation(derivation, tuple(readings), tuple(others), detail, again)
