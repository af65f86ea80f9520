"""Sums over letters: products of matrices, reductions, copies, diagonals and inverses as terms.

One idea: an einsum string is an index form already; its letters only need names that no other term has.
"""

from __future__ import annotations

from collections.abc import Mapping

from ....ir.node import Node, concrete
from ....ir.op import Affine, Labels, Windows
from ....ops.linalg import det, inv
from ....ops.movement import transpose_op
from ....ops.norms import norm_op
from ....ops.products import matmul_op, split_subscripts
from ....ops.sources import constant_op
from ..terms import (
    Factor,
    Letter,
    Relation,
    Term,
    Terms,
    equal,
    fresh,
    multiply,
    relation,
    scale,
    summed,
    times_size,
)
from .reader import FORMS, INDEX_FORMS, At, NoIndexFormError, Reader, as_it_is, read, whole


def _sum_of_products(node: Node, at: At, reader: Reader) -> Terms:
    assert isinstance(node.op.index, Labels)
    terms, result = split_subscripts(node.op.index.rule(*[each.type for each in node.inputs], **node.settings))
    if len(result) != len(at) or any(len(term) != each.ndim for term, each in zip(terms, node.inputs, strict=True)):
        raise NoIndexFormError(f"{node.op.name} of these shapes has no index form")
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
            letters[name] if letters[name].size == size else only_place(inner)
            for name, size in zip(term, source.shape, strict=True)
        )
        found = multiply(found, read(source, places, reader, alone))
    return summed(found, inner)


def _windows(node: Node, at: At, reader: Reader) -> Terms:
    """A sum of products along windows: an axis read at a sum of letters gets a letter of its own, tied to that sum."""
    assert isinstance(node.op.index, Windows)
    said = node.op.index.rule(*[each.type for each in node.inputs], **node.settings)
    if said is None:
        return as_it_is(node, at, reader)
    places, result = said
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


def only_place(inner: list[Letter]) -> Letter:
    """A letter for an axis of size 1, which runs over its only place."""
    letter = fresh(1)
    inner.append(letter)
    return letter


def _copies(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    inner: list[Letter] = []
    places = below_copies(node, at, inner)
    return summed(read(node.inputs[0], places, reader, top), inner)


def below_copies(node: Node, at: At, inner: list[Letter]) -> At:
    """The letters of what a broadcast copies; the axes that are stretched get one of their own, which joins `inner`."""
    source = node.inputs[0]
    own = at[len(at) - source.ndim :]
    return tuple(
        letter if letter.size == size else only_place(inner) for letter, size in zip(own, source.shape, strict=True)
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
        return as_it_is(node, at, reader)
    return (Term(factors=(Factor(norm_op(*node.inputs, **node.settings), (), 2.0),)),)


def _diagonal_matrix(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    row, column = at
    return multiply(read(node.inputs[0], (row,), reader, top), (Term(relations=(equal(row, column),)),))


def _diagonal(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source = node.inputs[0]
    if source.shape[0] != source.shape[1]:
        return as_it_is(node, at, reader)
    return read(source, (at[0], at[0]), reader, top)


def _inverse(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """The inverse of a product of square matrices is the product of their inverses; (X^T)^-1 is (X^-1)^T."""
    source = node.inputs[0]
    if node.ndim != 2 or node in reader.open or source in reader.keep:
        return as_it_is(node, at, reader)
    if source.op is transpose_op:
        return read(inv(source.inputs[0]), (at[1], at[0]), reader, False)
    if source.op is matmul_op and all(each.ndim == 2 and each.shape[0] == each.shape[1] for each in source.inputs):
        left, right = source.inputs
        return read(matmul_op(inv(right), inv(left)), at, reader, False)
    return as_it_is(node, at, reader)


def _cofactor(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """The cofactors are det(X) X^-T, which is how formulas know them."""
    source = node.inputs[0]
    if node.ndim != 2 or node in reader.open:
        return as_it_is(node, at, reader)
    return read(det(source) * transpose_op(inv(source), axes=(1, 0)), at, reader, top)


def _solve(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """A^-1 b: what is solved for is a product with the inverse."""
    matrix, right = node.inputs
    if matrix.ndim != 2 or matrix in reader.open:
        return as_it_is(node, at, reader)
    inner = fresh(matrix.shape[0])
    product = multiply(read(inv(matrix), (at[0], inner), reader, False), read(right, (inner, *at[1:]), reader, False))
    return summed(product, [inner])


def _constant(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """An identity matrix is a delta; any other known array is itself."""
    if node.op is constant_op and node.ndim == 2 and node.shape[0] == node.shape[1]:
        value = concrete(node)
        if not (value.diagonal() - 1).any() and abs(value).sum() == node.shape[0]:
            return (Term(relations=(equal(*at),)),)
    return whole(node, at)


FORMS.update(
    {
        "broadcast": _copies,
        "mean": _mean,
        "sum": _sum,
        "squared_norm": _squared_norm,
        "diag_matrix": _diagonal_matrix,
        "diagonal": _diagonal,
        "solve": _solve,
        "constant": _constant,
        "inv": _inverse,
        "cofactor": _cofactor,
    }
)
INDEX_FORMS.update({Labels: _sum_of_products, Windows: _windows})
