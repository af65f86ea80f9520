"""All rows of a derivative: the walk for one seed as a graph in, what it gives for every unit seed out.

One idea: the walk is linear in its seed, so each op says what it does to a delta (`terms`). What has no rule here is
carried out on a stack of whole arrays, as for any examples (`batch`), and goes on from there without structure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...ir.library import reference
from ...ir.node import Node, concrete
from ...ir.op import Labels as IndexLabels
from ...ir.op import Linear
from ...ir.types import BundleType, count_entries
from ...ops.arithmetic import add, carry, div, meet, mul, neg, sub
from ...ops.choices import cast, where
from ...ops.indexing import index_op, scatter
from ...ops.joining import concatenate
from ...ops.movement import broadcast, reshape, reshape_op, transpose_op
from ...ops.reductions import mean_op, sum_op
from ..batch import apply, batch_op
from ..laws import number
from ..separate import Part
from .pieces import Piece, pieces_of, read_from, shape_of
from .terms import (
    Factor,
    Frame,
    Labels,
    Term,
    UnstructuredError,
    Value,
    contracted,
    entrywise,
    number_like,
    regrouped,
    summed,
    total,
    untied,
    whole,
)

_MOST = 1 << 24  # entries of a core, unless the result is larger


def structured_rows(part: Part, start: Node, *, nested: bool, seeds_last: bool) -> list[Any] | None:
    """The outputs of a part for all unit arrays in the place of its one variable: arrays with the axes of the variable
    first, or last. None where its structure cannot be kept: short floats, complex numbers, loops, and what would be
    too large at once.
    """
    nodes = [start, *part.graph.order()]
    if any(isinstance(each.type, BundleType) or each.type.is_complex or each.type.is_short for each in nodes):
        return None
    recorded = nested or not part.known
    captured = part.captured if recorded else [concrete(each) for each in part.captured]
    most = max(_MOST, 2 * max((each.size for each in part.graph.outputs), default=0) * max(start.size, 1))
    (variable,) = part.graph.inputs[len(captured) :]
    known = dict(zip(part.graph.inputs, captured, strict=False))
    pieces = pieces_of(variable, part.graph.order(), part.graph.outputs)
    try:
        if not pieces:
            rows = Rows(Frame(start.shape, most), known, {variable: seeds_of(start)})
            return rows.run(part, recorded, seeds_last)
        found = [rows_of_piece(part, piece, variable, most, known).run(part, recorded, seeds_last) for piece in pieces]
        return [
            concatenate([in_line(row[slot], node, seeds_last) for row in found], node.ndim if seeds_last else 0)
            for slot, node in enumerate(part.graph.outputs)
        ]
    except (UnstructuredError, MemoryError):
        return None


def rows_of_piece(part: Part, piece: Piece, variable: Node, most: int, known: Mapping[Node, Any]) -> Rows:
    """The rows for a piece of a vector: unit seeds in the shape in which it is used."""
    order = part.graph.order()
    shape, places = shape_of(piece, variable, order)
    rows = Rows(Frame(shape, most), known, {variable: ()})
    for node in order:
        if any(each is variable for each in node.inputs):
            rows.moving[node] = () if places else read_from(rows.frame, piece, node, variable.size)
    for node in places:
        rows.moving[node] = seeds_of(node)
    return rows


def in_line(found: Any, node: Node, seeds_last: bool) -> Any:
    """Rows with all seeds along one axis."""
    count = count_entries(found.shape[node.ndim :] if seeds_last else found.shape[: found.ndim - node.ndim])
    return reshape(found, (*node.shape, count) if seeds_last else (count, *node.shape))


def seeds_of(start: Node) -> Value:
    """All unit arrays in the place of a node: ones where all axes agree."""
    return (Term(number_like(1.0, start), (), tuple(range(start.ndim))),)


class Rows:
    """What every node of a walk is: known, or a sum of terms that moves with the seed."""

    def __init__(self, frame: Frame, known: Mapping[Node, Any], moving: Mapping[Node, Value]) -> None:
        self.frame = frame
        self.known: dict[Node, Any] = dict(known)
        self.moving: dict[Node, Value] = dict(moving)

    def run(self, part: Part, recorded: bool, seeds_last: bool) -> list[Any]:
        """The outputs of the part. Raises UnstructuredError where one does not move."""
        for node in part.graph.order():
            if node in self.known or node in self.moving:
                continue
            if not node.inputs:
                self.known[node] = node if recorded or node.value is None else node.value
            elif all([each in self.known for each in node.inputs]):
                self.known[node] = apply(node.op, [self.known[each] for each in node.inputs], node.settings)
            else:
                self.moving[node] = self.value(node)
        if any(node in self.known for node in part.graph.outputs):
            raise UnstructuredError
        return [self.array(each, seeds_last) for each in part.graph.outputs]

    def array(self, node: Node, seeds_last: bool) -> Any:
        """A node that moves, for all seeds; zeros where it does not after all."""
        if self.moving[node]:
            return whole(self.frame, self.moving[node], seeds_last=seeds_last)
        own, seeds = node.shape, self.frame.shape
        return reference().zeros((*own, *seeds) if seeds_last else (*seeds, *own), node.dtype)

    def stack(self, node: Node, size: int) -> Any:
        """A node that moves, for all seeds in a row."""
        return reshape(self.array(node, seeds_last=False), (size, *node.shape))

    def value(self, node: Node) -> Value:
        """The terms of a node that moves."""
        if node.op in (add, sub):
            return self.sum_or_difference(node)
        if node.op is where:
            return self.choice(node)
        slots = [slot for slot, each in enumerate(node.inputs) if each in self.moving]
        if not any(self.moving[node.inputs[slot]] for slot in slots):
            return ()
        rule = RULES.get(node.op, product if is_product_of_letters(node) else None)
        if len(slots) != 1 or rule is None:
            return self.on_stacks(node)
        found = [rule(self, node, slots[0], term) for term in self.moving[node.inputs[slots[0]]]]
        kept = tuple(each for each in found if each is not None)
        return kept if len(kept) == len(found) else self.on_stacks(node)

    # Known values ----------------------------------------------------------------------------------------------------
    def factor(self, node: Node, axes: Labels) -> Factor:
        """A known value at the labels of its axes, without those along which it is only a copy."""
        same = number(node)
        if same is not None:
            return Factor(reference().asarray(same, node.dtype)[()], ())
        while node.op is broadcast:
            source = node.inputs[0]
            axes = axes[len(axes) - source.ndim :] if source.ndim else ()
            node = source
        value = self.known[node]
        at = tuple(label for label, size in zip(axes, node.shape, strict=True) if size == self.frame.sizes[label])
        if len(at) < len(axes):
            value = reshape(value, tuple(self.frame.sizes[label] for label in at))
        return Factor(value, at)

    # Ops with rules of their own -------------------------------------------------------------------------------------
    def sum_or_difference(self, node: Node) -> Value:
        left, right = node.inputs
        if left in self.moving and right in self.moving:
            return total(self.frame, node.op, self.moving[left], self.moving[right])
        moving, other = (left, right) if left in self.moving else (right, left)
        if number(other) != 0:
            raise UnstructuredError
        terms = self.moving[moving]
        return tuple(negated(each) for each in terms) if node.op is sub and moving is right else terms

    def choice(self, node: Node) -> Value:
        """Each path by itself: entries where it is taken, beside zeros."""
        if node.inputs[0] in self.moving:
            raise UnstructuredError
        found: Value = ()
        for slot in (1, 2):
            source = node.inputs[slot]
            if source not in self.moving:
                if number(source) != 0:
                    raise UnstructuredError
                continue
            for term in self.moving[source]:
                nothing = Factor(number_like(0.0, term.core), ())
                pair = [term.factor, nothing] if slot == 1 else [nothing, term.factor]
                taken = entrywise(self.frame, where, [self.factor(node.inputs[0], term.axes), *pair], {})
                found = total(self.frame, add, found, (Term(taken.core, taken.at, term.axes),))
        return found

    def on_stacks(self, node: Node) -> Value:
        """Any op, on whole arrays for all seeds."""
        size = count_entries(self.frame.shape)
        flags = tuple(each in self.moving for each in node.inputs)
        inputs = [
            self.stack(each, size) if flag else self.known[each]
            for each, flag in zip(node.inputs, flags, strict=True)
        ]  # fmt: skip
        if node.op.elementwise:  # what is known need not have all axes
            inputs = [each if flag else reshaped_to(each, node.ndim) for each, flag in zip(inputs, flags, strict=True)]
        found, _ = batch_op(node, flags, size, inputs)
        axes = tuple(self.frame.fresh(each) for each in node.shape)
        at = (*self.frame.seeds, *axes)
        self.frame.require_small(at)
        return (Term(reshape(found, (*self.frame.shape, *node.shape)), at, axes),)


def reshaped_to(value: Any, ndim: int) -> Any:
    """A value with axes of size 1 in front."""
    return reshape(value, (*(1,) * (ndim - value.ndim), *value.shape))


def negated(term: Term) -> Term:
    return Term(-term.core, term.at, term.axes)


# Rules: the term that an op makes of one -----------------------------------------------------------------------------
def scaled(rows: Rows, node: Node, slot: int, term: Term) -> Term | None:
    """A product with, or a quotient by, what is known: entry by entry."""
    if node.op is div and slot:
        return None
    times = number(node.inputs[1 - slot])
    if times in (1.0, -1.0) and node.inputs[1 - slot].dtype == node.dtype:
        return term if times == 1 else negated(term)
    factors = [
        term.factor if place == slot else rows.factor(source, term.axes) for place, source in enumerate(node.inputs)
    ]
    found = entrywise(rows.frame, node.op, factors, node.settings)
    return Term(found.core, found.at, term.axes)


def turned_sign(rows: Rows, node: Node, slot: int, term: Term) -> Term:
    return negated(term)


def cast_core(rows: Rows, node: Node, slot: int, term: Term) -> Term | None:
    if node.dtype.kind != "f":
        return None
    return Term(apply(cast, [term.core], node.settings), term.at, term.axes)


def copied(rows: Rows, node: Node, slot: int, term: Term) -> Term:
    """A broadcast: new axes that the core does not have."""
    extra = node.ndim - len(term.axes)
    axes = [rows.frame.fresh(size) for size in node.shape[:extra]]
    factor = term.factor
    for label, size in zip(term.axes, node.shape[extra:], strict=True):
        if rows.frame.sizes[label] == size:
            axes.append(label)
            continue
        if label in factor.at and not rows.frame.is_seed(label):
            factor = summed(rows.frame, factor, [label])  # of size 1
        axes.append(rows.frame.fresh(size))
    return Term(factor.core, factor.at, tuple(axes))


def added_up(rows: Rows, node: Node, slot: int, term: Term) -> Term:
    """A sum along axes: one that is tied is only let go."""
    axes = node.settings["axes"]
    gone = [term.axes[axis] for axis in axes]
    found = summed(rows.frame, term.factor, [label for label in gone if not rows.frame.is_seed(label)])
    if node.op is mean_op:
        entries = count_entries([rows.frame.sizes[label] for label in gone])
        found = Factor(apply(div, [found.core, number_like(entries, found.core)], {}), found.at)
    left = [
        rows.frame.fresh(1) if axis in axes else label
        for axis, label in enumerate(term.axes)
        if axis not in axes or node.settings["keepdims"]
    ]
    return Term(found.core, found.at, tuple(left))


def moved(rows: Rows, node: Node, slot: int, term: Term) -> Term:
    return Term(term.core, term.at, tuple(term.axes[axis] for axis in node.settings["axes"]))


def reshaped(rows: Rows, node: Node, slot: int, term: Term) -> Term:
    """Axes that stay keep their labels; those that are put together or taken apart run by themselves."""
    frame, axes = rows.frame, []
    places = groups_of([frame.sizes[label] for label in term.axes], node.shape)
    for before, after in places:
        if [frame.sizes[term.axes[place]] for place in before] != [node.shape[place] for place in after]:
            term = untied(frame, term, before)
    factor = term.factor
    for before, after in places:
        own, sizes = [term.axes[place] for place in before], [node.shape[place] for place in after]
        if [frame.sizes[label] for label in own] == sizes:
            axes += own
            continue
        new = [frame.fresh(size) for size in sizes]
        axes += new
        if set(own) & set(factor.at):
            factor = regrouped(frame, factor, own, new)
    return Term(factor.core, factor.at, tuple(axes))


def groups_of(before: Sequence[int], after: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """The axes of two shapes of one array in groups, each as small as can be, that hold the same entries.

    >>> groups_of((2, 3, 4), (6, 4))
    [([0, 1], [0]), ([2], [1])]
    """
    if 0 in before:
        return [(list(range(len(before))), list(range(len(after))))]
    found: list[tuple[list[int], list[int]]] = []
    first = second = 0
    while first < len(before) or second < len(after):
        own: list[int] = []
        other: list[int] = []
        left = right = 1
        while not (own or other) or left != right:
            if (left <= right and first < len(before)) or second == len(after):
                own.append(first)
                left *= before[first]
                first += 1
            else:
                other.append(second)
                right *= after[second]
                second += 1
        if left == 1 and own and second < len(after) and after[second] == 1:
            other.append(second)  # an axis of size 1 that stays one
            second += 1
        elif own and not other:  # an axis of size 1 that goes
            pass
        found.append((own, other))
    return found


def reshaped_by_key(rows: Rows, node: Node, slot: int, term: Term) -> Term | None:
    """Entries at a key that takes all of them, and at most adds axes; or the way back."""
    key = node.settings["key"]
    whole_axis = ("slice", None, None, None)
    return reshaped(rows, node, slot, term) if all(part in (("new",), ("rest",), whole_axis) for part in key) else None


def is_product_of_letters(node: Node) -> bool:
    """Whether an op is linear in each of its inputs, with a letter for each axis."""
    return isinstance(node.op.derivative, Linear) and type(node.op.index) is IndexLabels and node.op is not broadcast


def product(rows: Rows, node: Node, slot: int, term: Term) -> Term | None:
    """A product of matrices or tensors: along a tied axis nothing needs to be summed."""
    assert isinstance(node.op.index, IndexLabels)
    types = [each.type for each in node.inputs]
    left, _, result = node.op.index.rule(*types, **node.settings).partition("->")
    words = left.split(",")
    if any(len(set(word)) < len(word) for word in (*words, result)) or not fits(words, types, result, node.shape):
        return None
    frame = rows.frame
    labels = dict(zip(words[slot], term.axes, strict=True))
    for word, type_ in zip(words, types, strict=True):
        for letter, size in zip(word, type_.shape, strict=True):
            if letter not in labels:
                labels[letter] = frame.fresh(size)
    if any(letter not in labels for letter in result):
        return None
    axes = tuple(labels[letter] for letter in result)
    others = [
        rows.factor(source, tuple(labels[letter] for letter in word))
        for place, (source, word) in enumerate(zip(node.inputs, words, strict=True))
        if place != slot
    ]
    found = term.factor
    gone = {label for letter, label in labels.items() if letter not in result and not frame.is_seed(label)}
    for place, other in enumerate(others):
        later = {label for each in others[place + 1 :] for label in each.at}
        now = {label for label in gone if label not in later and (label in found.at or label in other.at)}
        found = contracted(frame, found, other, now)
        gone -= now
    found = summed(frame, found, gone)
    return Term(found.core, found.at, axes)


def fits(words: Sequence[str], types: Sequence[Any], result: str, shape: Sequence[int]) -> bool:
    """Whether every letter is of one size: a stack of one matrix may be stretched."""
    sizes: dict[str, int] = dict(zip(result, shape, strict=True))
    pairs = [pair for word, type_ in zip(words, types, strict=True) for pair in zip(word, type_.shape, strict=True)]
    return all(sizes.setdefault(letter, size) == size for letter, size in pairs)


RULES: Mapping[Any, Callable[[Rows, Node, int, Term], Term | None]] = {
    mul: scaled, carry: scaled, meet: scaled, div: scaled, neg: turned_sign, cast: cast_core, broadcast: copied,
    sum_op: added_up, mean_op: added_up, transpose_op: moved, reshape_op: reshaped, index_op: reshaped_by_key,
    scatter: reshaped_by_key,
}  # fmt: skip
