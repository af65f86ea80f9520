"""Writing sums of products into one large array: factors and their labels in, the array out.

One idea: memory traffic is all that such an array costs. Factors are multiplied in two groups until one product is left
for every entry, the groups are laid out so that this product runs along long rows, and every row is written once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

from ..errors import ShapeError
from ..ir.library import Array, Library

Shape = tuple[int, ...]

_ROW = 100  # what it costs to start a row, in entries
_BUFFER = 256  # entries: with NumPy's own buffers, rows of up to 4,000 are gathered in them first, five times slower
_LARGE = 4096  # entries from which on changing the buffers costs less than it saves
_CHUNK = 1 << 13  # entries that stay in the cache while several parts are added up


# Labels --------------------------------------------------------------------------------------------------------------
def split_labels(labels: str) -> tuple[str, str, str]:
    """`jl->ijil` as the letters of the block, of the whole array, and each letter of the whole once: jl, ijil, ijl."""
    inner, _, outer = labels.partition("->")
    return inner, outer, "".join(dict.fromkeys(outer))


def label_sizes(labels: str, shape: Shape) -> dict[str, int]:
    """The size of each letter of the whole array. Raises ShapeError where tied axes have different sizes."""
    inner, outer, distinct = split_labels(labels)
    if len(set(inner)) != len(inner) or not set(inner) <= set(distinct) or len(outer) != len(shape):
        raise ShapeError(
            given=f"labels '{labels}' for shape {shape}", where="spread_delta, spread_sum, gather_delta",
            expected="each letter of the block once, among those of the whole, which has a letter for each axis",
            remedy="write 'jl->ijil' for an array that is B_jl where its first and third axes agree",
        )  # fmt: skip
    sizes: dict[str, int] = {}
    for letter, size in zip(outer, shape, strict=True):
        if sizes.setdefault(letter, size) != size:
            raise ShapeError(
                given=f"axes '{letter}' of sizes {sizes[letter]} and {size} in shape {shape}", expected="one size",
                where="spread_delta, spread_sum, gather_delta", remedy="tie only axes of one size",
            )  # fmt: skip
    return sizes


def split_part(part: str) -> tuple[list[str], str]:
    """`ij,k->ijk` as the labels of the factors and of the whole."""
    left, _, outer = part.partition("->")
    return left.split(","), outer


# Plans ---------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Member:
    """A factor of a group: its slot, and how it is turned and stretched to one axis for each letter of the part."""

    slot: int
    axes: tuple[int, ...] | None  # None: its axes are in order
    index: tuple[slice | None, ...] | None  # None: it has every letter, or it is a single number


@dataclass(frozen=True, slots=True)
class Group:
    """Factors that are multiplied first; `wide` is the shape that their product is copied to, so that it has rows."""

    members: tuple[Member, ...]
    wide: Shape | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One part: its groups, and the einsum string that gives the view of the whole along its deltas (None: dense)."""

    groups: tuple[Group, ...]
    view: str | None


@lru_cache(maxsize=1024)
def planned(parts: tuple[str, ...], shape: Shape) -> tuple[tuple[Plan, ...], tuple[Plan, ...]]:
    """The dense parts, in their order, and the parts along deltas."""
    plans, start = [], 0
    for part in parts:
        terms, outer = split_part(part)
        for term in terms:
            sizes = label_sizes(f"{term}->{outer}", shape)
        plans.append(_plan(terms, outer, start, sizes))
        start += len(terms)
    dense = tuple(each for each in plans if each.view is None)
    return dense, tuple(each for each in plans if each.view is not None)


def _plan(terms: Sequence[str], outer: str, start: int, sizes: dict[str, int]) -> Plan:
    letters = "".join(dict.fromkeys(outer))
    slots = range(start, start + len(terms))
    order = sorted(zip(terms, slots, strict=True), key=_Entries(sizes))
    if letters != outer:
        return Plan((Group(tuple(_member(term, slot, letters) for term, slot in order)),), f"{outer}->{letters}")
    return Plan(_grouped(order, letters, sizes), None)


@dataclass(frozen=True, slots=True)
class _Entries:
    """Small factors first: what they have in common is multiplied while it is small."""

    sizes: dict[str, int]

    def __call__(self, entry: tuple[str, int]) -> tuple[int, int]:
        return prod(self.sizes[letter] for letter in entry[0]), entry[1]


def _member(term: str, slot: int, letters: str) -> Member:
    order = sorted(range(len(term)), key=[letters.index(letter) for letter in term].__getitem__)
    index = tuple(slice(None) if letter in term else None for letter in letters)
    return Member(
        slot, None if order == list(range(len(term))) else tuple(order), index if term and None in index else None
    )


