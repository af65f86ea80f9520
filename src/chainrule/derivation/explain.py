"""Explaining: a graph with its names in, a derivation out.

One idea: the numbers come from one ordinary backward walk over the recorded nodes, so explaining changes no gradient, not
even in the last bit; everything else is said about that walk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import Node, concrete
from ..transforms.reverse import Pullback, pull_back
from .batches import examples_of
from .lines import Derivation, Line, Row
from .notes import take_notes
from .paths import find_paths
from .speak import speak_lines
from .stage import Stage, set_stage, written_out

_MOST_CLOSED = 400  # steps up to which closed formulas are worked out for every line


def explain_graph(
    graph: Graph,
    wrt: Sequence[Node] = (),
    *,
    called: Mapping[str, str] | None = None,
    detail: str = "steps",
    sizes: Mapping[int, str] | None = None,
) -> Derivation:
    """The worked gradient of the graph's one output with respect to `wrt` (all inputs if empty).

    `detail`: "steps" shows every step, "statements" only those with a name, "result" the gradients alone.
    """
    output = graph.outputs[0]
    asked = tuple(wrt) or graph.inputs
    visible = frozenset({*graph.names, *graph.inputs}) if detail == "statements" else None
    stage = set_stage(output, graph.inputs, graph.names, asked, called or {}, visible)
    pullback = _walk(stage, asked)
    lines = speak_lines(stage, pullback, closed_forms=len(stage.shown) <= _MOST_CLOSED)
    if not stage.symbolic:
        lines = [_with_examples(stage, line) for line in lines]
    return Derivation(
        output=stage.symbols[output],
        inputs=tuple(stage.symbols[node] for node in graph.inputs),
        rows=tuple(_row(stage, node) for node in stage.shown),
        lines=tuple(lines),
        gradients={stage.symbols[node]: _gradient(stage, node, pullback, slot) for slot, node in enumerate(asked)},
        closed={line.symbol: line.closed for line in lines if line.closed is not None},
        names=stage.names,
        values=stage.values,
        notes=tuple(take_notes(stage, lines, asked)),
        all_paths={stage.symbols[node]: find_paths(stage, node, lines) for node in asked},
        sizes=sizes or {},
    )


def _walk(stage: Stage, asked: Sequence[Node]) -> Pullback | None:
    if stage.symbolic:
        return None
    seed = reference().ones((), stage.output.dtype)[()]
    return pull_back([stage.output], [seed], asked, symbolic=False)


def _gradient(stage: Stage, node: Node, pullback: Pullback | None, slot: int) -> Any:
    if pullback is None:
        return None
    found = pullback.gradients[slot]
    return reference().zeros(node.shape, node.dtype)[()] if found is None else found


def _row(stage: Stage, node: Node) -> Row:
    expression = written_out(stage, node) if node.inputs else None
    return Row(stage.symbols[node], node, expression, None if stage.symbolic else concrete(node), node.origin)


def _with_examples(stage: Stage, line: Line) -> Line:
    examples = examples_of(stage, line)
    return replace(line, examples=examples) if examples else line
