"""What makes a gradient zero: a scene and an input in, the steps that let nothing through out.

One idea: a zero at an input has come down from somewhere. Entry by entry it is asked whether the step above would have
passed something on if something had arrived; where it would, the question goes up, and where not, this is the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ...errors import CodeLine
from ...ir.library import reference
from ...ir.node import Node, concrete
from ...ir.op import Flat, Linear
from ...ops.bundles import Bundle
from ...transforms.reverse import contributions
from .mending import loud
from .scene import Scene
from .wording import count_text, line_text, spelled

_MOST_STEPS = 5000  # of one search: a graph is followed as far as this


@dataclass(frozen=True, slots=True)
class Killer:
    """A step that sends zeros although something arrived, or that no gradient passes at all."""

    op: str
    step: str
    line: CodeLine | None
    count: int  # of entries that it sends as zero
    size: int
    why: str
    serial: int

    def __str__(self) -> str:
        where = f"  ({line_text(self.line)})" if self.line is not None else ""
        return f"{self.step}: {self.why}{count_text(self.count, self.size)}{where}"


def killers_of(scene: Scene, variable: Node) -> list[Killer]:
    """The steps that make entries of a gradient zero, the first on the way back (the last of the run) first."""
    numpy = reference()
    masks = {variable: numpy.asarray(scene.gradient(variable)) == 0}
    pending = dict.fromkeys(masks)
    found: dict[tuple[int, str], Killer] = {}
    for _ in range(_MOST_STEPS):
        if not pending:
            break
        node = min(pending, key=lambda each: each.serial)
        del pending[node]
        if not masks[node].any():
            continue
        for killer in stops(scene, node, comparisons=False):
            found.setdefault((killer.serial, killer.why), killer)
        for consumer, slot in scene.readers.get(node, ()):
            if consumer not in scene.arrivals or not passes(consumer, slot):
                continue
            if not is_array(scene, consumer):
                reached = parts_read(scene, consumer)
            else:
                own, above = asked(scene, consumer, slot, masks[node])
                reached = {} if above is None else {consumer: above}
                if own is not None:
                    found.setdefault((own.serial, own.why), own)
            for each, mask in reached.items():
                masks[each] = masks[each] | mask if each in masks else mask
                pending[each] = None
    return sorted(found.values(), key=lambda each: -each.serial)


def is_array(scene: Scene, node: Node) -> bool:
    """Whether what arrived is one array: a loop that was not written out makes several at once."""
    return not isinstance(scene.gradient(node), Bundle)


def parts_read(scene: Scene, node: Node) -> dict[Node, Any]:
    """What is read of a step that makes several arrays at once, with the zeros that arrived there: not looked into."""
    readers = [reader for reader, _ in scene.readers.get(node, ()) if reader in scene.arrivals]
    return {reader: reference().asarray(scene.gradient(reader)) == 0 for reader in readers if is_array(scene, reader)}


def passes(consumer: Node, slot: int) -> bool:
    """Whether a step sends anything to an input at all."""
    derivative = consumer.op.derivative
    if consumer.dtype.kind in "iub":
        return False
    return not (isinstance(derivative, Flat) or (isinstance(derivative, Linear) and derivative.adjoints[slot] is None))


def asked(scene: Scene, consumer: Node, slot: int, mask: Any) -> tuple[Killer | None, Any]:
    """Whether a step itself makes these zeros, and the entries above it whose zeros are behind the others."""
    numpy = reference()
    upstream = numpy.asarray(scene.gradient(consumer))
    source = consumer.inputs[slot]
    probe = numpy.where(upstream == 0, numpy.ones_like(upstream), numpy.zeros_like(upstream))
    would = sent(consumer, slot, probe[()]) if probe.any() else None
    reaching = numpy.zeros(source.shape, bool) if would is None else numpy.asarray(would) != 0
    is_sent = sent(consumer, slot, upstream[()])
    passed = numpy.zeros(source.shape, bool) if is_sent is None else numpy.asarray(is_sent) != 0
    own = mask & ~reaching & ~passed
    behind = (mask & reaching & ~passed).any() or not upstream.any()  # where nothing arrives, that is a reason too
    killer = killer_at(scene, consumer, slot, own) if own.any() else None
    return killer, (upstream == 0) if behind else None


def sent(consumer: Node, slot: int, upstream: Any) -> Any:
    """What a step sends to an input for this gradient; None where that is nothing."""
    with reference().errstate(all="ignore"):
        found = contributions(consumer, upstream, {consumer.inputs[slot]}, False)
    return next((gradient for place, gradient in found if place == slot), None)


def killer_at(scene: Scene, consumer: Node, slot: int, own: Any) -> Killer:
    """The step as a finding."""
    why = reason(scene, consumer, slot, own)
    return Killer(
        consumer.op.name, spelled(consumer, scene.names, whole=True), scene.line(consumer), int(own.sum()), own.size,
        why, consumer.serial,
    )  # fmt: skip


# Steps that pass nothing ---------------------------------------------------------------------------------------------
def stops(scene: Scene, node: Node, *, comparisons: bool = True) -> Iterator[Killer]:
    """The readers of a node through which no derivative goes: rounding, comparisons, casts, stop_gradient."""
    for consumer, slot in scene.readers.get(node, ()):
        if consumer.dtype.kind == "b" and not comparisons:
            continue
        if not passes(consumer, slot) and consumer.op.name != "index":
            derivative = consumer.op.derivative
            why = derivative.reason if isinstance(derivative, Flat) else "it is the condition of a choice, not a branch"
            if consumer.dtype.kind in "iub" and consumer.op.name == "cast":
                why = f"a cast to {consumer.dtype}: whole numbers do not move by a little"
            yield Killer(consumer.op.name, spelled(consumer, scene.names, whole=True), scene.line(consumer),
                         node.size, node.size, why, consumer.serial)  # fmt: skip


# Reasons -------------------------------------------------------------------------------------------------------------
def reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    """Why a step sends zeros to an input although something arrived."""
    known = _REASONS.get(node.op.name)
    if known is not None:
        return known(scene, node, slot, own)
    name = spelled(node.inputs[slot], scene.names)
    return f"its slope by {name} is 0 here"


def _values(node: Node, slot: int) -> Any:
    return reference().asarray(concrete(node.inputs[slot]))


def relu_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    x = _values(node, 0)
    inside = spelled(node.inputs[0], scene.names)
    at_corner = bool((x[own] == 0).any()) if x.shape == own.shape else False
    below = bool((x[own] < 0).any()) if x.shape == own.shape else True
    if at_corner and not below:
        return f"{inside} = 0 sits on the kink, where the least-norm slope 0 is used"
    return f"it is off: {inside} <= 0{' (some of it exactly 0, on the kink)' if at_corner else ''}"


def product_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    other = node.inputs[1 - slot]
    name = spelled(other, scene.names)
    values = reference().asarray(concrete(other))
    if values.shape == own.shape and not (values[own] == 0).all():
        return "the product of the slopes underflows to 0"
    if not values.any():
        zero = "" if name == "0" else f"{name} = 0 kills it: " if values.size == 1 else f"{name} is all 0: "
        return f"{zero}{'the factor is 0' if values.size == 1 else 'every factor is 0'}"
    return f"{name} is 0 there"


def chosen_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    return f"{spelled(node.inputs[slot], scene.names)} is not the one chosen"


def where_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    return f"the condition takes the other branch, not {spelled(node.inputs[slot], scene.names)}"


def limit_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    other = loud(node.inputs[1 - slot])
    if other.inputs or other in scene.names:
        return chosen_reason(scene, node, slot, own)
    bound = spelled(other, scene.names)
    side = "below" if node.op.name == "maximum" else "above"
    return f"{spelled(node.inputs[slot], scene.names)} is {side} the bound {bound}, so the bound is returned"


def saturated_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    x = _values(node, 0)
    extreme = x[own] if x.shape == own.shape and own.any() else x
    return f"it is saturated: {spelled(node.inputs[0], scene.names)} is as large as {_largest(extreme):.3g} in size"


def _largest(values: Any) -> float:
    return float(reference().max(reference().abs(values), initial=0.0))


def underflow_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    return f"it underflows to 0: {spelled(node.inputs[0], scene.names)} is {float(_values(node, 0).min()):.3g}"


def softmax_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    numpy, axis = reference(), node.settings.get("axis", -1)
    upstream = numpy.asarray(scene.gradient(node))
    axis = axis if isinstance(axis, int) else -1
    if numpy.all(upstream == numpy.take(upstream, [0], axis=axis)):
        return "every entry receives the same, and the entries of a softmax sum to 1 whatever goes in"
    return "it is saturated: one entry is 1 and the others 0"


def power_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    return f"its slope is 0 at {spelled(node.inputs[slot], scene.names)} = 0"


def index_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    return f"these entries of {spelled(node.inputs[slot], scene.names)} are not read"


def matmul_reason(scene: Scene, node: Node, slot: int, own: Any) -> str:
    other = node.inputs[1 - slot]
    name, values = spelled(other, scene.names), reference().asarray(concrete(other))
    if not values.any():
        return f"{name} is all 0 (weights that start at 0 learn nothing below them)"
    return f"the entries of {name} that meet it are 0"


_REASONS: dict[str, Callable[[Scene, Node, int, Any], str]] = {
    "relu": relu_reason, "leaky_relu": relu_reason, "mul": product_reason, "where": where_reason,
    "max": chosen_reason, "min": chosen_reason, "maximum": limit_reason, "minimum": limit_reason,
    "sigmoid": saturated_reason, "tanh": saturated_reason, "erf": saturated_reason, "exp": underflow_reason,
    "softmax": softmax_reason, "square": power_reason, "fixed_power": power_reason, "index": index_reason,
    "matmul": matmul_reason, "einsum": matmul_reason, "outer": matmul_reason,
}  # fmt: skip
