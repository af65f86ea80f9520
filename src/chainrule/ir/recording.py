"""Who is recording, and where in the user's source: the state of the current thread.

One idea: under plain `grad` nothing is noted but the depth; while explaining, a recorder is told of every node made, so
that names and source lines cost nothing to those who did not ask for them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .node import Node


class State(threading.local):
    """Per thread: how many recordings are open, which variables are still valid, and who wants to know of each node."""

    depth: int = 0
    oldest: int = 0  # the serial of the oldest valid variable; 0: those of earlier recordings may be used too
    recorder: Callable[[Node], None] | None = None


STATE = State()


@contextmanager
def open_recording(recorder: Callable[[Node], None] | None = None) -> Iterator[None]:
    """A stretch of time in which recorded values may be used."""
    before = STATE.recorder
    STATE.depth += 1
    if recorder is not None:
        STATE.recorder = recorder
    try:
        yield
    finally:
        STATE.depth -= 1
        STATE.recorder = before


@contextmanager
def suspended_recording() -> Iterator[None]:
    """A stretch of time in which plain arrays are computed on, whatever is being recorded around it."""
    before = STATE.depth, STATE.recorder, STATE.oldest
    STATE.depth, STATE.recorder, STATE.oldest = 0, None, 0
    try:
        yield
    finally:
        STATE.depth, STATE.recorder, STATE.oldest = before


@contextmanager
def accepting_from(oldest: int) -> Iterator[None]:
    """A stretch of time in which variables older than this serial are refused: their recording has ended."""
    before, STATE.oldest = STATE.oldest, oldest
    try:
        yield
    finally:
        STATE.oldest = before
