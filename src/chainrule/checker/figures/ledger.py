"""What statements with figures say of names and derivatives, in the order of the document.

One idea: a figure is entered when its statement has been judged, with what the judge found; later statements are judged
with the exact numbers first and with what was entered afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Standing(Enum):
    """What is known of a figure."""

    GIVEN = "given"  # the document says no more, so it is taken as it is
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Target:
    """What a side is: a name, or the derivative of one by another; `indices` of an entry, from 1."""

    name: str = ""
    of: str = ""
    by: str = ""
    indices: tuple[int, ...] = ()
    local: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure: the statement, its line, what it is said of, the value with what rounding leaves open."""

    number: int
    line: int
    target: Target
    value: Any
    slack: Any
    standing: Standing
    basis: tuple[int, ...]  # the definitions and data that the target rests on; others hold in another example


@dataclass(slots=True)
class Ledger:
    """All figures so far, and the points made with them."""

    figures: list[Figure] = field(default_factory=list)
    points: dict[Any, Any] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)  # of statements, in the file
    old: list[Figure] = field(default_factory=list)  # values before updates
    judged: list[Any] = field(default_factory=list)  # sides that were judged by numbers
