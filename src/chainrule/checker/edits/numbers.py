"""Slips of arithmetic: two digits exchanged, a decimal point moved, a sign, a number that is simply wrong.

One idea: of a wrong number an edit knows the place and not the value, so it leaves a hole, `?`, for those who can
compute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...notation.surface import Number
from .building import negative
from .edit import Edit
from .places import Place, Role
from .setting import Setting

_LONGEST = 12  # digits of a number in which slips are looked for


def _numbers(setting: Setting) -> Iterator[tuple[Place, Number]]:
    for place in setting.places:
        if isinstance(place.node, Number):
            yield place, place.node


def point_moved(setting: Setting, cost: float) -> Iterator[Edit]:
    """M16: a decimal point one or two places to the left or right."""
    for place, node in _numbers(setting):
        if "." in node.written and len(node.written) <= _LONGEST:
            for step in (-1, 1, -2, 2):
                new = replace(node, written=_shifted(node.written, step))
                yield Edit("M16", place.put(new), cost, "the decimal point slipped: {0} for {1}", (node, new))


def _shifted(written: str, step: int) -> str:
    whole, _, part = written.partition(".")
    digits, point = whole + part, len(whole) + step
    if point <= 0:
        digits, point = "0" * (1 - point) + digits, 1
    digits = digits.ljust(point, "0")
    head, tail = digits[:point].lstrip("0") or "0", digits[point:]
    return f"{head}.{tail}" if tail else head


def digits_exchanged(setting: Setting, cost: float) -> Iterator[Edit]:
    """M16: two neighbouring digits exchanged."""
    for place, node in _numbers(setting):
        text = node.written
        for k in range(len(text) - 1) if 1 < len(text) <= _LONGEST else ():
            if text[k] != text[k + 1] and (text[k] + text[k + 1]).isdecimal():
                new = replace(node, written=text[:k] + text[k + 1] + text[k] + text[k + 2 :])
                yield Edit("M16", place.put(new), cost, "two digits are exchanged: {0} for {1}", (node, new))


def sign_of_number(setting: Setting, cost: float) -> Iterator[Edit]:
    """M16: the sign of an entry."""
    for place, node in _numbers(setting):
        in_row = place.role is Role.FACTOR and place.above is not None
        if place.role is Role.ARGUMENT or in_row:
            yield Edit("M16", place.put(negative(node)), cost, "the sign of {0} is wrong", (node,))


def wrong_number(setting: Setting, cost: float) -> Iterator[Edit]:
    """M16: each number, with a hole in its place."""
    for place, node in _numbers(setting):
        new = replace(node, written="?")
        yield Edit("M16", place.put(new), cost, "the number {0} is wrong", (node,), node.span)
