"""What a check is asked: the words of the command line as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...checker.results import Verdict

LIMIT = 60.0  # seconds for one document of many


@dataclass(frozen=True, slots=True)
class Options:
    """What is checked, how the report is written, and how many documents are checked at a time.

    `jobs` is None where documents are checked one after another in this process.
    """

    files: Sequence[str]
    form: str = "text"
    strict: bool = False
    everything: bool = False
    only: frozenset[Verdict] = frozenset()
    output: str | None = None
    jobs: int | None = None
    resume: bool = False
    limit: float = LIMIT
    colour: bool = False
    width: int = 100
