"""`source`: a function or a graph in, the Python code of its value or of its gradient out.

One idea: the gradient is a graph like any other. What is printed is the forward pass and the backward walk over it, with
the gradients named as on paper: dL_dW.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import GradientError, UnknownNameError, did_you_mean
from ..ir.coercion import as_node
from ..ir.graph import Graph
from ..ir.identifiers import identifier
from ..ir.library import reference
from ..ir.node import Node
from ..ir.printing import print_graph
from ..ir.recording import open_recording
from ..transforms.differentiate import zero_if_none
from ..transforms.reverse import pull_back
from ..transforms.simplify import simplify_graph
from .staged import function_name, jit

KINDS = ("value", "gradient")


def source(fun: Callable[..., Any] | Graph, *args: Any, of: str = "value", **keywords: Any) -> str:
    """NumPy code that computes the value or the gradient of a function, as text that runs.

    `fun` is a function, with arguments whose types count and whose values do not, or a graph. `of` is "value" or
    "gradient": then the code computes the gradient of its one output with respect to every input of floats. It is meant to
    be read: where a step off a path meets an infinity it may say nan, and the gradient of `grad` does not.

    Raises GradientError for the gradient of anything but one number, BranchError for a function that branches on values.

    >>> import numpy as np
    >>> def loss(w, x):
    ...     h = np.tanh(w * x)
    ...     return h**2
    >>> print(source(loss, 0.5, 2.0, of="gradient"))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def loss_gradient(w, x):
        h = np.tanh(w * x)
        dloss_dh = 2.0 * h
        v1 = dloss_dh * (1.0 - h ** 2)
        dloss_dw = v1 * x
        dloss_dx = v1 * w
        return dloss_dw, dloss_dx
    <BLANKLINE>
    """
    if of not in KINDS:
        raise UnknownNameError(
            given=f"source of {of!r}", expected=" or ".join(map(repr, KINDS)), remedy=did_you_mean(of, KINDS)
        )
    graph = fun if isinstance(fun, Graph) else jit(fun).graph(*args, **keywords)
    name = graph_name(graph) if isinstance(fun, Graph) else function_name(fun)
    if of == "value":
        return print_graph(graph, name).text
    with open_recording():
        return print_graph(gradient_graph(graph, name), f"{name}_gradient").text


def graph_name(graph: Graph) -> str:
    """What the output is called, else f."""
    return identifier(graph.names.get(graph.outputs[0], "f")) if len(graph.outputs) == 1 else "f"


def gradient_graph(graph: Graph, name: str = "f") -> Graph:
    """The graph of the gradients of one number with respect to every input of floats, simplified and with names.

    Raises GradientError when there is not one output, or it is not one number, or no input holds floats.
    """
    output = one_number(graph)
    wanted = [node for node in graph.inputs if node.type.dtype.kind == "f"]
    if not wanted:
        raise GradientError(given="a function without an argument of floats", expected="something to differentiate by")
    walk = pull_back([output], [reference().ones((), output.dtype)[()]], wanted, symbolic=True)
    found = [as_node(zero_if_none(each, node)) for each, node in zip(walk.gradients, wanted, strict=True)]
    spoken = [arrival for arrival in walk.arrivals if arrival.node in graph.names and arrival.node is not output]
    steps = [as_node(arrival.gradient) for arrival in spoken]
    simple = simplify_graph(Graph(graph.inputs, (*found, *steps)))
    gradients, named = simple.outputs[: len(found)], simple.outputs[len(found) :]
    names = dict(graph.names)
    above = names.get(output, name)
    older = set(Graph(graph.inputs, graph.outputs).order())
    for node, gradient in [*zip(wanted, gradients, strict=True), *zip([each.node for each in spoken], named, strict=True)]:
        if gradient.inputs and gradient not in older and node in names:
            names.setdefault(gradient, f"d{above}_d{names[node]}")
    return Graph(graph.inputs, gradients, names)


def one_number(graph: Graph) -> Node:
    """The one output a gradient is taken of."""
    outputs: Sequence[Node] = graph.outputs
    if len(outputs) != 1 or outputs[0].type.shape or outputs[0].type.dtype.kind != "f":
        raise GradientError(
            given=f"the gradient of {len(outputs)} outputs of type {', '.join(str(node.type) for node in outputs)}",
            expected="one floating-point number",
            remedy="reduce the output with np.sum or np.mean, or ask for the code of the value",
        )
    return outputs[0]
