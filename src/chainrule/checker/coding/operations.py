"""What is known of NumPy: its functions by name, and how they are called on small arrays.

One idea: only what is listed here is ever called, after the sizes that it would make are known to be small.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy

from ...errors import LimitError, ParseError
from ...ir.node import Node

MOST_ENTRIES = 4096
MODULES = frozenset({"np", "numpy", "jnp", "math", "torch", "F", "nn", "scipy", "special", "functional"})
FUNCTIONS = frozenset({
    "sum", "mean", "max", "min", "amax", "amin", "prod", "var", "std", "exp", "log", "log1p", "expm1", "sqrt", "square",
    "abs", "absolute", "sign", "tanh", "sinh", "cosh", "sin", "cos", "arctan", "maximum", "minimum", "where", "dot",
    "matmul", "outer", "inner", "multiply", "divide", "add", "subtract", "power", "negative", "transpose", "reshape",
    "ravel", "squeeze", "expand_dims", "concatenate", "stack", "hstack", "vstack", "einsum", "trace", "diag", "clip",
    "eye", "identity", "arange", "zeros", "ones", "full", "zeros_like", "ones_like", "full_like", "array", "asarray",
    "argmax", "heaviside", "norm", "log2", "log10", "reciprocal", "atleast_2d", "float64", "float32",
    "newaxis", "copy", "inv", "det", "diagflat", "swapaxes", "logaddexp", "greater", "float_",
})  # fmt: skip
METHODS = frozenset({
    "sum", "mean", "max", "min", "prod", "var", "std", "dot", "transpose", "reshape", "ravel", "flatten", "squeeze",
    "astype", "copy", "clip", "argmax", "trace", "cumsum", "T", "float", "clone", "detach",
})  # fmt: skip
SAME = frozenset({"astype", "copy", "float", "clone", "detach", "asarray", "float64", "float32", "float_"})
BY_ELEMENT: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power",
    ast.FloorDiv: "floor_divide", ast.Mod: "mod",
}  # fmt: skip
AS_OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add, "subtract": ast.Sub, "multiply": ast.Mult, "divide": ast.Div, "power": ast.Pow, "dot": ast.MatMult,
    "matmul": ast.MatMult,
}  # fmt: skip
RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Gt: "greater", ast.Lt: "less", ast.GtE: "greater_equal", ast.LtE: "less_equal", ast.Eq: "equal",
    ast.NotEq: "not_equal",
}  # fmt: skip
LIBRARY: Mapping[str, str] = {
    "sigmoid": "sigmoid", "expit": "sigmoid", "logistic": "sigmoid", "sigma": "sigmoid", "relu": "relu", "ReLU": "relu",
    "softplus": "softplus", "tanh": "tanh", "softmax": "softmax",
}  # fmt: skip


LOSES_SHAPE = frozenset({
    "sum", "mean", "max", "min", "prod", "var", "std", "reshape", "ravel", "flatten", "einsum", "outer", "inner",
    "trace", "diag", "norm", "argmax", "concatenate", "stack", "hstack", "vstack",
})  # fmt: skip


def combined(sign: ast.operator, one: Any, other: Any) -> Any:
    """Two values under an operator. Raises ParseError for operators that are none of arithmetic."""
    if isinstance(sign, ast.MatMult):
        return number(one) @ number(other)
    if type(sign) not in BY_ELEMENT:
        raise ParseError(given="an operator", expected="+ - * / ** @")
    one, other = number(one), number(other)
    if isinstance(one, int) and isinstance(other, int) and isinstance(sign, ast.Pow):
        one = float(one)
    return getattr(numpy, BY_ELEMENT[type(sign)])(one, other)


def called(name: str, arguments: list[Any], options: dict[str, Any]) -> Any:
    for place in range(len(arguments)):
        _refuse_large(name, arguments[place])
    if name in METHODS and name == "flatten":
        name = "ravel"
    if name in ("reshape", "transpose") and len(arguments) > 2:
        arguments = [arguments[0], [whole(each) for each in arguments[1:]]]
    if name in ("zeros", "ones", "full", "eye", "identity", "arange"):
        arguments = [[whole(x) for x in each] if isinstance(each, list) else each for each in arguments]
    if "axis" in options and isinstance(options["axis"], list):
        options["axis"] = tuple(options["axis"])
    if "keepdim" in options:
        options["keepdims"] = options.pop("keepdim")
    if "dim" in options:
        options["axis"] = options.pop("dim")
    module = numpy.linalg if name in ("norm", "inv", "det") else numpy
    options.pop("out", None)
    return getattr(module, name)(*arguments, **options)


def _refuse_large(name: str, argument: Any) -> None:
    if name in ("zeros", "ones", "full", "eye", "identity", "arange"):
        sizes = argument if isinstance(argument, list) else [argument]
        total = 1.0
        for each in sizes:
            total *= max(1.0, abs(float(plain_array(each))))
        if total * (total if name in ("eye", "identity") else 1) > MOST_ENTRIES:
            raise LimitError(given=f"{name} of a large size", expected=f"at most {MOST_ENTRIES} entries")
    if name in ("outer", "diag", "diagflat", "einsum") and numpy.size(argument) > 256:
        raise LimitError(given=f"{name} of a large array", expected="at most 256 entries")


def shape_of(value: Any) -> tuple[int, ...]:
    return () if isinstance(value, list | str | dict) or value is None else tuple(numpy.shape(value))


def number(value: Any) -> Any:
    if isinstance(value, list | str | dict) or value is None or value is Ellipsis:
        raise ParseError(given="a list in arithmetic", expected="an array: np.array([...])")
    return value


def plain_array(value: Any) -> Any:
    return numpy.asarray(value.value if isinstance(value, Node) else value)


def as_array(value: Any) -> Any:
    """An array of numbers; a list of nodes is stacked."""
    if isinstance(value, list):
        parts = [as_array(each) for each in value]
        return numpy.stack(parts) if any(isinstance(each, Node) for each in parts) else numpy.array(parts)
    return value if isinstance(value, Node) else numpy.asarray(value)


def whole(value: Any) -> int:
    return int(plain_array(value))


def is_huge(value: object) -> bool:
    return isinstance(value, int) and abs(value) > 10**12


def is_module(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return is_module(node.value)
    return isinstance(node, ast.Name) and node.id in MODULES


def said(node: ast.AST) -> str:
    """An expression as Python, short."""
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return "an expression"
    return text if len(text) <= 60 else text[:57] + "..."


class _Operators(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:  # the name that ast looks for
        """`np.dot(a, b)` and `a.dot(b)` as `a @ b`."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Attribute(value=module, attr=name), args=[left, right], keywords=[]) if (
                name in AS_OPERATORS and is_module(module)
            ):
                return ast.BinOp(left, AS_OPERATORS[name](), right)
            case ast.Call(func=ast.Attribute(value=left, attr="dot" | "matmul"), args=[right], keywords=[]):
                return ast.BinOp(left, ast.MatMult(), right)
        return node


def with_operators(node: ast.expr) -> ast.expr:
    """An expression with operators for the functions that are the same."""
    found: ast.expr = _Operators().visit(deepcopy(node))
    return found
