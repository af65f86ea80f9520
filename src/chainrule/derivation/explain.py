"""Explaining: a graph with its names in, a derivation out.

One idea: the numbers come from one ordinary backward walk over the recorded nodes, so explaining changes no gradient,
not even in the last bit; everything else is said about that walk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import GradientError, LimitError
from ..ir.graph import Graph, consumers
from ..ir.library import reference
from ..ir.node import Node, concrete
from ..transforms.reverse import Pullback, pull_back
from .batches import examples_of
from .lines import Derivation, Line, Paths, Row
from .notes import take_notes
from .paths import find_paths
from .single import entry_lines, entry_paths, explore, place_symbol
from .speak import gradients_of, speak_lines, value_gradients
from .stage import Stage, set_stage, written_out

MOST_STEPS = 20_000
_MOST_CLOSED = 400  # steps up to which closed formulas are worked out for every line
_MOST_WITH_PATHS = 64


def explain_graph(
    graph: Graph,
    wrt: Sequence[Node] = (),
    *,
    called: Mapping[str, str] | None = None,
    detail: str = "steps",
    sizes: Mapping[int, str] | None = None,
    only: frozenset[Node] | None = None,
) -> Derivation:
    """The worked gradient of the graph's one output with respect to `wrt` (all inputs if empty).

    `detail`: "steps" shows every step, "statements" only those with a name, "functions" only what the outermost
    function names or another returns to it, "result" the gradients alone. `only`: the steps to show, whatever the
    detail.
    """
    output = require_number(graph)
    refuse_longer(graph)
    asked = tuple(wrt) or graph.inputs
    visible = visible_steps(graph, detail) if only is None else only
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
        all_paths=_all_paths(stage, asked, lines),
        sizes=sizes or {},
        given=_given(stage, graph),
    )


def visible_steps(graph: Graph, detail: str) -> frozenset[Node] | None:
    """The steps that a level of detail shows; None for all."""
    if detail not in ("statements", "functions"):
        return None
    named = {*graph.names, *graph.inputs}
    if detail == "statements":
        return frozenset(named)
    readers = consumers(graph.order())
    return frozenset(
        node
        for node in named
        if not _group(node) or any(not _inside(reader, node) for reader, _ in readers.get(node, ()))
    )


def _group(node: Node) -> tuple[str, ...]:
    """The functions a step was written inside."""
    return () if node.origin is None else node.origin.group


def _inside(reader: Node, node: Node) -> bool:
    """Whether a consumer stands in the same function as a step, or further in."""
    return _group(reader)[: len(_group(node))] == _group(node)


def refuse_longer(graph: Graph) -> None:
    """Raises LimitError for a working that nobody could read: it would take minutes and millions of lines."""
    steps = len(graph.order())
    if steps > MOST_STEPS:
        raise LimitError(
            given=f"a computation of {steps:,} steps",
            expected=f"at most {MOST_STEPS:,} to explain",
            remedy="explain one layer or one pass of the loop; chainrule.grad has no such bound",
        )


def require_number(graph: Graph) -> Node:
    """The output. Raises GradientError when it is not one number."""
    output = graph.outputs[0]
    if output.shape:
        raise GradientError(
            given=f"{graph.names.get(output, 'an output')} of shape {output.shape}",
            expected="one number: a gradient says how one number changes",
            remedy="take its sum, its norm or one entry; or ask for --jacobian, --jvp or --vjp with chainrule grad",
        )
    return output


def _require_real(graph: Graph, symbol: str) -> None:
    """Raise GradientError where complex numbers lie on the way: an entry of them moves in two directions."""
    if any(node.type.is_complex for node in graph.order()):
        raise GradientError(given=f"the entry {symbol} in a computation with complex numbers",
                            expected="a whole array: index forms speak of real numbers",
                            remedy="ask for the array and read off its entry")  # fmt: skip


def explain_entry(
    graph: Graph, node: Node, at: tuple[int, ...], *, called: Mapping[str, str] | None = None
) -> Derivation:
    """The worked gradient of one entry of a step: only the entries and paths that matter.

    `at` counts from 0, and is a place that the array has (`question.read_questions` has seen to that).
    """
    stage = set_stage(require_number(graph), graph.inputs, graph.names, (node,), called or {})
    if stage.symbolic:
        raise GradientError(
            given=f"the entry {place_symbol(stage, (node, at))} in working without numbers",
            expected="values for all inputs: which paths matter depends on them",
            remedy="give values with --at, or ask for the whole array",
        )
    _require_real(graph, place_symbol(stage, (node, at)))
    pullback = _walk(stage, (node,))
    value_gradients(stage, {} if pullback is None else gradients_of(pullback))
    entries = explore(stage, node, at)
    lines = entry_lines(entries)
    symbol = place_symbol(stage, (node, at))
    paths = entry_paths(entries, (node, at))
    return Derivation(
        output=stage.symbols[stage.output],
        inputs=tuple(stage.symbols[each] for each in graph.inputs),
        rows=tuple(_row(stage, each) for each in stage.shown),
        lines=tuple(lines),
        gradients={symbol: paths.total},
        closed={},
        names=stage.names,
        values=stage.values,
        notes=tuple(take_notes(stage, lines, ())),
        all_paths={symbol: paths},
        given=_given(stage, graph),
    )


def _all_paths(stage: Stage, asked: Sequence[Node], lines: list[Line]) -> dict[str, Paths]:
    """The paths to what was asked about, and to every step where paths meet (not in large graphs: they repeat each
    other).
    """
    meeting = [line.node for line in lines if len(line.terms) > 1] if len(stage.shown) <= _MOST_WITH_PATHS else []
    nodes = dict.fromkeys([*asked, *meeting])
    return {stage.symbols[node]: find_paths(stage, node, lines) for node in nodes}


def _given(stage: Stage, graph: Graph) -> frozenset[str]:
    return frozenset(stage.symbols[node] for node in (*graph.names, *graph.inputs) if node in stage.symbols)


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
    expression = None if stage.is_input(node) else written_out(stage, node)
    return Row(stage.symbols[node], node, expression, None if stage.symbolic else concrete(node), node.origin)


def _with_examples(stage: Stage, line: Line) -> Line:
    examples = examples_of(stage, line)
    return replace(line, examples=examples) if examples else line
