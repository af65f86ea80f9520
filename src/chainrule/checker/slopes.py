"""Derivatives at a point: an atom in, the array of what it stands for out.

One idea: the engine's own backward walk over the nodes of the document's definitions. A total derivative walks all
paths; a local one only the definition of the name itself, with every other name held fixed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy

from ..errors import ParseError
from ..ir.node import Node
from ..ir.recording import open_recording
from ..notation.kinds import Context, Value, as_floats
from ..notation.lower import lower, lower_whole
from ..notation.meaning import Meaning
from ..ops.sources import input_node
from ..transforms.reverse import gradients
from .atoms import Atom, Atoms
from .limits import DERIVATIVES, WALKS, require_few
from .points import Point, require


@dataclass(frozen=True, slots=True)
class Style:
    """How derivatives are read: their layout, and whether those of inner names are local."""

    layout: str = "mixed"
    local: bool = False
    padded: bool = False  # entries out of range are 0


def jacobian(point: Point, atom: Atom, atoms: Atoms, local: bool) -> Any:
    """The derivatives of every entry of one by every entry of the other: axes of `of` first, then of `wrt`."""
    key = (atom.name, local)
    if key not in point.jacobians:
        point.jacobians[key] = _jacobian(point, atom, atoms, local)
    return point.jacobians[key]


def _jacobian(point: Point, atom: Atom, atoms: Atoms, local: bool) -> Any:
    if atom.joined is not None:
        outer, inner = (atoms.table[name] for name in atom.joined)
        axes = len(require(point, outer.wrt[0].text).shape)
        whole = outer.of_name in point.model.ends()  # the derivative of a result is always the total one
        left, right = jacobian(point, outer, atoms, local and not whole), jacobian(point, inner, atoms, local)
        require_few(left.size * right.size // max(1, prod(right.shape[:axes])) ** 2, DERIVATIVES, "derivatives")
        return numpy.tensordot(left, right, axes) if axes else _outer(left, right)
    if (bent := point.bent.get(atom.of_name or "")) is not None:
        point = replace(point, nodes=bent)
    with open_recording(), numpy.errstate(all="ignore"):
        of, names = _start(point, atom, local)
        wrt = [names[each.text] for each in atom.wrt]
        if not all(isinstance(each, Node) for each in wrt):
            raise ParseError(given=f"a derivative by {atom.wrt[0].text}, which is a constant", expected="a variable")
        if not isinstance(of, Node):
            shape = (*numpy.shape(of), *(size for each in wrt for size in each.shape))
            require_few(prod(shape), DERIVATIVES, "derivatives")
            return numpy.zeros(shape)
        return _by(of, wrt)


def _outer(left: Any, right: Any) -> Any:
    return numpy.multiply.outer(numpy.asarray(left), numpy.asarray(right))


def _start(point: Point, atom: Atom, local: bool) -> tuple[Any, dict[str, Any]]:
    """What is differentiated, and the nodes of all names."""
    name = atom.of_name
    for each in atom.wrt:
        require(point, each.text)
    if name is None:
        context = point.context(nodes=True)
        return as_floats(lower_whole(atom.of, context)).node, {key: value.node for key, value in point.nodes.items()}
    if local and name in point.definitions:
        leaves = {key: _leaf(value) for key, value in point.nodes.items()}
        context = Context(dict(leaves), point.sizes, [])
        body = as_floats(_lowered(point.definitions[name].body, context)).node
        names = {key: value.node for key, value in leaves.items()}
        return body, names | ({name: body} if isinstance(body, Node) else {})
    return require(point, name).node, {key: value.node for key, value in point.nodes.items()}


def _lowered(body: Meaning, context: Context) -> Value:
    return lower(body, context)


def _leaf(value: Value) -> Value:
    node = value.node
    if not isinstance(node, Node):
        return value
    return Value(input_node(tuple(node.shape), node.type.dtype, node.value), value.row)


def _by(of: Node, wrt: list[Node]) -> Any:
    """All derivatives, one backward walk for each entry of what is differentiated."""
    shape = tuple(of.shape)
    require_few(prod(shape) * prod(wrt[-1].shape), DERIVATIVES, "derivatives")
    require_few(prod(shape), WALKS, "the derivatives of an array")
    if len(wrt) > 1:
        return _twice(of, wrt)
    found = [_values(gradients([of], [seed], wrt, symbolic=False)[0], wrt[0]) for seed in _seeds(shape)]
    return numpy.reshape(numpy.stack(found), (*shape, *wrt[0].shape))


def _twice(of: Node, wrt: list[Node]) -> Any:
    if tuple(of.shape):
        raise ParseError(given="a second derivative of an array", expected="one of a number")
    first = gradients([of], [input_node((), numpy.dtype("float64"), numpy.asarray(1.0))], wrt[:1], symbolic=True)[0]
    require_few(prod(size for each in wrt for size in each.shape), DERIVATIVES, "second derivatives")
    if not isinstance(first, Node):
        return numpy.zeros(tuple(size for each in wrt for size in each.shape))
    return _by(first, wrt[1:])


def _seeds(shape: tuple[int, ...]) -> Any:
    count = int(numpy.prod(shape, dtype=int))
    return numpy.eye(count).reshape(count, *shape)


def _values(gradient: Any, node: Node) -> Any:
    if gradient is None:
        return numpy.zeros(tuple(node.shape))
    return gradient.value if isinstance(gradient, Node) else gradient


# How an array of derivatives stands on the page ------------------------------------------
def laid_out(array: Any, of_axes: int, layout: str) -> Value:
    """The array as a value in a formula: a gradient as a column or a row, a Jacobian with rows for the outputs."""
    axes = array.ndim
    numerator, denominator = layout == "numerator", layout == "denominator"
    if layout == "entrywise":
        return Value(_diagonal(array, of_axes))
    if layout == "factor":
        return Value(_factor(array, of_axes))
    if of_axes == 0:
        return Value(array, row=numerator and axes == 1)
    if of_axes == 1 and axes == 1:
        return Value(array, row=denominator)
    return Value(array.T if denominator and axes == 2 else array)


def _diagonal(array: Any, of_axes: int) -> Any:
    """The derivatives of a function that works entry by entry, in the shape of its argument."""
    shape = array.shape[:of_axes]
    size = int(numpy.prod(shape, dtype=int))
    if array.shape[of_axes:] != shape or not of_axes:
        raise ParseError(given="a derivative that is no entry-by-entry one", expected="arrays of one shape")
    square = array.reshape(size, size)
    if numpy.abs(square - numpy.diag(numpy.diag(square))).max() > 0:
        raise ParseError(given="a derivative that is no entry-by-entry one", expected="a diagonal Jacobian")
    return numpy.diag(square).reshape(shape)


def _factor(array: Any, of_axes: int) -> Any:
    """x for the derivative of W x by W, X for that of W X or X W: what the chain rule multiplies by."""
    if of_axes == 1 and array.ndim == 3:  # J[k,i,j] = 1{k=i} x_j, or 1{k=j} x_i
        for axes in ((0, 1, 2), (0, 2, 1)):
            turned = array.transpose(axes)
            if turned.shape[0] == turned.shape[1]:
                found = turned[0, 0]
                if numpy.allclose(turned, numpy.eye(turned.shape[0])[:, :, None] * found, rtol=1e-12, atol=0):
                    return found
    if of_axes == 2 and array.ndim == 4:
        rows, columns, above, below = array.shape
        if rows == above:  # Z = W X: J[k,n,i,j] = 1{k=i} X[j,n]
            found = array[0, :, 0, :]
            if numpy.allclose(array, numpy.einsum("ki,nj->knij", numpy.eye(rows), found), rtol=1e-12, atol=0):
                return found.T
        if columns == below:  # Z = X W: J[n,m,i,j] = 1{m=j} X[n,i]
            found = array[:, 0, :, 0]
            if numpy.allclose(array, numpy.einsum("mj,ni->nmij", numpy.eye(columns), found), rtol=1e-12, atol=0):
                return found
    raise ParseError(given="a derivative with three axes or more", expected="one that can be written as a matrix")
