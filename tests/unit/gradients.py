"""Gradients under test: a function and a point in, the expected verdict asserted, the report out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chainrule import check_grads, custom_vjp
from chainrule.transforms.checking.report import GradientReport, Reason, Verdict


def report(f: Callable[..., Any], *args: Any, **options: Any) -> GradientReport:
    return check_grads(f, args, raises=False, **options)


def passes(f: Callable[..., Any], *args: Any, **options: Any) -> None:
    found = report(f, *args, **options)
    assert found.verdict is Verdict.PASS, str(found)


def fails(hint: str, f: Callable[..., Any], *args: Any, **options: Any) -> GradientReport:
    found = report(f, *args, **options)
    assert found.verdict is Verdict.FAIL, str(found)
    assert hint in str(found)
    return found


def undecided(reason: Reason, f: Callable[..., Any], *args: Any, **options: Any) -> GradientReport:
    found = report(f, *args, **options)
    assert found.verdict is Verdict.INCONCLUSIVE, str(found)
    assert reason.value in str(found)
    return found


def wrong(f: Callable[..., Any], rule: Callable[..., Any]) -> Callable[..., Any]:
    """A function with a rule of its own: `rule(g, *args)` returns the gradients."""
    custom = custom_vjp(f)
    custom.defvjp(lambda *args: (f(*args), args), lambda args, g: rule(g, *args))
    return custom
