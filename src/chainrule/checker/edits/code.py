"""A line of NumPy that is false in, the single changes of it that may make it true out.

One idea: Python's own tree is copied and changed at one place, as surface trees are. The names that may be put in are
those of the lines before.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

LIMIT = 600
_MODULES = ("np", "numpy")
_REDUCTIONS = frozenset({"sum", "mean"})
_SLOPES = {"tanh": "1 - {0} ** 2", "sigmoid": "{0} * (1 - {0})", "relu": "({1} > 0)"}


@dataclass(frozen=True, slots=True)
class CodeKnown:
    """The names that a line may use; gradients among them; which name is which activation of which.

    `variable` is what the left side is the gradient of: of `dW`, `W`.
    """

    names: tuple[str, ...] = ()
    gradients: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str, str], ...] = ()  # function, name after, name before
    sizes: tuple[str, ...] = ()
    parameters: frozenset[str] = frozenset()
    variable: str = ""


@dataclass(frozen=True, slots=True)
class CodeEdit:
    """A change that may undo a slip: its number in the catalogue, what was done, the changed tree, its unlikeliness."""

    mistake: str
    message: str
    tree: ast.expr
    cost: float

    @property
    def text(self) -> str:
        """The changed expression as Python."""
        return ast.unparse(self.tree)


@dataclass(frozen=True, slots=True)
class _Place:
    """A node and the way up from it."""

    node: ast.expr
    above: _Place | None
    field: str
    slot: int | None

    def put(self, new: ast.expr) -> ast.expr:
        """The whole expression with another node here."""
        place: _Place = self
        while place.above is not None:
            parent = copy(place.above.node)
            if place.slot is None:
                setattr(parent, place.field, new)
            else:
                items = list(getattr(parent, place.field))
                items[place.slot] = new
                setattr(parent, place.field, items)
            place, new = place.above, parent
        return new


_Rule: TypeAlias = Callable[[list[_Place], CodeKnown, float], Iterator[CodeEdit]]


def code_edits(expression: ast.expr, known: CodeKnown, *, limit: int = LIMIT) -> Iterator[CodeEdit]:
    """The changes of an expression that would undo one slip, the likeliest first; each once, at most `limit`.

    >>> line = ast.parse("X @ dA", mode="eval").body
    >>> [(each.mistake, each.text) for each in code_edits(line, CodeKnown(), limit=3)]
    [('M5', 'X.T @ dA'), ('M5', 'X @ dA.T'), ('M5', 'dA.T @ X.T')]
    """
    return islice(_fresh(expression, known), limit)


def _fresh(expression: ast.expr, known: CodeKnown) -> Iterator[CodeEdit]:
    places = list(_places(expression))
    seen = {ast.dump(expression)}
    for cost, rule in _RULES:
        for each in rule(places, known, cost):
            mark = ast.dump(each.tree)
            if mark not in seen:
                seen.add(mark)
                yield each


def _places(expression: ast.expr) -> Iterator[_Place]:
    """Every value of an expression, from the left; names of functions and options of calls are none."""
    pending = [_Place(expression, None, "", None)]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(list(_below(current))))


def _below(place: _Place) -> Iterator[_Place]:
    match place.node:
        case ast.BinOp(left=left, right=right):
            yield _Place(left, place, "left", None)
            yield _Place(right, place, "right", None)
        case ast.UnaryOp(operand=operand):
            yield _Place(operand, place, "operand", None)
        case ast.Attribute(value=value) | ast.Subscript(value=value) if not _is_module(value):
            yield _Place(value, place, "value", None)
        case ast.Compare(left=left, comparators=others):
            yield _Place(left, place, "left", None)
            yield from (_Place(each, place, "comparators", slot) for slot, each in enumerate(others))
        case ast.Call(func=function, args=arguments):
            if isinstance(function, ast.Attribute) and not _is_module(function.value):
                yield _Place(function.value, _Place(function, place, "func", None), "value", None)
            yield from (_Place(each, place, "args", slot) for slot, each in enumerate(arguments))


def _is_module(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return _is_module(node.value)
    return isinstance(node, ast.Name) and node.id in _MODULES


# Pieces ------------------------------------------
def _said(node: ast.expr) -> str:
    return f"`{ast.unparse(node)}`"


def _read(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _joined(left: ast.expr, sign: ast.operator, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, sign, right)


def _turned(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def _called(name: str, node: ast.expr, *, axis: int | None, keep: bool) -> ast.expr:
    options = [ast.keyword("axis", ast.Constant(axis))] if axis is not None else []
    options += [ast.keyword("keepdims", ast.Constant(True))] if keep else []
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load()), [node], options)


def _is_product(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.MatMult | ast.Div)


def _terms(places: list[_Place]) -> list[_Place]:
    """The places that a factor can be put beside: the whole, and the two sides of a sum."""
    return [each for each in places if each.above is None or (
        isinstance(each.above.node, ast.BinOp) and isinstance(each.above.node.op, ast.Add | ast.Sub)
    ) or isinstance(each.above.node, ast.UnaryOp)]  # fmt: skip


# Rules ------------------------------------------
def _transposes(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M5: `.T` put in or taken out beside `@`, the product turned round."""
    for place in places:
        node = place.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            for field, each in (("left", node.left), ("right", node.right)):
                verb = "should not" if isinstance(each, ast.Attribute) and each.attr == "T" else "should"
                new = _Place(each, place, field, None).put(_turned(each))
                yield CodeEdit("M5", f"{_said(each)} {verb} be transposed", new, cost)
            turned = _joined(_turned(node.right), ast.MatMult(), _turned(node.left))
            yield CodeEdit("M5", f"the product {_said(node)} is transposed", place.put(turned), cost)
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            yield CodeEdit("M5", f"{_said(node)} should not be transposed", place.put(node.value), cost)
    if isinstance(places[0].node, ast.Name):
        yield CodeEdit("M5", f"{_said(places[0].node)} should be transposed", _turned(places[0].node), cost)


