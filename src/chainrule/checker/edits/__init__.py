"""A side that is false in, the single changes that may make it true out.

One idea: the likeliest slip is the one change of what is written that makes it true. So changes are made in the
author's own formula and with the author's own names, and somebody else evaluates them.
"""

from .code import CodeEdit, CodeKnown, code_edits
from .edit import Edit
from .known import Gradient, Kind, Known, Pair, Quantity
from .left import left_edits
from .search import edits

__all__ = [
    "CodeEdit", "CodeKnown", "Edit", "Gradient", "Kind", "Known", "Pair", "Quantity", "code_edits", "edits",
    "left_edits",
]  # fmt: skip
