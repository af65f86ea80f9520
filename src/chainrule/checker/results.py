"""What a check finds: the judge writes it, reports read it.

One idea: a finding is one statement of the document with its place, its verdict and the reason for it; everything
that a report says stands here in words, so that no report decides anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..derivation.lines import Derivation
from .documents import Document, Place


class Verdict(StrEnum):
    """What is said of a statement."""

    DEFINITION = "definition"  # it says what a name is, so there is nothing to judge
    RIGHT = "right"
    ROUNDED = "rounded"  # right to the digits written
    CONVENTION = "convention"  # right under another layout or scaling than the document's own
    FOLLOWS = "follows"  # false, but it follows from an earlier slip of the author
    WRONG = "wrong"
    UNCHECKED = "unchecked"


MISTAKES: Mapping[str, str] = {
    "M1": "the function for its derivative",
    "M2": "the activation's derivative is missing",
    "M3": "a path is missing",
    "M4": "the cross terms of softmax are missing",
    "M5": "a factor or a product is transposed",
    "M6": "the factors are in the wrong order",
    "M7": "matrix product and entry-by-entry product confused",
    "M8": "the wrong index or node",
    "M9": "pre-activation and activation confused",
    "M10": "the wrong parameter",
    "M11": "the differentiated factor was kept",
    "M12": "a factor is missing",
    "M13": "a factor too many",
    "M14": "the sign is wrong",
    "M15": "the wrong operation, or a term too many",
    "M16": "a slip of arithmetic",
    "M17": "a path is counted twice",
    "M18": "indices of sums confused",
    "M19": "row and column indices swapped",
    "M20": "a constant where a derivative belongs",
    "M21": "the result carries the wrong label",
    "M22": "a rule of differentiation misapplied",
    "M23": "the upstream gradient is missing",
    "M24": "a sum over the batch is missing",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mistake that gives exactly what is written: its number in the catalogue and what was done, in a sentence."""

    mistake: str
    message: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The likeliest mistake in a wrong statement, and all others that give the same; empty when none was found."""

    mistake: str
    message: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Witness:
    """One point at which the two sides differ: what the line written gives there, and what is right."""

    at: Mapping[str, str]  # the values of names, as LaTeX source and digits; empty: the document's own numbers
    written: str
    right: str
    entry: str = ""  # which entry of an array is shown, such as "2,1"


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement, judged.

    `text` is the statement as it stands in the file, `latex` as it was read. `reason` is a sentence. `follows` are
    the lines of earlier slips that a false statement follows from. `working` is the derivation of what is right.
    """

    place: Place
    text: str
    latex: str
    verdict: Verdict
    reason: str
    diagnosis: Diagnosis | None = None
    expected: str | None = None  # the shortest true version, in LaTeX with the author's own names
    witness: Witness | None = None
    assumptions: tuple[str, ...] = ()
    follows: tuple[int, ...] = ()
    working: Derivation | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Repair:
    """One change of the data that would make several lines true: where, what stands there, what should."""

    place: Place
    message: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A document, judged: every statement in the order of the document."""

    document: Document = field(repr=False)
    findings: tuple[Finding, ...]
    repairs: tuple[Repair, ...] = ()
    notes: tuple[str, ...] = ()  # what hindered the reading of the whole document

    @property
    def file(self) -> str:
        """The file as it was given."""
        return self.document.file

    @property
    def summary(self) -> dict[str, int]:
        """How many statements there are of each verdict, all verdicts in their order."""
        counts = Counter(each.verdict for each in self.findings)
        return {verdict.value: counts[verdict] for verdict in Verdict}

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """The statements that are wrong, without those that only follow."""
        return tuple(each for each in self.findings if each.verdict is Verdict.WRONG)