def _order(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M6: the factors of `@` exchanged."""
    for place in places:
        node = place.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            new = place.put(_joined(node.right, ast.MatMult(), node.left))
            yield CodeEdit("M6", f"{_said(node.left)} and {_said(node.right)} are in the wrong order", new, cost)


def _products(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M7: `*` for `@` and the reverse."""
    for place in places:
        node = place.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.MatMult):
            entrywise = isinstance(node.op, ast.Mult)
            new = place.put(_joined(node.left, ast.MatMult() if entrywise else ast.Mult(), node.right))
            said = "a matrix product, @" if entrywise else "entry by entry, *"
            yield CodeEdit("M7", f"the product {_said(node)} should be {said}", new, cost)


def _sums(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M24: a sum over an axis; M13: a mean as a sum."""
    for place in places:
        node = place.node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "mean":
            new = copy(node)
            new.func = ast.Attribute(node.func.value, "sum", ast.Load())
            yield CodeEdit("M13", "the mean was taken where the sum belongs", place.put(new), cost)
    for place in _terms(places):
        for axis in (0, 1, -1, None):
            for keep in (False, True) if axis is not None else (False,):
                new_sum = _called("sum", place.node, axis=axis, keep=keep)
                over = "all entries" if axis is None else f"axis {axis}"
                yield CodeEdit("M24", f"a sum over {over} is missing", place.put(new_sum), cost)


def _axes(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M18: the axis of a sum, `keepdims`, the sum itself."""
    for place in places:
        node = place.node
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _REDUCTIONS):
            continue
        options = {each.arg: each for each in node.keywords}
        for axis in (0, 1) if "axis" in options else ():
            changed = [
                each if each.arg != "axis" else ast.keyword("axis", ast.Constant(axis)) for each in node.keywords
            ]
            yield CodeEdit("M18", f"the sum should run over axis {axis}", place.put(_with(node, changed)), cost)
        if "keepdims" in options:
            kept = [each for each in node.keywords if each.arg != "keepdims"]
            yield CodeEdit("M24", "the axis should not be kept", place.put(_with(node, kept)), cost)
        elif "axis" in options:
            kept = [*node.keywords, ast.keyword("keepdims", ast.Constant(True))]
            yield CodeEdit("M24", "the axis should be kept: keepdims=True", place.put(_with(node, kept)), cost)
        inner = node.args[0] if _is_module(node.func.value) and node.args else node.func.value
        if not _is_module(inner):
            yield CodeEdit("M18", f"the sum {_said(node)} should not be there", place.put(inner), cost)


