"""Linear parts: a function and where it is in, its derivative there as a function, or its transpose, out.

One idea: the derivative at a point is a graph of its own, over numbers that are known by then; it is made once and can
be run for many directions. Transposing a linear function is asking for its gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from .. import tree
from ..errors import GradientError
from ..ir.coercion import as_node
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.loading import compiled
from ..ir.node import Node, concrete, is_abstract
from ..ir.op import Role
from ..ir.recording import STATE
from .control.bodies import Body, Slot, read_values, record_body
from .control.derived import deriving, finished, pull_body
from .differentiate import release, released, seed_like, split_aux
from .forward import tangents
from .replay import fresh_inputs
from .separate import Part, separate
from .trace import known, record
from .transposes import dependents


def linearize(fun: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The outputs of fun, and its derivative there: a function from tangents of the primals to tangents of the outputs.

    Returns (outputs, f_jvp), or (outputs, f_jvp, aux) with `has_aux`. Where `jvp` runs fun for every direction, f_jvp
    runs the linear part alone, over numbers that are kept; so it pays for several directions at one point.

    Raises what `jvp` raises; f_jvp raises GradientError for tangents in other containers than the primals.

    >>> import numpy as np
    >>> from chainrule import linearize
    >>> y, f_jvp = linearize(lambda x: np.sin(x) * x, 2.0)
    >>> f_jvp(1.0) == np.sin(2.0) + 2.0 * np.cos(2.0), f_jvp(0.0)
    (np.True_, np.float64(0.0))
    """
    box: list[Any] = []
    recording, _ = record(split_aux(fun, has_aux, box), primals, {}, range(len(primals)))
    variables = recording.variables
    with deriving():
        moves = fresh_inputs([node.type for node in variables])
        found = tangents(recording.outputs, variables, moves, symbolic=True)
        moved = [
            as_node(reference().zeros(node.shape, node.dtype)[()] if each is None else each)
            for each, node in zip(found, recording.outputs, strict=True)
        ]
        part = separate(moved, moves)

    def f_jvp(*directions: Any) -> Any:
        given, structure = tree.flatten(list(directions))
        if structure.entries != recording.structure.entries:
            raise GradientError(given=f"tangents of structure {structure}",
                                expected=f"the structure of the primals, {recording.structure}",
                                remedy="pass one tangent for each primal: f_jvp(v) or f_jvp(v, w)")  # fmt: skip
        checked = [seed_like(each, node, "a tangent", "a primal") for each, node in zip(given, variables, strict=True)]
        live = recording.nested and STATE.depth > 0
        return release(part.run(checked, live=live), recording.output_structure)

    outputs = release([known(node, recording.nested) for node in recording.outputs], recording.output_structure)
    return (outputs, f_jvp, released(box, recording.nested)) if has_aux else (outputs, f_jvp)


def linear_transpose(fun: Callable[..., Any], *primals: Any) -> Callable[..., tuple[Any, ...]]:
    """The transpose of a linear function: from gradients of its outputs to gradients of its inputs.

    Of `primals` only containers, shapes and dtypes matter. For y = A x it computes A^T g. The result takes one
    gradient in the containers of the output and returns a tuple, one entry for each primal.

    Raises GradientError where fun is not linear in all its arguments together.

    >>> import numpy as np
    >>> from chainrule import linear_transpose
    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> linear_transpose(lambda x: A @ x, np.zeros(2))(np.array([1.0, 0.0]))
    (array([1., 2.]),)
    """
    _, slots, structure = read_values(list(primals), "linear_transpose", "primal ")
    box: list[tree.Structure] = []

    def settle(result: Any) -> list[Node]:
        values, _, containers = read_values(result, "linear_transpose", "the result")
        box.append(containers)
        return [as_node(each) for each in values]

    body = record_body(fun, structure, [Slot(each.type) for each in slots], settle, "under linear_transpose")
    turned = Part(transposed(body.graph, len(body.captured), fun), body.captured)
    require_zero_at_zero(body, fun)

    def transpose(cotangents: Any) -> tuple[Any, ...]:
        given, containers = tree.flatten(cotangents)
        if containers.entries != box[0].entries:
            raise GradientError(given=f"output gradients of structure {containers}",
                                expected=f"the structure of the outputs, {box[0]}",
                                remedy="pass one gradient for each output, in the same containers")  # fmt: skip
        checked = [
            seed_like(each, node, "an upstream gradient", "an output")
            for each, node in zip(given, body.graph.outputs, strict=True)
        ]
        return tuple(release(turned.run(checked, live=bool(body.captured)), structure))

    return transpose


def transposed(body: Graph, consts: int, fun: Callable[..., Any] | None = None) -> Graph:
    """The transpose of a graph that is linear in all inputs but the first `consts`, which it still takes.

    Raises GradientError where its slope depends on what it should be linear in.
    """
    with deriving():
        variables = body.inputs[consts:]
        found = pull_body(body, range(consts, len(body.inputs)), range(len(body.outputs)))
        moving = dependents(body.outputs, variables) if variables else []
        if any(node.op.role is Role.STOPS for node in moving) or (moving and dependents(found.gradients, variables)):
            refuse_nonlinear(fun)
        return finished([*body.inputs[:consts], *found.given], found.gradients)


def require_zero_at_zero(body: Body, fun: Callable[..., Any]) -> None:
    """Raises GradientError for a function that adds a number of its own. What is not known is not asked."""
    if any(map(is_abstract, body.captured)):
        return
    count = len(body.captured)
    zeros = [reference().zeros(node.shape, node.dtype)[()] for node in body.graph.inputs[count:]]
    with reference().errstate(all="ignore"):
        found = compiled(body.graph)(*map(concrete, body.captured), *zeros)
    if any(reference().any(each) for each in found):
        refuse_nonlinear(fun)


def refuse_nonlinear(fun: Callable[..., Any] | None) -> NoReturn:
    raise GradientError(
        given=f"the transpose of {getattr(fun, '__name__', 'a function')}, which is not linear in its arguments",
        expected="sums of the arguments times numbers that do not depend on them, and f(0) = 0",
        remedy="take the derivative at a point first: linearize(f, x) or vjp(f, x)",
    )
