"""A node: an op applied to nodes in, one interned object out that is a value and an equation at once.

One idea: the same op on the same inputs with the same parameters is the same node. A node carries its value when its
inputs had values (under `grad`), and none when it stands for any value (under `jit`, and in written formulas).
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from .library import reference
from .surface import ArraySurface
from .types import ArrayType

if TYPE_CHECKING:
    from .op import Op

_serials = count()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a node was written: the user's own line, and the functions it was written inside, outermost first."""

    file: str
    line: int
    group: tuple[str, ...] = ()


# Not a frozen dataclass: its generated __init__ costs four times as much, and a node is made at every operation.
class Node(ArraySurface):
    """One step of a computation. Immutable by convention; build it by calling an op.

    `serial` grows with creation and an input is always older than its consumer, so sorting nodes by serial is a
    topological order.
    """

    __slots__ = ("__weakref__", "inputs", "op", "origin", "params", "serial", "type", "value")

    op: Op
    inputs: tuple[Node, ...]
    params: tuple[tuple[str, Any], ...]
    type: ArrayType
    value: Any
    origin: Origin | None
    serial: int

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters by name."""
        return dict(self.params)


class _Entry(weakref.ref[Node]):
    """A weak reference that knows its key, so that a forgotten node leaves the table."""

    __slots__ = ("key",)
    key: tuple[Any, ...]


_TABLE: dict[tuple[Any, ...], _Entry] = {}


def _forget(entry: weakref.ref[Node]) -> None:
    key = entry.key  # type: ignore[attr-defined]
    if _TABLE.get(key) is entry:
        del _TABLE[key]


def find(op: Op, inputs: tuple[Node, ...], params: tuple[tuple[str, Any], ...]) -> Node | None:
    """The living node of this op, inputs and parameters, if there is one."""
    entry = _TABLE.get((op, inputs, params))
    return None if entry is None else entry()


def make(
    op: Op, inputs: tuple[Node, ...], params: tuple[tuple[str, Any], ...], type_: ArrayType, value: Any = None
) -> Node:
    """A new node, entered in the table. Call `find` first."""
    node = Node.__new__(Node)
    node.op, node.inputs, node.params, node.type, node.value = op, inputs, params, type_, value
    node.origin, node.serial = None, next(_serials)
    key = (op, inputs, params)
    entry = _TABLE[key] = _Entry(node, _forget)
    entry.key = key
    return node


def concrete(node: Node) -> Any:
    """The value of a node, computing those that were put off (broadcasts are not materialised while tracing)."""
    if node.value is not None:
        return node.value
    pending = [node]
    while pending:
        last = pending[-1]
        waiting = [each for each in last.inputs if each.value is None and last.value is None]
        if waiting:
            pending.extend(waiting)
            continue
        pending.pop()
        if last.value is None and last.inputs:
            last.value = last.op.kernel(reference(), *(each.value for each in last.inputs), **last.settings)
    return node.value


def is_abstract(node: Node) -> bool:
    """Whether the node stands for any value. A put-off value is not abstract."""
    while node.value is None and node.op.lazy:
        node = node.inputs[0]
    return node.value is None
