"""A Python expression over NumPy in, its value at a point out: an array, or a node that the engine can differentiate.

One idea: Python's tree is walked and only known functions of NumPy are called, on small arrays. A name of which nothing
is known is drawn where it is first met, in the shape that its neighbour asks for.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from ... import ops
from ...errors import LimitError, ParseError, UnknownNameError
from ...ir.node import Node
from ..points import as_problem
from .names import entry_name
from .operations import (
    AS_OPERATORS,
    BY_ELEMENT,
    FUNCTIONS,
    LIBRARY,
    LOSES_SHAPE,
    METHODS,
    MODULES,
    MOST_ENTRIES,
    RELATIONS,
    SAME,
    as_array,
    called,
    combined,
    is_huge,
    is_module,
    number,
    plain_array,
    said,
    shape_of,
    whole,
)

_DEPTH = 80
_CALLS = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """What a neighbour asks of a name: the shape that fits beside it, or a size on the left or right of `@`."""

    shape: tuple[int, ...] | None = None
    product: str = ""  # "left" or "right" of a matrix product
    size: int | None = None


Draw = Callable[[str, Wish], Any]


@dataclass(slots=True)
class Budget:
    """How many expressions may still be evaluated for one document."""

    left: int = 150_000


@dataclass(slots=True)
class Machine:
    """Names and their values, functions of the document, and where values of other names come from."""

    values: dict[str, Any]
    functions: Mapping[str, ast.FunctionDef]
    draw: Draw
    budget: Budget
    depth: int = 0
    calls: int = 0
    axis: int = -1  # of the classes
    unequal: tuple[int, int] | None = None  # two sizes that should be one

    def knows(self, node: ast.AST) -> bool:
        """Whether every name in an expression has a value."""
        return all(
            each.id in self.values or each.id in MODULES or each.id in self.functions or each.id in LIBRARY
            or each.id in _BUILTINS for each in ast.walk(node) if isinstance(each, ast.Name)
        )  # fmt: skip

    def value(self, node: ast.expr, wish: Wish = Wish()) -> Any:
        """The value of an expression. Raises ChainruleError for everything that is no arithmetic over NumPy."""
        self.budget.left -= 1
        if self.budget.left < 0 or self.depth > _DEPTH:
            raise LimitError(given="code that is too long", expected="fewer steps")
        self.depth += 1
        try:
            with as_problem():
                found = self._value(node, wish)
        finally:
            self.depth -= 1
        if isinstance(found, numpy.ndarray | Node) and found.size > MOST_ENTRIES:
            raise LimitError(given=f"an array of {found.size} entries", expected=f"at most {MOST_ENTRIES}")
        return found

    def _value(self, node: ast.expr, wish: Wish) -> Any:
        match node:
            case ast.Constant(bool() | int() | float() | None as value) if not is_huge(value):
                return value
            case ast.Constant(value) if value is Ellipsis or isinstance(value, str):
                return value
            case ast.Name(name):
                return self.name(name, wish)
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return self._product(left, right)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in BY_ELEMENT:
                one, other = self._pair(left, right, wish)
                self._note(shape_of(one)[::-1], shape_of(other)[::-1])
                return combined(sign, one, other)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -number(self.value(operand, wish))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand, wish)
            case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=operand):
                return numpy.logical_not(plain_array(self.value(operand, wish)))
            case ast.Compare(left=left, ops=[relation], comparators=[right]) if type(relation) in RELATIONS:
                one, other = self._pair(left, right, wish)
                return getattr(numpy, RELATIONS[type(relation)])(plain_array(one), plain_array(other))
            case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() as sign, right=right):
                one, other = (plain_array(each).astype(bool) for each in self._pair(left, right, wish))
                return one & other if isinstance(sign, ast.BitAnd) else one | other
            case ast.Tuple(elements) | ast.List(elements):
                return [self.value(each) for each in elements[:MOST_ENTRIES]]
            case ast.Dict(keys, values):
                pairs = zip(keys[:MOST_ENTRIES], values, strict=False)
                return {each.value: self.value(value) for each, value in pairs if isinstance(each, ast.Constant)}
            case ast.Subscript():
                return self._entry(node, wish)
            case ast.Attribute():
                return self._attribute(node, wish)
            case ast.Call():
                return self._call(node, wish)
        raise ParseError(given=f"`{said(node)}`", expected="arithmetic over NumPy")

    def name(self, name: str, wish: Wish = Wish()) -> Any:
        """The value of a name, drawn if it has none yet. Raises UnknownNameError where nothing can be drawn."""
        if name not in self.values:
            self.values[name] = self.draw(name, wish)
        return self.values[name]

    def _pair(self, left: ast.expr, right: ast.expr, wish: Wish) -> tuple[Any, Any]:
        """Both sides of an operator; that of which everything is known says what the other must fit."""
        if not self.knows(left) and self.knows(right):
            other = self.value(right)
            return self.value(left, _beside(other, wish)), other
        one = self.value(left, wish)
        return one, self.value(right, _beside(one, wish))

    def _product(self, left: ast.expr, right: ast.expr) -> Any:
        if not self.knows(left) and self.knows(right):
            other = self.value(right)
            one = self.value(left, _beside_product(other, "left"))
        else:
            one = self.value(left, Wish(product="left"))
            other = self.value(right, _beside_product(one, "right"))
        if not numpy.ndim(one) or not numpy.ndim(other):
            return number(one) * number(other)
        self._note(shape_of(one)[-1:], shape_of(other)[-2:][:1])
        return number(one) @ number(other)

    def _note(self, left: Sequence[int], right: Sequence[int]) -> None:
        """Remember the first two sizes that should be one."""
        for a, b in zip(left, right, strict=False):
            if a != b and 1 not in (a, b) and self.unequal is None:
                self.unequal = (a, b)

    # Entries and attributes ------------------------------------------
    def _entry(self, node: ast.Subscript, wish: Wish) -> Any:
        if (name := entry_name(node)) is not None:
            return self.name(name, wish)
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape" and not self.knows(node.value):
            self.value(node.value.value)
        body = self.value(node.value, wish)
        if isinstance(body, dict):
            return body[str(self.value(node.slice))]
        if isinstance(body, list | tuple):
            return body[whole(self.value(node.slice))]
        return body[self.key(node.slice, tuple(numpy.shape(body)))]

    def key(self, node: ast.expr, shape: Sequence[int]) -> Any:
        """What stands in square brackets."""
        if isinstance(node, ast.Tuple):
            found, axis = [], 0
            for each in node.elts:
                found.append(self._key(each, shape, axis))
                axis += not (isinstance(each, ast.Constant) and each.value is None)
            return tuple(found)
        return self._key(node, shape, 0)

    def _key(self, node: ast.expr, shape: Sequence[int], axis: int) -> Any:
        if isinstance(node, ast.Slice):
            parts = (
                None if each is None else int(plain_array(self.value(each)))
                for each in (node.lower, node.upper, node.step)
            )
            return slice(*parts)
        if isinstance(node, ast.Attribute) and node.attr == "newaxis":
            return None
        size = shape[axis] if axis < len(shape) else None
        found = self.value(node, Wish(product="index", size=size, shape=tuple(shape[:1])))
        if found is None or found is Ellipsis or isinstance(found, int):
            return found
        array = plain_array(found)
        return array if array.dtype == bool else array.astype(int)

    def _attribute(self, node: ast.Attribute, wish: Wish) -> Any:
        match node:
            case ast.Attribute(value=ast.Name(module), attr=name) if module in MODULES and module not in self.values:
                constants = {"pi": numpy.pi, "e": numpy.e, "newaxis": None, "inf": numpy.inf}
                if name in constants:
                    return constants[name]
            case ast.Attribute(attr="T", value=value):
                turned = wish.shape[::-1] if wish.shape is not None else None
                turned_side = {"left": "turned left", "right": "turned right"}.get(wish.product, wish.product)
                return numpy.transpose(self.value(value, Wish(turned, turned_side, wish.size)))
            case ast.Attribute(attr="shape" | "size" | "ndim" as name, value=value):
                body = self.value(value)
                return list(numpy.shape(body)) if name == "shape" else int(getattr(numpy, name)(body))
            case ast.Attribute(value=ast.Name("self"), attr=name):
                return self.name(name, wish)
        raise ParseError(given=f"`{said(node)}`", expected="arithmetic over NumPy")

    # Calls ------------------------------------------
    def _call(self, node: ast.Call, wish: Wish) -> Any:
        match node.func:
            case ast.Attribute(value=module, attr=name) if is_module(module):
                if name in LIBRARY and name not in ("tanh",):
                    return self._library(name, node, wish)
                return self._numpy(name, node, wish)
            case ast.Attribute(value=ast.Name("self"), attr=name) if name in self.functions:
                return self._own(self.functions[name], node)
            case ast.Attribute(value=value, attr=name) if name in METHODS:
                moved = ast.Call(ast.Name(name), [value, *node.args], node.keywords)
                return self._numpy(name, moved, wish)
            case ast.Name(name) if name in self.functions:
                return self._own(self.functions[name], node)
            case ast.Name("len"):
                return int(numpy.shape(self.value(node.args[0]))[0])
            case ast.Name("range"):
                return self._numpy("arange", node, wish)
            case ast.Name("float" | "int" | "list" | "tuple"):
                return self.value(node.args[0], wish)
            case ast.Name(name) if name in LIBRARY:
                return self._library(name, node, wish)
            case ast.Name("abs" | "sum" | "max" | "min" as name):
                return self._numpy(name, node, wish)
        raise ParseError(given=f"the call `{said(node.func)}`", expected="a function of NumPy that is known")

    def _library(self, name: str, node: ast.Call, wish: Wish) -> Any:
        body = number(self.value(node.args[0], wish))
        if LIBRARY[name] != "softmax":
            return getattr(ops, LIBRARY[name])(body)
        axis = next((whole(self.value(each.value)) for each in node.keywords if each.arg in ("axis", "dim")), self.axis)
        return ops.softmax(body, axis=axis if numpy.ndim(body) > 1 else -1)

    def _numpy(self, name: str, node: ast.Call, wish: Wish) -> Any:
        if name not in FUNCTIONS | METHODS:
            raise ParseError(given=f"the call `{said(node.func)}`", expected="a function of NumPy that is known")
        if name in AS_OPERATORS and len(node.args) == 2:
            return self._value(ast.BinOp(node.args[0], AS_OPERATORS[name](), node.args[1]), wish)
        options = {each.arg: self.value(each.value) for each in node.keywords if each.arg and each.arg != "dtype"}
        if name == "einsum" and len(node.args) > 1 and isinstance(node.args[0], ast.Constant):
            self._indexed(str(node.args[0].value), node.args[1:])
        if name in SAME:
            return self.value(node.args[0], wish)
        if name in ("array",):
            return as_array(self.value(node.args[0]))
        if name in ("maximum", "minimum") and len(node.args) == 2:
            arguments = list(self._pair(node.args[0], node.args[1], wish))
        else:
            inner = Wish() if name in LOSES_SHAPE else wish
            arguments = [self.value(node.args[0], inner), *map(self.value, node.args[1:])] if node.args else []
        return called(name, arguments, options)

    def _indexed(self, text: str, operands: Sequence[ast.expr]) -> None:
        """Draw the names in an einsum of which nothing is known, with the sizes that its letters have."""
        letters, sizes = text.replace(" ", "").partition("->")[0].split(","), dict[str, int]()
        for known in (True, False):
            for axes, each in zip(letters, operands, strict=False):
                if self.knows(each) is known and axes.isalpha() and len(axes) <= 4:
                    shape = () if known else tuple(sizes.get(letter, 0) for letter in axes)
                    found = self.value(each) if known else self.value(each, Wish(shape, "index list"))
                    sizes |= dict(zip(axes, numpy.shape(found), strict=False))

    def _own(self, function: ast.FunctionDef, node: ast.Call) -> Any:
        """A call of a function of the document, its lines run with names of their own."""
        self.calls += 1
        if self.calls > _CALLS * 40 or self.depth > _DEPTH // 2:
            raise LimitError(given=f"the function {function.name}", expected="fewer calls in one another")
        names = [each.arg for each in function.args.args if each.arg != "self"]
        inner = Machine(
            dict(zip(names, map(self.value, node.args), strict=False)), self.functions, _nothing, self.budget
        )
        inner.values |= {each.arg: self.value(each.value) for each in node.keywords if each.arg}
        for name, default in zip(names[::-1], function.args.defaults[::-1], strict=False):
            inner.values.setdefault(name, self.value(default))
        inner.depth, inner.calls = self.depth, self.calls
        found = inner.run(function)
        self.calls = inner.calls
        return found

    def run(self, function: ast.FunctionDef) -> Any:
        """The lines of a function up to its return. Raises ChainruleError at a line that is no assignment."""
        for each in function.body[:60]:
            match each:
                case ast.Return(value=value) if value is not None:
                    return self.value(value)
                case ast.Assign(targets=[target], value=value):
                    self.assign(target, self.value(value))
                case ast.AugAssign(target=ast.Name(name), op=sign, value=value):
                    self.values[name] = combined(sign, self.value(ast.Name(name)), self.value(value))
                case ast.Expr(value=ast.Constant()):
                    continue
                case _:
                    raise ParseError(given=f"the function {function.name}", expected="lines of assignments")
        raise ParseError(given=f"the function {function.name}", expected="a return")

    def assign(self, target: ast.expr, value: Any) -> None:
        """Give a value to a name or to several. Raises ParseError where the target is none."""
        match target:
            case ast.Name(name):
                self.values[name] = value
            case ast.Tuple(elements) | ast.List(elements) if isinstance(value, list | tuple) and len(value) == len(
                elements
            ):
                for each, part in zip(elements, value, strict=True):
                    self.assign(each, part)
            case _ if (entry := entry_name(target)) is not None:
                self.values[entry] = value
            case _:
                raise ParseError(given=f"`{said(target)}`", expected="a name")


_BUILTINS = frozenset({"len", "range", "float", "int", "list", "tuple", "abs", "sum", "max", "min", "self", "True"})


def _beside(value: Any, wish: Wish) -> Wish:
    """What fits beside a value: its shape, or what its neighbours ask if it is a number."""
    shape = tuple(numpy.shape(value)) if not isinstance(value, list | str | dict) else ()
    return Wish(shape) if shape or wish.shape is None else wish


def _beside_product(value: Any, side: str) -> Wish:
    shape = tuple(numpy.shape(value))
    if not shape:
        return Wish()
    return Wish(shape, side, shape[-1 if side == "right" else -2 if len(shape) > 1 else 0])


def _nothing(name: str, wish: Wish) -> Any:
    raise UnknownNameError(given=f"the name {name}", expected="a name that a line before defines")
