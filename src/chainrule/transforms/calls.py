"""One use of a custom function: its arguments in, the node of its op and its outputs in their containers out.

One idea: an op has array inputs and one array output; a Python function has containers, options and several outputs.
A `Call` holds what lies between: where each input belongs, what stays fixed, and how the output is taken apart again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .. import tree
from ..errors import ChainruleError, EscapeError, GradientError, TraceError
from ..ir.coercion import as_node
from ..ir.graph import topological_order
from ..ir.library import reference
from ..ir.node import Node
from ..ir.op import Op
from ..ir.precision import INEXACT, holds_numbers, result_type
from ..ir.recording import open_recording, suspended_recording
from ..ir.types import ArrayType, array_type
from ..ops.choices import astype
from ..ops.joining import concatenate
from ..ops.movement import reshape
from ..ops.sources import input_node, input_op


class CustomFunction(Protocol):
    """A function with a rule of its own: what `custom` makes."""

    fun: Callable[..., Any]
    nondiff_argnums: tuple[int, ...]
    op: Op
    opaque: Op

    @property
    def rules(self) -> tuple[Callable[..., Any], ...] | None: ...


class _Hole:
    """Stands among the fixed leaves where an input belongs."""

    def __repr__(self) -> str:
        return "{}"


HOLE = _Hole()


@dataclass(frozen=True, slots=True)
class Layout:
    """How the one output of the op is cut into the leaves of the function's result."""

    structure: tree.Structure
    types: tuple[ArrayType, ...]


