"""Sums of products along diagonals: small factors in, one large array out that is written once.

One idea: a second derivative such as 2 a_ij a_kl + 1{i = k} B_jl is large only because it repeats small factors. The
entries of the dense parts are written as they are multiplied, and the parts along deltas are added through a view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ShapeError
from ..ir.library import Array, Library, reference
from ..ir.node import Node, find, make
from ..ir.notation import Form, Notation
from ..ir.op import Complexes, Custom, Domain, Role, Sample
from ..ir.types import ArrayType, array_type
from .batch_rules import spread_sum_rule
from .declare import op
from .deltas import gather_delta
from .placing import Shape, label_sizes, placed, split_part
from .products import einsum_op

Parts = tuple[str, ...]


def slots_of(parts: Parts) -> list[tuple[str, list[str], str, int]]:
    """Each part with the labels of its factors, those of the whole, and the slot of its first factor."""
    found, start = [], 0
    for part in parts:
        terms, outer = split_part(part)
        found.append((part, terms, outer, start))
        start += len(terms)
    return found


def spread_sum_type(*factors: ArrayType, parts: Parts, shape: Shape, reuse: bool = False) -> ArrayType:
    entries = slots_of(parts)
    if not shape or sum(len(terms) for _, terms, _, _ in entries) != len(factors):
        raise ShapeError(
            given=f"{len(factors)} factors for the parts {', '.join(parts)} and shape {shape}", where="spread_sum",
            expected="an array with axes, and a factor for each label", remedy="separate factors by commas",
        )  # fmt: skip
    for part, terms, outer, start in entries:
        for term, factor in zip(terms, factors[start:], strict=False):
            sizes = label_sizes(f"{term}->{outer}", shape)
            if factor.shape != tuple(sizes[letter] for letter in term):
                raise ShapeError(
                    given=f"a factor of shape {factor.shape} at '{term}' of '{part}', for shape {shape}",
                    expected=f"shape {tuple(sizes[letter] for letter in term)}", where="spread_sum",
                    remedy="transpose the factor, or its label",
                )  # fmt: skip
    return array_type(shape, reference().result_type(*[each.dtype for each in factors]))


def spread_sum_pull(g: Array, y: Array, *factors: Array, parts: Parts, shape: Shape, reuse: bool = False) -> Any:
    """Each factor receives the entries of g along its part times the other factors."""
    found = []
    for _, terms, outer, start in slots_of(parts):
        distinct = "".join(dict.fromkeys(outer))
        along = g if distinct == outer else gather_delta(g, labels=f"{distinct}->{outer}")
        for place, term in enumerate(terms):
            others = [slot for slot in range(len(terms)) if slot != place]
            labels = ",".join([distinct, *(terms[slot] for slot in others)])
            beside = [factors[start + slot] for slot in others]
            found.append(einsum_op(along, *beside, subscripts=f"{labels}->{term}"))
    return tuple(found)


def spread_sum_push(
    tangents: tuple[Any, ...], y: Array, *factors: Array, parts: Parts, shape: Shape, reuse: bool = False
) -> Any:
    """Each part moves by each of its factors in turn."""
    inputs: list[Any] = []
    moving: list[str] = []
    for part, terms, _, start in slots_of(parts):
        own = list(factors[start : start + len(terms)])
        for place, tangent in enumerate(tangents[start : start + len(terms)]):
            if tangent is not None:
                inputs += [*own[:place], tangent, *own[place + 1 :]]
                moving.append(part)
    return spread_sum(*inputs, parts=tuple(moving), shape=shape)


def spread_sum_notation(node: Node) -> Notation:
    """The labels beside the name: where each factor stands is all there is to say."""
    settings = node.settings
    slots = ", ".join(f"{{{slot}}}" for slot in range(len(node.inputs)))
    labels = ", ".join(settings["parts"])
    typeset = labels.replace("->", " to ")
    more = ", reuse=True" if settings.get("reuse") else ""
    return Notation(
        Form(f"spread_sum({labels}; {slots})"),
        Form(rf"\operatorname{{{{spread}}}}_{{{{\text{{{{{typeset}}}}}}}}}({slots})"),
        Form(f"chainrule.ops.spread_sum({slots}, parts={settings['parts']!r}, shape={settings['shape']!r}{more})"),
    )


@op(
    "spread_sum", Custom(spread_sum_pull, spread_sum_push), spread_sum_notation, Role.MOVES, type_rule=spread_sum_type,
    domain=Domain((
        Sample(((2,), (3,)), (("parts", ("i,j->ij",)), ("shape", (2, 3)))),
        Sample(((3, 3), ()), (("parts", ("ij->ij", "->ii")), ("shape", (3, 3)))),
        Sample(((2, 2), (3,), (3,), (), (2,)), (("parts", ("ik,j,l->ijkl", ",i->ijij")), ("shape", (2, 3, 2, 3)))),
        Sample(((2, 3), (3, 2), (3, 3)), (("parts", ("il,jk->ijkl", "jl->ijil")), ("shape", (2, 3, 2, 3)))),
    )),
    complexes=Complexes.HOLOMORPHIC, batch=spread_sum_rule,
)  # fmt: skip
def spread_sum(xp: Library, *factors: Array, parts: Parts, shape: Shape, reuse: bool = False) -> Array:
    """A sum of products of entries, each where tied axes agree: `ik,j,l->ijkl` is A_ik b_j c_l, and `,jl->ijil` is
    1{i = k} s B_jl. A letter that no factor of a part has repeats it. With `reuse` the first part is one factor with
    the axes of the whole that nobody else needs: the others are added to it in place. Derivative: each factor receives
    g along its part times the others."""
    return placed(xp, factors, parts, shape, reuse)


def spread_later(factors: Sequence[Node], parts: Parts, shape: Shape) -> Node:
    """The node of `spread_sum` without its value, whatever the factors are: with sizes that stand for letters the whole
    array would not fit into memory."""
    settings = (("parts", parts), ("shape", shape))
    found = find(spread_sum, tuple(factors), settings)
    if found is not None:
        return found
    type_ = spread_sum_type(*(each.type for each in factors), parts=parts, shape=shape)
    return make(spread_sum, tuple(factors), settings, type_)
