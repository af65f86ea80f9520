"""Options in, a check and its report out, with the exit code.

One idea: 0 says that nothing is wrong, 1 that something is, 2 that something could not be checked at all; a script
needs no more than that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ...checker.results import Checked, Verdict
from ...errors import DomainError
from ...renderers.checks import formats
from ...renderers.checks.records import Record, record
from ...renderers.checks.text import Look, grouped
from ...renderers.checks.words import closing, plain, sound
from . import one
from .folders import documents
from .options import Options
from .parts import Parts

GOOD, WRONG, NOT_RUN = 0, 1, 2


def run(options: Options) -> int:
    """Check what is named and write the report; the exit code.

    Raises:
        DomainError: a folder without documents, options that do not fit, or a report that cannot be written.
    """
    _require_sense(options)
    files = documents(options.files)
    if options.form == "html":
        return exit_code(_pages(files, options), options.strict)
    found, parts = _records(files, options)
    several = any(os.path.isdir(file) for file in options.files)
    look = Look(options.width, options.colour, options.everything, options.only)
    text = formats.write(found, options.form, look, strict=options.strict, grouped=several)
    send(text, options.output)
    if parts is not None:
        parts.remove()
    if options.output is not None or (several and options.form in ("csv", "json")):
        _tell(found, look)
    return exit_code(found, options.strict)


def _require_sense(options: Options) -> None:
    if options.resume and options.output is None:
        raise DomainError(
            given="--resume without --output", expected="the report of the run that was interrupted",
            remedy="add -o and its path",
        )  # fmt: skip
    if list(options.files).count(one.STANDARD_INPUT) > 1:
        raise DomainError(given="standard input twice", expected="- once", remedy="leave one out")


def _records(files: Sequence[str], options: Options) -> tuple[list[Record], Parts | None]:
    """Few documents are checked here; folders, and whatever asks for it, by processes of their own."""
    alone = options.jobs is None and not options.resume and not any(map(os.path.isdir, options.files))
    if alone or one.STANDARD_INPUT in files:
        return [one.record_of(file) for file in files], None
    from . import many

    return many.records(files, options)


def exit_code(found: Sequence[Record], strict: bool) -> int:
    """2 if a document could not be checked, else 1 if a statement is false (or, if strict, unchecked), else 0."""
    if any(each.problem for each in found):
        return NOT_RUN
    bad = {Verdict.WRONG, Verdict.FOLLOWS} | ({Verdict.UNCHECKED} if strict else set())
    return WRONG if any(each.verdict in bad for record in found for each in record.statements) else GOOD


# Where reports go ----------------------------------------------------------------------------------------------------
def send(text: str, output: str | None) -> None:
    """Print, or write to a file."""
    text = text if text.endswith("\n") else text + "\n"
    if output is None:
        if hasattr(sys.stdout, "reconfigure"):  # an encoding that lacks a sign must not cost the report
            sys.stdout.reconfigure(errors="backslashreplace")
        click.echo(text, nl=False, color=True)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise DomainError(
            given=f"the path {output}", expected="a file that can be written", remedy=str(problem.strerror)
        ) from None


def _tell(found: Sequence[Record], look: Look) -> None:
    """What went wrong across the documents, beside a report that programs read."""
    lines = grouped(found, look) if len(found) > 1 else []
    click.echo("\n".join([*lines, *([""] if lines else []), closing(found)]), err=True)


def _pages(files: Sequence[str], options: Options) -> list[Record]:
    """HTML: a page for each document where the output is a folder, else one page with all of them."""
    from ...renderers.checks.html import write_pages

    folder = options.output if options.output and Path(options.output).is_dir() else None
    found: list[Record] = []
    shown: list[Checked] = []
    for file in files:
        judged = one.judged(file)
        if isinstance(judged, Record):
            click.echo(f"{file}: not checked: {plain(judged.problem)}", err=True)
            found.append(judged)
            continue
        found.append(record(judged, file))
        if folder is None:
            shown.append(judged)
        else:
            send(sound(write_pages([judged])), page_in(folder, file))
    if shown:
        send(sound(write_pages(shown)), options.output)
    if options.output is not None:
        click.echo(closing(found), err=True)
    return found


def page_in(folder: str, file: str) -> str:
    """Where the page of a document goes: `week 1/notes.md` becomes `week 1-notes.md.html`."""
    parts = [part for part in Path(file).parts if part not in (Path(file).anchor, "..", ".")]
    return str(Path(folder) / f"{'-'.join(parts) or 'text'}.html")
