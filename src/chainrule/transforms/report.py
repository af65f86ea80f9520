"""What a gradient check found: entries compared in, a verdict and a text that names the wrong ones out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_MOST_SHOWN = 8


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
        ratio = "" if self.ratio is None or self.verdict is Verdict.PASS else f", ratio {self.ratio:.6g}"
        sides = "" if self.sides is None else f", slopes {self.sides[0]:.6g} on the left, {self.sides[1]:.6g} on the right"
        modes = [(name, value) for name, value in (("reverse", self.reverse), ("forward", self.forward)) if value is not None]
        if len(modes) == 2 and modes[0][1] == modes[1][1]:
            modes = [("analytic", modes[0][1])]
        analytic = ", ".join(f"{name} {value:.10g}" for name, value in modes)
        return f"{self.place}: {analytic}, numeric {self.numeric:.10g} +- {self.error:.1g}{ratio}{sides} ({self.reason.value})"


@dataclass(frozen=True, slots=True)
class ArgumentCheck:
    """All comparisons for one array among the arguments, and the mistake that the wrong ones look like."""

    argument: str
    order: int
    entries: tuple[EntryCheck, ...]
    hint: str = ""

    @property
    def verdict(self) -> Verdict:
        """The worst of its entries."""
        return worst(entry.verdict for entry in self.entries)

    @property
    def largest_error(self) -> float:
        """The largest distance between the two sides, among entries that pass."""
        return max((abs(e.analytic - e.numeric) for e in self.entries if e.verdict is Verdict.PASS), default=0.0)


@dataclass(frozen=True, slots=True)
class GradientReport:
    """The outcome of `check_grads`: `verdict`, `arguments`, `notes`; printing it gives the text."""

    function: str
    verdict: Verdict
    arguments: tuple[ArgumentCheck, ...]
    notes: tuple[str, ...] = ()

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
        lines = [f"{self.verdict.name}: the derivatives of {self.function}, {len(self.entries)} comparisons"]
        for argument in self.arguments:
            lines.extend(_argument_lines(argument))
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def __str__(self) -> str:
        return self.text()


def worst(verdicts: object) -> Verdict:
    """FAIL if any fails, else INCONCLUSIVE if any is, else PASS."""
    found = set(verdicts)  # type: ignore[call-overload]
    return next((each for each in (Verdict.FAIL, Verdict.INCONCLUSIVE) if each in found), Verdict.PASS)


def _distance(entry: EntryCheck) -> float:
    away = abs(entry.analytic - entry.numeric)
    return away if away == away else float("inf")


def _argument_lines(argument: ArgumentCheck) -> list[str]:
    order = "" if argument.order == 1 else f", derivative {argument.order}"
    failing = sorted(
        (entry for entry in argument.entries if entry.verdict is not Verdict.PASS),
        key=lambda entry: (entry.verdict is not Verdict.FAIL, -_distance(entry)),
    )
    passed = len(argument.entries) - len(failing)
    best = f", largest difference {argument.largest_error:.1g}" if passed else ""
    lines = [f"  {argument.verdict.name:<12} {argument.argument}{order}: {passed} of {len(argument.entries)} agree{best}"]
    lines.extend(f"    {entry.verdict.name.lower()}: {entry}" for entry in failing[:_MOST_SHOWN])
    if len(failing) > _MOST_SHOWN:
        lines.append(f"    and {len(failing) - _MOST_SHOWN} more")
    return [*lines, f"    hint: {argument.hint}"] if argument.hint else lines
