"""The tree of errors: what went wrong in pieces in, one message that teaches out.

One idea: every error says what was given, where, what was expected and what to try, and finds the user's own line by
itself, because whoever raises it stands deep inside the package and cannot know which line that is.
"""

from __future__ import annotations

import difflib
import linecache
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_STANDARD_LIBRARY = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_NEIGHBOURS = ("numpy", "scipy", "click", "rich")
_PASSED_THROUGH = tuple(f"{folder}{name}{os.sep}" for folder in _INSTALLED for name in _NEIGHBOURS)
_EXCERPT_WIDTH = 80
_LABEL_WIDTH = 12


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of the user's program. Its text is read when it is shown, so noting one costs nothing."""

    file: str
    line: int
    function: str = "<module>"

    @property
    def source(self) -> str:
        """The text of the line, or nothing where it cannot be read (a prompt, a deleted file)."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        return f"{_short(self.file)}:{self.line}: {self.source}".removesuffix(": ")


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A stretch of written mathematics; `start` and `stop` count characters of `text` from 0."""

    text: str
    start: int
    stop: int

    @property
    def line(self) -> int:
        """The number of the line it starts on, counted from 1."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """The place of its first character in that line, counted from 1."""
        return self.start - self.text.rfind("\n", 0, self.start)

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}\n{self.excerpt()}"

    def excerpt(self) -> str:
        """The line it starts on, cut to a readable width, with carets under the stretch."""
        begin = self.start - self.column + 1
        end = self.text.find("\n", begin)
        end = len(self.text) if end < 0 else end
        left = max(begin, min(self.start - _EXCERPT_WIDTH // 2, end - _EXCERPT_WIDTH))
        right = min(end, left + _EXCERPT_WIDTH)
        before = "... " if left > begin else ""
        after = " ..." if right < end else ""
        carets = max(1, min(self.stop, right) - self.start)
        line = before + _visible(self.text[left:right]) + after
        marks = " " * (len(before) + self.start - left) + "^" * carets
        return f"    {line}\n    {marks}"


Place = CodeLine | TextSpan


class ChainruleError(Exception):
    """The root of everything this package raises on purpose.

    `given` names what was handed in, as a noun phrase; `where` is the operation that was handed it, or the place if it
    is not the line that is running now; `expected` is what would have been accepted; `remedy` is what to write instead.
    """

    given: str
    where: str
    place: Place | None
    expected: str
    remedy: str

    def __init__(self, given: str, *, where: str | Place | None = None, expected: str = "", remedy: str = "") -> None:
        super().__init__(given)
        self.given, self.expected, self.remedy = given, expected, remedy
        self.where = where if isinstance(where, str) else ""
        self.place = user_frame() if where is None or isinstance(where, str) else where

    @property
    def what(self) -> str:
        """The whole message, one piece a line."""
        pieces = {
            "in": self.where,
            "at": "" if self.place is None else str(self.place),
            "expected": self.expected,
            "try": self.remedy,
        }
        return "\n".join([f"given {self.given}", *(_piece(label, text) for label, text in pieces.items() if text)])

    def __str__(self) -> str:
        return self.what


class ShapeError(ChainruleError, ValueError):
    """Shapes that do not fit together, or an axis that is not there."""


class StructureError(ChainruleError, ValueError):
    """Nested containers that do not match."""


class TargetError(ChainruleError, ValueError):
    """An array given as `out` that results cannot be written into: read-only, or memory of two results."""


class BoundsError(ChainruleError, IndexError):
    """An index or an argument number beyond the end."""


class DTypeError(ChainruleError, TypeError):
    """A value that is not numbers, or numbers of a kind that has no derivative."""


class DomainError(ChainruleError, ValueError):
    """A value at which the operation is not defined, such as the inverse of a singular matrix."""


class GradientError(ChainruleError, TypeError):
    """A question that has no gradient for an answer, such as the gradient of an output with several entries."""


class TraceError(ChainruleError, TypeError):
    """A recorded value used in a way that recording cannot follow."""


class EscapeError(TraceError):
    """A recorded value turned into a plain number, which would silently cut the derivative."""


class UnknownAttributeError(TraceError, AttributeError):
    """An attribute or a method that a recorded value does not have."""


class BranchError(TraceError):
    """A branch on a value that is not known yet, because the function is recorded for every value at once."""


class MutationError(TraceError):
    """An array changed in place while it is part of a recording."""


class UnknownNameError(ChainruleError, NameError):
    """A name that nothing declares: a variable without a value, a function that does not exist."""


class MissingLibraryError(ChainruleError, ImportError):
    """Something that an optional library computes, where that library is not installed."""


class LimitError(ChainruleError, ValueError):
    """Input larger, deeper or longer than the bound that keeps a session alive. Each bound is an option."""


class ParseError(ChainruleError, ValueError):
    """Written mathematics that cannot be read. Raised with `where=TextSpan(...)`, which puts a caret under it."""

    place: TextSpan

    @property
    def line(self) -> int:
        """The number of the line, counted from 1."""
        return self.place.line

    @property
    def column(self) -> int:
        """The place in that line, counted from 1."""
        return self.place.column


def user_frame() -> CodeLine | None:
    """The innermost line now running that is the user's own; None when a command line has no such line."""
    frame = sys._getframe(1)
    while not is_user_file(frame.f_code.co_filename):
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return CodeLine(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


def user_line(problem: BaseException) -> CodeLine | None:
    """The innermost line of the user's own that an exception has come through."""
    found, traceback = None, problem.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if is_user_file(code.co_filename):
            found = CodeLine(code.co_filename, traceback.tb_lineno, code.co_name)
        traceback = traceback.tb_next
    return found


@cache
def is_user_file(file: str) -> bool:
    """Whether code from this file is the user's: not ours, nor what our calls pass through on the way.

    Code made by an executor is named `<chainrule ...>`. The script that an installer writes for our command is named
    `chainrule`; a module of the user's could not be, for it would hide the package. Code may bear a relative path.
    """
    if file.startswith(("<chainrule", "<frozen", "<__array_function__")):
        return False
    if os.path.abspath(file).startswith(_PACKAGE) or os.path.splitext(os.path.basename(file))[0] == "chainrule":
        return False
    if any(part in file for part in _PASSED_THROUGH):
        return False
    return not file.startswith(_STANDARD_LIBRARY) or any(part in file for part in _INSTALLED)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A remedy for a misspelt name: the names closest to it, or nothing where none is close."""
    ordered = sorted(known)
    cased = [each for each in ordered if each.casefold() == name.casefold()]
    close = list(dict.fromkeys([*cased, *difflib.get_close_matches(name, ordered, n=3)]))[:3]
    return f"did you mean {' or '.join(close)}?" if close else ""


def _piece(label: str, text: str) -> str:
    head = f"  {label}:".ljust(_LABEL_WIDTH)
    return head + text.replace("\n", "\n" + " " * _LABEL_WIDTH)


def _short(file: str) -> str:
    """The path as the user would type it: relative when it lies below the working folder."""
    try:
        return file.removeprefix(os.getcwd() + os.sep)
    except OSError:  # the working folder has been deleted: an error message must not fail because of it
        return file


def _visible(text: str) -> str:
    """Control characters and lone surrogates replaced, so that quoting hostile input cannot drive a terminal."""
    spaced = text.replace("\t", " ")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in spaced)
