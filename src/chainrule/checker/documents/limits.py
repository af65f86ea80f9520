"""Bounds on what is read from a document.

One idea: what is beyond a bound is left out or left as it is, with a note; reading a document never fails on its
content.
"""

from __future__ import annotations

FILE = 20_000_000  # bytes of one file; the rest is not read
INPUTS = 50  # files brought in by \input
INPUT_DEPTH = 8  # files that bring in files
DISPLAY = 50_000  # characters between a pair of delimiters in Markdown
INLINE = 4_000  # characters between two single dollars
SEGMENTS = 50_000  # formulas in one paragraph
JOINED = 40  # cuts in one formula that was put together from several
PIECE = 20_000  # characters of one piece that is split into statements
EXPANSION = 20_000  # characters that one piece may grow to by its macros
STEPS = 200_000  # calls of macros in one document
STEPS_OF_A_PIECE = 5_000  # calls of macros in one piece
MACROS = 1_000  # macros of one document
LINES = 50_000  # lines of words that are looked at for being equations
DEFINITIONS_LOST = 20  # definitions of macros in one text whose braces do not close
DEFINITION = 4_000  # characters of a definition
NESTING = 40  # lists and quotes inside one another
CODE = 100_000  # characters of code that are parsed as Python
LINE = 400  # characters of a line that may be an equation without delimiters
NOTES = 100  # notes of one kind
