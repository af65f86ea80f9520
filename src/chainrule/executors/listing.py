"""`source`: a function or a graph in, the Python code of its value or of its gradient out.

One idea: the gradient is a graph like any other. What is printed is the forward pass and the backward walk over it,
with the gradients named as on paper: dL_dW.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from ..errors import GradientError, UnknownNameError, did_you_mean
from ..ir.coercion import as_node
from ..ir.graph import Graph, by_serial
from ..ir.identifiers import identifier
from ..ir.library import reference
from ..ir.node import Node
from ..ir.op import record
from ..ir.printing import print_graph
from ..ir.recording import open_recording
from ..transforms.differentiate import zero_if_none
from ..transforms.reverse import pull_back
from ..transforms.simplify import SAFE_LAWS, simplify_all
from ..transforms.staging import carried_names
from .staged import function_name, jit

KINDS = ("value", "gradient")
_MOST_STEPS = 500  # gradients that are named: each is simplified in view of all before it
_LONGEST = 8  # of the name of a function that stands for its output


def source(fun: Callable[..., Any] | Graph, *args: Any, of: str = "value", **keywords: Any) -> str:
    """NumPy code that computes the value or the gradient of a function, as text that runs.

    `fun` is a function, with arguments whose types count and whose values do not, or what `parse` returned, or a
    graph. `of` is "value" or "gradient": then the code computes the gradient of its one output with respect to every
    input of floats. It is meant to be read: where a path that is not taken meets an infinity it may give nan, and
    `grad` does not.

    Raises GradientError for the gradient of anything but one number, BranchError for a function that branches on
    values.

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
        dloss_dx = v1 * w
        dloss_dw = v1 * x
        return dloss_dw, dloss_dx
    <BLANKLINE>
    """
    if of not in KINDS:
        raise UnknownNameError(
            given=f"source of {of!r}",
            expected=" or ".join(map(repr, KINDS)),
            remedy=did_you_mean(of, KINDS) or "leave it out for the value",
        )
    found = getattr(fun, "graph", None)  # a formula that was read has its graph
    if isinstance(fun, Graph):
        graph, name = fun, graph_name(fun)
    elif isinstance(found, Graph):
        graph, name = found, graph_name(found)
    else:
        graph, name = jit(fun).graph(*args, **keywords), function_name(fun)
    if of == "value":
        return print_graph(graph, name).text
    with open_recording():
        return print_graph(gradient_graph(graph, name), f"{name}_gradient").text


def joint_graph(graph: Graph, of: str) -> tuple[Graph, str]:
    """The value, the gradients, or both as one graph, and what to call it.

    Raises GradientError as `gradient_graph` does.
    """
    name = graph_name(graph)
    if of == "value":
        return graph, name
    with open_recording():
        gradients = gradient_graph(graph, name)
    wanted = [node for node in graph.inputs if node.type.dtype.kind == "f"]
    named = {
        made: f"d{name}_d{graph.names.get(node, 'x')}" for made, node in zip(gradients.outputs, wanted, strict=True)
    }
    names = {**gradients.names, **named, **graph.names}
    if of == "gradient":
        return Graph(graph.inputs, gradients.outputs, names), f"{name}_gradient"
    return Graph(graph.inputs, (*graph.outputs, *gradients.outputs), names), f"{name}_and_gradient"


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
        raise GradientError(
            given="the gradient of a function without an argument of floats",
            expected="something to differentiate by",
            remedy="write 3.0 instead of 3, or convert with np.asarray(x, float)",
        )
    walk = pull_back([output], [reference().ones((), output.dtype)[()]], wanted, symbolic=True)
    forward = set(Graph(graph.inputs, graph.outputs).order())
    names = dict(graph.names)
    above = names.get(output, name if len(name) <= _LONGEST else "L")
    steps: dict[Node, Node] = {}  # what the walk made, and the same over the steps before it, simplified
    named = [arrival for arrival in walk.arrivals if arrival.node in graph.names and arrival.node is not output]
    for arrival in named if len(named) <= _MOST_STEPS else ():
        made = as_node(arrival.gradient)
        if made not in steps:
            short = simplify_all([made], list(steps), SAFE_LAWS)[0]
            if short.inputs and short not in forward:
                steps[made] = short
                names[made] = f"d{above}_d{names[arrival.node]}"
    found = [as_node(zero_if_none(each, node)) for each, node in zip(walk.gradients, wanted, strict=True)]
    gradients = simplify_all(found, list(steps), SAFE_LAWS)
    return joined(Graph(graph.inputs, tuple(gradients), names), steps)


def joined(graph: Graph, steps: Mapping[Node, Node]) -> Graph:
    """The graph in which each step stands for its shorter form, written over the steps before it."""
    new = {node: node for node in graph.inputs}
    for made, short in [*steps.items(), *zip(graph.outputs, graph.outputs, strict=True)]:
        for node in ancestors(short, new):
            below = tuple([new[each] for each in node.inputs])
            new[node] = record(node.op, below, node.settings) if below else node
        new[made] = new[short]
    return Graph(graph.inputs, tuple(new[node] for node in graph.outputs), carried_names(graph.names, new))


def ancestors(node: Node, known: Container[Node]) -> list[Node]:
    """A node and what lies behind it, as far as it is not known yet, each after its inputs."""
    seen: set[Node] = set()
    pending = [node]
    while pending:
        each = pending.pop()
        if each not in seen and each not in known:
            seen.add(each)
            pending.extend(each.inputs)
    return sorted(seen, key=by_serial)


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
