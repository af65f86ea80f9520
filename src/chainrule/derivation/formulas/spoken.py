"""Index form as an expression: terms in, a sum of products of entries, deltas and sums over named letters out.

One idea: letters get their names last, i and j for the entry asked about and k, l, ... for what is summed over, so
equal terms are written the same whichever way they came about.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from ...ir.coercion import as_node
from ...ir.library import reference
from ...ir.node import Node, find, make
from ...ir.op import Labels, record
from ...ops.arithmetic import add, div, mul, neg, sub
from ...ops.choices import cast
from ...ops.diagonals import diag_matrix
from ...ops.entries import delta, entry_op, number_type, sum_over
from ...ops.indexing import index_op
from ...ops.movement import broadcast
from ...ops.products import matmul_op, split_subscripts
from ...transforms.laws import number
from .conditions import output_first, picked, said
from .gathering import sizes_above
from .reduction import powered
from .terms import Factor, Letter, Term, Terms, counted

_SUMMED = "klpqrstuvwabcdegh"


@dataclass(frozen=True, slots=True)
class Manner:
    """How entries are written: which arrays have a name, and whether places and letters count from 1 or from 0."""

    named: Collection[Node] = ()
    base: int = 1
    avoid: Collection[str] = ()  # letters that mean something else


@dataclass(frozen=True, slots=True)
class Taken:
    """The letters that are in use, and which of them are summed over."""

    names: set[str]
    summed: set[str]


def speak_terms(terms: Terms, names: Mapping[Letter, str], manner: Manner) -> Node:
    """The sum of terms. `names` says how the free letters are called."""
    terms = tuple(replace(each, factors=counted(each.factors)) for each in terms)
    shared = _shared(terms)
    if shared:
        rest = speak_terms(tuple(map(_Without(shared), terms)), names, manner)
        outside, _ = _spoken(Term(factors=shared), names, manner)
        return mul(outside, rest)  # type: ignore[no-any-return]
    found: Any = None
    for term in sorted(terms, key=_is_negative):
        size, negative = _spoken(term, names, manner)
        if found is None:
            found = neg(size) if negative else size
        else:
            found = sub(found, size) if negative else add(found, size)
    return _number(0.0) if found is None else found


def _shared(terms: Terms) -> tuple[Factor, ...]:
    """The entries at free letters that several terms have in common: y_i (1{k = i} - y_k)."""
    if len(terms) < 2:
        return ()
    first = terms[0]
    common = {each.entry: each for each in first.factors if each.power > 0 and not first.sums.intersection(each.at)}
    for term in terms[1:]:
        own = {factor.entry: factor for factor in term.factors}
        common = {
            entry: min(factor, own[entry], key=_size)
            for entry, factor in common.items()
            if entry in own and own[entry].power > 0 and own[entry].power % 1 == factor.power % 1 == 0
        }
    return tuple(common.values())


def _size(factor: Factor) -> float:
    return abs(factor.power)


@dataclass(frozen=True, slots=True)
class _Without:
    """A term divided by the factors that are taken out."""

    shared: tuple[Factor, ...]

    def __call__(self, term: Term) -> Term:
        taken = {factor.entry: factor.power for factor in self.shared}
        rest = (replace(each, power=each.power - taken.get(each.entry, 0)) for each in term.factors)
        return replace(term, factors=tuple(each for each in rest if each.power))


def _is_negative(term: Term) -> bool:
    return term.number < 0


def _number(value: float) -> Node:
    return as_node(reference().asarray(value))


def _spoken(term: Term, free: Mapping[Letter, str], manner: Manner) -> tuple[Node, bool]:
    """A term without its sign, and whether it is negative."""
    names = dict(free)
    term, written = picked(term)
    for letter in _in_order(term):
        names[letter] = next(each for each in _letters() if each not in names.values() and each not in manner.avoid)
    above: list[Node] = []
    below: list[Node] = []
    taken = Taken({*names.values(), *manner.avoid}, {names[letter] for letter in _in_order(term)})
    for factor in _arranged(term, names):
        at = tuple(
            written[letter].under(names, manner.base) if letter in written else names[letter] for letter in factor.at
        )
        side = above if factor.power > 0 else below
        moved = any(letter in written for letter in factor.at)  # f(x)_{i+k} is 0 outside, f(x_{i+k}) would be f(0)
        spoken = _unevaluated(factor.what, at) if moved else entry_inside(factor.what, at, manner.named, taken)
        side.append(powered(spoken, abs(factor.power)))
    for each in term.relations:
        condition = said(each, names, manner.base) if each.weights else None
        if type(condition) is Node:
            above.append(condition)
    above += sizes_above(term.sizes, 1)
    below += sizes_above(term.sizes, -1)
    inside = _outside_in(term, above, below, names)
    return inside, term.number < 0


def _letters() -> Iterator[str]:
    """Letters for sums; numbered ones where the alphabet ends."""
    yield from _SUMMED
    yield from (f"k{number}" for number in count(1))


def _axes(factor: Factor) -> int:
    return len(factor.at)


def _arranged(term: Term, names: Mapping[Letter, str]) -> list[Factor]:
    """Numbers, then vectors, then matrices; entries of one array in the order of their free letters: X_ki X_kj."""
    first: dict[int, int] = {}
    for place, factor in enumerate(term.factors):
        first.setdefault(factor.what.serial, place)

    def order(factor: Factor) -> tuple[int, int, list[str]]:
        letters = [names[letter] for letter in factor.at if letter in names and letter not in term.sums]
        return len(factor.at), first[factor.what.serial], letters

    return sorted(term.factors, key=order)


def _in_order(term: Term) -> list[Letter]:
    """The summed letters in the order in which they are read."""
    seen = dict.fromkeys(letter for factor in sorted(term.factors, key=_axes) for letter in factor.at)
    seen |= dict.fromkeys(letter for each in term.relations for letter in each.letters)
    return [letter for letter in seen if letter in term.sums]


def _outside_in(term: Term, above: Sequence[Node], below: Sequence[Node], names: Mapping[Letter, str]) -> Node:
    """The number, what no sum concerns, and the sums around the rest."""
    summed = [names[letter] for letter in _in_order(term)]
    outer = [each for each in above if not _mentions(each, summed)]
    inner = [each for each in above if _mentions(each, summed)]
    outer_below = [each for each in below if not _mentions(each, summed)]
    inner_below = [each for each in below if _mentions(each, summed)]
    found = _quotient(inner, inner_below)
    for name in reversed(summed):
        found = sum_over(_number(1.0) if found is None else found, name)
    pieces = [*outer, *([] if found is None else [found])]
    factor = abs(term.number)
    if factor != 1 or not pieces:
        pieces = [_number(factor), *pieces]
    whole = _quotient(pieces, outer_below)
    assert whole is not None
    return whole


def _quotient(above: Sequence[Node], below: Sequence[Node]) -> Node | None:
    top, bottom = _product(above), _product(below)
    if bottom is None:
        return top
    return div(_number(1.0) if top is None else top, bottom)  # type: ignore[no-any-return]


def _product(nodes: Sequence[Node]) -> Node | None:
    found: Any = None
    for node in nodes:
        found = node if found is None else mul(found, node)
    return found  # type: ignore[no-any-return]


def _mentions(node: Node, names: Sequence[str]) -> bool:
    """Whether an expression speaks of one of these letters, alone or in a sum of letters such as i+k."""
    pending = [node]
    while pending:
        each = pending.pop()
        spoken = [*each.settings.get("at", ()), *each.settings.get("pair", ())]
        if any(_is_in(name, str(index)) for name in names for index in spoken):
            return True
        if each.op is not entry_op:  # an array whose entry is meant has no letters of its own
            pending.extend(each.inputs)
    return False


def _is_in(letter: str, index: str) -> bool:
    return letter in re.findall(r"[a-z][0-9]*", index)


# Entries -------------------------------------------------------------------------------------------------------------
def entry_inside(node: Node, at: Sequence[str], named: Collection[Node], taken: Taken) -> Node:
    """The entry of an array; of a function applied entry by entry, the function of the entry: exp(z_i); of a product of
    matrices the sum over a letter that is not taken yet."""
    if not at:
        return node
    single = number(node)
    if single is not None:
        return _number(single)
    if node in named or not node.inputs:
        return _unevaluated(node, tuple(at))
    if node.op is broadcast and 1 not in node.inputs[0].shape:
        return entry_inside(node.inputs[0], at[len(at) - node.inputs[0].ndim :], named, taken)
    if node.op is diag_matrix and at[0] != at[1]:
        tied = delta(*sorted(at, key=output_first))
        if number(node.inputs[0]) == 1:
            return tied  # type: ignore[no-any-return]
        return mul(entry_inside(node.inputs[0], at[:1], named, taken), tied)  # type: ignore[no-any-return]
    if node.op is index_op and len(node.inputs) == 1:
        return _entry_of_slice(node, at, named, taken)
    if node.op.elementwise or node.op is cast:
        return record(node.op, tuple(entry_inside(each, at, named, taken) for each in node.inputs), node.settings)
    if isinstance(node.op.index, Labels):
        return _entry_of_product(node, node.op.index, at, named, taken)
    return _unevaluated(node, tuple(at))


def _entry_of_product(
    node: Node, form: Labels, at: Sequence[str], named: Collection[Node], taken: Taken
) -> Node:  # fmt: skip
    terms, result = split_subscripts(form.rule(*[each.type for each in node.inputs], **node.settings))
    diagonal = _times_diagonal(node, at, named, taken)
    if diagonal is not None:
        return diagonal
    fits = all(len(term) == each.ndim for term, each in zip(terms, node.inputs, strict=True))
    if len(set(result)) != len(at) or not fits:
        return _unevaluated(node, tuple(at))
    places = dict(zip(result, at, strict=True))
    inner = [letter for letter in dict.fromkeys("".join(terms)) if letter not in places]
    for letter in inner:
        places[letter] = next(each for each in _letters() if each not in taken.names)
        taken.names.add(places[letter])
        taken.summed.add(places[letter])
    factors = [
        entry_inside(each, [places[letter] for letter in term], named, taken)
        for term, each in zip(terms, node.inputs, strict=True)
    ]
    found = _product([each for each in factors if number(each) != 1])
    found = _number(1.0) if found is None else found
    for letter in reversed(inner):
        found = sum_over(found, places[letter])
    return found


def _entry_of_slice(node: Node, at: Sequence[str], named: Collection[Node], taken: Taken) -> Node:
    """The entry of x[2..] at i, which is x_{i+1}. Whatever else stays as it is: where a letter is summed over, x_{k+1}
    would not say how far it runs, and places may be counted from the far end."""
    source, below, remaining = node.inputs[0], [], list(at)
    if not taken.summed.isdisjoint(at):
        return _unevaluated(node, tuple(at))
    for axis, part in enumerate(node.settings["key"]):
        if part[0] == "slice" and axis < source.ndim:
            start, _, step = slice(*part[1:]).indices(source.shape[axis])
            if step != 1 or (part[1] or 0) < 0:
                return _unevaluated(node, tuple(at))
            below.append(_shifted(remaining.pop(0), start))
        else:
            return _unevaluated(node, tuple(at))
    return entry_inside(source, [*below, *remaining], named, taken)


def _shifted(index: str, by: int) -> str:
    """An index so many places further: i-1 by 1 is i."""
    found = re.fullmatch(r"(.*?)([+-]\d+)?", index)
    assert found is not None
    constant = int(found[2] or 0) + by
    return found[1] + (f"{constant:+d}" if constant else "")


def _times_diagonal(node: Node, at: Sequence[str], named: Collection[Node], taken: Taken) -> Node | None:
    """(A diag(v))_ij = A_ij v_j and (diag(v) A)_ij = v_i A_ij."""
    if node.op is not matmul_op:
        return None
    for place, each in enumerate(node.inputs):
        if each.op is diag_matrix and each not in named:
            other = node.inputs[1 - place]
            scale = entry_inside(each.inputs[0], [at[-1] if place else at[0]], named, taken)
            return mul(scale, entry_inside(other, at, named, taken))  # type: ignore[no-any-return]
    return None


def _unevaluated(node: Node, at: tuple[str, ...]) -> Node:
    """The entry of an array at letters; calling the op would look for the entry of an array that is known."""
    settings = (("at", at),)
    found = find(entry_op, (node,), settings)
    return make(entry_op, (node,), settings, number_type(node.type)) if found is None else found
