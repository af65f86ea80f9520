"""A Jupyter notebook in, the pieces of its cells in order out.

One idea: the JSON is read twice. `json` says which cells there are; a scan over its strings says where in the file
every character of a cell stands, escapes included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .drafts import Drafts
from .mapped import Edit, Mapped, joined
from .markdown import read_markdown

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}\[\],:])', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: `kind` is code, markdown or raw; `known` says whether its place in the file was found."""

    kind: str
    source: Mapped
    known: bool = True


def read_notebook(content: Mapped, drafts: Drafts) -> bool:
    """Adds the pieces of a notebook; false if the file is none, and then nothing was added."""
    found = cells(content)
    if found is None:
        return False
    for number, cell in enumerate(found):
        if not cell.known:
            drafts.note(f"the place of cell {number + 1} in the file is not known", 0)
        _read_cell(cell, number, drafts)
    drafts.cell = None
    return True


def cells(content: Mapped) -> list[Cell] | None:
    """The cells of a notebook in order; None if the file is none."""
    found = _cells(content.text)
    if found is None:
        return None
    places = dict(_sources(content))
    return [_cell(content, cell, places.get(number)) for number, cell in enumerate(found)]


def _cell(content: Mapped, cell: dict[str, Any], source: Mapped | None) -> Cell:
    kind, written = str(cell.get("cell_type")), _written(cell.get("source"))
    if source is not None and source.text == written:
        return Cell(kind, source)
    source = content.replaced(0, len(content.text), written) if written else content.part(0, 0)
    return Cell(kind, source, known=not written.strip())


def _read_cell(cell: Cell, number: int, drafts: Drafts) -> None:
    drafts.cell = number
    drafts.next_block()
    if cell.kind == "code":
        drafts.code(cell.source, True, "cell", "python", sure=True)
    elif cell.kind == "markdown":
        read_markdown(cell.source, drafts)
    else:
        drafts.words(cell.source)


def _cells(text: str) -> list[dict[str, Any]] | None:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(notebook, dict):
        return None
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # the format before version 4
        cells = [
            cell for sheet in notebook["worksheets"] if isinstance(sheet, dict) for cell in sheet.get("cells") or ()
        ]
    if not isinstance(cells, list):
        return None
    return [cell if isinstance(cell, dict) else {} for cell in cells]


def _written(source: object) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _sources(content: Mapped) -> Iterator[tuple[int, Mapped]]:
    """The number of each cell, and its source as it stands in the file."""
    opened, keys = "", list[str]()  # the brackets that are open, and the key that is being read in each of them
    number, parts = 0, list[Mapped]()
    for found in _TOKEN.finditer(content.text):
        sign = found.group(2)
        if sign in ("{", "["):
            opened, keys = opened + sign, [*keys, ""]
        elif sign in ("}", "]"):
            opened, keys = opened[:-1], keys[:-1]
            if opened == "{[" and keys[0] == "cells" and parts:
                yield number, joined(parts)
                parts = []
        elif sign == "," and keys:
            keys[-1] = ""
            number += opened == "{[" and keys[0] == "cells"
        elif sign is None and opened[-1:] == "{" and not keys[-1]:
            keys[-1] = found.group(1)
        elif sign is None and opened in ("{[{", "{[{[") and keys[0] == "cells" and keys[2] == "source":
            parts.append(_unescaped(content.part(found.start(1), found.end(1))))


def _unescaped(raw: Mapped) -> Mapped:
    edits = [Edit(found.start(), found.end(), _character(found.group())) for found in _ESCAPE.finditer(raw.text)]
    return raw.edited(edits) if edits else raw


def _character(escape: str) -> str:
    try:
        character = json.loads(f'"{escape}"')
    except ValueError:
        return escape
    return character if isinstance(character, str) else escape
