"""A judged document in, the object that people hold out.

One idea: the outcome is data first (findings with their verdicts), and every format prints the same data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...checker.results import Checked, Finding, Repair
from . import data, markdown, text
from .records import Record, record
from .words import sound


@dataclass(frozen=True)
class Report:
    """What a check found. Print it, or ask for `.text()`, `.markdown()`, `.html()` or `.to_dict()`.

    `findings` are all statements in the order of the document, `wrong` those that are wrong in themselves, `summary`
    counts the verdicts, and `ok` says that no statement is false.
    """

    checked: Checked

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every statement with its verdict, in the order of the document."""
        return self.checked.findings

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """The statements that are wrong, without those that only follow from them."""
        return self.checked.wrong

    @property
    def summary(self) -> Mapping[str, int]:
        """How many statements there are of each verdict."""
        return self.checked.summary

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """Single changes of the data that would make several lines right."""
        return self.checked.repairs

    @property
    def notes(self) -> tuple[str, ...]:
        """What hindered the reading of the document."""
        return self.checked.notes

    @property
    def ok(self) -> bool:
        """Whether no statement is wrong or follows from what is wrong. Unchecked statements do not count."""
        return not any(each.accused for each in self._record.statements)

    def text(self, *, width: int = 100, everything: bool = False) -> str:
        """The report for a terminal of so many columns; `everything` lists every statement."""
        return sound(text.write([self._record], text.Look(width, everything=everything)))

    def markdown(self, *, everything: bool = False) -> str:
        """The report as Markdown."""
        return sound(markdown.write([self._record], everything=everything))

    def html(self) -> str:
        """The document as a page of its own, with the verdicts beside its statements."""
        from .html import write_page

        return write_page(self.checked)

    def to_dict(self) -> dict[str, Any]:
        """The report as dicts, lists, strings and numbers, as `--format json` writes it."""
        return data.to_dict([self._record])

    @cached_property
    def _record(self) -> Record:
        return record(self.checked)

    def __str__(self) -> str:
        return self.text()

    def _repr_markdown_(self) -> str:
        return self.markdown()
