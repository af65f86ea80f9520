"""Questions about machine code: a graph in, its text or its cost out.

One idea: they are asked of a graph that may never run, so nothing is compiled for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import MissingLibraryError
from ...ir.graph import Graph
from ...ir.identifiers import Names, identifier
from ...transforms.rewrites import rewritten
from .build import flat_door
from .costs import Cost, cost_of
from .executor import availability
from .primitives.lowering import Program, lower
from .primitives.values import UnsupportedError
from .text.parts import alone
from .writing import write, write_alone

if TYPE_CHECKING:
    from .translation import Argument


def language(graph: Graph) -> str:
    """What runs for a graph, in LLVM's language. Raises MissingLibraryError where nothing is compiled here."""
    from .machine import llvm

    return llvm.language(write(require_program(graph), flat_door(graph.inputs, graph.outputs)).text)


def language_c(graph: Graph, name: str) -> str:
    """What runs for a graph with one thread, as a file of C. Raises MissingLibraryError where it needs Python."""
    from ... import __version__
    from .translation import program_in_c

    program, before = require_program(graph), alone.set(True)
    try:
        return program_in_c(write_alone(program), c_arguments(graph, identifier(name)), identifier(name), __version__)
    except UnsupportedError as problem:
        raise MissingLibraryError(
            given=f"a function that cannot be said in C: it needs {problem}",
            expected="a function of loops, products of matrices and mathematics",
            remedy="ask for LLVM's language, which can call Python, or for the NumPy code",
        ) from None
    finally:
        alone.reset(before)


def c_arguments(graph: Graph, name: str) -> list[Argument]:
    """The arrays that a function in C takes: inputs by their names, then results."""
    from .translation import KEYWORDS, Argument, type_in_c

    names = Names()
    names.taken |= {*KEYWORDS, name}
    named = [(node, names.claim(identifier(graph.names.get(node, "x"))), False) for node in graph.inputs]
    named += [(node, names.claim(identifier(graph.names.get(node, "result"))), True) for node in graph.outputs]
    return [Argument(name, type_in_c(node.dtype), node.shape, out) for node, name, out in named]


def cost(graph: Graph) -> Cost:
    """What a graph costs. Raises MissingLibraryError where nothing is compiled here."""
    return cost_of(require_program(graph))


def require_program(graph: Graph) -> Program:
    """A graph as primitives. Raises MissingLibraryError where there is no machine code for it."""
    reason = availability()
    try:
        if reason is None:
            return lower(rewritten(graph).graph)
    except UnsupportedError as problem:
        reason = f"this graph runs on NumPy: {problem}"
    raise MissingLibraryError(
        given=f"a question about machine code ({reason})",
        expected="llvmlite, CPython on a 64-bit processor, and real numbers in float32 or float64",
        remedy="see what `chainrule info` says",
    )
