"""Tables in, the shapes that their rows say out: a column headed `shape` beside a column of names.

One idea: only a heading that says `shape`, `size` or `dimensions` makes the cells below it shapes.
"""

from __future__ import annotations

from collections.abc import Sequence

from .collecting import Facts
from .governing import Flow
from .phrases import Named, shape_at, size_at, spelled
from .said import Size
from .sentences import Sentence
from .tokens import Kind, Token

_HEADS = frozenset({"shape", "shapes", "size", "dimensions", "dimension", "dim", "dims", "sizes", "größe"})


def hear_tables(flow: Flow, facts: Facts) -> None:
    """Adds the shapes of all tables."""
    cells: list[Sentence] = []
    for sentence in flow.sentences:
        if sentence.table and (not cells or cells[-1].block == sentence.block):
            cells.append(sentence)
            continue
        _hear(flow, cells, facts)
        cells = [sentence] if sentence.table else []
    _hear(flow, cells, facts)


def _hear(flow: Flow, cells: Sequence[Sentence], facts: Facts) -> None:
    rows = [row for row in _rows(flow, cells) if not all(_is_rule(cell.tokens) for cell in row)]
    if len(rows) < 2:
        return
    column = next((at for at, cell in enumerate(rows[0]) if any(token.text in _HEADS for token in cell.tokens)), None)
    if column is None or len(rows[0]) < 2:
        return
    for row in rows[1:]:
        if len(row) != len(rows[0]):
            continue
        sizes = _shape(row[column].tokens)
        named = next(
            (_name(cell.tokens[0]) for at, cell in enumerate(row) if at != column and len(cell.tokens) == 1), None
        )
        if sizes is not None and named is not None:
            facts.shape(named, sizes, flow.page.heard(row[column].tokens, row[column]))


def _name(token: Token) -> Named | None:
    """The name in a cell by itself, which may be a word."""
    shown = token.text if token.kind is Kind.NAME else token.shown
    text = spelled(shown) if shown else ""
    return Named(text, shown, token) if text else None


def _is_rule(tokens: Sequence[Token]) -> bool:
    return all(token.text.strip("-:") == "" for token in tokens)


def _rows(flow: Flow, cells: Sequence[Sentence]) -> list[list[Sentence]]:
    """The cells of each row: a row is a line of the file."""
    rows: list[list[Sentence]] = []
    line = -1
    for cell in cells:
        here = flow.page.heard(cell.tokens[:1], cell).place.line
        if here != line:
            rows.append([])
            line = here
        rows[-1].append(cell)
    return rows


def _shape(tokens: Sequence[Token]) -> tuple[Size, ...] | None:
    if [token.text for token in tokens] in (["scalar"], ["number"], ["(", ")"]):
        return ()
    shape = shape_at(tokens, 0, said=True)
    if shape is not None:
        return shape[0] if shape[1] == len(tokens) else None
    size = size_at(tokens, 0)
    return (size[0],) if size is not None and size[1] == len(tokens) else None
