"""The words of `chainrule check` in, an exit code out.

One idea: what the terminal can show (columns, colour) is asked here once, so that nothing below depends on it.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import DomainError

_FUNCTION = re.compile(r".+\.py:[A-Za-z_]\w*")
_NARROWEST, _WIDEST, _USUAL = 50, 120, 100


def run(files: Sequence[str], against: str | None, at: Sequence[str], asked: Mapping[str, Any]) -> int:
    """Check documents, or with `against` a function.

    Raises:
        DomainError: the words do not fit together.
    """
    functions = [file for file in files if _FUNCTION.fullmatch(file)]
    if against is None and not functions and not at:
        return _check_documents(files, asked)
    if against is None or len(files) != 1 or not functions:
        raise DomainError(
            given=" ".join(files) + (f" --against {against}" if against else ""),
            expected="one function and what it is the gradient of: backward.py:function --against forward",
            remedy="name one function with --against, or documents without it",
        )
    from ..backward import run

    options = {"at": tuple(at), "format": asked["form"] or "text", "output": asked["output"]}
    return int(run(functions[0], against, options))


def _check_documents(files: Sequence[str], asked: Mapping[str, Any]) -> int:
    from ...checker.results import Verdict
    from ...renderers.checks.formats import OF_SUFFIX
    from .options import Options
    from .report import run as check

    output = asked["output"]
    form = asked["form"] or OF_SUFFIX.get(Path(output or "").suffix.lower(), "text")
    return check(
        Options(
            files, form, asked["strict"], asked["everything"], frozenset(map(Verdict, asked["only"])), output,
            asked["jobs"], asked["resume"], asked["limit"], output is None and in_colour(), columns(output),
        )
    )  # fmt: skip


def in_colour() -> bool:
    """Whether colour is wanted: a terminal that has it, and no NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns(output: str | None) -> int:
    """How wide a report is: as the terminal, within what reads well."""
    if output is not None:
        return _USUAL
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((_USUAL, 24)).columns))
