"""Forward mode: outputs and the tangents of some nodes in, the tangents of the outputs out.

One idea: the same rules, read the other way: an elementwise op scales, a linear op is its own derivative.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..ir.coercion import loose_value
from ..ir.library import reference
from ..ir.node import Node, concrete
from ..ir.op import Custom, Elementwise, Flat, Linear, Role
from ..ir.precision import fitted_to, widened
from ..ops.arithmetic import meet
from ..ops.complexes import real_part_of
from ..ops.joining import zeros_of
from .reverse import active_nodes, scale


def tangents(outputs: Sequence[Node], wrt: Sequence[Node], moves: Sequence[Any], *, symbolic: bool) -> list[Any]:
    """The tangent of each output (None where it does not move) when each node of `wrt` moves by its tangent."""
    order = active_nodes(outputs, wrt)
    short = not symbolic and any([node.type.is_short for node in order])
    moving: dict[Node, Any] = dict(zip(wrt, map(widened, moves) if short else moves, strict=True))
    with reference().errstate(all="ignore"):
        for node in order:
            if node not in moving:
                moved = push(node, [moving.get(source) for source in node.inputs], symbolic, short)
                if moved is not None:
                    moving[node] = moved
    found = [moving.get(output) for output in outputs]
    return [fitted_to(each, node.dtype) for each, node in zip(found, outputs, strict=True)] if short else found


def push(node: Node, incoming: list[Any], symbolic: bool, short: bool = False) -> Any:
    """The tangent of a node from those of its inputs (None: does not move). `short` as in `contributions`."""
    derivative = node.op.derivative
    params = node.settings
    if all(each is None for each in incoming):
        return None
    value_of = loose_value if type(derivative) is Elementwise else concrete
    values: list[Any] = list(node.inputs) if symbolic else [value_of(each) for each in node.inputs]
    if short:
        values = [widened(each) for each in values]
    match derivative:
        case Elementwise():
            return _scaled(derivative, node, incoming, value_as_told(node, symbolic, short), values, params)
        case Linear():
            return _linear(derivative, node, incoming, values, params)
        case Custom():
            return derivative.push(tuple(incoming), value_as_told(node, symbolic, short), *values, **params)
        case Flat():
            return None


def value_as_told(node: Node, symbolic: bool, short: bool) -> Any:
    """A node's own value as its rule is told of it."""
    if symbolic:
        return node
    return widened(concrete(node)) if short else concrete(node)


def _scaled(
    derivative: Elementwise, node: Node, incoming: list[Any], y: Any, values: Any, params: dict[str, Any]
) -> Any:
    total: Any = None
    singular = derivative.singular or node.inputs[-1].type.is_complex  # a direction has no limit at infinity
    for partial, tangent in zip(derivative.partials, incoming, strict=True):
        if tangent is None:
            continue
        slope = partial(y, *values, **params)
        if type(slope) is int:
            part = tangent if slope == 1 else slope * tangent if slope else None
        else:
            alone = node.op.role is Role.SWAPS and sum(each is not None for each in incoming) == 1
            # A factor that does not move is a mask: its zeros stand beside an infinite tangent too, as in reverse mode.
            part = meet(tangent, slope) if alone else scale(tangent, slope, singular, node.op.role)
        total = part if total is None else total if part is None else total + part
    return total if total is None else real_part_of(total, node)  # |z| is real: it moves by Re(slope dz)


def _linear(derivative: Linear, node: Node, incoming: list[Any], values: list[Any], params: dict[str, Any]) -> Any:
    if derivative.joint:
        moved = [
            value if adjoint is None else (zeros_of(value) if tangent is None else tangent)
            for value, tangent, adjoint in zip(values, incoming, derivative.adjoints, strict=False)
        ]
        return node.op(*moved, **params)
    total: Any = None
    for slot, tangent in enumerate(incoming):
        if tangent is not None:
            part = node.op(*values[:slot], tangent, *values[slot + 1 :], **params)
            total = part if total is None else total + part
    return total
