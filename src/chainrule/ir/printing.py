"""Printing a graph: a graph in, readable Python out that runs and gives the same result.

One idea: a step that somebody named, or that is used twice, is a statement; the rest is written inside the step that
uses it, up to a width that can be read. Brackets follow from the strengths of the ops' notations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, final

from .graph import Graph
from .identifiers import Names, identifier
from .literals import array_text, is_exact, scalar_text
from .node import Node, concrete
from .notation import Strength
from .operands import Plan, Planner, Step
from .spelling import Spelling, weakest

_WIDTH = 76  # of an expression: wider ones are taken apart
_DEPTH = 4  # of brackets inside brackets
_SHORT = 16  # of an operand: it is never taken out for its width
_LINE = 110


@dataclass(frozen=True, slots=True)
class Program:
    """Printed code. `bound` holds what the text names but does not write: long arrays, and ops declared elsewhere."""

    name: str
    text: str
    bound: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of code: how strongly it holds together, and how deep its brackets are nested. A name has depth 0."""

    text: str
    strength: int = Strength.ATOM
    depth: int = 0


def print_graph(
    graph: Graph, name: str = "f", *, bare: bool = True, exact: bool = False, casts: bool = False,
    longest: int | None = None,
) -> Program:  # fmt: skip
    """The graph as a Python function of its inputs, by position.

    `bare`: a single output is returned as it is, otherwise always a tuple. `exact`: the same bits as the kernels give,
    also where `x**2` of a single number would differ from `np.square(x)` in the last place. `casts`: every change of
    dtype is written, also those that NumPy makes by itself. `longest`: known arrays with more entries are written as
    they were made.
    """
    return _Printer(graph, name, _Manner(exact, casts, longest), Names()).program(bare)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How everything in one text is printed: the options of `print_graph`."""

    exact: bool
    casts: bool
    longest: int | None


@final
class _Printer:
    """One function: the names given so far, and the statements. `module`: the names of the text as a whole.

    A graph that is a parameter of an op (the body of a loop) is a function of its own, defined before this one.
    """

    def __init__(self, graph: Graph, name: str, manner: _Manner, module: Names) -> None:
        self.graph, self.exact, self.module = graph, manner.exact, module
        self.names = Names()
        self.bound: dict[str, Any] = {}
        self.operations: dict[Any, str] = {}
        self.definitions: list[str] = []
        self.known: list[str] = []  # statements before the function
        functions = {inner: self._define(inner, wanted, manner) for inner, wanted in inner_graphs(graph).items()}
        self.plan: Plan = Planner(graph, manner.exact, manner.casts, manner.longest, functions).plan()
        for step in self.plan.steps.values():
            if step.spelling.bound is not None:
                self._bind_operation(step.spelling)
        self.parameters = [
            self.names.claim(graph.names.get(node, f"x{place}")) for place, node in enumerate(graph.inputs, 1)
        ]
        self.name = self._for_module(name)
        self.claimed: dict[Node, str] = {}
        for node in (*self.plan.constants, *self.plan.steps):
            if node in graph.names and self.plan.uses.get(node) and not self._is_result(node):
                self.claimed[node] = self.names.claim(graph.names[node])
        self.body: list[str] = []
        self.written = dict(zip(graph.inputs, map(Written, self.parameters), strict=True))

    def _define(self, inner: Graph, wanted: str, manner: _Manner) -> str:
        """Print a graph inside this one; its name. It always returns a tuple."""
        printer = _Printer(inner, wanted, manner, self.module)
        lines = printer.function(bare=False)
        self.definitions += [*printer.definitions, "\n".join(lines)]
        self.known += printer.known
        self.bound.update(printer.bound)
        self.names.taken.add(printer.name)
        return printer.name

    def _for_module(self, wanted: str) -> str:
        """A name that means the same in the whole text, and nothing else in this function."""
        while (name := self.module.claim(wanted)) in self.names.taken:
            pass
        self.names.taken.add(name)
        return name

    def program(self, bare: bool) -> Program:
        """The whole text."""
        return Program(self.name, self._assembled(self.function(bare)), self.bound)

    def function(self, bare: bool) -> list[str]:
        """The lines of the function."""
        for node, step in self.plan.steps.items():
            self._write(node, step)
        returned = [self._operand(node, weak=not self.exact) for node in self.plan.outputs]
        result = ", ".join(each.text for each in returned)
        if not (bare and returned) or (len(returned) > 1 and len(result) > _WIDTH):
            result = f"({result},)" if len(returned) == 1 else f"({result})"
        head = f"def {self.name}({', '.join(self.parameters)}):"
        lines = [head, *(f"    {line}" for line in [*self.body, f"return {result}"])]
        return [line for each in lines for line in wrapped(each)]

    def _assembled(self, function: list[str]) -> str:
        functions = "\n\n\n".join([*self.definitions, "\n".join(function)])
        code = "\n".join([*self.known, functions])
        imports = ["import numpy as np"] if "np." in code else []
        if "chainrule." in code:
            imports.append("import chainrule.ops" if "chainrule.ops." in code else "import chainrule")
        notes = [f"# {name} is not written out here: {described(value)}" for name, value in self.bound.items()]
        head = "\n\n".join("\n".join(block) for block in (imports, [*notes, *self.known]) if block)
        return head + "\n\n\n" * bool(head) + functions + "\n"

    # Steps -----------------------------------------------------------------------------------------------------------
    def _write(self, node: Node, step: Step) -> None:
        expression = self._expression(step)
        if len(expression.text) > _WIDTH or expression.depth > _DEPTH:
            for operand in self._to_take_out(step, expression):
                self._state(operand, self.written[operand])
            expression = self._expression(step)
        if self.plan.uses[node] > 1 or node in self.claimed:
            self._state(node, expression)
        else:
            self.written[node] = expression

    def _to_take_out(self, step: Step, expression: Written) -> list[Node]:
        """The operands that become statements of their own: those that are too deep, and the longest until it fits."""
        inside = [each for each in dict.fromkeys(step.operands) if each in self.written and self.written[each].depth]
        chosen, width = [], len(expression.text)
        for operand in sorted(inside, key=self._length, reverse=True):
            if self.written[operand].depth >= _DEPTH or (width > _WIDTH and self._length(operand) > _SHORT):
                chosen.append(operand)
                width -= self._length(operand)
        return chosen

    def _length(self, node: Node) -> int:
        return len(self.written[node].text)

    def _is_result(self, node: Node) -> bool:
        """The one output under the name of the function: it is returned without being stored first."""
        return (
            len(self.plan.outputs) == 1
            and self.plan.outputs[0] is node
            and identifier(self.graph.names[node]) == self.name
            and self.plan.uses[node] == 1
        )

    def _state(self, node: Node, expression: Written) -> None:
        name = self.claimed.get(node) or self.names.fresh("v")
        self.body.append(f"{name} = {expression.text}")
        self.written[node] = Written(name)

    def _expression(self, step: Step) -> Written:
        spelling = step.spelling
        texts, deepest = [], 0
        if spelling.bound is not None:
            texts.append(self._bind_operation(spelling))
        for piece in spelling.pieces:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            operand = self._operand(step.operands[piece], step.weak)
            demand = weakest(spelling, piece)
            text, depth = operand.text, operand.depth
            if operand.strength < demand or (text[0] == "-" and piece and demand > Strength.LOOSEST):
                text, depth = f"({text})", depth + 1
            texts.append(text)
            deepest = max(deepest, depth)
        is_call = spelling.form.strength == Strength.ATOM
        return Written("".join(texts), spelling.form.strength, deepest + 1 if is_call else max(deepest, 1))

    # Operands --------------------------------------------------------------------------------------------------------
    def _operand(self, node: Node, weak: bool) -> Written:
        found = self.written.get(node)
        if found is not None:
            return found
        value = concrete(node)
        if not node.type.shape and is_exact(value):
            text = scalar_text(value, weak=weak)
            if weak and node in self.claimed:
                self._state(node, Written(text))
                return self.written[node]
            return Written(text, Strength.PREFIX if text[0] == "-" else Strength.ATOM)
        name = self.claimed.get(node) or self._fresh_for_module("c")
        written_out = array_text(value) if is_exact(value) else None
        if written_out is None:
            self.bound[name] = value
        else:
            self.known += wrapped(f"{name} = {written_out}")
        self.written[node] = Written(name)
        return self.written[node]

    def _fresh_for_module(self, letter: str) -> str:
        while (name := self.module.fresh(letter)) in self.names.taken:
            pass
        self.names.taken.add(name)
        return name

    def _bind_operation(self, spelling: Spelling) -> str:
        assert spelling.bound is not None
        wanted, operation = spelling.bound
        key = getattr(operation, "func", operation), tuple(getattr(operation, "keywords", {}).items())
        if key not in self.operations:
            self.operations[key] = self._for_module(wanted)
            self.bound[self.operations[key]] = operation
        return self.operations[key]


def inner_graphs(graph: Graph) -> dict[Graph, str]:
    """The graphs among the parameters of its steps, and what to call them."""
    found: dict[Graph, str] = {}
    for node in graph.order():
        for name, value in node.params:
            for each in value if type(value) is tuple else (value,):
                if isinstance(each, Graph):
                    found.setdefault(each, name)
    return found


def described(value: Any) -> str:
    """What a bound name stands for, in words."""
    if hasattr(value, "dtype"):
        return f"an array of dtype {value.dtype.name} and shape {tuple(value.shape)}"
    return "an operation that was declared outside chainrule, or not specified"


def wrapped(line: str) -> Iterable[str]:
    """A statement in lines of a readable width, broken after commas inside brackets."""
    if len(line) <= _LINE:
        return [line]
    indent = len(line) - len(line.lstrip()) + 4
    lines, start, depth, last = [], 0, 0, 0
    for place, letter in enumerate(line):
        depth += (letter in "([{") - (letter in ")]}")
        if place - start + (indent if start else 0) >= _LINE and last > start:
            lines.append(line[start:last].rstrip())
            start = last
        if letter == "," and depth > 0 and line[place + 1 : place + 2] == " ":
            last = place + 2
    lines.append(line[start:])
    return [lines[0], *(" " * indent + each for each in lines[1:])]