def _with(node: ast.Call, keywords: list[ast.keyword]) -> ast.expr:
    return ast.Call(node.func, node.args, keywords)


def _names(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M8, M9, M10: one name for another."""
    ends = {(after, before) for _, after, before in known.pairs}
    for place in places:
        node = place.node
        for other in known.names if isinstance(node, ast.Name) else ():
            if isinstance(node, ast.Name) and other != node.id:
                paired = (node.id, other) in ends or (other, node.id) in ends
                mistake = "M9" if paired else "M10" if {node.id, other} & known.parameters else "M8"
                said = f"`{node.id}` was written where `{other}` belongs"
                yield CodeEdit(mistake, said, place.put(ast.Name(other, ast.Load())), cost)


def _extra(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M11, M13: a factor dropped; M15: a term dropped."""
    for place in places:
        node = place.node
        if not isinstance(node, ast.BinOp):
            continue
        added = isinstance(node.op, ast.Add | ast.Sub)
        if not added and not _is_product(node):
            continue
        for gone, left in ((node.right, node.left), (node.left, node.right)):
            divided = isinstance(node.op, ast.Div)
            if divided and gone is node.left:
                continue
            kept = isinstance(gone, ast.Name) and gone.id == known.variable
            mistake = "M15" if added else "M11" if kept else "M13"
            what = "the term" if added else "the division by" if divided else "the factor"
            if isinstance(node.op, ast.Sub) and gone is node.left:
                left = ast.UnaryOp(ast.USub(), left)
            yield CodeEdit(mistake, f"{what} {_said(gone)} is too much", place.put(left), cost)


def _signs(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M14: a sign changed, a difference turned round; M15: plus for times."""
    for place in places:
        match place.node:
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                said = f"the difference {_said(place.node)} is the wrong way round"
                yield CodeEdit("M14", said, place.put(_joined(right, ast.Sub(), left)), cost)
                yield CodeEdit("M14", f"the sign of {_said(right)} is wrong",
                               place.put(_joined(left, ast.Add(), right)), cost)  # fmt: skip
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield CodeEdit("M14", f"the sign of {_said(right)} is wrong",
                               place.put(_joined(left, ast.Sub(), right)), cost)  # fmt: skip
                said = f"{_said(left)} and {_said(right)} are added where they should be multiplied"
                yield CodeEdit("M15", said, place.put(_joined(left, ast.Mult(), right)), cost)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                said = f"{_said(left)} and {_said(right)} are multiplied where they should be added"
                yield CodeEdit("M15", said, place.put(_joined(left, ast.Add(), right)), cost)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                yield CodeEdit("M14", "the sign is wrong", place.put(operand), cost)
    yield CodeEdit("M14", "the sign is wrong", ast.UnaryOp(ast.USub(), places[0].node), cost)


def _powers(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M22: an exponent one less or more, a square left out below a division."""
    for place in places:
        match place.node:
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(int() | float() as value)):
                for step in (-1, 1):
                    changed = left if value + step == 1 else _joined(left, ast.Pow(), ast.Constant(value + step))
                    yield CodeEdit("M22", f"the exponent should be {value + step}", place.put(changed), cost)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                squared = _joined(left, ast.Div(), _joined(right, ast.Pow(), ast.Constant(2)))
                yield CodeEdit("M22", f"the square of {_said(right)} is missing", place.put(squared), cost)
            case ast.BinOp(left=ast.Constant(1) as one, op=ast.Sub(), right=ast.Name() as right):
                squared = _joined(one, ast.Sub(), _joined(right, ast.Pow(), ast.Constant(2)))
                said = f"{_said(place.node)} is written where {_said(squared)} belongs"
                yield CodeEdit("M22", said, place.put(squared), cost)


def _slopes(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M1: an activation becomes its derivative; M2: the derivative, such as a mask, as one more factor."""
    for function, after, before in known.pairs:
        if function not in _SLOPES:
            continue
        slope = _read(_SLOPES[function].format(after, before))
        for place in places:
            if isinstance(place.node, ast.Name) and place.node.id == after:
                said = f"`{after}` stands where its derivative {_said(slope)} belongs"
                yield CodeEdit("M1", said, place.put(slope), cost)
        for place in _terms(places):
            said = f"the derivative {_said(slope)} of the activation is missing"
            yield CodeEdit("M2", said, place.put(_joined(place.node, ast.Mult(), slope)), cost)


def _lost(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M12: 2, one half, a size or a name as one more factor; M23: the gradient that arrives."""
    for place in _terms(places):
        node = place.node
        for text in ("2", "0.5"):
            new = _joined(ast.Constant(ast.literal_eval(text)), ast.Mult(), node)
            yield CodeEdit("M12", f"the factor `{text}` is missing", place.put(new), cost)
        for size in known.sizes:
            new = _joined(node, ast.Div(), ast.Name(size, ast.Load()))
            yield CodeEdit("M12", f"the division by `{size}` is missing", place.put(new), cost)
        for name in (*known.gradients, *(each for each in known.names if each not in known.gradients)):
            mistake = "M23" if name in known.gradients else "M12"
            said = "the gradient `{}` that arrives is missing" if mistake == "M23" else "the factor `{}` is missing"
            for sign in (ast.Mult(), ast.Div()) if mistake == "M12" else (ast.Mult(),):
                other = said if isinstance(sign, ast.Mult) else "the division by `{}` is missing"
                new = _joined(node, sign, ast.Name(name, ast.Load()))
                yield CodeEdit(mistake, other.format(name), place.put(new), cost)


def _softmax(places: list[_Place], known: CodeKnown, cost: float) -> Iterator[CodeEdit]:
    """M4: `g * p * (1 - p)` becomes `p * (g - (g * p).sum(axis=-1, keepdims=True))`."""
    for place in places:
        match place.node:
            case ast.BinOp(op=ast.Mult(), left=ast.BinOp(op=ast.Mult(), left=first, right=second),
                           right=ast.BinOp(left=ast.Constant(1), op=ast.Sub(), right=ast.Name(p))):  # fmt: skip
                rest = [each for each in (first, second) if not (isinstance(each, ast.Name) and each.id == p)]
                for axis in (1, -1, 0) if len(rest) == 1 else ():
                    g = ast.unparse(rest[0])
                    new = _read(f"{p} * ({g} - ({g} * {p}).sum(axis={axis}, keepdims=True))")
                    said = f"the cross terms of softmax are missing: {_said(new)}"
                    yield CodeEdit("M4", said, place.put(new), cost)


_RULES: tuple[tuple[float, _Rule], ...] = (
    (1.0, _transposes),
    (1.2, _signs),
    (1.3, _slopes),
    (1.3, _order),
    (1.4, _sums),
    (1.5, _products),
    (1.6, _axes),
    (1.6, _extra),
    (1.7, _softmax),
    (1.8, _powers),
    (2.0, _lost),
    (2.2, _names),
)
