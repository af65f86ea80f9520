"""Resizing: a graph recorded for some sizes in, the same computation for other sizes out.

One idea: every node is made again by its op, so the type rules carry the new sizes through the graph; only what a node
was told (parameters) and what nothing computes (constants) has to be read, and `sizes` says how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..errors import BoundsError, ShapeError
from ..ir.coercion import as_node
from ..ir.graph import Graph, topological_order
from ..ir.node import Node, concrete, find, make
from ..ir.op import record
from ..ir.recording import accepting_from, open_recording
from ..ops.counts import axis_size, axis_size_op
from ..ops.indexing import index_op, scatter
from ..ops.movement import broadcast, reshape_op
from ..ops.sources import constant_op, input_node, input_op
from .patterns import resized_array
from .sizes import Sizes


def resize(graph: Graph, sizes: Mapping[int, int]) -> Graph:
    """The same graph for other sizes: each size of `sizes` becomes what it maps to, with all that was made from it.

    Inputs are new variables without values; names are carried over. Raises ShapeError, which names the op, for an op
    that cannot be had in the new sizes (a constant table, a window longer than what it slides over).

    >>> import numpy as np
    >>> x = input_node((1009,), np.dtype("float64"))
    >>> with open_recording():
    ...     graph = Graph((x,), ((x * x).sum() / 1009.0,))
    >>> print(resize(graph, {1009: 4}).inputs[0].type)
    f64[4]
    """
    new = resize_all(graph.outputs, graph.inputs, sizes)
    names = {new[node]: name for node, name in graph.names.items() if node in new}
    return Graph(tuple(new[node] for node in graph.inputs), tuple(new[node] for node in graph.outputs), names)


def resize_all(nodes: Iterable[Node], inputs: Sequence[Node], sizes: Mapping[int, int]) -> dict[Node, Node]:
    """Every node that the given ones need, with the node that stands for it in the new sizes.

    `inputs` become new variables, and so does every variable met on the way; index notation is carried over too.
    Raises ShapeError as `resize` does.
    """
    order = topological_order(nodes, inputs)
    table = Sizes(dict(sizes))
    new: dict[Node, Node] = {}
    stops = set(inputs)
    with open_recording(), accepting_from(0):
        for node in order:
            new[node] = _variable(node, table) if node in stops else _again(node, new, table)
            table.note(node.shape, new[node].shape)
    return new


def _variable(node: Node, table: Sizes) -> Node:
    shape = table.shape(node.shape)
    if shape == node.shape and node.op is input_op and node.value is None:
        return node
    return input_node(shape, node.dtype, weak=("weak", True) in node.params)


def _again(node: Node, new: Mapping[Node, Node], table: Sizes) -> Node:
    if node.op is input_op:
        return _variable(node, table)
    try:
        if node.op is constant_op:
            return _constant(node, table)
        if node.op is axis_size_op:
            return axis_size(table.whole(node.settings["number"]))
        if not node.inputs:
            return node
        inputs = tuple(new[each] for each in node.inputs)
        return _made(node, inputs, _settings(node, inputs, table))
    except (ShapeError, BoundsError) as problem:
        raise ShapeError(
            given=f"{node.op.name} of {', '.join(str(each.type) for each in node.inputs) or node.type}, resized: "
            f"{problem.given}",
            where=node.op.name, expected=problem.expected or "sizes that fit",
            remedy=problem.remedy or "choose other sizes",
        ) from None  # fmt: skip


def _made(node: Node, inputs: tuple[Node, ...], settings: dict[str, Any]) -> Node:
    """The op on new inputs. An op entry by entry must not stretch one of them to fit: that would hide a mistake."""
    if node.op.elementwise and len({each.shape for each in inputs}) > 1:
        raise ShapeError(
            given=f"shapes {' and '.join(str(each.shape) for each in inputs)}", expected="one shape",
            remedy="choose other sizes",
        )  # fmt: skip
    if settings == node.settings and all(each is source for each, source in zip(inputs, node.inputs, strict=True)):
        return node
    return _unevaluated(node, inputs, settings) if node.value is None else record(node.op, inputs, settings)


def _unevaluated(node: Node, inputs: tuple[Node, ...], settings: dict[str, Any]) -> Node:
    """A node that had no value has none now, even if its inputs are known: index notation cannot be evaluated."""
    params = tuple(settings.items())
    found = find(node.op, inputs, params)
    if found is not None:
        return found
    return make(node.op, inputs, params, node.op.type_rule(*(each.type for each in inputs), **settings))


def _constant(node: Node, table: Sizes) -> Node:
    array = concrete(node)
    if node.dtype.kind not in "fiub":
        return node
    found = resized_array(array, table.shape(node.shape), table)
    if found is None:
        raise ShapeError(given=f"a table of numbers of shape {node.shape}", remedy="pass it as an input",
                         expected="one value, places counted along its axes, or an identity matrix")  # fmt: skip
    return node if found is array else as_node(found)


# What an op was told -------------------------------------------------------------------------------------------------
def _settings(node: Node, inputs: tuple[Node, ...], table: Sizes) -> dict[str, Any]:
    rule = _RULES.get(node.op.name, _by_numbers)
    return rule(node, inputs, table) if node.params else {}


def _by_numbers(node: Node, inputs: tuple[Node, ...], table: Sizes) -> dict[str, Any]:
    """Every number is read by itself."""
    return {name: _read(value, table) for name, value in node.params}


def _read(value: Any, table: Sizes) -> Any:
    if isinstance(value, tuple):
        return tuple(_read(each, table) for each in value)
    if type(value) is int:
        return table.whole(value)
    return table.real(value) if type(value) is float else value


def _broadcast(node: Node, inputs: tuple[Node, ...], table: Sizes) -> dict[str, Any]:
    """An axis that is not stretched is as long as the input's."""
    shape, (source,), (old,) = node.settings["shape"], inputs, node.inputs
    extra = len(shape) - old.ndim
    return {
        "shape": tuple(
            source.shape[axis - extra] if axis >= extra and old.shape[axis - extra] == size else table.whole(size)
            for axis, size in enumerate(shape)
        )
    }


