"""Values that an author states in, a computation that has them out.

One idea: a name keeps its rule and gets the stated value by a shift, so its derivatives are still those of the rule. A
stated derivative is put in by freezing the name it is taken by and adding a linear term with just that slope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy

from ...ir.node import Node
from ...notation.kinds import Context, Value, as_floats
from ...notation.lower import lower_whole
from ...notation.meaning import Definition
from ...ops import products, reductions
from ...ops.sources import input_node


@dataclass(frozen=True, slots=True)
class Bend:
    """A stated derivative of `of` by `by`; `local`: along the one edge between them."""

    of: str
    by: str
    value: Any
    local: bool = False


@dataclass(frozen=True, slots=True)
class Adopted:
    """What is taken over from the author: values of names, and derivatives."""

    names: Mapping[str, Any] = field(default_factory=dict)
    bends: tuple[Bend, ...] = ()


def shifted(found: Value, wanted: Any) -> Value:
    """A computed value moved to a stated one, its derivatives kept; unchanged where the shapes do not fit."""
    current = numpy.asarray(found.node.value if isinstance(found.node, Node) else found.node, dtype=float)
    aim = fitted(wanted, current.shape)
    if aim is None:
        return found
    if not isinstance(found.node, Node) or not bool(numpy.isfinite(current).all()):
        return Value(input_node(current.shape, numpy.dtype("float64"), aim), found.row)
    return Value(found.node + (aim - current), found.row)


def fitted(wanted: Any, shape: tuple[int, ...]) -> Any:
    """The value in a shape; None where it has another number of entries."""
    value = numpy.asarray(wanted, dtype=float)
    if value.shape == shape:
        return value
    lists = all(1 in each or len(each) < 2 for each in (value.shape, shape))
    return value.reshape(shape) if lists and value.size == int(numpy.prod(shape)) else None


def bent(
    of: str, nodes: Mapping[str, Value], definitions: tuple[Definition, ...], adopted: Adopted,
    context: Callable[[dict[str, Value]], Context], finish: Callable[[dict[str, Value]], Value | None],
) -> dict[str, Value]:  # fmt: skip
    """The names of a point with the stated derivatives built in. `finish` gives what is differentiated where no
    definition does."""
    totals = {each.by: each.value for each in adopted.bends if each.of == of and not each.local}
    defined = {each.symbol.text for each in definitions}
    found = {name: value for name, value in nodes.items() if name not in defined and name != of}
    seen, slopes = dict(found), list[Any]()
    for name in totals.keys() & found.keys():
        _freeze(name, found[name], totals[name], seen, slopes)
    for each in definitions:
        name = each.symbol.text
        if name not in nodes:
            continue
        value = _local(each, seen, nodes, adopted, context)
        if value.ndim and not nodes[name].shape and isinstance(value.node, Node):
            value = Value(reductions.sum(value.node))
        found[name] = seen[name] = value if name not in adopted.names else shifted(value, adopted.names[name])
        if name in totals and name != of:
            _freeze(name, found[name], totals[name], seen, slopes)
    last = seen.get(of) or finish(seen)
    if last is not None:
        total = last.node
        for each in slopes:
            total = total + each
        found[of] = Value(total)
    return found


def _freeze(name: str, value: Value, slope: Any, seen: dict[str, Value], slopes: list[Any]) -> None:
    """Others see the name as a constant; the result gets a linear term instead."""
    node = value.node
    if not isinstance(node, Node):
        return
    aim = fitted(slope, tuple(node.shape))
    if aim is None:
        return
    seen[name] = Value(input_node(tuple(node.shape), numpy.dtype("float64"), node.value), value.row)
    slopes.append(reductions.sum((node - node.value) * aim) if node.shape else (node - node.value) * aim)


def _local(
    definition: Definition, seen: Mapping[str, Value], nodes: Mapping[str, Value], adopted: Adopted,
    context: Callable[[dict[str, Value]], Context],
) -> Value:  # fmt: skip
    """One definition, with stated slopes along edges into it."""
    name, inner, terms = definition.symbol.text, dict(seen), list[Any]()
    for each in adopted.bends:
        value = seen.get(each.by)
        if each.local and each.of == name and value is not None and isinstance(value.node, Node):
            term = _edge(value.node, each.value, nodes[name].shape)
            if term is not None:
                inner[each.by] = Value(_constant(value.node), value.row)
                terms.append(term)
    result = as_floats(lower_whole(definition.body, context(inner)))
    node = result.node
    for term in terms:
        node = node + term
    return Value(node, result.row) if terms else result


def _constant(node: Node) -> Any:
    return input_node(tuple(node.shape), numpy.dtype("float64"), node.value)


def _edge(node: Node, slope: Any, shape: tuple[int, ...]) -> Any:
    """What a small change of the node adds: the slope entry by entry, or a Jacobian times the change."""
    change, value = node - node.value, numpy.asarray(slope, dtype=float)
    if value.shape == tuple(node.shape) == shape or not value.shape:
        return change * value
    if value.ndim == 2 and len(shape) == 1 and value.shape == (*shape, *node.shape):
        return products.matmul(value, change)
    return change * numpy.reshape(value, shape) if value.size == 1 and not shape and not node.shape else None
