"""Whole texts: a graph, perhaps with its gradient, in; imports, definitions and functions of one dialect out.

One idea: a text is made of functions, and each is respelled by itself, so that each reads the sizes, and takes the dtypes
of new arrays, from its own arguments.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.printing import wrapped
from .bodies import Body, body_of
from .helpers import definition
from .naming import Naming, name_all
from .pieces import fill
from .respell import Dialect, Respeller, Writer
from .sizes import read_letters
from .torch_tensors import tensor

Lines = list[str]


@dataclass(frozen=True, slots=True)
class Unit:
    """The inside of a function in its dialect, the letters it reads first, and every name it mentions."""

    body: Body
    lines: tuple[str, ...]
    results: tuple[str, ...]
    mentioned: frozenset[str]

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

    def text(self, comment: Sequence[str]) -> str:
        """Everything, from the comment to the last function."""
        functions = self._functions()
        blocks = [*self._definitions(), *functions]
        code = "\n\n\n".join("\n".join(line for each in lines for line in wrapped(each)) for lines in blocks)
        notes = [f"# {line}".rstrip() for each in comment for line in each.splitlines() or [""]]
        head = "\n".join([*notes, *imports(self.dialect, code)])
        return head + "\n\n\n" * bool(head) + code + "\n"

    def _functions(self) -> list[Lines]:
        forward = self.unit(self.graph, self.graph.outputs, self.graph.inputs)
        if self.gradient is None:
            return [function(self.naming.function, forward.body.parameters, forward.inside())]
        return WAYS[self.dialect.name](self, forward)

    def unit(self, graph: Graph, outputs: Sequence[Node | None], likes: Iterable[Node]) -> Unit:
        """A graph as the inside of a function. New arrays take their dtypes from `likes`."""
        named = Graph(graph.inputs, graph.outputs, self.naming.nodes)
        body = body_of(named, outputs, self.naming.function, self.naming.sizes, casts=self.dialect.casts)
        order = Graph(graph.inputs, tuple(each for each in outputs if each is not None)).order()
        types = {node.type.dtype.name: self.naming.nodes[node] for node in reversed([*likes])}
        stacks = any(node.type.ndim > 2 for node in order)
        writer = Writer(self.dialect, types, stacks, frozenset(body.letters), self.helpers)
        respeller = Respeller(writer)
        lines = [ast.unparse(ast.fix_missing_locations(respeller.visit(each))) for each in body.statements]
        results = [None if each is None else respeller.visit(each) for each in body.results]
        if self.dialect.name == "torch":
            results = [None if each is None else tensor(writer, each) for each in results]
        written = ["None" if each is None else ast.unparse(each) for each in results]
        trees = ast.walk(ast.parse("\n".join([*lines, *written])))
        return Unit(body, tuple(lines), tuple(written), frozenset(each.id for each in trees if isinstance(each, ast.Name)))

    def backward(self, *, keeps_output: bool) -> Unit:
        """The inside of the gradient: over the inputs, the output if it is kept, and the gradient that comes in."""
        assert self.gradient is not None
        count, output = len(self.graph.inputs), self.graph.outputs[0]
        gradient, outputs = self.gradient, self.gradient.outputs
        inputs, seed = gradient.inputs[:count], gradient.inputs[count:]
        same = all(one is other for one, other in zip(inputs, self.graph.inputs, strict=True))
        kept = keeps_output and same and output not in {*inputs} and output in {*live(gradient)}
        if kept:
            self.naming.nodes[output] = self.naming.output
        unit = self.unit(Graph((*inputs, *([output] if kept else []), *seed), ()), outputs, seed or inputs)
        if seed:
            return unit
        results = [each if each == "None" else ast.unparse(fill("SLOT0 * SLOT1", ast.Name(self.naming.seed), ast.parse(each, mode="eval").body)) for each in unit.results]
        return Unit(unit.body, unit.lines, tuple(results), unit.mentioned)

    def kept(self, backward: Unit) -> list[str]:
        """The parameters of the gradient, without the one that comes in, that it mentions."""
        return [each for each in backward.body.parameters if each in backward.mentioned and each != self.naming.seed]

    def _definitions(self) -> list[Lines]:
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
                own |= dict.fromkeys(each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id[0] == "_")
            self.helpers |= own
            done[name] = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
        return [done[name] for name in sorted(done)]


def live(graph: Graph) -> list[Node]:
    """The nodes that a gradient needs."""
    return Graph(graph.inputs, tuple(each for each in graph.outputs if each is not None)).order()


def function(name: str, parameters: Iterable[str], lines: Lines) -> Lines:
    """A definition."""
    return [f"def {name}({', '.join(parameters)}):", *indented(lines)]


def indented(lines: Iterable[str]) -> Lines:
    """Lines one level further in."""
    return [f"    {line}" if line else line for each in lines for line in each.splitlines()]


def imports(dialect: Dialect, code: str) -> Lines:
    """The imports that the code needs, the standard library's first."""
    mentioned = {each.id for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Name)}
    lines = [line for name, line in dialect.imports.items() if name in mentioned]
    standard = [line for line in lines if line == "import math"]
    others = [line for line in lines if line != "import math"]
    return [*standard, *([""] if standard and others else []), *others]


