"""Reading documents: a file in, its mathematics and code out, every character with its place in the file.

`read_document` gives a Document of pieces; `statements` cuts the pieces into statements.
"""

from .pieces import Document, Note, Piece, Place, Source
from .reading import read_document
from .statements import Link, Statement, split_piece, statements

__all__ = [
    "Document", "Link", "Note", "Piece", "Place", "Source", "Statement", "read_document", "split_piece", "statements",
]  # fmt: skip