def _reshape(node: Node, inputs: tuple[Node, ...], table: Sizes) -> dict[str, Any]:
    """Axes that are joined or split are found by their products; sizes that no axis says are read by themselves."""
    found: list[int] = []
    for old, positions in _groups(node.inputs[0].shape, node.settings["shape"]):
        sizes = tuple(inputs[0].shape[axis] for axis in positions)
        found += _split(old, sizes, table)
    return {"shape": tuple(found)}


def _groups(before: Sequence[int], after: Sequence[int]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Runs of axes with equal products: the sizes after, and the axes before. Empty arrays are one group."""
    groups: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    first = second = 0
    while first < len(before) or second < len(after):
        start, begin, one, other = first, second, 1, 1
        while first == start or second == begin or one != other:
            take = first < len(before) and (one <= other or second == len(after))
            if take:
                one, first = one * before[first], first + 1
            elif second < len(after):
                other, second = other * after[second], second + 1
            else:
                break
        groups.append((tuple(after[begin:second]), tuple(range(start, first))))
    return groups


def _split(after: tuple[int, ...], sizes: tuple[int, ...], table: Sizes) -> list[int]:
    """The sizes of one group: what is left over goes to the one that nothing says."""
    entries = 1
    for size in sizes:
        entries *= size
    large = [place for place, size in enumerate(after) if size != 1]
    if len(large) <= 1:
        return [entries if place in large else 1 for place in range(len(after))]
    return [table.whole(size) for size in after]


def _index(node: Node, inputs: tuple[Node, ...], table: Sizes) -> dict[str, Any]:
    return {"key": _key(node.settings["key"], node.inputs[0].shape, inputs[0].shape, node.inputs[1:], table)}


def _scatter(node: Node, inputs: tuple[Node, ...], table: Sizes) -> dict[str, Any]:
    old = node.settings["shape"]
    shape = table.shape(old)
    return {"key": _key(node.settings["key"], old, shape, node.inputs[1:], table), "shape": shape}


def _key(key: tuple[Any, ...], old: Sequence[int], new: Sequence[int], arrays: Sequence[Node], table: Sizes) -> Any:
    axes = _axes_of(key, len(old), arrays)
    return tuple(
        part if axis is None else _part(part, old[axis], new[axis], table)
        for part, axis in zip(key, axes, strict=True)
    )  # fmt: skip


def _axes_of(key: tuple[Any, ...], ndim: int, arrays: Sequence[Node]) -> list[int | None]:
    """The axis that each part of a key is about."""
    remaining = iter(arrays)
    widths = [_width(part, remaining) for part in key]
    axis, found = 0, []
    for part, width in zip(key, widths, strict=True):
        found.append(axis if width and axis < ndim else None)
        axis += ndim - sum(widths) if part == ("rest",) else width
    return found


def _width(part: tuple[Any, ...], arrays: Any) -> int:
    """How many axes a part of a key takes: a mask takes as many as it has."""
    if part == ("array",):
        array = next(arrays)
        return array.ndim if array.dtype.kind == "b" else 1
    return 0 if part in (("new",), ("rest",)) else 1


def _part(part: tuple[Any, ...], old: int, new: int, table: Sizes) -> tuple[Any, ...]:
    if part[0] == "at":
        return ("at", table.whole(part[1], (old, new)))
    if part[0] != "slice":
        return part
    start, stop = (None if each is None else table.whole(each, (old, new)) for each in part[1:3])
    for written, place in ((part[1], start), (part[2], stop)):
        if place is not None and abs(place) > new and abs(written) <= old:
            raise ShapeError(
                given=f"the place {place} of an axis that has {new} entries now", expected="a longer axis",
                remedy="choose larger sizes",
            )  # fmt: skip
    return ("slice", start, stop, part[3])


_RULES: dict[str, Callable[[Node, tuple[Node, ...], Sizes], dict[str, Any]]] = {
    broadcast.name: _broadcast, reshape_op.name: _reshape, index_op.name: _index, scatter.name: _scatter,
}  # fmt: skip
