"""Products with structure: an expression that computes a derivative in, the same at a lower cost out.

One idea: a diagonal matrix scales rows or columns, an outer product stays two vectors, a product that reads the same
from both ends is half of itself beside its transpose, and tr(A B) needs no product. Formulas say none of this; what
runs should.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..ir.graph import topological_order
from ..ir.node import Node
from ..ir.op import record
from ..ops.arithmetic import add, div, mul, neg, sub
from ..ops.diagonals import diag_matrix, trace_op
from ..ops.grams import weighted_gram
from ..ops.movement import broadcast, reshape_op, transpose_op
from ..ops.products import matmul_op, outer_op
from ..ops.reductions import sum_op
from .turning import Known, turned


def structured(node: Node, known: Known) -> Node:
    """The same value by cheaper steps. Products with a name are not taken apart: they are computed anyway."""
    order = topological_order([node])
    work = _Work(known, Counter(source for each in order for source in each.inputs))
    for each in order:
        inputs = tuple(work.done[source] for source in each.inputs)
        same = all(new is old for new, old in zip(inputs, each.inputs, strict=True))
        work.done[each] = _rewritten(each, each if same else record(each.op, inputs, each.settings), work)
    return work.done[node]


@dataclass(slots=True)
class _Work:
    known: Known
    uses: Counter[Node]
    done: dict[Node, Node] = field(default_factory=dict)


def _rewritten(old: Node, new: Node, work: _Work) -> Node:
    if new.op is matmul_op and new.ndim == 2 and all(each.ndim == 2 for each in new.inputs):
        return _product(old, new, work)
    if new.op is matmul_op and new.ndim == 1 and new.inputs[0].op is diag_matrix:
        return mul(new.inputs[0].inputs[0], new.inputs[1])  # type: ignore[no-any-return]
    if new.op is trace_op and new.inputs[0].op is matmul_op:
        left, right = new.inputs[0].inputs
        return sum_op(mul(left, turned(right, work.known)), axes=(0, 1), keepdims=False)  # type: ignore[no-any-return]
    if new.op in (mul, div, neg) and any(work.uses[each] == 1 for each in old.inputs):
        return _with_number_inside(new)
    return new


# Chains of matrices --------------------------------------------------------------------------------------------------
def _product(old: Node, new: Node, work: _Work) -> Node:
    """A product of two matrices, each of which may be a product itself."""
    chain = _chain(old, work.known)
    sums = [place for place, each in enumerate(chain) if _is_structured_sum(each)]
    if sums:
        return _distributed(chain, sums[0], work)
    return _symmetric(chain, work) or_else(new, work)
