"""Pieces of a text: a graph in, the inside of a function of one dialect out; and the definitions and imports it needs.

One idea: each function is respelled by itself, so that it reads the sizes, and takes the dtypes of new arrays, from its
own arguments.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import final

from ...ir.graph import Graph
from ...ir.node import Node
from .bodies import Body, body_of
from .helpers import definition
from .naming import Naming
from .pieces import fill
from .respell import Dialect, Respeller, Writer
from .sizes import read_letters

Lines = list[str]


@dataclass(frozen=True, slots=True)
class Unit:
    """The inside of a function in its dialect, the letters it reads first, and every name in it."""

    body: Body
    lines: tuple[str, ...]
    results: tuple[str, ...]
    names: frozenset[str]

    def reading(self) -> Lines:
        """The lines that read its letters from its parameters."""
        return [ast.unparse(each) for each in read_letters(self.body.letters, self.body.places)]

    def returning(self) -> str:
        return f"return {', '.join(self.results)}"

    def inside(self) -> Lines:
        """Everything, for a function that has all the parameters."""
        return [*self.reading(), *self.lines, self.returning()]


@final
@dataclass(slots=True)
class Emission:
    """One text while it is made."""

    dialect: Dialect
    graph: Graph
    gradient: Graph | None
    naming: Naming
    helpers: dict[str, None] = field(default_factory=dict)

    def forward(self) -> Unit:
        """The inside of the function itself."""
        return self.unit(self.graph, self.graph.outputs, self.graph.inputs)

    def unit(self, graph: Graph, outputs: Sequence[Node | None], likes: Iterable[Node]) -> Unit:
        """A graph as the inside of a function. New arrays take their dtypes from `likes`."""
        named = Graph(graph.inputs, graph.outputs, self.naming.nodes)
        body = body_of(named, outputs, self.naming.function, self.naming.sizes, casts=self.dialect.casts)
        types = {node.type.dtype.name: self.naming.nodes[node] for node in reversed([*likes])}
        stacks = any(node.type.ndim > 2 for node in needed(graph.inputs, outputs))
        writer = Writer(self.dialect, types, stacks, frozenset(body.letters), self.helpers)
        respeller = Respeller(writer)
        lines = [ast.unparse(ast.fix_missing_locations(respeller.visit(each))) for each in body.statements]
        results = [None if each is None else respeller.visit(each) for each in body.results]
        if self.dialect.result is not None:
            results = [None if each is None else self.dialect.result(writer, each) for each in results]
        written = ["None" if each is None else ast.unparse(each) for each in results]
        trees = ast.walk(ast.parse("\n".join([*lines, *written])))
        return Unit(
            body, tuple(lines), tuple(written), frozenset(each.id for each in trees if isinstance(each, ast.Name))
        )

    def backward(self, *, keeps_output: bool) -> Unit:
        """The inside of the gradient: over the inputs, the output if it is kept, and the gradient that comes in."""
        assert self.gradient is not None
        count, output = len(self.graph.inputs), self.graph.outputs[0]
        gradient, outputs = self.gradient, self.gradient.outputs
        inputs, seed = gradient.inputs[:count], gradient.inputs[count:]
        same = all(one is other for one, other in zip(inputs, self.graph.inputs, strict=True))
        kept = keeps_output and same and output not in {*inputs} and output in {*needed(gradient.inputs, outputs)}
        if kept:
            self.naming.nodes[output] = self.naming.output
        unit = self.unit(Graph((*inputs, *([output] if kept else []), *seed), ()), outputs, seed or inputs)
        if seed:
            return unit
        results = [
            each
            if each == "None"
            else ast.unparse(fill("SLOT0 * SLOT1", ast.Name(self.naming.seed), ast.parse(each, mode="eval").body))
            for each in unit.results
        ]
        return Unit(unit.body, unit.lines, tuple(results), unit.names)

    def kept(self, backward: Unit) -> list[str]:
        """The parameters of the gradient, without the one that comes in, that it mentions."""
        return [each for each in backward.body.parameters if each in backward.names and each != self.naming.seed]

    def definitions(self) -> list[Lines]:
        """The helpers that the functions call, and those that these call."""
        done: dict[str, Lines] = {}
        while waiting := [name for name in self.helpers if name not in done]:
            name = waiting[0]
            found = definition(self.dialect.name, name)
            assert found is not None, name
            tree, respelled = found
            own: dict[str, None] = {}
            if respelled:
                writer = Writer(self.dialect, {"float64": tree.args.args[0].arg}, helpers=own)
                tree = Respeller(writer).visit(tree)
            else:
                own |= dict.fromkeys(
                    each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id[0] == "_"
                )
            self.helpers |= own
            done[name] = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
        return [done[name] for name in sorted(done)]


def needed(inputs: Sequence[Node], outputs: Sequence[Node | None]) -> list[Node]:
    """The nodes that some outputs need."""
    return Graph(tuple(inputs), tuple(each for each in outputs if each is not None)).order()


def mentioned(code: str) -> frozenset[str]:
    """Every name in a piece of code."""
    return frozenset(each.id for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Name))


def function(name: str, parameters: Iterable[str], lines: Lines) -> Lines:
    """A definition."""
    return [f"def {name}({', '.join(parameters)}):", *indented(lines)]


def indented(lines: Iterable[str]) -> Lines:
    """Lines one level further in."""
    return [f"    {line}" if line else line for each in lines for line in each.splitlines()]


def imports(dialect: Dialect, code: str) -> Lines:
    """The imports that the code needs, the standard library's first."""
    lines = [line for name, line in dialect.imports.items() if name in mentioned(code)]
    standard = [line for line in lines if line == "import math"]
    others = [line for line in lines if line != "import math"]
    return [*standard, *([""] if standard and others else []), *others]
