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
    literal: bool = False  # what the user wrote is kept step by step, where it comes to the same number
    unrolled: bool = False  # loops and choices of known values are recorded step by step
    doing: str = "under jit"  # where no value is known, for messages


STATE = State()


# Three of these are entered for every derivative: a class costs a third of what a generator does.
class open_recording:  # noqa: N801 (used as a verb: `with open_recording():`)
    """A stretch of time in which recorded values may be used."""

    __slots__ = ("before", "recorder")

    def __init__(self, recorder: Callable[[Node], None] | None = None) -> None:
        self.recorder = recorder

    def __enter__(self) -> None:
        self.before = STATE.recorder
        STATE.depth += 1
        if self.recorder is not None:
            STATE.recorder = self.recorder

    def __exit__(self, *problem: object) -> None:
        STATE.depth -= 1
        STATE.recorder = self.before


@contextmanager
def written_out() -> Iterator[None]:
    """A stretch of time in which loops and choices of known values are recorded step by step."""
    before, STATE.unrolled = STATE.unrolled, True
    try:
        yield
    finally:
        STATE.unrolled = before


@contextmanager
def literally(literal: bool = True) -> Iterator[None]:
    """A stretch of time in which steps are recorded as they are written, because somebody will read them."""
    before, STATE.literal = STATE.literal, literal
    try:
        yield
    finally:
        STATE.literal = before


@contextmanager
def named_recording(doing: str) -> Iterator[None]:
    """A stretch of time in which messages say that no value is known because of this: "in the body of scan"."""
    before, STATE.doing = STATE.doing, doing
    try:
        yield
    finally:
        STATE.doing = before


@contextmanager
def suspended_recording() -> Iterator[None]:
    """A stretch of time in which plain arrays are computed on, whatever is being recorded around it."""
    before = STATE.depth, STATE.recorder, STATE.oldest
    STATE.depth, STATE.recorder, STATE.oldest = 0, None, 0
    try:
        yield
    finally:
        STATE.depth, STATE.recorder, STATE.oldest = before


class accepting_from:  # noqa: N801
    """A stretch of time in which variables older than this serial are refused: their recording has ended."""

    __slots__ = ("before", "oldest")

    def __init__(self, oldest: int) -> None:
        self.oldest = oldest

    def __enter__(self) -> None:
        self.before, STATE.oldest = STATE.oldest, self.oldest

    def __exit__(self, *problem: object) -> None:
        STATE.oldest = self.before
