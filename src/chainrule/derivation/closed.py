"""Closed formulas: a graph and a question in, derivatives as formulas out.

One idea: the backward walk that computes a gradient is run on nodes, so the gradient is an expression; it is read in
index notation and reduced to matrix form. A Jacobian is what stands beside a seed in the gradient for that seed, and a
Hessian is the Jacobian of a gradient: every order comes from the same walk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement
from typing import Any

from ..errors import GradientError
from ..ir.coercion import as_node
from ..ir.graph import Graph, topological_order
from ..ir.library import reference
from ..ir.node import Node
from ..ops.sources import input_node
from ..transforms.folding import fold_graph
from ..transforms.reverse import gradients, pull_back
from ..transforms.simplify import simplify
from ..ir.types import symbolic_shapes
from .answers import Arrangement, answer_from, laid_out, matrix_of, unread_answer, zero_answer
from .chain import chain_steps
from .explain import explain_graph
from .forms import Form, Setting, find_form
from .gathering import count_names, gather, length
from .keeping import is_activated, kept_steps
from .lines import Derivation
from .reading import NoIndexForm
from .results import Answer, Definition, Derived, Layout, Step
from .symbols import ACTIVATIONS, shown_nodes, symbols_for, unused


@dataclass(slots=True)
class Question:
    """One derivation while it is worked out. `upstream` are the gradients that have a name, output first."""

    graph: Graph
    order: int
    layout: Layout
    setting: Setting
    names: dict[Node, str]
    called: Mapping[str, str]
    upstream: dict[Node, Definition] = field(default_factory=dict)
    owners: dict[Node, Node] = field(default_factory=dict)  # named gradient -> the step it belongs to
    steps: frozenset[Node] = frozenset()
    explained: Derivation | None = None  # the same gradient explained, where that is short

    @property
    def output(self) -> Node:
        return self.graph.outputs[0]

    @property
    def top(self) -> str:
        return self.names[self.output]


def derive_graph(
    graph: Graph,
    wrt: Sequence[Node],
    *,
    order: int = 1,
    layout: Layout = Layout.DENOMINATOR,
    inline: bool = False,
    symmetric: Collection[Node] = (),
    signs: Collection[Node] = (),
    positive: Collection[Node] = (),
    called: Mapping[str, str] | None = None,
    sizes: Mapping[int, str] | None = None,
    first_index: int = 1,
) -> Derived:
    """The derivatives of the one output of a graph with respect to some of its steps, as closed formulas.

    `called` names gradients, by the symbol of their step; `symmetric`, `signs` (entries 1 or -1) and `positive` say what
    is known of inputs; `first_index` is what written indices count from.

    Raises GradientError for an order below 1, and for an order above 1 of an output that is not one number.
    """
    notes: list[str] = []
    graph, became = fold_graph(graph, notes.append)
    wrt, symmetric, signs, positive = (
        [became.get(node, node) for node in nodes] for nodes in (wrt, symmetric, signs, positive)
    )
    steps = topological_order([graph.outputs[0]], graph.inputs)
    names = symbols_for(steps, shown_nodes(steps, graph.names, graph.inputs, graph.outputs), graph.names)
    kept = frozenset(graph.inputs) if inline else kept_steps(graph, names, steps)
    setting = Setting(kept, sizes or {}, frozenset(symmetric), frozenset(signs), frozenset(positive), first_index)
    question = Question(graph, order, layout, setting, dict(names), called or {})
    _require_order(question)
    question.steps = frozenset(steps)
    with symbolic_shapes():
        answers = _first_order(question, wrt, inline) if order == 1 else _higher_order(question, wrt)
    shown = _used(question, answers)
    return Derived(
        graph, question.top, order, layout,
        tuple(Definition(names[node], node, node) for node in steps if node in shown and node.inputs),
        tuple(each for each in question.upstream.values() if each.node in shown),
        answers, {node: name for node, name in question.names.items() if node in shown or not node.inputs},
        dict(sizes or {}), _conventions(question, steps), tuple(dict.fromkeys(notes)),
    )  # fmt: skip


_MOST_EXPLAINED = 60  # steps of a function whose chain rule is written out line by line


def _require_order(question: Question) -> None:
    if question.order < 1:
        raise GradientError(given=f"order {question.order}", expected="an order of 1 or more",
                            remedy="order 1 is the gradient, order 2 the Hessian")  # fmt: skip
    if question.order > 1 and question.output.ndim:
        raise GradientError(
            given=f"order {question.order} of {question.top}, which has shape {question.output.shape}",
            expected="one number as the output", remedy="derive one entry of it, or its product with a vector",
        )  # fmt: skip


# First order ---------------------------------------------------------------------------------------------------------
def _first_order(question: Question, wrt: Sequence[Node], inline: bool) -> tuple[Answer, ...]:
    output = question.output
    seed = _seed(question)
    named = [] if inline else [node for node in question.graph.order() if node in question.setting.keep and node.inputs]
    steps = frozenset(named)
    pullback = pull_back([output], [seed], list(dict.fromkeys([*wrt, *named])), symbolic=True)
    arrived = {each.node: each.gradient for each in pullback.arrivals if each.gradient is not None}
    for each in pullback.arrivals:
        if each.node in steps and each.node is not output:
            _name_gradient(question, each.node, each.gradient)
    if not output.ndim and len(question.steps) <= _MOST_EXPLAINED:
        question.explained = _explained(question, wrt)
    return tuple(_answer(question, node, arrived.get(node), seed) for node in wrt)


def _explained(question: Question, wrt: Sequence[Node]) -> Derivation:
    """The same gradient explained, with the names that gradients have here."""
    called = {question.names[node]: question.names[gradient] for gradient, node in question.owners.items()}
    asked = [node for node in wrt if node in question.steps]
    return explain_graph(
        question.graph, asked, called=called, sizes=question.setting.sizes,
        only=frozenset(question.setting.keep) | frozenset(wrt),
    )  # fmt: skip


def _seed(question: Question) -> Node:
    """1 for one number; for an array a gradient with a name of its own."""
    output = question.output
    if not output.ndim:
        return as_node(reference().asarray(1.0, dtype=output.dtype))
    seed = input_node(output.shape, output.dtype)
    taken = dict.fromkeys(question.names.values(), 1)
    question.names[seed] = question.called.get(question.top) or unused("G", taken)
    return seed


def _name_gradient(question: Question, node: Node, gradient: Any) -> None:
    """A gradient that other formulas go through gets a name, if it is more than one sign."""
    if type(gradient) is not Node or gradient in question.names:
        return
    if node.op.name in ACTIVATIONS and question.names[node] not in question.called:
        return  # the gradient of its argument is the delta: (W^T delta) o f'(z) needs no name in between
    called = question.called.get(question.names[node])
    best = _best(question, gradient, called is not None)
    if best is None or (count_names(best[0], question.names) < 2 and called is None):
        return
    taken = dict.fromkeys(question.names.values(), 1)
    question.names[gradient] = called or unused(_gradient_name(question, node), taken)
    question.owners[gradient] = node
    question.upstream[gradient] = Definition(question.names[gradient], gradient, best[0])


def _gradient_name(question: Question, node: Node) -> str:
    """delta for the argument of an activation, as every course writes it; else dL/dS."""
    symbol = question.names[node]
    if symbol.startswith("z") and is_activated(question.graph, node):
        return f"delta{symbol[1:]}"
    return f"d{symbol}" if question.output.ndim else f"d{question.top}/d{symbol}"


def _best(question: Question, gradient: Node, named: bool = False) -> tuple[Node, int] | None:
    """The shortest matrix form of an array, and how long it is: with the names of gradients, or with those it goes
    through written out, where that is no longer (s - y). None where there is no matrix form."""
    kept = find_matrix(question, gradient, {*question.setting.keep, *question.upstream})
    if kept is None:
        return None
    used = _mentioned(kept, question.upstream)
    size = length(kept, question.names)
    if used and not named:
        whole = find_matrix(question, gradient, {*question.setting.keep, *(set(question.upstream) - used)})
        if whole is not None and length(whole, question.names) <= size:
            return whole, length(whole, question.names)
    return kept, size


def find_matrix(question: Question, expression: Node, keep: Collection[Node]) -> Node | None:
    """The matrix form of an array of at most two axes. None where there is none."""
    if expression in keep:
        keep = set(keep) - {expression}
    try:
        form = find_form(expression, (), question.setting.keeping(frozenset({*keep, *_seeds(question)})))
    except NoIndexForm:
        return simplify(expression, list(keep))
    return None if form.residues is None or len(form.free) > 2 else gather(form.residues, form.free, form.known)


def _seeds(question: Question) -> list[Node]:
    return [node for node in question.names if not node.inputs]


def _mentioned(expression: Node, known: Iterable[Node]) -> set[Node]:
    """The named nodes that an expression is written with."""
    stop = set(known)
    found: set[Node] = set()
    pending, seen = [expression], set()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in stop:
            found.add(node)
        else:
            pending.extend(node.inputs)
    return found


def _answer(question: Question, node: Node, gradient: Any, seed: Node) -> Answer:
    """The derivative of the output with respect to one step."""
    symbol = question.names[node]
    arrangement = Arrangement(
        f"d{question.top}/d{symbol}", question.top, (symbol,), (node.ndim,), question.output.ndim, question.layout
    )
    if gradient is None:
        return zero_answer(arrangement, (*question.output.shape, *node.shape))
    if question.output.ndim:
        return _jacobian_answer(question, arrangement, gradient, seed)
    return _gradient_answer(question, arrangement, gradient)


def _gradient_answer(question: Question, arrangement: Arrangement, gradient: Node) -> Answer:
    setting = question.setting
    if gradient in question.upstream:
        best: Node | None = question.upstream[gradient].expression
    else:
        found = _best(question, gradient)
        best = None if found is None else found[0]
    inlined = _written_out(question, gradient, best)
    fallback = simplify(gradient)
    try:
        form = _index_form(question, gradient)
    except NoIndexForm as problem:
        return unread_answer(arrangement, gradient.shape, fallback, str(problem))
    if best is not None and arrangement.layout is Layout.NUMERATOR:
        best = laid_out(best, form.known)
        inlined = None if inlined is None else laid_out(inlined, form.known)
    answer = answer_from(form, arrangement, inlined=inlined, rule="the chain rule", fallback=fallback, matrix=best)
    return replace(answer, steps=_chain(question, arrangement.below[0], answer))


_MOST_FACTORS = 10  # of a term that is written out without the names of gradients


def _index_form(question: Question, gradient: Node) -> Form:
    """The index form in the names of the forward pass; where that is long, in those of the gradients above too."""
    with_names = find_form(gradient, (), question.setting.keeping(question.setting.keep | question.upstream.keys() - {gradient}))
    used = {factor.what for term in with_names.terms for factor in term.factors} & question.upstream.keys()
    if not used or any(count_names(question.upstream[each].expression, question.names) > _MOST_FACTORS or _mentioned(question.upstream[each].expression, question.upstream) for each in used):
        return with_names
    return find_form(gradient, (), question.setting)


def _chain(question: Question, symbol: str, answer: Answer) -> tuple[Step, ...]:
    """The lines of the chain rule that lead to an answer, ending with its index form."""
    if question.explained is None:
        return answer.steps
    real = {name: node for node, name in question.names.items() if node in question.steps or node in question.upstream}
    steps, names = chain_steps(question.explained, symbol, real)
    if not steps:
        return answer.steps
    question.names.update(names)
    if answer.index is not None:
        if not _mentioned(steps[-1].expression, names):
            steps[-1] = replace(steps[-1], expression=answer.index)
        else:
            steps.append(Step("the upstream written out", "", answer.index))
    return tuple(steps)


_MOST_SIGNS = 24  # of a formula that is still written out


def _written_out(question: Question, gradient: Node, best: Node | None) -> Node | None:
    """The matrix form one level down: without the names of gradients, else without those of the forward pass."""
    if best is None:
        return None
    levels: list[Collection[Node]] = [question.setting.keep] if _mentioned(best, question.upstream) else []
    for keep in [*levels, frozenset(question.graph.inputs)]:
        found = find_matrix(question, gradient, keep)
        names = {*keep, *question.graph.inputs}
        if found is not None and found is not best and length(found, names) <= _MOST_SIGNS:
            return found
        if found is best and length(best, names) <= _MOST_SIGNS and _mentioned(best, _inner_names(question)):
            return best
    return None


def _inner_names(question: Question) -> list[Node]:
    return [node for node in question.names if node.inputs and node in question.setting.keep]


def _jacobian_answer(question: Question, arrangement: Arrangement, gradient: Node, seed: Node) -> Answer:
    product = _best(question, gradient)
    fallback = None
    try:
        form = find_form(gradient, [seed], question.setting)
    except NoIndexForm as problem:
        fallback = simplify(gradient)
        shape = (*question.output.shape, *gradient.shape)
        return unread_answer(arrangement, shape, fallback, str(problem), fallback if product is None else product[0])
    matrix, why = matrix_of(form, arrangement)
    del why
    return answer_from(
        form, arrangement, inlined=_inlined_jacobian(question, arrangement, gradient, seed, matrix), rule="the chain rule",
        fallback=_by_rows(question, gradient, seed), as_product=None if matrix is not None or product is None else product[0],
    )  # fmt: skip


def _by_rows(question: Question, gradient: Node, seed: Node) -> Node:
    return simplify(gradient)


def _inlined_jacobian(
    question: Question, arrangement: Arrangement, gradient: Node, seed: Node, matrix: Node | None
) -> Node | None:  # fmt: skip
    if matrix is None:
        return None
    inputs = frozenset(question.graph.inputs)
    try:
        found, _ = matrix_of(find_form(gradient, [seed], question.setting.keeping(inputs)), arrangement)
    except NoIndexForm:
        return None
    if found is None or length(found, inputs) > _MOST_SIGNS:
        return None
    return found if found is not matrix or _mentioned(matrix, _inner_names(question)) else None


# Higher orders -------------------------------------------------------------------------------------------------------
def _higher_order(question: Question, wrt: Sequence[Node]) -> tuple[Answer, ...]:
    return tuple(_mixed(question, chosen) for chosen in combinations_with_replacement(wrt, question.order))


def _mixed(question: Question, chosen: Sequence[Node]) -> Answer:
    """The derivative by several variables in turn: each but the last leaves a seed, beside which its entry is read."""
    symbols = tuple(question.names[node] for node in chosen)
    arrangement = Arrangement(
        _label(question.top, symbols), question.top, symbols, tuple(node.ndim for node in chosen), 0, question.layout
    )
    shape = tuple(size for node in chosen for size in node.shape)
    expression: Node = question.output
    seeds: list[Node] = []
    upstream: Node = as_node(reference().asarray(1.0, dtype=expression.dtype))
    for place, node in enumerate(chosen):
        found = gradients([expression], [upstream], [node], symbolic=True)[0]
        if type(found) is not Node:
            return zero_answer(arrangement, shape)
        expression = simplify(found, list(question.setting.keep))
        if place + 1 < len(chosen):
            upstream = input_node(node.shape, node.dtype)
            seeds.append(upstream)
    try:
        form = find_form(expression, seeds, question.setting)
    except NoIndexForm as problem:
        return unread_answer(arrangement, shape, expression, str(problem))
    matrix, _ = matrix_of(form, arrangement)
    inlined = _inlined_matrix(question, arrangement, expression, seeds, matrix)
    return answer_from(form, arrangement, inlined=inlined, rule="the derivative of the derivative", fallback=expression)


def _inlined_matrix(
    question: Question, arrangement: Arrangement, expression: Node, seeds: Sequence[Node], matrix: Node | None
) -> Node | None:  # fmt: skip
    if matrix is None or not _mentioned(matrix, _inner_names(question)):
        return None
    inputs = frozenset(question.graph.inputs)
    try:
        found, _ = matrix_of(find_form(expression, seeds, question.setting.keeping(inputs)), arrangement)
    except NoIndexForm:
        return None
    return found if found is not None and length(found, inputs) <= _MOST_SIGNS else None


def _label(top: str, symbols: Sequence[str]) -> str:
    count = len(symbols)
    if len(set(symbols)) == 1:
        return f"d{count}{top}/d{symbols[0]}{count}"
    return f"d{count}{top}/{' '.join(f'd{symbol}' for symbol in symbols)}"


# What is shown -------------------------------------------------------------------------------------------------------
def _used(question: Question, answers: Sequence[Answer]) -> set[Node]:
    """The named nodes that the formulas mention, and those that their definitions mention in turn."""
    known = {*question.setting.keep, *question.upstream, *_seeds(question)}
    found: set[Node] = set()
    for answer in answers:
        for each in (answer.matrix, answer.index, answer.as_product):
            if each is not None:
                found |= _mentioned(each, known)
    pending = list(found)
    while pending:
        node = pending.pop()
        definition = question.upstream.get(node)
        parts = [definition.expression] if definition is not None else list(node.inputs)
        # a definition may be the very node it defines, so the node itself is not a name in it
        new = {each for part in parts for each in _mentioned(part, known - {node})} - found
        found |= new
        pending.extend(new)
    return found


def _conventions(question: Question, steps: Sequence[Node]) -> tuple[str, ...]:
    said = []
    if question.setting.symmetric:
        names = ", ".join(question.names[node] for node in steps if node in question.setting.symmetric)
        said.append(f"{names} symmetric: its entries are varied one by one, and A^T is written as A")
    for node in steps:
        if node.op.domain.kink is not None and node.inputs and any(each in question.names for each in node.inputs):
            said.append(f"{question.names.get(node, node.op.name)}: {node.op.domain.kink}")
    return tuple(dict.fromkeys(said))
