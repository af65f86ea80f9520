"""Names of LaTeX environments, and what stands in them."""

from __future__ import annotations

# Rows of statements: `\\\\` ends a row, `&` only aligns.
ROWS = frozenset(
    {
        "align", "alignat", "aligned", "alignedat", "dgroup", "displaymath", "dmath", "eqnarray", "equation", "flalign",
        "flaligned", "gather", "gathered", "IEEEeqnarray", "lgathered", "math", "multline", "multlined", "rgathered",
        "split", "subequations", "dseries", "xalignat",
    }
)  # fmt: skip
# Grids: entries of a matrix, branches of a function, or, where nothing stands beside them, statements.
GRIDS = frozenset(
    {
        "array", "bmatrix", "Bmatrix", "cases", "dcases", "matrix", "pmatrix", "rcases", "smallmatrix", "subarray",
        "vmatrix", "Vmatrix", "drcases", "numcases", "psmallmatrix", "bsmallmatrix",
    }
)  # fmt: skip
SYSTEMS = frozenset({"array", "cases", "dcases", "matrix", "rcases", "numcases", "drcases"})  # may hold statements
# Environments of text: their beginning and end are passed over.
CODE = frozenset({"lstlisting", "minted", "python", "pycode", "verbatim", "Verbatim", "alltt"})
SILENT = frozenset({"comment", "tikzpicture", "thebibliography", "filecontents"})
WITH_ARGUMENT = frozenset(
    {"alignat", "alignedat", "array", "subarray", "xalignat", "IEEEeqnarray", "numcases", "minted"}
)


def plain(name: str) -> str:
    """The name without a star."""
    return name.rstrip("*")


def is_mathematics(name: str) -> bool:
    """Whether what stands in the environment is mathematics.

    >>> is_mathematics("align*"), is_mathematics("itemize")
    (True, False)
    """
    return plain(name) in ROWS or plain(name) in GRIDS
