"""How one step is spelled in Python: a node in, checked pieces of code with slots for its operands out.

One idea: what an op's notation says is trusted only after it has been parsed and found to be plain arithmetic on its
operands, or calls of functions that exist. Every other op is called by name, and bound to that name when the code runs.
"""

from __future__ import annotations

import ast
import importlib
import re
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from .graph import Graph
from .identifiers import identifier
from .library import reference
from .literals import parameter_text
from .node import Node
from .notation import Form, Strength

Piece = str | int  # code as it stands, or the slot of an operand

_PLAIN = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.keyword, ast.Subscript, ast.Slice, ast.Tuple,
    ast.List, ast.Constant, ast.Name, ast.Attribute, ast.Load, ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
_POWER = re.compile(r"\{0\} \*\* (.+)")


@dataclass(frozen=True, slots=True)
class Spelling:
    """Pieces of code, how strongly they hold together, what they demand of the operands, and what must be bound."""

    pieces: tuple[Piece, ...]
    form: Form
    bound: tuple[str, Any] | None = None  # a wanted name, and the operation it stands for

    @property
    def is_alias(self) -> bool:
        """Whether the step is written as its operand alone."""
        return self.pieces == (0,)


def spell(node: Node, *, exact: bool, functions: Mapping[Graph, str]) -> Spelling:
    """The spelling of a node. `exact`: the code with the kernel's own bits: `**` of one number rounds differently.

    `functions`: what the graphs among the parameters are called.
    """
    parameters = {name: written_parameter(value, functions) for name, value in node.params}
    if None not in parameters.values():
        notation = node.op.written(node)
        form = notation.exact if exact and notation.exact is not None else notation.code
        template = form.template
        if exact and not node.type.shape and (power := _POWER.fullmatch(template)):
            template = "np.square({0})" if power[1] == "2" else f"np.power({{0}}, {power[1]})"
            form = Form(template)
        pieces = checked(template, tuple(parameters.items()), frozenset(functions.values()))
        if pieces is not None and len(node.inputs) > max(
            (each for each in pieces if isinstance(each, int)), default=-1
        ):
            return Spelling(pieces, form)
    return by_name(node, parameters)


def by_name(node: Node, parameters: dict[str, str | None]) -> Spelling:
    """A call of the op itself, under its own name."""
    pieces: list[Piece] = ["("]
    for slot in range(len(node.inputs)):
        pieces += [", ", slot] if slot else [slot]
    operation: Any = node.op
    if None in parameters.values():
        operation = partial(node.op, **node.settings)
    else:
        pieces += [f", {identifier(name)}={text}" for name, text in parameters.items()]
    return Spelling((*pieces, ")"), Form(""), (node.op.name, operation))


def written_parameter(value: Any, functions: Mapping[Graph, str]) -> str | None:
    """A parameter as an expression: a graph by its name, everything else as `parameter_text` says."""
    if isinstance(value, Graph):
        return functions.get(value)
    if type(value) is tuple and value and isinstance(value[0], Graph):
        return f"({', '.join(functions[each] for each in value)},)"
    return parameter_text(value)


@lru_cache(maxsize=4096)
def checked(
    template: str, parameters: tuple[tuple[str, str], ...], functions: frozenset[str] = frozenset()
) -> tuple[Piece, ...] | None:
    """The pieces of a template with its parameters filled in; None when it is not plain code over NumPy, ours, and the
    functions of these names.
    """
    try:
        pieces = tuple(_split(template, dict(parameters)))
        tree = ast.parse("".join(f"_{each}" if isinstance(each, int) else each for each in pieces), mode="eval")
    except (ValueError, KeyError, SyntaxError):
        return None
    return pieces if all(_is_plain(node, functions) for node in ast.walk(tree)) else None


def _split(template: str, parameters: dict[str, str]) -> Iterator[Piece]:
    for literal, field, _, _ in string.Formatter().parse(template):
        if literal:
            yield literal
        if field is not None:
            yield int(field) if field.isdecimal() else parameters[field]


def _is_plain(node: ast.AST, functions: frozenset[str]) -> bool:
    if isinstance(node, ast.Call):
        return callable(resolve(node.func))
    if isinstance(node, ast.Attribute) and node.attr != "T":
        return resolve(node) is not None
    if isinstance(node, ast.Name):
        known = node.id in ("np", "chainrule", "complex") or node.id in functions
        return known or (node.id[0] == "_" and node.id[1:].isdecimal())
    return isinstance(node, _PLAIN)


def resolve(expression: ast.expr) -> Any:
    """What `np.linalg.norm` or `chainrule.ops.scatter` means; None when there is no such thing."""
    path: list[str] = []
    while isinstance(expression, ast.Attribute):
        path.insert(0, expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name) or any(name.startswith("_") for name in path):
        return None
    # The vocabulary stands above this floor. It is found by name, once, so that code is not printed that cannot run.
    roots: dict[str, Callable[[], Any]] = {"np": reference, "chainrule": partial(importlib.import_module, "chainrule")}
    if expression.id not in roots or not path:
        return complex if expression.id == "complex" else None
    found = roots[expression.id]()
    for name in path:
        found = getattr(found, name, None)
    return found


def weakest(spelling: Spelling, slot: int) -> int:
    """How strong an operand must be to stand without brackets."""
    if spelling.form.strength == Strength.COMPARISON:
        return Strength.COMPARISON + 1  # a < b < c means something else in Python
    return spelling.form.demand(slot)
