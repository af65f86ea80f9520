"""Closed formulas: a graph and a question in, derivatives as formulas out.

One idea: the backward walk that computes a gradient is run on nodes, so the gradient is an expression; it is read in
index notation and reduced to matrix form. A Jacobian is what stands beside a seed in the gradient for that seed, and a
Hessian is the Jacobian of a gradient: every order comes from the same walk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import GradientError, LimitError
from ...ir.graph import Graph, topological_order
from ...ir.node import Node
from ...ir.types import symbolic_shapes
from ...ops.entries import entry_op
from ...ops.linalg import part
from ...transforms.folding import fold_graph
from ..symbols import symbols_for
from .forms import Setting
from .gradients import first_order
from .inquiry import Question, mentioned, seeds_of
from .keeping import kept_steps
from .orders import higher_order
from .properties import NOTHING, Properties, require_square
from .results import Answer, Definition, Derived, Layout


def derive_graph(
    graph: Graph,
    wrt: Sequence[Node],
    *,
    order: int = 1,
    layout: Layout = Layout.DENOMINATOR,
    inline: bool = False,
    known: Properties = NOTHING,
    called: Mapping[str, str] | None = None,
    sizes: Mapping[int, str] | None = None,
    first_index: int = 1,
) -> Derived:
    """The derivatives of the one output of a graph with respect to some of its steps, as closed formulas.

    `called` names gradients, by the symbol of their step; `known` is what is known of inputs; `first_index` is what
    written indices count from.

    Raises GradientError for an order below 1, and for an order above 1 of an output that is not one number.
    """
    notes: list[str] = []
    graph, became = fold_graph(graph, notes.append)
    wrt = [became.get(node, node) for node in wrt]
    steps = topological_order([graph.outputs[0]], graph.inputs)
    if len(steps) > MOST_STEPS:
        raise LimitError(
            given=f"a function of {len(steps)} steps", expected=f"at most {MOST_STEPS} for a closed formula",
            remedy="use grad for its gradient, or derive a part of it",
        )  # fmt: skip
    _require_formulas(steps)
    kept = kept_steps(graph, steps)
    named = kept | frozenset(wrt) | frozenset(graph.outputs)
    names = symbols_for(steps, [node for node in steps if node in named], graph.names)
    kept = frozenset(graph.inputs) if inline else kept
    setting = Setting(kept, sizes or {}, known, first_index, frozenset(steps), order)
    question = Question(graph, layout, setting, dict(names), called or {})
    _require_order(question)
    require_square(known, question.names)
    with symbolic_shapes():
        answers = first_order(question, wrt, inline) if order == 1 else higher_order(question, wrt)
    return _told(question, steps, answers, notes)


def _told(
    question: Question, steps: Sequence[Node], answers: tuple[Answer, ...], notes: Sequence[str]
) -> Derived:  # fmt: skip
    """The answers with the names that they speak in."""
    shown, names = _used(question, answers), question.names
    spoken = {node for each in answers for step in each.steps for node in mentioned(step.expression, question.upstream)}
    return Derived(
        question.graph, question.top, question.order, question.layout,
        tuple(Definition(names[node], node, node) for node in steps if node in shown and node.inputs),
        tuple(each for each in question.upstream.values() if each.node in shown),
        answers, {node: name for node, name in names.items() if node in shown or node in spoken or not node.inputs},
        dict(question.setting.sizes), question.setting.base, _conventions(question, steps, answers),
        tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _require_formulas(steps: Sequence[Node]) -> None:
    """Raise GradientError for a factorisation: its results come packed, and no formula for them could be read."""
    for node in steps:
        if node.op is part:
            factorised = node.inputs[0].op.name.removesuffix("_packed")
            raise GradientError(
                given=f"the derivative of np.linalg.{factorised} as a formula",
                where=f"np.linalg.{factorised}",
                expected="steps that are matrices and their products",
                remedy="take its numbers with chainrule.grad, or write the step by what is wanted of it: a trace, a "
                "determinant, an inverse",
            )


def _require_order(question: Question) -> None:
    if question.order < 1:
        raise GradientError(given=f"order {question.order}", expected="an order of 1 or more",
                            remedy="order 1 is the gradient, order 2 the Hessian")  # fmt: skip
    if question.order > 1 and question.output.ndim:
        raise GradientError(
            given=f"order {question.order} of {question.top}, an array of {question.output.ndim} axes",
            expected="one number as the output", remedy="derive one entry of it, or its product with a vector",
        )  # fmt: skip


MOST_STEPS = 1500


# What is shown -------------------------------------------------------------------------------------------------------
def _used(question: Question, answers: Sequence[Answer]) -> set[Node]:
    """The named nodes that the formulas mention, and those that their definitions mention in turn."""
    known = {*question.setting.keep, *question.upstream, *seeds_of(question)}
    found: set[Node] = set()
    for answer in answers:
        for each in (answer.matrix, answer.index, answer.as_product):
            if each is not None:
                found |= mentioned(each, known)
    pending = list(found)
    while pending:
        node = pending.pop()
        definition = question.upstream.get(node)
        parts = [definition.expression] if definition is not None else list(node.inputs)
        # a definition may be the very node it defines, so the node itself is not a name in it
        new = {each for part in parts for each in mentioned(part, known - {node})} - found
        found |= new
        pending.extend(new)
    return found


def _conventions(question: Question, steps: Sequence[Node], answers: Sequence[Answer]) -> tuple[str, ...]:
    said = []
    if question.setting.properties.symmetric:
        names = ", ".join(question.names[node] for node in steps if node in question.setting.properties.symmetric)
        said.append(f"{names} symmetric: its entries are varied one by one, and A^T is written as A")
    if any(map(_reads_at_sums, (answer.index for answer in answers))):
        said.append("an entry whose index lies outside its array counts as 0")
    for node in steps:
        if node.op.domain.kink is not None and node.inputs and any(each in question.names for each in node.inputs):
            said.append(f"{question.names.get(node, node.op.name)}: {node.op.domain.kink}")
    return tuple(dict.fromkeys(said))


def _reads_at_sums(index: Node | None) -> bool:
    """Whether an index form has entries such as x_(i+k)."""
    if index is None:
        return False
    entries = (node for node in topological_order([index]) if node.op is entry_op)
    return any("+" in str(at) or "-" in str(at) for node in entries for at in node.settings["at"])