# Not frozen: it learns its layout on the first run. Compared by identity, so that each use is a node of its own.
@dataclass(eq=False, slots=True)
class Call:
    """The arguments of one use without its inputs, and what the first run of it left behind."""

    function: CustomFunction
    structure: tree.Structure
    leaves: tuple[Any, ...]  # HOLE where an input belongs
    layout: Layout | None = None
    failed: bool = False
    remembered: tuple[tuple[Any, ...], Any] | None = field(default=None, repr=False)  # inputs, and residuals for them

    def __repr__(self) -> str:
        return f"<{self.function.op.name}({self.template()})>"

    def template(self) -> str:
        """The arguments as they are written, `{0}` for the first input."""
        slots = iter(range(len(self.leaves)))
        return ", ".join(f"{{{next(slots)}}}" if leaf is HOLE else _shown(leaf) for leaf in self.leaves)

    def arguments(self, inputs: Sequence[Any]) -> list[Any]:
        """All arguments of the function, with these inputs in their places."""
        remaining = iter(inputs)
        filled = [next(remaining) if leaf is HOLE else leaf for leaf in self.leaves]
        return list(tree.unflatten(self.structure, filled))

    def fixed_arguments(self) -> list[Any]:
        """The arguments in `nondiff_argnums`, in the order given there."""
        arguments = self.arguments([None] * sum(leaf is HOLE for leaf in self.leaves))
        return [arguments[place] for place in self.function.nondiff_argnums]

    def differentiable(self, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments that are not in `nondiff_argnums`."""
        return tuple(each for place, each in enumerate(arguments) if place not in self.function.nondiff_argnums)

    def rules(self, how: str) -> tuple[Callable[..., Any], ...]:
        """The user's rules. Raises GradientError when there are none."""
        rules = self.function.rules
        if rules is None:
            raise GradientError(
                given=f"the derivative of {self.function.op.name}, a custom function without a rule",
                where=self.function.op.name,
                expected="a rule before the function is differentiated",
                remedy=f"{self.function.op.name}.{how}",
            )
        return rules

    # Running ----------------------------------------------------------------------------------------------------------
    def evaluate(self, inputs: tuple[Any, ...]) -> Any:
        """The op's kernel: the packed output. The first run keeps the residuals for the gradient."""
        arguments = self.arguments([read_only(each) for each in inputs])
        rules = self.function.rules
        first = self.layout is None and rules is not None and len(rules) == 2
        try:
            with suspended_recording():
                if first:
                    assert rules is not None
                    result, residuals = pair(rules[0](*arguments), rules[0])
                    self.remembered = inputs, residuals
                else:
                    result = self.function.fun(*arguments)
        except (ValueError, TypeError, IndexError):
            self.failed = True
            raise
        return self.pack(result)

    def residuals(self, inputs: tuple[Any, ...]) -> Any:
        """What the forward rule saved for these inputs; it is run again if they are others."""
        kept = self.remembered
        if kept is not None and all(each is other for each, other in zip(kept[0], inputs, strict=True)):
            return kept[1]
        forward = self.rules("defvjp(forward, backward)")[0]
        return pair(forward(*self.arguments(inputs)), forward)[1]

    def infer(self, types: tuple[ArrayType, ...]) -> ArrayType:
        """The type of the output for inputs without values."""
        if self.failed:  # the kernel has raised the user's own error: nothing to add
            return array_type((), reference().dtype("float64"))
        if self.layout is None:
            with suspended_recording():
                self.layout = _recorded_layout(self, types) or _tried_layout(self, types)
        return packed_type(self.layout)

    # Outputs ----------------------------------------------------------------------------------------------------------
    def pack(self, result: Any) -> Any:
        """The function's result as one array: itself, or its leaves end to end."""
        leaves, layout = laid_out(result, self.function.fun)
        if self.layout is None:
            self.layout = layout
        return joined(leaves)

    def unpack(self, packed: Any) -> Any:
        """The leaves of the result, cut out of the packed array, in the containers of the result."""
        assert self.layout is not None
        structure, types = self.layout.structure, self.layout.types
        if len(types) == 1:
            return tree.unflatten(structure, [packed])
        pieces, start = [], 0
        for type_ in types:
            piece = reshape(packed[start : start + type_.size], type_.shape)
            pieces.append(astype(piece, dtype=type_.dtype) if type_.dtype != packed.dtype else piece)
            start += type_.size
        return tree.unflatten(structure, pieces)

    def primals_and_tangents(self, inputs: Sequence[Any], moves: Sequence[Any]) -> tuple[Any, Any]:
        """Both as a forward rule takes them: a tangent of zeros where an input does not move, None where it cannot."""
        numpy = reference()
        found = iter([
            numpy.zeros(each.shape, each.dtype)[()] if move is None and each.dtype.kind in INEXACT else move
            for each, move in zip(inputs, moves, strict=True)
        ])  # fmt: skip
        tangents = tree.unflatten(self.structure, [next(found) if leaf is HOLE else None for leaf in self.leaves])
        return self.differentiable(self.arguments(inputs)), self.differentiable(tangents)


def begin(function: CustomFunction, given: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Call a custom function: on plain values it simply runs, on recorded values its op is recorded."""
    if not any(type(leaf) is Node for leaf in tree.flatten([given, keywords])[0]):
        return function.fun(*given, **keywords)
    args = positional(function.fun, given, keywords)
    leaves, structure = tree.flatten(list(args))
    for place in function.nondiff_argnums:
        if any(type(leaf) is Node for leaf in tree.flatten(args[place])[0]):
            raise EscapeError(
                given=f"a recorded value as argument {place} of {function.op.name}, which is in nondiff_argnums",
                where=function.op.name,
                expected="plain values there: no derivative passes through them",
                remedy=f"take {place} out of nondiff_argnums, or cut the derivative on purpose with chainrule.value",
            )
    fixed = {slot for slot, path in enumerate(tree.paths(structure)) if path[0] in function.nondiff_argnums}
    moving = [slot not in fixed and is_input(leaf) for slot, leaf in enumerate(leaves)]
    inputs = [as_node(leaf) for leaf, moves in zip(leaves, moving, strict=True) if moves]
    kept = tuple(HOLE if moves else own(leaf) for leaf, moves in zip(leaves, moving, strict=True))
    call = Call(function, structure, kept)
    return call.unpack(function.op(*inputs, call=call))


def positional(fun: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
    """All arguments by position, defaults too, because rules take them so. Raises TraceError for keyword-only ones."""
    if not inspect.isfunction(fun) and not keywords:  # NumPy's own have a dozen options that no rule asks for
        return args
    bound = inspect.signature(fun).bind(*args, **keywords)
    bound.apply_defaults()
    if bound.kwargs:
        raise TraceError(
            given=f"{name_of(fun)} called with {', '.join(f'{key}=' for key in bound.kwargs)}",
            where=name_of(fun),
            expected="arguments that can be passed by position: a custom rule takes them so",
            remedy="take the star out of the signature, or bind them first with functools.partial",
        )
    return bound.args


def is_input(leaf: Any) -> bool:
    """Whether a leaf is numbers that could move; everything else is passed on as it is."""
    return type(leaf) is Node or type(leaf) in (float, complex) or (hasattr(leaf, "shape") and hasattr(leaf, "dtype"))


def own(leaf: Any) -> Any:
    """A copy of an array, so that later changes to it do not reach the recording."""
    return leaf.copy() if isinstance(leaf, reference().ndarray) else leaf


def read_only(value: Any) -> Any:
    """A view that cannot be written to: a function that changes its argument would change the recording."""
    if not isinstance(value, reference().ndarray):
        return value
    view = value.view()
    view.flags.writeable = False
    return view


def pair(result: Any, rule: Callable[..., Any]) -> tuple[Any, Any]:
    """(output, residuals). Raises GradientError for anything else."""
    if not isinstance(result, tuple) or len(result) != 2:
        raise GradientError(
            given=f"a result of type {type(result).__name__} from the rule {name_of(rule)}",
            where=name_of(rule),
            expected="a pair: the output, and a second thing that the other half of the rule needs",
            remedy="return output, residuals; or return output, None",
        )
    return result


def name_of(fun: Callable[..., Any]) -> str:
    """What a function is called, for messages and notation."""
    name = getattr(fun, "__name__", None) or type(fun).__name__
    return "lambda" if name == "<lambda>" else str(name)


def _shown(leaf: Any) -> str:
    written = repr(leaf) if isinstance(leaf, (int, str)) else "..."
    return written.replace("{", "{{").replace("}", "}}") if len(written) <= 20 else "..."


# Outputs as one array ------------------------------------------------------------------------------------------------
def laid_out(result: Any, function: Callable[..., Any]) -> tuple[list[Any], Layout]:
    """The leaves of a result as arrays, and their layout. Raises GradientError for what is not numbers."""
    leaves, structure = tree.flatten(result)
    arrays = [leaf if type(leaf) is Node else reference().asarray(leaf)[()] for leaf in leaves]
    for leaf, array in zip(leaves, arrays, strict=True):
        if not holds_numbers(array.dtype):
            raise GradientError(
                given=f"{name_of(function)}, which returned {type(leaf).__name__} (dtype {array.dtype})",
                where=name_of(function),
                expected="numbers or arrays, alone or in containers",
                remedy="return only arrays from a custom function",
            )
    if not arrays:
        raise GradientError(given=f"{name_of(function)}, which returned nothing", where=name_of(function),
                            expected="a number or an array", remedy="is a return missing?")  # fmt: skip
    return arrays, Layout(structure, tuple(array_type(array.shape, array.dtype) for array in arrays))


def joined(leaves: Sequence[Any]) -> Any:
    """The only leaf, or all leaves end to end."""
    return leaves[0] if len(leaves) == 1 else concatenate([reshape(leaf, (-1,)) for leaf in leaves])


def packed_type(layout: Layout) -> ArrayType:
    """The type of the packed output."""
    if len(layout.types) == 1:
        return layout.types[0]
    dtype = result_type(*[type_.dtype for type_ in layout.types])
    return array_type((sum(type_.size for type_ in layout.types),), dtype)


def _recorded_layout(call: Call, types: Sequence[ArrayType]) -> Layout | None:
    """The layout, by recording the function on values that are not known; None where it cannot be recorded."""
    with open_recording():
        inputs = [input_node(type_.shape, type_.dtype) for type_ in types]
        try:
            arrays, layout = laid_out(call.function.fun(*call.arguments(inputs)), call.function.fun)
        except TraceError:
            return None
        made = topological_order([each for each in arrays if type(each) is Node], inputs)
    if any(node.op is input_op and node.serial < inputs[0].serial for node in made):
        raise EscapeError(
            given=f"{call.function.op.name}, which uses a recorded value from outside",
            where=call.function.op.name,
            expected="a custom function whose derivative depends on its arguments only",
            remedy="pass the value as an argument",
        )
    return layout


def _tried_layout(call: Call, types: Sequence[ArrayType]) -> Layout:
    """The layout, by running the function on ones: for functions that only run on numbers."""
    numpy = reference()
    inputs = [numpy.ones(type_.shape, type_.dtype)[()] for type_ in types]
    try:
        with numpy.errstate(all="ignore"):
            return laid_out(call.function.fun(*call.arguments(inputs)), call.function.fun)[1]
    except ChainruleError:
        raise
    except Exception as problem:
        raise TraceError(
            given=f"{call.function.op.name} under jit: it can neither be recorded nor be run on ones "
            f"to learn its shape ({type(problem).__name__}: {problem})",
            where=call.function.op.name,
            expected="a function whose output shape can be found without knowing its inputs",
            remedy="leave jit out",
        ) from problem
