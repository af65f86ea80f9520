"""Calls of functions that the text defines in, their bodies out.

One idea: a defined function is its body with the arguments put in. What this may grow to is bounded, because a text
can be written so that it grows without end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..errors import LimitError
from . import limits
from .meaning import Definition, Meaning, Own, Program, Variable, mapped, refuse_tall
from .symbols import Symbol

Functions = Mapping[str, tuple[tuple[Symbol, ...], Meaning]]


def without_own_functions(program: Program) -> Program:
    """The program with every call of a function of its own replaced by what the function says."""
    if not program.functions:
        return program
    inliner = _Inliner(program.functions)
    definitions = tuple(
        Definition(each.symbol, inliner.change(each.body, {}, 0), each.span, each.parameters)
        for each in program.definitions
    )
    for each in definitions:
        refuse_tall(each.body)
    return replace(program, definitions=definitions, functions={})


def inlined(node: Meaning, functions: Functions, most: int = limits.STEPS) -> Meaning:
    """One tree with every call of these functions replaced by what the function says. Raises LimitError where that
    takes more steps than `most`."""
    return _Inliner(functions, most).change(node, {}, 0) if functions else node


class _Inliner:
    """Counts the steps, so that growth is bounded."""

    def __init__(self, functions: Functions, most: int = limits.STEPS) -> None:
        self.functions, self.steps, self.most = functions, 0, most

    def change(self, node: Meaning, arguments: Mapping[str, Meaning], depth: int) -> Meaning:
        self.steps += 1
        if self.steps > self.most or depth > limits.DEPTH:
            raise LimitError(
                given="functions that call each other, or themselves, too often", where=node.span,
                expected=f"at most {self.most:,} steps and {limits.DEPTH} levels", remedy="write the formula out",
            )  # fmt: skip
        if isinstance(node, Variable):
            return arguments.get(node.symbol.text, node)
        if isinstance(node, Own) and node.name in self.functions:
            parameters, body = self.functions[node.name]
            given = [self.change(each, arguments, depth + 1) for each in node.arguments]
            bound = {symbol.text: each for symbol, each in zip(parameters, given, strict=True)}
            return self.change(body, bound, depth + 1)
        return mapped(node, lambda each: self.change(each, arguments, depth + 1))
