"""Loading printed code: a program in, the function that it defines out.

One idea: the text is known to tracebacks, so an error shows its line. A graph inside an op (the body of a loop) is
compiled once and kept for as long as the graph lives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from .graph import Graph
from .op import computed
from .printing import Program, print_graph

_numbers = count(1)
_COMPILED: WeakKeyDictionary[Graph, Callable[..., tuple[Any, ...]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Text:
    """What a traceback asks for the lines of compiled code, as it asks the loader of a module.

    Not an entry of `linecache`: it would have to be taken out when the function is collected, which may happen while
    somebody walks through that table.
    """

    text: str

    def get_source(self, name: str) -> str:
        """The whole text."""
        return self.text


def load(program: Program) -> Callable[..., Any]:
    """The function that a printed program defines."""
    file = f"<chainrule {program.name} {next(_numbers)}>.py"  # linecache asks nobody about a name that ends with >
    namespace: dict[str, Any] = {"__name__": file, "__loader__": Text(program.text), **program.bound}
    exec(compile(program.text, file, "exec"), namespace)
    function: Callable[..., Any] = namespace[program.name]
    return function


def compiled(graph: Graph) -> Callable[..., tuple[Any, ...]]:
    """A function of the inputs of a graph that is a parameter of an op: arrays in, a tuple of its outputs out."""
    found = _COMPILED.get(graph)
    if found is None:
        short = any(node.type.is_short for node in graph.order())
        found = step_by_step(graph) if short else load(print_graph(graph, "step", bare=False, exact=True))
        _COMPILED[graph] = found
    return found


def step_by_step(graph: Graph) -> Callable[..., tuple[Any, ...]]:
    """A function that visits the nodes in order: for short floats, which are rounded at every step."""
    inputs = tuple(graph.inputs)
    inside = set(inputs)
    constants = {node: node.value for node in graph.order() if not node.inputs and node not in inside}
    steps = [(node, node.settings) for node in graph.order() if node.inputs and node not in inside]
    outputs = tuple(graph.outputs)

    def run(*given: Any) -> tuple[Any, ...]:
        values = constants | dict(zip(inputs, given, strict=True))
        for node, params in steps:
            values[node] = computed(node.op, [values[each] for each in node.inputs], params)
        return tuple(values[node] for node in outputs)

    return run
