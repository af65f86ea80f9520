"""Index notation with letters: an arrow in, the term as a sum over an index out, and what remains after the deltas.

One idea: d f/d W_ij = sum_k (d f/d q_k) (d q_k/d W_ij) holds for every op; where the local derivative is a delta, the
delta picks its index and the sum is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ..ir.graph import topological_order
from ..ir.node import Node
from ..ir.op import Elementwise, Labels, record
from ..ops.arithmetic import add, mul, neg, sub
from ..ops.entries import Index, delta, delta_op, entry, entry_op, sum_over
from ..ops.movement import broadcast
from ..ops.products import split_subscripts
from ..transforms.laws import number
from ..transforms.simplify import simplify
from .arrows import Arrow
from .indices import can_be_spoken, entry_slope, number_or_simple
from .lines import IndexForm
from .stage import Stage

_INTO = "ijmn"
_OUT = "klpr"
_INNER = "abcde"  # letters for sums inside an upstream that is written out
_MOST_AXES = 3
_LONGEST = 24  # nodes of an expression that is still written out


def index_form(stage: Stage, node: Node, arrow: Arrow, closed: Node | None) -> IndexForm | None:
    """The term of an arrow in index notation. None for single numbers, and where no index form is declared.

    None for complex numbers too: index forms name the entry itself, where its conjugate stands on the way back.

    `closed` is the upstream gradient in symbols of the forward pass, where it is short.
    """
    if node.type.is_complex or arrow.via.type.is_complex:
        return None
    if (not node.ndim and not arrow.via.ndim) or max(node.ndim, arrow.via.ndim) > _MOST_AXES:
        return None
    into = tuple(_INTO[: node.ndim])
    out = into if _is_entrywise(arrow) else tuple(_OUT[: arrow.via.ndim])
    local = entry_slope(stage, arrow, out, into)
    if local is None:
        return None
    sums = tuple(letter for letter in out if letter not in into)
    upstream = entry(stage.gradient[arrow.via], out)
    written = None if closed is None else entry_form(closed, out, frozenset(stage.names), list(_INNER))
    substituted = None if written is None else _product(simplify(written), local)
    return IndexForm(
        into, out, sums, local, _summed(upstream * local, sums), simplify(pick_all(upstream * local, sums)),
        None if substituted is None else _summed(substituted, sums),
        None if substituted is None else simplify(pick_all(simplify(substituted), sums)),
    )  # fmt: skip


def _product(upstream: Node, local: Node) -> Node:
    return local if number(upstream) == 1 else upstream * local


def _is_entrywise(arrow: Arrow) -> bool:
    return all(type(step.op.derivative) is Elementwise for step, _ in arrow.chain)


def _summed(product: Node, letters: Sequence[str]) -> Node:
    for letter in reversed(letters):
        product = sum_over(product, letter)
    return product


# Writing an expression at an index
# ---------------------------------------------------------------------------------------
def entry_form(expression: Node, at: Sequence[Index], names: Collection[Node], letters: list[str]) -> Node | None:
    """One entry of an expression over players, as an expression over entries of players. None where an op has no index
    form.
    """
    if len(topological_order([expression])) > _LONGEST:
        return None
    return _entry_form(expression, tuple(at), names, letters)


def _entry_form(node: Node, at: tuple[Index, ...], names: Collection[Node], letters: list[str]) -> Node | None:
    if node in names:
        return entry(node, at)  # type: ignore[no-any-return]
    if not node.inputs:
        return node if not node.ndim else entry(node, at) if can_be_spoken(node, at) else None
    if node.op is broadcast:
        source = node.inputs[0]
        return _entry_form(source, at[len(at) - source.ndim :], names, letters) if 1 not in source.shape else None
    if node.op.elementwise:
        below = [_entry_form(each, at, names, letters) for each in node.inputs]
        return None if any(each is None for each in below) else record(node.op, tuple(below), node.settings)
    if isinstance(node.op.index, Labels):
        return _sum_form(node, node.op.index, at, names, letters)
    return None


def _sum_form(
    node: Node, form: Labels, at: tuple[Index, ...], names: Collection[Node], letters: list[str]
) -> Node | None:
    terms, result = split_subscripts(form.rule(*[each.type for each in node.inputs], **node.settings))
    places: dict[str, Index] = dict(zip(result, at, strict=False))
    inner = [letter for letter in dict.fromkeys("".join(terms)) if letter not in places]
    if len(inner) > len(letters) or len(result) != len(at):
        return None
    for letter in inner:
        places[letter] = letters.pop(0)
    product: Any = None
    for term, source in zip(terms, node.inputs, strict=True):
        factor = _entry_form(source, tuple(places[letter] for letter in term), names, letters)
        if factor is None:
            return None
        product = factor if product is None else product * factor
    return _summed(product, [str(places[letter]) for letter in inner])


# Deltas
# ------------------------------------------------------------------------------------------------------------------
def pick_all(product: Node, sums: Sequence[str]) -> Node:
    """Sum a product over letters: a delta picks its index (sum_k 1{k = i} x_k = x_i), the rest stays a sum.

    A factor that is a difference with a delta in it is taken apart first.
    """
    if product.op is neg:
        return neg(pick_all(product.inputs[0], sums))  # type: ignore[no-any-return]
    split = _split_difference(product, sums)
    if split is not None:
        first, second, combined = split
        return record(combined, (pick_all(first, sums), pick_all(second, sums)), {})
    remaining = list(sums)
    while (found := _first_delta(product, remaining)) is not None:
        place, letter, other = found
        product = rename(without(product, place), letter, other)
        remaining.remove(letter)
    for letter in reversed(remaining):
        product = _sum_inside(simplify(product), letter)
    return product


def _split_difference(product: Node, sums: Sequence[str]) -> tuple[Node, Node, Any] | None:
    for factor in factors_of(product):
        if factor.op in (sub, add) and any(_has_delta(each, sums) for each in factor.inputs):
            rest = without(product, factor)
            first, second = (rest * each for each in factor.inputs)
            return first, second, factor.op
    return None


def _has_delta(expression: Node, letters: Sequence[str]) -> bool:
    return any(
        _first_delta(each, letters) is not None for each in topological_order([expression]) if each.op is delta_op
    )


def _sum_inside(product: Node, letter: str) -> Node:
    """The sum over a letter of the factors that depend on it; the others stand before the sum."""
    sign = product.op is neg
    factors = factors_of(product.inputs[0] if sign else product)
    outside = [each for each in factors if not mentions_letter(each, letter)]
    inside = [each for each in factors if mentions_letter(each, letter)]
    summed = sum_over(times(inside), letter)
    total = times([*outside, summed])
    return neg(total) if sign else total


def mentions_letter(expression: Node, letter: str) -> bool:
    """Whether an index letter occurs free in an expression."""
    for node in topological_order([expression]):
        settings = node.settings
        if node.op is entry_op and letter in settings["at"]:
            return True
        if node.op is delta_op and letter in settings["pair"]:
            return True
    return False


def times(factors: Sequence[Node]) -> Node:
    """The product of factors in order; 1 where there are none."""
    if not factors:
        return number_or_simple(1)
    found = factors[0]
    for each in factors[1:]:
        found = found * each
    return found


def factors_of(product: Node) -> list[Node]:
    """The factors of a nested product, left to right."""
    if product.op is mul:
        return [each for source in product.inputs for each in factors_of(source)]
    return [product]


def _first_delta(product: Node, letters: Sequence[str]) -> tuple[Node, str, Index] | None:
    for factor in factors_of(product):
        if factor.op is delta_op:
            first, second = factor.settings["pair"]
            if first in letters:
                return factor, first, second
            if second in letters:
                return factor, second, first
    return None


def without(product: Node, factor: Node) -> Node:
    """A product with one factor taken out."""
    return times([each for each in factors_of(product) if each is not factor])


def rename(expression: Node, letter: str, other: Index) -> Node:
    """The expression with one index replaced by another."""
    done: dict[Node, Node] = {}
    for node in topological_order([expression]):
        if node.op is delta_op:
            made = delta(*_renamed(node.settings["pair"], letter, other))
            done[node] = made if type(made) is Node else number_or_simple(made)
        elif node.op is entry_op:
            done[node] = entry(done[node.inputs[0]], _renamed(node.settings["at"], letter, other))
        elif node.inputs:
            done[node] = record(node.op, tuple(done[each] for each in node.inputs), node.settings)
        else:
            done[node] = node
    return done[expression]


def _renamed(indices: tuple[Index, ...], letter: str, other: Index) -> tuple[Index, ...]:
    return tuple(other if each == letter else each for each in indices)
