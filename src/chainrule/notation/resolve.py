"""A surface tree and what is declared in, the meant tree out.

One idea: one function for each kind of surface node. Every choice between two readings is noted in the scope.
"""

from __future__ import annotations

import math

from ..errors import ParseError, TextSpan
from .applications import axis_below, read_product, read_single
from .brackets import from_brace
from .endings import index_names, refuse_index_after_its_sum
from .functions import function_named
from .indexing import read_scripted
from .meaning import (
    Call,
    Choice,
    Comparison,
    Index,
    Literal,
    Meaning,
    Norm,
    Over,
    Power,
    Product,
    Rows,
    Total,
    Variable,
)  # fmt: skip
from .names import Scope
from .surface import (
    Additive,
    Bars,
    Big,
    Branch,
    Cases,
    Chain,
    Dots,
    Fraction,
    Group,
    Matrix,
    Multiplicative,
    Name,
    Number,
    Prose,
    Root,
    Scripted,
    Surface,
    children,
)  # fmt: skip
from .symbols import script_text, symbol_of

_CONSTANTS = {"pi": math.pi, "e": math.e, "infinity": math.inf, "inf": math.inf, "nan": math.nan, "𝟙": 1.0}
_CONDITIONS = frozenset({"<", ">", "<=", ">=", "=", "!="})
_ROUNDING = {"⌊": "floor", "⌈": "ceil"}
_KINDS = {"∑": "sum", "∏": "prod"}


def resolve(node: Surface, scope: Scope) -> Meaning:
    """The meaning of one node. Raises ParseError where there is none.

    A scope that remembers what it read is for many trees with the same branches, such as variants of one formula.
    """
    if scope.read is None or isinstance(node, Number):
        return _resolve(node, scope)
    key = (id(node), scope.bound, scope.nested)
    kept = scope.read.get(key)
    if kept is None:
        kept = scope.read[key] = (node, _resolve(node, scope))  # the node is kept, so that its number stays its own
    return kept[1]


def _resolve(node: Surface, scope: Scope) -> Meaning:
    match node:
        case Number(written, span):
            return Literal(written, float(written), span)
        case Name():
            return _name(node, scope)
        case Scripted():
            return _scripted(node, scope)
        case Additive(pairs, span):
            refuse_index_after_its_sum(pairs, scope)
            return Total(tuple((sign, resolve(each, scope)) for sign, each in pairs), span)
        case Multiplicative():
            return read_product(node, scope)
        case Fraction(above, below, span):
            if is_derivative(node):
                return _derivative(node, scope)
            return Product((("", resolve(above, scope)), ("/", resolve(below, scope))), span)
        case Root(body, degree, span):
            return _root(resolve(body, scope), degree, span, scope)
        case Group():
            return _group(node, scope)
        case Bars(double, body, span):
            inside = resolve(body, scope)
            return Norm(inside, 2, False, span) if double else Call("bars", (inside,), span)
        case Matrix():
            return _matrix(node, scope)
        case Cases(branches, span):
            return Choice(tuple(_branch(each, scope) for each in branches), span)
        case Big():
            return _big(node, scope)
        case Chain():
            return _condition(node, scope)
        case Prose(words, span):
            raise ParseError(given=f'the words "{words}"', where=span, expected="mathematics", remedy="take them out")
        case Dots(span):
            raise ParseError(
                given="an ellipsis", where=span, expected="a formula written in full", remedy="use a sum sign"
            )


def _branch(branch: Branch, scope: Scope) -> tuple[Meaning, Meaning | None]:
    value, condition = resolve(branch.value, scope), branch.condition
    return value, None if condition is None else resolve(condition, scope)


# Names ------------------------------------------
def _name(node: Name, scope: Scope) -> Meaning:
    if node.base in scope.bound and not node.accents:
        return Index(node.base, node.span)
    symbol = symbol_of(node)
    assert symbol is not None  # a Name always spells one
    if (found := scope.find(symbol, node.span)) is not None:
        return Variable(found, node.span)
    if node.base in _CONSTANTS and not node.accents:
        return Literal(node.base, _CONSTANTS[node.base], node.span)
    if node.base in ("partial", "nabla"):
        raise _no_derivative(node.span)
    if node.base == "⊤":
        raise ParseError(
            given="a transpose sign with nothing under it", where=node.span, expected="a name before it: x^T"
        )
    if not node.whole and not node.accents and len(node.base) > 1:
        single = _as_is(node, scope)
        return single if single is not None else read_single(node, scope)
    return Variable(symbol, node.span)


def _as_is(node: Name, scope: Scope) -> Meaning | None:
    from .names import pieces

    if len(pieces(node.base, scope)) > 1:
        return None
    if function_named(node.base):
        raise ParseError(given=f"the function {node.base} with nothing to apply it to", where=node.span,
                         expected="a bracket or a name after it", remedy=f"write {node.base}(x)")  # fmt: skip
    symbol = symbol_of(node)
    return None if symbol is None else Variable(symbol, node.span)


