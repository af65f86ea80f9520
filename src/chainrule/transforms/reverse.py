"""Reverse mode: outputs and their gradients in, the gradient of every node on the way back out.

One idea: one walk in reverse topological order. At each node the contributions of its consumers have all arrived; their
sum is its gradient, and its op's rule says what each input receives. The same rule runs on plain arrays (fast), on
nodes (inside another derivative, or under `jit`) and on named stand-ins (explanations).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ..errors import GradientError
from ..ir.coercion import loose_value
from ..ir.graph import by_serial
from ..ir.library import reference
from ..ir.node import Node, concrete, is_abstract
from ..ir.op import Complexes, Custom, Elementwise, Flat, Linear, Op, Role
from ..ir.precision import fitted_to, widened
from ..ops.arithmetic import carry, has_nan, meet
from ..ops.bundles import Bundle
from ..ops.complexes import conjugated

_NO_SETTINGS: dict[str, Any] = {}
_HOLOMORPHIC = Complexes.HOLOMORPHIC  # a member of an enumeration is slow to look up


@dataclass(frozen=True, slots=True)
class Contribution:
    """One arrow back: what `consumer` sends to the input in `slot`."""

    consumer: Node
    slot: int
    gradient: Any


@dataclass(frozen=True, slots=True)
class Arrival:
    """One node's turn in the walk: the arrows from its consumers and their sum."""

    node: Node
    contributions: tuple[Contribution, ...]
    gradient: Any


@dataclass(frozen=True, slots=True)
class Pullback:
    """What the walk found: the arrivals in reverse topological order, and the gradients asked for (None where zero)."""

    arrivals: tuple[Arrival, ...]
    gradients: tuple[Any, ...]


def active_nodes(outputs: Iterable[Node], wrt: Sequence[Node]) -> list[Node]:
    """The nodes between `wrt` and the outputs, each after its inputs. Nothing older than `wrt` can depend on it."""
    if not wrt:
        return []
    oldest = min([node.serial for node in wrt])
    seen: set[Node] = set()
    pending = list(outputs)
    while pending:
        node = pending.pop()
        if node.serial >= oldest and node not in seen:
            seen.add(node)
            pending.extend(node.inputs)
    active = set(wrt)
    order = []
    for node in sorted(seen, key=by_serial):
        if node in active:
            order.append(node)
        elif type(node.op.derivative) is not Flat:
            if not active.isdisjoint(node.inputs):
                active.add(node)
                order.append(node)
        elif node.op.derivative.refuses and not active.isdisjoint(node.inputs):
            refuse_derivative(node)
    return order


def refuse_derivative(node: Node) -> NoReturn:
    """A result depends on what was asked about through a step that has no derivative, and no zero may hide it."""
    raise GradientError(
        given=f"a derivative through {node.op.name}: {node.op.derivative.reason}",  # type: ignore[union-attr]
        expected="steps that move a little when their inputs do",
        remedy="relax it (chainrule.random.gumbel_softmax), use the log-probability of what was drawn "
        "(the score function), or take its parameters as given: chainrule.stop_gradient(p)",
    )


def gradients(outputs: Sequence[Node], seeds: Sequence[Any], wrt: Sequence[Node], *, symbolic: bool) -> list[Any]:
    """The gradient of each node of `wrt` (None where nothing reaches it), given those of the outputs.

    `symbolic`: the rules see nodes and return nodes; otherwise they see the values of a recording and return arrays.
    """
    if symbolic:
        return _walk(outputs, seeds, wrt, True, True, None)
    found = _walk(outputs, seeds, wrt, False, False, None)
    return _walk(outputs, seeds, wrt, False, True, None) if any(map(_holds_nan, found)) else found


def pull_back(outputs: Sequence[Node], seeds: Sequence[Any], wrt: Sequence[Node], *, symbolic: bool) -> Pullback:
    """The same walk, keeping every arrow: for explanations."""
    arrivals: list[Arrival] = []
    found = _walk(outputs, seeds, wrt, symbolic, symbolic, arrivals)
    if not symbolic and any(_holds_nan(arrival.gradient) for arrival in arrivals):
        arrivals.clear()
        found = _walk(outputs, seeds, wrt, False, True, arrivals)
    return Pullback(tuple(arrivals), tuple(found))


def _holds_nan(gradient: Any) -> bool:
    if isinstance(gradient, Bundle):
        return any(map(_holds_nan, gradient.entries))
    return gradient is not None and has_nan(reference(), gradient)


# A zero gradient must stay zero beside an infinite slope, and looking for that costs as much as the product. Plain
# products differ only where 0 times infinity gave NaN, and a NaN that reaches no gradient asked for does not matter: so
# numbers are first computed plainly, and once more with care (`strong`) where a NaN arrived.
def _walk(
    outputs: Sequence[Node], seeds: Sequence[Any], wrt: Sequence[Node], symbolic: bool, strong: bool,
    arrivals: list[Arrival] | None,
) -> list[Any]:  # fmt: skip
    order = active_nodes(outputs, wrt)
    active = set(order)
    totals: dict[Node, Any] = {}
    arrows: dict[Node, list[Contribution]] = {}
    kept = set(wrt)
    short = not symbolic and any([node.type.is_short for node in order])
    for output, seed in zip(outputs, seeds, strict=True):
        if output in active:
            seed = widened(seed) if short else seed
            totals[output] = seed if output not in totals else totals[output] + seed
    plain = not (symbolic or strong or short or arrivals is not None)
    with reference().errstate(all="ignore"):  # the forward pass has already said what overflows
        for node in reversed(order):
            if node not in totals:
                continue
            gradient = totals[node] if node in kept else totals.pop(node)
            if plain and type(node.op.derivative) is Elementwise and not node.inputs[-1].type.is_complex:
                pass_on(node, node.op.derivative, gradient, active, totals)
                continue
            if arrivals is not None:
                arrivals.append(Arrival(node, tuple(arrows.pop(node, ())), gradient))
            for slot, sent in contributions(node, gradient, active, symbolic, strong, short):
                source = node.inputs[slot]
                totals[source] = totals[source] + sent if source in totals else sent
                if arrivals is not None:
                    arrows.setdefault(source, []).append(Contribution(node, slot, sent))
    if short:
        return [fitted_to(totals.get(node), node.dtype) for node in wrt]
    return [totals.get(node) for node in wrt]


