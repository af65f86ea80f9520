"""`vmap`: a function of one example in, the same function of many examples at once out.

One idea: the function is recorded once for the type of an example, and every op of the recording is then carried out on
stacks (`transforms/batch.py`). So it composes with every other transform: what it calls are the same ops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from operator import index
from typing import Any

from ... import tree
from ...errors import BoundsError, GradientError, ShapeError, StructureError
from ...ir.coercion import as_node
from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.types import array_type
from ...ops.movement import moveaxis
from ..batch import batch, stack_of
from ..differentiate import own
from .bodies import Slot, path_text, read_value, read_values, record_body

Axes = Any  # a number or None for everything inside, or containers of them


def vmap(fun: Callable[..., Any], in_axes: Axes = 0, out_axes: Axes = 0, axis_size: int | None = None) -> Any:
    """The function of many examples: `fun` is written for one, the result takes a stack of them.

    `in_axes` says along which axis of each argument the examples lie: a number for all, a tuple with one entry for each
    argument, or containers like those of the argument; None marks what is the same for all examples, and is passed on
    as it is. Keyword arguments are stacks along axis 0. `out_axes` says where the examples go in the results; None
    stands for a result that is the same for all. `axis_size` is needed only where no argument is a stack.

    Each op runs once for all examples; one that cannot runs in a loop. `fun` is recorded on values that are not known,
    so it chooses with np.where or `cond`. It may be nested, differentiated, and used inside `grad` and `jit`.

    Raises BoundsError for an axis that an array does not have, ShapeError for stacks of different sizes, StructureError
    for axes in other containers than the arguments.

    >>> import numpy as np
    >>> from chainrule import grad, vmap
    >>> def loss(w, x):
    ...     return np.sum(np.tanh(w * x))
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> vmap(grad(loss), in_axes=(None, 0))(np.zeros(2), x)
    array([[1., 2.],
           [3., 4.],
           [5., 6.]])
    """
    if not callable(fun):
        raise GradientError(
            given=f"{type(fun).__name__} in the place of a function", expected="a function", remedy="write vmap(f)(xs)"
        )

    @wraps(fun, assigned=("__module__", "__name__", "__qualname__", "__doc__"), updated=())
    def mapped(*args: Any, **keywords: Any) -> Any:
        leaves, structure = tree.flatten((args, keywords))
        wanted = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
        axes = spread_axes((tuple(wanted), dict.fromkeys(keywords, 0)), structure, "in_axes")
        stacks = read_stacks(leaves, axes, structure)
        size = read_size(stacks, axis_size)
        return _Mapping(fun, structure, leaves, stacks, size).run(out_axes)

    return mapped


@dataclass(frozen=True, slots=True)
class Stack:
    """A leaf with an example in every row, where it stands among the leaves, and how it was called."""

    place: int
    value: Any
    name: str


def read_stacks(leaves: Sequence[Any], axes: Sequence[int | None], structure: tree.Structure) -> list[Stack]:
    """The leaves that differ between examples, with the examples along axis 0."""
    found = []
    for place, (leaf, axis) in enumerate(zip(leaves, axes, strict=True)):
        if axis is None:
            continue
        name = _named(structure, place)
        value = read_value(leaf, structure, place, "vmap", "argument ")
        if not -value.ndim <= axis < value.ndim:
            raise BoundsError(
                given=f"vmap along axis {axis} of {name}, of shape {value.shape}",
                expected=f"an axis from {-value.ndim} to {value.ndim - 1}" if value.ndim else "an array with axes",
                where="vmap",
                remedy="in_axes=None for what is the same for every example: vmap(f, in_axes=(None, 0))",
            )
        found.append(Stack(place, moveaxis(value, axis, 0), name))
    return found


def _named(structure: tree.Structure, place: int) -> str:
    side, first, *path = tree.paths(structure)[place]
    return f"argument {first}{'=' * (side == 1)}{''.join(f'[{key!r}]' for key in path)}"


def read_size(stacks: Sequence[Stack], axis_size: int | None) -> int:
    """How many examples there are. Raises ShapeError where the stacks disagree, or there is none."""
    sizes = {stack.value.shape[0] for stack in stacks} | ({index(axis_size)} if axis_size is not None else set())
    if len(sizes) == 1:
        return int(sizes.pop())
    if not sizes:
        raise ShapeError(
            given="vmap of arguments none of which is a stack of examples", where="vmap",
            expected="an argument whose axis in in_axes is a number, or axis_size",
            remedy="write vmap(f, axis_size=10), or map over an argument",
        )  # fmt: skip
    said = [f"{stack.name}: {stack.value.shape[0]}" for stack in stacks]
    said += [f"axis_size: {axis_size}"] if axis_size is not None else []
    raise ShapeError(
        given=f"stacks of {' and '.join(str(size) for size in sorted(sizes))} examples ({', '.join(said)})",
        expected="one number of examples",
        where="vmap",
        remedy="check in_axes, or cut the arrays to one length",
    )


def spread_axes(axes: Axes, structure: tree.Structure, what: str) -> list[int | None]:
    """The axis of every leaf: one given for a container holds for everything inside it.

    Raises StructureError where containers differ.
    """
    found: list[int | None] = []
    waiting: list[Any] = [axes]
    for entry in structure.entries:
        given = waiting.pop()
        if given is None or isinstance(given, int):
            if entry is None:
                found.append(given)
            else:
                waiting.extend([given] * len(entry.keys))
            continue
        if entry is None or (entry.type is not type(given) and not isinstance(given, (tuple, list))):
            raise _other_containers(given, "an array" if entry is None else f"a {entry.type.__name__}", what)
        children = _children(given, entry)
        if len(children) != len(entry.keys):
            raise _other_containers(given, f"{len(entry.keys)} entries", what)
        waiting.extend(reversed(children))
    return found


def _children(given: Any, entry: tree.Container) -> list[Any]:
    if isinstance(given, dict):
        return [given[key] for key in entry.keys] if set(given) == set(entry.keys) else []
    if isinstance(given, (tuple, list)):
        return list(given)
    return [getattr(given, str(key)) for key in entry.keys]


def _other_containers(given: Any, there: str, what: str) -> StructureError:
    return StructureError(
        given=f"{what} with {given!r} where there is {there}",
        expected="a number or None for everything inside, or the same containers",
        remedy="in_axes=(0, None) maps over the first of two arguments; write one axis for each entry of a container",
    )


@dataclass(frozen=True, slots=True)
class _Mapping:
    """One call: the function, its arguments, and those leaves of them that are stacks."""

    function: Callable[..., Any]
    structure: tree.Structure
    leaves: Sequence[Any]
    stacks: Sequence[Stack]
    size: int

    def run(self, out_axes: Axes) -> Any:
        """The results for all examples, in the containers of the function's result."""
        slots = [Slot(array_type(each.value.shape[1:], each.value.dtype)) for each in self.stacks]
        box: list[tree.Structure] = []

        def settle(result: Any) -> list[Node]:
            values, _, containers = read_values(result, "vmap", "the result")
            box.append(containers)
            return [as_node(each) for each in values]

        body = record_body(self.example, tree.flatten([0] * len(slots))[1], slots, settle, "under vmap")
        inputs = [*body.captured, *(each.value for each in self.stacks)]
        flags = [False] * len(body.captured) + [True] * len(self.stacks)
        graph: Graph = body.graph
        found = batch(graph, inputs, flags, self.size)
        axes = spread_axes(out_axes, box[0], "out_axes")
        values = [
            self.put_out(value, flag, axis, path_text(box[0], place))
            for place, (value, flag, axis) in enumerate(zip(found.outputs, found.stacked, axes, strict=True))
        ]
        return tree.unflatten(box[0], values)

    def example(self, *values: Any) -> Any:
        """The function on one example."""
        filled = list(self.leaves)
        for stack, value in zip(self.stacks, values, strict=True):
            filled[stack.place] = value
        args, keywords = tree.unflatten(self.structure, filled)
        return self.function(*args, **keywords)

    def put_out(self, value: Any, flag: bool, axis: int | None, path: str) -> Any:
        """A result with the examples along the axis asked for."""
        if axis is None:
            if flag:
                raise ShapeError(
                    given=f"out_axes=None for a result{path} that differs between examples", where="vmap",
                    expected="a result that is the same for all", remedy="give the axis where the examples go",
                )  # fmt: skip
            return own(value)
        whole = value if flag else stack_of(value, self.size)
        if not -whole.ndim <= axis < whole.ndim:
            raise BoundsError(
                given=f"out_axes={axis} for a result{path} of shape {whole.shape[1:]} an example", where="vmap",
                expected=f"an axis from {-whole.ndim} to {whole.ndim - 1}", remedy="write out_axes=0",
            )  # fmt: skip
        return own(moveaxis(whole, 0, axis))
