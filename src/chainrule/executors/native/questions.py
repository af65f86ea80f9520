"""Questions about machine code: a graph in, its text or its cost out.

One idea: they are asked of a graph that may never run, so nothing is compiled for them.
"""

from __future__ import annotations

from ...errors import MissingLibraryError
from ...ir.graph import Graph
from .build import flat_door
from .costs import Cost, cost_of
from .executor import availability
from .primitives.lowering import Program, lower
from .primitives.values import UnsupportedError
from .writing import write


def language(graph: Graph) -> str:
    """What runs for a graph, in LLVM's language. Raises MissingLibraryError where nothing is compiled here."""
    from .machine import llvm

    return llvm.language(write(require_program(graph), flat_door(graph.inputs, graph.outputs)).text)


def cost(graph: Graph) -> Cost:
    """What a graph costs. Raises MissingLibraryError where nothing is compiled here."""
    return cost_of(require_program(graph))


def require_program(graph: Graph) -> Program:
    """A graph as primitives. Raises MissingLibraryError where there is no machine code for it."""
    reason = availability()
    try:
        if reason is None:
            return lower(graph)
    except UnsupportedError as problem:
        reason = f"this graph runs on NumPy: {problem}"
    raise MissingLibraryError(
        given=f"a question about machine code ({reason})",
        expected="llvmlite, CPython on a 64-bit processor, and real numbers in float32 or float64",
        remedy="see what `chainrule info` says",
    )
