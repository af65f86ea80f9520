"""Many documents in, their records in the order of the documents out, with a bar that shows how far it is.

One idea: what is finished is written down before the next is begun, so an interrupt costs no more than what was under
way.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext

import click

from ...renderers.checks.records import Record, unread
from . import workers
from .options import Options
from .parts import Parts


def records(files: Sequence[str], options: Options) -> tuple[list[Record], Parts | None]:
    """The records, and the file of parts, which is removed once the report is written.

    Raises:
        DomainError: the parts cannot be written.
        KeyboardInterrupt: with a sentence about how to go on.
    """
    parts = None if options.output is None else Parts(options.output, options.resume)
    found = {} if parts is None else parts.finished(files)
    rest = [file for file in files if file not in found]
    if found:
        click.echo(f"{len(found)} of {len(files)} documents were finished before", err=True)
    try:
        with parts or nullcontext():
            _check(rest, options, found, parts)
    except KeyboardInterrupt:
        _tell_interrupted(len(found), len(files), parts)
        raise
    return [found.get(file) or unread(file, "it was not checked") for file in files], parts


def _check(rest: Sequence[str], options: Options, found: dict[str, Record], parts: Parts | None) -> None:
    """Check the documents; their records are added to those found."""
    jobs = options.jobs or os.cpu_count() or 1
    with _bar(len(rest)) as step, closing(workers.records(rest, jobs, options.limit)) as finished:
        for record in finished:
            found[record.file] = record
            if parts is not None:
                parts.add(record.file, record)
            step()


@contextmanager
def _bar(length: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, and nothing elsewhere."""
    if not length or not sys.stderr.isatty():
        yield _nothing
        return
    with click.progressbar(length=length, label="checking", file=sys.stderr, show_pos=True) as bar:

        def step() -> None:
            bar.update(1)

        yield step


def _nothing() -> None:
    pass


def _tell_interrupted(done: int, total: int, parts: Parts | None) -> None:
    kept = "" if parts is None else f"; the finished ones are kept in {parts.path}, and --resume goes on from there"
    click.echo(f"\ninterrupted: {done} of {total} documents were finished{kept}", err=True)
