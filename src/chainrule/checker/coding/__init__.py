"""Statements in code: the lines of a document that are NumPy in, a ruling for each of them out.

One idea: code says in full what mathematics leaves to the reader, so its lines are followed as they stand, at random
points, and every derivative in them is compared with the engine's.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ChainruleError
from ...ir.recording import open_recording
from ..claims import Claim
from ..points import as_problem
from ..results import Verdict
from ..rulings import Ruling
from ..session import Session
from .figures import figures
from .inputs import evidence
from .judging import rulings
from .names import plain
from .runs import names_used, plan, targets
from .steps import Reading, Script, Step, read_code
from .trials import Base, Setting

_MOST_POINTS = 3


def rule_code(session: Session, claims: Sequence[Claim]) -> dict[int, Ruling]:
    """The rulings for statements in code, by their numbers."""
    if not claims:
        return {}
    reading = read_code(claims)
    found: dict[int, Ruling] = {}
    top = Script("")
    for script in reading.scripts:
        if not script.name:
            top = script
    for script in reading.scripts:
        if script.name:
            script.steps = [*_needed(top.steps, script), *script.steps]
        if any(step.number is not None for step in script.steps):
            found |= _script(session, reading, script)
    return found


def _needed(steps: Sequence[Step], script: Script) -> list[Step]:
    """The steps outside of functions that give a value to what a function does not define."""
    wanted = {name for step in script.steps for name in names_used(step.node.value)}
    wanted -= {name for step in script.steps for name in targets(step) if step.sign is None}
    found: list[Step] = []
    for step in reversed(steps):
        if wanted & set(targets(step)) and not step.closed and step.sign is None:
            wanted |= names_used(step.node.value)
            found.append(Step(step.node, None))
    return found[::-1]


def _script(session: Session, reading: Reading, script: Script) -> dict[int, Ruling]:
    numbers = [step.number for step in script.steps if step.number is not None]
    try:
        with open_recording(), as_problem():
            setting = _setting(session, reading, script, numbers[0])
            found = rulings(setting)
            return found | {number: each for number, each in figures(setting).items() if _decides(found, number, each)}
    except ChainruleError as problem:
        return {number: Ruling(Verdict.UNCHECKED, f"{problem.given} cannot be followed") for number in numbers}


def _decides(found: dict[int, Ruling], number: int, figure: Ruling) -> bool:
    """Whether the figures of a line say more than its formula: not where the formula is false already."""
    before = found.get(number)
    return before is None or (
        before.verdict is not Verdict.WRONG and (figure.verdict is Verdict.WRONG or before.verdict is Verdict.UNCHECKED)
    )


def _setting(session: Session, reading: Reading, script: Script, number: int) -> Setting:
    shown = evidence(step.node for step in script.steps)
    called = {name for step in script.steps for name in names_used(step.node.value)} & set(reading.functions)
    inside = evidence(reading.functions[name] for name in sorted(called))
    if inside.softmax:
        shown.softmax, shown.axis = True, inside.axis
    fresh = [
        step for step in script.steps if step.sign is None and not set(targets(step)) & names_used(step.node.value)
    ]
    assigned = {plain(name) for step in fresh for name in targets(step)}
    written = {plain(name) for step in script.steps for name in names_used(step.node)}
    bases = _bases(session, number, assigned, written)
    known = frozenset(bases[0].values) if bases else frozenset()
    shapes = {plain(name): shape for name, shape in session.facts.shapes.items()}
    traits = {plain(name): each for name, each in session.facts.traits.items()}
    return Setting(plan(script, known, frozenset(shown.sizes)), reading, shown, shapes, traits, bases)


def _bases(session: Session, number: int, assigned: set[str], written: set[str]) -> list[Base]:
    """What the mathematics of the document gives at some points; nothing where code does not speak of it. A name that
    mathematics only uses is the code's own if code assigns it."""
    try:
        model = session.model(number)
        points = (session.shared_points(number) or session.points(number)) if model.forward else []
    except ChainruleError:
        return []
    defined = {plain(each.symbol.text) for each in model.forward}
    stems = {each for name in written for each in (name, *_stems(name))}
    if not defined & stems:
        return []
    loss = session.loss.text if session.loss is not None else ""
    found = []
    for point in points[:_MOST_POINTS]:
        values = {plain(name): value.node for name, value in point.nodes.items()}
        values |= {plain(name): size for name, size in point.sizes.items() if plain(name) not in values}
        kept = {name: value for name, value in values.items() if name in defined or name not in assigned}
        found.append(Base(kept, values.get(plain(loss)) if loss else None))
    return found


def _stems(name: str) -> list[str]:
    """What a name may be the derivative by."""
    return [name[len(each) :] for each in ("d", "grad", "dL", "delta") if name.startswith(each)]
