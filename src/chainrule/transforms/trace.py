"""Recording: a function and its arguments in, the nodes it made out.

One idea: the function runs once, on values that record. With known values Python's `if`, `while` and `print` work as
usual; without them the graph holds for every value. Each differentiated leaf becomes a variable of its own, so nested
derivatives cannot be confused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from .. import tree
from ..errors import ChainruleError, DTypeError, GradientError, LimitError, user_line
from ..ir.coercion import as_node
from ..ir.library import reference
from ..ir.likes import copied
from ..ir.node import Node, concrete, is_abstract
from ..ir.precision import INEXACT, holds_numbers
from ..ir.recording import STATE, accepting_from, open_recording
from ..ops.choices import mark
from ..ops.sources import input_node
from . import refusals

_keys = count()


@dataclass(frozen=True, slots=True)
class Recording:
    """What a run left behind. `nested`: it happened inside another recording, so its results must be recorded too."""

    variables: tuple[Node, ...]
    outputs: tuple[Node, ...]
    output_structure: tree.Structure
    leaves: tuple[Any, ...]  # as the caller passed them
    structure: tree.Structure
    nested: bool


def variable(leaf: Any, path: Callable[[], str] = lambda: "the argument") -> Node:
    """A variable holding a copy of this number or array: later changes to it do not reach the recording.

    `path` names it in an error.
    Raises DTypeError for integers, booleans and whatever is not an array of floats.
    """
    if type(leaf) is Node:
        _require_floats(leaf.dtype, leaf, path)
        return mark(leaf, key=next(_keys))  # type: ignore[no-any-return]
    if isinstance(leaf, (str, bytes)):
        _refuse_leaf(path, f"text ({type(leaf).__name__})")
    array = copied(leaf)
    _require_floats(array.dtype, leaf, path)
    return input_node(
        array.shape, array.dtype, array[()] if array.ndim == 0 else array, weak=type(leaf) in (float, complex)
    )


def _require_floats(dtype: Any, leaf: Any, path: Callable[[], str]) -> None:
    if dtype.kind in INEXACT and holds_numbers(dtype):
        return
    kind = f"{type(leaf).__name__} (dtype {dtype})"
    if dtype.kind in "iub":
        raise DTypeError(
            given=f"{path()} of type {kind}",
            expected="floating-point numbers: a whole number cannot move by a little, so it has no derivative",
            remedy="write 3.0 instead of 3, or convert with np.asarray(x, float)",
        )
    _refuse_leaf(path, kind)


def _refuse_leaf(path: Callable[[], str], kind: str) -> None:
    raise DTypeError(
        given=f"{path()} of type {kind}",
        expected="a float, an array of floats, or nested dicts, lists, tuples and dataclasses of them",
        remedy="leave this argument out of argnums, or pass what is not an array by keyword",
    )


def record(
    function: Callable[..., Any],
    args: Sequence[Any],
    keywords: dict[str, Any],
    argnums: Sequence[int],
    recorder: Callable[[Node], None] | None = None,
) -> tuple[Recording, Any]:
    """Run `function` with the arguments in `argnums` as variables. Returns the recording and the raw result."""
    leaves, structure = tree.flatten([args[place] for place in argnums])
    nested = STATE.depth > 0
    with open_recording(recorder):
        variables = tuple([
            variable(leaf, partial(name_leaf, argnums, structure, slot)) for slot, leaf in enumerate(leaves)
        ])  # fmt: skip
        replaced = list(args)
        for place, value in zip(argnums, tree.unflatten(structure, variables), strict=True):
            replaced[place] = value
        with accepting_from(STATE.oldest if nested or not variables else variables[0].serial):
            result = run(function, replaced, keywords)
        outputs, output_structure = tree.flatten(result)
        nodes = tuple([output_node(output) for output in outputs])
    return Recording(variables, nodes, output_structure, tuple(leaves), structure, nested), result


def run(function: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """Call the user's function. NumPy wraps our refusal of `a[0] = x` in an error of its own: ours is brought out."""
    if not callable(function):
        raise GradientError(
            given=f"{type(function).__name__} in the place of a function",
            expected="a function",
            remedy="write grad(f)(x), not grad(f(x))",
        )
    try:
        return function(*args, **keywords)
    except (TypeError, ValueError) as problem:
        if isinstance(problem.__cause__, ChainruleError) and not isinstance(problem, ChainruleError):
            raise problem.__cause__ from None
        raise
    except MemoryError as problem:
        raise LimitError(
            given=f"an array that does not fit into memory: {str(problem) or 'no memory is left'}",
            where=user_line(problem),
            expected="arrays that fit",
            remedy="check whether the shape is the one you meant; np.broadcast_to repeats numbers without copying them",
        ) from problem


def name_leaf(argnums: Sequence[int], structure: tree.Structure, slot: int) -> str:
    """Which leaf of which argument: for messages."""
    place, *rest = tree.paths(structure)[slot]
    return f"argument {argnums[place]}{''.join(f'[{key!r}]' for key in rest)}"  # type: ignore[call-overload]


def output_node(output: Any) -> Node:
    """A result as a node. Raises GradientError for what is not a number or an array."""
    if type(output) is Node:
        return output
    array = reference().asarray(output) if not isinstance(output, (str, bytes)) else None
    if array is None or not holds_numbers(array.dtype):
        raise GradientError(
            given=f"a function that returned {type(output).__name__}",
            expected="numbers or arrays",
            remedy="return the value to differentiate; extra results go out with has_aux=True",
        )
    return as_node(array)


def plain(value: Any) -> Any:
    """The explicit way out of a recording: the number itself, detached from every derivative (a copy).

    Works on nested containers. Raises BranchError under jit, where no number is known.

    >>> plain(3.0)
    3.0
    """
    leaves, structure = tree.flatten(value)
    return tree.unflatten(structure, [detach(leaf) for leaf in leaves])


def detach(leaf: Any) -> Any:
    if type(leaf) is not Node:
        return leaf
    found = refusals.concrete_or_refuse(leaf)
    return found.copy()


def known(node: Node, nested: bool) -> Any:
    """A node for the recording outside, or its value when there is none."""
    return node if nested or is_abstract(node) else concrete(node)
