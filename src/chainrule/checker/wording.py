"""A ruling in, a finding in words out: why, what is true instead, where the sides differ, and what was assumed.

One idea: whatever decided is said in a sentence with the author's own names, so that every report can simply print it.
"""

from __future__ import annotations

from ..derivation.lines import Derivation
from ..errors import ChainruleError
from .assuming import assumptions, local_ones
from .bench import Bench
from .claims import Claim
from .diagnosis import Found, diagnose, diagnose_number
from .documents import Document
from .limits import READING
from .points import as_problem
from .results import Candidate, Diagnosis, Finding, Verdict, Witness
from .rulings import Ruling
from .showing import numbers_at, working
from .writing import latex, shorter

_RIGHT = frozenset({Verdict.RIGHT, Verdict.ROUNDED, Verdict.CONVENTION})


def finding(document: Document, claim: Claim, ruling: Ruling) -> Finding:
    """A statement with its verdict, in words."""
    statement, bench = claim.statement, ruling.bench
    found = _diagnosed(ruling) if ruling.verdict is Verdict.WRONG else None
    told = bench is not None and ruling.verdict in _RIGHT | {Verdict.WRONG, Verdict.FOLLOWS}
    return Finding(
        statement.place(document), statement.text, read_as(claim), ruling.verdict, _reason(document, ruling, found),
        diagnosis=diagnosis(found), expected=ruling.expected or _expected(ruling, found) or None,
        witness=ruling.witness or _numbers(ruling),
        assumptions=tuple(dict.fromkeys((*ruling.assumptions, *(assumptions(ruling) if told else ())))),
        follows=_lines(document, ruling, ruling.follows), working=_working(ruling),
    )  # fmt: skip


