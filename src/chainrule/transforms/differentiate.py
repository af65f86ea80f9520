"""Derivatives of Python functions: a function and its arguments in, values and derivatives in the caller's containers
out.

One idea: record once, walk once. Every derivative here is a recording followed by reverse or forward walks over it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import tree
from ..errors import BoundsError, DTypeError, GradientError, ShapeError
from ..ir.library import reference
from ..ir.node import Node
from ..ir.precision import FLOATING
from ..ir.recording import accepting_from
from ..ops.complexes import conjugated
from .forward import tangents
from .reverse import gradients
from .trace import Recording, known, record
from .whole_numbers import without_whole_numbers

Argnums = int | Sequence[int]


def chosen_arguments(argnums: Argnums, count: int) -> tuple[int, ...]:
    """The argument places to differentiate, counted from 0. Raises BoundsError for one beyond the arguments."""
    if type(argnums) is int and 0 <= argnums < count:
        return (argnums,)
    places = tuple(argnums) if isinstance(argnums, Sequence) else (argnums,)
    if not all(isinstance(place, int) for place in places):
        raise BoundsError(given=f"argnums={argnums!r}", expected="the place of an argument, or several",
                          remedy="count arguments from 0: argnums=0, or argnums=(0, 1)")  # fmt: skip
    if len({place % max(count, 1) for place in places}) < len(places):
        raise BoundsError(given=f"argnums={argnums}, which names an argument twice", expected="each argument once",
                          remedy="leave one of them out")  # fmt: skip
    for place in places:
        if not -count <= place < count:
            raise BoundsError(
                given=f"argnums={argnums} for a call with {count} positional argument{'s' * (count != 1)}",
                expected=f"numbers from 0 to {count - 1}" if count else "at least one positional argument",
                remedy="pass the argument by position, or correct argnums",
            )
    return tuple(place % count for place in places)


def split_aux(function: Callable[..., Any], has_aux: bool, box: list[Any]) -> Callable[..., Any]:
    """The function without its auxiliary result, which is put into `box`."""
    if not has_aux:
        return function

    def without_aux(*args: Any, **keywords: Any) -> Any:
        result = function(*args, **keywords)
        if not isinstance(result, tuple) or len(result) != 2:
            raise GradientError(
                given=f"a result of type {type(result).__name__} with has_aux=True",
                expected="a pair (value, aux)",
                remedy="return value, aux; or leave has_aux out",
            )
        box.append(result[1])
        return result[0]

    return without_aux


def released(box: list[Any], nested: bool) -> Any:
    """The auxiliary result, with recorded values replaced by plain ones at the outermost level."""
    leaves, structure = tree.flatten(box[0])
    return tree.unflatten(structure, [known(leaf, nested) if type(leaf) is Node else leaf for leaf in leaves])


def scalar_output(recording: Recording) -> Node:
    """The one number a gradient is taken of. Raises GradientError for anything else."""
    if recording.output_structure.entries != (None,):
        raise GradientError(
            given=f"a function that returned {container_name(recording)}{recording.output_structure}",
            expected="one number",
            remedy="return one number; extra results go out with has_aux=True; for several outputs use jacobian or vjp",
        )
    output = recording.outputs[0]
    if output.shape:
        raise GradientError(
            given=f"a function whose output has shape {output.shape}",
            expected="one number (shape ()): a gradient says how one number changes",
            remedy="reduce it with np.sum or np.mean, take one entry, or use jacobian or vjp",
        )
    if output.dtype.kind == "c":
        raise GradientError(
            given=f"a function whose output is complex ({output.dtype})", expected="a real number",
            remedy="a complex number is not larger or smaller: return np.real(...), np.abs(...) or np.abs(...)**2; "
            "of a holomorphic function vjp and jvp give the derivative",
        )  # fmt: skip
    if output.dtype.kind not in FLOATING:
        raise GradientError(
            given=f"a function whose output has dtype {output.dtype}", expected="a floating-point number",
            remedy="whole numbers and truth values do not move by a little: return the quantity behind them",
        )  # fmt: skip
    return output


def container_name(recording: Recording) -> str:
    """What kind of container a function returned: a tuple, a dict."""
    outermost = recording.output_structure.entries[0]
    kind = "" if outermost is None else outermost.type.__name__
    return f"a {kind}, " if kind in ("tuple", "list", "dict") else ""


def value_and_gradient(
    function: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any], argnums: Argnums, has_aux: bool,
    conjugate: bool = False, allow_int: bool = False,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """(value, aux, gradient in the containers of the arguments): aux is None without has_aux.

    `conjugate`: the gradient by a complex z = a + bi is dL/da - i dL/db, as JAX has it, instead of dL/da + i dL/db.
    `allow_int`: the gradient by whole numbers is zero, in float64, instead of an error.
    """
    places = chosen_arguments(argnums, len(args))
    if allow_int:
        of_floats, floats, put_back = without_whole_numbers(function, args, places)
        value, aux, gradient = value_and_gradient(of_floats, [floats], keywords, 0, has_aux, conjugate)
        whole = put_back(gradient)
        return value, aux, whole[0] if isinstance(argnums, int) else tuple(whole)
    box: list[Any] = []
    recording, _ = record(split_aux(function, has_aux, box), args, keywords, places)
    output = scalar_output(recording)
    seed = reference().ones((), output.dtype)[()]
    found = gradients([output], [seed], recording.variables, symbolic=recording.nested)
    if conjugate:
        found = [conjugated(each) for each in found]
    back = tree.unflatten(recording.structure, finish(recording, found))
    value = known(output, recording.nested)
    if recording.leaves and all(type(leaf) in (float, complex) for leaf in recording.leaves):
        value = plain_number(value)
    aux = released(box, recording.nested) if has_aux else None
    return value, aux, back[0] if isinstance(argnums, int) else tuple(back)


def finish(recording: Recording, found: Sequence[Any]) -> list[Any]:
    """Gradients as the caller expects them: zeros where nothing arrived, Python floats for Python floats."""
    finished = [
        like_leaf(zero_if_none(gradient, node), leaf)
        for gradient, node, leaf in zip(found, recording.variables, recording.leaves, strict=True)
    ]
    # x + y sends one and the same array to both: a caller who writes to the one must not change the other.
    taken: set[int] = set()
    for slot, gradient in enumerate(finished):
        if id(gradient) in taken and isinstance(gradient, reference().ndarray):
            finished[slot] = gradient.copy()
        taken.add(id(gradient))
    return finished


def zero_if_none(gradient: Any, node: Node) -> Any:
    return reference().zeros(node.shape, node.dtype)[()] if gradient is None else gradient


def like_leaf(gradient: Any, leaf: Any) -> Any:
    """A gradient as its leaf was given: a Python float, a NumPy number, or an array the caller may write to."""
    if type(gradient) is Node:
        return gradient
    if type(leaf) is float:
        return float(gradient)
    if type(leaf) is complex:
        return complex(gradient)
    if isinstance(leaf, reference().generic):
        return gradient[()]
    array = reference().asarray(gradient)
    return array if array.flags.writeable and array.flags.owndata else array.copy()


def plain_number(value: Any) -> Any:
    """A NumPy number as a Python float; anything else as it is."""
    return float(value) if isinstance(value, reference().floating) else value


def release(outputs: Sequence[Any], structure: tree.Structure) -> Any:
    """Values in the containers of the function's result; arrays are the caller's own."""
    return tree.unflatten(structure, [own(each) for each in outputs])


def own(value: Any) -> Any:
    """An array that shares no memory with a recording."""
    return value if type(value) is Node or not hasattr(value, "flags") or not value.shape else value.copy()


def pullback(
    function: Callable[..., Any], primals: Sequence[Any], has_aux: bool
) -> tuple[Any, Callable[[Any], tuple[Any, ...]], Any]:
    """(outputs, the function from output gradients to input gradients, aux)."""
    box: list[Any] = []
    recording, _ = record(split_aux(function, has_aux, box), primals, {}, range(len(primals)))

    def pull(cotangents: Any) -> tuple[Any, ...]:
        seeds, structure = tree.flatten(cotangents)
        if structure.entries != recording.output_structure.entries:
            raise GradientError(given=f"output gradients of structure {structure}",
                                expected=f"the structure of the outputs, {recording.output_structure}",
                                remedy="pass one gradient for each output, in the same containers")  # fmt: skip
        symbolic = recording.nested or any(type(seed) is Node for seed in seeds)
        checked = [
            seed_like(seed, node, "an upstream gradient", "an output")
            for seed, node in zip(seeds, recording.outputs, strict=True)
        ]
        with accepting_from(0):  # the pullback may outlive its recording
            found = gradients(recording.outputs, checked, recording.variables, symbolic=symbolic)
        return tuple(tree.unflatten(recording.structure, finish(recording, found)))

    outputs = release([known(node, recording.nested) for node in recording.outputs], recording.output_structure)
    return outputs, pull, released(box, recording.nested) if has_aux else None


def seed_like(seed: Any, node: Node, what: str, of: str) -> Any:
    """A copy of a gradient or tangent in its node's type. Raises ShapeError when the shape differs.

    Raises DTypeError for a complex one where the node is real.
    """
    given = seed.dtype if hasattr(seed, "dtype") else reference().asarray(seed).dtype
    if given.kind == "c" and node.dtype.kind != "c":
        raise DTypeError(
            given=f"{what} of dtype {given} for {of} of dtype {node.dtype}", expected="real numbers",
            remedy="a real number moves along the real line only: pass np.real(...)",
        )  # fmt: skip
    array = seed if type(seed) is Node else reference().array(seed, dtype=node.dtype)[()]
    if array.shape != node.shape:
        raise ShapeError(
            given=f"{what} of shape {array.shape} for {of} of shape {node.shape}",
            expected="the same shape",
            remedy="pass one number for each entry",
        )
    return array


def pushforward(function: Callable[..., Any], primals: Sequence[Any], moves: Sequence[Any]) -> tuple[Any, Any]:
    """(outputs, how they move when the primals move by `moves`)."""
    return pushforward_with_aux(function, primals, moves, False)[:2]


def pushforward_with_aux(
    function: Callable[..., Any], primals: Sequence[Any], moves: Sequence[Any], has_aux: bool
) -> tuple[Any, Any, Any]:
    """(outputs, how they move when the primals move by `moves`, aux)."""
    box: list[Any] = []
    for each, what in ((primals, "primals"), (moves, "tangents")):
        if not isinstance(each, (tuple, list)):
            raise GradientError(given=f"{what} of type {type(each).__name__}", remedy="write jvp(f, (x,), (v,))",
                                expected="a tuple with one for each argument")  # fmt: skip
    recording, _ = record(split_aux(function, has_aux, box), primals, {}, range(len(primals)))
    given, structure = tree.flatten(list(moves))
    if structure.entries != recording.structure.entries:
        raise GradientError(given=f"tangents of structure {structure}",
                            expected=f"the structure of the primals, {recording.structure}",
                            remedy="pass a tuple with one tangent for each primal")  # fmt: skip
    checked = [
        seed_like(move, node, "a tangent", "a primal") for move, node in zip(given, recording.variables, strict=True)
    ]
    symbolic = recording.nested or any(type(move) is Node for move in given)
    found = tangents(recording.outputs, recording.variables, checked, symbolic=symbolic)
    moved = [zero_if_none(tangent, node) for tangent, node in zip(found, recording.outputs, strict=True)]
    outputs = [known(node, recording.nested) for node in recording.outputs]
    aux = released(box, recording.nested) if has_aux else None
    return release(outputs, recording.output_structure), release(moved, recording.output_structure), aux
