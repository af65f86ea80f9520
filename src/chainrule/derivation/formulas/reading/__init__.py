"""Reading a graph in index notation. Importing the folder fills the table of ops that can be taken apart."""

from __future__ import annotations

from . import entrywise, mixing, places
from .entrywise import multiplied_out
from .reader import WAYS, At, NoIndexFormError, Reader, open_nodes, read

__all__ = [
    "WAYS",
    "At",
    "NoIndexFormError",
    "Reader",
    "entrywise",
    "mixing",
    "multiplied_out",
    "open_nodes",
    "places",
    "read",
]
