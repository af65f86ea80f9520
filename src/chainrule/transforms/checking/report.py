"""What a gradient check found: entries compared in, a verdict and a text that names the wrong ones out.

One idea: a verdict without its reason and its error bar is an opinion, so every comparison carries both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from os import PathLike
from pathlib import Path
from typing import Any

from .plotting import Curve, draw

_MOST_SHOWN = 8
_MOST_DRAWN = 6


class Verdict(Enum):
    """What a comparison with numbers allows to say."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Reason(Enum):
    """Why a verdict is what it is."""

    AGREES = "agrees within the error of the numeric side"
    BUG = "the derivative is wrong"
    MODES = "forward and reverse mode disagree"
    JUMP = "the function jumps here"
    OUTSIDE = "not differentiable here, and outside the slopes on the two sides"
    KINK = "not differentiable here: the slopes on the two sides differ"
    NEAR_KINK = "a kink lies inside every usable step"
    ROUNDING = "rounding only: the numeric side is not good enough to judge"
    INFINITE = "the slope grows without bound as the step shrinks"
    NOT_FINITE = "the function is not finite here"
    CUT = "the path is cut on purpose by stop_gradient, which differences cannot see"
    RANDOM = "the function is not deterministic: two calls with the same arguments differ"
    RECORDED = "the recorded function and the plain function differ"


@dataclass(frozen=True, slots=True)
class EntryCheck:
    """One number of a derivative, three times: by forward mode, by reverse mode, and by differences.

    `argument` is the path of the array (`argument 0['W']`), `index` the entry in it, counted from 0 (None: a direction
    through many entries). `error` is how far `numeric` may be from the truth; `sides` the slopes on the left and right.
    """

    argument: str
    index: tuple[int, ...] | None
    output: str
    forward: float | None
    reverse: float | None
    numeric: float
    error: float
    verdict: Verdict
    reason: Reason
    sides: tuple[float, float] | None = None
    method: str = "central differences"
    curve: tuple[tuple[float, float], ...] = field(default=(), repr=False, compare=False)  # (step, central difference)

    @property
    def place(self) -> str:
        """The entry as Python writes it."""
        inside = "" if not self.index else f"[{', '.join(map(str, self.index))}]"
        return f"{self.argument}{inside}{f' -> {self.output}' if self.output else ''}"

    @property
    def analytic(self) -> float:
        """The derivative by our own rules: the one that is further from the numeric side."""
        found = [each for each in (self.reverse, self.forward) if each is not None]
        return max(found, key=lambda each: float("inf") if each != each else abs(each - self.numeric))

    @property
    def ratio(self) -> float | None:
        """Analytic over numeric."""
        return self.analytic / self.numeric if self.numeric else None

    def __str__(self) -> str:
        return f"{self.place}: {self.rules}, {self.numbers} ({self.reason.value})"

    @property
    def rules(self) -> str:
        """The derivative by our rules, as text; both modes where they differ."""
        if self.reverse == self.forward:
            return f"analytic {self.reverse:.10g}"
        both = ("reverse", self.reverse), ("forward", self.forward)
        return ", ".join(f"{name} {value:.10g}" for name, value in both if value is not None)

    @property
    def numbers(self) -> str:
        """The derivative by the function's values alone, as text, with its error bar."""
        if self.sides is not None:
            return f"slope {self.sides[0]:.6g} on the left and {self.sides[1]:.6g} on the right"
        ratio = "" if self.ratio is None or self.verdict is Verdict.PASS else f", ratio {self.ratio:.7g}"
        by = "" if self.method == "central differences" or self.verdict is Verdict.PASS else f" by {self.method}"
        return f"numeric {self.numeric:.10g} +- {self.error:.1g}{by}{ratio}"


@dataclass(frozen=True, slots=True)
class ArgumentCheck:
    """All comparisons for one array among the arguments, and the mistake that the wrong ones look like."""

    argument: str
    path: tuple[str, ...]  # by which modes the function checked was derived from the one given; () is the one given
    entries: tuple[EntryCheck, ...]
    hint: str = ""
    called: str = ""  # what the function itself calls this array: W

    @property
    def verdict(self) -> Verdict:
        """The worst of its entries."""
        return worst(entry.verdict for entry in self.entries)

    @property
    def largest_error(self) -> float:
        """The largest distance between the two sides among entries that pass, relative to the largest of them."""
        passed = [entry for entry in self.entries if entry.verdict is Verdict.PASS]
        scale = max((abs(entry.numeric) for entry in passed), default=0.0)
        return max(abs(entry.analytic - entry.numeric) for entry in passed) / scale if scale else 0.0


