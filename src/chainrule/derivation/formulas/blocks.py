"""Blocks: terms as small factors at letters in, one expression for the large array that they add up to out.

One idea: what terms share is taken out before anything large is made. x_j x_n (2 a_i a_m - c_i 1{i = m}) is a small
array over i and m, and one product that writes the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ...ir.coercion import as_node
from ...ir.library import reference
from ...ir.node import Node
from ...ops.arithmetic import add, mul
from ...ops.deltas import spread_later as spread_one
from ...ops.movement import LETTERS, broadcast, transpose_op
from ...ops.products import outer_op
from ...ops.spreads import spread_later
from .reduction import product
from .terms import Letter

At: TypeAlias = tuple[Letter, ...]
Factor: TypeAlias = tuple[Node, At]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A number (None: 1) times entries of arrays at letters, where the letters that are tied agree.

    `ties` says for each free letter the first one that it is tied to; factors stand at such first letters only.
    """

    scalar: Node | None
    factors: tuple[Factor, ...]
    ties: Mapping[Letter, Letter]

    @property
    def letters(self) -> At:
        """The letters that are left when tied ones count as one, in order."""
        return tuple(letter for letter, tie in self.ties.items() if letter == tie)

    @property
    def is_tied(self) -> bool:
        return len(self.letters) < len(self.ties)


def untied(order: Sequence[Letter]) -> dict[Letter, Letter]:
    """Every letter for itself."""
    return dict(zip(order, order, strict=True))


def written(blocks: Sequence[Block], order: At) -> Node:
    """The sum of blocks, with its axes in this order."""
    shape = tuple(letter.size for letter in order)
    blocks = merged(blocks)
    if not blocks:
        zero = number(0.0)
        return broadcast(zero, shape=shape) if shape else zero
    whole = [_whole(each, order) for each in blocks]
    plain = [each for each in whole if each is not None]
    if len(plain) == len(blocks) and (len(plain) == 1 or len(order) < 2):
        return _added(plain)
    return _spread(blocks, order)


def number(value: float) -> Node:
    """A constant."""
    return as_node(reference().asarray(float(value)))


def scaled(scalar: Node | None, node: Node) -> Node:
    return node if scalar is None else mul(scalar, node)


def _added(nodes: Sequence[Node]) -> Node:
    total: Any = None
    for each in nodes:
        total = each if total is None else add(total, each)
    return total  # type: ignore[no-any-return]


def _whole(block: Block, order: At) -> Node | None:
    """A block without ties that is an expression of its own: one array with every letter, two vectors, or a number."""
    if block.is_tied:
        return None
    nodes = [node for node, _ in block.factors]
    if len(order) < 2:
        scalar = [block.scalar] if block.scalar is not None else [] if nodes else [number(1.0)]
        found = product([*scalar, *nodes])
        return found if found is not None and found.ndim == len(order) else None
    if len(nodes) == 1 and len(block.factors[0][1]) == len(order):
        return scaled(block.scalar, _in_order(block.factors[0], order))
    if len(order) == 2 and {at for _, at in block.factors} == {(letter,) for letter in order} and len(nodes) == 2:
        first, second = nodes if block.factors[0][1] == order[:1] else reversed(nodes)
        return outer_op(scaled(block.scalar, first), second)  # type: ignore[no-any-return]
    return None


def _in_order(factor: Factor, order: At) -> Node:
    node, at = factor
    axes = tuple(at.index(letter) for letter in order)
    return node if axes == tuple(range(len(axes))) else transpose_op(node, axes=axes)


def _spread(blocks: Sequence[Block], order: At) -> Node:
    """The node that writes the whole array: dense parts first, and one that is the whole itself before all others."""
    names = dict(zip(order, LETTERS, strict=False))
    prepared = sorted((_scaled_whole(each, order) for each in blocks), key=_not_whole)
    shape = tuple(letter.size for letter in order)
    inputs: list[Node] = []
    parts: list[str] = []
    for block in prepared:
        terms = ["".join(names[letter] for letter in at) for _, at in block.factors]
        if block.scalar is not None or not terms:
            inputs.append(number(1.0) if block.scalar is None else block.scalar)
            terms.insert(0, "")
        inputs += [node for node, _ in block.factors]
        parts.append(f"{','.join(terms)}->{''.join(names[block.ties[letter]] for letter in order)}")
    if len(inputs) == 1:
        return spread_one(inputs[0], parts[0], shape)
    return spread_later(inputs, tuple(parts), shape)


