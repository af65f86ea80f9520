"""Arguments of an op in, nodes of one shape and one dtype out.

One idea: broadcasting and casting are steps of their own, recorded as nodes, so that the sum in a bias gradient is a
step that can be seen. While values are known the broadcast itself is not carried out: NumPy's kernels broadcast anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .library import reference
from .likes import copied, numbers
from .node import Node, concrete, find, make
from .precision import INEXACT, result_type
from .surface import REFUSALS, TABLE
from .types import ArrayType, array_type, broadcast_shapes

if TYPE_CHECKING:
    from .op import Op

_SCALARS: dict[tuple[Any, ...], Node] = {}
_MOST_SCALARS = 4096
_INTERNED_ENTRIES = 64
ARRAY_LIKE = frozenset((list, tuple, float, int, bool, complex))


def as_node(value: Any, dtype: Any = None) -> Node:
    """A node for any array-like: itself if it is one, else a constant (a copy: later changes do not reach it)."""
    if type(value) is Node:
        return value
    if isinstance(value, (list, tuple)):
        REFUSALS["nested"](value)
    if dtype is not None:
        return constant(reference().array(value, dtype=dtype))
    return constant(numbers(copied(value), value))


def as_array(value: Any) -> Any:
    """Any array-like as something with axes: arrays and recorded values as they are, lists and numbers as arrays."""
    if type(value) is Node or isinstance(value, (reference().ndarray, reference().generic)):
        return value
    return numbers(copied(value), value)[()]


def as_arrays(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Lists as arrays; Python numbers too when there is nothing else, for beside an array they take its dtype."""
    alone = all(type(argument) in ARRAY_LIKE for argument in args)
    return tuple(as_array(each) if alone or isinstance(each, (list, tuple)) else each for each in args)


def constant(array: Any) -> Node:
    """The node of a known array. Small ones are interned by content (bits: -0.0 and 0.0 differ), large ones are not."""
    op = TABLE["constant"]
    value = array[()] if array.ndim == 0 else array
    key: Any = array.tobytes() if array.size <= _INTERNED_ENTRIES else object()
    params = (("key", (key, array.shape, array.dtype.str)),)
    node = find(op, (), params)  # type: ignore[arg-type]
    return node if node is not None else make(op, (), params, array_type(array.shape, array.dtype), value)  # type: ignore[arg-type]


def scalar_like(value: complex, type_: ArrayType) -> Node:
    """A Python number as a constant of this type. Most constants are met again, so they are kept."""
    key = (value, type(value), type_)
    node = _SCALARS.get(key)
    if node is None:
        node = constant(reference().asarray(value, dtype=type_.dtype))
        if type_.shape:
            node = TABLE["broadcast"](node, shape=type_.shape)
        if value:  # 0.0 == -0.0: a key that cannot tell them apart must not be kept
            if len(_SCALARS) >= _MOST_SCALARS:
                _SCALARS.clear()
            _SCALARS[key] = node
    return node


def coerce(op: Op, args: tuple[Any, ...]) -> tuple[Node, ...]:
    """Nodes of one type for an elementwise op."""
    if len(args) == 1:
        return args
    if len(args) == 2:
        first, second = args
        if type(first) is Node:
            if type(second) is Node:
                if first.type is second.type:
                    return args
            elif type(second) is float and first.type.dtype.kind in INEXACT:
                return first, scalar_like(second, first.type)
        elif type(first) is float and second.type.dtype.kind in INEXACT:
            return scalar_like(first, second.type), second
    return _unify(op, args)


def _unify(op: Op, args: tuple[Any, ...]) -> tuple[Node, ...]:
    start = op.first_value_slot
    dtype = _common_dtype(args[start:])
    nodes = [
        as_node(argument, dtype if slot >= start and type(argument) in (int, float, complex, bool) else None)
        for slot, argument in enumerate(args)
    ]
    shape = broadcast_shapes(*[node.type.shape for node in nodes], doing=op.name)
    for slot in range(start, len(nodes)):
        if nodes[slot].type.dtype != dtype:
            nodes[slot] = TABLE["cast"](nodes[slot], dtype=dtype)
    for slot, node in enumerate(nodes):
        if node.type.shape != shape:
            nodes[slot] = TABLE["broadcast"](node, shape=shape)
    return tuple(nodes)


def _common_dtype(args: tuple[Any, ...]) -> Any:
    """NumPy's promotion (NEP 50): Python numbers are weak, everything else has a dtype that counts."""
    weak: list[Any] = [argument for argument in args if type(argument) in (int, float, complex, bool)]
    arrays = [as_array(argument) for argument in args if type(argument) not in (int, float, complex, bool)]
    strong = [array.dtype for array in arrays]
    if any([dtype != strong[0] for dtype in strong]):
        kept = [array for array in arrays if not (type(array) is Node and is_weak(array))]
        weak += [_WEAK[array.dtype.kind] for array in arrays if not any([array is each for each in kept])]
        strong = [array.dtype for array in kept]
    return result_type(*strong, *weak)


_WEAK = {"f": 0.0, "i": 0, "c": 0j}
_PLAIN_ARITHMETIC = frozenset(
    {"add", "sub", "mul", "div", "neg", "square", "fixed_power", "variable_power", "abs", "mark"}
)


def is_weak(node: Node) -> bool:
    """Whether a node stands for a Python number: one that came in as an argument, or plain arithmetic with such."""
    seen: set[Node] = set()
    pending = [node]
    found = False
    while pending:
        each = pending.pop()
        if each.type.shape or (each.inputs and each.op.name not in _PLAIN_ARITHMETIC):
            return False
        if each.inputs and each not in seen:
            seen.add(each)
            pending.extend(each.inputs)
        elif not each.inputs and each.op is not TABLE["constant"]:
            if ("weak", True) not in each.params:
                return False
            found = True
    return found


def loose_value(node: Node) -> Any:
    """A value that broadcasts to the node's own: what an elementwise kernel needs, the broadcast not carried out."""
    if node.value is not None:
        return node.value
    while node.value is None and node.op.lazy:
        node = node.inputs[0]
    return concrete(node)
