"""Bounds on written input: a size and a bound in, nothing or a LimitError with a caret out.

One idea: hostile text is refused before any work grows with it. Recursion over a tree is plain, because a tree is never
deeper than `DEPTH`.
"""

from __future__ import annotations

from ..errors import LimitError, TextSpan

INPUT = 200_000  # characters of one formula or of all values together
STATEMENT = 20_000  # characters of one statement
BRACKETS = 100  # brackets open at once; one costs five frames of Python's stack while it is read
EXPRESSIONS = 100  # expressions being read at once, one inside another
FUNCTIONS = 20  # functions applied without brackets inside one another
DEPTH = 100  # levels of a tree; every pass over one spends at most five frames of the stack on a level
EXPONENT = 1_000  # the largest exponent of a number
STEPS = 50_000  # steps taken while a formula is turned into a graph: a function may be written to grow without end
TERMS = 1_000  # terms into which one sum is written out
ENTRIES = 10_000_000  # entries of one array
FILE = 200_000_000  # bytes of one file of values


def refuse_longer(text: str, most: int, what: str) -> None:
    """Raises LimitError when the text is longer than `most` characters."""
    if len(text) > most:
        raise LimitError(
            given=f"{what} of {len(text):,} characters",
            where=TextSpan(text, most, most + 1),
            expected=f"at most {most:,} characters",
            remedy="split it into several statements, or write the function in Python",
        )


def too_deep(place: TextSpan, most: int, what: str) -> LimitError:
    """The error for brackets or expressions inside one another beyond the bound."""
    return LimitError(
        given=f"{what} nested more than {most} deep",
        where=place,
        expected=f"at most {most} levels",
        remedy="give the inner part a name in a statement of its own",
    )