def _scaled_whole(block: Block, order: At) -> Block:
    """A block that is one whole array, in order and with its number worked in: the others can be added to it in
    place."""
    if block.is_tied or len(block.factors) != 1 or block.factors[0][1] != order:
        return block
    return Block(None, ((scaled(block.scalar, block.factors[0][0]), order),), block.ties)


def _not_whole(block: Block) -> tuple[bool, bool]:
    return block.is_tied, len(block.factors) != 1 or block.factors[0][1] != tuple(block.ties)


# Taking out what is shared -------------------------------------------------------------------------------------------
def merged(blocks: Sequence[Block]) -> list[Block]:
    """The same sum of fewer blocks: two that differ in some letters only are one, with a smaller sum inside."""
    found = list(blocks) if len(blocks) <= _MOST_PAIRED else _by_ties(blocks)
    pairs: dict[tuple[Block, Block], _Pair] = {}
    fresh = found if len(found) <= _MOST_PAIRED else []
    while fresh:
        for first in found:
            for second in found:
                if first is not second and (first in fresh or second in fresh):
                    pair = _pair(first, second)
                    if pair is not None:
                        pairs[first, second] = pair
        if not pairs:
            break
        first, second = min(pairs, key=_InnerSize(pairs, found))
        fresh = [_merged(first, second, pairs[first, second])]
        found[min(found.index(first), found.index(second))] = fresh[0]
        found = [each for each in found if each not in (first, second)]
        pairs = {key: pair for key, pair in pairs.items() if first not in key and second not in key}
    return found


_MOST_PAIRED = 40  # blocks of which every two are compared


def _by_ties(blocks: Sequence[Block]) -> list[Block]:
    """Of many blocks, those along the same deltas as one."""
    classes: dict[At, list[Block]] = {}
    for block in blocks:
        classes.setdefault(tuple(block.ties.values()), []).append(block)
    return [each for group in classes.values() for each in (_as_one(group) if group[0].is_tied else group)]


def _as_one(blocks: Sequence[Block]) -> list[Block]:
    letters = blocks[0].letters
    inside = [Block(each.scalar, each.factors, untied(letters)) for each in blocks]
    return [Block(None, ((written(inside, letters), letters),), blocks[0].ties)]


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """What two blocks share, what is left of each, and the letters of what is left."""

    shared: tuple[Factor, ...]
    rests: tuple[tuple[Factor, ...], tuple[Factor, ...]]
    inner: At


@dataclass(frozen=True, slots=True)
class _InnerSize:
    """The pair with the fewest letters inside, of equal ones the first."""

    pairs: Mapping[tuple[Block, Block], _Pair]
    order: Sequence[Block]

    def __call__(self, key: tuple[Block, Block]) -> tuple[int, int, int]:
        return len(self.pairs[key].inner), self.order.index(key[0]), self.order.index(key[1])


def _pair(first: Block, second: Block) -> _Pair | None:
    """How two blocks become one, of which the second has every tie of the first; None where nothing would be saved."""
    if any(second.ties[tie] != second.ties[letter] for letter, tie in first.ties.items()):
        return None
    shared, left, rest = [], [], list(second.factors)
    for node, at in first.factors:
        same = next((each for each in rest if each[0] is node and each[1] == _tied(at, second.ties)), None)
        if same is None:
            left.append((node, at))
        else:
            shared.append((node, at))
            rest = [each for each in rest if each is not same]
    used = {letter for _, at in (*left, *rest) for letter in at}
    for letter in first.letters:
        if second.ties[letter] != letter:
            used |= {letter, second.ties[letter]}
    same_ties = dict(first.ties) == dict(second.ties)
    if len(used) == len(first.letters) and not (same_ties and first.is_tied):
        return None
    inner = tuple(letter for letter in first.letters if letter in used)
    return _Pair(tuple(shared), (tuple(left), tuple(rest)), inner)


def _tied(at: At, ties: Mapping[Letter, Letter]) -> At:
    return tuple(ties[letter] for letter in at)


def _merged(first: Block, second: Block, pair: _Pair) -> Block:
    left, rest = pair.rests
    inside = [
        Block(first.scalar, left, untied(pair.inner)),
        Block(second.scalar, rest, {letter: second.ties[letter] for letter in pair.inner}),
    ]
    whole = written(inside, pair.inner)
    if not pair.inner:
        return Block(whole, pair.shared, first.ties)
    return Block(None, (*pair.shared, (whole, pair.inner)), first.ties)
