"""Where a NaN comes from: a scene in, the first step that left its domain out.

One idea: a NaN or an infinity is followed back, entry by entry, from where it is seen to the step that made it out of
finite numbers. What is not selected, or is not read any further, is never met on that way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...ir.library import reference
from ...ir.node import Node, concrete
from ...ir.op import Role
from ...ops.bundles import Bundle
from ...transforms.reverse import Contribution, send
from .scene import Scene, parts

_MOVERS = frozenset(
    {Role.MOVES, Role.SPREADS, Role.GATHERS, Role.COPIES}
)  # what they do to a mask is what they do to g


@dataclass(frozen=True, eq=False, slots=True)
class Departure:
    """The step that left its domain: forward (its value), or backward (what it sends to the input in `slot`)."""

    node: Node
    mask: Any  # the entries that are not finite: of the value, or of what is sent
    slot: int | None = None
    value: Any = None
    turned: Node | None = None  # where an infinity became NaN, if that was another step

    @property
    def is_backward(self) -> bool:
        return self.slot is not None


def is_bad(value: Any) -> Any:
    """The entries that are NaN or infinite; of several arrays made together, whether any is."""
    if isinstance(value, (tuple, Bundle)):
        return reference().asarray(any(bool(is_bad(each).any()) for each in parts(value)))
    array = reference().asarray(value)
    return ~reference().isfinite(array) if array.dtype.kind in "fc" else reference().zeros(array.shape, bool)


def has_nan(value: Any) -> bool:
    if isinstance(value, (tuple, Bundle)):
        return any(map(has_nan, parts(value)))
    array = reference().asarray(value)
    return array.dtype.kind in "fc" and bool(reference().isnan(array).any())


# Forward -------------------------------------------------------------------------------------------------------------
def forward_departure(scene: Scene, starts: Sequence[Node]) -> Departure | None:
    """The first step that made something not finite out of finite inputs, among those that spoil `starts`."""
    masks = spoiled(starts)
    if not masks:
        return None
    order = sorted(masks, key=lambda node: node.serial)
    roots = [node for node in order if node.inputs and not any(source in masks for source in node.inputs)]
    leaves = [node for node in order if not node.inputs]
    turned = next((node for node in order if node.inputs and is_turning(node, masks)), None)
    spoilt = next((node for node in leaves if has_nan(concrete(node))), None)
    if spoilt is not None:
        return Departure(spoilt, masks[spoilt], value=concrete(spoilt))
    if roots:
        other = turned if turned is not roots[0] else None
        return Departure(roots[0], masks[roots[0]], value=concrete(roots[0]), turned=other)
    first = turned if turned is not None else leaves[0]
    return Departure(first, masks[first], value=concrete(first))


def is_turning(node: Node, masks: dict[Node, Any]) -> bool:
    """Whether a node holds NaN although none of its inputs does."""
    return has_nan(concrete(node)) and not any(has_nan(concrete(each)) for each in node.inputs if each in masks)


def spoiled(starts: Sequence[Node]) -> dict[Node, Any]:
    """Every node that spoils one of `starts`, with the entries of it that do."""
    masks = {node: mask for node in starts if (mask := is_bad(concrete(node))).any()}
    pending = dict.fromkeys(masks)
    while pending:
        node = max(pending, key=lambda each: each.serial)
        del pending[node]
        for source, mask in behind(node, masks[node]):
            masks[source] = masks[source] | mask if source in masks else mask
            pending[source] = None
    return masks


def behind(node: Node, mask: Any) -> Iterator[tuple[Node, Any]]:
    """The inputs that these entries of a node were made of, with their entries that are not finite."""
    for slot, source in enumerate(node.inputs):
        bad = is_bad(concrete(source))
        if bad.any():
            met = bad & read_entries(node, slot, mask)
            if met.any():
                yield source, met


def read_entries(node: Node, slot: int, mask: Any) -> Any:
    """The entries of an input that these entries of the output read; all of them where that is not known."""
    source = node.inputs[slot]
    if node.op.elementwise and node.op.name != "where":
        return mask if mask.shape == source.shape else reference().ones(source.shape, bool)
    if node.op.role in _MOVERS or (node.op.name == "where" and slot):
        sent = mask_sent(node, slot, mask)
        if sent is not None:
            return sent
    return reference().ones(source.shape, bool)


def mask_sent(node: Node, slot: int, mask: Any) -> Any:
    """What a step that moves entries sends back of a mask, as a mask; None where it cannot."""
    values = [concrete(each) for each in node.inputs]
    try:
        sent = send(node.op, node.params, mask.astype(float)[()], concrete(node), values, [slot])
    except Exception:  # a rule that only takes the numbers of its own run
        return None
    return reference().asarray(sent[0][1]) != 0 if sent else None


# Backward ------------------------------------------------------------------------------------------------------------
def backward_departure(scene: Scene) -> Departure | None:
    """The first step on the way back that sent something not finite although a finite gradient had arrived."""
    masks: dict[Node, Any] = {}
    for node in scene.variables.values():
        bad = is_bad(scene.gradient(node))
        if bad.any():
            masks[node] = bad
    found: list[Departure] = []
    pending = dict.fromkeys(masks)
    while pending:
        node = min(pending, key=lambda each: each.serial)
        del pending[node]
        departures, above = sources_of(scene, node, masks[node])
        found += departures
        for consumer, mask in above:
            masks[consumer] = masks[consumer] | mask if consumer in masks else mask
            pending[consumer] = None
    return max(found, key=lambda each: each.node.serial) if found else None


def sources_of(scene: Scene, node: Node, mask: Any) -> tuple[list[Departure], list[tuple[Node, Any]]]:
    """The arrows to a node that are not finite: made by their own step, or spoiled before it."""
    departures, above = [], []
    arrival = scene.arrivals.get(node)
    for arrow in () if arrival is None else arrival.contributions:
        bad = is_bad(arrow.gradient) & mask
        if not bad.any():
            continue
        upstream = is_bad(scene.gradient(arrow.consumer))
        own = upstream & bad if arrow.consumer.op.elementwise and upstream.shape == bad.shape else upstream
        if own.any():
            above.append((arrow.consumer, own))
        else:
            departures.append(as_departure(arrow, bad))
    if not departures and not above and arrival is not None and arrival.contributions:  # the sum itself overflowed
        departures.append(as_departure(arrival.contributions[0], mask))
    return departures, above


def as_departure(arrow: Contribution, bad: Any) -> Departure:
    return Departure(arrow.consumer, bad, arrow.slot, arrow.gradient)
