"""All rulings of a document in, the same with reserve where the document was not understood out.

One idea: when most of what is called wrong has no explanation, it is the reading that is wrong, not the author.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .claims import Claim
from .results import Verdict
from .rulings import Ruling

_MANY = 3
_HOLDING = (Verdict.RIGHT, Verdict.ROUNDED, Verdict.CONVENTION)
_WHY = "it does not fit what was understood of the document, and too much else does not either"


def with_reserve(rulings: Mapping[int, Ruling]) -> dict[int, Ruling]:
    """The rulings, with unexplained accusations withdrawn where they outnumber half of what holds."""
    open_cases = [number for number, each in rulings.items() if each.verdict is Verdict.WRONG and not _explained(each)]
    holding = sum(each.verdict in _HOLDING for each in rulings.values())
    if len(open_cases) < _MANY or 2 * len(open_cases) <= holding:
        return dict(rulings)
    return {
        number: replace(each, verdict=Verdict.UNCHECKED, reason=_WHY) if number in open_cases else each
        for number, each in rulings.items()
    }


def _explained(ruling: Ruling) -> bool:
    """Whether a mistake was found that gives just what is written."""
    return ruling.found is not None or bool(ruling.explains) or bool(ruling.follows)


def says_something(claim: Claim) -> bool:
    """Whether a statement says something that could be judged: a lone name in a sentence does not."""
    return claim.statement.piece.display or claim.statement.relates or claim.statement.piece.kind != "mathematics"
