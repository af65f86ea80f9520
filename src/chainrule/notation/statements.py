"""Tokens of a whole text in, the tokens of its statements out.

One idea: a line end, `\\\\`, a wide space or a comma ends a statement only if what follows can stand alone. A line that
begins with `=` or `+` goes on with the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .brackets import PARTNER
from .grammar import PRODUCTS, RELATIONS, SUMS
from .tokens import Kind, Token

_OPENS, _CLOSES = frozenset(PARTNER), frozenset(PARTNER.values())
_WEAK = frozenset({"soft", "quad"})  # separators that also stand inside a statement


@dataclass(slots=True)
class _Piece:
    separator: Token | None
    tokens: list[Token] = field(default_factory=list)

    @property
    def relates(self) -> bool:
        """Whether a relation stands outside all brackets."""
        depth = 0
        for token in self.tokens:
            depth += _deeper(token)
            if depth == 0 and token.is_sign(*RELATIONS):
                return True
        return False


def split(tokens: list[Token]) -> list[list[Token]]:
    """The statements, each as its tokens without separators, END or alignment marks."""
    statements: list[list[Token]] = []
    related = False
    for piece in _pieces(tokens):
        if statements and _continues(piece, statements[-1], related):
            if piece.separator is not None and piece.separator.is_sign(","):
                statements[-1].append(piece.separator)
            statements[-1].extend(piece.tokens)
            related = related or piece.relates
        else:
            statements.append(piece.tokens)
            related = piece.relates
    return [_without_full_stop(statement) for statement in statements]


def _pieces(tokens: list[Token]) -> list[_Piece]:
    pieces, depth = [_Piece(None)], 0
    for token in tokens:
        depth = max(0, depth + _deeper(token))
        if token.kind is Kind.END:
            break
        if depth == 0 and (token.kind in (Kind.BREAK, Kind.PROSE) or token.is_sign(",", "→")):
            pieces.append(_Piece(token))
        elif depth or not token.is_sign("&"):
            pieces[-1].tokens.append(token)
    return [piece for piece in pieces if piece.tokens]


def _deeper(token: Token) -> int:
    if token.kind in (Kind.BEGIN, Kind.FINISH):
        return 1 if token.kind is Kind.BEGIN else -1
    if token.is_sign("null"):
        return 1 if token.side == "open" else -1
    return token.is_sign(*_OPENS) - token.is_sign(*_CLOSES)


def _continues(piece: _Piece, before: list[Token], related: bool) -> bool:
    separator, first, last = piece.separator, piece.tokens[0], before[-1]
    if separator is None or (separator.kind is Kind.BREAK and separator.text == ";"):
        return False
    if first.is_sign(*RELATIONS) or last.is_sign(*RELATIONS, *SUMS, *(PRODUCTS - {"."})):
        return True
    if separator.is_sign("→") or separator.kind is Kind.PROSE:
        return False
    if first.is_sign(*PRODUCTS, "+") or (first.is_sign("-") and related and not piece.relates):
        return separator.kind is Kind.BREAK
    weak = separator.is_sign(",") or separator.text in _WEAK
    return weak and not piece.relates


def _without_full_stop(statement: list[Token]) -> list[Token]:
    return statement[:-1] if len(statement) > 1 and statement[-1].is_sign(".") else statement
