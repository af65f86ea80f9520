"""Sums, products and maxima over indices in, whole-array operations out.

One idea: under a sum the body is computed for all values of its index at once. A sum of products of entries is a dot
product, a matrix product or an einsum; only what cannot be had so is written out term by term.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import LimitError, ParseError, UnknownNameError
from ..ir.library import reference
from ..ops import arithmetic, entry_products, extremes, joining, movement, products, reductions
from . import limits
from .entries import WriteOut
from .kinds import Context, Run, Value, as_floats, entrywise, in_order, is_number, shape_of, union
from .meaning import (
    Entry,
    Index,
    Meaning,
    Member,
    Over,
    Product,
    Tabulated,
    Total,
    everything,
    is_member,
)
from .multiplication import scale
from .runs import Lower, bounded, find_runs, limit_number
from .sliding import find_slide, slide_over


def tabulate(node: Tabulated, context: Context, lower: Lower) -> Value:
    """The array whose entries the body gives."""
    if len(node.indices) == 1 and any(isinstance(each, Member) for each in everything(node.body)):
        return _listed(node, context, lower)
    runs = find_runs(node.indices, (None, None), node.body, node.span, context, lower)
    value = as_floats(lower(node.body, context.binding(runs)))
    missing = tuple(name for name in node.indices if name not in value.labels)
    found = in_order(value, tuple(name for name in node.indices if name in value.labels))
    if missing:
        sizes = dict(zip(found.labels, shape_of(found.node), strict=False))
        partial = (*(sizes.get(name, 1) for name in node.indices), *found.shape)
        whole = (*(runs[name].size for name in node.indices), *found.shape)
        return Value(movement.broadcast_to(movement.reshape(found.node, partial), whole))
    return Value(found.node)


def _listed(node: Tabulated, context: Context, lower: Lower) -> Value:
    """The array of what the body is for each of several names."""
    name = node.indices[0]
    terms = [as_floats(lower(node.body, context.binding({name: number}))) for number in members(node.body, context, 0)]
    if not terms or any(term.ndim for term in terms):
        raise ParseError(given=f"names counted by {name}", where=node.span, expected="at least one name, each a number")
    return Value(joining.stack([term.node for term in terms]))


def over(node: Over, context: Context, lower: Lower) -> Value:
    """A sum, product, maximum or minimum."""
    if any(isinstance(each, Member) for each in everything(node.body)):
        return _written_out(node, context, lower)
    if (axes := _axes_alone(node)) is not None and isinstance(node.body, Entry):
        return Value(_REDUCERS[node.kind](lower(node.body.body, context).node, axis=axes))
    runs = find_runs(node.indices, (node.first, node.last), node.body, node.span, context, lower)
    inner = context.binding(runs)
    try:
        if node.kind == "sum":
            return _sum(node, inner, lower, runs)
        value = _masked(node, as_floats(lower(node.body, inner)), inner, lower)
        return _reduced(value, node.indices, _REDUCERS[node.kind])
    except WriteOut:
        return _written_out(node, context, lower)


_REDUCERS: dict[str, Callable[..., Any]] = {
    "sum": reductions.sum,
    "prod": entry_products.prod,
    "max": extremes.max,
    "min": extremes.min,
}


def _axes_alone(node: Over) -> tuple[int, ...] | None:
    """The axes of `sum_i A_{:,i}`: nothing but a sum along axes of one array."""
    if not isinstance(node.body, Entry) or (node.first, node.last, node.condition) != (None, None, None):
        return None
    names = [index.name if isinstance(index, Index) else "" for index in node.body.indices]
    if ":" not in names or sorted(name for name in names if name != ":") != sorted(node.indices):
        return None
    return tuple(place for place, name in enumerate(names) if name != ":")


def _reduced(value: Value, names: tuple[str, ...], reducer: Callable[..., Any]) -> Value:
    axes = tuple(value.labels.index(name) for name in names if name in value.labels)
    if not axes:
        return value
    kept = tuple(label for label in value.labels if label not in names)
    return Value(reducer(value.node, axis=axes), False, kept)


def _masked(node: Over, value: Value, context: Context, lower: Lower) -> Value:
    """The body where the condition under the sign holds, else 0."""
    if node.condition is None:
        return value
    if node.kind != "sum":
        raise WriteOut
    return entrywise(arithmetic.mul, value, as_floats(lower(node.condition, context)))


# Sums of products ------------------------------------------
def _sum(node: Over, context: Context, lower: Lower, runs: dict[str, Run]) -> Value:
    names, body, conditions = node.indices, node.body, [node.condition]
    while isinstance(body, Over) and body.kind == "sum" and not {*body.indices} & {*names}:  # a double sum is one sum
        inner = find_runs(body.indices, (body.first, body.last), body.body, body.span, context, lower)
        context, runs, names = context.binding(inner), runs | inner, (*names, *body.indices)
        conditions, body = [*conditions, body.condition], body.body
    sign, factors = _factors(body, 1)
    tests = [each for each in conditions if each is not None]
    if (slide := find_slide(names, factors, context)) is not None and not tests:
        rest = [as_floats(lower(factor, context)) for factor in factors if factor is not slide.entry]
        if (slid := slide_over(slide, rest, context, lower)) is not None:
            return _summed(slid, tuple(name for name in names if name not in slide.summed), runs, sign)
    values = [as_floats(lower(factor, context)) for factor in (*factors, *tests)]
    if any(value.ndim for value in values):  # products of arrays keep their order
        sign, values = 1, [as_floats(lower(body, context)), *values[len(factors) :]]
    return _summed(values, names, runs, sign)


def _summed(values: list[Value], names: tuple[str, ...], runs: dict[str, Run], sign: int) -> Value:
    """The product of factors, summed over indices."""
    unused = [name for name in names if not any(name in value.labels for value in values)]
    waiting = [name for name in names if name not in unused]
    while waiting:
        gone = _together(values, waiting)
        values = _contract(values, gone)
        waiting = [name for name in waiting if name not in gone]
    found = values[0]
    for value in values[1:]:
        found = scale(found, value)
    for name in unused:
        found = scale(Value(float(runs[name].size)), found)
    if sign == 1 or is_number(found):
        return found if sign == 1 else Value(-found.node)
    return Value(arithmetic.neg(found.node), found.row, found.labels)


def _factors(node: Meaning, sign: int) -> tuple[int, list[Meaning]]:
    """The factors of a product, those of products inside it included; a quotient is one factor."""
    match node:
        case Product(pairs) if all(each in ("", "·", "×", "*", ".") for each, _ in pairs):
            found: list[Meaning] = []
            for _, factor in pairs:
                sign, inner = _factors(factor, sign)
                found += inner
            return sign, found
        case Total((("-", body),)):
            return _factors(body, -sign)
        case Total((("" | "+", body),)):
            return _factors(body, sign)
        case _:
            return sign, [node]


def _together(values: list[Value], waiting: list[str]) -> tuple[str, ...]:
    """The last index to be summed over, and those that stand on the same factors and on no others."""
    carrying = [value for value in values if waiting[-1] in value.labels]
    others = [value for value in values if waiting[-1] not in value.labels]
    everywhere = [name for name in waiting if all(name in value.labels for value in carrying)]
    return tuple(name for name in everywhere if not any(name in value.labels for value in others))


def _contract(values: list[Value], gone: tuple[str, ...]) -> list[Value]:
    """The factors after summing over indices that stand on the same factors: those factors become one."""
    carrying = [value for value in values if gone[0] in value.labels]
    others = [value for value in values if gone[0] not in value.labels]
    if len(carrying) == 2 and set(carrying[0].labels) == set(carrying[1].labels) and len(carrying[0].labels) > 1:
        carrying = [scale(*carrying)]
    if len(carrying) == 1:
        return [*others, _reduced(carrying[0], gone, reductions.sum)]
    if len(carrying) == 2 and len(gone) == 1:
        first, second = carrying
        if first.labels == second.labels == gone:
            return [*others, Value(products.matmul(first.node, second.node))]
        if (product := _matrix_product(first, second, gone[0])) is not None:
            return [*others, product]
    return [*others, _einsum(carrying, gone)]


def _matrix_product(first: Value, second: Value, name: str) -> Value | None:
    """W_kj x_j or A_ij B_jk summed over j; the factor with two axes first."""
    if len(first.labels) == 1 and len(second.labels) == 2:
        first, second = second, first
    if (
        len(first.labels) != 2
        or len(second.labels) > 2
        or len({*first.labels, *second.labels}) != len(second.labels) + 1
    ):
        return None
    kept = next(label for label in first.labels if label != name)
    rest = tuple(label for label in second.labels if label != name)
    left, right = in_order(first, (kept, name)), in_order(second, (name, *rest))
    return Value(products.matmul(left.node, right.node), False, (kept, *rest))


def _einsum(values: list[Value], gone: tuple[str, ...]) -> Value:
    labels = union(values)
    if len(values) > 12 or len(labels) > 26:
        raise WriteOut
    letters = {label: "ijklmnopqrstuvwxyzabcdefgh"[place] for place, label in enumerate(labels)}
    terms = ",".join("".join(letters[label] for label in value.labels) for value in values)
    kept = tuple(label for label in labels if label not in gone)
    spelled = f"{terms}->{''.join(letters[label] for label in kept)}"
    return Value(products.einsum(spelled, *(value.node for value in values)), False, kept)


# Written out ------------------------------------------
def _written_out(node: Over, context: Context, lower: Lower) -> Value:
    """Term by term: for names that differ in a number, and for indices that no axis follows."""
    values = _index_values(node, context, lower)
    combine = {"sum": arithmetic.add, "prod": arithmetic.mul, "max": arithmetic.maximum, "min": arithmetic.minimum}[
        node.kind
    ]
    found: Value | None = None
    for each in values:
        inner = context.binding(each)
        if node.condition is not None and not _holds(lower(node.condition, inner), node):
            continue
        term = as_floats(lower(node.body, inner))
        found = term if found is None else entrywise(combine, found, term)
    return found if found is not None else Value(0.0 if node.kind == "sum" else 1.0)


def _holds(value: Value, node: Over) -> bool:
    if not isinstance(value.node, int | float):
        raise ParseError(given="a condition under a sum that depends on values", where=node.span,
                         expected="a condition on indices, such as j != i")  # fmt: skip
    return bool(value.node)


def _index_values(node: Over, context: Context, lower: Lower) -> list[dict[str, int]]:
    found: list[dict[str, int]] = [{}]
    for name in node.indices:
        numbers = _numbers_of(name, node, context, lower)
        found = [{**each, name: number} for each in found for number in numbers]
        if len(found) > limits.TERMS:
            raise LimitError(
                given=f"a sum of {len(found):,} terms",
                where=node.span,
                expected=f"at most {limits.TERMS:,} when written out",
                remedy="give the sum limits that keep to the arrays, as sum_{i=1}^{n-1}, or use whole arrays",
            )
    return found


def _numbers_of(name: str, node: Over, context: Context, lower: Lower) -> list[int]:
    first = limit_number(node.first, context) if node.first is not None and len(node.indices) == 1 else None
    last = limit_number(node.last, context) if node.last is not None and len(node.indices) == 1 else None
    if first is not None and last is not None:
        run = bounded(first, last, node.span)
        return list(range(run.start, run.start + min(run.size, limits.TERMS + 1)))
    if any(isinstance(each, Member) for each in everything(node.body)):
        return members(node.body, context, first or 0)
    run = find_runs((name,), (node.first, node.last), node.body, node.span, context, lower)[name]
    return list(range(run.start, run.start + run.size))


def members(body: Meaning, context: Context, first: int) -> list[int]:
    """The numbers of the names that a family has, from `first` on."""
    family = next(each.family for each in everything(body) if isinstance(each, Member))
    head, _, tail = family.partition("#")
    names = [name for name in context.names if is_member(name, family)]
    return sorted(number for name in names if (number := int(name[len(head) : len(name) - len(tail)])) >= first)


def member(node: Member, context: Context) -> Value:
    """The name of a family that the index points at."""
    number = context.indices.get(node.index.name) if isinstance(node.index, Index) else None
    if not isinstance(number, int):
        raise WriteOut
    name = node.family.replace("#", str(number))
    if name not in context.names:
        raise UnknownNameError(
            given=f"the name {name}",
            where=node.span,
            expected="a name with a value or a definition",
            remedy=f"define {name}, or give it a value",
        )
    return context.names[name]


def index_value(node: Index, context: Context) -> Value:
    """A bound index where a number is wanted."""
    run = context.indices.get(node.name)
    if isinstance(run, int):
        return Value(float(run))
    if run is None:
        raise ParseError(given=f"the index {node.name}", where=node.span, expected="an index that is bound by a sum")
    return Value(reference().arange(run.start, run.start + run.size, dtype="float64"), False, (node.name,))
