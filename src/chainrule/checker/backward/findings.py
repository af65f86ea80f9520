"""What a check of a backward function found: findings in, a text for a terminal and data for a program out.

One idea: every gradient that was returned gets one verdict with one number that shows it, and the likeliest mistake in
a sentence; all mistakes that give the same are listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..results import Candidate

_MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class GradientFinding:
    """One gradient that was returned: `label` as the function calls it, `name` of what it is the gradient.

    `verdict` is "right", "wrong", "shape" or "not finite". `error` is the largest distance relative to the largest
    entry, `index` the entry where it is, with what is `written` and what is `right` there, `where` the point.
    """

    name: str
    label: str
    verdict: str
    error: float | None = None
    index: tuple[int, ...] | None = None
    written: float | None = None
    right: float | None = None
    where: str = ""
    message: str = ""
    formula: str = ""  # what was computed and what is right, where both have a short form
    candidates: tuple[Candidate, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it is right."""
        return self.verdict == "right"

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        others = [{"mistake": each.mistake, "message": each.message} for each in self.candidates]
        return {
            "name": self.name, "label": self.label, "verdict": self.verdict, "error": _plain(self.error),
            "index": None if self.index is None else list(self.index), "written": _plain(self.written),
            "right": _plain(self.right), "where": self.where, "message": self.message,
            "formula": self.formula, "candidates": others,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class BackwardCheck:
    """The outcome of `check_backward`; printing it gives the text. `problem` says why nothing could be judged."""

    function: str
    forward: str
    findings: tuple[GradientFinding, ...]
    points: int = 0
    notes: tuple[str, ...] = ()
    problem: str = field(default="")

    @property
    def ok(self) -> bool:
        """Whether the function ran and every gradient it returned is right."""
        return not self.problem and bool(self.findings) and all(each.ok for each in self.findings)

    @property
    def wrong(self) -> tuple[GradientFinding, ...]:
        """The gradients that are not right."""
        return tuple(each for each in self.findings if not each.ok)

    def text(self) -> str:
        """The check for reading."""
        points = f"{self.points} point{'s' * (self.points != 1)}"
        head = f"{self.function} against {self.forward}: "
        if self.problem:
            lines = [head + "could not be judged", *_indented(self.problem)]
        elif self.ok:
            lines = [f"{head}{_count(len(self.findings))} right at {points}"]
        else:
            lines = [f"{head}{len(self.wrong)} of {_count(len(self.findings))} wrong, compared at {points}"]
        width = max((len(each.label) for each in self.findings), default=0)
        for each in self.findings:
            lines.extend(_finding_lines(each, width))
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def __str__(self) -> str:
        return self.text()

    def to_dict(self) -> dict[str, Any]:
        """The check as plain data, as `chainrule check ... --format json` writes it."""
        return {
            "version": 1, "function": self.function, "forward": self.forward, "ok": self.ok, "points": self.points,
            "problem": self.problem, "gradients": [each.to_dict() for each in self.findings],
            "notes": list(self.notes),
        }  # fmt: skip


def _plain(number: float | None) -> float | str | None:
    if number is None or number - number == 0:
        return number
    return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"


def _count(number: int) -> str:
    return f"{number} gradient{'s' * (number != 1)}"


def _indented(text: str) -> list[str]:
    return ["  " + line for line in text.splitlines()]


def _finding_lines(finding: GradientFinding, width: int) -> list[str]:
    label = finding.label.ljust(width)
    if finding.ok:
        return [f"  right  {label}  relative error {finding.error or 0.0:.1e}"]
    lines = [f"  WRONG  {label}  {_number_line(finding)}"]
    inside = " " * (11 + width)
    if finding.message:
        lines.append(f"{inside}{finding.message}")
    if finding.formula:
        lines.append(f"{inside}{finding.formula}")
    others = finding.candidates[1:] if finding.candidates else ()
    if others:
        lines.append(f"{inside}the same would come from:")
        lines.extend(f"{inside}- {each.message} ({each.mistake})" for each in others[:_MOST_SHOWN])
        if len(others) > _MOST_SHOWN:
            lines.append(f"{inside}- and {len(others) - _MOST_SHOWN} more")
    return lines


def _number_line(finding: GradientFinding) -> str:
    if finding.verdict == "shape":
        return finding.where
    place = "" if not finding.index else f"[{', '.join(map(str, finding.index))}]"
    numbers = f"{finding.label}{place} is {_digits(finding.written)}, right is {_digits(finding.right)}"
    error = "" if finding.error is None else f"; relative error {finding.error:.1e}"
    return f"{numbers} {finding.where}{error}"


def _digits(number: float | None) -> str:
    return "missing" if number is None else f"{number:.6g}"
