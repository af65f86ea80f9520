"""Reading a graph in index notation: an expression and letters for its axes in, terms out.

One idea: an op that only multiplies, adds, moves or copies entries is taken apart; every other op, and every node with a
name, stays whole as an array of which one entry is meant. What depends on a seed must be taken apart entirely: that is
how the entries of a Jacobian are found, as what stands beside one entry of the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import isfinite, prod
from typing import Any

from ..ir.graph import topological_order
from ..ir.library import reference
from ..ir.node import Node, concrete
from ..ir.op import Affine, Labels, Windows, record
from ..ops.arithmetic import mul
from ..ops.linear_algebra import inv
from ..ops.movement import broadcast, reshape_op, transpose_op
from ..ops.norms import norm_op
from ..ops.products import matmul_op, split_subscripts
from ..ops.sources import constant_op
from ..transforms.laws import coefficient, number
from .terms import (
    Factor,
    Letter,
    Relation,
    Term,
    Terms,
    add_all,
    equal,
    fresh,
    multiply,
    raised,
    relation,
    scale,
    simplified,
    summed,
    times_size,
)

_MOST_TERMS = 64
At = tuple[Letter, ...]


class NoIndexForm(Exception):
    """An op on the way that has no index form; its message is the reason, as a part of a sentence."""


# Closed sums stay whole; or are multiplied out; or are, but for 1 - p and the like, until powers have cancelled.
WAYS = ("whole", "apart", "cancelled")


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """How to read: which nodes stay whole, which are open (depend on a seed), whether closed sums are multiplied out,
    and which numbers are sizes of axes."""

    keep: Collection[Node]
    open: Collection[Node] = frozenset()
    way: str = "whole"
    sizes: Mapping[int, str] = field(default_factory=dict)
    positive: Collection[Node] = frozenset()
    rewrite: Callable[[Node], Node] | None = None  # how a closed sum that stays whole is written
    forward: Collection[Node] = frozenset()  # steps whose sums stand as they are written

    @property
    def distribute(self) -> bool:
        """Whether closed sums are multiplied out."""
        return self.way != WAYS[0]


def open_nodes(expression: Node, seeds: Sequence[Node]) -> frozenset[Node]:
    """The nodes of an expression that depend on a seed."""
    if not seeds:
        return frozenset()
    found = set(seeds)
    for node in topological_order([expression]):
        if not found.isdisjoint(node.inputs):
            found.add(node)
    return frozenset(found)


def read(node: Node, at: At, reader: Reader, top: bool = True) -> Terms:
    """The entry of a node at these letters. `top`: sums are taken apart, because nothing multiplies them.

    Raises NoIndexForm where an op stands in the way.
    """
    if node in reader.keep:
        return _whole(node, at)
    single = number(node)
    if single is not None:
        return _number(single, reader)
    form = _FORMS.get(node.op.name)
    if form is not None:
        return _bounded(form(node, at, reader, top))
    if isinstance(node.op.index, Windows):
        return _bounded(_windows(node, at, reader))
    if isinstance(node.op.index, Labels) and node.inputs:
        return _bounded(_sum_of_products(node, at, reader))
    return _as_it_is(node, at, reader)


def _bounded(terms: Terms) -> Terms:
    if len(terms) > _MOST_TERMS:
        raise NoIndexForm(f"it has more than {_MOST_TERMS} terms")
    return terms


def _as_it_is(node: Node, at: At, reader: Reader) -> Terms:
    """A node that is not taken apart: possible only if it is closed."""
    if node in reader.open:
        raise NoIndexForm(f"{node.op.name} has no index form")
    return _whole(node, at)


def _whole(node: Node, at: At) -> Terms:
    """One entry of a node, without its axes of size 1."""
    if 1 in node.shape:
        bare = squeezed(node)
        if bare is not None:
            return _whole(bare, tuple(letter for letter in at if letter.size != 1))
    return (Term(factors=(Factor(node, at),)),)


def squeezed(node: Node) -> Node | None:
    """The same entries without axes of size 1, where that can be said without a reshape."""
    settings = node.settings
    if settings.get("keepdims"):
        bare: Node = record(node.op, node.inputs, {**settings, "keepdims": False})
        return bare if 1 not in bare.shape else None
    if node.op is reshape_op or node.op is broadcast:
        source = node.inputs[0]
        wanted = tuple(size for size in node.shape if size != 1)
        if tuple(size for size in source.shape if size != 1) != wanted:
            return None
        return source if 1 not in source.shape else squeezed(source)
    if node.op is matmul_op and all(each.ndim == 2 for each in node.inputs):
        return _squeezed_product(*node.inputs)
    if node.op is transpose_op and node.ndim == 2:
        return squeezed(node.inputs[0])
    if node.op.elementwise and node.inputs:
        inputs = [each if not each.ndim or number(each) is not None else squeezed(each) for each in node.inputs]
        if any(each is None for each in inputs):
            return None
        scalars = [_scalar(each) for each in inputs if each is not None]
        return record(node.op, tuple(scalars), settings)
    return None


def _squeezed_product(left: Node, right: Node) -> Node | None:
    """A row times a matrix, or a matrix times a column, as a vector."""
    single = left.shape[1] == 1
    first = squeezed(left) if single or left.shape[0] == 1 else left
    second = squeezed(right) if single or right.shape[1] == 1 else right
    if first is None or second is None:
        return None
    if single and number(second) == 1:
        return first
    return mul(first, second) if single else matmul_op(first, second)  # type: ignore[no-any-return]


def _scalar(node: Node) -> Node:
    """The one number of a constant array, as a number: it fits every shape."""
    while node.op is broadcast and number(node) is not None:
        node = node.inputs[0]
    return node


# Numbers -------------------------------------------------------------------------------------------------------------
def _number(value: float, reader: Reader) -> Terms:
    """A number; the sizes that it came from are factors of their own, so that n and 1/n stay letters."""
    rest, powers = _without_sizes(value, tuple(reader.sizes))
    terms: Terms = (Term(rest),)
    for size, power in powers:
        terms = times_size(terms, size, power)
    return terms


_LARGEST_WHOLE = 2.0**53
_MOST_PAIRED = 12  # sizes whose pairs are tried


def _without_sizes(value: float, sizes: Sequence[int]) -> tuple[float, list[tuple[int, float]]]:
    """A number as a plain one times powers of sizes: sizes are large primes, so a number that is plain once a size is
    taken out came from it."""
    rest = value
    powers: list[tuple[int, float]] = []
    if not value or not isfinite(value):
        return value, []
    for size in sizes:
        while size <= abs(rest) < _LARGEST_WHOLE and float(rest / size).is_integer():
            rest, powers = rest / size, [*powers, (size, 1.0)]
    if _is_plain(rest):
        return rest, powers
    for more in _candidates(sizes):
        scale = prod(size**power for size, power in more)
        if _is_plain(rest / scale):
            return _without_rounding(rest / scale), [*powers, *more]
    return rest, powers


def _without_rounding(value: float) -> float:
    """A plain number as it was before it was divided by sizes."""
    part = next(part for part in _PARTS if _is_decimal(value * part))
    return round(value * part, 4) / part


def _candidates(sizes: Sequence[int]) -> Iterator[tuple[tuple[int, float], ...]]:
    """Powers of sizes that numbers in formulas come from: 1/n of a mean, its square, 1/sqrt(n), 1/(m n)."""
    for size in sizes:
        for power in (-1.0, -2.0, 0.5, -0.5, -1.5):
            yield ((size, power),)
    if len(sizes) <= _MOST_PAIRED:
        for first, second in combinations(sizes, 2):
            yield (first, -1.0), (second, -1.0)


_PARTS = (1, 3, 7)


def _is_plain(value: float) -> bool:
    """Whether a number has a few decimals, or is a third, a sixth, ... of one that has."""
    return abs(value) >= 1e-3 and any(_is_decimal(value * part) for part in _PARTS)


def _is_decimal(value: float) -> bool:
    return abs(value - round(value, 4)) <= 4e-16 * max(1.0, abs(value))


# Entry by entry ------------------------------------------------------------------------------------------------------
def _times(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    left, right = node.inputs
    simple = number(left) is not None or number(right) is not None
    return multiply(read(left, at, reader, top and simple), read(right, at, reader, top and simple))


def _negative(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    return scale(read(node.inputs[0], at, reader, top), -1.0)


def _plus(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """A sum. The walk back meets the last use of a variable first, so what it added up is turned round: the terms of a
    gradient stand as the function says them."""
    if _stays_whole(node, reader, top):
        return _whole_sum(node, at, reader)
    parts = [read(each, at, reader, top) for each in node.inputs]
    return add_all(parts if node in reader.forward else reversed(parts))


def _minus(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    if _stays_whole(node, reader, top):
        return _whole_sum(node, at, reader)
    left, right = node.inputs
    return add_all((read(left, at, reader, top), scale(read(right, at, reader, top), -1.0)))


def _stays_whole(node: Node, reader: Reader, top: bool) -> bool:
    if node in reader.open:
        return False
    if reader.way == WAYS[2] and not top:
        return any(number(each) is not None for each in node.inputs)
    return not (top or reader.distribute)


def multiplied_out(terms: Sequence[Term], reader: Reader) -> list[Term]:
    """Terms whose factors are sums that stayed whole, multiplied out now that powers have cancelled."""
    apart = replace(reader, way=WAYS[1])
    found: list[Term] = []
    for term in terms:
        sums = [each for each in term.factors if _is_small_sum(each, reader)]
        if not sums:
            found.append(term)
            continue
        rest: Terms = (replace(term, factors=tuple(each for each in term.factors if each not in sums)),)
        for each in sums:
            rest = _bounded(multiply(rest, read(each.what, each.at, apart)))
        found.extend(each for each in (simplified(part) for part in rest) if each is not None)
    return found


def _is_small_sum(factor: Factor, reader: Reader) -> bool:
    return factor.power == 1 and factor.what not in reader.keep and factor.what.op.name in ("add", "sub")


def _whole_sum(node: Node, at: At, reader: Reader) -> Terms:
    """A sum as one array. Where it only copies along an axis, or is a single product after all, it is read as that."""
    if 1 in node.shape or reader.rewrite is None:
        return _whole(node, at)
    factor, written = coefficient(reader.rewrite(node))
    return _whole(node, at) if written is None or written.shape != node.shape else scale(_whole(written, at), factor)


def _over(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    above, below = node.inputs
    return multiply(read(above, at, reader, top and number(below) is not None), _power(below, at, reader, -1.0))


def _power(node: Node, at: At, reader: Reader, power: float) -> Terms:
    """An entry to a power: of a product the product of powers, of anything else that entry as a whole."""
    if node in reader.open:
        raise NoIndexForm(f"a power of {node.op.name} is not a sum of products")
    terms = read(node, at, replace(reader, way=WAYS[0]), False)
    found = raised(terms[0], power, reader.positive) if len(terms) == 1 else None
    if found is not None:
        return (found,)
    inner: list[Letter] = []
    while node.op is broadcast or node.op.name in ("cast", "mark"):
        at, node = _below_copies(node, at, inner), node.inputs[0]
    entries = [each.factors[0] for each in _whole(node, at)]
    return summed(tuple(Term(factors=(replace(each, power=power),)) for each in entries), inner)


def _square(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source = node.inputs[0]
    if node in reader.open:
        raise NoIndexForm("a square of the seed")
    return _power(source, at, reader, 2.0)


def _fixed_power(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    exponent = (
        number(node.inputs[1]) if len(node.inputs) > 1 else node.settings.get("power", node.settings.get("exponent"))
    )
    if exponent is None or node in reader.open:
        return _as_it_is(node, at, reader)
    return _power(node.inputs[0], at, reader, float(exponent))


def _root(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """The root of an array that is declared positive is its power 1/2; of any other an array of its own."""
    if node.inputs[0] in reader.positive:
        return _power(node.inputs[0], at, reader, 0.5)
    return _as_it_is(node, at, reader)


def _size(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    if node.inputs[0] in reader.positive:
        return read(node.inputs[0], at, reader, top)
    return _as_it_is(node, at, reader)


def _passes(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source = node.inputs[0]
    if source.dtype.kind not in "fiu":
        return _as_it_is(node, at, reader)
    return read(source, at, reader, top)


def _chooses(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """where(c, a, b) = 1{c} a + 1{not c} b, as a sum only where it must be."""
    if node not in reader.open:
        return _whole(node, at)
    condition, taken, other = node.inputs
    parts = []
    for each, value in ((condition, taken), (None, other)):
        if number(value) == 0:
            continue
        parts.append(
            multiply(read(_indicator(condition, each is None), at, reader, False), read(value, at, reader, False))
        )
    return add_all(parts)


def _indicator(condition: Node, opposite: bool) -> Node:
    from ..ops.choices import cast, logical_not

    return cast(logical_not(condition) if opposite else condition, dtype=reference().dtype(float))  # type: ignore[no-any-return]


# Sums, products and moves --------------------------------------------------------------------------------------------
def _sum_of_products(node: Node, at: At, reader: Reader) -> Terms:
    assert isinstance(node.op.index, Labels)
    terms, result = split_subscripts(node.op.index.rule(*[each.type for each in node.inputs], **node.settings))
    if len(result) != len(at) or any(len(term) != each.ndim for term, each in zip(terms, node.inputs, strict=True)):
        raise NoIndexForm(f"{node.op.name} of these shapes has no index form")
    letters: dict[str, Letter] = {}
    conditions: list[Relation] = []
    for name, letter in zip(result, at, strict=True):
        if name in letters:
            conditions.append(equal(letters[name], letter))
        letters.setdefault(name, letter)
    inner = []
    for term, source in zip(terms, node.inputs, strict=True):
        for name, size in zip(term, source.shape, strict=True):
            if name not in letters:
                letters[name] = fresh(size)
                inner.append(letters[name])
    found: Terms = (Term(relations=tuple(conditions)),)
    alone = len(node.inputs) == 1 and node in reader.open
    for term, source in zip(terms, node.inputs, strict=True):
        places = tuple(
            letters[name] if letters[name].size == size else _only_place(inner)
            for name, size in zip(term, source.shape, strict=True)
        )
        found = multiply(found, read(source, places, reader, alone))
    return summed(found, inner)


def _windows(node: Node, at: At, reader: Reader) -> Terms:
    """A sum of products along windows: an axis read at a sum of letters gets a letter of its own, tied to that sum."""
    assert isinstance(node.op.index, Windows)
    places, result = node.op.index.rule(*[each.type for each in node.inputs], **node.settings)
    letters = dict(zip(result, at, strict=True))
    inner = []
    for axes, source in zip(places, node.inputs, strict=True):
        for affine, size in zip(axes, source.shape, strict=True):
            if affine.offset == 0 and len(affine.terms) == 1 and affine.terms[0][0] == 1:
                name = affine.terms[0][1]
                if name not in letters:
                    letters[name] = fresh(size)
                    inner.append(letters[name])
    found: Terms = (Term(),)
    for axes, source in zip(places, node.inputs, strict=True):
        own = []
        for affine, size in zip(axes, source.shape, strict=True):
            letter, condition = _at_sum(affine, size, letters)
            own.append(letter)
            if condition is not None:
                inner.append(letter)
                found = multiply(found, (Term(relations=(condition,)),))
        found = multiply(found, read(source, tuple(own), reader, False))
    return summed(found, inner)


def _at_sum(affine: Affine, size: int, letters: Mapping[str, Letter]) -> tuple[Letter, Relation | None]:
    """The letter of an axis that is read at a sum of letters, and the condition that ties it to them."""
    if affine.offset == 0 and len(affine.terms) == 1 and affine.terms[0][0] == 1:
        return letters[affine.terms[0][1]], None
    letter = fresh(size)
    weights = [(letters[name], -coefficient) for coefficient, name in affine.terms]
    return letter, relation(((letter, 1), *weights), -affine.offset)


def _only_place(inner: list[Letter]) -> Letter:
    """A letter for an axis of size 1, which runs over its only place."""
    letter = fresh(1)
    inner.append(letter)
    return letter


def _copies(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    inner: list[Letter] = []
    places = _below_copies(node, at, inner)
    return summed(read(node.inputs[0], places, reader, top), inner)


def _below_copies(node: Node, at: At, inner: list[Letter]) -> At:
    """The letters of what a broadcast copies; the axes that are stretched get one of their own, which joins `inner`."""
    source = node.inputs[0]
    own = at[len(at) - source.ndim :]
    return tuple(
        letter if letter.size == size else _only_place(inner) for letter, size in zip(own, source.shape, strict=True)
    )


def _mean(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source, axes = node.inputs[0], node.settings["axes"]
    inner = [fresh(source.shape[axis]) for axis in axes]
    kept = iter(at if not node.settings["keepdims"] else [each for place, each in enumerate(at) if place not in axes])
    places = tuple(inner[axes.index(axis)] if axis in axes else next(kept) for axis in range(source.ndim))
    found = summed(read(source, places, reader, top), inner)
    for letter in inner:
        found = times_size(found, letter.size, -1) if letter.size in reader.sizes else scale(found, 1 / letter.size)
    return found


def _sum(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source, axes = node.inputs[0], node.settings["axes"]
    inner = [fresh(source.shape[axis]) for axis in axes]
    kept = iter(at if not node.settings["keepdims"] else [each for place, each in enumerate(at) if place not in axes])
    places = tuple(inner[axes.index(axis)] if axis in axes else next(kept) for axis in range(source.ndim))
    return summed(read(source, places, reader, top and (node in reader.open or reader.distribute)), inner)


def _squared_norm(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """The square of the norm, so that it cancels against the norm."""
    if node in reader.open or node.ndim:
        return _as_it_is(node, at, reader)
    return (Term(factors=(Factor(norm_op(*node.inputs, **node.settings), (), 2.0),)),)


def _diagonal_matrix(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    row, column = at
    return multiply(read(node.inputs[0], (row,), reader, top), (Term(relations=(equal(row, column),)),))


def _diagonal(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source = node.inputs[0]
    if source.shape[0] != source.shape[1]:
        return _as_it_is(node, at, reader)
    return read(source, (at[0], at[0]), reader, top)


def _inverse(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """The inverse of a product of square matrices is the product of their inverses; (X^T)^-1 is (X^-1)^T."""
    source = node.inputs[0]
    if node.ndim != 2 or node in reader.open or source in reader.keep:
        return _as_it_is(node, at, reader)
    if source.op is transpose_op:
        return read(inv(source.inputs[0]), (at[1], at[0]), reader, False)
    if source.op is matmul_op and all(each.ndim == 2 and each.shape[0] == each.shape[1] for each in source.inputs):
        left, right = source.inputs
        return read(matmul_op(inv(right), inv(left)), at, reader, False)
    return _as_it_is(node, at, reader)


def _solve(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """A^-1 b: what is solved for is a product with the inverse."""
    matrix, right = node.inputs
    if matrix.ndim != 2 or matrix in reader.open:
        return _as_it_is(node, at, reader)
    inner = fresh(matrix.shape[0])
    product = multiply(read(inv(matrix), (at[0], inner), reader, False), read(right, (inner, *at[1:]), reader, False))
    return summed(product, [inner])


# Reshapes, slices and joins: conditions on places ---------------------------------------------------------------------
def _reshape(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """Axes come and go in groups with equally many entries: the place within a group is the same before and after."""
    source = node.inputs[0]
    inner: list[Letter] = []
    places: list[Letter] = []
    conditions: list[Relation] = []
    for before, after in _groups(source.shape, node.shape):
        left = [at[axis] for axis in after if node.shape[axis] != 1]
        right = [axis for axis in before if source.shape[axis] != 1]
        if len(left) == 1 and len(right) == 1:
            chosen = {right[0]: left[0]}
        else:
            chosen = {axis: fresh(source.shape[axis]) for axis in right}
            inner.extend(chosen.values())
            conditions.append(relation([*_linear(list(chosen.values()), 1), *_linear(left, -1)]))
        places.extend(chosen[axis] if axis in chosen else _only_place(inner) for axis in before)
    found = read(source, tuple(places), reader, top and not conditions)
    return summed(multiply((Term(relations=tuple(conditions)),), found), inner)


def _linear(letters: Sequence[Letter], sign: int) -> list[tuple[Letter, int]]:
    """The place in a row of entries that letters name, the last running fastest."""
    weights, step = [], sign
    for letter in reversed(letters):
        weights.append((letter, step))
        step *= letter.size
    return weights


def _groups(before: tuple[int, ...], after: tuple[int, ...]) -> list[tuple[list[int], list[int]]]:
    """The shortest runs of axes with equally many entries before and after."""
    found: list[tuple[list[int], list[int]]] = []
    left, right, entries = [], [], [1, 1]  # type: list[int], list[int], list[int]
    waiting, arriving = list(range(len(before))), list(range(len(after)))
    while waiting or arriving:
        if waiting and (entries[0] <= entries[1] or not arriving):
            axis = waiting.pop(0)
            left.append(axis)
            entries[0] *= before[axis]
        else:
            axis = arriving.pop(0)
            right.append(axis)
            entries[1] *= after[axis]
        if entries[0] == entries[1]:
            found.append((left, right))
            left, right, entries = [], [], [1, 1]
    return found


def _flipped(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    axes = node.settings["axes"]
    inner = {axis: fresh(node.shape[axis]) for axis in axes}
    conditions = tuple(relation(((at[axis], 1), (new, 1)), 1 - new.size) for axis, new in inner.items())
    places = tuple(inner.get(axis, letter) for axis, letter in enumerate(at))
    found = read(node.inputs[0], places, reader, False)
    return summed(multiply((Term(relations=conditions),), found), inner.values())


def _padded(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source = node.inputs[0]
    widths = node.settings["widths"] if "widths" in node.settings else node.settings["pad_width"]
    if node not in reader.open:
        return _whole(node, at)
    inner = [fresh(size) for size in source.shape]
    conditions = tuple(
        relation(((letter, 1), (new, -1)), -before) for letter, new, (before, _) in zip(at, inner, widths, strict=True)
    )
    found = read(source, tuple(inner), reader, False)
    return summed(multiply((Term(relations=conditions),), found), inner)


def _indexed(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """x[key]: each axis of x is a place, or a run of places start + step i."""
    source = node.inputs[0]
    return _placed(node, source.shape, at, source, reader, lambda run, whole: (run, whole))


def _scattered(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """The adjoint of indexing: the same conditions, with the axes of the key summed over."""
    return _placed(node, node.shape, at, node.inputs[0], reader, lambda run, whole: (whole, run))


def _placed(
    node: Node, shape: tuple[int, ...], at: At, source: Node, reader: Reader,
    order: Callable[[At, At], tuple[At, At]],
) -> Terms:  # fmt: skip
    if node not in reader.open and node.op.name != "scatter":
        return _whole(node, at)
    scatters = node.op.name == "scatter"
    key = node.settings["key"]
    runs = iter(range(len(at if not scatters else source.shape)))
    run_letters = list(at) if not scatters else [fresh(size) for size in source.shape]
    whole_letters = [fresh(size) for size in shape] if not scatters else list(at)
    arrays = iter(node.inputs[1:])
    if sum(part[0] == "array" for part in key) > 1:
        raise NoIndexForm("several arrays of places have no index form")
    conditions, axis, place = [], 0, 0
    for part in _spelled_out(key, len(shape)):
        if part[0] == "new":
            place += 1
            continue
        size = shape[axis]
        if part[0] == "at":
            conditions.append(relation(((whole_letters[axis], 1),), -(part[1] % size)))
        elif part[0] == "slice":
            start, _, step = slice(*part[1:]).indices(size)
            conditions.append(relation(((whole_letters[axis], 1), (run_letters[place], -step)), -start))
            place += 1
        else:
            start, step = _progression(next(arrays))
            conditions.append(relation(((whole_letters[axis], 1), (run_letters[place], -step)), -start))
            place += 1
        axis += 1
    del runs
    inner = run_letters if scatters else whole_letters
    found = read(source, tuple(inner), reader, False)
    return summed(multiply((Term(relations=tuple(conditions)),), found), inner)


def _progression(places: Node) -> tuple[int, int]:
    """Start and step of an array of places that are as far apart as each other, counted from 0."""
    if places.op is not constant_op or places.ndim != 1 or places.dtype.kind not in "iu" or not places.shape[0]:
        raise NoIndexForm("an index that is an array of places has no index form")
    found = concrete(places)
    start, step = int(found[0]), int(found[1] - found[0]) if found.size > 1 else 1
    if start < 0 or (found != start + step * reference().arange(found.size)).any():
        raise NoIndexForm("an index that is an array of places has no index form")
    return start, step


def _spelled_out(key: tuple[Any, ...], axes: int) -> list[tuple[Any, ...]]:
    """A key with the ellipsis, and what it leaves out at the end, as whole slices."""
    named = sum(part[0] not in ("new", "rest") for part in key)
    missing = [("slice", None, None, None)] * (axes - named)
    parts: list[tuple[Any, ...]] = []
    for part in key:
        parts.extend(missing if part[0] == "rest" else [part])
    return parts if any(part[0] == "rest" for part in key) else [*parts, *missing]


def _joined(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    if node not in reader.open:
        return _whole(node, at)
    axis, start, parts = node.settings["axis"], 0, []
    for source in node.inputs:
        inner = fresh(source.shape[axis])
        places = (*at[:axis], inner, *at[axis + 1 :])
        condition = relation(((at[axis], 1), (inner, -1)), -start)
        parts.append(summed(multiply((Term(relations=(condition,)),), read(source, places, reader, False)), [inner]))
        start += source.shape[axis]
    return add_all(parts)


def _stacked(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    if node not in reader.open:
        return _whole(node, at)
    axis = node.settings["axis"]
    rest = (*at[:axis], *at[axis + 1 :])
    return add_all(
        multiply((Term(relations=(relation(((at[axis], 1),), -place),)),), read(source, rest, reader, False))
        for place, source in enumerate(node.inputs)
    )


def _constant(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """An identity matrix is a delta; any other known array is itself."""
    if node.op is constant_op and node.ndim == 2 and node.shape[0] == node.shape[1]:
        value = concrete(node)
        if not (value.diagonal() - 1).any() and abs(value).sum() == node.shape[0]:
            return (Term(relations=(equal(*at),)),)
    return _whole(node, at)


_FORMS: dict[str, Callable[[Node, At, Reader, bool], Terms]] = {
    "mul": _times, "carry": _times, "meet": _times, "neg": _negative, "add": _plus, "sub": _minus, "div": _over,
    "ratio": _over, "square": _square, "fixed_power": _fixed_power, "cast": _passes, "mark": _passes,
    "where": _chooses, "broadcast": _copies, "mean": _mean, "sum": _sum, "squared_norm": _squared_norm,
    "diag_matrix": _diagonal_matrix, "diagonal": _diagonal, "solve": _solve, "reshape": _reshape, "flip": _flipped,
    "pad": _padded, "index": _indexed, "scatter": _scattered, "concatenate": _joined, "stack": _stacked,
    "constant": _constant, "sqrt": _root, "abs": _size, "inv": _inverse,
}  # fmt: skip
