"""Writing surface trees: as LaTeX that reads as the same tree again, and shorter than they were.

`latex` writes what a tree says; `shorter` gives the tree that an editor would have printed.
"""

from .latex import latex
from .shorter import shorter

__all__ = ["latex", "shorter"]
