"""Higher derivatives: a number and variables in, Hessians and what comes after them out.

One idea: each walk back but the last starts from a seed; what stands beside the entries of all seeds in the last
gradient is the derivative of that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

from ...ir.coercion import as_node
from ...ir.library import reference
from ...ir.node import Node
from ...ops.sources import input_node
from ...transforms.reverse import gradients
from ...transforms.simplify import simplify
from .answers import Arrangement, answer_from, matrix_of, unread_answer, zero_answer
from .forms import find_form
from .gradients import inlined_matrix
from .inquiry import Question
from .reading import NoIndexFormError
from .results import Answer


def higher_order(question: Question, wrt: Sequence[Node]) -> tuple[Answer, ...]:
    return tuple(_mixed(question, chosen) for chosen in combinations_with_replacement(wrt, question.order))


def _mixed(question: Question, chosen: Sequence[Node]) -> Answer:
    """The derivative by several variables in turn: each but the last leaves a seed, beside which its entry is read."""
    symbols = tuple(question.names[node] for node in chosen)
    arrangement = Arrangement(
        _label(question.top, symbols),
        question.top,
        symbols,
        tuple(node.ndim for node in chosen),
        0,
        question.layout,
        question.setting.avoid,
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
    except NoIndexFormError as problem:
        for number, seed in enumerate(seeds, 1):
            question.names[seed] = "v" if len(seeds) == 1 else f"v_{number}"
        return unread_answer(arrangement, shape, expression, str(problem), as_product=expression)
    matrix, _ = matrix_of(form, arrangement)
    inlined = inlined_matrix(question, arrangement, expression, seeds, matrix)
    return answer_from(form, arrangement, inlined=inlined, rule="the derivative of the derivative", fallback=None)


def _label(top: str, symbols: Sequence[str]) -> str:
    count = len(symbols)
    if len(set(symbols)) == 1:
        return f"d{count}{top}/d{symbols[0]}{count}"
    return f"d{count}{top}/{' '.join(f'd{symbol}' for symbol in symbols)}"