def _lines(document: Document, ruling: Ruling, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """The lines in which statements stand."""
    claims = ruling.bench.session.claims if ruling.bench is not None and numbers else ()
    return tuple(sorted({each.statement.place(document).line for each in claims if each.number in numbers}))


def _diagnosed(ruling: Ruling) -> Found | None:
    """What was done wrong: of a number what the judge found, of a formula what explains it."""
    bench = ruling.bench
    if bench is None or ruling.side is None or ruling.side not in bench.meanings:
        return ruling.found
    if bench.session.work.tired:
        return ruling.found
    with bench.session.work.diagnosis():
        bench.session.work.add(READING * READING)
        return _looked_for(ruling, bench, ruling.side)
    return ruling.found  # there was no time left to look


def _looked_for(ruling: Ruling, bench: Bench, side: int) -> Found | None:
    try:
        with as_problem():
            if bench.claim.sides[side].numeric:
                return diagnose_number(bench, min(bench.meanings), side) or ruling.found
            return diagnose(bench, min(bench.meanings), side) or ruling.found
    except ChainruleError:
        return ruling.found


def _numbers(ruling: Ruling) -> Witness | None:
    """Numbers with which a wrong statement is seen to be wrong."""
    if ruling.verdict is not Verdict.WRONG or ruling.bench is None:
        return None
    with ruling.bench.session.work.diagnosis():
        return numbers_at(ruling)
    return None


def diagnosis(found: Found | None) -> Diagnosis | None:
    """The mistakes that give what is written, likeliest first."""
    if found is None or not found.remedies:
        return None
    candidates = tuple(Candidate(each.mistake, each.message) for each in found.remedies)
    return Diagnosis(candidates[0].mistake, candidates[0].message, candidates)


def read_as(claim: Claim) -> str:
    """The statement as it was read: the source, with the side that a continued statement goes on from."""
    statement = claim.statement
    if len(claim.sides) <= len(statement.links) and claim.sides[0].text == statement.side(0):
        return statement.text
    return " ".join(f"{each.sign} {each.text.strip()}".strip() for each in claim.sides)


# Reasons ------------------------------------------
def _reason(document: Document, ruling: Ruling, found: Found | None) -> str:
    if ruling.explains:
        lines = [str(each) for each in _lines(document, ruling, ruling.explains)]
        where = f"line {lines[0]} is" if len(lines) == 1 else f"lines {', '.join(lines[:-1])} and {lines[-1]} are"
        return f"inconsistent: {where} true only with ${ruling.expected}$"
    if ruling.verdict is Verdict.RIGHT and not ruling.reason and ruling.bench is not None:
        return _shown(ruling, ruling.bench)
    if ruling.verdict is Verdict.WRONG and ruling.bench is not None and found is not None:
        return _unequal(ruling, found)
    return ruling.reason


def _shown(ruling: Ruling, bench: Bench) -> str:
    """What was shown of a right statement."""
    claim = bench.claim
    if all(each.numeric for each in claim.sides):
        return "equal, computed with the figures as they stand"
    if any(each.given for each in bench.points()) or (ruling.side is not None and claim.sides[ruling.side].numeric):
        return "equal to the exact value"
    many = len(bench.points())
    sides = "both sides are" if len(claim.sides) == 2 else "all sides are"
    said = f"{sides} equal at {many} random point{'s' if many > 1 else ''}"
    if bench.free:
        letters = " and ".join(f"${each}$" for each in bench.free)
        said += f", for every {letters}"
    if ruling.style is not None and ruling.style.local and (names := list(local_ones(bench, ruling.style))):
        said += f", with {' and '.join(names)} as {'the local derivative' if len(names) == 1 else 'local derivatives'}"
    return said


def _unequal(ruling: Ruling, found: Found) -> str:
    bench, side = ruling.bench, ruling.side
    reason = ruling.reason
    if bench is not None and side is not None and reason == "the sides differ" and len(bench.meanings) > 2:
        reason = f"the side ${' '.join(bench.claim.sides[side].text.split())}$ differs from the first"
    if found.mark:
        return f"{reason}: what is written {found.mark}"
    if not found.remedies:
        return f"{reason}; no common mistake gives just this"
    return reason


def undefined(name: str) -> str:
    """Why a statement is not checked whose name nothing defines, and what to do."""
    return f"${name}$ is not defined in the document: define it, or give its shape"


# What is true ------------------------------------------
def _expected(ruling: Ruling, found: Found | None) -> str:
    """The whole statement as it should read: the left side and the shortest true version of the other."""
    if found is None or ruling.bench is None:
        return ""
    bench = ruling.bench
    anchor, best = min(bench.meanings), found.shortest
    if best is None:
        return f"{_side(bench, anchor)} = {found.closed}" if found.closed else ""
    if best.left:
        return f"{best.written} = {_side(bench, ruling.side if ruling.side is not None else anchor)}"
    first = _side(bench, anchor)
    if best.tree is not None and bench.claim.sides[anchor].tree is not None and best.written == _plain(bench, anchor):
        others = [each for each in sorted(bench.meanings) if each not in (anchor, ruling.side)]
        return f"{first} = {_side(bench, others[0])}" if others else ""  # the side was called what is differentiated by
    return f"{first} = {best.written}"


def _plain(bench: Bench, place: int) -> str:
    tree = bench.claim.sides[place].tree
    return "" if tree is None else latex(shorter(tree))


def _side(bench: Bench, place: int) -> str:
    """A side as its author wrote it, or where it was changed to be read, as it was read."""
    side = bench.claim.sides[place]
    source = next((each for each in bench.session.claims if each.number == bench.claim.number), bench.claim)
    written = _plain(bench, place)
    if place < len(source.sides) and source.sides[place].text == side.text:
        tree = source.sides[place].tree
        if tree is not None and latex(shorter(tree)) == written:
            return " ".join(side.text.split()).rstrip(".,;: ")
    return written


def _working(ruling: Ruling) -> Derivation | None:
    if ruling.verdict is not Verdict.WRONG or ruling.bench is None:
        return None
    with ruling.bench.session.work.diagnosis():
        return working(ruling.bench, min(ruling.bench.meanings))
    return None


__all__ = ["assumptions", "diagnosis", "finding", "read_as", "undefined"]
