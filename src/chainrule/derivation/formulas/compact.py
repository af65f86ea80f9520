"""Derivatives that run: a derivative in reduced form in, one expression that computes the whole array out.

One idea: what a formula leaves out need not be computed. Where free letters are tied by a delta only the block along
the diagonal is computed and written there; a large array is the sum of products of small ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.node import Node
from ...ops.arithmetic import div
from ...ops.deltas import gather_delta
from ...ops.diagonals import diagonal
from ...ops.movement import LETTERS
from .blocks import At, Block, Factor, number, untied, written
from .contracting import contracted
from .forms import Form
from .gathering import gather, sizes_above
from .reduction import Power, Residue, combined, powered, product, reduce_term
from .structure import structured
from .terms import Letter, Relation, Term
from .turning import Known, is_symmetric


def compile_form(form: Form, order: Sequence[Letter]) -> Node | None:
    """The array of a derivative with its axes in this order. None where its terms have conditions besides deltas."""
    axes = tuple(order)
    if form.residues is not None and len(axes) <= 2:
        return structured(_matrix(form.residues, axes, form.known), form.known)
    blocks = []
    for place, term in enumerate(form.terms):
        residue = reduce_term(term, form.known) if form.residues is None else form.residues[place]
        block = _of_residue(residue, axes, form.known) if isinstance(residue, Residue) else _of_term(term, axes)
        if block is None:
            return None
        blocks.append(block)
    return structured(written(blocks, axes), form.known)


def _matrix(residues: Sequence[Residue], order: At, known: Known) -> Node:
    """The sum of reduced terms over two letters at most: terms with a matrix between them are gathered, for they may
    share a product; vectors beside each other and diagonals are added to it in place."""
    between = [each for each in residues if not each.deltas and any(first != second for first, second, _ in each.edges)]
    others = [each for each in residues if all(each is not other for other in between)]
    if not others or not (between or any(each.deltas for each in others)):
        return gather(residues, order, known)
    whole = [Block(None, ((gather(between, order, known), order),), untied(order))] if between else []
    return written([*whole, *(_of_residue(each, order, known) for each in others)], order)


# Terms as blocks -----------------------------------------------------------------------------------------------------
def _of_residue(residue: Residue, order: At, known: Known) -> Block:
    """A reduced term: a vector at some letters, a matrix between others."""
    ties = tied([each.letters for each in residue.deltas], order)
    marks: dict[Letter, list[Power]] = {}
    matrices: list[Factor] = []
    for letter, pieces in residue.marks.items():
        marks.setdefault(ties[letter], []).extend(pieces)
    for first, second, matrix in residue.edges:
        if ties[first] == ties[second]:
            marks.setdefault(ties[first], []).append((diagonal(matrix), 1.0))
        else:
            at = (ties[first], ties[second])
            matrices.append((matrix, tuple(sorted(at, key=order.index)) if is_symmetric(matrix, known) else at))
    vectors: list[Factor] = [(combined(marks[letter]), (letter,)) for letter in order if letter in marks]
    return Block(_scalar(residue), (*matrices, *vectors), ties)


def tied(pairs: Sequence[tuple[Letter, ...]], order: At) -> dict[Letter, Letter]:
    """Each free letter with the first letter that it is tied to."""
    ties = untied(order)
    for first, second in pairs:
        kept, gone = sorted((ties[first], ties[second]), key=order.index)
        ties = {letter: kept if tie == gone else tie for letter, tie in ties.items()}
    return ties


def _scalar(residue: Residue) -> Node | None:
    """The single numbers of a term as one; None for 1."""
    above = [powered(node, power) for node, power in residue.scalars if power > 0]
    below = [powered(node, -power) for node, power in residue.scalars if power < 0]
    above += sizes_above(residue.sizes, 1)
    below += sizes_above(residue.sizes, -1)
    if residue.number != 1:
        above.insert(0, number(residue.number))
    divisor = product(below)
    scalar = product(above)
    if divisor is None:
        return scalar
    return div(number(1.0) if scalar is None else scalar, divisor)  # type: ignore[no-any-return]


def _of_term(term: Term, order: At) -> Block | None:
    """A term that has no matrix form: its sums carried out two factors at a time. None where conditions stand in the
    way."""
    if not all(_ties_places(each, order) for each in term.relations):
        return None
    ties = tied([each.letters for each in term.relations], order)
    factors = [
        _entered(powered(factor.what, factor.power), tuple(ties.get(letter, letter) for letter in factor.at))
        for factor in term.factors
        if factor.at
    ]
    scalars = tuple((factor.what, factor.power) for factor in term.factors if not factor.at)
    scalar, left = contracted(
        factors, term.sums, order, _scalar(Residue(term.number, term.sizes, scalars, {}, (), ()))
    )  # fmt: skip
    return Block(scalar, left, ties)


def _entered(node: Node, at: At) -> Factor:
    """An array at letters; one that it has twice leaves a diagonal of it."""
    letters = tuple(dict.fromkeys(at))
    if letters == at:
        return node, at
    names = dict(zip(letters, LETTERS, strict=False))
    whole = "".join(names[letter] for letter in at)
    return gather_delta(node, labels=f"{''.join(names.values())}->{whole}"), letters


def _ties_places(each: Relation, order: At) -> bool:
    """Whether a condition says that two letters of one size are equal, and leaves no sum to work out."""
    return each.is_delta and set(each.letters) <= set(order) and len({letter.size for letter in each.letters}) == 1
