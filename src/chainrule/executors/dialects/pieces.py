"""Small pieces of Python as syntax: a template and its operands in, an expression out.

One idea: a template is parsed, never pasted, so brackets are always right and nothing in an operand can become code.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

SLOT = "SLOT"  # SLOT0, SLOT1 stand for the operands of a template; no printed name is spelled like that


def fill(template: str, *operands: ast.expr) -> ast.expr:
    """The template with its operands in the places of SLOT0, SLOT1.

    >>> ast.unparse(fill("SLOT0 * SLOT1", parsed("a + b"), parsed("c")))
    '(a + b) * c'
    """
    filled = _Filler(operands).visit(parsed(template))
    assert isinstance(filled, ast.expr)
    return filled


class _Filler(ast.NodeTransformer):
    def __init__(self, operands: Sequence[ast.expr]) -> None:
        self.operands = operands

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.operands[int(node.id.removeprefix(SLOT))] if node.id.startswith(SLOT) else node


def parsed(text: str) -> ast.expr:
    """An expression as syntax."""
    return ast.parse(text, mode="eval").body


def literal(value: object) -> ast.expr:
    """A number, a word or a tuple of them, as it is written."""
    return parsed(repr(value))


def path_of(expression: ast.expr) -> str | None:
    """`np.linalg.inv` as text; None for anything but names joined by dots."""
    names: list[str] = []
    while isinstance(expression, ast.Attribute):
        names.insert(0, expression.attr)
        expression = expression.value
    return ".".join([expression.id, *names]) if isinstance(expression, ast.Name) else None


def is_literal(expression: ast.expr) -> bool:
    """Whether an expression is a number as printed: 2.0, -3, np.inf, np.float32(0.5)."""
    match expression:
        case ast.Constant(value=value):
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return is_literal(operand)
        case ast.Call(func=function, args=[single], keywords=[]):
            return is_number_type(path_of(function)) and is_literal(single)
    return path_of(expression) in ("np.inf", "np.nan")


def is_number_type(path: str | None) -> bool:
    """Whether a call makes a number of some dtype: np.float32(0.5)."""
    name = (path or "").removeprefix("np.")
    return path != name and name.rstrip("0123456789") in ("float", "int", "uint") and name[-1].isdigit()


def arguments(call: ast.Call, *names: str) -> dict[str, ast.expr]:
    """What a call gives to its parameters, by name; those that it leaves out are missing."""
    given = dict(zip(names, call.args, strict=False))
    return given | {each.arg: each.value for each in call.keywords if each.arg is not None}


def called(path: str, *args: ast.expr, **keywords: ast.expr | None) -> ast.Call:
    """A call of the function at a path; keywords that are None are left out."""
    named = [ast.keyword(name, value) for name, value in keywords.items() if value is not None]
    return ast.Call(parsed(path), list(args), named)


def is_true(expression: ast.expr | None) -> bool:
    """Whether an argument is written True."""
    return isinstance(expression, ast.Constant) and expression.value is True
