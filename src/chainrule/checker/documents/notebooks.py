"""A Jupyter notebook in, the pieces of its cells in order out.

One idea: the JSON is read twice. `json` says which cells there are; a scan over its strings says where in the file
every character of a cell stands, escapes included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .drafts import Drafts
from .mapped import Edit, Mapped, joined
from .markdown import read_markdown

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}\[\],:])', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)


def read_notebook(content: Mapped, drafts: Drafts) -> bool:
    """Adds the pieces of a notebook; false if the file is none, and then nothing was added."""
    cells = _cells(content.text)
    if cells is None:
        return False
    places = dict(_sources(content))
    for number, cell in enumerate(cells):
        written = _written(cell.get("source"))
        source = places.get(number)
        if source is None or source.text != written:
            if written.strip():
                drafts.note(f"the place of cell {number + 1} in the file is not known", 0)
            source = content.replaced(0, len(content.text), written) if written else content.part(0, 0)
        _read_cell(source, number, cell.get("cell_type"), drafts)
    drafts.cell = None
    return True


def _read_cell(source: Mapped, number: int, kind: object, drafts: Drafts) -> None:
    drafts.cell = number
    drafts.next_block()
    if kind == "code":
        drafts.code(source, True, "cell", "python", sure=True)
    elif kind == "markdown":
        read_markdown(source, drafts)
    else:
        drafts.words(source)


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
