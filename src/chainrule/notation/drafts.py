"""Surface trees of statements in, drafts out: what each statement defines, declares or merely claims.

One idea: before any name can be read, it must be known which names there are; so all left sides are looked at first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from ..errors import TextSpan
from .resolve import is_derivative, subscript_letters
from .surface import Additive, Chain, Group, Matrix, Multiplicative, Name, Number, Scripted, Surface, children
from .symbols import Symbol, script_text, symbol_of

_DEFINES = frozenset({"=", ":=", "≡"})
# Letters that count entries. Not f, g, o, which mark gates; not h, l, s, t, which mark layers and times; no capitals.
_INDEX_LETTERS = frozenset("abcdijkmnpqr")


class Role(Enum):
    """What a statement does."""

    FORMULA = auto()
    VALUE = auto()
    SHAPE = auto()
    CLAIM = auto()


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before its names are resolved."""

    role: Role
    symbol: Symbol | None
    sides: tuple[Surface, ...]
    span: TextSpan
    parameters: tuple[Symbol, ...] | None = None
    indices: tuple[str, ...] = ()
    raised: bool = False  # the index stands above: `n^i = ...`


def draft(node: Surface) -> Draft:
    """What one statement does."""
    if not isinstance(node, Chain):
        role = Role.CLAIM if is_derivative(node) else Role.FORMULA
        return Draft(role, None, (node,), node.span)
    left, relation = node.parts[0], node.relations[0]
    sides = tuple(part for part in node.parts[1:] if part is not None)
    if relation == "∈" and left is not None:
        return Draft(Role.SHAPE, symbol_of(left), sides, node.span)
    if relation not in _DEFINES or (left is not None and is_derivative(left)):
        return Draft(Role.CLAIM, None, sides, node.span)
    sides = _while_equal(node, sides)
    if left is None:
        return Draft(Role.FORMULA, None, sides, node.span)
    if (function := _function(left)) is not None:
        return Draft(Role.FORMULA, function[0], sides, node.span, parameters=function[1])
    symbol = symbol_of(left)
    if symbol is None:
        return Draft(Role.CLAIM, None, sides, node.span)
    if all(is_value(side) for side in sides):
        return Draft(Role.VALUE, symbol, sides, node.span)
    return _with_free_indices(Draft(Role.FORMULA, symbol, sides, node.span), left)


def _while_equal(node: Chain, sides: tuple[Surface, ...]) -> tuple[Surface, ...]:
    """The sides up to the first relation that is no equality: what `≈` leads to is a rounded number."""
    count = 0
    while count < len(node.relations) and node.relations[count] in _DEFINES:
        count += 1
    return sides[: max(1, count)]


def _function(left: Surface) -> tuple[Symbol, tuple[Symbol, ...]] | None:
    """`f(x, y)` on a left side."""
    match left:
        case Multiplicative((("", (Name() | Scripted()) as head), ("", Group("(", items)))):
            symbols = [symbol_of(each) for each in items]
            name = symbol_of(head)
            if name is not None and all(each is not None for each in symbols):
                return name, tuple(each for each in symbols if each is not None)
    return None


def is_value(node: Surface) -> bool:
    """Whether a side is a number or an array of numbers, written out."""
    match node:
        case Number():
            return True
        case Additive((("-" | "+" | "", body),)):
            return isinstance(body, Number)
        case Group(_, items):
            return all(_is_row(each) for each in items) and (len(items) > 1 or node.bracket == "[")
        case Matrix(_, rows):
            return all(_is_row(cell) for row in rows for cell in row)
        case Scripted(body, None, (Name("T" | "⊤"),), 0):
            return isinstance(body, Group | Matrix) and is_value(body)
        case _:
            return False


def _is_row(node: Surface) -> bool:
    if isinstance(node, Multiplicative):
        return all(sign == "" and is_value(each) for sign, each in node.factors)
    return is_value(node)


# Free indices: q_k = ... ------------------------------------------
def _with_free_indices(found: Draft, left: Surface) -> Draft:
    """`q_k = sum_j W_kj x_j` defines q entry by entry, when k is used as an index on the right."""
    if not isinstance(left, Scripted):
        return found
    used = {letter for side in found.sides for letter in subscript_letters(side)} | _raised_letters(found.sides)
    below = _letters(left.subscript)
    several = len(below) > 1 and any(each in _INDEX_LETTERS for each in below)  # y_{oij}: no gate has three letters
    if below and all(each in used and (several or each in _INDEX_LETTERS) for each in below):
        array = symbol_of(replace(left, subscript=None)) or found.symbol
        return replace(found, symbol=array, indices=below)
    above = tuple(letter for each in left.superscripts for letter in _letters(each))
    if above and all(each in used and each in _INDEX_LETTERS for each in above):
        array = symbol_of(replace(left, superscripts=()))
        return replace(found, symbol=array, indices=above, raised=True)
    return found


def _letters(script: Surface | None) -> tuple[str, ...]:
    """The letters of a script that holds nothing else."""
    if script is None:
        return ()
    written = script_text(script).strip("()").replace(",", "")
    return tuple(written) if written.isalpha() and len(written) <= 4 and len(set(written)) == len(written) else ()


def _raised_letters(sides: tuple[Surface, ...]) -> set[str]:
    """Letters that stand alone above a name."""
    found: set[str] = set()
    pending = list(sides)
    while pending:
        current = pending.pop()
        if isinstance(current, Scripted):
            found |= {each.base for each in current.superscripts if isinstance(each, Name) and len(each.base) == 1}
        pending.extend(children(current))
    return found


# Declared shapes: x \in \mathbb{R}^{m \times n} ------------------------------------------
def declared_shape(node: Surface) -> tuple[str, ...] | None:
    """The sizes in `ℝ^{m × n}`; none at all for a number; None when it is another set."""
    if isinstance(node, Name) and node.base == "ℝ":
        return ()
    match node:
        case Scripted(Name("ℝ"), None, (script,), 0):
            factors = script.factors if isinstance(script, Multiplicative) else (("", script),)
            return tuple(script_text(each) for _, each in factors)
        case _:
            return None
