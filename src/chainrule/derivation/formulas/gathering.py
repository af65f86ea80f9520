"""Adding up: the matrix forms of several terms in, one expression with common factors taken out.

One idea: two terms that share a factor at the left, at the right or entry by entry are one product with a sum inside:
A x + A^T x = (A + A^T) x.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ...ir.coercion import as_node
from ...ir.library import reference
from ...ir.node import Node
from ...ir.op import record
from ...ops.arithmetic import add, div, mul, neg, square, sub
from ...ops.diagonals import diag_matrix
from ...ops.movement import broadcast, transpose_op
from ...ops.products import matmul_op, outer_op
from ...ops.reductions import sum_op
from ...transforms.laws import LAWS, number
from ...transforms.simplify import simplify_all
from .reduction import Residue, as_matrix, powered, product
from .terms import Letter
from .turning import Known

Part: TypeAlias = tuple[float, Node]  # a number times an expression


# A number of copies stays the copies of a number: x / (n s) and not x / (n (s 𝟏)).
_TIDYING = [law for law in LAWS if law.name != "broadcast of a product"]


def gather(residues: Sequence[Residue], free: Sequence[Letter], known: Known) -> Node:
    """The sum of reduced terms as one expression: a number, a vector or a matrix."""
    shape = tuple(letter.size for letter in free)
    found = written([part(each, free, known) for each in residues], shape)
    return simplify_all([found], list(known.named), _TIDYING)[0]


def part(residue: Residue, free: Sequence[Letter], known: Known) -> Part:
    """A residue as a number times an expression: scalars first, what is divided by last."""
    core = as_matrix(residue, free, known)
    if core is not None and core.ndim == 1 and number(core) == 1:
        core = None
    shape = tuple(letter.size for letter in free)
    above = [powered(node, power) for node, power in residue.scalars if power > 0]
    below = [powered(node, -power) for node, power in residue.scalars if power < 0]
    above += sizes_above(residue.sizes, 1)
    below += sizes_above(residue.sizes, -1)
    found = product([*above, *([] if core is None else [core])])
    if found is None:
        found = _number(1.0)
    divisor = product(below)
    whole: Node = found if divisor is None else div(found, divisor)
    return residue.number, whole if whole.shape == shape else broadcast(whole, shape=shape)


def sizes_above(sizes: Sequence[tuple[int, float]], sign: int) -> list[Node]:
    """The sizes that multiply (sign 1) or divide (sign -1), as one number each."""
    return [_number(size ** (sign * power)) for size, power in sizes if sign * power > 0]


def _number(value: float) -> Node:
    return as_node(reference().asarray(float(value)))


# Sums of parts -------------------------------------------------------------------------------------------------------
def written(parts: Sequence[Part], shape: tuple[int, ...]) -> Node:
    """The sum of parts, common factors taken out, positive terms first."""
    factor, node = gathered(list(parts), shape)
    single = number(node)
    if single is not None and factor != 1:
        whole = _number(factor * single)
        return whole if not shape else broadcast(whole, shape=shape)
    if factor == 1:
        return node
    if factor == -1:
        return neg(node)  # type: ignore[no-any-return]
    if node.op is div and number(node.inputs[0]) == 1:
        over = div(_number(abs(factor)), node.inputs[1])
        return over if factor > 0 else neg(over)  # type: ignore[no-any-return]
    return mul(_number(factor), node)  # type: ignore[no-any-return]


def gathered(parts: list[Part], shape: tuple[int, ...]) -> Part:
    """The sum of parts as one part."""
    parts = [each for each in parts if each[0]]
    if not parts:
        zero = _number(0.0)
        return 1.0, broadcast(zero, shape=shape) if shape else zero
    known: dict[tuple[Rule, Node], frozenset[object]] = {}
    while (merged := _merge_two(parts, known)) is not None:
        parts = [each for each in merged if each[0]]
    if not parts:
        return gathered([], shape)
    return _added(parts)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """How two parts are made one, and what they must share for it: only parts that do are tried."""

    shares: Callable[[Node], Iterable[object]]
    merge: Callable[[Part, Part], Part | None]


def _merge_two(parts: list[Part], known: dict[tuple[Rule, Node], frozenset[object]]) -> list[Part] | None:
    """The parts with two of them made one, by the first rule that fits any two. `known` is what each part shares."""
    for rule in _RULES:
        for first, second in _sharing(rule, parts, known):
            merged = rule.merge(parts[first], parts[second])
            if merged is not None:
                rest = [each for place, each in enumerate(parts) if place not in (first, second)]
                return [*rest[:first], merged, *rest[first:]]
    return None


def _sharing(
    rule: Rule, parts: list[Part], known: dict[tuple[Rule, Node], frozenset[object]]
) -> Iterator[tuple[int, int]]:
    """The pairs of parts that share what a rule asks for, in the order in which they stand."""
    having: dict[object, list[int]] = {}
    for place, (_, node) in enumerate(parts):
        shared = known.get((rule, node))
        if shared is None:
            shared = known[rule, node] = frozenset(rule.shares(node))
        for each in shared:
            having.setdefault(each, []).append(place)
    if all(len(places) == 1 for places in having.values()):
        return
    for first, (_, node) in enumerate(parts):
        others = {place for each in known[rule, node] for place in having[each] if place > first}
        yield from ((first, second) for second in sorted(others))


def _same(first: Part, second: Part) -> Part | None:
    """2 x + 3 x = 5 x."""
    return (first[0] + second[0], first[1]) if first[1] is second[1] else None


def _same_op(op: Any) -> Callable[[Part, Part], Part | None]:
    """The rule for a product of two that is linear in both: take out the operand they share, if it is the same side."""

    def rule(first: Part, second: Part) -> Part | None:
        left, right = _two_factors(first[1], op), _two_factors(second[1], op)
        if left is None or right is None:
            return None
        for side in (1, 0):
            shared = left[side]
            if shared is right[side]:
                others = [(first[0], left[1 - side]), (second[0], right[1 - side])]
                if others[0][1].shape != others[1][1].shape:
                    continue
                factor, inner = gathered(others, others[0][1].shape)
                return factor, op(shared, inner) if side == 0 else op(inner, shared)
        return None

    return rule


def _two_factors(node: Node, op: Any) -> tuple[Node, Node] | None:
    """The operands of a product; (M a) b^T is M times a b^T where products of matrices are asked for."""
    if op is matmul_op and node.op is outer_op:
        left, right = node.inputs
        if left.op is matmul_op and left.inputs[0].ndim == 2:
            return left.inputs[0], outer_op(left.inputs[1], right)
    return (node.inputs[0], node.inputs[1]) if node.op is op else None


def _sides(op: Any) -> Callable[[Node], Iterable[object]]:
    """What two products may share: the left operand, or the right one."""

    def shares(node: Node) -> Iterable[object]:
        operands = _two_factors(node, op)
        return () if operands is None else enumerate(operands)

    return shares


def _equal_divisor(first: Part, second: Part) -> Part | None:
    """a / s + b / s = (a + b) / s."""
    left, right = _quotient(first[1]), _quotient(second[1])
    if left is None or right is None or left[1] is not right[1]:
        return None
    return _common_divisor(first, second)


def _common_divisor(first: Part, second: Part) -> Part | None:
    """a / s + b / (s n) = (a + b / n) / s."""
    left, right = _quotient(first[1]), _quotient(second[1])
    if left is None or right is None:
        return None
    divisors = _factors(left[1]), _factors(right[1])
    shared = _shared(*divisors)
    if len(shared) < min(map(len, divisors)):
        return None
    shape = first[1].shape
    above = [(each[0], _over_rest(own, shared, shape)) for each, own in ((first, left), (second, right))]
    factor, inner = gathered(above, shape)
    return factor, div(inner, product(shared))


def _quotient(node: Node) -> tuple[Node, Node] | None:
    """What is divided, and by what; also of copies of a quotient of numbers."""
    if node.op is broadcast and not node.inputs[0].ndim:
        node = node.inputs[0]
    return (node.inputs[0], node.inputs[1]) if node.op is div else None


def _divisors(node: Node) -> Iterable[object]:
    found = _quotient(node)
    return () if found is None else _factors(found[1])


def _over_rest(own: tuple[Node, Node], shared: Sequence[Node], shape: tuple[int, ...]) -> Node:
    """A quotient without the divisors that are taken out."""
    below = list(_factors(own[1]))
    for each in shared:
        del below[next(place for place, other in enumerate(below) if other is each)]
    rest = product(below)
    whole: Node = own[0] if rest is None else div(own[0], rest)
    return whole if whole.shape == shape else broadcast(whole, shape=shape)


def _same_factors(first: Part, second: Part) -> Part | None:
    """a o b + a o c = a o (b + c)."""
    left, right = _factors(first[1]), _factors(second[1])
    shared = _shared(left, right)
    if not shared:
        return None
    shape = first[1].shape
    rests = []
    for factor, factors in ((first[0], left), (second[0], right)):
        remaining = list(factors)
        for each in shared:
            place = next((place for place, other in enumerate(remaining) if other is each), None)
            if place is not None:
                del remaining[place]
        rest = product(remaining)
        rests.append((factor, _number(1.0) if rest is None else rest))
    factor, inner = gathered([(number_, _sized(node, rests, shape)) for number_, node in rests], shape)
    outside = product(shared)
    whole = inner if outside is None else mul(outside, inner)
    return factor, whole if whole.shape == shape else broadcast(whole, shape=shape)


def _shared(left: Sequence[Node], right: Sequence[Node]) -> list[Node]:
    """The factors that both have, each as often as in the one with fewer."""
    remaining, found = list(right), []
    for each in left:
        place = next((place for place, other in enumerate(remaining) if other is each), None)
        if place is not None:
            found.append(remaining.pop(place))
    return found


def _sized(node: Node, rests: Sequence[Part], shape: tuple[int, ...]) -> Node:
    """A rest that is a single number, copied where the other is an array."""
    if any(rest.ndim for _, rest in rests) and not node.ndim and number(node) is None:
        return broadcast(node, shape=shape)  # type: ignore[no-any-return]
    return node


def _factors(node: Node) -> list[Node]:
    """The factors of a product entry by entry; copies of one number as that number."""
    if node.op is broadcast and not node.inputs[0].ndim:
        return _factors(node.inputs[0])
    if node.op is mul:
        return [each for source in node.inputs for each in _factors(source)]
    if node.op is square:
        return _factors(node.inputs[0]) * 2
    return [node]


def _same_move(first: Part, second: Part) -> Part | None:
    """diag(a) + diag(b) = diag(a + b), and the same of sums and copies."""
    left, right = first[1], second[1]
    if left.op not in _MOVES or left.op is not right.op or left.params != right.params:
        return None
    if left.inputs[0].shape != right.inputs[0].shape or number(left) is not None or number(right) is not None:
        return None
    factor, inner = gathered([(first[0], left.inputs[0]), (second[0], right.inputs[0])], left.inputs[0].shape)
    return factor, record(left.op, (inner,), left.settings)


def _itself(node: Node) -> Iterable[object]:
    return (node,)


def _move(node: Node) -> Iterable[object]:
    return ((node.op, node.params),) if node.op in _MOVES else ()


_MOVES = frozenset({diag_matrix, broadcast, sum_op})
_RULES: tuple[Rule, ...] = (
    Rule(_itself, _same), Rule(_sides(matmul_op), _same_op(matmul_op)), Rule(_sides(outer_op), _same_op(outer_op)),
    Rule(_factors, _same_factors), Rule(_move, _same_move), Rule(_divisors, _equal_divisor),
    Rule(_divisors, _common_divisor),
)  # fmt: skip


def _added(parts: list[Part]) -> Part:
    """The plain sum: a common number before it, a positive term in front."""
    factor = abs(parts[0][0])
    if len(parts) == 1:
        return parts[0]
    if not all((each[0] / factor).is_integer() for each in parts):
        factor = 1.0
    if all(each[0] < 0 for each in parts):
        factor = -factor
    ordered = sorted(parts, key=_negative_last)
    found: Any = None
    for value, node in ordered:
        own = value / factor
        size = node if abs(own) == 1 else mul(_number(abs(own)), node)
        found = _plus(found, size, own < 0)
    return factor, found


def _plus(found: Any, size: Node, negative: bool) -> Any:
    """A sum with one term more; the first may be all there is."""
    if found is None:
        return neg(size) if negative else size
    return sub(found, size) if negative else add(found, size)


def _negative_last(each: Part) -> tuple[bool, bool]:
    """A + A^T - B: positive terms first, and of these what is not a transpose."""
    return each[0] < 0, each[1].op is transpose_op


# Length --------------------------------------------------------------------------------------------------------------
def length(node: Node, names: Any) -> int:
    """How many names and functions an expression is written with; numbers before it do not count."""
    found: dict[Node, int] = {}
    pending = [node]
    while pending:
        each = pending[-1]
        known = _own_length(each, names)
        missing = [] if known is not None else [source for source in each.inputs if source not in found]
        if missing:
            pending.extend(missing)
            continue
        pending.pop()
        if known is None:
            own = 0 if each.op.name in _SILENT and each.inputs else 1
            known = own + sum([found[source] for source in each.inputs])
        found[each] = known
    return found[node]


def _own_length(node: Node, names: Any) -> int | None:
    """The length of a name or a number; None of what is made of others."""
    if node in names:
        return 1
    value = number(node)
    if value is None:
        return None
    return 1 if node.ndim and value == 1 else 0  # a vector of ones is a sign, a number in front is none


_SILENT = frozenset(
    {
        "add",
        "sub",
        "mul",
        "carry",
        "meet",
        "div",
        "matmul",
        "outer",
        "broadcast",
        "cast",
        "mark",
        "neg",
        "transpose",
        "square",
    }
)


def count_names(node: Node, names: Any) -> int:
    """How many names an expression is written with, each as often as it stands there."""
    if node in names or not node.inputs:
        return 0 if number(node) is not None else 1
    return sum(count_names(each, names) for each in node.inputs)
