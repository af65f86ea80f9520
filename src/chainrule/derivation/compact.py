"""Derivatives that run: a derivative in reduced form in, one expression that computes the whole array out.

One idea: what a formula leaves out need not be computed. Where free letters are tied by a delta only the block along
the diagonal is computed and written there; a diagonal matrix beside another scales its rows or columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..ir.coercion import as_node
from ..ir.graph import topological_order
from ..ir.library import reference
from ..ir.node import Node
from ..ir.op import record
from ..ops.arithmetic import div, mul
from ..ops.deltas import spread_later
from ..ops.diagonals import diag_matrix, diagonal
from ..ops.grams import weighted_gram
from ..ops.movement import broadcast, reshape_op, transpose_op
from ..ops.products import einsum_op, matmul_op
from .forms import Form
from .gathering import gather, sizes_above
from .reduction import Residue, combined, powered, product
from .terms import Letter, Relation, Term

_LABELS = "abcdefghijklmnopqrstuvwxyz"


def compile_form(form: Form, order: Sequence[Letter]) -> Node | None:
    """The array of a derivative with its axes in this order. None where its terms have conditions besides deltas."""
    if form.residues is not None and len(order) <= 2 and not any(each.deltas for each in form.residues):
        return without_diagonals(gather(form.residues, order, form.known))
    parts = []
    for place, term in enumerate(form.terms):
        part = _by_sums(term, order) if form.residues is None else _spread(form.residues[place], order)
        if part is None:
            return None
        parts.append(part)
    return without_diagonals(_sum(parts, tuple(letter.size for letter in order)))


def _sum(parts: Sequence[Node], shape: tuple[int, ...]) -> Node:
    zero = as_node(reference().asarray(0.0))
    total: Any = None
    for part in parts:
        total = part if total is None else total + part
    return (broadcast(zero, shape=shape) if shape else zero) if total is None else total


# Reduced terms -------------------------------------------------------------------------------------------------------
def _spread(residue: Residue, order: Sequence[Letter]) -> Node:
    """The array of a reduced term: a block over the letters that are not tied to another, spread along the ties."""
    ties = _tied([each.letters for each in residue.deltas], order)
    letters = list(dict.fromkeys(ties[letter] for letter in order))
    pieces: list[tuple[tuple[Letter, ...], Node]] = [
        ((ties[letter],), combined(marks)) for letter, marks in residue.marks.items()
    ]
    for first, second, matrix in residue.edges:
        if ties[first] == ties[second]:
            pieces.append(((ties[first],), diagonal(matrix)))
        else:
            pieces.append(((ties[first], ties[second]), matrix))
    scalar = _scalar(residue)
    factors = [_aligned(node, at, letters) for at, node in sorted(pieces, key=_spread_of)]
    block = _times([*([] if scalar is None else [scalar]), *factors])
    return _placed(_number(1.0) if block is None else block, letters, ties, order)


def _spread_of(piece: tuple[tuple[Letter, ...], Node]) -> int:
    """Small factors first: the number is worked into the smallest, and the whole array is written once."""
    return len(piece[0])


def _tied(pairs: Sequence[tuple[Letter, ...]], order: Sequence[Letter]) -> dict[Letter, Letter]:
    """Each free letter with the first letter that it is tied to."""
    ties = {letter: letter for letter in order}
    for first, second in pairs:
        kept, gone = sorted((ties[first], ties[second]), key=list(order).index)
        ties = {letter: kept if tie == gone else tie for letter, tie in ties.items()}
    return ties


def _aligned(node: Node, at: Sequence[Letter], letters: Sequence[Letter]) -> Node:
    """An array with one axis for each letter, of size 1 where it does not depend on it."""
    order = sorted(range(len(at)), key=[letters.index(letter) for letter in at].__getitem__)
    if order != list(range(len(at))):
        node = transpose_op(node, axes=tuple(order))
    shape = tuple(letter.size if letter in at else 1 for letter in letters)
    return node if node.shape == shape else reshape_op(node, shape=shape)


def _times(factors: Sequence[Node]) -> Node | None:
    found: Any = None
    for each in factors:
        found = each if found is None else mul(found, each)
    return found  # type: ignore[no-any-return]


def _scalar(residue: Residue) -> Node | None:
    """The single numbers of a term as one; None for 1."""
    above = [powered(node, power) for node, power in residue.scalars if power > 0]
    below = [powered(node, -power) for node, power in residue.scalars if power < 0]
    above += sizes_above(residue.sizes, 1)
    below += sizes_above(residue.sizes, -1)
    if residue.number != 1:
        above.insert(0, _number(residue.number))
    divisor = product(below)
    scalar = product(above)
    if divisor is None:
        return scalar
    return div(_number(1.0) if scalar is None else scalar, divisor)  # type: ignore[no-any-return]


def _number(value: float) -> Node:
    return as_node(reference().asarray(float(value)))


def _placed(
    block: Node, letters: Sequence[Letter], ties: Mapping[Letter, Letter], order: Sequence[Letter]
) -> Node:  # fmt: skip
    """A block written along its ties; an axis of size 1 that stands for a letter is copied."""
    names = dict(zip(letters, _LABELS, strict=False))
    kept = [letter for place, letter in enumerate(letters) if block.ndim and block.shape[place] == letter.size]
    if block.ndim and len(kept) != block.ndim:
        block = reshape_op(block, shape=tuple(letter.size for letter in kept))
    shape = tuple(letter.size for letter in order)
    if not block.ndim:
        kept = []
    inner, outer = "".join(names[letter] for letter in kept), "".join(names[ties[letter]] for letter in order)
    if inner == outer:
        return block
    return spread_later(block, f"{inner}->{outer}", shape)


# Terms without a matrix form -----------------------------------------------------------------------------------------
def _by_sums(term: Term, order: Sequence[Letter]) -> Node | None:
    """The sum written out for einsum, which takes any number of axes. None where conditions stand in the way."""
    if not all(_ties_places(each, order) for each in term.relations):
        return None
    ties = _tied([each.letters for each in term.relations], order)
    letters = list(dict.fromkeys(ties[letter] for letter in order))
    inner = sorted(term.sums, key=_own_number)
    if len(letters) + len(inner) > len(_LABELS):
        return None
    names = dict(zip([*letters, *inner], _LABELS, strict=False))
    arrays, subscripts = [], []
    for factor in term.factors:
        at = [ties.get(letter, letter) for letter in factor.at]
        if len(set(at)) != len(at):
            return None
        if at:
            arrays.append(powered(factor.what, factor.power))
            subscripts.append("".join(names[letter] for letter in at))
    kept = [letter for letter in letters if any(names[letter] in each for each in subscripts)]
    result = "".join(names[letter] for letter in kept)
    block = einsum_op(*arrays, subscripts=f"{','.join(subscripts)}->{result}") if arrays else None
    if block is not None and kept != letters:
        block = _aligned(block, kept, letters)
    scalars = tuple((factor.what, factor.power) for factor in term.factors if not factor.at)
    scalar = _scalar(Residue(term.number, term.sizes, scalars, {}, (), ()))
    whole = _times([each for each in (scalar, block) if each is not None])
    return _placed(_number(1.0) if whole is None else whole, letters, ties, order)


def _ties_places(each: Relation, order: Sequence[Letter]) -> bool:
    """Whether a condition says that two letters of one size are equal, and leaves no sum to work out."""
    return each.is_delta and set(each.letters) <= set(order) and len({letter.size for letter in each.letters}) == 1


def _own_number(letter: Letter) -> int:
    return letter.number


# Diagonal matrices ---------------------------------------------------------------------------------------------------
def without_diagonals(node: Node) -> Node:
    """The same without diagonal matrices in products: diag(v) M scales the rows of M, and X^T diag(v) X is one op."""
    done: dict[Node, Node] = {}
    for each in topological_order([node]):
        inputs = tuple(done[source] for source in each.inputs)
        same = all(new is old for new, old in zip(inputs, each.inputs, strict=True))
        fresh = each if same else record(each.op, inputs, each.settings)
        done[each] = _without(fresh)
    return done[node]


def _without(node: Node) -> Node:
    if node.op is not matmul_op or any(each.ndim != 2 for each in node.inputs):
        return node
    left, right = node.inputs
    weights = _weights(left)
    if weights is not None and weights[0].op is transpose_op and weights[0].inputs[0] is right:
        return weighted_gram(right, weights[1])  # type: ignore[no-any-return]
    if weights is not None and right.op is transpose_op and right.inputs[0] is weights[0]:
        return weighted_gram(right, weights[1])  # type: ignore[no-any-return]
    if left.op is diag_matrix:
        return mul(reshape_op(left.inputs[0], shape=(left.shape[0], 1)), right)  # type: ignore[no-any-return]
    if right.op is diag_matrix:
        return mul(left, right.inputs[0])  # type: ignore[no-any-return]
    return node


def _weights(node: Node) -> tuple[Node, Node] | None:
    """M and v of a product M diag(v) whose diagonal has become a product with the columns."""
    if node.op is not mul:
        return None
    matrix, copied = node.inputs
    if copied.op is broadcast and copied.inputs[0].ndim == 1 and matrix.ndim == 2:
        return matrix, copied.inputs[0]
    return None
