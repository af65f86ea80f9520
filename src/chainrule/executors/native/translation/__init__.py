"""Programs in C: what LLVM is given in, a file of C that computes the same out.

One idea: the text for LLVM is read and said again, instruction by instruction; nothing is planned or decided twice.
"""

from __future__ import annotations

from .program import KEYWORDS, Argument, program_in_c, type_in_c

__all__ = ["KEYWORDS", "Argument", "program_in_c", "type_in_c"]
