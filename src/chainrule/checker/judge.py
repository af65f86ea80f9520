"""A document in, a verdict for each of its statements out.

One idea: every side of a statement is computed at the same points, and the first side says what the others must be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import ChainruleError, ShapeError
from ..notation.drafts import Role
from .aliases import readings, renamed
from .atoms import MARK
from .bench import STYLES, Bench
from .claims import Claim, goes_on, read_claim, with_trees
from .coding import rule_code
from .compare import all_same
from .contradictions import contradicted
from .definers import again, defines, redefine
from .diagnosis import Found, repair
from .documents import Document, Statement, statements
from .doubting import apart, doubt, holds_in_own_numbers, holds_where_zero
from .figures.commas import uses_commas
from .hearing import conditions_of, facts_of, local_traits_of, parts_of
from .limits import READING, Spent, how_many
from .numbers import GIVEN, judge_mixed, judge_number, note
from .orders import with_orders
from .repairing import repairs, told
from .reserve import says_something, with_reserve
from .results import Checked, Finding, Verdict
from .rewriting import NABLAS, loss_of, nablas_stand_alone, read_marks, rewritten
from .rulings import Ruling
from .scaling import scaled
from .session import Session, open_session
from .settling import set_up, vanishing
from .tables import add_data
from .wording import finding, undefined
from .words import Said, read_words


def check_document(document: Document) -> Checked:
    """Judge every statement of a document."""
    every = statements(document)
    found = every[: how_many([len(each.text) for each in every])]
    said = read_words(document, found)
    claims = _claims(document, found, said)
    session, joined = _opened(document, claims, said, names=nablas_stand_alone(found))
    rulings = contradicted(session, {number: _ruled(session, each) for number, each in joined.items()})
    rulings = with_reserve(rulings)
    worded = [finding(document, each, rulings[number]) for number, each in joined.items()]
    mended = repairs(session, document)
    silent = {each.statement.place(document).offset for each in joined.values() if not says_something(each)}
    told_of = told(with_orders(document, session, said, found, worded), mended)
    findings = [x for x in told_of if x.verdict is not Verdict.UNCHECKED or x.place.offset not in silent]
    beyond = [_beyond(document, each) for each in every[len(found) :]]
    return Checked(document, (*findings, *beyond), mended, notes=_notes(len(found), len(every)))


def _claims(document: Document, found: Sequence[Statement], said: Said) -> list[Claim]:
    """The claims that statements make, without the conditions that stand within them."""
    commas = uses_commas(each.text for each in found if each.piece.kind == "mathematics")
    names = NABLAS if nablas_stand_alone(found) else frozenset[str]()
    return [read_claim(number, _cut(number, each, said), names, commas=commas) for number, each in enumerate(found)]


def _opened(
    document: Document, claims: Sequence[Claim], said: Said, *, names: bool
) -> tuple[Session, dict[int, Claim]]:
    """The session for a document, and its claims with chains joined and marks put in other words."""
    mathematics = [each for each in claims if each.statement.piece.kind == "mathematics"]
    facts = scaled(facts_of(said), mathematics)
    loss = loss_of(mathematics) if names else None
    marks = read_marks(mathematics, not facts.rows, facts.zero_based, facts.deltas, loss, parts_of(said))
    joined = {each.number: each for each in continued([rewritten(each, marks) for each in mathematics])}
    session = open_session(list(joined.values()), facts, said.asides)
    session.conditions, session.traits = conditions_of(said), local_traits_of(said)
    add_data(session, document)
    session.ledger.lines = {each.number: each.statement.place(document).line for each in claims}
    session.code = rule_code(session, [each for each in claims if each.statement.piece.kind == "code"])
    return session, {each.number: joined.get(each.number, each) for each in claims}


def _cut(number: int, statement: Statement, said: Said) -> Statement:
    """The statement without the condition that stands within it: `(j \\ne k)`."""
    text = statement.text
    for each in said.conditions.get(number, ()):
        if each.span is not None and each.how != "at":
            start, stop = each.span
            text = text[:start] + " " * (stop - start) + text[stop:]
    return statement if text == statement.text else replace(statement, text=text)


def _beyond(document: Document, statement: Statement) -> Finding:
    reason = "the document is too long: only what comes before was judged"
    return Finding(statement.place(document), statement.text, statement.text, Verdict.UNCHECKED, reason)


def _notes(judged: int, all_of: int) -> tuple[str, ...]:
    return (f"only the first {judged:,} of {all_of:,} statements were judged",) if judged < all_of else ()


def continued(claims: Sequence[Claim]) -> list[Claim]:
    """The claims, with those that begin with a sign given the side that they go on from."""
    found: dict[int, Claim] = {}
    for claim in claims:
        before = found.get(claim.statement.continues) if claim.statement.continues is not None else None
        found[claim.number] = goes_on(before, claim) if before is not None else claim
    return list(found.values())


def _ruled(session: Session, claim: Claim) -> Ruling:
    try:
        with session.work.statement():
            return rule(session, claim)
    except ChainruleError as problem:
        return Ruling(Verdict.UNCHECKED, f"{problem.given} cannot be judged")
    except Spent:
        return Ruling(Verdict.UNCHECKED, "judging it would take longer than a document may take")


_WORST_FIRST = (
    Verdict.WRONG, Verdict.FOLLOWS, Verdict.CONVENTION, Verdict.ROUNDED, Verdict.RIGHT, Verdict.DEFINITION,
    Verdict.UNCHECKED,
)  # fmt: skip


def rule(session: Session, claim: Claim) -> Ruling:
    """The verdict on a claim: that on the worst of its instances which can be judged at all."""
    if claim.statement.piece.kind != "mathematics":
        found: Ruling = session.code.get(claim.number, Ruling(Verdict.UNCHECKED, "code that cannot be read"))
        return found
    if claim.number in session.asides:
        return Ruling(Verdict.DEFINITION, "it says for what other statements hold")
    if len(claim.sides) < 2:
        return Ruling(Verdict.UNCHECKED, "no relation is stated")
    return _worst([_rule_one(session, each) for each in session.instances[claim.number]])


def _worst(rulings: Sequence[Ruling]) -> Ruling:
    return min(rulings, key=_badness)


def _badness(ruling: Ruling) -> int:
    return _WORST_FIRST.index(ruling.verdict)


def _rule_one(session: Session, claim: Claim) -> Ruling:
    definer, whole = defines(session, claim), claim
    if claim.draft is not None and claim.draft.role is Role.SHAPE:
        return Ruling(Verdict.DEFINITION, "it says of what kind a name is")
    if claim.sides[1].sign == "←" and len(claim.sides) > 2:
        claim = replace(claim, sides=(replace(claim.sides[1], sign=""), *claim.sides[2:]), draft=None)
        definer = None
    if not claim.equal:
        return Ruling(Verdict.DEFINITION if definer else Verdict.UNCHECKED, "no equality is stated")
    bench = set_up(session, claim, session.conditions.get(claim.number, ()))
    if claim.number in session.solutions:
        return _solution(bench)
    ruling = _compare(bench, definer is not None)
    if definer is None and ruling.reason == GIVEN:
        redefine(session, claim)
    if (
        ruling.verdict in (Verdict.WRONG, Verdict.UNCHECKED)
        and definer is None
        and _says_anew(session, claim, ruling, bench)
    ):
        redefine(session, claim)
        return Ruling(Verdict.DEFINITION, "it says anew what the name on the left is")
    note(bench, ruling, whole)
    return ruling


def _solution(bench: Bench) -> Ruling:
    """`x = (A^T A)^{-1} A^T b`, after the gradient by x: it is one where the gradient vanishes."""
    draft, model = bench.claim.draft, bench.model
    name = draft.symbol.text if draft is not None and draft.symbol is not None else ""
    if 1 not in bench.meanings or name not in {each.text for each in model.inputs}:
        return Ruling(Verdict.UNCHECKED, f"{name or 'the left side'} is no variable of the document")
    for loss in model.ends():
        vanishes = [vanishing(bench, name, loss, point) for point in bench.points()]
        if vanishes and all(each for each in vanishes if each is not None) and any(vanishes):
            return Ruling(Verdict.RIGHT, f"the gradient of {loss} by {name} vanishes there", 1)
    return Ruling(Verdict.UNCHECKED, f"it gives {name} another value; what is claimed of it is not said", 1)


def _says_anew(session: Session, claim: Claim, ruling: Ruling, bench: Bench) -> bool:
    """Whether a statement that is false of a name so far is meant to define it anew: other data for an input, another
    formula that no single slip explains, or one of several that a new example defines together."""
    draft = claim.draft
    if draft is None or draft.symbol is None or draft.role is Role.CLAIM:
        return False
    name = draft.symbol.text
    if draft.role is Role.VALUE:
        return name in bench.model.data or (name in bench.model.derived and bench.model.open_loss is not None)
    if not again(session, claim) or (
        all(side.numeric for side in claim.sides[1:]) and name not in bench.model.data
    ):  # fmt: skip
        return False
    if ruling.found is None or not claim.statement.piece.display:
        return True
    together = [
        each for each in session.claims if each.statement.piece is claim.statement.piece and again(session, each)
    ]
    return len(together) > 1


def _compare(bench: Bench, defining: bool) -> Ruling:
    """Each side against the first one that can be read."""
    places = [place for place in range(len(bench.claim.sides)) if place in bench.meanings]
    if len(places) < 2:
        reason = next(iter(bench.problems.values()), "there is nothing to compare with")
        return Ruling(Verdict.DEFINITION if defining else Verdict.UNCHECKED, reason)
    if defining and bench.model.problems.get(_name(bench)):
        return Ruling(Verdict.DEFINITION, bench.model.problems[_name(bench)])
    if defining and len(places) == 2:
        return Ruling(Verdict.DEFINITION, "it says what the name on the left is")
    missing = _missing(bench, places)
    if missing:
        read = _read_otherwise(bench, defining)
        return read or Ruling(Verdict.UNCHECKED, undefined(missing))
    ruling = _sides(bench, places)
    if ruling.verdict is Verdict.UNCHECKED and bench.unknown():
        return _read_otherwise(bench, defining) or ruling
    return ruling


def _read_otherwise(bench: Bench, defining: bool) -> Ruling | None:
    """The verdict with unknown names read as other spellings of known ones: only one that makes the statement true, or
    one that has made another statement true before."""
    session, model = bench.session, bench.model
    texts = [name for name in bench.unknown() if not name.startswith(MARK)]
    unknown = [symbol for name in texts if (symbol := session.symbols.get(name)) is not None]
    if len(unknown) < len(texts) or bench.claim.number in session.retried:
        return None
    known = {each.symbol.text: each.symbol for each in model.forward} | {each.text: each for each in model.inputs}
    if model.loss is not None:
        known[model.loss.text] = model.loss
    taken = {name: session.aliases[name] for name in texts if name in session.aliases}
    ways = [taken] if len(taken) == len(texts) else list(readings(unknown, known))
    for names in ways:
        trees = tuple(side.tree and renamed(side.tree, names) for side in bench.claim.sides)
        again = set_up(session, with_trees(bench.claim, trees), session.conditions.get(bench.claim.number, ()))
        if again.unknown():
            continue
        session.retried.add(bench.claim.number)
        ruling = _compare(again, defining)
        session.retried.discard(bench.claim.number)
        said = tuple(f"{name} is read as {symbol.text}" for name, symbol in names.items())
        if ruling.verdict in (Verdict.RIGHT, Verdict.ROUNDED):
            session.aliases.update(names)
        elif ways != [taken] or ruling.found is None:
            continue
        return replace(ruling, assumptions=(*ruling.assumptions, *said))
    return None


def _name(bench: Bench) -> str:
    draft = bench.claim.draft
    return draft.symbol.text if draft is not None and draft.symbol is not None else ""


def _missing(bench: Bench, places: Sequence[int]) -> str:
    """A name that stands on one side only and of which nothing is known."""
    for name in bench.unknown():
        if not all(name in bench.names_of(place) for place in places[:2]):
            return name
    return ""


def _sides(bench: Bench, places: Sequence[int]) -> Ruling:
    anchor, rulings = places[0], []
    for place in places[1:]:
        side = bench.claim.sides[place]
        rulings.append(_number(bench, anchor, place) if side.numeric else _symbols(bench, anchor, place))
    return replace(_worst(rulings), bench=bench)


def _symbols(bench: Bench, anchor: int, place: int) -> Ruling:
    """Two sides with names."""
    if strange := apart(bench, anchor):
        return Ruling(Verdict.UNCHECKED, strange, place)
    points, differs = bench.points(), False
    failures: list[ChainruleError] = []
    for style in STYLES:
        try:
            left = bench.values(anchor, style, points)
            agree = all_same(left, bench.values(place, style, points))
        except ChainruleError as problem:
            failures.append(problem)
            continue
        if agree:
            return Ruling(Verdict.RIGHT, "", place, style)
        differs = differs or agree is False
    if differs and _holds_for_targets(bench, anchor, place):
        return Ruling(Verdict.RIGHT, "", place, assumptions=("the targets of the cross-entropy sum to one",))
    if differs and (zeros := holds_where_zero(bench, anchor, place)):
        return Ruling(Verdict.RIGHT, "", place, assumptions=(f"with {', '.join(zeros)} = 0, as the document says",))
    if differs and holds_in_own_numbers(bench, anchor, place):
        return Ruling(Verdict.RIGHT, "", place, assumptions=("at the document's own numbers",))
    if differs and (mixed := judge_mixed(bench, anchor, place)) is not None:
        return mixed
    if differs:
        found = _cause(bench, anchor, place)
        unsure = doubt(bench, anchor, place) if found is None else ""
        if unsure:
            return Ruling(Verdict.UNCHECKED, unsure, place)
        return Ruling(Verdict.WRONG, "the sides differ", place, found=found)
    if failures and isinstance(failures[0], ShapeError) and (found := _cause(bench, anchor, place)) is not None:
        return Ruling(Verdict.WRONG, f"the shapes do not fit: {failures[0].given}", place, found=found)
    reason = failures[0].given if failures else "a side"
    return Ruling(Verdict.UNCHECKED, f"{reason} cannot be computed", place)


def _holds_for_targets(bench: Bench, anchor: int, place: int) -> bool:
    """Whether two sides are the same where the targets of a cross-entropy sum to one, as those of classes do."""
    points = bench.session.shared_points(bench.claim.number)
    for style in STYLES[:6] if points and not bench.unknown() else ():
        try:
            if all_same(bench.values(anchor, style, points), bench.values(place, style, points)):
                return True
        except ChainruleError:
            continue
    return False


def _cause(bench: Bench, anchor: int, place: int) -> Found | None:
    """What was done wrong, as far as there is time to look for it."""
    if bench.session.work.tired:
        return None
    with bench.session.work.diagnosis():
        bench.session.work.add(READING * READING)
        return repair(bench, anchor, place)
    return None


def _number(bench: Bench, anchor: int, place: int) -> Ruling:
    return judge_number(bench, anchor, place)
