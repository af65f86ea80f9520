"""Brackets, bars, matrices and cases: a reader at an opening sign in, one surface node out."""

from __future__ import annotations

from . import alphabet
from .reader import Reader, unclosed
from .surface import Additive, Bars, Branch, Cases, Group, Matrix, Multiplicative, Prose, Surface
from .tokens import Kind, Token

PARTNER = {"(": ")", "[": "]", "{": "}", "\\{": "\\}", "⌊": "⌋", "⌈": "⌉"}
CLOSERS = frozenset(PARTNER.values())
_SAYS_OTHERWISE = ("else", "otherwise", "elsewhere")


def group(reader: Reader) -> Surface:
    """`(..)`, `[..]`, `{..}`. Braces of LaTeX only hold together; `[1 2; 3 4]` is a matrix."""
    opening = reader.take()
    reader.open.append(opening)
    rows = _rows(reader)
    _close(reader, opening)
    span = reader.since(opening)
    if len(rows) > 1:
        return Matrix("[", tuple(rows), span)
    items = rows[0]
    if len(items) == 1 and _holds_nothing_together(reader, opening, items[0]):
        return items[0]
    return Group(opening.text, tuple(items), span)


def _holds_nothing_together(reader: Reader, opening: Token, item: Surface) -> bool:
    if opening.text == "{" and reader.latex:
        return not isinstance(item, Additive | Multiplicative)
    return opening.text == "(" and isinstance(item, Group) and item.bracket == "(" and len(item.items) == 1


def _rows(reader: Reader) -> list[tuple[Surface, ...]]:
    rows: list[tuple[Surface, ...]] = []
    items: list[Surface] = []
    while True:
        items.append(reader.expression())
        if reader.take_sign(","):
            continue
        if reader.token.kind is Kind.BREAK and reader.token.text == ";" and reader.open[-1].text == "[":
            reader.take()
            rows.append(tuple(items))
            items = []
            continue
        return [*rows, tuple(items)]


def _close(reader: Reader, opening: Token) -> None:
    closing = reader.token
    if closing.is_sign(PARTNER[opening.text]) or (opening.side == "open" and closing.is_sign("null")):
        reader.take()
        reader.open.pop()
        return
    if closing.kind is Kind.END or closing.is_sign(*CLOSERS) or closing.kind is Kind.BREAK:
        raise unclosed(reader, opening, PARTNER[opening.text])
    raise reader.error(closing, f"an operator, a comma or {PARTNER[opening.text][-1]}")


# Bars ------------------------------------------
def bars(reader: Reader) -> Surface:
    """`|x|` and `||x||`."""
    opening = reader.take()
    reader.open.append(opening)
    body = reader.expression()
    if not closes_bars(reader, reader.token):
        if reader.token.kind is Kind.END:
            raise unclosed(reader, opening, "||" if opening.text == "‖" else "|")
        raise reader.error(reader.token, "an operator or the closing bar")
    reader.take()
    reader.open.pop()
    return Bars(opening.text == "‖", body, reader.since(opening))


def closes_bars(reader: Reader, token: Token) -> bool:
    """Whether a bar after an operand is the partner of the innermost open bar. `||` may be two single bars."""
    if not token.is_sign("|", "‖") or not reader.open or token.side == "open":
        return False
    innermost = reader.open[-1].text
    if innermost == "|" and token.text == "‖" and not reader.latex:
        middle = token.start + 1
        both = [Token(Kind.SIGN, "|", token.start, middle), Token(Kind.SIGN, "|", middle, token.stop)]
        reader.tokens[reader.place : reader.place + 1] = both
        return True
    return innermost == token.text


# Environments ------------------------------------------
def environment(reader: Reader) -> Surface:
    """A matrix or cases, from `\\begin` to `\\end`."""
    opening = reader.take()
    reader.open.append(opening)
    rows: list[list[Surface]] = []
    while not reader.at(Kind.FINISH):
        rows.append(_row(reader))
        if reader.at(Kind.BREAK):
            reader.take()
        elif reader.at(Kind.END):
            raise unclosed(reader, opening, f"\\end{{{opening.text}}}")
        elif not reader.at(Kind.FINISH):
            raise reader.error(reader.token, "& or \\\\ or \\end")
    closing = reader.take()
    reader.open.pop()
    if closing.text != opening.text:
        raise unclosed(reader, opening, f"\\end{{{opening.text}}}")
    rows = [row for row in rows if row]
    if not rows:
        raise reader.error(opening, "at least one row between \\begin and \\end")
    if opening.text in alphabet.CASES:
        return Cases(tuple(_branch(row) for row in rows), reader.since(opening))
    return Matrix(opening.text, tuple(map(tuple, rows)), reader.since(opening))


def _row(reader: Reader) -> list[Surface]:
    cells: list[Surface] = []
    while True:
        token = reader.token
        if token.kind in (Kind.BREAK, Kind.FINISH, Kind.END):
            return cells
        if token.is_sign("&", ",", "."):
            reader.take()
        elif token.kind is Kind.PROSE:
            reader.take()
            cells.append(Prose(token.text, reader.span(token)))
        else:
            cells.append(reader.expression())


def _branch(row: list[Surface]) -> Branch:
    """A value and its condition; words such as "if" are passed over, "else" means no condition."""
    said = [each for each in row[1:] if not isinstance(each, Prose)]
    otherwise = any(isinstance(each, Prose) and each.words.strip(" .,").startswith(_SAYS_OTHERWISE) for each in row)
    return Branch(row[0], None if otherwise or not said else said[0])


def from_brace(node: Group) -> Cases | None:
    """`\\left\\{ \\begin{array} ... \\right.`: cases drawn by hand."""
    if node.bracket == "\\{" and len(node.items) == 1 and isinstance(node.items[0], Matrix):
        return Cases(tuple(_branch(list(row)) for row in node.items[0].rows), node.span)
    return None


def is_separate_number(reader: Reader, token: Token) -> bool:
    """Whether `-` begins a new entry: in `[1 -2]` it does, in `[1 - 2]` and `[1-2]` it does not."""
    return (
        token.is_sign("-", "+")
        and bool(reader.open)
        and reader.open[-1].text == "["
        and reader.previous.kind is Kind.NUMBER
        and token.spaced
        and reader.following.kind is Kind.NUMBER
        and not reader.following.spaced
    )