def _scripted(node: Scripted, scope: Scope) -> Meaning:
    if isinstance(node.subscript, Chain) and isinstance(node.body, Number) and node.body.written == "1":
        return resolve(node.subscript, scope)  # an indicator
    if isinstance(node.body, Bars) and node.body.double:
        return _norm(node, node.body, scope)
    if isinstance(node.body, Name) and not node.body.whole and len(node.body.base) > 1:
        from .names import expand

        parts = expand((("", node),), scope)
        if len(parts) > 1:
            return read_product(Multiplicative(tuple(parts), node.span), scope)
    return read_scripted(node, scope)


def _norm(node: Scripted, bars: Bars, scope: Scope) -> Meaning:
    """`||W||_F^2`, `||x||_1`."""
    below = script_text(node.subscript) if node.subscript is not None else "2"
    if below not in ("2", "F", "1"):
        raise ParseError(given=f"a norm with the subscript {below}", where=node.span, expected="2, F or 1")
    found: Meaning = Norm(resolve(bars.body, scope), 1 if below == "1" else 2, below == "F", bars.span)
    for power in node.superscripts:
        found = Power(found, resolve(power, scope), node.span)
    return found


# Derivatives are claims, not definitions ------------------------------------------
def _derivative(node: Surface, scope: Scope) -> Meaning:
    if scope.derivative is None:
        raise _no_derivative(node.span)
    return scope.derivative(node, scope)


def _no_derivative(span: TextSpan) -> ParseError:
    return ParseError(
        given="a derivative", where=span, expected="a formula that says what each name is, without derivatives",
        remedy="leave it out: chainrule works it out from the formulas",
    )  # fmt: skip


def is_derivative(node: Surface) -> bool:
    """`\\frac{\\partial a}{\\partial b}`, `\\frac{dL}{dw}`, `\\nabla_w f`."""
    match node:
        case Fraction(above, below):
            return _begins_with_d(above) and _begins_with_d(below)
        case Multiplicative(((_, Scripted() | Name() as first), *_)):
            head = first.body if isinstance(first, Scripted) else first
            return isinstance(head, Name) and head.base in ("nabla", "partial")
        case Multiplicative(((_, Fraction() as first), *_)):
            return is_derivative(first)
        case _:
            return False


def _begins_with_d(node: Surface) -> bool:
    match node:
        case Multiplicative(((_, first), *_)):
            return _begins_with_d(first)
        case Scripted(body):
            return _begins_with_d(body)
        case Name(base):
            short = len(base) == 2 or base[2:].isdigit()
            named = base.startswith("d") and len(base) > 1 and (short or not base[1:].islower())
            return named or base in ("partial", "d", "nabla")
        case _:
            return False


# Brackets, roots, matrices ------------------------------------------
def _root(body: Meaning, degree: Surface | None, span: TextSpan, scope: Scope) -> Meaning:
    if degree is None:
        return Call("sqrt", (body,), span)
    if isinstance(degree, Number) and degree.written == "3":
        return Call("cbrt", (body,), span)
    one = Literal("1", 1.0, span)
    return Power(body, Product((("", one), ("/", resolve(degree, scope))), span), span)


def _group(node: Group, scope: Scope) -> Meaning:
    if (cases := from_brace(node)) is not None:
        return resolve(cases, scope)
    if node.bracket in _ROUNDING:
        return Call(_ROUNDING[node.bracket], (resolve(node.items[0], scope),), node.span)
    entries = _entries(node)
    if entries is not None:
        return _vector(node, entries, scope)
    return resolve(node.items[0], scope)


def _entries(node: Group) -> tuple[Surface, ...] | None:
    """The entries, when the bracket is a vector: `(1, 2)`, `[1 2]`, `[[1, 2], [3, 4]]`; None when it only groups."""
    only = node.items[0]
    if len(node.items) > 1:
        return node.items
    if node.bracket != "[":
        return None
    if isinstance(only, Multiplicative) and all(sign == "" and _is_number(each) for sign, each in only.factors):
        return tuple(each for _, each in only.factors)
    return node.items if _is_number(only) or (isinstance(only, Group) and only.bracket == "[") else None


def _is_number(node: Surface) -> bool:
    match node:
        case Number():
            return True
        case Additive((("-" | "+", Number()),)):
            return True
        case _:
            return False


def _vector(node: Group, entries: tuple[Surface, ...], scope: Scope) -> Meaning:
    if node.bracket not in ("(", "["):
        raise ParseError(given="a list in braces", where=node.span, expected="a list in ( ) or [ ]")
    nested = [_entries(each) for each in entries if isinstance(each, Group) and each.bracket == node.bracket]
    if len(nested) == len(entries) and all(row is not None for row in nested):
        rows = tuple(tuple(resolve(cell, scope) for cell in row or ()) for row in nested)
        return _checked(Rows(rows, "matrix", node.span))
    return Rows((tuple(resolve(each, scope) for each in entries),), "vector", node.span)