@dataclass(frozen=True, slots=True)
class GradientReport:
    """The outcome of `check_grads`: `verdict`, `ok`, `arguments`, `notes`; printing it gives the text."""

    function: str
    verdict: Verdict
    arguments: tuple[ArgumentCheck, ...]
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every comparison agrees: what could not be decided is not ok."""
        return self.verdict is Verdict.PASS

    @property
    def entries(self) -> tuple[EntryCheck, ...]:
        """Every comparison made."""
        return tuple(entry for argument in self.arguments for entry in argument.entries)

    @property
    def wrong(self) -> tuple[EntryCheck, ...]:
        """The comparisons that fail, the worst first."""
        failing = [entry for entry in self.entries if entry.verdict is Verdict.FAIL]
        return tuple(sorted(failing, key=lambda entry: -_distance(entry)))

    def text(self) -> str:
        """The report for reading: the verdict, then each argument, with every entry that does not pass."""
        count = f"{len(self.entries)} comparison{'s' * (len(self.entries) != 1)}"
        lines = [f"{self.verdict.name}: the derivatives of {self.function}, {count}"]
        lines.extend(f"  {sentence}" for sentence in (self.summary,) if sentence)
        for argument in self.arguments:
            lines.extend(_argument_lines(argument))
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def __str__(self) -> str:
        return self.text()

    @property
    def summary(self) -> str:
        """The worst of what was found in one sentence; nothing where all is right.

        "a bug: entry (2, 1) of W, ratio 0.5: a factor 2 ...", "not differentiable here: entry (0) of x, ...".
        """
        for wanted in (Verdict.FAIL, Verdict.INCONCLUSIVE):
            found = [
                (entry, argument) for argument in self.arguments for entry in argument.entries
                if entry.verdict is wanted
            ]  # fmt: skip
            if found:
                single = [each for each in found if each[0].index is not None]
                return _sentence(*max(single or found, key=lambda each: _distance(each[0])))
        return ""

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON: NaN and infinities as text."""
        return {
            "function": self.function, "verdict": self.verdict.value, "ok": self.ok, "summary": self.summary,
            "notes": list(self.notes), "arguments": [_argument_data(argument) for argument in self.arguments],
        }  # fmt: skip

    def plot(self, path: str | PathLike[str] | None = None) -> str:
        """The error against the step of the comparisons that are worst, as SVG; written to `path` if one is given.

        A right derivative falls with the step until rounding lifts it again: a valley. A wrong one stays level at the
        size of its mistake, however small the step.
        """
        order = sorted(self.entries, key=lambda entry: (entry.verdict is Verdict.PASS, -_distance(entry)))
        svg = draw([_curve(entry) for entry in order if entry.curve][:_MOST_DRAWN], f"derivatives of {self.function}")
        if path is not None:
            Path(path).write_text(svg, encoding="utf-8")
        return svg


def _sentence(entry: EntryCheck, argument: ArgumentCheck) -> str:
    name = f"{argument.called} ({argument.argument})" if argument.called else argument.argument
    where = f"entry ({', '.join(map(str, entry.index))}) of {name}" if entry.index else name
    if entry.verdict is Verdict.INCONCLUSIVE:
        sides = (
            "" if entry.sides is None else f", slopes {entry.sides[0]:.6g} and {entry.sides[1]:.6g} on its two sides"
        )
        return f"{entry.reason.value.split(':')[0]}: {where}{sides}"
    order = "" if not argument.path else f" of derivative {len(argument.path) + 1}"
    ratio = "" if entry.ratio is None else f", ratio {entry.ratio:.7g}"
    return f"a bug{order}: {where}{ratio}{f': {argument.hint}' if argument.hint else ''}"


def _curve(entry: EntryCheck) -> Curve:
    truth = entry.analytic
    size = max(abs(truth), abs(entry.numeric)) or 1.0
    points = [(step, abs(slope - truth) / size) for step, slope in entry.curve]
    return Curve(f"{entry.place} ({entry.verdict.name})", tuple(points), entry.verdict is Verdict.FAIL)


def _argument_data(argument: ArgumentCheck) -> dict[str, Any]:
    return {
        "argument": argument.argument, "called": argument.called, "derivative": len(argument.path) + 1,
        "verdict": argument.verdict.value, "hint": argument.hint,
        "entries": [_entry_data(entry) for entry in argument.entries],
    }  # fmt: skip


def _entry_data(entry: EntryCheck) -> dict[str, Any]:
    numbers = {"forward": entry.forward, "reverse": entry.reverse, "numeric": entry.numeric, "error": entry.error}
    return {
        "place": entry.place, "index": None if entry.index is None else list(entry.index),
        **{name: _plain(value) for name, value in numbers.items()}, "method": entry.method,
        "sides": None if entry.sides is None else [_plain(side) for side in entry.sides],
        "verdict": entry.verdict.value, "reason": entry.reason.value,
    }  # fmt: skip


def _plain(value: float | None) -> float | str | None:
    return value if value is None or abs(value) < float("inf") else str(value)


def worst(verdicts: object) -> Verdict:
    """FAIL if any fails, else INCONCLUSIVE if any is, else PASS."""
    found = set(verdicts)  # type: ignore[call-overload]
    return next((each for each in (Verdict.FAIL, Verdict.INCONCLUSIVE) if each in found), Verdict.PASS)


def _distance(entry: EntryCheck) -> float:
    away = abs(entry.analytic - entry.numeric)
    return away if away == away else float("inf")


def _aligned(entries: list[EntryCheck]) -> list[str]:
    """One line an entry, the columns below each other."""
    rows = [
        (f"{each.verdict.name.lower()}: {each.place}:", f"{each.rules},", f"{each.numbers} ({each.reason.value})")
        for each in entries
    ]  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(2)] if rows else [0, 0]
    return [f"{first.ljust(widths[0])} {second.ljust(widths[1])} {third}" for first, second, third in rows]


def _argument_lines(argument: ArgumentCheck) -> list[str]:
    order = f", derivative {len(argument.path) + 1} (after {', '.join(argument.path)})" if argument.path else ""
    failing = sorted(
        (entry for entry in argument.entries if entry.verdict is not Verdict.PASS),
        key=lambda entry: (entry.verdict is not Verdict.FAIL, -_distance(entry)),
    )
    passed = len(argument.entries) - len(failing)
    best = f", relative difference at most {argument.largest_error:.1g}" if passed else ""
    count = f"{passed} of {len(argument.entries)} agree{best}"
    lines = [f"  {argument.verdict.name:<12} {argument.argument}{order}: {count}"]
    most = 2 if failing and failing[0].index is None else _MOST_SHOWN
    lines.extend(f"    {line}" for line in _aligned(failing[:most]))
    if len(failing) > most:
        lines.append(f"    and {len(failing) - most} more")
    return [*lines, f"    hint: {argument.hint}"] if argument.hint else lines
