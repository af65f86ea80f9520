"""Arrays that are zero except where axes agree: a small block in, the large array out, and back.

One idea: a second derivative such as 1{i = k} B_jl has as many entries as all its axes make, but only those on a
diagonal are not zero. They are written through one view of that diagonal; the rest costs no more than zeroed memory.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.library import Array, Library
from ..ir.node import Node, find, make
from ..ir.notation import Form, Notation
from ..ir.op import Domain, Linear, Role, Sample
from ..ir.types import ArrayType, array_type
from .batch_rules import delta_rule
from .declare import op
from .placing import Shape, label_sizes, placed, split_labels


def delta_notation(name: str) -> Any:
    """The labels beside the name: what is tied to what is all there is to say."""

    def notation(node: Node) -> Notation:
        labels = node.settings["labels"]
        shape = f", shape={node.settings['shape']!r}" if "shape" in node.settings else ""
        return Notation(
            Form(f"{name}({labels}; {{0}})"),
            Form(rf"\operatorname{{{{{name}}}}}_{{{{\text{{{{{labels.replace('->', ' to ')}}}}}}}}}({{0}})"),
            Form(f"chainrule.ops.{name}_delta({{0}}, labels={labels!r}{shape})"),
        )

    return notation


# Block to whole ------------------------------------------------------------------------------------------------------
def spread_delta_type(block: ArrayType, *, labels: str, shape: Shape) -> ArrayType:
    sizes, inner = label_sizes(labels, shape), split_labels(labels)[0]
    expected = tuple(sizes[letter] for letter in inner)
    if block.shape != expected:
        raise ShapeError(
            given=f"a block of shape {block.shape} for labels '{labels}' and shape {shape}",
            expected=f"a block of shape {expected}", where="spread_delta", remedy="transpose the block, or its labels",
        )  # fmt: skip
    return array_type(shape, block.dtype)


def spread_delta_adjoint(g: Array, block: Array, *, labels: str, shape: Shape) -> Array:
    return gather_delta(g, labels=labels)


@op(
    "spread_delta", Linear((spread_delta_adjoint,)), delta_notation("spread"), Role.MOVES, type_rule=spread_delta_type,
    domain=Domain((
        Sample(((2, 4),), (("labels", "jl->ijil"), ("shape", (3, 2, 3, 4)))),
        Sample(((3,),), (("labels", "i->ii"), ("shape", (3, 3)))),
        Sample(((),), (("labels", "->ii"), ("shape", (3, 3)))),
        Sample(((2, 3),), (("labels", "ij->jik"), ("shape", (3, 2, 2)))),
        Sample(((2,),), (("labels", "i->iii"), ("shape", (2, 2, 2)))),
    )), batch=delta_rule,
)  # fmt: skip
def spread_delta(xp: Library, block: Array, *, labels: str, shape: Shape) -> Array:
    """Zeros with the block where tied axes agree: `jl->ijil` is 1{i = k} B_jl. A letter it lacks repeats the block.
    Adjoint: `gather_delta`."""
    return placed(xp, (block,), (labels,), shape, False) if shape else block


def spread_later(block: Node, labels: str, shape: Shape) -> Node:
    """The node of `spread_delta` without its value, whatever the block is: with sizes that stand for letters the whole
    array would not fit into memory."""
    settings = (("labels", labels), ("shape", shape))
    found = find(spread_delta, (block,), settings)
    if found is not None:
        return found
    return make(spread_delta, (block,), settings, spread_delta_type(block.type, labels=labels, shape=shape))


# Whole to block ------------------------------------------------------------------------------------------------------
def gather_delta_type(whole: ArrayType, *, labels: str) -> ArrayType:
    sizes = label_sizes(labels, whole.shape)
    return array_type(tuple(sizes[letter] for letter in split_labels(labels)[0]), whole.dtype)


def gather_delta_adjoint(g: Array, whole: Array, *, labels: str) -> Array:
    return spread_delta(g, labels=labels, shape=whole.shape)


@op(
    "gather_delta", Linear((gather_delta_adjoint,)), delta_notation("gather"), Role.SPREADS,
    type_rule=gather_delta_type, domain=Domain((
        Sample(((3, 2, 3, 4),), (("labels", "jl->ijil"),)), Sample(((3, 3),), (("labels", "i->ii"),)),
        Sample(((3, 3),), (("labels", "->ii"),)), Sample(((3, 2, 2),), (("labels", "ij->jik"),)),
    )), batch=delta_rule,
)  # fmt: skip
def gather_delta(xp: Library, whole: Array, *, labels: str) -> Array:
    """The entries where tied axes agree, summed over letters that the block lacks: `jl->ijil` is sum_i X_ijil.
    Adjoint: `spread_delta`."""
    inner, outer, _ = split_labels(labels)
    return xp.einsum(f"{outer}->{inner}", whole)[()] + 0  # a sum of its own, not a view of the whole