def _matrix(node: Matrix, scope: Scope) -> Meaning:
    if node.style == "vmatrix":
        raise ParseError(given="a determinant", where=node.span, expected="a matrix in square or round brackets")
    rows = [row if len(row) > 1 else _cells_of(row[0]) for row in node.rows]
    read = tuple(tuple(resolve(cell, scope) for cell in row) for row in rows)
    shaped = "matrix"
    if len(read) == 1:
        shaped = "row"
    elif all(len(row) == 1 for row in read):
        shaped = "vector"
        read = (tuple(row[0] for row in read),)
    return _checked(Rows(read, shaped, node.span))


def _cells_of(cell: Surface) -> tuple[Surface, ...]:
    """`1 2` in `[1 2; 3 4]` is two cells."""
    if isinstance(cell, Multiplicative) and all(sign == "" and _is_number(each) for sign, each in cell.factors):
        return tuple(each for _, each in cell.factors)
    return (cell,)


def _checked(rows: Rows) -> Rows:
    lengths = sorted({len(row) for row in rows.rows})
    if len(lengths) > 1:
        raise ParseError(given=f"rows of {' and '.join(map(str, lengths))} entries", where=rows.span,
                         expected="rows of one length")  # fmt: skip
    return rows


# Sums and conditions ------------------------------------------
def _big(node: Big, scope: Scope) -> Meaning:
    if (axis := axis_below(node.lower)) is not None:
        return Call(_KINDS[node.sign], (resolve(node.body, scope),), node.span, (("axis", axis),))
    if node.lower is None and not subscript_letters(node.body):
        return Call(_KINDS[node.sign], (resolve(node.body, scope),), node.span)
    indices, first, condition = _under(node, scope)
    inner = scope.within(indices)
    last = resolve(node.upper, scope) if node.upper is not None else None
    holds = resolve(condition, inner) if condition is not None else None
    start = resolve(first, scope) if first is not None else None
    return Over(_KINDS[node.sign], indices, start, last, holds, resolve(node.body, inner), node.span)


def _under(node: Big, scope: Scope) -> tuple[tuple[str, ...], Surface | None, Surface | None]:
    """The indices under a sum sign, where the first begins, and a condition such as `j != i`."""
    lower = node.lower
    if isinstance(lower, Group) and lower.bracket == "(" and len(lower.items) == 1:
        lower = lower.items[0]
    if lower is None:
        return _guess_index(node, scope), None, None
    if isinstance(lower, Chain) and lower.parts[0] is not None:
        names = index_names(lower.parts[0])
        if lower.relations[0] == "=" and len(lower.relations) == 1:
            return names, lower.parts[1], None
        return names, None, None if lower.relations[0] == "∈" else lower
    return index_names(lower), None, None


def _guess_index(node: Big, scope: Scope) -> tuple[str, ...]:
    """The only letter that stands as a subscript in the body of a sum that does not name its index."""
    letters = sorted({each for each in subscript_letters(node.body) if each not in scope.bound})
    if len(letters) == 1:
        scope.note("the sum without an index", f"a sum over {letters[0]}", node.span)
        return (letters[0],)
    raise ParseError(given="a sum that does not say over what", where=node.span, expected="an index under the sum sign",
                     remedy="write \\sum_i, or sum(..) for the sum of all entries")  # fmt: skip


def subscript_letters(node: Surface) -> list[str]:
    """Single letters that stand as an index somewhere below, above or below a name."""
    found: list[str] = []
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Big) and isinstance(current.lower, Chain) and current.lower.relations != ("=",):
            found += [name.base for name in names_in(current.lower)]  # j != i
        if isinstance(current, Scripted):
            scripts = [current.subscript, *(each for each in current.superscripts if isinstance(each, Group))]
            found += [
                name.base for script in scripts if script is not None for name in names_in(script) if not name.whole
            ]
        pending.extend(children(current))
    return [each for name in found for each in (name if len(name) < 4 else "") if each.isalpha()]


def names_in(node: Surface) -> list[Name]:
    """Every name in a tree."""
    pending, found = [node], []
    while pending:
        current = pending.pop()
        if isinstance(current, Name):
            found.append(current)
        pending.extend(children(current))
    return found


def is_condition(node: Surface) -> bool:
    """Whether a node is a condition such as `x > 0`, which is 1 where it holds."""
    return isinstance(node, Chain) and set(node.relations) <= _CONDITIONS - {"="}


def _condition(node: Chain, scope: Scope) -> Meaning:
    parts, found = node.parts, None
    for place, relation in enumerate(node.relations):
        left, right = parts[place], parts[place + 1]
        if relation not in _CONDITIONS or left is None or right is None:
            raise ParseError(given=f"the relation {relation}", where=node.span, expected="a condition: < > <= >= = !=")
        each: Meaning = Comparison(relation, resolve(left, scope), resolve(right, scope), node.span)
        found = each if found is None else Call("logical_and", (found, each), node.span)
    assert found is not None  # a chain has at least one relation
    return found
