"""What a slip gives, and what is right, as formulas in the author's names: a scene and a slip in, text out.

One idea: the walk back with the slip in it is run on nodes, and its result is reduced to matrix form as the right
gradient is. A formula is said only if its numbers are those of the slip.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ...derivation.formulas.forms import Setting, find_form
from ...derivation.formulas.gathering import gather, length
from ...derivation.formulas.properties import NOTHING, Properties
from ...derivation.formulas.reading import NoIndexFormError
from ...ir.coercion import as_node
from ...ir.graph import topological_order
from ...ir.library import Array, reference
from ...ir.node import Node
from ...ir.recording import accepting_from, open_recording
from ...ir.types import symbolic_shapes
from ...ops.arithmetic import div
from .matching import agree
from .scene import NOT_FITTING, Run, Scene
from .slip import Slip, walked

MOST_STEPS = 60
MOST_NAMES = 12  # in a formula that still explains something
_MOST_ENTRIES = 20_000
_LONGEST = 72  # letters of a formula


def formula_of(scene: Scene, slip: Slip | None = None, known: Properties = NOTHING) -> str:
    """The gradient that a slip gives as a formula, or the right one (None); nothing where it has no short form."""
    if len(scene.active) > MOST_STEPS or any(node.type.size > _MOST_ENTRIES for node in scene.active):
        return ""
    if any(change.alone for change in slip.changes) if slip is not None else False:
        return ""
    value = scene.right(0) if slip is None else slip.at(0)
    try:
        with open_recording(), accepting_from(0):
            found = _formula(scene, slip, known)
            if found is None or value is None or not agree(_evaluated(found, scene), value):
                return ""
            return scene.words.formula(found, _LONGEST) if found not in scene.graph.names else ""
    except (*NOT_FITTING, NoIndexFormError, AttributeError, KeyError):
        return ""  # an effect that has no form on symbols


def _formula(scene: Scene, slip: Slip | None, known: Properties) -> Node | None:
    names: Mapping[Node, str] = scene.graph.names
    run = Run(_symbols(scene, names), as_node(scene.runs[0].seed))
    for node in scene.active:
        run.totals[node] = run.seed  # an effect that reads the totals of other nodes has no form here
    gradient = walked(scene, run, () if slip is None else slip.changes)
    if not isinstance(gradient, Node) or gradient.ndim > 2:
        return None
    keep = frozenset({*names, *scene.graph.inputs} - {scene.output})
    with symbolic_shapes():
        setting = Setting(keep, {}, known, 0, frozenset(scene.graph.order()), 1)
        form = find_form(gradient, (), setting)
        if form.residues is None:
            return None
        found = gather(form.residues, form.free, form.known)
    return found if length(found, dict(names)) <= MOST_NAMES else None


def _symbols(scene: Scene, names: Collection[Node]) -> dict[Node, Node]:
    """Every node stands for itself, but the numerator of a quotient with a name is the quotient times the rest: so
    exps / denom is written P.
    """
    values = {node: node for node in scene.runs[0].values}
    for node in list(values):
        if node.op is div and node in names and node.inputs[0].inputs:
            values[node.inputs[0]] = node * node.inputs[1]
    return values


def _evaluated(formula: Node, scene: Scene) -> Array:
    values = dict(scene.runs[0].values)
    for node in topological_order([formula], list(values)):
        if node not in values:
            inputs = [values[each] for each in node.inputs]
            values[node] = node.op.kernel(reference(), *inputs, **node.settings) if node.inputs else node.value
    return values[formula]