# Groups --------------------------------------------------------------------------------------------------------------
def _grouped(order: Sequence[tuple[str, int]], letters: str, sizes: dict[str, int]) -> tuple[Group, ...]:
    """The cheapest way to multiply factors in two groups: one with all that have a letter from some place on, whose
    product is laid out in rows of the letters from some other place on."""
    candidates = [
        _priced(order, letters, split, row, sizes)
        for split in range(len(letters))
        for row in range(len(letters) - 1, -1, -1)
    ]
    return min(candidates, key=_price)[1]


def _price(candidate: tuple[float, tuple[Group, ...]]) -> float:
    return candidate[0]


def _priced(
    order: Sequence[tuple[str, int]], letters: str, split: int, row: int, sizes: dict[str, int]
) -> tuple[float, tuple[Group, ...]]:
    late = [entry for entry in order if set(entry[0]) & set(letters[split:])]
    early = [entry for entry in order if not set(entry[0]) & set(letters[split:])]
    cost = _ROW * prod(sizes[letter] for letter in letters[:row])
    groups = []
    for entries in (early, late):
        if entries:
            own = {letter for term, _ in entries for letter in term}
            fits = own.isdisjoint(letters[row:]) or own >= set(letters[row:])
            covered = own if fits else own | set(letters[row:])
            if not fits or len(entries) > 1:
                cost += 2 * prod(sizes[letter] for letter in covered)
            wide = None if fits else tuple(sizes[letter] if letter in covered else 1 for letter in letters)
            groups.append(Group(tuple(_member(term, slot, letters) for term, slot in entries), wide))
    return cost, tuple(groups)


# Writing -------------------------------------------------------------------------------------------------------------
def placed(xp: Library, factors: Sequence[Array], parts: tuple[str, ...], shape: Shape, reuse: bool) -> Array:
    """The sum of the parts. With `reuse` it is written into the one factor of the first part."""
    dense, tied = planned(parts, shape)
    if dense:
        whole = _dense(xp, factors, dense, shape, reuse)
    else:
        block = _product(xp, factors, tied[0].groups[0])
        whole = xp.zeros(shape, xp.result_type(*factors) if len(tied) > 1 else block.dtype)
        _along(xp, tied[0], whole)[...] = block
        tied = tied[1:]
    for plan in tied:
        view = _along(xp, plan, whole)
        view += _product(xp, factors, plan.groups[0])
    return whole


def _along(xp: Library, plan: Plan, whole: Array) -> Array:
    """The entries where tied axes agree. NumPy's einsum gives a view here, and one that can be written."""
    return xp.einsum(plan.view, whole)


def _product(xp: Library, factors: Sequence[Array], group: Group) -> Array:
    found: Any = None
    for member in group.members:
        each = factors[member.slot]
        if member.axes is not None:
            each = xp.transpose(each, member.axes)
        if member.index is not None:
            each = each[member.index]
        found = each if found is None else found * each
    return found if group.wide is None else xp.ascontiguousarray(xp.broadcast_to(found, group.wide))


def _dense(xp: Library, factors: Sequence[Array], plans: Sequence[Plan], shape: Shape, reuse: bool) -> Array:
    """The sum of the dense parts, a few rows of the first axis after another so that each is written while it is in the
    cache."""
    operands = [tuple(_product(xp, factors, group) for group in plan.groups) for plan in plans]
    if reuse:
        (whole,), *operands = operands
    else:
        whole = xp.empty(shape, xp.result_type(*factors))
    usual = xp.setbufsize(_BUFFER) if whole.size > _LARGE else None
    try:
        if len(operands) == 1 and not reuse:
            _write(xp, operands[0], whole)
        elif operands:
            _add_up(xp, operands, whole, reuse)
    finally:
        if usual is not None:
            xp.setbufsize(usual)
    return whole


def _add_up(xp: Library, operands: Sequence[Sequence[Array]], whole: Array, reuse: bool) -> None:
    for rows in _chunks(whole.shape):
        target = whole[rows]
        buffer = xp.empty_like(target)
        for place, each in enumerate(operands):
            own = [part[rows] if xp.ndim(part) and part.shape[0] != 1 else part for part in each]
            if place or reuse:
                _add(xp, own, target, buffer)
            else:
                _write(xp, own, target)


def _chunks(shape: Shape) -> Iterator[slice]:
    step = max(1, _CHUNK // max(1, prod(shape[1:])))
    return (slice(start, start + step) for start in range(0, shape[0], step))


def _write(xp: Library, operands: Sequence[Array], target: Array) -> None:
    if len(operands) == 1:
        target[...] = operands[0]
    else:
        xp.multiply(*operands, out=target)


def _add(xp: Library, operands: Sequence[Array], target: Array, buffer: Array) -> None:
    if len(operands) == 1:
        target += operands[0]
    else:
        target += xp.multiply(*operands, out=buffer)
