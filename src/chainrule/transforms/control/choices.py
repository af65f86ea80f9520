"""Branches: a condition, functions and their operands in, the result of the function chosen out.

One idea: every branch is recorded once, whether it is taken or not, so a choice means the same with and without jit,
and all branches must return the same containers, shapes and dtypes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ... import tree
from ...errors import DTypeError, StructureError
from ...ir.coercion import as_node
from ...ir.graph import Graph
from ...ir.library import reference
from ...ir.node import Node, concrete
from ...ir.types import ArrayType
from ...ops.choices import astype
from ...ops.looping import require_branches
from ..replay import fresh_inputs
from .bodies import Body, Slot, quiet, read_value, read_values, record_body
from .branches import switched
from .derived import deriving
from .unrolled import is_followed


def cond(pred: Any, true_fun: Callable[..., Any], false_fun: Callable[..., Any], *operands: Any) -> Any:
    """`true_fun(*operands)` where pred holds, else `false_fun(*operands)`.

    Both functions are recorded, one is computed; derivatives go through that one. `pred` is one truth value (or a
    number, which holds unless it is 0). Both must return the same containers, shapes and dtypes.

    Raises DTypeError for a pred that is not one number, StructureError or DTypeError where the branches differ.

    >>> import numpy as np
    >>> from chainrule import cond, grad
    >>> def f(x):
    ...     return cond(x > 0, np.log, lambda x: -x, x)
    >>> grad(f)(2.0), grad(f)(-2.0)
    (0.5, -1.0)
    """
    chosen = _one_number(pred, "cond", "biuf", "pred")
    number = astype(chosen if chosen.dtype.kind == "b" else chosen != 0, reference().dtype("int64"))
    return _choose(number, (false_fun, true_fun), operands, "cond", ("false_fun", "true_fun"))


def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """`branches[index](*operands)`, where the index is a whole number that may depend on values.

    As `cond`. An index that no branch has raises BoundsError (JAX takes the nearest branch).

    >>> from chainrule import switch
    >>> switch(1, [lambda x: x, lambda x: x**2], 3.0)
    np.float64(9.0)
    """
    if not branches:
        raise StructureError(given="switch without branches", expected="at least one", remedy="write switch(i, [f, g])")
    number = _one_number(index, "switch", "iu", "index")
    names = tuple(f"branch {place}" for place in range(len(branches)))
    return _choose(number, tuple(branches), operands, "switch", names)


def _one_number(value: Any, name: str, kinds: str, what: str) -> Any:
    """A condition or an index. Raises DTypeError for anything but one number of these kinds."""
    found = read_value(value, tree.flatten(0)[1], 0, name, what)
    if found.shape or found.dtype.kind not in kinds:
        shown = found.type if type(found) is Node else f"shape {found.shape} and dtype {found.dtype}"
        raise DTypeError(
            given=f"{what} of {shown} in {name}",
            expected="one truth value" if name == "cond" else "one whole number",
            where=name,
            remedy="choose entry by entry with np.where(condition, a, b); of several truth values take .any() or .all()"
            if name == "cond"
            else "convert it with .astype(int)",
        )
    return found


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A branch that was recorded, and what it returns."""

    body: Body
    structure: tree.Structure
    slots: tuple[Slot, ...]


def _choose(number: Any, branches: Sequence[Callable[..., Any]], operands: Any, name: str, names: Sequence[str]) -> Any:
    values, slots, structure = read_values(list(operands), name, "operand ")
    if is_followed([number, *values]):
        known = concrete(number) if type(number) is Node else number
        return branches[int(require_branches(known, len(branches)))](*operands)
    outcomes = [_record(each, structure, slots, name) for each in branches]
    types = [_common_type(place, outcomes, names, name) for place in range(_count(outcomes, names, name))]
    captured = list(dict.fromkeys(node for each in outcomes for node in each.body.captured))
    graphs = tuple(_with_inputs(each.body, captured, types) for each in outcomes)
    found = switched(number, graphs, [*captured, *values])
    return tree.unflatten(outcomes[0].structure, found)


def _record(function: Callable[..., Any], structure: tree.Structure, slots: Sequence[Slot], name: str) -> _Outcome:
    box: list[Any] = []

    def settle(result: Any) -> list[Node]:
        values, own, containers = read_values(result, name, "the result")
        box.extend((containers, tuple(own)))
        return [as_node(each) for each in values]

    body = record_body(function, structure, slots, settle, f"in a branch of {name}", hoist=False)
    return _Outcome(body, *box)


def _count(outcomes: Sequence[_Outcome], names: Sequence[str], name: str) -> int:
    """How many leaves the branches return. Raises StructureError where their containers differ."""
    first = outcomes[0]
    for each, said in zip(outcomes, names, strict=True):
        if each.structure.entries != first.structure.entries:
            raise StructureError(
                given=f"{name} whose {said} returned {each.structure}",
                expected=f"the containers that {names[0]} returned, {first.structure}",
                remedy="return the same containers from every branch",
            )
    return len(first.slots)


def _common_type(place: int, outcomes: Sequence[_Outcome], names: Sequence[str], name: str) -> ArrayType:
    """The type of one leaf of the result: Python numbers take the dtype that other branches have."""
    slots = [each.slots[place] for each in outcomes]
    strong = [each.type for each in slots if not each.weak] or [
        max((each.type for each in slots), key=lambda type_: "biufc".find(type_.dtype.kind))
    ]
    wanted = strong[0]
    for slot, said in zip(slots, names, strict=True):
        weaker = slot.weak and "biufc".find(slot.type.dtype.kind) <= "biufc".find(wanted.dtype.kind)
        if slot.type.shape != wanted.shape or (slot.type.dtype != wanted.dtype and not weaker):
            other = next(one for each, one in zip(slots, names, strict=True) if each.type is wanted)
            path = tree.paths(outcomes[0].structure)[place]
            raise DTypeError(
                given=f"{name} whose {said} returned {slot.type}{''.join(f'[{key!r}]' for key in path)}",
                expected=f"what {other} returned, {wanted}: every branch has the same result type",
                where=name,
                remedy="make them agree with .astype, np.broadcast_to or np.reshape",
            )
    return wanted


def _with_inputs(body: Body, captured: Sequence[Node], types: Sequence[ArrayType]) -> Graph:
    """The branch as a function of all that any branch captured, with outputs of the common types."""
    stand_ins = dict(zip(body.captured, body.graph.inputs, strict=False))
    own = body.graph.inputs[len(body.captured) :]
    with deriving(), quiet():
        inputs = [
            stand_ins[node] if node in stand_ins else fresh_inputs([node.type])[0] for node in captured
        ]  # fmt: skip
        outputs = tuple(
            node if node.type.dtype == type_.dtype else astype(node, type_.dtype)
            for node, type_ in zip(body.graph.outputs, types, strict=True)
        )
    return Graph((*inputs, *own), outputs)
