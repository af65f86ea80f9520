"""A graph as syntax: a graph in, the parameters, statements and results of the NumPy function it prints as out.

One idea: what the printer writes is parsed again, constants that it kept aside are written in, and numbers made of
sizes become letters. What is left is NumPy code as a tree, which a dialect can respell.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...errors import UnknownNameError
from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.printing import print_graph
from ...ir.types import ArrayType
from .constants import MOST_WRITTEN, array_code
from .pieces import called, is_literal, path_of
from .sizes import Lettered, Letters


@dataclass(frozen=True, slots=True)
class Body:
    """The inside of a function: its parameters, what it does, what it returns (None for no result), the sizes it uses,
    and where each size can be read from the parameters."""

    name: str
    parameters: tuple[str, ...]
    types: Mapping[str, ArrayType]
    statements: tuple[ast.stmt, ...]
    results: tuple[ast.expr | None, ...]
    letters: tuple[str, ...]
    places: Mapping[str, str]


def body_of(graph: Graph, outputs: Sequence[Node | None], name: str, sizes: Letters, *, casts: bool) -> Body:
    """The inside of the function of a graph. Raises UnknownNameError for an op that has no code of its own."""
    wanted = tuple(node for node in outputs if node is not None)
    program = print_graph(Graph(graph.inputs, wanted, graph.names), name, bare=False, casts=casts, longest=MOST_WRITTEN)
    module = ast.parse(program.text)
    function = next(each for each in module.body if isinstance(each, ast.FunctionDef))
    known = [each for each in module.body if isinstance(each, ast.Assign)]
    types = {each.arg: node.type for each, node in zip(function.args.args, graph.inputs, strict=True)}
    within, places = sizes.within({name: type_.shape for name, type_ in types.items()})
    lettered = Lettered(within, sizes.used())
    last = function.body[-1]
    assert isinstance(last, ast.Return)
    assert isinstance(last.value, ast.Tuple)
    constants, renaming = shared([*bound_constants(program.bound), *known])
    passes = (renaming, Tidier(), lettered)
    statements = [rewritten(each, passes) for each in (*constants, *function.body[:-1])]
    found = iter([rewritten(each, passes) for each in last.value.elts])
    results = tuple([None if node is None else next(found) for node in outputs])
    return Body(function.name, tuple(types), types, tuple(statements), results, tuple(lettered.used), places)


def rewritten(node: Any, passes: Sequence[ast.NodeTransformer]) -> Any:
    """A piece of syntax after every pass over it."""
    for each in passes:
        node = each.visit(node)
    return node


def bound_constants(bound: Mapping[str, Any]) -> list[ast.stmt]:
    """The values that the printer kept aside, written out. Raises UnknownNameError for an operation among them."""
    statements: list[ast.stmt] = []
    for name, value in bound.items():
        if not hasattr(value, "dtype"):
            op = value.func if isinstance(value, partial) else value
            raise UnknownNameError(
                given=f"code of {getattr(op, 'name', name)}, an op that says no code of its own", where="emit",
                expected="ops of chainrule.ops, whose code is known in every dialect",
                remedy="write it with NumPy functions; a function that is not specified, f(x), has no code at all",
            )  # fmt: skip
        statements.append(ast.Assign([ast.Name(name)], array_code(value), lineno=0))
    return statements


def shared(constants: Sequence[ast.stmt]) -> tuple[list[ast.stmt], Renaming]:
    """Constants that are written alike as one, and the pass that gives them its name."""
    kept: dict[str, ast.stmt] = {}
    names: dict[str, str] = {}
    for each in constants:
        assert isinstance(each, ast.Assign)
        first = kept.setdefault(ast.unparse(each.value), each)
        assert isinstance(first, ast.Assign)
        names[ast.unparse(each.targets[0])] = ast.unparse(first.targets[0])
    return list(kept.values()), Renaming(names)


class Renaming(ast.NodeTransformer):
    """Gives names other names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node


class Tidier(ast.NodeTransformer):
    """Says in NumPy's shortest words what the printer says in general ones."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        path = path_of(node.func) or ""
        if path.startswith("chainrule."):
            node.args = [plain_number(each) for each in node.args]
        elif path == "np.broadcast_to" and is_literal(node.args[0]):
            return filled_array(node.args[0], node.args[1])
        return node


def plain_number(expression: ast.expr) -> ast.expr:
    """np.float64(0.5) as 0.5: helpers compute in the dtype of the array beside it."""
    if isinstance(expression, ast.Call) and path_of(expression.func) == "np.float64" and is_literal(expression):
        return expression.args[0]
    return expression


def filled_array(value: ast.expr, shape: ast.expr) -> ast.expr:
    """One number everywhere."""
    value = plain_number(value)
    match value:
        case ast.Constant(value=float(number)) if number in (0.0, 1.0):
            return called("np.ones" if number else "np.zeros", shape)
    return called("np.full", shape, value)