# A function with its gradient, in the way of each library -----------------------------------------------------------------
def unpacked(names: Sequence[str], value: str) -> Lines:
    """The statement that takes a tuple apart; none for an empty one."""
    if not names:
        return []
    return [f"({names[0]},) = {value}" if len(names) == 1 else f"{', '.join(names)} = {value}"]


def packed(names: Sequence[str]) -> str:
    """Names as a tuple."""
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def numpy_gradient(emission: Emission, forward: Unit) -> list[Lines]:
    """A second function, of the same inputs and the gradient of the output."""
    naming, backward = emission.naming, emission.backward(keeps_output=False)
    parameters = [*forward.body.parameters, naming.seed]
    return [
        function(naming.function, forward.body.parameters, forward.inside()),
        function(naming.claim(f"{naming.function}_gradient"), parameters, backward.inside()),
    ]


def jax_gradient(emission: Emission, forward: Unit) -> list[Lines]:
    """A rule by jax.custom_vjp. Sizes must not be traced, so arrays are kept for their shapes."""
    naming, backward = emission.naming, emission.backward(keeps_output=True)
    mentioned = emission.kept(backward)
    reading = backward.reading()
    shapes = [each for each in backward.body.parameters if any(f" {each}.shape" in line for line in reading)]
    kept = [each for each in backward.body.parameters if each in {*mentioned, *shapes} and each != naming.seed]
    ahead, back = naming.claim(f"{naming.function}_forward"), naming.claim(f"{naming.function}_backward")
    arguments = ", ".join(forward.body.parameters)
    inside = [f"{naming.output} = {naming.function}({arguments})", f"return {naming.output}, {packed(kept)}"]
    return [
        ["@jax.custom_vjp", *function(naming.function, forward.body.parameters, forward.inside())],
        function(ahead, forward.body.parameters, inside),
        function(back, ["saved", naming.seed], [*unpacked(kept, "saved"), *reading, *backward.lines, f"return {packed(backward.results)}"]),
        [f"{naming.function}.defvjp({ahead}, {back})"],
    ]


def torch_gradient(emission: Emission, forward: Unit) -> list[Lines]:
    """A torch.autograd.Function. It keeps inputs and the output alone: what is made of these has derivatives itself."""
    naming, backward = emission.naming, emission.backward(keeps_output=True)
    kept = emission.kept(backward)
    readable = {*kept, naming.seed}
    places = backward.body.places
    near = [each for each in backward.body.letters if places.get(each, "").partition(".")[0] in readable]
    far = [each for each in backward.body.letters if each not in near]
    ahead = read_letters(tuple(dict.fromkeys([*forward.body.letters, *far])), forward.body.places)
    steps = [*[ast.unparse(each) for each in ahead], *forward.lines]
    result = forward.results[0]
    if result != naming.output:
        steps.append(f"{naming.output} = {result}")
    steps += [f"ctx.save_for_backward({', '.join(kept)})"] * bool(kept)
    steps += [f"ctx.sizes = {packed(far)}"] * bool(far)
    back = [*unpacked(kept, "ctx.saved_tensors"), *unpacked(far, "ctx.sizes")]
    back += [ast.unparse(each) for each in read_letters(near, places)] + [*backward.lines, backward.returning()]
    name = class_name(naming)
    arguments = ", ".join(forward.body.parameters)
    return [
        [
            f"class {name}(torch.autograd.Function):",
            *indented(["@staticmethod", *function("forward", ["ctx", *forward.body.parameters], [*steps, f"return {naming.output}"])]),
            "",
            *indented(["@staticmethod", *function("backward", ["ctx", naming.seed], back)]),
        ],
        function(naming.function, forward.body.parameters, [f"return {name}.apply({arguments})"]),
    ]


def class_name(naming: Naming) -> str:
    """The name of the function with a capital letter."""
    capital = naming.function[:1].upper() + naming.function[1:]
    return naming.claim(f"{capital}Function" if capital == naming.function else capital)


WAYS = {"numpy": numpy_gradient, "jax": jax_gradient, "torch": torch_gradient}
