"""Arrays that are mostly zeros: a small core and where its entries stand in, sums, products and whole arrays out.

One idea: all unit seeds together are a delta, d(i, a), which need not be written out: an axis of a value either runs by
itself or is tied to an axis of the seeds, and a core says the entries where all ties hold. A product with a matrix
along a tied axis is then the matrix itself, and one that works entry by entry leaves a diagonal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias

from ...ir.library import reference
from ...ir.op import Op
from ...ops.arithmetic import add, mul
from ...ops.choices import where
from ...ops.movement import broadcast, broadcast_to, reshape, transpose, transpose_op
from ...ops.products import matmul_op
from ...ops.reductions import sum_op
from ..batch import apply

Labels: TypeAlias = tuple[int, ...]


class UnstructuredError(Exception):
    """What is asked for is better done on stacks of whole arrays."""


@dataclass(frozen=True, slots=True)
class Factor:
    """An array with a label for each of its axes."""

    core: Any
    at: Labels


@dataclass(frozen=True, slots=True)
class Term:
    """value[a, i] = core[at], times a delta for each axis whose label is that of a seed. Axes that the core does not
    have are the same all along.
    """

    core: Any
    at: Labels
    axes: Labels  # the label of each axis of the value; no label stands twice

    @property
    def factor(self) -> Factor:
        return Factor(self.core, self.at)


Value: TypeAlias = tuple[Term, ...]  # a sum


@dataclass(slots=True)
class Frame:
    """The labels: those of the axes of a seed come first. `most` is how many entries a core may have."""

    shape: tuple[int, ...]
    most: int
    sizes: dict[int, int] = field(default_factory=dict)
    labels: Any = None

    def __post_init__(self) -> None:
        self.sizes = dict(enumerate(self.shape))
        self.labels = count(len(self.shape))

    @property
    def seeds(self) -> Labels:
        return tuple(range(len(self.shape)))

    def is_seed(self, label: int) -> bool:
        return label < len(self.shape)

    def fresh(self, size: int) -> int:
        label = next(self.labels)
        self.sizes[label] = size
        return int(label)

    def require_small(self, labels: Iterable[int]) -> None:
        """Raises UnstructuredError where a core would have too many entries."""
        total = 1
        for label in labels:
            total *= self.sizes[label]
        if total > self.most:
            raise UnstructuredError


# Cores ---------------------------------------------------------------------------------------------------------------
def aligned(factor: Factor, wanted: Labels, sizes: dict[int, int]) -> Any:
    """The array with an axis for each label wanted, of size 1 where it has none."""
    order = tuple(sorted(range(len(factor.at)), key=lambda axis: wanted.index(factor.at[axis])))
    turned = factor.core if order == tuple(range(len(order))) else transpose(factor.core, order)
    return reshape(turned, tuple(sizes[label] if label in factor.at else 1 for label in wanted))


def entrywise(frame: Frame, made: Op, factors: Sequence[Factor], settings: dict[str, Any]) -> Factor:
    """An op that works entry by entry, on arrays that need not have the same axes."""
    at = tuple(dict.fromkeys(label for each in sorted(factors, key=lambda f: -len(f.at)) for label in each.at))
    frame.require_small(at)
    return Factor(apply(made, [aligned(each, at, frame.sizes) for each in factors], settings), at)


def summed(frame: Frame, factor: Factor, labels: Iterable[int]) -> Factor:
    """The sum along some labels; along one that the array does not have, it is that many times itself."""
    gone = set(labels)
    axes = tuple(axis for axis, label in enumerate(factor.at) if label in gone)
    core = apply(sum_op, [factor.core], {"axes": axes, "keepdims": False}) if axes else factor.core
    times = 1
    for label in gone - set(factor.at):
        times *= frame.sizes[label]
    at = tuple(label for label in factor.at if label not in gone)
    return Factor(core if times == 1 else apply(mul, [core, number_like(times, core)], {}), at)


def number_like(value: float, core: Any) -> Any:
    """A number in the dtype of a core."""
    return reference().asarray(value, core.dtype)[()]


def contracted(frame: Frame, left: Factor, right: Factor, gone: set[int]) -> Factor:
    """The sum over the labels `gone` of a product: a product of matrices, in a stack where both have more in common."""
    left = summed(frame, left, [label for label in left.at if label in gone and label not in right.at])
    right = summed(frame, right, [label for label in right.at if label in gone and label not in left.at])
    inner = [label for label in left.at if label in right.at and label in gone]
    if not inner:
        return entrywise(frame, mul, [left, right], {})
    stack = [label for label in left.at if label in right.at and label not in gone]
    rows = [label for label in left.at if label not in right.at]
    columns = [label for label in right.at if label not in left.at]
    at = (*stack, *rows, *columns)
    frame.require_small(at)
    first = grouped(frame, left, (stack, rows, inner) if rows or stack else (stack, inner))
    second = grouped(frame, right, (stack, inner, columns) if columns or stack else (stack, inner))
    found = apply(matmul_op, [first, second], {})
    return Factor(reshape(found, tuple(frame.sizes[label] for label in at)), at)


def grouped(frame: Frame, factor: Factor, groups: Sequence[Sequence[int]]) -> Any:
    """A stack of matrices: the labels of the last two groups are rows and columns. With one group a vector."""
    whole = tuple(label for group in groups for label in group)
    sides = []
    for group in groups[1:]:
        side = 1
        for label in group:
            side *= frame.sizes[label]
        sides.append(side)
    stack = tuple(frame.sizes[label] for label in groups[0])
    return reshape(aligned(factor, whole, frame.sizes), (*stack, *sides))


def regrouped(frame: Frame, factor: Factor, own: Sequence[int], new: Sequence[int]) -> Factor:
    """The core with some of its axes, all of them together, in another shape."""
    rest = tuple(label for label in factor.at if label not in own)
    missing = [label for label in own if label not in factor.at]
    if missing:
        ones = Factor(number_like(1.0, factor.core), ())
        spread = Factor(
            broadcast(reshape(ones.core, (1,) * len(missing)), shape=tuple(frame.sizes[each] for each in missing)),
            tuple(missing),
        )
        factor = entrywise(frame, mul, [factor, spread], {})
    lined = apply(transpose_op, [factor.core], {"axes": tuple(factor.at.index(label) for label in (*rest, *own))})
    at = (*rest, *new)
    return Factor(reshape(lined, tuple(frame.sizes[label] for label in at)), at)


# Terms ---------------------------------------------------------------------------------------------------------------
def untied(frame: Frame, term: Term, places: Iterable[int]) -> Term:
    """The same term with some of its axes running by themselves: the zeros beside the diagonal are written out."""
    tied = [place for place in places if frame.is_seed(term.axes[place])]
    entries = 1
    for place in tied:
        entries *= frame.sizes[term.axes[place]] ** 2
    groups = [tied] if entries <= _LARGEST_MASK else [[place] for place in tied]
    for group in groups:
        term = _untied(frame, term, group) if group else term
    return term


_LARGEST_MASK = 1 << 16  # entries of one mask for several axes


def _untied(frame: Frame, term: Term, places: Sequence[int]) -> Term:
    labels = [term.axes[place] for place in places]
    others = [frame.fresh(frame.sizes[label]) for label in labels]
    seeds = sorted({*labels, *(each for each in term.at if frame.is_seed(each))})
    at = (*seeds, *(each for each in term.at if not frame.is_seed(each)), *others)
    frame.require_small(at)
    mask = reference().ones((1,) * len(at), bool)
    for label, other in zip(labels, others, strict=True):
        same = reference().eye(frame.sizes[label], dtype=bool)
        mask = mask & aligned(Factor(same, (label, other)), at, frame.sizes)
    core = where(mask, aligned(term.factor, at, frame.sizes), number_like(0.0, term.core))
    new = dict(zip(places, others, strict=True))
    return Term(core, at, tuple(new.get(place, label) for place, label in enumerate(term.axes)))


def renamed(term: Term, axes: Labels, seeds: int) -> Term:
    """The term with the labels of another one for the axes that run by themselves in both."""
    new = {own: other for own, other in zip(term.axes, axes, strict=True) if own >= seeds and other >= seeds}
    return Term(
        term.core, tuple(new.get(each, each) for each in term.at), tuple(new.get(each, each) for each in term.axes)
    )


def total(frame: Frame, made: Op, first: Value, second: Value) -> Value:
    """A sum or a difference of sums. Terms of one structure are added up; too many are written out."""
    found = list(first)
    negative = made is not add
    for term in second:
        for place, own in enumerate(found):
            other = renamed(term, own.axes, len(frame.shape))
            covers = set(own.at) <= set(other.at) or set(other.at) <= set(own.at)
            if other.axes == own.axes and covers:
                joined = entrywise(frame, made, [own.factor, other.factor], {})
                found[place] = Term(joined.core, joined.at, own.axes)
                break
        else:
            found.append(Term(-term.core, term.at, term.axes) if negative else term)
    return tuple(found) if len(found) <= MOST_TERMS else (written(frame, tuple(found)),)


MOST_TERMS = 4


def written(frame: Frame, value: Value) -> Term:
    """A sum as one term without ties."""
    terms = [untied(frame, term, range(len(term.axes))) for term in value]
    axes = terms[0].axes
    found = terms[0].factor
    for term in terms[1:]:
        found = entrywise(frame, add, [found, renamed(term, axes, len(frame.shape)).factor], {})
    return Term(found.core, found.at, axes)


def whole(frame: Frame, value: Value, *, seeds_last: bool) -> Any:
    """The array itself: the axes of the seeds and its own, or the other way round."""
    term = written(frame, value)
    at = (*term.axes, *frame.seeds) if seeds_last else (*frame.seeds, *term.axes)
    return broadcast_to(aligned(term.factor, at, frame.sizes), tuple(frame.sizes[label] for label in at))
