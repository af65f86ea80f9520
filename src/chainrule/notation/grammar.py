"""Tokens of one statement in, a surface tree out: a Pratt parser.

One idea: each token says how it begins an operand and how strongly it continues one. Standing side by side is an
operator too, as strong as a product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..errors import LimitError, ParseError, TextSpan
from . import limits
from .brackets import PARTNER, bars, closes_bars, environment, group, is_separate_number
from .reader import Level, Reader
from .scripts import accent, command, letters, root_sign, script, with_scripts
from .surface import Additive, Big, Chain, Dots, Multiplicative, Name, Number, Surface, height
from .tokens import Kind, Token

RELATIONS = frozenset({"=", "<", ">", "<=", ">=", "!=", "≈", "≡", ":=", "∈", "∝", "∼", "←", "→"})
PRODUCTS = frozenset({"*", "/", "·", "×", "⊙", "∘", "⊗", "@", "."})
SUMS = frozenset({"+", "-"})
_BEGINS_OPERAND = frozenset({"(", "[", "{", "\\{", "⌊", "⌈", "√", "∑", "∏", "…", "|", "‖", "⊤"})
_BEGINS_OPERAND_KINDS = frozenset({Kind.NUMBER, Kind.LETTERS, Kind.NAME, Kind.ACCENT, Kind.COMMAND, Kind.BEGIN})
_BIG_WORDS = {"sum": "∑", "prod": "∏"}


def read_statement(text: str, tokens: list[Token], latex: bool) -> Surface:
    """The surface tree of one statement. Raises ParseError and LimitError with the place.

    A side is missing (None in the chain) where the statement begins with a relation.
    """
    if not tokens:
        raise ParseError(given="nothing", where=TextSpan(text, 0, max(1, len(text))), expected="a formula")
    start, stop = tokens[0].start, tokens[-1].stop
    if stop - start > limits.STATEMENT:
        raise _too_long(text, start, stop)
    end = Token(Kind.END, "", stop, stop)
    reader = Reader(text, [*tokens, end], latex, _expression, _operand)
    first = reader.token
    found = _chain(reader, None, first) if first.is_sign(*RELATIONS) else reader.expression()
    if reader.token.kind is not Kind.END:
        raise _stray(reader)
    if height(found) > limits.DEPTH:
        raise limits.too_deep(found.span, limits.DEPTH, "expressions")
    return found


def _too_long(text: str, start: int, stop: int) -> Exception:
    return LimitError(
        given=f"a statement of {stop - start:,} characters", where=TextSpan(text, start, start + 1),
        expected=f"at most {limits.STATEMENT:,} characters", remedy="split it into several statements",
    )  # fmt: skip


def _stray(reader: Reader) -> ParseError:
    token = reader.token
    if token.is_sign(")", "]", "}", "\\}"):
        return reader.error(token, "an opening bracket before it", "take it out, or add the opening bracket")
    if token.is_sign(","):
        return reader.error(token, "one formula, or statements such as a = 1, b = 2", "separate statements with ;")
    return reader.error(
        token, "an operator or the end of the statement", "take it out, or write the operator before it"
    )


# The loop ------------------------------------------
def _expression(reader: Reader, level: Level) -> Surface:
    first = reader.token
    left = _signed(reader, level) if first.is_sign(*SUMS, "±") else with_scripts(reader, _operand(reader))
    while True:
        binds = _binding(reader)
        if binds <= level:
            return left
        left = _CONTINUATIONS[binds](reader, left, first)


def _binding(reader: Reader) -> Level:
    """How strongly the next token continues an operand: NONE when it does not."""
    token = reader.token
    if token.kind in _BEGINS_OPERAND_KINDS:
        return Level.PRODUCT
    if token.kind is not Kind.SIGN or closes_bars(reader, token):
        return Level.NONE
    if token.text in PRODUCTS or token.text in _BEGINS_OPERAND or is_separate_number(reader, token):
        return Level.NONE if token.is_sign(".") and reader.following.kind is Kind.END else Level.PRODUCT
    if token.text in SUMS:
        return Level.SUM
    return Level.RELATION if token.text in RELATIONS else Level.NONE


def _signed(reader: Reader, level: Level) -> Surface:
    """`-x`: the sign reaches over the product that follows, but not over a sum."""
    sign = reader.take()
    if sign.text == "±":
        raise reader.error(sign, "one sign", "write two statements, one with + and one with -")
    body = reader.expression(max(level, Level.SUM))
    return Additive(((sign.text, body),), reader.since(sign))


def _sum(reader: Reader, left: Surface, first: Token) -> Surface:
    terms: list[tuple[str, Surface]] = list(left.terms) if isinstance(left, Additive) else [("", left)]
    while _binding(reader) == Level.SUM:
        sign = reader.take()
        terms.append((sign.text, reader.expression(Level.SUM)))
    return Additive(tuple(terms), reader.since(first))


def _product(reader: Reader, left: Surface, first: Token) -> Surface:
    factors: list[tuple[str, Surface]] = [("", left)]
    while _binding(reader) == Level.PRODUCT:
        sign = reader.take().text if reader.token.is_sign(*PRODUCTS) else ""
        factors.append((sign, reader.expression(Level.PRODUCT)))
    return Multiplicative(tuple(factors), reader.since(first))


def _chain(reader: Reader, left: Surface | None, first: Token) -> Surface:
    parts, relations = [left], []
    while reader.token.is_sign(*RELATIONS):
        relations.append(reader.take().text)
        parts.append(reader.expression(Level.RELATION))
    return Chain(tuple(parts), tuple(relations), reader.since(first))


_CONTINUATIONS: dict[Level, Callable[[Reader, Surface, Token], Surface]] = {
    Level.RELATION: _chain,
    Level.SUM: _sum,
    Level.PRODUCT: _product,
}


# Operands ------------------------------------------
def _operand(reader: Reader) -> Surface:
    token = reader.token
    if _begins_big(reader, token):
        return _big(reader)
    found = _OPERANDS.get(token.kind)
    if token.kind is Kind.SIGN:
        found = _SIGN_OPERANDS.get(token.text)
    if found is None or (token.is_sign("|", "‖") and token.side == "close"):
        raise _no_operand(reader, token)
    return found(reader)


def _no_operand(reader: Reader, token: Token) -> ParseError:
    if token.is_sign("null"):
        return reader.error(token, "a bracket that can be seen", "write the value that is put in as a statement")
    if token.is_sign(")", "]", "}", "\\}") and not reader.open:
        return _stray(reader)
    after = reader.previous
    if reader.place and after.kind is Kind.SIGN:
        return reader.error(token, f"a number, a name or a bracket after {reader.text[after.start : after.stop]}")
    return reader.error(token, "a number, a name or a bracket")


def _number(reader: Reader) -> Surface:
    token = reader.take()
    return Number(token.text, reader.span(token))


def _letters(reader: Reader) -> Surface:
    token = reader.take()
    return letters(token.text, reader, token)


def _dots(reader: Reader) -> Surface:
    return Dots(reader.span(reader.take()))


def _transpose_sign(reader: Reader) -> Surface:
    return Name("⊤", reader.span(reader.take()), whole=True)


def _begins_big(reader: Reader, token: Token) -> bool:
    if token.is_sign("∑", "∏"):
        return True
    if token.kind is not Kind.LETTERS or token.text not in _BIG_WORDS:
        return False
    after = reader.following
    return after.is_sign("_", "^") or after.kind in (Kind.SUBSCRIPT, Kind.LETTERS, Kind.NAME, Kind.ACCENT)


def _big(reader: Reader) -> Surface:
    """A sum or product sign: its limits in any order, then a product as its body."""
    token = reader.take()
    limits_read: dict[str, Surface] = {}
    while reader.token.is_sign("_", "^") or reader.token.kind in (Kind.SUBSCRIPT, Kind.SUPERSCRIPT):
        side = "_" if reader.token.is_sign("_") or reader.token.kind is Kind.SUBSCRIPT else "^"
        if side in limits_read:
            raise reader.error(reader.token, "one limit below and one above")
        limits_read[side] = script(reader)
    body = reader.expression(Level.SUM)
    sign = _BIG_WORDS.get(token.text, token.text)
    return Big(sign, limits_read.get("_"), limits_read.get("^"), body, reader.since(token))


_OPERANDS: dict[Kind, Callable[[Reader], Surface]] = {
    Kind.NUMBER: _number,
    Kind.LETTERS: _letters,
    Kind.NAME: _letters,
    Kind.ACCENT: accent,
    Kind.COMMAND: command,
    Kind.BEGIN: environment,
}
_SIGN_OPERANDS: Mapping[str, Callable[[Reader], Surface]] = dict.fromkeys(PARTNER, group) | {
    "|": bars,
    "‖": bars,
    "√": root_sign,
    "…": _dots,
    "⊤": _transpose_sign,
}
