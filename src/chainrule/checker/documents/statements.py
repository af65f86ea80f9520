"""The pieces of a document in, its statements out, each with its sides and the relations between them.

One idea: a chain `a = b = c` is one statement with three links; a chain that goes on in the next formula is a statement
whose first link has a sign and which says what it continues.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import limits
from .code import code_statements
from .pieces import Document, Piece, Place
from .signs import Look, Sign, is_arrow, signs
from .splitting import Part, statements_of, top

_POINTING = (Look.ARROW, Look.WORDS, Look.JOINING, Look.LAYOUT)
_RELATES = (Look.RELATION, Look.ARROW)


@dataclass(frozen=True, slots=True)
class Link:
    """One side of a statement, from `start` to `stop` in the piece, and the sign that stands before it, if any.

    `sign` is as written (`=`, `\\approx`, `+=`, `\\Rightarrow`): an arrow is no claim of equality.
    """

    sign: str
    sign_start: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement: characters `start` to `stop` of a piece, cut at its relations into links.

    `opening` is what led to it: `and`, `\\Rightarrow`, `,`. `continues` is the number of the statement whose last side
    comes before this one's first sign. `text` is the statement with rows, `&` and labels blanked, so that
    `text[link.start - start : link.stop - start]` is a side for the parser.
    """

    piece: Piece
    start: int
    stop: int
    links: tuple[Link, ...]
    text: str
    opening: str = ""
    continues: int | None = None

    @property
    def relates(self) -> bool:
        """Whether a relation stands in it."""
        return any(link.sign for link in self.links)

    def side(self, number: int) -> str:
        """One of its sides, for the parser."""
        link = self.links[number]
        return self.text[link.start - self.start : link.stop - self.start].strip()

    def place(self, document: Document) -> Place:
        """Where it stands in the original file."""
        return document.place(self.piece, self.start, self.stop)


def statements(document: Document) -> tuple[Statement, ...]:
    """All statements of a document in the order of its text.

    >>> from chainrule.checker.documents.reading import read_document
    >>> found = statements(read_document(b"$q = Wx,\\\\quad f(x, y) = q$ and $$ = 3 \\\\approx 3.0 $$"))
    >>> [(each.side(0), [link.sign for link in each.links], each.continues) for each in found]
    [('q', ['', '='], None), ('f(x, y)', ['', '='], None), ('3', ['=', '\\\\approx'], 1)]
    """
    found: list[Statement] = []
    before: int | None = None
    for piece in document.pieces:
        for statement in split_piece(piece):
            if statement.piece.kind == "mathematics" and _goes_on(found, before, statement):
                statement = replace(statement, continues=before)
            found.append(statement)
            if piece.kind == "mathematics" and (piece.display or statement.relates):
                before = len(found) - 1
    return tuple(found)


def split_piece(piece: Piece) -> list[Statement]:
    """The statements of one piece, in order."""
    if piece.kind == "words":
        return []
    if piece.kind == "code":
        return [
            Statement(piece, start, stop, tuple(Link(*link) for link in links), piece.text[start:stop])
            for start, stop, links in code_statements(piece.text, piece.display)
        ]
    if len(piece.text) > limits.PIECE:
        return [Statement(piece, 0, len(piece.text), (Link("", 0, 0, len(piece.text)),), piece.text)]
    found = signs(piece.text, words=piece.form == "line")
    if not piece.display and all([sign.look in _POINTING for sign in found]):
        return []  # an arrow in a sentence
    return [_statement(piece, found, part) for part in statements_of(found)]


def _statement(piece: Piece, found: list[Sign], part: Part) -> Statement:
    start, stop = found[part.first].start, found[part.last - 1].stop
    shown = list(piece.text[start:stop])
    links: list[Link] = []
    sign, sign_start, side = "", start, start
    for number in top(found, part.first, part.last):
        each = found[number]
        if each.look in _RELATES:
            if number > part.first:
                links.append(Link(sign, sign_start, side, each.start))
            sign, sign_start, side = each.text, each.start, each.stop
        elif (each.look in (Look.LAYOUT, Look.ROW) and not each.text.isspace()) or each.look is Look.WIDE:
            shown[each.start - start : each.stop - start] = " " * (each.stop - each.start)
    links.append(Link(sign, sign_start, side, stop))
    text = "".join(shown)
    return Statement(piece, start, stop, tuple(_tight(link, text, start) for link in links), text, part.opening)


def _tight(link: Link, text: str, start: int) -> Link:
    side = text[link.start - start : link.stop - start]
    first = link.start + len(side) - len(side.lstrip())
    return Link(
        link.sign, link.sign_start, min(first, link.stop), max(min(first, link.stop), link.start + len(side.rstrip()))
    )


def _goes_on(found: list[Statement], before: int | None, statement: Statement) -> bool:
    """Whether the statement begins with a relation or `+`, or the one before ends with one, under the same heading."""
    if before is None:
        return False
    earlier = found[before]
    if (earlier.piece.section, earlier.piece.cell) != (statement.piece.section, statement.piece.cell):
        return False
    first = statement.links[0]
    begins = (first.sign != "" and not is_arrow(first.sign)) or statement.side(0).startswith(
        ("+", "\\cdot", "\\times", "\\odot")
    )
    last = earlier.side(-1)
    ends = earlier.piece.block + 2 > statement.piece.block and earlier.relates and (last == "" or last.endswith("+"))
    return begins or ends
