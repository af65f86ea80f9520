"""What the words of a document say about its mathematics: shapes, properties, conventions, conditions.

One idea: only what is said clearly is heard, and every fact keeps the words that it came from.
"""

from .describing import describe
from .hearing import read_words
from .said import Said

__all__ = ["Said", "describe", "read_words"]
