"""Jacobians: a function and its arguments in, the derivative of every output by every input out.

One idea: record once, and walk once for all rows together: the walk for one row is a graph, which is carried out for
all seeds with their zeros left out (`structured`), or on a stack of seeds where that is not possible. Where there are
few rows a walk for each is cheaper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .. import tree
from ..errors import GradientError, LimitError
from ..ir.coercion import as_node
from ..ir.library import reference
from ..ir.node import Node, concrete
from ..ir.types import ArrayType, array_type
from ..ops.joining import concatenate, stack
from ..ops.movement import reshape, transpose
from .batch import batch, stack_of
from .control.derived import deriving
from .differentiate import Argnums, chosen_arguments, zero_if_none
from .forward import tangents
from .replay import fresh_inputs
from .reverse import gradients
from .separate import Part, separate
from .structured import structured_rows
from .trace import Recording, record

_FEW = 4  # rows for which a walk each is cheaper than a walk that is recorded
_AT_ONCE = 1 << 22  # entries of the largest stack: more rows are carried out in pieces


def jacobian_by_rows(function: Callable[..., Any], args: Sequence[Any], argnums: Argnums) -> Any:
    """The Jacobian, by reverse mode from every entry of the output."""
    places = chosen_arguments(argnums, len(args))
    recording, _ = record(function, args, {}, places)
    blocks = [
        pulled_at_once(recording, output)
        if output.size > _FEW and not output.type.is_complex
        else pulled_one_by_one(recording, output)
        for output in recording.outputs
    ]
    return nest(recording, blocks, argnums)


def jacobian_by_columns(function: Callable[..., Any], args: Sequence[Any], argnums: Argnums) -> Any:
    """The Jacobian, by forward mode from every entry of the inputs."""
    places = chosen_arguments(argnums, len(args))
    recording, _ = record(function, args, {}, places)
    require_real_variables(recording, "jacfwd")
    columns = [
        pushed_at_once(recording, node) if node.size > _FEW else pushed_one_by_one(recording, node)
        for node in recording.variables
    ]
    blocks = [[column[place] for column in columns] for place in range(len(recording.outputs))]
    return nest(recording, blocks, argnums)


# One row -------------------------------------------------------------------------------------------------------------
def row_of(recording: Recording, output: Node, seed: Any) -> list[Any]:
    """How one entry of an output moves with every entry of the variables.

    A complex entry that moves with a real variable has a real and an imaginary part, which take a walk each.
    """

    def walk(seed: Any) -> list[Any]:
        found = gradients([output], [seed], recording.variables, symbolic=recording.nested)
        return [zero_if_none(each, node) for each, node in zip(found, recording.variables, strict=True)]

    if not output.type.is_complex:
        return walk(seed)
    require_real_variables(recording, "jacrev")
    return [real + 1j * imaginary for real, imaginary in zip(walk(seed), walk(1j * seed), strict=True)]


def pulled_one_by_one(recording: Recording, output: Node) -> list[Any]:
    """The derivative of an output by each variable, row by row."""
    rows = [row_of(recording, output, seed) for seed in unit_arrays(output)]
    return [
        arrange([row[slot] for row in rows], output.shape, node, node.shape)
        for slot, node in enumerate(recording.variables)
    ]


def pushed_one_by_one(recording: Recording, node: Node) -> list[Any]:
    """The derivative of each output by a variable, column by column."""
    moved = [tangents(recording.outputs, [node], [seed], symbolic=recording.nested) for seed in unit_arrays(node)]
    return [
        turn(
            arrange([zero_if_none(each[place], output) for each in moved], node.shape, output, output.shape),
            node.ndim, output.ndim,
        )
        for place, output in enumerate(recording.outputs)
    ]  # fmt: skip


# All rows ------------------------------------------------------------------------------------------------------------
def pulled_at_once(recording: Recording, output: Node) -> list[Any]:
    """The derivative of an output by each variable."""
    with deriving():
        (seed,) = fresh_inputs([output.type])
        found = gradients([output], [seed], recording.variables, symbolic=True)
        return all_at_once(found, seed, output, recording.variables, nested=recording.nested, seeds_last=False)


def pushed_at_once(recording: Recording, node: Node) -> list[Any]:
    """The derivative of each output by a variable."""
    with deriving():
        (move,) = fresh_inputs([node.type])
        found = tangents(recording.outputs, [node], [move], symbolic=True)
        return all_at_once(found, move, node, recording.outputs, nested=recording.nested, seeds_last=True)


def all_at_once(
    found: Sequence[Any], seed: Node, start: Node, ends: Sequence[Node], *, nested: bool, seeds_last: bool
) -> list[Any]:
    """What was found for a seed, for all unit arrays in its place: their axes come first, or last. Zeros where nothing
    arrived.
    """
    there = [slot for slot, each in enumerate(found) if each is not None]
    part = separate([as_node(found[slot]) for slot in there], [seed])
    largest = max((ends[slot] for slot in there), key=lambda node: node.size, default=start)
    with held(array_type((largest.size, start.size), largest.dtype)):
        whole = structured_rows(part, start, nested=nested, seeds_last=seeds_last)
    if whole is None:
        rows = [
            arrange(each, start.shape, ends[slot], ends[slot].shape)
            for slot, each in zip(there, carried_out(part, unit_arrays(start), nested), strict=True)
        ]
        whole = [turn(each, start.ndim, each.ndim - start.ndim) for each in rows] if seeds_last else rows
    reached = dict(zip(there, whole, strict=True))
    return [
        reached[slot]
        if slot in reached
        else zero_block((*node.shape, *start.shape) if seeds_last else (*start.shape, *node.shape), node.dtype)
        for slot, node in enumerate(ends)
    ]


def zero_block(shape: tuple[int, ...], dtype: Any) -> Any:
    """A block of a Jacobian that nothing reaches. Raises LimitError where it cannot be held."""
    with held(array_type(shape, dtype)):
        return reference().zeros(shape, dtype)


@contextmanager
def held(type_: ArrayType) -> Iterator[None]:
    """Raise LimitError where an array of this type does not fit into memory."""
    try:
        yield
    except MemoryError as problem:
        raise LimitError(
            given=f"a Jacobian with a block of type {type_}: {problem}",
            expected="one that fits into memory",
            remedy="use vjp or jvp for its products with vectors",
        ) from problem


def carried_out(part: Part, basis: Any, nested: bool) -> list[Any]:
    """The outputs of a part for all rows of a basis, in pieces where they would be too large together."""
    recorded = nested or not part.known
    captured = part.captured if recorded else [concrete(each) for each in part.captured]
    flags = (*(False for _ in captured), True)
    pieces = []
    with reference().errstate(all="ignore"):
        for rows in pieces_of(part, basis):
            found = batch(part.graph, [*captured, rows], flags, len(rows))
            pieces.append([
                each if flag else stack_of(each, len(rows))
                for each, flag in zip(found.outputs, found.stacked, strict=True)
            ])  # fmt: skip
    return [column[0] if len(column) == 1 else concatenate(column) for column in zip(*pieces, strict=True)]


def pieces_of(part: Part, basis: Any) -> Iterator[Any]:
    """So many rows at once that the largest stack stays within bounds."""
    largest = max((node.size for node in part.graph.order()), default=1)
    at_once = max(1, _AT_ONCE // max(largest, 1))
    for start in range(0, len(basis), at_once):
        yield basis[start : start + at_once]


def require_real_variables(recording: Recording, name: str) -> None:
    """Raise GradientError for complex variables: what moves with them in two directions is no matrix of numbers."""
    for node in recording.variables:
        if node.type.is_complex:
            raise GradientError(
                given=f"{name} by complex numbers ({node.type})", where=name,
                expected="real numbers, or one real output: its gradient by a complex number is dL/da + i dL/db",
                remedy="use vjp or jvp; or real and imaginary part as two arguments: f(a + 1j * b)",
            )  # fmt: skip


def unit_arrays(node: Node) -> Any:
    """All arrays of this node's type with a single 1, stacked. Raises LimitError where they cannot be held."""
    with held(array_type((node.size, node.size), node.dtype)):
        basis = reference().eye(node.size, dtype=node.dtype)
    return reference().reshape(basis, (node.size, *node.shape))


def arrange(rows: Any, first: tuple[int, ...], node: Node, second: tuple[int, ...]) -> Any:
    """Rows, in a list or as a stack, as one array of shape first + second."""
    if isinstance(rows, list):
        if not rows:
            return reference().zeros((*first, *second), node.dtype)
        if not first:
            return rows[0]
        rows = stack(rows)
    return reshape(rows, (*first, *second))


def turn(block: Any, leading: int, trailing: int) -> Any:
    """Inputs-first to outputs-first."""
    order = (*range(leading, leading + trailing), *range(leading))
    return transpose(block, order)


def nest(recording: Recording, blocks: list[list[Any]], argnums: Argnums) -> Any:
    """Blocks in the containers of the outputs, and inside each in those of the arguments, as JAX returns them."""
    rows = []
    for block in blocks:
        back = tree.unflatten(recording.structure, block)
        rows.append(back[0] if isinstance(argnums, int) else tuple(back))
    return tree.unflatten(recording.output_structure, rows)
