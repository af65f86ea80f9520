"""Results in comments: `loss = ...  # 0.731` in, whether the line comes to that out.

One idea: where a script has all its numbers, its lines are run with them as they stand; a written decimal stands for
every number that rounds to it.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy

from ...errors import ChainruleError
from ..digits import place_of
from ..results import Verdict
from ..rulings import Ruling
from .operations import plain_array
from .passes import Backward, entry_of
from .runs import Run, is_literal, targets
from .steps import Step
from .trials import Base, Setting, start

_NUMBER = r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?"
_RESULT = re.compile(
    rf"^(?:=|->|=>|≈|~|→|out:|\w+ (?:becomes|is|=)|gives|is)?\s*(\[+[-+\d.,eE\s\[\]]+\]+|{_NUMBER})\.?$"
)
_FIGURE = re.compile(_NUMBER)


def figures(setting: Setting) -> dict[int, Ruling]:
    """Rulings for the statements whose comment says what they come to, and for derivatives given as bare numbers."""
    steps = setting.plan.script.steps
    wanted = {place: text for place, step in enumerate(steps) if (text := _said(setting, place, step))}
    if not wanted:
        return {}
    back = _own(setting)
    if back is None:
        return {}
    found: dict[int, Ruling] = {}
    for place, text in wanted.items():
        number = steps[place].number
        ruling = _ruling(back, place, text) if number is not None else None
        if ruling is not None and number is not None:
            found[number] = ruling
    return found


def _said(setting: Setting, place: int, step: Step) -> str:
    """The figures that a line is said to come to."""
    if step.number is None or step.closed or len(targets(step)) != 1:
        return ""
    if place in setting.plan.gradients and is_literal(step.node.value):
        return ast.unparse(step.node.value)
    match = _RESULT.match(setting.reading.comments.get(step.number, ""))
    return match.group(1) if match and not is_literal(step.node.value) else ""


def _own(setting: Setting) -> Backward | None:
    """The script run with its own numbers; None where some are missing."""
    run = start(setting, Base({}), {}, 1, "any", own=True)
    with numpy.errstate(all="ignore"):
        run.forward()
        run.find_loss()
        back = Backward(run)
        back.follow()
    return back if not run.inputs.drawn else None


def _ruling(back: Backward, place: int, text: str) -> Ruling | None:
    value = _value(back, place)
    if value is None or not numpy.isfinite(value).all():
        return None
    written = _FIGURE.findall(text)
    numbers = numpy.array([float(each) for each in written])
    exact = value.reshape(-1)
    if numbers.shape != exact.shape:
        return None
    units = numpy.array([place_of(each) for each in written])
    scale = 1e-9 * numpy.maximum(numpy.abs(exact), 1.0)
    if (numpy.abs(numbers - exact) <= scale).all():
        return Ruling(Verdict.RIGHT, "it comes to this number")
    if (numpy.abs(numbers - exact) <= numpy.maximum(units, _shortest(written)) + scale).all():
        return Ruling(Verdict.ROUNDED, "it comes to this number, to the digits written")
    shown = ", ".join(f"{each:.6g}" for each in exact[:6])
    return Ruling(Verdict.WRONG, f"with the numbers of the code it comes to {shown}, not {text}", expected=shown)


def _shortest(written: list[str]) -> Any:
    """A whole number that is not exact may be a rounded one where others are decimals."""
    return 0.5 if any("." in each for each in written) and len(written) > 1 else 0.0


def _value(back: Backward, place: int) -> Any:
    """What a line comes to: a derivative in truth, everything else as it is run."""
    run: Run = back.run
    name = targets(run.plan.script.steps[place])[0]
    try:
        if name in run.plan.names and place in run.plan.gradients:
            return numpy.asarray(plain_array(run.truth(name)), dtype=float)
        if place in back.values:
            return numpy.asarray(plain_array(entry_of(back, name, place)), dtype=float)
        if place in run.failed:
            return None
        later = run.before[place + 1] if place + 1 < len(run.before) else run.machine.values
        return numpy.asarray(plain_array(later[name]), dtype=float)
    except (ChainruleError, KeyError, TypeError, ValueError):
        return None
