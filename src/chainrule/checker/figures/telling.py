"""Slips in numbers, as the rest of the checker tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..claims import tree_or_none
from ..diagnosis import Found, Remedy


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake that gives the number written; `true`: the side as it should read, where it is a calculation."""

    mistake: str
    message: str
    true: str = ""


def found_of(slips: Sequence[Slip], right: str) -> Found:
    """The slips, each with the true side; without any of them only what is right."""
    remedies = tuple(
        Remedy(each.mistake, each.message, tree_or_none(each.true or right), cost=float(place))
        for place, each in enumerate(slips)
    )
    return Found(remedies, right)
