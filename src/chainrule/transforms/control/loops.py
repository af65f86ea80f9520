"""Loops: functions of one step and where they start in, what they end with out.

One idea: the names, the order of arguments and the meaning are those of JAX's `lax`, so that programs carry over. A
step is recorded once, however often it runs: under jit a loop stays a loop, and what a gradient keeps is the carries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import index
from typing import Any

from ... import tree
from ...errors import DTypeError, GradientError, ShapeError, StructureError
from ...ir.coercion import as_node
from ...ir.library import reference
from ...ir.node import Node, concrete, is_abstract
from ...ir.types import ArrayType, array_type
from .bodies import Slot, path_text, read_values, record_body, with_type
from .repeat import While, repeated
from .scan import Scan, scanned
from .unrolled import MOST_STEPS, is_written_out, scan_steps, while_steps


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]], init: Any, xs: Any = None, length: int | None = None,
    reverse: bool = False, unroll: int = 1,
) -> tuple[Any, Any]:  # fmt: skip
    """Carry a value along the first axis of `xs`: `carry, y = f(carry, x)` for every x, from `carry = init`.

    Returns the last carry and all y, stacked. `init`, `xs` and y are arrays or nested containers of them; the carry
    keeps its containers, shapes and dtypes. Without `xs`, `length` says how many steps there are, and x is None.
    `reverse` runs from the last x to the first. `unroll` is accepted for JAX's sake and changes nothing.

    f is recorded once, on values that are not known: it chooses with np.where or `cond`. Derivatives of both modes, of
    any order; a gradient keeps every carry and computes each step again on its way back, so its memory grows with
    `length` times the size of the carry.

    Raises ShapeError for `xs` of different lengths, DTypeError or StructureError where f returns another carry than it
    was given.

    >>> import numpy as np
    >>> from chainrule import grad, scan
    >>> def decay(rate):
    ...     return scan(lambda h, x: (rate * h + x, h), 0.0, np.array([1.0, 2.0, 3.0]))[0]
    >>> decay(0.5), grad(decay)(0.5)
    (np.float64(4.25), 3.0)
    """
    return _scan(f, init, xs, length, reverse, "scan")


def _scan(f: Callable[..., Any], init: Any, xs: Any, length: int | None, reverse: bool, name: str) -> tuple[Any, Any]:
    starts, slots, structure = read_values(init, name, "init")
    along, along_slots, _ = read_values(xs, name, "xs")
    count = _length(along, xs, length, name)
    if count <= MOST_STEPS and count and is_written_out([*starts, *along]):
        return scan_steps(f, init, xs, along, count, reverse)  # type: ignore[no-any-return]
    rows = [Slot(array_type(slot.type.shape[1:], slot.type.dtype)) for slot in along_slots]
    step = _Step(f, structure, name)
    body, kept = step.record(slots, tree.flatten([init, xs])[1], rows)
    inputs = [with_type(value, slot.type) for value, slot in zip(starts, kept, strict=True)]
    captured = body.captured
    found = scanned(Scan(body.graph, len(captured), len(starts), count, bool(reverse)), [*captured, *inputs, *along])[
        : len(body.graph.outputs)
    ]
    assert step.entries is not None
    return tree.unflatten(structure, found[: len(starts)]), tree.unflatten(step.entries, found[len(starts) :])


def _length(along: Sequence[Any], xs: Any, length: int | None, name: str) -> int:
    """How many steps there are. Raises ShapeError where that is not said, or said twice."""
    for place, each in enumerate(along):
        if not each.shape:
            raise ShapeError(
                given=f"xs{path_text(tree.flatten(xs)[1], place)}, a single number, in {name}",
                expected="arrays with at least one axis: the steps run along the first",
                where=name,
                remedy="let the function use it from outside, if it is the same in every step",
            )
    sizes = {each.shape[0] for each in along}
    if length is not None:
        sizes.add(index(length))
    if len(sizes) != 1:
        what = f"lengths {', '.join(str(size) for size in sorted(sizes))}" if sizes else "neither xs nor a length"
        raise ShapeError(
            given=f"{what} in {name}",
            expected="one number of steps: that of the rows of every array in xs, and of length if it is given",
            where=name,
            remedy="cut the arrays to one length" if sizes else "say how many steps there are: length=10",
        )
    return int(sizes.pop())


@dataclass(slots=True)
class _Step:
    """A step while it is recorded: the function, the containers of its carry, and what it puts out."""

    function: Callable[..., Any]
    structure: tree.Structure
    name: str
    entries: tree.Structure | None = None

    def record(self, slots: Sequence[Slot], arguments: tree.Structure, rows: Sequence[Slot]) -> tuple[Any, list[Slot]]:
        """The body, and what its carries are: a Python number takes the dtype that the step gives it."""
        while True:
            wider = list(slots)

            def settle(result: Any, wider: list[Slot] = wider) -> list[Node]:
                return self.settle(result, wider)

            body = record_body(self.function, arguments, [*slots, *rows], settle, f"in the body of {self.name}")
            if wider == list(slots):
                return body, wider
            slots = wider

    def settle(self, result: Any, slots: list[Slot]) -> list[Node]:
        """The outputs of the step. A weak slot that grew is replaced in `slots`: then the step is recorded anew."""
        if not isinstance(result, tuple) or len(result) != 2:
            raise GradientError(
                given=f"a step of {self.name} that returned {type(result).__name__}",
                where=self.name,
                expected="a pair: the next carry, and what this step puts out",
                remedy="return carry, y; or return carry, None",
            )
        carries = settle_carry(result[0], self.structure, slots, self.name)
        values, _, self.entries = read_values(result[1], self.name, "the output")
        return [*carries, *(as_node(each) for each in values)]


def settle_carry(result: Any, structure: tree.Structure, slots: list[Slot], name: str) -> list[Node]:
    """The carry that a step returned, as nodes of the types it was given. Weak slots that grow are replaced in place.

    Raises StructureError, ShapeError or DTypeError, naming the leaf and both types.
    """
    leaves, found = tree.flatten(result)
    if found.entries != structure.entries:
        raise StructureError(
            given=f"a step of {name} that returned a carry of structure {found}",
            expected=f"the structure it was given, {structure}",
            remedy="return the carry in the same containers",
        )
    values, own, _ = read_values(result, name, "the carry")
    nodes = []
    for place, (leaf, value, slot, was) in enumerate(zip(leaves, values, own, tuple(slots), strict=True)):
        if slot.type.shape == was.type.shape and slot.type.dtype != was.type.dtype:
            if type(leaf) in (int, float, bool) and _holds(was.type.dtype, leaf):
                value = reference().asarray(leaf, was.type.dtype)[()]
                slot = was
            elif was.weak and _may_grow(was.type.dtype, slot.type.dtype):
                slots[place] = replace(slot, weak=False) if not slot.weak else slot
                was = slots[place]
        _require_type(slot.type, was.type, path_text(structure, place), name)
        nodes.append(as_node(value))
    return nodes


def _holds(dtype: Any, number: Any) -> bool:
    """Whether a Python number may take this dtype, as beside an array of it."""
    return bool(reference().result_type(dtype, number) == dtype)


def _may_grow(narrow: Any, wide: Any) -> bool:
    """Whether a Python number may turn out to have this dtype."""
    return "biufc".find(wide.kind) >= "biufc".find(narrow.kind) or wide.kind == "V"


def _require_type(given: ArrayType, wanted: ArrayType, path: str, name: str) -> None:
    if given.shape == wanted.shape and given.dtype == wanted.dtype:
        return
    kind = ShapeError if given.shape != wanted.shape else DTypeError
    raise kind(
        given=f"a step of {name} that returned carry{path} of type {given}",
        expected=f"the type it was given, {wanted}: every step is the same step",
        where=name,
        remedy="start from a value of the type that the step makes"
        if given.shape != wanted.shape
        else f"start from a value of dtype {given.dtype.name}, or return .astype('{wanted.dtype.name}')",
    )


def fori_loop(
    lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any, *, unroll: int | None = None
) -> Any:
    """`val = body_fun(i, val)` for i from `lower` to `upper - 1`, from `val = init_val`; the last val.

    With bounds that are known this is a `scan`, with derivatives of both modes; with bounds that are not (recorded
    values under jit or vmap) a `while_loop`, which has no reverse mode. Everything else is as in `scan`.

    >>> from chainrule import fori_loop, grad
    >>> grad(lambda x: fori_loop(0, 3, lambda i, y: y * x, 1.0))(2.0)
    12.0
    """
    bounds = [_known_number(each, name) for each, name in ((lower, "lower"), (upper, "upper"))]
    if None not in bounds:
        places = reference().arange(*bounds)
        return _scan(lambda val, i: (body_fun(i, val), None), init_val, places, None, False, "fori_loop")[0]

    def goes_on(state: tuple[Any, Any, Any]) -> Any:
        return state[0] < state[1]

    def step(state: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
        return state[0] + 1, state[1], body_fun(state[0], state[2])

    start = as_node(lower) + 0 * as_node(upper)  # of the dtype of both
    return _while_loop(goes_on, step, (start, as_node(upper) + 0 * start, init_val), "fori_loop")[2]


def _known_number(bound: Any, name: str) -> int | None:
    """A bound as a whole number; None where it is recorded and not known."""
    if type(bound) is Node:
        if bound.dtype.kind in "iu" and not bound.shape:
            return None if is_abstract(bound) else int(concrete(bound))
    else:
        try:
            return index(bound)
        except TypeError:
            pass
    shown = bound.type if type(bound) is Node else f"{bound!r} of type {type(bound).__name__}"
    raise DTypeError(
        given=f"the bound {name} = {shown} of fori_loop", where="fori_loop",
        expected="a whole number", remedy="write 10 instead of 10.0",
    )  # fmt: skip


def while_loop(cond_fun: Callable[[Any], Any], body_fun: Callable[[Any], Any], init_val: Any) -> Any:
    """`val = body_fun(val)` for as long as `cond_fun(val)` holds, from `val = init_val`; the last val.

    The value is an array or nested containers of them, and keeps its containers, shapes and dtypes. Both functions are
    recorded once. Forward mode (jvp, jacfwd) goes through the loop; reverse mode raises GradientError, because the
    number of steps is not known before it runs.

    Raises what `scan` raises for a value that changes its type, and DTypeError where cond_fun returns anything but one
    truth value.

    >>> from chainrule import jvp, while_loop
    >>> def power(x):
    ...     return while_loop(lambda y: y < 100.0, lambda y: y * x, x)
    >>> jvp(power, (3.0,), (1.0,))
    (np.float64(243.0), np.float64(405.0))
    """
    return _while_loop(cond_fun, body_fun, init_val, "while_loop")


def _while_loop(cond_fun: Callable[[Any], Any], body_fun: Callable[[Any], Any], init_val: Any, name: str) -> Any:
    values, slots, structure = read_values(init_val, name, "init_val")
    if is_written_out(values):
        return while_steps(cond_fun, body_fun, init_val)
    arguments = tree.flatten([init_val])[1]
    while True:
        wider = list(slots)

        def settle(result: Any, wider: list[Slot] = wider) -> list[Node]:
            return settle_carry(result, structure, wider, name)

        body = record_body(body_fun, arguments, slots, settle, f"in the body of {name}")
        if wider == list(slots):
            break
        slots = wider
    cond = record_body(cond_fun, arguments, slots, _settle_condition, f"in the condition of {name}")
    inputs = [with_type(value, slot.type) for value, slot in zip(values, slots, strict=True)]
    loop = While(cond.graph, body.graph, len(cond.captured), len(body.captured))
    return tree.unflatten(structure, repeated(loop, [*cond.captured, *body.captured, *inputs]))


def _settle_condition(result: Any) -> list[Node]:
    values, slots, structure = read_values(result, "while_loop", "the condition")
    if structure.entries != (None,) or slots[0].type.shape or slots[0].type.dtype.kind != "b":
        raise DTypeError(
            given=f"a condition of while_loop of type {', '.join(str(slot.type) for slot in slots) or structure}",
            expected="one truth value, bool[]",
            where="while_loop",
            remedy="compare, as in val < 10; of several truth values take .any() or .all()",
        )
    return [as_node(values[0])]


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """f of every row of `xs`, one after the other: the results, stacked. `vmap` does the same all at once.

    >>> import numpy as np
    >>> import chainrule
    >>> chainrule.map(lambda x: x**2, np.array([1.0, 2.0]))
    array([1., 4.])
    """
    return _scan(lambda _, x: ((), f(x)), (), xs, None, False, "map")[1]
