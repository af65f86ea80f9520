"""First derivatives: the backward walk on nodes in, one answer for each variable out.

One idea: of one number the gradient is the answer; of an array the walk starts from a seed with a name, and the
Jacobian is what stands beside an entry of the seed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from ...ir.graph import Graph
from ...ir.node import Node
from ...transforms.reverse import pull_back
from ...transforms.simplify import simplify
from ..explain import explain_graph
from ..lines import Derivation
from .answers import Arrangement, answer_from, laid_out, matrix_of, unread_answer, zero_answer
from .chain import chain_steps
from .forms import Form, find_form
from .gathering import count_names, length
from .inquiry import Question, best_matrix, find_matrix, inner_names, mentioned
from .reading import NoIndexFormError
from .results import Answer, Layout, Step
from .upstream import name_gradient, seed_of

_MOST_EXPLAINED = 60  # steps of a function whose chain rule is written out line by line
MOST_SIGNS = 24  # of a formula that is still written out
_MOST_FACTORS = 10  # of a term that is written out without the names of gradients


def first_order(question: Question, wrt: Sequence[Node], inline: bool) -> tuple[Answer, ...]:
    output = question.output
    seed = seed_of(question)
    named = [] if inline else [node for node in question.graph.order() if node in question.setting.keep and node.inputs]
    steps = frozenset(named)
    pullback = pull_back([output], [seed], list(dict.fromkeys([*wrt, *named])), symbolic=True)
    arrived = {each.node: each.gradient for each in pullback.arrivals if each.gradient is not None}
    for each in pullback.arrivals:
        if each.node in steps and each.node is not output:
            name_gradient(question, each.node, each.gradient)
    if not output.ndim and len(question.steps) <= _MOST_EXPLAINED:
        question.explained = _explained(question, wrt)
    return tuple(_answer(question, node, arrived.get(node), seed) for node in wrt)


def _explained(question: Question, wrt: Sequence[Node]) -> Derivation:
    """The same gradient explained, with the names that gradients have here."""
    called = {question.names[node]: question.names[gradient] for gradient, node in question.owners.items()}
    asked = [node for node in wrt if node in question.steps]
    shown = frozenset(question.setting.keep) | frozenset(wrt)
    names = {node: name for node, name in question.names.items() if node in question.steps}
    named = Graph(question.graph.inputs, question.graph.outputs, names)  # no step may get another name for the working
    return explain_graph(named, asked, called=called, sizes=question.setting.sizes, only=shown)


def _answer(question: Question, node: Node, gradient: Any, seed: Node) -> Answer:
    """The derivative of the output with respect to one step."""
    symbol = question.names[node]
    arrangement = Arrangement(
        f"d{question.top}/d{symbol}",
        question.top,
        (symbol,),
        (node.ndim,),
        question.output.ndim,
        question.layout,
        question.setting.avoid,
    )
    if gradient is None:
        return zero_answer(arrangement, (*question.output.shape, *node.shape))
    if question.output.ndim:
        return _jacobian_answer(question, arrangement, gradient, seed)
    return _gradient_answer(question, arrangement, gradient)


def _gradient_answer(question: Question, arrangement: Arrangement, gradient: Node) -> Answer:
    if gradient in question.upstream:
        own = question.names[question.owners[gradient]] == arrangement.below[0]
        chosen = question.names[gradient] in question.called.values() or question.upstream[gradient].of
        best: Node | None = gradient if chosen and not own else question.upstream[gradient].expression
    else:
        found = best_matrix(question, gradient)
        best = None if found is None else found[0]
    inlined = _written_out(question, gradient, best)
    try:
        form = _index_form(question, gradient)
    except NoIndexFormError as problem:
        return unread_answer(arrangement, gradient.shape, simplify(gradient), str(problem))
    if best is not None and arrangement.layout is Layout.NUMERATOR:
        best = laid_out(best, form.known)
        inlined = None if inlined is None else laid_out(inlined, form.known)
    answer = answer_from(form, arrangement, inlined=inlined, rule="the chain rule", fallback=gradient, matrix=best)
    return replace(answer, steps=_chain(question, arrangement.below[0], answer))


# Index form, and the lines that lead to it ---------------------------------------------------------------------------
def _index_form(question: Question, gradient: Node) -> Form:
    """The index form in the names of the forward pass; where that is long, in those of the gradients above too."""
    names = frozenset(question.setting.keep) | question.upstream.keys() - {gradient}
    with_names = find_form(gradient, (), question.setting.keeping(names))
    entries = {factor.what for term in with_names.terms for factor in term.factors}
    used = {node for entry in entries for node in mentioned(entry, question.upstream)}
    if not used or any(_is_long(question, each) for each in used):
        return with_names
    return find_form(gradient, (), question.setting)


def _is_long(question: Question, gradient: Node) -> bool:
    """Whether a named gradient stays a name in index form: it goes through others, or has many factors."""
    definition = question.upstream[gradient].expression
    return count_names(definition, question.names) > _MOST_FACTORS or bool(
        mentioned(definition, question.upstream.keys() - {gradient})
    )


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
        if not mentioned(steps[-1].expression, names):
            steps[-1] = replace(steps[-1], expression=answer.index)
        else:
            steps.append(Step("the upstream written out", "", answer.index))
    return tuple(steps)


# Names written out ---------------------------------------------------------------------------------------------------
_MOST_UNREAD = 3 * MOST_SIGNS  # signs of a gradient before it is simplified: of a longer one hardly ever few are left


def _written_out(question: Question, gradient: Node, best: Node | None) -> Node | None:
    """The matrix form one level down: without the names of gradients, else without those of the forward pass."""
    if best is None:
        return None
    levels: list[Collection[Node]] = [question.setting.keep] if mentioned(best, question.upstream) else []
    for keep in [*levels, frozenset(question.graph.inputs)]:
        names = {*keep, *question.graph.inputs}
        if length(gradient, names) > _MOST_UNREAD:
            continue
        found = find_matrix(question, gradient, keep)
        if found is not None and found is not best and length(found, names) <= MOST_SIGNS:
            return found
        if found is best and length(best, names) <= MOST_SIGNS and mentioned(best, inner_names(question)):
            return best
    return None


# Arrays --------------------------------------------------------------------------------------------------------------
def _jacobian_answer(question: Question, arrangement: Arrangement, gradient: Node, seed: Node) -> Answer:
    product = best_matrix(question, gradient)
    try:
        form = find_form(gradient, [seed], question.setting)
    except NoIndexFormError as problem:
        plain = simplify(gradient, list(question.setting.keep))
        shape = (*question.output.shape, *gradient.shape)
        shown = plain if product is None else product[0]
        return unread_answer(arrangement, shape, shown, str(problem), as_product=shown)
    matrix, _ = matrix_of(form, arrangement)
    plain = simplify(gradient, list(question.setting.keep))
    as_product = None if matrix is not None else plain if product is None else product[0]
    inlined = inlined_matrix(question, arrangement, gradient, [seed], matrix)
    return answer_from(
        form, arrangement, inlined=inlined, rule="the chain rule", fallback=None, as_product=as_product
    )  # fmt: skip


def inlined_matrix(
    question: Question, arrangement: Arrangement, expression: Node, seeds: Sequence[Node], matrix: Node | None
) -> Node | None:  # fmt: skip
    """The matrix form of a derivative beside seeds without the names of the forward pass. None where that is no matrix
    form, says the same, or is long."""
    if matrix is None or not mentioned(matrix, inner_names(question)):
        return None
    inputs = frozenset(question.graph.inputs)
    try:
        found, _ = matrix_of(find_form(expression, seeds, question.setting.keeping(inputs)), arrangement)
    except NoIndexFormError:
        return None
    return found if found is not None and length(found, inputs) <= MOST_SIGNS else None
