"""The tokens of one statement and how far they have been read: what every part of the grammar shares.

One idea: the reader knows which brackets and bars are open, so that a bar can tell whether it opens or closes and an
error can point at the bracket that was never closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from ..errors import ParseError, TextSpan
from . import limits
from .surface import Surface
from .tokens import Kind, Token

_INVISIBLE_INSIDE_BRACKETS = {"newline", "soft", "quad", "$"}


class Level(IntEnum):
    """How strongly an operator binds, weakest first."""

    NONE = 0
    RELATION = 10
    SUM = 20
    PRODUCT = 30


@dataclass(slots=True)
class Reader:
    """A cursor over tokens, the last of which is END.

    The grammar hands in its two entries, so that brackets and scripts, which contain expressions, need not import it:
    `loop` reads an expression of operators above a level, `operand` one operand without scripts.
    """

    text: str
    tokens: list[Token]
    latex: bool
    loop: Callable[[Reader, Level], Surface]
    operand: Callable[[Reader], Surface]
    place: int = 0
    depth: int = 0
    open: list[Token] = field(default_factory=list)

    @property
    def token(self) -> Token:
        """The token to be read next. Line ends inside brackets are not seen."""
        found = self.tokens[self.place]
        while self.open and found.kind is Kind.BREAK and found.text in _INVISIBLE_INSIDE_BRACKETS:
            self.place += 1
            found = self.tokens[self.place]
        return found

    @property
    def following(self) -> Token:
        """The token after the next."""
        return self.tokens[min(self.place + 1, len(self.tokens) - 1)]

    @property
    def previous(self) -> Token:
        """The token read last."""
        return self.tokens[max(self.place - 1, 0)]

    def at(self, *kinds: Kind) -> bool:
        """Whether the next token is of one of these kinds."""
        return self.token.kind in kinds

    def take(self) -> Token:
        """Read the next token."""
        found = self.token
        if found.kind is not Kind.END:
            self.place += 1
        return found

    def take_sign(self, *signs: str) -> Token | None:
        """Read the next token if it is one of these signs."""
        return self.take() if self.token.is_sign(*signs) else None

    def take_first(self) -> Token:
        """Read the first character of a number or a run of letters, as LaTeX does after `^`, `_` and `\\frac`."""
        found = self.token
        if found.kind in (Kind.NUMBER, Kind.LETTERS) and len(found.text) > 1 and found.text[0] != ".":
            middle = found.start + 1
            rest = found.text[1:]
            kind = Kind.NUMBER if rest[0].isdecimal() or rest[0] == "." else Kind.LETTERS
            first = Token(found.kind, found.text[0], found.start, middle, found.spaced)
            self.tokens[self.place : self.place + 1] = [first, Token(kind, rest, middle, found.stop)]
        return self.take()

    def expression(self, level: Level = Level.NONE) -> Surface:
        """An expression of operators that bind more strongly than `level`."""
        self.enter()
        found = self.loop(self, level)
        self.depth -= 1
        return found

    def enter(self) -> None:
        """Go one level down. Raises LimitError when that is too deep; who enters counts `depth` down again."""
        self.depth += 1
        if self.depth > limits.EXPRESSIONS:
            raise limits.too_deep(self.span(self.token), limits.EXPRESSIONS, "expressions")

    def bare(self) -> Surface:
        """One operand with nothing hanging on it but what is inside."""
        self.enter()
        found = self.operand(self)
        self.depth -= 1
        return found

    def span(self, first: Token, last: Token | None = None) -> TextSpan:
        """The place of a token, or from one token to another."""
        return TextSpan(self.text, first.start, (last or first).stop)

    def since(self, first: Token) -> TextSpan:
        """The place from a token to the one read last."""
        return TextSpan(self.text, first.start, max(self.previous.stop, first.stop))

    def error(self, token: Token, expected: str, remedy: str = "") -> ParseError:
        """The error for a token that cannot stand here."""
        if token.kind is Kind.END:
            last = self.previous
            place = TextSpan(self.text, last.start, last.stop) if self.tokens[:-1] else self.span(token)
            return ParseError(given="the end of the statement", where=place, expected=expected, remedy=remedy)
        return ParseError(
            given=f"{_spelled(self.text, token)}", where=self.span(token), expected=expected, remedy=remedy
        )


def unclosed(reader: Reader, opening: Token, partner: str) -> ParseError:
    """The error for a bracket without its partner; it points at the bracket, not at the end of the text."""
    written, wanted = reader.text[opening.start : opening.stop], partner.removeprefix("\\{").removeprefix("\\}") or "}"
    return ParseError(
        given=f"the bracket {written}, which is never closed",
        where=reader.span(opening),
        expected=f"{wanted} further on",
        remedy=f"add {wanted} where it should end, or take {written} out",
    )


def _spelled(text: str, token: Token) -> str:
    if token.kind is Kind.BREAK:
        return "the end of a line or statement"
    written = text[token.start : token.stop]
    return f"'{written}'" if written.strip() else "a space"
