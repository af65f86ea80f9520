"""Checking gradients: a function and a point in, a report on every derivative of it there out.

One idea: the plain function is asked for numbers, our rules for derivatives, and neither is believed further than its
own error reaches. What cannot be decided is called inconclusive, with the reason, and never passes for agreement.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from .. import tree
from ..errors import GradientError
from ..ir.library import reference
from ..ir.node import concrete
from ..ir.recording import suspended_recording
from . import differentiate
from .calls import name_of
from .checking.branches import kinks_of
from .checking.parts import in_real_parts
from .checking.report import ArgumentCheck, GradientReport, Reason, Verdict, worst
from .checking.survey import convene, in_its_own_precision, survey
from .checking.vectors import joined, subject_of

MODES = {"fwd": "fwd", "forward": "fwd", "rev": "rev", "reverse": "rev"}


def check_grads(
    fun: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("fwd", "rev"),
    *,
    raises: bool = True,
    most_entries: int = 200,
    seed: int = 0,
) -> GradientReport:
    """Compare the derivatives of a function with central differences of the plain function, up to an order.

    `args` is the tuple of its arguments (all floats or complex, or containers of them; a complex number is checked as
    its real and its imaginary part); `modes` are those of "forward" (or "fwd")
    and "reverse" (or "rev") to be checked. Every entry is checked when there are at most `most_entries`; beyond that
    random directions through all of them (each wrong entry shows in each of them, and is then searched for) and some
    single entries.

    Central differences are taken over a sweep of steps and extrapolated (Richardson); where every op is analytic a
    complex step confirms them; code in float32 is also run in float64.

    Returns a report whose `verdict` is PASS, FAIL or INCONCLUSIVE: kinks, rounding and functions that are not
    deterministic are told from bugs. `ok` is whether it is PASS, `plot(path)` draws the error against the step. Raises
    GradientError on FAIL, unless `raises` is False; DTypeError for arguments that are not floats.

    >>> import numpy as np
    >>> print(check_grads(lambda x: np.sum(np.tanh(x)), (np.array([0.5, -1.0]),)))
    PASS: the derivatives of lambda, 2 comparisons
      PASS         argument 0: 2 of 2 agree, relative difference at most ...
    """
    if not isinstance(args, (tuple, list)):
        args = (args,)
    modes = (modes,) if isinstance(modes, str) else modes
    if not modes or not all(mode in MODES for mode in modes):
        raise GradientError(given=f"modes {tuple(modes)}", where="check_grads",
                            expected='some of "forward" and "reverse", or "fwd" and "rev" for short',
                            remedy='modes=("forward", "reverse") checks both')  # fmt: skip
    chosen = tuple(dict.fromkeys(MODES[mode] for mode in modes))
    if not isinstance(order, int) or order < 1:
        raise GradientError(given=f"order={order!r}", where="check_grads", expected="a whole number from 1",
                            remedy="order=2 checks second derivatives too")  # fmt: skip
    generator = reference().random.default_rng(seed)
    with suspended_recording(), warnings.catch_warnings(), reference().errstate(all="ignore"):
        warnings.simplefilter("ignore")
        report = check_orders(*in_real_parts(fun, args), order, chosen, most_entries, generator)
    if raises and report.verdict is Verdict.FAIL:
        raise_for(report)
    return report


def raise_for(report: GradientReport) -> None:
    """Raise GradientError that names the worst entry; the whole report is its note."""
    wrong = report.wrong
    hints = [argument.hint for argument in report.arguments if argument.hint]
    error = GradientError(
        given=str(wrong[0]) if wrong else "; ".join(report.notes),
        where=f"check_grads of {report.function}",
        expected=f"derivatives that agree with differences; {len(wrong)} of {len(report.entries)} do not",
        remedy=hints[0]
        if hints
        else "check the rule that this entry went through; check_grads(..., raises=False) returns the report",
    )
    error.add_note(report.text())
    raise error


def check_orders(
    fun: Callable[..., Any], args: tuple[Any, ...], order: int, modes: tuple[str, ...], most: int, generator: Any
) -> GradientReport:
    """Check the function, then its derivative as a function, and so on."""
    name = name_of(fun)
    arguments: list[ArgumentCheck] = []
    notes: list[str] = []
    verdicts = [Verdict.PASS]
    functions: list[tuple[tuple[str, ...], Callable[..., Any]]] = [((), fun)]
    for level in range(1, order + 1):
        for path, function in functions:
            verdict, found, said = check_once(function, args, path, modes, most, generator)
            verdicts.append(verdict)
            arguments += found
            notes += [each for each in said if each not in notes]
        if worst(verdicts) is Verdict.FAIL:
            break
        if level < order:
            functions = [
                ((*path, mode), derived(function, args, mode, generator))
                for path, function in functions
                for mode in modes
            ]
    return GradientReport(name, worst(verdicts), tuple(arguments), tuple(notes))


def derived(fun: Callable[..., Any], args: tuple[Any, ...], mode: str, generator: Any) -> Callable[..., Any]:
    """The derivative of a function along one random direction, as a function: what the next order differentiates."""

    def gradient(*points: Any) -> Any:
        return differentiate.pullback(fun, points, False)[1](seeds)

    def tangent(*points: Any) -> Any:
        return differentiate.pushforward(fun, points, moves)[1]

    if mode == "rev":
        seeds = random_like(fun(*args), generator)
        return gradient
    moves = random_like(list(args), generator)
    return tangent


def random_like(container: Any, generator: Any) -> Any:
    """The same container with random numbers; 1 where there is only one number, and 0 for whole numbers."""
    leaves, structure = tree.flatten(container)
    arrays = [reference().asarray(leaf) for leaf in leaves]
    if sum(array.size for array in arrays) == 1:
        return tree.unflatten(structure, [reference().ones(array.shape) for array in arrays])
    return tree.unflatten(structure, [generator.normal(size=a.shape) * (a.dtype.kind == "f") for a in arrays])


def check_once(
    fun: Callable[..., Any],
    args: tuple[Any, ...],
    path: tuple[str, ...],
    modes: tuple[str, ...],
    most: int,
    generator: Any,
) -> tuple[Verdict, list[ArgumentCheck], list[str]]:
    """Check the first derivatives of one function."""
    subject, given = subject_of(fun, args, generator)
    first, second = subject.value(subject.at), subject.value(subject.at)
    if not reference().array_equal(first, second, equal_nan=True):
        return Verdict.INCONCLUSIVE, [], [f"{Reason.RANDOM.value}: {differing(first, second)}"]
    run = subject.run(subject.at)
    recorded = joined([concrete(node) for node in run.outputs])
    if first.size != recorded.size or not agree_where_finite(first, recorded):
        return Verdict.FAIL, [], [f"{Reason.RECORDED.value}: {differing(first, recorded)}"]
    court = convene(subject, run, modes)
    checks = survey(court, path, most, generator) + in_its_own_precision(court, given, path)
    kinks = [f"not differentiable here: {each}" for each in kinks_of(run.nodes)] if court.at_kink else []
    return worst(check.verdict for check in checks), checks, kinks


def agree_where_finite(plain: Any, recorded: Any) -> bool:
    """Whether two values are the same where the plain one is finite: a naive form may overflow where its recording,
    which is the stable function, does not.
    """
    finite = reference().isfinite(plain)
    return bool(reference().allclose(plain[finite], recorded[finite], 1e-7, 1e-12))


def differing(first: Any, second: Any) -> str:
    """Two values that should be equal, where they differ most."""
    if first.size != second.size:
        return f"{first.size} numbers and {second.size} numbers"
    place = int(reference().nanargmax(reference().abs(first - second)))
    return f"{first[place]:.10g} and {second[place]:.10g}"
