"""Respelling: NumPy code as syntax in, the same in another dialect out.

One idea: a dialect is a table from NumPy's functions, and from chainrule's, to its own. What the table does not hold
is refused by name, so code that is written runs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ...errors import UnknownNameError
from .expansions import EXPANSIONS
from .helpers import definition
from .pieces import parsed, path_of

Rule: TypeAlias = "Callable[[Writer, ast.Call], ast.expr]"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a library spells what NumPy and chainrule compute.

    `functions`: a path, or a rule for the whole call. `same`: NumPy's functions that this library has under the same
    name and with the same arguments, in the module `prefix` (empty: all of them). `subscript`, `method` and `result`
    are rules for indexing, for calls of methods, and for what a function returns.
    """

    name: str
    prefix: str
    same: frozenset[str]
    functions: Mapping[str, str | Rule]
    imports: Mapping[str, str]  # the import that a first name needs
    casts: bool = False  # whether every change of dtype must be written
    subscript: Callable[[Writer, ast.Subscript], ast.expr] | None = None
    method: Callable[[Writer, ast.Call], ast.expr] | None = None
    result: Callable[[Writer, ast.expr], ast.expr] | None = None


@dataclass(slots=True)
class Writer:
    """One respelling: for each dtype an array that has it, and the helpers that were asked for.

    `stacks`: whether any array of the graph has more than two axes. `numbers`: names that stand for sizes.
    """

    dialect: Dialect
    likes: Mapping[str, str] = field(default_factory=dict)
    stacks: bool = True
    numbers: frozenset[str] = frozenset()
    helpers: dict[str, None] = field(default_factory=dict)

    def helper(self, name: str) -> ast.expr:
        """The name of a definition that the code needs."""
        self.helpers[name] = None
        return ast.Name(name)


def dialect_path(dialect: Dialect, path: str) -> str | Rule | None:
    """How a dialect spells the function at a path: under another one, by a rule, or not at all (None)."""
    found = dialect.functions.get(path)
    if found is not None:
        return found
    name = path.removeprefix("np.")
    if path != name:
        return f"{dialect.prefix}.{name}" if not dialect.same or name in dialect.same else None
    if path in EXPANSIONS or definition(dialect.name, f"_{name}") is not None:
        return f"_{name}"
    return None


def short_path(path: str) -> str:
    """What a table calls a function: np.sum as it is, chainrule.ops.ratio and _ratio as ratio."""
    return path if path.startswith("np.") else path.rpartition(".")[2].removeprefix("_")


class Respeller(ast.NodeTransformer):
    """Visits code and replaces every call, constant and subscript that the dialect writes in another way."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def visit_Call(self, node: ast.Call) -> ast.expr:
        path = path_of(node.func) or ""
        if not path.startswith(("np.", "chainrule.", "_")):
            self.generic_visit(node)
            return self._method(node)
        short = short_path(path)
        if short in EXPANSIONS and short not in self.writer.dialect.functions and not path.startswith("_"):
            expanded = self.visit(EXPANSIONS[short](node))
            assert isinstance(expanded, ast.expr)
            return expanded
        self.generic_visit(node)
        found = dialect_path(self.writer.dialect, short)
        if found is None:
            raise unknown(self.writer.dialect, short)
        if callable(found):
            return found(self.writer, node)
        node.func = self.writer.helper(found) if found.startswith("_") else parsed(found)
        return node

    def _method(self, node: ast.Call) -> ast.expr:
        method = self.writer.dialect.method
        return node if method is None else method(self.writer, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if path_of(node) in ("np.inf", "np.nan"):
            return parsed(f"{self.writer.dialect.prefix}.{node.attr}")
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        subscript = self.writer.dialect.subscript
        return node if subscript is None else subscript(self.writer, node)


def unknown(dialect: Dialect, path: str) -> UnknownNameError:
    """What is wrong with an op that a dialect has no spelling for, and which dialects have one."""
    from . import DIALECTS  # not at the top: the table of all dialects is made of what stands here

    able = [other.name for other in DIALECTS.values() if dialect_path(other, path) is not None]
    return UnknownNameError(
        given=f"{path.removeprefix('np.')} in code for {dialect.name}", where="emit",
        expected=f"an op that {dialect.name} has a spelling for",
        remedy=f"ask for {' or '.join(able)}, where it can be written" if able else "write it with NumPy functions",
    )  # fmt: skip
