"""Checkpoints: a function in, the same function out, of which a gradient keeps the arguments only.

One idea: what the function computes inside is one step, so nothing of it is kept; the gradient computes it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from ... import tree
from ...errors import GradientError
from ...ir.coercion import as_node, is_weak
from ...ir.node import Node
from .bodies import Slot, read_values, record_body
from .branches import called
from .unrolled import is_followed


def checkpoint(fun: Callable[..., Any], *, static_argnums: int | Iterable[int] = ()) -> Callable[..., Any]:
    """The same function, of which a gradient keeps only the arguments: what lies inside is computed twice.

    Memory for time: a chain of n steps, checkpointed in pieces of sqrt(n), needs the memory of 2 sqrt(n). The function
    is recorded on values that are not known, so it chooses with np.where or `cond`; arguments that are not recorded
    are passed on as they are (`static_argnums` is accepted for JAX's sake). It may be nested, and used in every
    transform.

    Source: Griewank, Achieving logarithmic growth of temporal and spatial complexity in reverse automatic
    differentiation (1992).

    >>> import numpy as np
    >>> from chainrule import checkpoint, grad
    >>> grad(checkpoint(lambda x: np.sin(np.sin(x))))(1.0) == grad(lambda x: np.sin(np.sin(x)))(1.0)
    True
    """
    if not callable(fun):
        raise GradientError(
            given=f"{type(fun).__name__} in the place of a function", expected="a function",
            remedy="write checkpoint(f)(x)",
        )  # fmt: skip

    @wraps(fun, assigned=("__module__", "__name__", "__qualname__", "__doc__"), updated=())
    def kept_apart(*args: Any, **keywords: Any) -> Any:
        leaves, structure = tree.flatten((args, keywords))
        places = [place for place, leaf in enumerate(leaves) if type(leaf) is Node]
        if not places or is_followed(leaves):
            return fun(*args, **keywords)

        def on_variables(*variables: Any) -> Any:
            filled = list(leaves)
            for place, variable in zip(places, variables, strict=True):
                filled[place] = variable
            own_args, own_keywords = tree.unflatten(structure, filled)
            return fun(*own_args, **own_keywords)

        return run_apart(on_variables, [leaves[place] for place in places])

    return kept_apart


remat = checkpoint


def run_apart(function: Callable[..., Any], inputs: list[Node]) -> Any:
    """The result of a function of recorded values, computed in one step."""
    box: list[tree.Structure] = []

    def settle(result: Any) -> list[Node]:
        values, _, containers = read_values(result, "checkpoint", "the result")
        box.append(containers)
        return [as_node(each) for each in values]

    slots = [Slot(node.type, is_weak(node)) for node in inputs]
    structure = tree.flatten([0] * len(inputs))[1]
    body = record_body(function, structure, slots, settle, "in a checkpoint", hoist=False)
    return tree.unflatten(box[0], called(body.graph, [*body.captured, *inputs]))
