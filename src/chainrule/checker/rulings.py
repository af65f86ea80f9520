"""What is found of a claim before it is put in words."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnosing import Found
from .results import Verdict
from .slopes import Style


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is found of a claim, and of which of its sides."""

    verdict: Verdict
    reason: str
    side: int | None = None
    style: Style | None = None
    assumptions: tuple[str, ...] = ()
    found: Found | None = None
