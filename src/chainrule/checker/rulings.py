"""What is found of a claim before it is put in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from .bench import Bench
from .diagnosis import Found
from .results import Verdict, Witness
from .slopes import Style


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is found of a claim, and of which of its sides. `expected`, a whole statement, and `witness`: what the judge
    itself knows of what is right; else words are looked for."""

    verdict: Verdict
    reason: str
    side: int | None = None
    style: Style | None = None
    assumptions: tuple[str, ...] = ()
    found: Found | None = None
    bench: Bench | None = field(default=None, compare=False, repr=False)
    follows: tuple[int, ...] = ()  # the numbers of the statements that have the slip
    explains: tuple[int, ...] = ()  # of a definition: the numbers of the statements that contradict it
    expected: str = ""
    witness: Witness | None = None
