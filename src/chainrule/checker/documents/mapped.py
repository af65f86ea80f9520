"""Text with the place of every character: slices, edits and joins in, text that still knows where it came from out.

One idea: offsets are kept as runs. Within a run characters stand for themselves, one after another; or the whole run
was put in place of something else, and every character of it stands for all of that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """From character `at` on: the characters of the file from `origin` on, or (extent > 0) a replacement for those."""

    at: int
    origin: int
    extent: int = 0

    def moved(self, start: int, at: int) -> Run:
        """The same run, entered at `start`, for a text in which this character is number `at`."""
        return Run(at, self.origin if self.extent else self.origin + start - self.at, self.extent)


def _at(run: Run) -> int:
    return run.at


@dataclass(frozen=True, slots=True)
class Offsets:
    """Where the characters of a text stand in the original file.

    >>> offsets = Offsets((Run(0, 10), Run(3, 20, 5)))  # three characters as they stand, then a replacement
    >>> [offsets.start(character) for character in range(5)]
    [10, 11, 12, 20, 20]
    >>> offsets.stop(4)
    25
    """

    runs: tuple[Run, ...]

    def run(self, character: int) -> Run:
        """The run that a character belongs to."""
        return self.runs[max(0, bisect_right(self.runs, character, key=_at) - 1)]

    def start(self, character: int) -> int:
        """The offset at which what this character stands for begins."""
        run = self.run(character)
        return run.origin if run.extent else run.origin + character - run.at

    def stop(self, character: int) -> int:
        """The offset just after what this character stands for."""
        run = self.run(character)
        return run.origin + run.extent if run.extent else run.origin + character - run.at + 1

    def literal(self, character: int) -> bool:
        """Whether the character stands in the file as it is."""
        return not self.run(character).extent


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `stop` of a text become `replacement`."""

    start: int
    stop: int
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text and the offsets of its characters."""

    text: str
    offsets: Offsets

    def part(self, start: int, stop: int) -> Mapped:
        """The characters from `start` to `stop`."""
        start = max(0, min(start, len(self.text)))
        stop = max(start, min(stop, len(self.text)))
        runs = self.offsets.runs
        first = max(0, bisect_right(runs, start, key=_at) - 1)
        found = [runs[first].moved(start, 0)]
        for number in range(first + 1, len(runs)):
            if runs[number].at >= stop:
                break
            found.append(runs[number].moved(runs[number].at, runs[number].at - start))
        return Mapped(self.text[start:stop], Offsets(tuple(found)))

    def edited(self, edits: Iterable[Edit]) -> Mapped:
        """The text with edits made; they are given in order and do not overlap."""
        parts, place = [], 0
        for edit in edits:
            if edit.start > place:
                parts.append(self.part(place, edit.start))
            if edit.replacement:
                parts.append(self.replaced(edit.start, edit.stop, edit.replacement))
            place = edit.stop
        if not parts and not place:
            return self
        return joined([*parts, self.part(place, len(self.text))])

    def replaced(self, start: int, stop: int, replacement: str) -> Mapped:
        """The replacement alone: it stands for the characters from `start` to `stop`."""
        origin = self.offsets.start(start)
        extent = max(1, self.offsets.stop(max(start, stop - 1)) - origin)
        return Mapped(replacement, Offsets((Run(0, origin, extent),)))

    def stripped(self) -> Mapped:
        """The text without white space at either end."""
        start = len(self.text) - len(self.text.lstrip())
        return self.part(start, len(self.text.rstrip())) if self.text.strip() else self.part(start, start)


def whole(text: str) -> Mapped:
    """A text that is a file of its own."""
    return Mapped(text, Offsets((Run(0, 0),)))


def joined(parts: Sequence[Mapped]) -> Mapped:
    """The texts one after another; runs that go on are kept as one."""
    runs: list[Run] = []
    at = 0
    for part in parts:
        if not part.text:
            continue
        for run in part.offsets.runs:
            if not (runs and _goes_on(runs[-1], run, at)):
                runs.append(Run(at + run.at, run.origin, run.extent))
        at += len(part.text)
    if not runs:
        runs.append(parts[0].offsets.runs[0].moved(0, 0) if parts else Run(0, 0))
    return Mapped("".join(part.text for part in parts), Offsets(tuple(runs)))


def _goes_on(before: Run, run: Run, at: int) -> bool:
    if before.extent or run.extent:
        return before == Run(before.at, run.origin, run.extent)
    return before.origin + (at + run.at - before.at) == run.origin
