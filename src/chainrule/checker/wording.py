"""A ruling in, a finding in words out: why, what is true instead, where the sides differ, and what was assumed.

One idea: whatever decided is said in a sentence with the author's own names, so that every report can simply print it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..derivation.lines import Derivation
from ..errors import ChainruleError
from ..notation.kinds import Context
from .bench import Bench
from .limits import READING
from .claims import Claim
from .diagnosis import Found, diagnose, diagnose_number
from .documents import Document
from .points import as_problem
from .results import Candidate, Diagnosis, Finding, Verdict, Witness
from .rulings import Ruling
from .showing import numbers_at, working
from .slopes import Style
from .writing import latex, shorter

_RIGHT = frozenset({Verdict.RIGHT, Verdict.ROUNDED, Verdict.CONVENTION})
_LAYOUTS = {
    "numerator": "numerator layout: the gradient of a number is a row, and rows of a Jacobian follow the output",
    "denominator": "denominator layout: a Jacobian has a row for each entry of what is differentiated by",
    "entrywise": "the derivative of a function that works entry by entry stands for its slopes, in the shape of its argument",
    "factor": "the derivative of a matrix product by one factor stands for the other factor",
}


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
    if ruling.style is not None and ruling.style.local and (names := list(_local(bench, ruling.style))):
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


def _local(bench: Bench, style: Style) -> Iterator[str]:
    """The derivatives in the sides that were read as local ones."""
    seen: set[str] = set()
    for meaning in bench.meanings.values():
        for atom in bench.model.atoms.inside(meaning):
            if atom.joined is None and not bench.final(atom) and atom.written not in seen:
                seen.add(atom.written)
                if _differs(bench, atom):
                    yield f"${atom.written}$"


def _differs(bench: Bench, atom: object) -> bool:
    """Whether the local derivative is another one than the total one."""
    from .atoms import Atom
    from .compare import same
    from .slopes import jacobian

    assert isinstance(atom, Atom)
    for point in bench.points()[:1]:
        try:
            total, local = (jacobian(point, atom, bench.model.atoms, each) for each in (False, True))
        except ChainruleError:
            return False
        return total.shape != local.shape or not same(total, local)
    return False


def undefined(name: str) -> str:
    """Why a statement is not checked whose name nothing defines, and what to do."""
    return f"${name}$ is not defined in the document: define it, or give its shape"


# What was assumed ------------------------------------------
def assumptions(ruling: Ruling) -> Iterator[str]:
    """Every reading that is not literal."""
    bench = ruling.bench
    assert bench is not None
    yield from _style(ruling, bench)
    if (loss := bench.model.open_loss) is not None and loss.text in _names(bench):
        ends = " and ".join(f"${_written(bench, each)}$" for each in bench.model.ends()[:3])
        yield f"${_written(bench, loss.text)}$ is not written: it may depend on {ends} in any way"
    for name in sorted(_names(bench)):
        for trait in sorted(bench.model.traits.get(name, ())):
            if trait in _TRAITS:
                yield f"${_written(bench, name)}$ is {_TRAITS[trait]}, as the text says"
    for each in _readings(bench):
        yield each


_TRAITS = {
    "symmetric": "symmetric", "one-hot": "a one-hot vector, so its entries sum to one",
    "distribution": "a distribution, so its entries sum to one", "sums to one": "such that its entries sum to one",
    "positive": "positive", "orthogonal": "orthogonal", "diagonal": "diagonal", "positive definite": "positive definite",
    "unit": "of length one", "in unit interval": "between 0 and 1", "binary": "0 or 1", "signs": "1 or -1",
    "nonnegative": "not negative", "antisymmetric": "antisymmetric",
}  # fmt: skip


def _style(ruling: Ruling, bench: Bench) -> Iterator[str]:
    style = ruling.style
    if style is None:
        return
    if style.local:
        for each in _local(bench, style):
            yield f"{each} is the local derivative: other names are held fixed"
    if style.layout in _LAYOUTS:
        yield _LAYOUTS[style.layout]
    if style.padded:
        yield "entries out of range count as 0"


def _names(bench: Bench) -> frozenset[str]:
    return frozenset(name for place in bench.meanings for name in bench.names_of(place))


def _written(bench: Bench, name: str) -> str:
    from .diagnosis.asked import spelled
    from .diagnosis.knowing import spellings

    return spelled(spellings(bench.session), name, bench)


def _readings(bench: Bench) -> Iterator[str]:
    """What the reader noted of this statement, and what it noted of names when they were combined."""
    texts = {side.tree.span.text for side in bench.claim.sides if side.tree is not None}
    for each in bench.model.scope.readings:
        if each.span.text in texts:
            yield _sentence(each.written, each.read_as)
    contexts = (one for kept in bench.cache.values() if isinstance(kept, tuple) for one in kept if isinstance(one, Context))
    for context in contexts:
        for each in context.readings:
            if each.span.text in texts:
                yield _sentence(each.written, each.read_as)


def _sentence(written: str, read_as: str) -> str:
    return f"{written} is read as {read_as}"


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
    same = place < len(source.sides) and source.sides[place].tree is not None and source.sides[place].text == side.text
    written = "" if side.tree is None else latex(shorter(side.tree))
    if same and source.sides[place].tree is not None and latex(shorter(source.sides[place].tree)) == written:
        return " ".join(side.text.split()).rstrip(".,;: ")
    return written


def _working(ruling: Ruling) -> Derivation | None:
    if ruling.verdict is not Verdict.WRONG or ruling.bench is None:
        return None
    with ruling.bench.session.work.diagnosis():
        return working(ruling.bench, min(ruling.bench.meanings))
    return None


__all__ = ["assumptions", "diagnosis", "finding", "read_as", "undefined"]
