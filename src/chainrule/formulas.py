"""Formulas at work: a derivation in, the object that people hold out, with what compares, computes and writes code.

One idea: the expressions of the formulas are graphs like any others, so they are compared with the engine, compiled and
emitted like any others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .derivation.formulas.agreement import agreement
from .derivation.formulas.properties import Properties, require_values
from .derivation.formulas.results import Answer, Derived
from .errors import GradientError
from .executors.dialects import emit
from .executors.rows import ByRows, combined
from .executors.sized import Sized
from .ir.coercion import as_node
from .ir.graph import Graph
from .ir.identifiers import identifier
from .ir.library import reference
from .ir.recording import open_recording
from .ir.types import symbolic_shapes
from .notation.recorded import Recorded
from .ops.sources import input_node
from .renderers.formulas import Formulas, key_of
from .transforms.reverse import gradients


def counts_from_zero(fun: Callable[..., Any] | str, recorded: Recorded) -> bool:
    """Whether written indices count from 0, because they could be read so only. All else counts from 1, as mathematics
    does, places of Python too."""
    return isinstance(fun, str) and any("counted from 0" in reading for reading in recorded.said)


def require_variables(graph: Graph, asked: Sequence[str]) -> None:
    """Raises GradientError for a formula without variables."""
    if not graph.inputs:
        by = f", to be differentiated by {', '.join(map(repr, asked))}" if asked else ""
        raise GradientError(
            given=f"a formula without a variable{by}", expected="something to differentiate by",
            remedy="write it with a name: f = a x^2",
        )  # fmt: skip


def compared(derived: Derived, known: Properties) -> str:
    """How the formulas agree with the engine, as a sentence."""
    found = agreement(derived, known=known)
    if not found.points:
        return "not compared with the engine: no sizes were found for which it can be"
    if not found.holds:
        return found.sentence
    return f"agrees with the engine at {found.points} random points{' of random sizes' if derived.sizes else ''}"


def formulas_of(derived: Derived, recorded: Recorded, known: Properties, agreed: str) -> Formulas:
    """The public result: the formulas with what computes them."""
    outputs = tuple(answer.compiled for answer in derived.answers if answer.compiled is not None)
    named = {node: name for node, name in derived.names.items() if node.inputs} | dict(derived.graph.names)
    graph = Graph(derived.graph.inputs, outputs, named)
    labels = tuple(key_of(answer) for answer in derived.answers)
    formulas = tuple(label for label, each in zip(labels, derived.answers, strict=True) if each.compiled is not None)
    run = Sized(graph, formulas, derived.sizes)
    rows = rows_of(derived, dict(zip(labels, derived.answers, strict=True)))

    def write_code(to: str, name: str, comment: Sequence[str]) -> str:
        if to == "torch" and derived.order == 1:
            whole = derived.graph
            return emit(
                Graph(whole.inputs, whole.outputs[:1], dict(whole.names)), to, name=identifier(derived.output),
                gradient=whole_gradient(derived), comment=comment, sizes=derived.sizes,
            )  # fmt: skip
        if not outputs:
            raise GradientError(
                given=f"code for {', '.join(labels)}, for which there is no formula", expected="a closed formula",
                remedy="use chainrule.jacobian in Python, or ask for the code of its product with a vector",
            )  # fmt: skip
        return emit(graph, to, name=identifier(name), comment=comment, sizes=derived.sizes)

    whole = combined(run, rows, labels) if rows else run
    by_name = {name: node for node, name in derived.graph.names.items()}

    def compute(values: Mapping[str, Any]) -> Mapping[str, Any]:
        if any(known):
            require_values(known, {by_name[name]: value for name, value in values.items()}, derived.graph.names)
        return whole(values)

    return Formulas(derived, recorded.values, recorded.said, agreed, write_code, compute)


def rows_of(derived: Derived, answers: Mapping[str, Answer]) -> dict[str, ByRows]:
    """What is computed row by row, because it has no formula that runs."""
    symbols = {derived.names[node]: place for place, node in enumerate(derived.graph.inputs)}
    sized = Sized(derived.graph, (derived.output,), derived.sizes)
    return {
        label: ByRows(sized, tuple(symbols[variable] for variable in answer.variables))
        for label, answer in answers.items()
        if answer.compiled is None and all(variable in symbols for variable in answer.variables)
    }


def whole_gradient(derived: Derived) -> Graph:
    """The gradients of all inputs, given that of the output: the backward pass of an autograd function.

    The formulas where they were derived, and for the other inputs what the engine's walk gives: an input without a
    gradient would be taken for a constant.
    """
    graph, output = derived.graph, derived.graph.outputs[0]
    with open_recording(), symbolic_shapes():
        seed = input_node(output.shape, output.dtype) if output.ndim else as_node(reference().asarray(1.0))
        walked = gradients([output], [seed], graph.inputs, symbolic=True)
    known = {} if output.ndim else {each.variables[0]: each.compiled for each in derived.answers}
    outputs = []
    for node, found in zip(graph.inputs, walked, strict=True):
        formula = known.get(derived.names[node])
        outputs.append(found if formula is None else formula)
    inputs = (*graph.inputs, seed) if output.ndim else graph.inputs
    return Graph(inputs, tuple(outputs), {**graph.names, **({seed: "g"} if output.ndim else {})})
