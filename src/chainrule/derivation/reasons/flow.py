"""The flow of a gradient: a scene and an input in, its size at each step of the way back out.

One idea: of all paths the one that carries most is shown. |local| is how much a layer multiplies what arrives,
|downstream| what is left below it; their product from the top down is the whole story of vanishing and exploding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ...errors import CodeLine
from ...ir.library import reference
from ...ir.node import Node, concrete
from ...ops.bundles import Bundle
from .mending import SILENT
from .scene import Scene, parts
from .wording import line_text, spelled

VANISHED, EXPLODED = 1e-6, 1e6
_MOST_ROWS = 200
_RECTIFIERS = frozenset({"relu"})
_SATURATING = {"sigmoid": 0.25, "tanh": 1.0}
_FLAT = 1e-3  # a slope below a thousandth of its largest


@dataclass(frozen=True, slots=True)
class Layer:
    """One row: a step or a layer, what it multiplies by, and what is left below it."""

    name: str
    step: str
    line: CodeLine | None
    local: float
    downstream: float


@dataclass(frozen=True, slots=True)
class Units:
    """Units of an activation that pass nothing: `dead` are off for every example, `flat` are entries that are off."""

    name: str
    op: str
    dead: int
    units: int
    flat: int
    entries: int
    line: CodeLine | None

    def __str__(self) -> str:
        word = "off" if self.op in _RECTIFIERS else "saturated"
        units = f"{self.dead} of {self.units} units dead ({word} for every example)"
        where = f"  ({line_text(self.line)})" if self.line is not None else ""
        if self.entries == 1:
            return f"{self.name}: {word}{where}"
        return f"{self.name}: {units}, {self.flat} of {self.entries} entries {word}{where}"


@dataclass(frozen=True, slots=True)
class Flow:
    """The way of a gradient from the output down to `variable`: `layers` from the top, `units`, and what it amounts to.

    `killed` names the first layer that multiplies by 0; `vanished` and `exploded` the first one below which the
    gradient is under 1e-6, or over 1e6, of the upstream.
    """

    variable: str
    layers: tuple[Layer, ...]
    units: tuple[Units, ...]
    product: float
    killed: str | None
    vanished: str | None
    exploded: str | None

    def text(self) -> str:
        """An aligned table."""
        if not self.layers:
            return f"nothing flows from the output to {self.variable}"
        rows = [("layer", "step", "|local|", "|downstream|")]
        rows += [(each.name, each.step, f"{each.local:.4g}", f"{each.downstream:.4g}") for each in self.layers]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        lines = [
            "  ".join(cell.ljust(width) if place < 2 else cell.rjust(width) for place, (cell, width) in
                      enumerate(zip(row, widths, strict=True))).rstrip()
            for row in rows
        ]  # fmt: skip
        return "\n".join([*lines, *self.remarks, *(str(each) for each in self.units if each.flat)])

    @property
    def remarks(self) -> list[str]:
        """What the table amounts to, in sentences."""
        found = [f"product of |local|: {self.product:.4g} over {len(self.layers)} layers"]
        if self.product > 0 and len(self.layers) > 1:
            found[0] += f", {self.product ** (1 / len(self.layers)):.3g} each"
        if self.killed is not None:
            found.append(f"killed: {self.killed} multiplies by 0")
        elif self.vanished is not None:
            found.append(f"vanishing: below {self.vanished} less than {VANISHED:g} of the gradient is left")
        if self.exploded is not None:
            found.append(f"exploding: below {self.exploded} the gradient has grown more than {EXPLODED:g} times")
        return found

    def __str__(self) -> str:
        return self.text()


def flow_of(scene: Scene, name: str) -> Flow:
    """The table for one input."""
    chain = main_chain(scene, scene.variables[name])
    layers = layers_of(scene, chain)
    product = 1.0
    for layer in layers:
        product *= layer.local
    top = size(scene.gradient(chain[-1])) if chain else 1.0
    below = [each.name for each in layers if 0 < each.downstream < VANISHED * top]
    above = [each.name for each in layers if each.downstream > EXPLODED * top]
    killed = [each.name for each in layers if each.local == 0]
    named = (found[0] if found else None for found in (killed, below, above))
    return Flow(name, tuple(layers[:_MOST_ROWS]), units_of(scene, chain), product, *named)


def size(gradient: Any) -> float:
    """The length of a gradient; NaN counts as NaN."""
    numpy = reference()
    if isinstance(gradient, (tuple, Bundle)):
        return float(numpy.linalg.norm([size(each) for each in parts(gradient)]))
    largest = float(numpy.max(numpy.abs(gradient), initial=0.0))
    if not largest or largest != largest or largest == float("inf"):
        return largest
    return largest * float(numpy.sqrt(numpy.sum((numpy.abs(gradient) / largest) ** 2, dtype=float)))


def main_chain(scene: Scene, variable: Node) -> list[Node]:
    """The nodes from a variable up to an output, along the arrows that carry most."""
    chain, here = [variable], variable
    while here in scene.arrivals and scene.arrivals[here].contributions:
        here = max(scene.arrivals[here].contributions, key=lambda arrow: size(arrow.gradient)).consumer
        chain.append(here)
    return chain if any(here is output for output in scene.outputs) and len(chain) > 1 else []


def layers_of(scene: Scene, chain: Sequence[Node]) -> list[Layer]:
    """The chain from the top down, cut into layers where the user gave names; without names every step is a layer."""
    numbers = numbered(scene, chain)
    ends = [0, *(place for place, node in enumerate(chain) if node in numbers and place), len(chain) - 1]
    if len(set(ends)) <= 2:
        ends = [place for place, node in enumerate(chain) if place == 0 or node.op.name not in SILENT]
        numbers = in_turn([(chain[place], scene.names.get(chain[place], chain[place].op.name)) for place in ends[1:]])
    ends = sorted(set(ends), reverse=True)
    layers = []
    for upper, lower in pairwise(ends):
        over, under = size(scene.gradient(chain[upper])), size(sent_along(scene, chain, lower))
        node = chain[upper]
        name = numbers.get(node, node.op.name)
        local = under / over if over else 0.0
        layers.append(Layer(name, spelled(node, scene.names, whole=True), scene.line(node), local,
                            size(scene.gradient(chain[lower]))))  # fmt: skip
    return layers


def sent_along(scene: Scene, chain: Sequence[Node], place: int) -> Any:
    """What the next step of the chain alone sends to a node."""
    arrows = scene.arrivals[chain[place]].contributions
    return max((each for each in arrows if each.consumer is chain[place + 1]), key=lambda a: size(a.gradient)).gradient


def numbered(scene: Scene, chain: Sequence[Node]) -> dict[Node, str]:
    """Names along the chain; one that is used again and again (h in a loop) is numbered from the input up."""
    return in_turn([(node, scene.names[node]) for node in chain[1:] if node in scene.names])


def in_turn(named: Sequence[tuple[Node, str]]) -> dict[Node, str]:
    """Each node with its name, numbered where several have one name."""
    counts: dict[str, int] = {}
    found = {}
    total = Counter(name for _, name in named)
    several = {name for name, count in total.items() if count > 1}
    for node, name in named:
        counts[name] = counts.get(name, 0) + 1
        found[node] = f"{name}_{counts[name]}" if name in several else name
    return found


# Dead units ----------------------------------------------------------------------------------------------------------
def units_of(scene: Scene, chain: Sequence[Node]) -> tuple[Units, ...]:
    """The activations between the variable and the output that pass little or nothing."""
    if not chain:
        return ()
    oldest = chain[0].serial
    found = [
        units_at(scene, node) for node in scene.nodes
        if node.serial > oldest and node in scene.arrivals and node.op.name in {*_RECTIFIERS, *_SATURATING}
    ]  # fmt: skip
    return tuple(found)


def units_at(scene: Scene, node: Node) -> Units:
    """How many units of one activation are off: the last axis counts units, the others examples."""
    numpy = reference()
    y = numpy.asarray(concrete(node))
    if node.op.name in _RECTIFIERS:
        off = numpy.asarray(concrete(node.inputs[0])) <= 0
    else:
        slope = y * (1 - y) if node.op.name == "sigmoid" else 1 - y * y
        off = slope < _FLAT * _SATURATING[node.op.name]
    examples = tuple(range(off.ndim - 1))
    dead = numpy.all(off, axis=examples) if examples else off
    name = scene.names.get(node) or spelled(node, scene.names)
    return Units(name, node.op.name, int(dead.sum()), dead.size, int(off.sum()), off.size, scene.line(node))
