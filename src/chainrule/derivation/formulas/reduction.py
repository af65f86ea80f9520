"""Matrix form: a term in index notation in, a product of matrices and vectors out, where there is one.

One idea: letters are vertices, vectors are marks on a vertex, matrices are edges. A summed vertex with at most two
edges can be taken away (v^T w, M v, M N, M diag(v) N, tr M), and two edges between the same vertices are one (M o N).
These are the series-parallel reductions: they use up a term exactly if its graph, with the free letters joined, has
treewidth two at most. What remains between the free letters is the residue of the term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...ir.coercion import as_node
from ...ir.graph import topological_order
from ...ir.library import reference
from ...ir.node import Node
from ...ops.arithmetic import div, mul, square
from ...ops.diagonals import diag_matrix, diagonal, trace_op
from ...ops.functions import sqrt
from ...ops.movement import broadcast
from ...ops.norms import norm_op, squared_norm_op
from ...ops.powers import fixed_power_op
from ...ops.products import matmul_op, outer_op
from ...ops.reductions import mean_op, sum_op
from ...transforms.laws import number
from .terms import Letter, Relation, Term
from .turning import Known, turned

Power = tuple[Node, float]
Edge = tuple[Letter, Letter, Node]


@dataclass(slots=True)
class Network:
    """A term while it is reduced: marks on letters, edges between them, single numbers, and the sizes still to use."""

    scalars: list[Power] = field(default_factory=list)
    marks: dict[Letter, list[Power]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    sizes: dict[int, float] = field(default_factory=dict)
    known: Known = field(default_factory=Known)


@dataclass(frozen=True, slots=True, eq=False)
class Residue:
    """A reduced term: number x sizes x scalars x a vector at each free letter x a matrix between some, where the deltas
    of free letters hold."""

    number: float
    sizes: tuple[tuple[int, float], ...]
    scalars: tuple[Power, ...]
    marks: dict[Letter, tuple[Power, ...]]
    edges: tuple[Edge, ...]
    deltas: tuple[Relation, ...]


def reduce_term(term: Term, known: Known) -> Residue | str:
    """The residue of a term, or why it has none, as a part of a sentence."""
    if any(not each.is_delta for each in term.relations):
        return "entries are chosen by sums of indices"
    if any(each.letters[0].size != each.letters[1].size for each in term.relations):
        return "a delta joins indices of different sizes"
    network = Network(sizes=dict(term.sizes), known=known)
    for factor in term.factors:
        if len(factor.at) > 2:
            return "a factor has more than two indices"
        _enter(network, factor.at, (factor.what, factor.power))
    if any(letter in term.sums for each in term.relations for letter in each.letters):
        return "a delta stays under a sum"
    pending = sorted(term.sums, key=_number)
    while pending:
        _merge_parallel(network, pending)
        _take_whole_matrices(network, pending)
        pending = [letter for letter in pending if _is_used(network, letter)]
        if not pending:
            break
        letter = min(pending, key=_Effort(network))
        if len(_edges_at(network, letter)) > 2:
            return "an index joins three matrices or more, whatever the order (treewidth above 2)"
        _take_away(network, letter)
        pending.remove(letter)
    _merge_parallel(network, ())
    marks = {letter: tuple(pieces) for letter, pieces in network.marks.items() if pieces}
    return Residue(
        term.number, tuple(network.sizes.items()), tuple(network.scalars), marks, tuple(network.edges), term.relations
    )


def _number(letter: Letter) -> int:
    return letter.number


def _enter(network: Network, at: Sequence[Letter], piece: Power) -> None:
    if not at:
        network.scalars.append(piece)
    elif len(at) == 1:
        network.marks.setdefault(at[0], []).append(piece)
    else:
        network.edges.append((at[0], at[1], powered(*piece)))


def _is_used(network: Network, letter: Letter) -> bool:
    return bool(network.marks.get(letter)) or any(letter in edge[:2] for edge in network.edges)


def _edges_at(network: Network, letter: Letter) -> list[Edge]:
    """The edges from a letter to others; a loop counts when nothing else does."""
    return [edge for edge in network.edges if letter in edge[:2]]


@dataclass(frozen=True, slots=True)
class _Effort:
    """Which letter to take away first: single sums, then M v with a vector there, then M 1, then M N."""

    network: Network

    def __call__(self, letter: Letter) -> tuple[int, int, int]:
        count = len(_edges_at(self.network, letter))
        return count, 0 if self.network.marks.get(letter) else 1, letter.number


# Taking a letter away ------------------------------------------------------------------------------------------------
def _take_away(network: Network, letter: Letter) -> None:
    edges = _edges_at(network, letter)
    pieces = network.marks.pop(letter, [])
    for edge in edges:
        network.edges = [each for each in network.edges if each is not edge]
    if not edges:
        network.scalars.append((_total(network, letter, pieces), 1))
    elif any(first == second for first, second, _ in edges):
        _take_loop(network, letter, edges, pieces)
    elif len(edges) == 1:
        other, matrix = _seen_from(network, letter, edges[0])
        network.marks.setdefault(other, []).append((_times_vector(matrix, letter, pieces, network), 1))
    else:
        (left, first), (right, second) = (_seen_from(network, letter, edge) for edge in edges)
        product = matmul_op(scaled_columns(first, pieces), turned(second, network.known))
        network.edges.append((left, right, product))


def _seen_from(network: Network, letter: Letter, edge: Edge) -> tuple[Letter, Node]:
    """The other end of an edge, and its matrix with that end as its rows."""
    first, second, matrix = edge
    return (first, matrix) if second == letter else (second, turned(matrix, network.known))


def _take_loop(network: Network, letter: Letter, edges: Sequence[Edge], pieces: Sequence[Power]) -> None:
    """sum_i M_ii = tr M; with more at the letter, the diagonal is a vector like the others."""
    loops = [matrix for first, second, matrix in edges if first == second]
    if len(loops) == 1 and len(edges) == 1 and not pieces:
        network.scalars.append((trace_op(loops[0]), 1))
        return
    network.marks[letter] = [*pieces, *((diagonal(matrix), 1.0) for matrix in loops)]
    network.edges.extend(edge for edge in edges if edge[0] != edge[1])
    _take_away(network, letter)


def _total(network: Network, letter: Letter, pieces: Sequence[Power]) -> Node:
    """sum_i of a product of vectors: v^T w, ||v||^2, or the sum (or mean) of one."""
    if len(pieces) == 1 and pieces[0][1] == 2:
        return squared_norm_op(pieces[0][0], axes=(0,), keepdims=False)  # type: ignore[no-any-return]
    above = [piece for piece in pieces if piece[1] > 0]
    whole = combined(pieces)
    if network.sizes.get(letter.size) == -1:
        del network.sizes[letter.size]
        return mean_op(whole, axes=(0,), keepdims=False)  # type: ignore[no-any-return]
    if len(above) < 2:
        return sum_op(whole, axes=(0,), keepdims=False)  # type: ignore[no-any-return]
    last = above[-1]
    rest = [piece for piece in pieces if piece is not last]
    return matmul_op(combined(rest), powered(*last))  # type: ignore[no-any-return]


def _times_vector(matrix: Node, letter: Letter, pieces: Sequence[Power], network: Network) -> Node:
    if pieces:
        return matmul_op(matrix, combined(pieces))  # type: ignore[no-any-return]
    if network.sizes.get(letter.size) == -1:
        del network.sizes[letter.size]
        other = turned(matrix, network.known)
        if _transposes(other) < _transposes(matrix):
            return mean_op(other, axes=(0,), keepdims=False)  # type: ignore[no-any-return]
        return mean_op(matrix, axes=(1,), keepdims=False)  # type: ignore[no-any-return]
    return matmul_op(matrix, ones(letter.size))  # type: ignore[no-any-return]


def _transposes(node: Node) -> int:
    return sum(each.op.name == "transpose" for each in topological_order([node]))


def ones(size: int) -> Node:
    """The vector of ones."""
    return broadcast(as_node(reference().asarray(1.0)), shape=(size,))  # type: ignore[no-any-return]


def scaled_columns(matrix: Node, pieces: Sequence[Power]) -> Node:
    """M diag(v)."""
    return matmul_op(matrix, diag_matrix(combined(pieces))) if pieces else matrix


def _merge_parallel(network: Network, pending: Sequence[Letter]) -> None:
    """Two edges between the same letters as one, entry by entry; two that are summed over and alone as a trace."""
    place = 0
    while place < len(network.edges) and _has_parallel(network.edges):
        first, second, matrix = network.edges[place]
        others = [
            edge for edge in network.edges[place + 1 :] if {edge[0], edge[1]} == {first, second} and first != second
        ]
        if not others:
            place += 1
            continue
        alone = (
            len(others) == 1 and first in pending and second in pending
            and not network.marks.get(first) and not network.marks.get(second)
            and len(_edges_at(network, first)) == 2 and len(_edges_at(network, second)) == 2
        )  # fmt: skip
        crossed = alone and others[0][0] == second
        aligned = [edge[2] if edge[0] == first else turned(edge[2], network.known) for edge in others]
        network.edges = [edge for edge in network.edges if all(edge is not other for other in others)]
        if alone:
            del network.edges[place]
            found = trace_op(matmul_op(matrix, others[0][2])) if crossed else None
            found = _inner_product(matrix, aligned[0], network) if found is None or matrix is aligned[0] else found
            network.scalars.append((found, 1))
            continue
        for other in aligned:
            matrix = mul(matrix, other)
        network.edges[place] = (first, second, matrix)


def _take_whole_matrices(network: Network, pending: Sequence[Letter]) -> None:
    """sum_ij M_ij of a matrix that nothing else touches: the sum or the mean of its entries, or ||A||_F^2."""
    for edge in list(network.edges):
        first, second, matrix = edge
        ends = (first, second)
        if first == second or any(
            letter not in pending or network.marks.get(letter) or len(_edges_at(network, letter)) != 1
            for letter in ends
        ):
            continue
        counted = [network.sizes.get(letter.size) == -1 for letter in ends]
        averaged = all(counted) and first.size != second.size
        if any(counted) and not averaged:
            continue
        network.edges = [each for each in network.edges if each is not edge]
        for letter in ends if averaged else ():
            del network.sizes[letter.size]
        network.scalars.append((_whole_sum(matrix, averaged), 1))


def _whole_sum(matrix: Node, averaged: bool) -> Node:
    if averaged:
        return mean_op(matrix, axes=(0, 1), keepdims=False)  # type: ignore[no-any-return]
    if matrix.op is square:
        return squared_norm_op(*matrix.inputs, axes=(0, 1), keepdims=False)  # type: ignore[no-any-return]
    return sum_op(matrix, axes=(0, 1), keepdims=False)  # type: ignore[no-any-return]


def _has_parallel(edges: Sequence[Edge]) -> bool:
    between = [frozenset(edge[:2]) for edge in edges if edge[0] != edge[1]]
    return len(set(between)) < len(between)


def _inner_product(first: Node, second: Node, network: Network) -> Node:
    if first is second:
        return squared_norm_op(first, axes=(0, 1), keepdims=False)  # type: ignore[no-any-return]
    return trace_op(matmul_op(turned(first, network.known), second))  # type: ignore[no-any-return]


# Products entry by entry ---------------------------------------------------------------------------------------------
def powered(node: Node, power: float) -> Node:
    """Each entry to a power."""
    if power == 1:
        return node
    if power < 0:
        return div(1.0, powered(node, -power))  # type: ignore[no-any-return]
    if power == 2:
        if node.op is norm_op:
            return squared_norm_op(*node.inputs, **node.settings)  # type: ignore[no-any-return]
        return square(node)  # type: ignore[no-any-return]
    if power == 0.5:
        return sqrt(node)  # type: ignore[no-any-return]
    return fixed_power_op(node, exponent=float(power))  # type: ignore[no-any-return]


def combined(pieces: Sequence[Power]) -> Node:
    """The product of powers, entry by entry, as one quotient."""
    above = product([powered(node, power) for node, power in pieces if power > 0])
    below = product([powered(node, -power) for node, power in pieces if power < 0])
    if below is None:
        assert above is not None
        return above
    return div(1.0 if above is None else above, below)  # type: ignore[no-any-return]


def product(nodes: Sequence[Node]) -> Node | None:
    """The product entry by entry: single numbers first, then products of matrices and names, then functions; what
    occurs twice is a power."""
    below = [each.inputs[1] for each in nodes if each.op is div and number(each.inputs[0]) == 1]
    if below and len(nodes) > 1:
        above = product([each for each in nodes if each.op is not div or number(each.inputs[0]) != 1])
        divisor = product(below)
        return div(1.0 if above is None else above, divisor)  # type: ignore[no-any-return]
    counted: dict[Node, int] = {}
    for node in sorted(nodes, key=_rank):
        counted[node] = counted.get(node, 0) + 1
    found: Any = None
    for node, count in counted.items():
        found = powered(node, count) if found is None else mul(found, powered(node, count))
    return found  # type: ignore[no-any-return]


def _rank(node: Node) -> tuple[int, int]:
    return node.ndim, 0 if node.op is matmul_op else 1 if not node.inputs else 2


# From a residue to an array ------------------------------------------------------------------------------------------
def as_matrix(residue: Residue, free: Sequence[Letter], known: Known) -> Node | None:
    """What stands between the free letters, without number, sizes and scalars: None where that is just 1."""
    if not free:
        return None
    if len(free) == 1:
        return (
            combined(_marks_with_loops(residue, free[0])) if _marks_with_loops(residue, free[0]) else ones(free[0].size)
        )
    return _between(residue, free[0], free[1], known)


def _marks_with_loops(residue: Residue, letter: Letter) -> list[Power]:
    loops = [(diagonal(matrix), 1.0) for first, second, matrix in residue.edges if first == second == letter]
    return [*residue.marks.get(letter, ()), *loops]


def _between(residue: Residue, row: Letter, column: Letter, known: Known) -> Node:
    left, right = (_marks_with_loops(residue, letter) for letter in (row, column))
    matrices = [
        matrix if first == row else turned(matrix, known) for first, second, matrix in residue.edges if first != second
    ]
    if residue.deltas:
        identity = diag_matrix(combined([*left, *right]) if left or right else ones(row.size))
        return identity if not matrices else mul(product(matrices), identity)  # type: ignore[no-any-return]
    if not matrices:
        first, second = (
            combined(marks) if marks else ones(each.size) for marks, each in ((left, row), (right, column))
        )
        return _outer(first, second, known)
    matrix = product(matrices)
    assert matrix is not None
    if left:
        matrix = matmul_op(diag_matrix(combined(left)), matrix)
    return matmul_op(matrix, diag_matrix(combined(right))) if right else matrix


def _outer(left: Node, right: Node, known: Known) -> Node:
    """a b^T; with b = N v it is a v^T N^T, which reads on as a product."""
    if right.op is matmul_op and right.inputs[0].ndim == 2 and right not in known.named:
        matrix, vector = right.inputs
        return matmul_op(_outer(left, vector, known), turned(matrix, known))  # type: ignore[no-any-return]
    return outer_op(left, right)  # type: ignore[no-any-return]
