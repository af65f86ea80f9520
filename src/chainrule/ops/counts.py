"""The size of an axis as a number of the computation: a whole number in, a node out that still says which size it is.

One idea: once n - 1 is computed nobody can tell it from any other number, so a size that a formula computes with is a
step of its own. It becomes another number where the graph is made for other sizes, and it is printed as its letter.
"""

from __future__ import annotations

from ..ir.library import Array, Library, reference
from ..ir.node import Node, find, make
from ..ir.notation import Form, Notation
from ..ir.op import Domain, Role
from ..ir.types import ArrayType, array_type
from .declare import op
from .sources import NOTHING_BEHIND


def axis_size_type(*, number: int) -> ArrayType:
    return array_type((), reference().dtype("float64"))


@op(
    "axis_size",
    NOTHING_BEHIND,
    Notation(Form("{number}"), Form("{number}"), Form("np.float64({number})")),
    Role.SOURCE,
    type_rule=axis_size_type,
    domain=Domain(()),
)
def axis_size_op(xp: Library, *, number: int) -> Array:
    """How many entries an axis has. It does not depend on any value, so nothing is sent back through it."""
    return xp.asarray(float(number))


def axis_size(number: int) -> Node:
    """A size as a node."""
    params = (("number", number),)
    found = find(axis_size_op, (), params)
    if found is not None:
        return found
    return make(axis_size_op, (), params, axis_size_type(number=number), reference().float64(number))
