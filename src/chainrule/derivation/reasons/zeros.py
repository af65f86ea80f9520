"""`why_zero`: a function, an input and a point in, why its gradient is zero or next to nothing there out.

One idea: a gradient is a product along the way back, so one factor of zero is enough; the first on that way is named,
with the user's line, and the sizes of all others stand in a table (`flow`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ... import tree
from ...errors import UnknownNameError, did_you_mean
from ...ir.graph import topological_order
from ...ir.library import reference
from ...ir.node import Node, concrete
from ...ir.recording import suspended_recording
from .flow import Flow, flow_of, size
from .killers import Killer, killers_of, stops
from .scene import Scene, look
from .wording import count_text

_MOST_SHOWN = 8
_LOST = 1e-14  # of what arrives: as good as nothing in float64


@dataclass(frozen=True, slots=True)
class ZeroGradient:
    """What became of the gradient of one input: how much of it is zero, and the steps that made it so."""

    variable: str
    zeros: int
    entries: int
    magnitude: float
    why: str
    killers: tuple[Killer, ...]
    flow: Flow

    @property
    def is_zero(self) -> bool:
        """Whether all of it is zero."""
        return self.zeros == self.entries

    def text(self) -> str:
        """The findings for reading."""
        lines = [f"the gradient of {self.variable} {self.why}"]
        shown = self.killers[:_MOST_SHOWN]
        lines += [f"  {'first killed by' if not place else 'and by':<15} {each}" for place, each in enumerate(shown)]
        if len(self.killers) > len(shown):
            lines.append(f"  and {len(self.killers) - len(shown)} more")
        return "\n".join([*lines, *(f"  {each}" for each in self.flow.remarks if self.flow.layers)])

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class ZeroReport:
    """What `why_zero` found for each input asked about; printing it gives the text."""

    function: str
    gradients: tuple[ZeroGradient, ...]

    @property
    def killers(self) -> tuple[Killer, ...]:
        """All steps that made something zero."""
        return tuple(dict.fromkeys(killer for each in self.gradients for killer in each.killers))

    def flow(self, variable: str | None = None) -> Flow:
        """The table of |local| and |downstream| for one input: the first one, unless it is named."""
        known = {each.variable: each.flow for each in self.gradients}
        if variable is None:
            return self.gradients[0].flow
        if variable not in known:
            raise UnknownNameError(given=variable, expected=f"one of {', '.join(known)}",
                                   remedy=did_you_mean(variable, known))  # fmt: skip
        return known[variable]

    def text(self) -> str:
        """The findings for reading."""
        units = dict.fromkeys(str(unit) for each in self.gradients for unit in each.flow.units if unit.flat)
        return "\n".join([*(each.text() for each in self.gradients), *units])

    def __str__(self) -> str:
        return self.text()


def why_zero(
    function: Callable[..., Any], wrt: Any, args: Sequence[Any], keywords: dict[str, Any], places: Sequence[int]
) -> ZeroReport:
    """Run the function forward and back, and follow each gradient asked about down from the output.

    Raises UnknownNameError for a name in `wrt` that is no input.
    """
    scene = look(function, args, keywords, places)
    names = asked(scene, wrt, places)
    moved = differences(scene, function, args, keywords, places)
    return ZeroReport(scene.function, tuple(zero_gradient(scene, name, moved) for name in names))


def asked(scene: Scene, wrt: Any, places: Sequence[int]) -> list[str]:
    """The inputs that are meant: by name (W, params['W'], params.W) or by the name or number of an argument."""
    known = list(scene.variables)
    if wrt is None:
        return known
    found = []
    for each in [wrt] if isinstance(wrt, (str, int)) else list(wrt):
        matching = [name for name in known if each in spellings(name)]
        if isinstance(each, int):
            matching = [name for name in known if name.split("[")[0] == argument_name(scene, each, places)]
        if not matching:
            raise UnknownNameError(given=f"wrt={each!r}", expected=f"an input: {', '.join(known)}",
                                   remedy=did_you_mean(str(each), known))  # fmt: skip
        found += matching
    return list(dict.fromkeys(found))


def argument_name(scene: Scene, number: int, places: Sequence[int]) -> str:
    """The name of an argument by its number."""
    order = list(dict.fromkeys(name.split("[")[0] for name in scene.variables))
    return order[list(places).index(number)] if number in places and len(order) == len(places) else ""


def spellings(name: str) -> set[str]:
    """params['W'] as params['W'], params["W"], params.W, W and params."""
    dotted = name.replace("['", ".").replace("']", "").replace("[", ".").replace("]", "")
    return {name, name.replace("'", '"'), dotted, dotted.split(".")[-1], name.split("[")[0]}


def zero_gradient(scene: Scene, name: str, moved: Callable[[Node], bool]) -> ZeroGradient:
    """Everything about one input."""
    node = scene.variables[name]
    gradient = reference().asarray(scene.gradient(node))
    zeros, magnitude = int((gradient == 0).sum()), size(gradient)
    killers = tuple(killers_of(scene, node)) if zeros else ()
    flow = flow_of(scene, name)
    lost = next((each for each in flow.layers if 0 < each.local < _LOST), None)
    if node not in scene.arrivals:
        why, killers = unreached(scene, node, moved)
    elif zeros == gradient.size and gradient.size:
        why = "is 0" if killers else "is 0: its contributions cancel"
    elif zeros:
        why = f"is 0{count_text(zeros, gradient.size)}, of size {magnitude:.3g}"
    elif lost is not None:
        passed = f"{lost.step} passes {lost.local:.3g} of what arrives, so its terms cancel"
        why = f"is 0 but for rounding ({magnitude:.3g}): {passed}"
    else:
        why = f"is not 0: its size is {magnitude:.3g}"
    return ZeroGradient(name, zeros, gradient.size, magnitude, why, killers, flow)


def unreached(scene: Scene, node: Node, moved: Callable[[Node], bool]) -> tuple[str, tuple[Killer, ...]]:
    """Why no derivative connects an input with the output."""
    below = descendants(scene, node)
    cuts = [killer for each in below for killer in stops(scene, each)]
    found = {(killer.serial, killer.why): killer for killer in cuts}
    if found:
        return "is 0: every path to the output is cut", tuple(sorted(found.values(), key=lambda each: -each.serial))
    if len(below) > 1:
        return f"is 0: the output of {scene.function} does not depend on what is made of it", ()
    if moved(node):
        return ("is 0: its number is taken out of the recording (chainrule.value, or a rule that sends nothing); "
                "the value does change when it moves"), ()  # fmt: skip
    return f"is 0: {scene.function} does not use it", ()


def descendants(scene: Scene, node: Node) -> list[Node]:
    """What is made of a node by steps that pass derivatives, and the node itself."""
    reached = {node}
    for each in topological_order([*scene.nodes, *scene.recording.outputs], scene.variables.values()):
        if any(source in reached for source in each.inputs) and each.dtype.kind in "fc":
            reached.add(each)
    return list(reached)


def differences(
    scene: Scene, function: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any], places: Sequence[int]
) -> Callable[[Node], bool]:
    """Whether the plain value of the function changes when an input moves: asked where nothing else explains."""

    def moved(node: Node) -> bool:
        numpy = reference()
        leaves = [concrete(each) for each in scene.recording.variables]
        changed = [each * 1.01 + 0.01 if other is node else each
                   for each, other in zip(leaves, scene.recording.variables, strict=True)]  # fmt: skip
        results = []
        for values in (leaves, changed):
            replaced = list(args)
            for place, value in zip(places, tree.unflatten(scene.recording.structure, values), strict=True):
                replaced[place] = value
            try:
                with suspended_recording(), numpy.errstate(all="ignore"):
                    results.append(tree.flatten(function(*replaced, **keywords))[0])
            except Exception:  # the user's function at another point: it may do anything
                return False
        return not all(numpy.array_equal(first, second) for first, second in zip(*results, strict=False))

    return moved
