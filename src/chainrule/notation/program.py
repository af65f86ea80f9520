"""A text in, a program out: its definitions resolved, in an order in which each uses only earlier ones.

One idea: declarations first, meanings second. Values and shapes given outside declare names as left sides do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import ChainruleError, ParseError, TextSpan
from .drafts import Draft, Role, declared_shape, draft, is_value
from .grammar import read_statement
from .meaning import (
    Call,
    Definition,
    Meaning,
    Member,
    Own,
    Program,
    Rows,
    Tabulated,
    Transposed,
    Unspecified,
    Variable,
    everything,
    is_member,
    refuse_tall,
)  # fmt: skip
from .names import Scope
from .recognise import function_body, mentions
from .resolve import is_condition, names_in, resolve
from .statements import split
from .surface import Group, Surface
from .symbols import Symbol
from .tokens import Kind, Token, tokenise

_CHOICES = frozenset({"else", "otherwise", "elsewhere", "or"})
_RESULT_NAMES = ("f", "s", "L", "y", "result")


@dataclass(frozen=True, slots=True)
class Outside:
    """What is known besides the text: names with values or shapes, and functions that were named."""

    names: Mapping[str, Symbol] = field(default_factory=dict)
    arrays: Collection[str] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)


def read_program(text: str, outside: Outside) -> Program:
    """The program that a text in LaTeX or plain mathematics says."""
    statements = read_statements(text)
    drafts = [draft(node) for node in statements]
    if len(drafts) == 1 and drafts[0].role is Role.CLAIM and is_condition(statements[0]):
        drafts = [replace(drafts[0], role=Role.FORMULA, sides=(statements[0],))]
    if not drafts:
        raise ParseError(given="no formula", where=TextSpan(text, 0, max(1, len(text))), expected="a formula",
                         remedy='write one, such as "f = (x + y) * z"')  # fmt: skip
    scope = _scope(text, drafts, outside)
    taken = {name.base for node in statements for name in names_in(node)}
    return _Assembly(scope, drafts, taken).assemble()


def read_statements(text: str) -> list[Surface]:
    """The surface trees of all statements of a text."""
    latex = is_latex(text)
    tokens = tokenise(text, latex)
    _refuse_choices(text, tokens)
    return [read_statement(text, each, latex) for each in split(tokens)]


def _refuse_choices(text: str, tokens: Sequence[Token]) -> None:
    """`x if x > 0 else 0` outside of cases: these words end a statement, so only the last value would remain."""
    depth = 0
    for token in tokens:
        depth += (token.kind is Kind.BEGIN) - (token.kind is Kind.FINISH)
        if depth == 0 and token.kind is Kind.PROSE and token.text in _CHOICES:
            raise ParseError(
                given=f"the word {token.text}", where=TextSpan(text, token.start, token.stop), expected="one formula",
                remedy=r"write \begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}, or np.where(x > 0, x, 0)",
            )  # fmt: skip


def is_latex(text: str) -> bool:
    """Whether a text is LaTeX: it has a command or a dollar sign."""
    return "\\" in text or "$" in text


def _scope(text: str, drafts: list[Draft], outside: Outside) -> Scope:
    declared = dict(outside.names)
    arrays, raised, families = set(outside.arrays), set[str](), set[str]()
    for each in drafts:
        for symbol in (each.symbol, *(each.parameters or ())):
            if symbol is not None:
                declared.setdefault(symbol.text, symbol)
        if each.symbol is not None and (each.indices or (each.role is Role.VALUE and isinstance(each.sides[0], Group))):
            arrays.add(each.symbol.text)
        if each.raised and each.symbol is not None:
            raised |= set(each.indices)
            families.add(each.symbol.text)
    own = {each.symbol.text: len(each.parameters) for each in drafts if each.symbol and each.parameters}
    return Scope(
        resolve, declared, own, outside.bindings, frozenset(arrays), raised=frozenset(raised),
        families=frozenset(families), latex=is_latex(text),
    )  # fmt: skip


@dataclass(slots=True)
class _Assembly:
    """The parts of a program while they are put together."""

    scope: Scope
    drafts: list[Draft]
    taken: set[str]  # every name that stands in the text
    definitions: dict[str, Definition] = field(default_factory=dict)
    given: dict[str, tuple[Symbol, Meaning]] = field(default_factory=dict)
    shapes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def assemble(self) -> Program:
        for each in self.drafts:
            self._add(each)
        functions = self._take_functions_out()
        if not self.definitions and self.given:
            name, (symbol, value) = self.given.popitem()
            self.definitions[name] = Definition(symbol, value, value.span)
        if not self.definitions:
            span = self.drafts[0].span
            raise ParseError(
                given="no formula that says what a name is", where=span, expected="a formula such as f = x y"
            )
        ordered = in_order(self.definitions)
        return Program(
            tuple(ordered), self._output().symbol, tuple(self.scope.readings), functions,
            tuple(self.given.values()), self.shapes,
        )  # fmt: skip

    def _add(self, found: Draft) -> None:
        if found.role is Role.CLAIM:
            self.scope.note(_written(found.span), "a claim: it defines nothing and is left out", found.span)
        elif found.role is Role.SHAPE:
            shape = declared_shape(found.sides[0])
            if found.symbol is not None and shape is not None:
                self.shapes[found.symbol.text] = shape
        elif found.role is Role.VALUE and found.symbol is not None:
            self._add_value(found, found.symbol)
        else:
            self._add_formula(found)

    def _add_value(self, found: Draft, symbol: Symbol) -> None:
        if symbol.text in self.definitions or symbol.text in self.given:
            self.scope.note(_written(found.span), f"a claim about {symbol.text}, which is defined already", found.span)
            return
        value = resolve(found.sides[0], self.scope)
        self.given[symbol.text] = (symbol, _as_column(value, symbol, self.scope))

    def _add_formula(self, found: Draft) -> None:
        symbol = found.symbol or self._fresh()
        body = self._body(found)
        if found.indices:
            body = Tabulated(found.indices, body, found.span)
        self.given.pop(symbol.text, None)
        before = self.definitions.get(symbol.text)
        if before is not None and before.body != body:
            self.scope.note(_written(found.span), f"a claim about {symbol.text}, which is defined already", found.span)
            return
        refuse_tall(body)
        self.definitions[symbol.text] = Definition(symbol, body, found.span, found.parameters)

    def _fresh(self) -> Symbol:
        taken = self.taken | set(self.scope.declared) | set(self.scope.bindings)
        free = [name for name in _RESULT_NAMES if name not in taken]
        symbol = Symbol(free[0] if free else f"result{len(taken)}")
        self.scope.declared = {**self.scope.declared, symbol.text: symbol}
        return symbol

    def _body(self, found: Draft) -> Meaning:
        """The first side that says something: no bare number, and no function of which nothing is said."""
        scope = self.scope.within(found.indices) if found.indices else self.scope
        sides = [side for side in found.sides if not is_value(side)] or list(found.sides)
        before = list(scope.readings)
        chosen, meaning = sides[0], resolve(sides[0], scope)
        noted = list(scope.readings)
        for side in sides[1:] if mentions(meaning, Unspecified) else []:
            scope.readings[:] = before
            try:
                other = resolve(side, scope)
            except ChainruleError:  # a side that cannot be read is no better than the first
                continue
            if not mentions(other, Unspecified):
                chosen, meaning, noted = side, other, list(scope.readings)
                break
        scope.readings[:] = noted
        if len(found.sides) > 1:
            name = found.symbol.text if found.symbol else "the result"
            scope.note(
                _written(found.span), f"{name} = {_written(chosen.span)}; the other sides are claims", found.span
            )
        return meaning

    # Functions ------------------------------------------
    def _take_functions_out(self) -> dict[str, tuple[tuple[Symbol, ...], Meaning]]:
        """Definitions with parameters that are called somewhere; the others are ordinary definitions."""
        called = {name for each in self.definitions.values() for name in _calls(each.body)}
        functions: dict[str, tuple[tuple[Symbol, ...], Meaning]] = {}
        for name in sorted(called):
            definition = self.definitions.pop(name, None)
            if definition is not None and definition.parameters is not None:
                functions[name] = (definition.parameters, self._recognised(name, definition))
        return functions

    def _recognised(self, name: str, definition: Definition) -> Meaning:
        parameters = definition.parameters or ()
        if len(parameters) != 1:
            return definition.body
        argument = Variable(parameters[0], definition.span)
        known = function_body(definition.body, argument)
        if known is None:
            return definition.body
        self.scope.note(f"{name}(..)", f"the function {known}", definition.span)
        return Call(known, (argument,), definition.span)

    def _output(self) -> Definition:
        """The last definition that no other one uses."""
        places = _places(self.definitions)
        used = {name for each in self.definitions.values() for name in _used(each, places)}
        last = [each for name, each in self.definitions.items() if name not in used]
        return last[-1] if last else list(self.definitions.values())[-1]


def _written(span: TextSpan) -> str:
    return " ".join(span.text[span.start : span.stop].split())


def _as_column(value: Meaning, symbol: Symbol, scope: Scope) -> Meaning:
    """A vector given as a row is a vector all the same."""
    body = value.body if isinstance(value, Transposed) else value
    if isinstance(body, Rows) and body.shaped == "row":
        scope.note(f"{symbol.text}, written as a row", "a vector", value.span)
        return replace(body, shaped="vector")
    return body


def _calls(node: Meaning) -> set[str]:
    return {each.name for each in everything(node) if isinstance(each, Own)}


def _used(definition: Definition, places: Mapping[str, int]) -> list[str]:
    """The other definitions that one uses, in the order of the text, given the place of each definition in it."""
    found: set[str] = set()
    for each in everything(definition.body):
        if isinstance(each, Variable):
            found.add(each.symbol.text)
        elif isinstance(each, Member):
            found |= {name for name in places if is_member(name, each.family)}
    return sorted((name for name in found if name in places), key=places.__getitem__)


def _places(definitions: Mapping[str, Definition]) -> dict[str, int]:
    return {name: place for place, name in enumerate(definitions)}


def in_order(definitions: dict[str, Definition]) -> list[Definition]:
    """Each definition after those that it uses, otherwise in the order of the text. Raises ParseError on a circle."""
    done: dict[str, Definition] = {}
    places = _places(definitions)
    for name in definitions:
        pending, begun = [name], set[str]()
        while pending:
            current = pending[-1]
            waiting = [each for each in _used(definitions[current], places) if each not in done]
            if current in done or not waiting:
                done.setdefault(current, definitions[current])
                pending.pop()
            elif current in begun:
                raise ParseError(
                    given=f"{current}, which is defined by itself",
                    where=definitions[current].span,
                    expected="definitions that do not go in a circle",
                    remedy="use a new name",
                )
            else:
                begun.add(current)
                pending.extend(reversed(waiting))
    return list(done.values())
