"""Slips at products of vectors and matrices: factors transposed, exchanged, multiplied in the wrong way or left out.

One idea: what arrives and the other factor are two arrays; every way to multiply them that fits is somebody's slip,
except the right one. M5, M6, M7, M12, M13 and M23 of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ...ir.library import Array, reference
from ...ir.node import Node
from ...ops.products import matmul_op, outer_op
from .scene import Run, Scene
from .slip import Change, Slip

Way = Callable[[Array, Array], Array]


@dataclass(frozen=True, slots=True)
class Product:
    """One way to multiply what arrives (g) with the other factor (o)."""

    mistake: str
    message: str  # {0} is the other factor, {1} what arrives, {2} the gradient asked for
    way: Way
    weight: float = 1.0


def product_slips(scene: Scene) -> Iterator[Slip]:
    """Every slip of a product on the way back."""
    for node, slot, source in scene.edges:
        if node.op not in (matmul_op, outer_op):
            continue
        other = scene.words.of(node.inputs[1 - slot])
        arrived, asked = scene.words.gradient(scene.output, node), scene.words.gradient(scene.output, source)
        for way in _ways(node, slot):
            message = way.message.format(other, arrived, asked)
            change = Change(node, slot, partial(_multiplied, node, 1 - slot, way.way))
            yield Slip(way.mistake, message, scene, (change,), way.weight)
        yield Slip("M5", f"{asked} is transposed", scene, (Change(node, slot, partial(_turned, node, slot)),), 1.0)
        for count, said in _counts(node, slot):
            message = f"{asked} was divided by {said}: a mean where a sum belongs"
            yield Slip("M13", message, scene, (Change(node, slot, partial(_divided, node, slot, count)),), 0.7)


def _multiplied(node: Node, place: int, way: Way, run: Run, gradient: Array) -> Array | None:
    return way(gradient, run.values[node.inputs[place]])


def _right(node: Node, slot: int, run: Run, gradient: Array) -> Array:
    adjoint = node.op.derivative.adjoints[slot]  # type: ignore[union-attr]
    assert adjoint is not None
    found: Array = adjoint(gradient, *[run.values[each] for each in node.inputs], **node.settings)
    return found


def _turned(node: Node, slot: int, run: Run, gradient: Array) -> Array | None:
    found = _right(node, slot, run, gradient)
    return reference().transpose(found) if reference().ndim(found) > 1 else None


def _divided(node: Node, slot: int, count: int, run: Run, gradient: Array) -> Array:
    return _right(node, slot, run, gradient) / count


def _counts(node: Node, slot: int) -> Iterator[tuple[int, str]]:
    """The sizes over which this product sums on the way back."""
    if node.op is outer_op or node.inputs[1 - slot].ndim < 2:
        return  # an outer product adds nothing up
    axis = node.shape[:1] if slot == 1 else node.shape[-1:]
    if axis and axis[0] > 1:
        yield axis[0], f"the {axis[0]} {'rows' if slot == 1 else 'columns'}"


# Ways ----------------------------------------------------------------------------------------------------------------
def _ways(node: Node, slot: int) -> tuple[Product, ...]:
    if node.op is outer_op:
        return _TO_LEFT_OUTER if slot == 0 else _TO_RIGHT_OUTER
    vectors = node.inputs[0].ndim < 2, node.inputs[1].ndim < 2
    if all(vectors):
        return _INNER
    if any(vectors):
        matrix = 0 if not vectors[0] else 1
        return _TO_MATRIX if slot == matrix else (_TO_VECTOR if matrix == 0 else _TO_ROW)
    return _TO_LEFT if slot == 0 else _TO_RIGHT


def _g_o(g: Array, o: Array) -> Array:
    return g @ o


def _o_g(g: Array, o: Array) -> Array:
    return o @ g


def _g_turned_o(g: Array, o: Array) -> Array:
    return g @ _T(o)


def _turned_o_g(g: Array, o: Array) -> Array:
    return _T(o) @ g


def _turned_g_o(g: Array, o: Array) -> Array:
    return _T(g) @ o


def _o_turned_g(g: Array, o: Array) -> Array:
    return o @ _T(g)


def _entries(g: Array, o: Array) -> Array:
    return g * o


def _entries_turned(g: Array, o: Array) -> Array:
    return g * _T(o)


def _only_g(g: Array, o: Array) -> Array:
    return g


def _only_o(g: Array, o: Array) -> Array:
    return o


def _only_turned_o(g: Array, o: Array) -> Array:
    return _T(o)


def _outer_ones(g: Array, o: Array) -> Array:
    return reference().outer(reference().ones(reference().shape(g)), o)


def _dotted(g: Array, o: Array) -> Array:
    return reference().sum(g * o)


def _only_column_sums(g: Array, o: Array) -> Array:
    return o @ reference().ones(reference().shape(g))


def _ones_turned_o(g: Array, o: Array) -> Array:
    return reference().ones(reference().shape(g)) @ _T(o)


def _turned_o_ones(g: Array, o: Array) -> Array:
    return _T(o) @ reference().ones(reference().shape(g))


def _T(array: Array) -> Array:
    return reference().swapaxes(array, -1, -2) if reference().ndim(array) > 1 else array


_NOT_TURNED = "{0} is not transposed in {2}"
_REVERSED = "the factors {1} and {0} are in the wrong order in {2}"
_BY_ENTRIES = "{1} and {0} were multiplied entry by entry in {2}, where a matrix product belongs"
_LOST = "the factor {0} is missing in {2}"
_NO_UPSTREAM = "{1} is missing in {2}: only {0} is left"
_WRONG_ONE_TURNED = "the wrong factor is transposed in {2}"

_TO_LEFT = (  # right: g o^T
    Product("M5", _NOT_TURNED, _g_o),
    Product("M6", _REVERSED, _turned_o_g),
    Product("M6", _REVERSED + ", and {0} is not transposed", _o_g, 0.5),
    Product("M5", _WRONG_ONE_TURNED, _turned_g_o, 0.7),
    Product("M7", _BY_ENTRIES, _entries),
    Product("M7", _BY_ENTRIES, _entries_turned, 0.7),
    Product("M12", _LOST, _only_g, 0.7),
    Product("M23", _NO_UPSTREAM, _ones_turned_o),
    Product("M23", _NO_UPSTREAM, _only_turned_o, 0.7),
)
_TO_RIGHT = (  # right: o^T g
    Product("M5", _NOT_TURNED, _o_g),
    Product("M6", _REVERSED, _g_turned_o),
    Product("M6", _REVERSED + ", and {0} is not transposed", _g_o, 0.5),
    Product("M5", _WRONG_ONE_TURNED, _o_turned_g, 0.7),
    Product("M7", _BY_ENTRIES, _entries),
    Product("M7", _BY_ENTRIES, _entries_turned, 0.7),
    Product("M12", _LOST, _only_g, 0.7),
    Product("M23", _NO_UPSTREAM, _turned_o_ones),
    Product("M23", _NO_UPSTREAM, _only_turned_o, 0.7),
)
_TO_VECTOR = (  # W x by x, right: W^T g
    Product("M5", _NOT_TURNED, _o_g),
    Product("M7", _BY_ENTRIES, _entries),
    Product("M12", _LOST, _only_g, 0.7),
    Product("M23", _NO_UPSTREAM, _turned_o_ones),
    Product("M23", _NO_UPSTREAM, _only_turned_o, 0.7),
)
_TO_ROW = (  # x W by x, right: W g
    Product("M5", "{0} is transposed in {2}", _turned_o_g),
    Product("M7", _BY_ENTRIES, _entries),
    Product("M12", _LOST, _only_g, 0.7),
    Product("M23", _NO_UPSTREAM, _only_column_sums),
)
_TO_MATRIX = (  # W x by W: the outer product of g and x, in either order
    Product("M7", _BY_ENTRIES, _entries),
    Product("M7", "the product of {1} and {0} in {2} is an inner one, where an outer one belongs", _dotted, 0.7),
    Product("M12", _LOST, _only_g, 0.7),
    Product("M23", _NO_UPSTREAM, _outer_ones),
    Product("M23", _NO_UPSTREAM, _only_o, 0.7),
)
_INNER = (
    Product("M12", _LOST, _only_g, 0.7),
    Product("M23", _NO_UPSTREAM, _only_o, 0.7),
)
_TO_LEFT_OUTER = (  # right: g o
    Product("M5", "{1} is transposed in {2}", _turned_g_o),
    Product("M7", _BY_ENTRIES, _entries),
)
_TO_RIGHT_OUTER = (  # right: g^T o
    Product("M5", "{1} is not transposed in {2}", _g_o),
    Product("M7", _BY_ENTRIES, _entries),
)
