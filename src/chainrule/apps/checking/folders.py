"""Files and folders in, the documents among them out, in one order.

One idea: a file is taken because it was named; inside a folder only documents count, nothing hidden, and no link is
followed, so that what is checked lies in the folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import DomainError

SUFFIXES = frozenset({".md", ".markdown", ".qmd", ".rmd", ".tex", ".ltx", ".latex", ".ipynb", ".txt"})


def documents(files: Sequence[str]) -> list[str]:
    """Every document once: files as they were named, and those of folders sorted by path.

    Raises:
        DomainError: a folder holds no document.
    """
    found: dict[str, None] = {}
    for file in files:
        inside = sorted(_inside(file), key=_parts) if os.path.isdir(file) else [file]
        if not inside:
            raise DomainError(
                given=f"the folder {file}, in which no document lies",
                expected=f"files that end in {', '.join(sorted(SUFFIXES))}",
                remedy="name the files themselves",
            )
        found.update(dict.fromkeys(inside))
    return list(found)


def _parts(path: str) -> tuple[str, ...]:
    return Path(path).parts


def _inside(folder: str) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = os.path.join(here, name)
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith(".") and not os.path.islink(path):
                yield path