def pass_on(node: Node, derivative: Elementwise, gradient: Any, active: set[Node], totals: dict[Node, Any]) -> None:
    """What `contributions` says of a plain product of real numbers, added to the totals at once."""
    inputs, y = node.inputs, node.value
    values = [each.value if each.value is not None else loose_value(each) for each in inputs]
    settings = dict(node.params) if node.params else _NO_SETTINGS
    for slot, source in enumerate(inputs):
        if source not in active:
            continue
        slope = derivative.partials[slot](y, *values, **settings)
        if type(slope) is not int:
            sent = gradient * slope
        elif slope:
            sent = gradient if slope == 1 else -gradient if slope == -1 else slope * gradient
        else:
            continue
        totals[source] = totals[source] + sent if source in totals else sent


def contributions(
    node: Node, gradient: Any, active: set[Node], symbolic: bool, strong: bool = True, short: bool = False
) -> list[tuple[int, Any]]:
    """What a node sends to each of its active inputs: (slot, gradient). A slot that receives nothing is left out.

    `short`: values may be short floats, of which the rule is told in float32.
    """
    op, inputs = node.op, node.inputs
    wanted = [slot for slot, source in enumerate(inputs) if source in active]
    if symbolic:
        return send(op, node.params, gradient, node, inputs, wanted)
    values = [each.value for each in inputs]
    for slot, value in enumerate(values):
        if value is None:
            values[slot] = (loose_value if type(op.derivative) is Elementwise else concrete)(inputs[slot])
    if short:
        values = [widened(each) for each in values]
        return send(op, node.params, gradient, widened(concrete(node)), values, wanted, strong)
    return send(op, node.params, gradient, node.value, values, wanted, strong)


def send(
    op: Op, params: tuple[tuple[str, Any], ...], gradient: Any, y: Any, inputs: Sequence[Any], wanted: Sequence[int],
    strong: bool = True,
) -> list[tuple[int, Any]]:  # fmt: skip
    """The op's own rule on whatever stands for its output and inputs: arrays, nodes, or named stand-ins.

    The adjoint of a product with a complex slope is the product with its conjugate. A rule made of such products is
    therefore told the conjugates of its values.
    """
    derivative = op.derivative
    settings = dict(params) if params else _NO_SETTINGS
    turning = op.complexes is _HOLOMORPHIC and inputs[-1].dtype.kind == "c"
    if type(derivative) is Elementwise:  # most of them: asked before the others
        return _scaled(derivative, op.role if strong else None, gradient, y, inputs, wanted, settings, turning)
    match derivative:
        case Linear():
            adjoints = derivative.adjoints
            inputs = [conjugated(each) for each in inputs] if turning else inputs
            return [
                (slot, adjoint(gradient, *inputs, **settings))
                for slot in wanted
                if (adjoint := adjoints[slot]) is not None
            ]
        case Custom():
            if turning:
                y, inputs = conjugated(y), [conjugated(each) for each in inputs]
            if derivative.selective:
                settings = {**settings, "wanted": tuple(wanted)}
            sent = derivative.pull(gradient, y, *inputs, **settings)
            return [(slot, sent[slot]) for slot in wanted if sent[slot] is not None]
        case _:
            return []


def _scaled(
    derivative: Elementwise, role: Role | None, gradient: Any, y: Any, inputs: Sequence[Any], wanted: Sequence[int],
    settings: dict[str, Any], turning: bool,
) -> list[tuple[int, Any]]:  # fmt: skip
    found = []
    fixed = role is Role.SWAPS and len(wanted) == 1
    for slot in wanted:
        slope = derivative.partials[slot](y, *inputs, **settings)
        if type(slope) is not int:
            slope = conjugated(slope) if turning else slope
            if role is None:
                sent = gradient * slope
            elif fixed and is_mask(slope):
                sent = meet(gradient, slope)
            else:
                sent = scale(gradient, slope, derivative.singular or turning, role)
            found.append((slot, sent))
        elif slope:
            found.append((slot, gradient if slope == 1 else -gradient if slope == -1 else slope * gradient))
    return found


def is_mask(factor: Any) -> bool:
    """Whether a factor that does not move has zeros: sqrt(mask * x) does not depend on x where the mask is 0.

    So nothing is sent there, even beside the infinite slope of sqrt at 0.
    """
    if type(factor) is not Node:
        return True
    value = None if is_abstract(factor) else loose_value(factor)
    return value is not None and not bool(reference().all(value))


def scale(gradient: Any, slope: Any, singular: bool, role: Role) -> Any:
    """Gradient times slope. Where a slope may be infinite a zero gradient stays zero; a path that is off stays off."""
    if singular:
        return carry(gradient, slope)
    if role is Role.ROUTES:
        return carry(slope, gradient)
    return gradient * slope
