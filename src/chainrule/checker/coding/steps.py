"""Pieces of code in, straight lines of assignments out: which lines belong together, and in which order they run.

One idea: nothing runs. A loop whose counter is not used says its lines once; a function that goes forward and the one
that goes back after it are read as one text.
"""

from __future__ import annotations

import ast
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..claims import Claim
from ..documents import limits
from ..documents.code import MAGIC, Lines, blank
from .machine import Budget

_LIMIT = 400  # steps of one script
_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One assignment: its targets from the left, its value, and the statement that it is, if it is one of its own.

    `sign` is that of an update in place, such as `+`. `closed` says why it cannot be run once, as in a loop.
    """

    node: ast.Assign | ast.AugAssign
    number: int | None
    closed: str = ""

    @property
    def target(self) -> ast.expr:
        """What is assigned, the last of several."""
        return self.node.target if isinstance(self.node, ast.AugAssign) else self.node.targets[-1]

    @property
    def sign(self) -> ast.operator | None:
        """The operator of an update in place."""
        return self.node.op if isinstance(self.node, ast.AugAssign) else None


@dataclass(slots=True)
class Script:
    """Steps that share their names. `result` is what the function that goes forward returns."""

    name: str
    steps: list[Step] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)  # of the function that goes back
    result: ast.expr | None = None
    goes_back: bool = False


@dataclass(slots=True)
class Reading:
    """All code of a document: its scripts, and its functions by name."""

    scripts: list[Script] = field(default_factory=list)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)  # behind a statement
    budget: Budget = field(default_factory=Budget)


def read_code(claims: Sequence[Claim]) -> Reading:
    """The scripts of a document; what does not parse as a whole is read statement by statement."""
    reading = Reading([Script("")])
    pieces: dict[int, list[Claim]] = {}
    for claim in claims:
        pieces.setdefault(id(claim.statement.piece), []).append(claim)
    for group in pieces.values():
        _read_piece(group, reading)
    for script in reading.scripts:
        del script.steps[_LIMIT:]
    return reading


def _read_piece(group: list[Claim], reading: Reading) -> None:
    text = group[0].statement.piece.text
    numbers = {claim.statement.start: claim.number for claim in group}
    for claim in group:
        reading.comments[claim.number] = _comment(text, claim.statement.stop)
    tree = _tree(text)
    found = Script("")
    if tree is None:
        found.steps = [step for claim in group for step in _alone(claim)]
    else:
        _Walker(reading, found, Lines(text), numbers).module(tree.body)
    top = next(each for each in reversed(reading.scripts) if not each.name)
    if _begins_anew(top, found):
        reading.scripts.append(found)
    else:
        top.steps += found.steps


def _begins_anew(top: Script, found: Script) -> bool:
    """Whether code has its own names only, some of them with other values than before, and goes back as code before."""
    given, assigned = set[str](), set[str]()
    for step in found.steps:
        given |= _loaded(step.node.value) - assigned
        assigned |= _stored(step)
    before = {name for step in top.steps for name in _stored(step)}
    again = {name for name in assigned & before if not name.startswith(("d", "grad"))}
    return bool(again) and not given & before and any(name.startswith(("d", "grad")) for name in before)


def _loaded(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _stored(step: Step) -> set[str]:
    nodes = step.node.targets if isinstance(step.node, ast.Assign) else [step.node.target]
    return {name for node in nodes for name in _roots(node)}


def _roots(node: ast.expr) -> set[str]:
    """The names that a target changes."""
    match node:
        case ast.Name(name):
            return {name}
        case ast.Subscript(value=value) | ast.Starred(value=value):
            return _roots(value)
        case ast.Tuple(elements) | ast.List(elements):
            return {name for each in elements for name in _roots(each)}
    return set()


def _comment(text: str, stop: int) -> str:
    line = text[stop:].partition("\n")[0]
    return line.partition("#")[2].strip() if line.lstrip(" ;,").startswith("#") else ""


def _tree(text: str) -> ast.Module | None:
    if len(text) > limits.CODE or "\0" in text:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(MAGIC.sub(blank, text).replace("\f", " "))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _alone(claim: Claim) -> Iterator[Step]:
    tree = _tree(textwrap.dedent(claim.statement.text))
    for node in tree.body[:1] if tree is not None else ():
        if isinstance(node, ast.Assign | ast.AugAssign):
            yield Step(node, claim.number)


@dataclass(slots=True)
class _Walker:
    """Goes through the statements of one piece and puts each into its script."""

    reading: Reading
    top: Script
    lines: Lines
    numbers: dict[int, int]

    def module(self, body: Sequence[ast.stmt]) -> None:
        """The statements on the outermost level: functions and classes open scripts of their own."""
        for node in body:
            if isinstance(node, ast.FunctionDef):
                self.function(node)
            elif isinstance(node, ast.ClassDef):
                self.module(node.body)
            else:
                self.top.steps += self.block([node], "", 0)

    def function(self, node: ast.FunctionDef) -> None:
        """A function goes forward, or goes on with or back from the one that went forward before it."""
        self.reading.functions[node.name] = node
        steps = list(self.block(node.body, "", 0))
        if node.name == "__init__":
            self.top.steps += steps
            return
        parameters = [each.arg for each in node.args.args if each.arg != "self"]
        back = "back" in node.name or "grad" in node.name or _differentials(steps)
        script = self._forward_of(node.name) if back else self._gone_on(parameters)
        if script is None:
            script = Script(node.name)
            self.reading.scripts.append(script)
        if back and script.steps:
            script.parameters, script.goes_back = parameters, True
        elif script.result is None:
            script.result = next((each.value for each in node.body if isinstance(each, ast.Return)), None)
        script.steps += steps

    def _gone_on(self, parameters: Sequence[str]) -> Script | None:
        """The script whose results a function such as that of the loss is given."""
        last = self.reading.scripts[-1]
        known = {name for step in last.steps for name in _stored(step)}
        ends = last.goes_back or any(name.startswith(("d", "grad")) for name in known)
        return last if last.name and not ends and known & set(parameters) else None

    def _forward_of(self, name: str) -> Script | None:
        scripts = [each for each in self.reading.scripts if each.name and not each.goes_back]
        named = [each for each in scripts if each.name == name.replace("backward", "forward")]
        named = named or [each for each in scripts if "forward" in each.name or "loss" in each.name]
        found = named or scripts
        return found[-1] if found else None

    def block(self, body: Sequence[ast.stmt], closed: str, depth: int) -> Iterator[Step]:
        """The assignments of a block, in order."""
        if depth > _DEPTH:
            return
        for node in body:
            match node:
                case ast.Assign() | ast.AugAssign():
                    yield Step(node, self.number(node), closed)
                case ast.AnnAssign(target=target, value=value) if value is not None:
                    plain = ast.copy_location(ast.Assign([target], value), node)
                    yield Step(plain, self.number(node), closed)
                case ast.For(target=target, body=inner):
                    reason = "" if _unused(target, inner) else "it stands in a loop that is not followed"
                    yield from self.block(inner, closed or reason, depth + 1)
                case ast.While(body=inner):
                    yield from self.block(inner, closed, depth + 1)
                case ast.If(body=inner, orelse=other):
                    yield from self.block(
                        [*inner, *other], "it stands under a condition, which is not decided", depth + 1
                    )
                case ast.With(body=inner):
                    yield from self.block(inner, closed, depth + 1)

    def number(self, node: ast.stmt) -> int | None:
        """The statement that begins where a node does."""
        return self.numbers.get(self.lines.place(node.lineno, node.col_offset))


def _differentials(steps: Sequence[Step]) -> bool:
    names = [each.target.id for each in steps if isinstance(each.target, ast.Name)]
    return sum(name.startswith(("d", "grad")) for name in names) * 2 > len(names)


def _unused(target: ast.expr, body: Sequence[ast.stmt]) -> bool:
    """Whether a loop does the same each time: its counter stands in no assignment."""
    names = {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
    return not any(
        isinstance(each, ast.Name) and each.id in names
        for node in body for inner in ast.walk(node) if isinstance(inner, ast.Assign | ast.AugAssign)
        for each in ast.walk(inner)
    )  # fmt: skip
