"""A document in, its sentences out: tokens of prose with the mathematics that stands among them.

One idea: a paragraph is one stream of tokens. A formula that stands by itself is one token in it, because words govern
it as they govern what is written between them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..documents.pieces import Document, Piece, Place
from ..documents.statements import Statement
from .said import Heard
from .tokens import Kind, Token, maths_tokens, prose_tokens, quoted_tokens

_LONGEST = 200  # characters of the words that a fact keeps
_IN_WORDS = re.compile(r"\\in(?![A-Za-z])|∈|\\(?:text|mbox|textrm|quad|qquad)|\\(?:neq?|le|ge|lt|gt)(?![a-z])|[<>≠:]")
_LONGEST_DOCUMENT = 100_000  # characters that are listened to
_LONGEST_SENTENCE = 300  # tokens; what is longer is cut
_LEADS = frozenset({"if", "for", "case", "when", "at", "where"})
_COMMENT = re.compile(r"#[ \t]*([^\n]{1,400})")
_ASSIGNED = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*(?::[^=\n]{1,80})?=(?!=)", re.MULTILINE)
_DOCSTRING = re.compile(r"(?:'''|\"\"\")(.{1,4000}?)(?:'''|\"\"\")", re.DOTALL)


@dataclass(slots=True)
class Sentence:
    """The tokens between two full stops; `heading` says that it is one. `subject` is what a comment in code is of."""

    tokens: list[Token]
    block: int
    section: int
    heading: bool = False
    subject: str = ""
    table: bool = False


@dataclass
class Page:
    """A document and its statements, and where in it tokens stand."""

    document: Document
    statements: Sequence[Statement]
    assigned: set[str] = field(default_factory=set)

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The number of each piece by its identity."""
        return {id(piece): number for number, piece in enumerate(self.document.pieces)}

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """The piece and the character at which each statement begins."""
        return [(self.numbers.get(id(each.piece), -1), each.start) for each in self.statements]

    def first_from(self, piece: int, start: int) -> int:
        """The number of the first statement that begins there or later."""
        return bisect_left(self.places, (piece, start))

    def within(self, token: Token) -> list[int]:
        """The statements that begin within a token's piece, or at the token itself if it is not a whole formula."""
        first = self.first_from(token.piece, token.start)
        last = self.first_from(token.piece, max(token.stop, token.start + 1))
        return list(range(first, last))

    def heard(self, tokens: Sequence[Token], sentence: Sentence) -> Heard:
        """The words of some tokens that follow one another, as they stand in the file."""
        first, last = tokens[0], tokens[-1]
        pieces = self.document.pieces
        start = self.document.place(pieces[first.piece], first.start, first.stop)
        stop = self.document.place(pieces[last.piece], last.start, last.stop)
        source = self.document.sources[pieces[first.piece].source]
        end = stop.end if stop.file == start.file and stop.end > start.offset else start.end
        words = " ".join(source.text[start.offset : min(end, start.offset + 4 * _LONGEST)].split())[:_LONGEST]
        place = Place(start.file, start.offset, end, start.line, start.column)
        return Heard(words, place, sentence.block, sentence.section, self.first_from(first.piece, first.start))


def sentences(page: Page) -> Iterator[Sentence]:
    """The sentences of a document, those in comments of code included."""
    block: list[Token] = []
    before: Piece | None = None
    page.assigned.update(_assigned(page.document))
    headings = _headings(page.document)
    heard = 0
    for number, piece in enumerate(page.document.pieces):
        heard += len(piece.text)
        if heard > _LONGEST_DOCUMENT:
            break
        if before is not None and (piece.block, piece.cell, piece.source) != (before.block, before.cell, before.source):
            yield from _split(block, before, headings)
            block = []
        if piece.kind == "code" and piece.display:
            yield from _comments(piece, number)
        led = bool(block) and block[-1].text in _LEADS and piece.form == "line" and len(piece.text) < 24
        block.extend(_line_tokens(piece, number) if led or _leads(piece) else _tokens(piece, number))
        before = piece
    if before is not None:
        yield from _split(block, before, headings)


