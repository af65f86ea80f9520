"""What a rule of the user's returned in, gradients of the op's inputs or the tangent of its output out.

One idea: nothing is stretched, cut or reordered to make it fit. What does not fit is said, with the rule's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .. import tree
from ..errors import DTypeError, GradientError, ShapeError, TraceError
from ..ir.library import reference
from ..ir.node import Node
from ..ir.precision import INEXACT, holds_numbers
from ..ir.types import count_entries
from ..ops.choices import astype
from .calls import HOLE, Call, Layout, joined, laid_out, name_of, packed_type, pair


def gradients_of_inputs(call: Call, found: Any, inputs: Sequence[Any], rule: Callable[..., Any]) -> tuple[Any, ...]:
    """One gradient for each input of the op, out of what a backward rule returned."""
    arguments = call.differentiable(tree.unflatten(call.structure, list(range(len(call.leaves)))))
    if not isinstance(found, (tuple, list)) or len(found) != len(arguments):
        count = f"{len(found)} gradients" if isinstance(found, (tuple, list)) else f"a {type(found).__name__}"
        raise GradientError(
            given=f"{count} from the rule {name_of(rule)} of {call.function.op.name}",
            where=name_of(rule),
            expected=f"a tuple of {len(arguments)}, one gradient for each argument that can be differentiated",
            remedy="return (gradient,) for a single argument; None stands for an argument that does not matter",
        )
    by_leaf: dict[int, Any] = {}
    for place, (argument, gradient) in enumerate(zip(arguments, found, strict=True)):
        slots, structure = tree.flatten(argument)
        for slot, path in zip(slots, tree.paths(structure), strict=True):
            by_leaf[slot] = _reach(gradient, path, f"gradient {place} from the rule {name_of(rule)}", structure)
    slots = [slot for slot, leaf in enumerate(call.leaves) if leaf is HOLE]
    return tuple(
        None if by_leaf[slot] is None or each.dtype.kind not in INEXACT else fitted(by_leaf[slot], each, number, rule)
        for number, (slot, each) in enumerate(zip(slots, inputs, strict=True))
    )


def _reach(container: Any, path: tree.Path, what: str, structure: tree.Structure) -> Any:
    """The leaf at a path; None if the way there ends in None."""
    try:
        for key in path:
            if container is None:
                return None
            by_name = isinstance(key, str) and not isinstance(container, dict)
            container = getattr(container, str(key)) if by_name else container[key]
    except (KeyError, IndexError, AttributeError, TypeError):
        raise GradientError(
            given=f"{what}, of structure {tree.flatten(container)[1]}",
            expected=f"the structure of its argument, {structure}; None stands for zeros",
            remedy="return for each argument a gradient in the same containers",
        ) from None
    return container


def fitted(gradient: Any, value: Any, number: int, rule: Callable[..., Any]) -> Any:
    """A gradient in the dtype of its input. Raises ShapeError when the shapes differ."""
    array = gradient if type(gradient) is Node else reference().asarray(gradient)
    if not holds_numbers(array.dtype) or (array.dtype.kind == "c" != value.dtype.kind):
        raise DTypeError(given=f"a gradient of dtype {array.dtype} from the rule {name_of(rule)} "
                         f"for input {number} of dtype {value.dtype}", where=name_of(rule), expected="real numbers",
                         remedy="return arrays of floats; of a complex gradient np.real(...)")  # fmt: skip
    if array.shape != value.shape:
        raise ShapeError(
            given=f"a gradient of shape {array.shape} from the rule {name_of(rule)} "
            f"for input {number} of shape {value.shape}",
            where=name_of(rule),
            expected="the shape of the input",
            remedy=_shape_remedy(array.shape, value.shape),
        )
    return array if type(array) is Node and array.dtype == value.dtype else astype(array, dtype=value.dtype)[()]


def _shape_remedy(given: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """What to do to a gradient of the wrong shape."""
    if given == tuple(reversed(wanted)):
        return "it is transposed: return its .T"
    if count_entries(given) > count_entries(wanted):
        extra = len(given) - len(wanted)
        padded = (1,) * extra + wanted
        pairs = enumerate(zip(given, padded, strict=False))
        axes = tuple(axis for axis, (size, kept) in pairs if size != kept or axis < extra)
        return f"an input that was broadcast receives a sum: sum over axis {axes[0] if len(axes) == 1 else axes}"
    return "each entry of the input receives one number; np.broadcast_to copies one that is the same everywhere"


def moved_output(call: Call, result: Any, rule: Callable[..., Any]) -> Any:
    """The tangent of the packed output, out of what a forward rule returned."""
    _, moved = pair(result, rule)
    assert call.layout is not None
    leaves, layout = laid_out(moved, rule)
    wanted = call.layout
    shapes, wanted_shapes = ([type_.shape for type_ in each.types] for each in (layout, wanted))
    if layout.structure != wanted.structure or shapes != wanted_shapes:
        raise ShapeError(
            given=f"a tangent of {_described(layout)} from the rule {name_of(rule)}",
            where=name_of(rule),
            expected=f"that of the output of {call.function.op.name}: {_described(wanted)}",
            remedy="multiply the tangents by the Jacobian, not by its transpose",
        )
    dtype = packed_type(wanted).dtype
    return joined([astype(leaf, dtype=dtype) if leaf.dtype != dtype else leaf for leaf in leaves])


def _described(layout: Layout) -> str:
    return f"structure {layout.structure} with {', '.join(map(str, layout.types))}"


@contextmanager
def transposing(rule: Callable[..., Any], what: str, needed_by: str) -> Iterator[None]:
    """Says which rule is at fault when running it the other way round fails."""
    try:
        yield
    except TraceError as problem:
        raise GradientError(
            given=f"the rule {name_of(rule)}, which cannot be recorded as a function of {what}: {problem.given}",
            where=name_of(rule),
            expected=f"a rule made of functions that can be recorded: {needed_by} run it the other way round",
            remedy="write it with NumPy's functions, without branches on what it is linear in; or use the other mode",
        ) from problem
