"""A Python expression over NumPy in, the meant tree out.

One idea: Python's own parser reads it and nothing runs it. Only the nodes of arithmetic are accepted, and here `*`,
`@` and indices mean what they mean in NumPy.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import LimitError, ParseError, TextSpan, UnknownNameError, did_you_mean
from . import limits
from .functions import CONVOLUTIONS, FUNCTIONS, GENERIC, function_named
from .meaning import (
    Call,
    Comparison,
    Definition,
    Literal,
    Meaning,
    Picked,
    Power,
    Program,
    Rows,
    Total,
    Unspecified,
    Variable,
    everything,
    refuse_tall,
)
from .program import in_order, is_latex
from .symbols import Symbol, read_symbol

_MARKS = re.compile(r"\*\*|\b(?:np|numpy|jnp)\.|\.T\b|\.(?:sum|mean|prod|max|min|dot|transpose)\(|\[[^\]]{0,60}:")
_MODULES = frozenset({"np", "numpy", "jnp", "linalg", "chainrule", "cr"})
_CONSTANTS = {"pi": 3.141592653589793, "e": 2.718281828459045, "inf": float("inf"), "nan": float("nan")}
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.MatMult: "matmul", ast.Pow: "power",
}  # fmt: skip
_RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "!=",
}  # fmt: skip
_NUMPY = FUNCTIONS | {
    "absolute": "abs", "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "power": "power",
    "amax": "max", "amin": "min", "negative": "neg",
}  # fmt: skip
_METHODS = frozenset({"sum", "mean", "prod", "max", "min", "var", "std", "dot", "transpose"})
_ONE_LINE_END = str.maketrans("\r\f\v", "   ")  # so that Python counts lines as we do
_OPTIONS = frozenset({"axis", "keepdims", "ddof", "mode"})


def is_python(text: str) -> bool:
    """Whether a text is a Python expression: it has `np.`, `**`, `.T`, a method or a slice."""
    return not is_latex(text) and _MARKS.search(text) is not None


def read_python(text: str, functions: Mapping[str, str]) -> Program:
    """The program that Python statements of arithmetic say. Raises ParseError at whatever is not arithmetic."""
    limits.refuse_longer(text, limits.STATEMENT, "a Python expression")
    _refuse_deep(text)
    reader = _Reader(text, functions, len(text) - len(text.lstrip()), _line_starts(text.lstrip()))
    definitions: dict[str, Definition] = {}
    read = [(statement, *each) for statement in _tree(text).body for each in reader.statement(statement)]
    for statement, symbol, body in read:
        if symbol.text in definitions:
            raise ParseError(given=f"a second definition of {symbol.text}", where=reader.span(statement),
                             expected="each name once", remedy="use a new name")  # fmt: skip
        refuse_tall(body)
        definitions[symbol.text] = Definition(symbol, body, reader.span(statement))
    if not definitions:
        raise ParseError(given="no expression", where=TextSpan(text, 0, max(1, len(text))), expected="an expression")
    used = {each.symbol.text for definition in definitions.values() for each in everything(definition.body)
            if isinstance(each, Variable)}  # fmt: skip
    last = [each for name, each in definitions.items() if name not in used] or list(definitions.values())
    return Program(tuple(in_order(definitions)), last[-1].symbol, ())


def _refuse_deep(text: str) -> None:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if depth > limits.BRACKETS:
            raise limits.too_deep(TextSpan(text, place, place + 1), limits.BRACKETS, "brackets")


def _tree(text: str) -> ast.Module:
    source = text.translate(_ONE_LINE_END).strip()
    try:
        return ast.parse(source)
    except SyntaxError as problem:
        starts = _line_starts(source)
        line = min(max((problem.lineno or 1) - 1, 0), len(starts) - 1)
        place = len(text) - len(text.lstrip()) + starts[line] + max((problem.offset or 1) - 1, 0)
        place = min(place, max(len(text) - 1, 0))
        raise ParseError(
            given=f"Python that does not parse: {problem.msg}",
            where=TextSpan(text, place, place + 1),
            expected="a Python expression over NumPy, such as np.sum(np.tanh(W @ x))",
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise LimitError(given="an expression that Python cannot read", where=TextSpan(text, 0, 1),
                         expected=f"at most {limits.DEPTH} levels, and no NUL character") from None  # fmt: skip


def _line_starts(text: str) -> list[int]:
    return [0, *(place + 1 for place, letter in enumerate(text) if letter == "\n")]


@dataclass(slots=True)
class _Reader:
    """Turns nodes of Python's tree into meaning. Counts depth, because Python's tree leans to the left."""

    text: str
    functions: Mapping[str, str]
    indent: int  # white space before the text, which Python was not shown
    starts: list[int]  # where its lines begin
    depth: int = 0

    def span(self, node: ast.AST) -> TextSpan:
        """The place of a node; Python counts columns in bytes of the stripped text."""
        begin = self._offset(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))
        end = self._offset(getattr(node, "end_lineno", 1), getattr(node, "end_col_offset", 1))
        return TextSpan(self.text, begin, max(begin + 1, end))

    def _offset(self, line: int, column: int) -> int:
        start = self.indent + self.starts[min(line, len(self.starts)) - 1]
        before = self.text[start : start + column].encode("utf-8", "replace")[:column]
        return start + len(before.decode("utf-8", "ignore"))

    def refuse(self, node: ast.AST, what: str, remedy: str = "") -> ParseError:
        """The error for Python that is not arithmetic."""
        return ParseError(
            given=what,
            where=self.span(node),
            expected="arithmetic over NumPy: + - * / @ **, np functions, indices",
            remedy=remedy or "put it into a function in a file and name it: file.py:function",
        )

    def statement(self, node: ast.stmt) -> list[tuple[Symbol, Meaning]]:
        """The names that a statement defines, and what they stand for."""
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value):
                return [(_symbol(name), self.read(value))]
            case ast.Assign(targets=[ast.Tuple([ast.Name(sign), ast.Name(logarithm)])], value=value) if _is_slogdet(
                value
            ):
                return [(_symbol(sign), self._of_slogdet(value, True, value)),
                        (_symbol(logarithm), self._of_slogdet(value, False, value))]  # fmt: skip
            case ast.Expr(value=value):
                return [(Symbol("f" if not re.search(r"\bf\b", self.text) else "result"), self.read(value))]
            case _:
                raise self.refuse(node, "a statement that is no assignment to one name")

    def read(self, node: ast.expr) -> Meaning:
        """The meaning of an expression."""
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise limits.too_deep(self.span(node), limits.DEPTH, "expressions")
        found = self._read(node)
        self.depth -= 1
        return found

    def _read(self, node: ast.expr) -> Meaning:
        match node:
            case ast.Constant(int() | float() as value) if not isinstance(value, bool):
                return self._number(node, value)
            case ast.Name(name):
                return Variable(_symbol(name), self.span(node))
            case ast.BinOp():
                return self._chain(node)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                return Total((("-" if isinstance(sign, ast.USub) else "+", self.read(operand)),), self.span(node))
            case ast.Call():
                return self._call(node)
            case ast.Attribute(value=ast.Name(module), attr=name) if module in _MODULES and name in _CONSTANTS:
                return Literal(name, _CONSTANTS[name], self.span(node))
            case ast.Attribute(value=value, attr="T"):
                return Call("transpose", (self.read(value),), self.span(node))
            case ast.Attribute(value=value, attr="sign" | "logabsdet" as part) if _is_slogdet(value):
                return self._of_slogdet(value, part == "sign", node)
            case ast.Subscript(value=value, slice=ast.Constant(0 | 1 as place)) if _is_slogdet(value):
                return self._of_slogdet(value, place == 0, node)
            case ast.Subscript(value=value, slice=key):
                keys = key.elts if isinstance(key, ast.Tuple) else [key]
                return Picked(self.read(value), tuple(map(self._key, keys)), self.span(node))
            case ast.Compare(left=left, ops=[relation], comparators=[right]) if type(relation) in _RELATIONS:
                return Comparison(_RELATIONS[type(relation)], self.read(left), self.read(right), self.span(node))
            case _:
                raise self._refused(node)

    def _of_slogdet(self, node: ast.expr, sign: bool, place: ast.AST) -> Meaning:
        """One of the two that slogdet returns: the sign of the determinant, or the logarithm of its size."""
        found = self.read(node)
        assert isinstance(found, Call)  # a call of slogdet is read as one
        return replace(found, function="det_sign" if sign else "logdet", span=self.span(place))

    def _refused(self, node: ast.expr) -> ParseError:
        match node:
            case ast.IfExp():
                return self.refuse(node, "if ... else", "write np.where(condition, x, y)")
            case ast.BoolOp() | ast.Compare():
                return self.refuse(node, "conditions joined together", "write np.where with one comparison")
            case ast.Attribute(attr=name):
                return self.refuse(node, f"the attribute .{name}")
            case ast.List() | ast.Tuple():
                return self.refuse(node, "a list", "write np.array([...])")
            case _:
                return self.refuse(node, f"{type(node).__name__.lower()} in a formula")

    def _number(self, node: ast.expr, value: float) -> Literal:
        try:
            return Literal(str(value), float(value), self.span(node))
        except (OverflowError, ValueError):
            raise LimitError(
                given="a number that is too large", where=self.span(node), expected="below 1.8e308"
            ) from None

    def _chain(self, node: ast.BinOp) -> Meaning:
        """`a + b + c` leans to the left as deep as it is long, so it is read in a loop."""
        pending: list[ast.BinOp] = []
        first: ast.expr = node
        while isinstance(first, ast.BinOp) and type(first.op) in _OPERATORS:
            pending.append(first)
            first = first.left
        found = self.read(first)
        for step in reversed(pending):
            found = self._operate(step, found, self.read(step.right))
        return found

    def _operate(self, node: ast.BinOp, left: Meaning, right: Meaning) -> Meaning:
        name, span = _OPERATORS[type(node.op)], self.span(node)
        constant = not any(isinstance(each, Variable | Call) for side in (left, right) for each in everything(side))
        if name in ("add", "sub"):
            terms = left.terms if isinstance(left, Total) and left.numpy else (("", left),)
            return Total((*terms, ("+" if name == "add" else "-", right)), span, numpy=True)
        if name == "power":
            if constant:
                return Power(left, right, span)
            if isinstance(right, Literal) and abs(right.value) > limits.EXPONENT:
                raise LimitError(given=f"the exponent {right.written}", where=right.span,
                                 expected=f"an exponent of at most {limits.EXPONENT:,}")  # fmt: skip
        return Call(name, (left, right), span)

    def _key(self, node: ast.expr) -> object:
        match node:
            case ast.Constant(None):
                return None
            case ast.Constant(value) if value is Ellipsis:
                return Ellipsis
            case ast.Slice(lower, upper, step):
                return slice(*(None if each is None else self._whole(each) for each in (lower, upper, step)))
            case _:
                return self._whole(node)

    def _whole(self, node: ast.expr) -> int:
        match node:
            case ast.Constant(value) if type(value) is int and abs(value) <= limits.ENTRIES:
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value)) if type(value) is int:
                return -value
            case _:
                raise self.refuse(node, "an index that is not a whole number or a slice")

    # Calls ------------------------------------------
    def _call(self, node: ast.Call) -> Meaning:
        match node.func:
            case ast.Attribute(value=ast.Name(module) | ast.Attribute(value=ast.Name(_), attr=module), attr=name) if (
                module in _MODULES
            ):
                return self._function(node, name, list(node.args))
            case ast.Attribute(value=value, attr=name) if name in _METHODS:
                return self._function(node, name, [value, *node.args])
            case ast.Name(name) if name in self.functions:
                return self._function(node, self.functions[name], list(node.args))
            case ast.Name(name) if name in GENERIC and len(node.args) == 1 and not node.keywords:
                return Unspecified(name, 0, self.read(node.args[0]), self.span(node))
            case ast.Name(name) | ast.Attribute(attr=name):
                return self._function(node, name, list(node.args))
            case _:
                raise self.refuse(node, "a call of something that is no function")

    def _function(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> Meaning:
        if name in ("array", "asarray") and len(arguments) == 1:
            return self._rows(arguments[0])
        op = _NUMPY.get(name) or function_named(name)
        if op is None:
            raise UnknownNameError(
                given=f"the function {name}",
                where=self.span(node.func),
                expected="a function that is known",
                remedy=did_you_mean(name, _NUMPY) or "write it with other functions",
            )
        options: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg not in _OPTIONS:
                raise self.refuse(node, f"the argument {keyword.arg}", "leave it out")
            options[keyword.arg] = self._option(keyword.value)
        if op in ("sum", "mean", "prod", "max", "min", "var", "std") and len(arguments) == 2:
            options["axis"] = self._option(arguments.pop())
        if op in CONVOLUTIONS and len(arguments) == 3:
            options["mode"] = self._option(arguments.pop())
        if op in ("max", "min") and name in ("max", "min") and isinstance(node.func, ast.Name) and len(arguments) > 1:
            raise self.refuse(node, f"Python's {name} of several values", f"write np.{name}imum(x, y)")
        if not arguments:
            raise self.refuse(node, f"{name} of nothing", f"write np.{name}(x)")
        return Call(op, tuple(map(self.read, arguments)), self.span(node), tuple(options.items()))

    def _option(self, node: ast.expr) -> object:
        match node:
            case ast.Constant(value) if value is None or isinstance(value, bool | str):
                return value
            case ast.Tuple(elements):
                return tuple(self._whole(each) for each in elements)
            case _:
                return self._whole(node)

    def _rows(self, node: ast.expr) -> Meaning:
        if not isinstance(node, ast.List | ast.Tuple):
            return self.read(node)
        nested = [each for each in node.elts if isinstance(each, ast.List | ast.Tuple)]
        if nested and len(nested) == len(node.elts):
            rows = tuple(tuple(map(self.read, each.elts)) for each in nested)
            if len({len(row) for row in rows}) > 1:
                raise self.refuse(node, "rows of different lengths", "give every row as many entries")
            return Rows(rows, "matrix", self.span(node))
        return Rows((tuple(map(self.read, node.elts)),), "vector", self.span(node))


def _is_slogdet(node: ast.expr) -> bool:
    """Whether an expression is a call of np.linalg.slogdet, which returns a sign and a logarithm."""
    match node:
        case ast.Call(func=ast.Name("slogdet") | ast.Attribute(attr="slogdet")):
            return True
        case _:
            return False


def _symbol(name: str) -> Symbol:
    try:
        return read_symbol(name)
    except ParseError:
        return Symbol(name)