def _leads(piece: Piece) -> bool:
    """Whether a line that looks like an equation is a condition: `if i = j`."""
    return piece.form == "line" and len(piece.text) < 40 and piece.text.split(" ")[0].lower() in _LEADS


def _line_tokens(piece: Piece, number: int) -> list[Token]:
    found = prose_tokens(piece.text, number, maths=True)
    if found and found[0].text in _LEADS:
        found[0].maths = False
    return found


def _headings(document: Document) -> set[int]:
    """The blocks that begin a section."""
    found, section = set(), 0
    for piece in document.pieces:
        if piece.section != section:
            found.add(piece.block)
            section = piece.section
    return found


def _assigned(document: Document) -> Iterator[str]:
    for piece in document.pieces:
        if piece.kind == "code" and piece.display:
            for match in _ASSIGNED.finditer(piece.text):
                yield match.group(1)
            for match in re.finditer(r"def\s+\w+\s*\(([^()\n]{0,200})\)", piece.text):
                yield from (name.split("=")[0].strip() for name in match.group(1).split(","))


def _tokens(piece: Piece, number: int) -> list[Token]:
    if piece.kind == "words":
        return prose_tokens(piece.text, number)
    if piece.kind == "code":
        if piece.display:
            return [Token(Kind.DISPLAY, "", number, 0, len(piece.text), True)]
        return quoted_tokens(piece.text, number)
    if piece.display:
        return [Token(Kind.DISPLAY, "", number, 0, len(piece.text), True)]
    found = maths_tokens(piece.text, number)
    if found:
        found[0].spaced = True
    return found


def _split(tokens: list[Token], piece: Piece, headings: set[int]) -> Iterator[Sentence]:
    start = 0
    heading = piece.block in headings
    table = any(token.kind is Kind.BREAK and token.text == "|" for token in tokens)
    for number, token in enumerate(tokens):
        if token.kind is Kind.BREAK or number - start >= _LONGEST_SENTENCE:
            if number > start:
                yield Sentence(tokens[start:number], piece.block, piece.section, heading, table=table)
            start = number + (token.kind is Kind.BREAK)
    if start < len(tokens):
        yield Sentence(tokens[start:], piece.block, piece.section, heading, table=table)


def _comments(piece: Piece, number: int) -> Iterator[Sentence]:
    """Comments and documentation in code; a comment after an assignment speaks of what is assigned."""
    for match in _COMMENT.finditer(piece.text):
        line = piece.text[piece.text.rfind("\n", 0, match.start()) + 1 : match.start()]
        assigned = _ASSIGNED.match(line)
        yield from _spoken(piece, number, match.start(1), match.group(1), assigned.group(1) if assigned else "")
    for match in _DOCSTRING.finditer(piece.text):
        start = match.start(1)
        for line in match.group(1).splitlines(keepends=True):
            yield from _spoken(piece, number, start, line, "")
            start += len(line)


def _spoken(piece: Piece, number: int, start: int, text: str, subject: str) -> Iterator[Sentence]:
    tokens = prose_tokens(text, number)
    for token in tokens:
        token.start, token.stop = token.start + start, token.stop + start
    first = 0
    for place, token in enumerate([*tokens, Token(Kind.BREAK, "", number, 0, 0)]):
        if token.kind is Kind.BREAK:
            if place > first:
                yield Sentence(tokens[first:place], piece.block, piece.section, subject=subject)
            first = place + 1


def spoken_displays(page: Page) -> Iterator[Sentence]:
    """The formulas that stand by themselves and hold words, memberships or conditions, as sentences."""
    heard = 0
    for number, piece in enumerate(page.document.pieces):
        heard += len(piece.text)
        if heard > _LONGEST_DOCUMENT:
            return
        if piece.kind == "mathematics" and piece.display and _IN_WORDS.search(piece.text):
            tokens = (
                prose_tokens(piece.text, number, maths=True)
                if piece.form == "line"
                else maths_tokens(piece.text, number)
            )
            tokens = [token for token in tokens if token.kind is not Kind.BREAK]
            for start in range(0, len(tokens), _LONGEST_SENTENCE):
                yield Sentence(tokens[start : start + _LONGEST_SENTENCE], piece.block, piece.section)
