"""Arrangements of entries: putting together and taking apart, turning, borders, choosing."""

from .assembling import (
    append,
    array_split,
    block,
    broadcast_arrays,
    column_stack,
    delete,
    diagflat,
    dsplit,
    dstack,
    hsplit,
    insert,
    meshgrid,
    resize,
    sliding_window_view,
    unstack,
    vsplit,
)
from .borders import pad
from .choosing import apply_along_axis, apply_over_axes, choose, piecewise, select
from .turning import fliplr, flipud, rot90

__all__ = [
    "append",
    "apply_along_axis",
    "apply_over_axes",
    "array_split",
    "block",
    "broadcast_arrays",
    "choose",
    "column_stack",
    "delete",
    "diagflat",
    "dsplit",
    "dstack",
    "fliplr",
    "flipud",
    "hsplit",
    "insert",
    "meshgrid",
    "pad",
    "piecewise",
    "resize",
    "rot90",
    "select",
    "sliding_window_view",
    "unstack",
    "vsplit",
]
