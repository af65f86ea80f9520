"""Behind `chainrule grad`: a target and a question in, values and derivatives as text or JSON out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import api
from ..derivation.question import Question as Asked
from ..derivation.question import read_questions, split_symbols
from ..derivation.symbols import shown_nodes, symbols_for
from ..errors import GradientError, UnknownNameError
from ..executors.rows import as_function
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import Node, concrete
from ..notation import values as written_values
from ..renderers.data import jsonable
from ..renderers.numbers import write_value
from .asking import has_values, load


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked besides the gradient."""

    wrt: str | None = None
    jvp: str | None = None
    vjp: str | None = None
    jacobian: bool = False
    hessian: bool = False
    hvp: str | None = None
    check: bool = False


def answer(
    target: str, at: Sequence[str], shapes: str | None, question: Question, form: str, digits: int
) -> str:  # fmt: skip
    """The numbers asked for, named."""
    loaded = load(target, at, shapes)
    graph = loaded.graph
    if not has_values(graph):
        symbols = _symbols(graph)
        missing = [symbols[node] for node in graph.inputs if node.value is None]
        raise UnknownNameError(
            given=f"no value for {', '.join(missing)}", expected="a number for every input",
            remedy=f'give them with --at "{missing[0]}=..."; for the working in symbols use chainrule explain',
        )  # fmt: skip
    found = _answers(graph, question)
    if form == "json":
        return json.dumps({"version": 1, **{name: jsonable(value) for name, value in found.items()}}, allow_nan=False)
    width = max(len(name) for name in found)
    lines = [f"{name.ljust(width)} = {_written_value(value, digits)}" for name, value in found.items()]
    return "\n".join([*lines, *(f"note: {reading}" for reading in loaded.readings)])


def _written_value(value: Any, digits: int) -> str:
    return value if isinstance(value, str) else write_value(reference().asarray(value), digits)


def _symbols(graph: Graph) -> dict[Node, str]:
    order = graph.order()
    return symbols_for(order, shown_nodes(order, graph.names, graph.inputs, graph.outputs), graph.names)


def _answers(graph: Graph, question: Question) -> dict[str, Any]:
    symbols = _symbols(graph)
    asked = read_questions(graph, split_symbols(question.wrt) if question.wrt else [], 1)
    top = symbols[graph.outputs[0]]
    found: dict[str, Any] = {top: concrete(graph.outputs[0])}
    _require_one_kind(question)
    whole = _inputs_asked(graph, symbols, asked) if question.vjp or question.jacobian or question.hessian else []
    if question.jvp is not None:
        found[f"J v of {top}"] = _moved(graph, symbols, question.jvp, as_function(graph))
    elif question.vjp is not None:
        found.update(_pulled(graph, symbols, question.vjp, whole))
    elif question.hvp is not None:
        found[f"H v of {top}"] = _hessian_times(graph, symbols, question.hvp)
    elif question.jacobian or question.hessian:
        found.update(_matrices(graph, symbols, whole, question.hessian))
    else:
        found.update(_gradients(graph, symbols, asked))
    if question.check:
        report = api.check_grads(as_function(graph), tuple(_values(graph)), raises=False)
        found["check"] = report.verdict.name
    return found


def _require_one_kind(question: Question) -> None:
    kinds = ("jvp", "vjp", "jacobian", "hessian", "hvp")
    given = [f"--{kind}" for kind in kinds if getattr(question, kind) not in (None, False)]
    if len(given) > 1:
        raise GradientError(
            given=f"{' and '.join(given)} together", expected="one of them", remedy="ask one after the other"
        )


def _inputs_asked(graph: Graph, symbols: Mapping[Node, str], asked: Sequence[Asked]) -> list[int]:
    """The places of the inputs asked about, all of them if none is named."""
    for question in asked:
        if question.at is not None or not any(question.node is node for node in graph.inputs):
            raise GradientError(
                given=_written(symbols, question),
                expected=f"whole inputs: {', '.join(symbols[node] for node in graph.inputs)}",
                remedy="steps and entries are answered by the gradient alone",
            )
    chosen = [question.node for question in asked] or list(graph.inputs)
    return [place for place, node in enumerate(graph.inputs) if any(node is each for each in chosen)]


def _values(graph: Graph) -> list[Any]:
    return [concrete(node) for node in graph.inputs]


def _gradients(graph: Graph, symbols: Mapping[Node, str], asked: Sequence[Asked]) -> dict[str, Any]:
    """The same walk that explains."""
    texts = [_written(symbols, question) for question in asked]
    worked = api.explain_recorded(graph, texts, "result", None, first_index=1)
    name = symbols[graph.outputs[0]]
    return {f"d{name}/d{symbol}": value for symbol, value in worked.gradients.items()}


def _written(symbols: Mapping[Node, str], question: Asked) -> str:
    at = "" if question.at is None else f"[{','.join(str(place + 1) for place in question.at)}]"
    return symbols[question.node] + at


def _direction(graph: Graph, symbols: Mapping[Node, str], text: str) -> list[Any]:
    """A tangent for each input: zeros where none is given."""
    given = written_values.read_values([text])
    unknown = set(given) - {symbols[node] for node in graph.inputs}
    if unknown:
        raise UnknownNameError(given=f"a direction for {', '.join(sorted(unknown))}",
                               expected=f"one of {', '.join(symbols[node] for node in graph.inputs)}")  # fmt: skip
    numpy = reference()
    return [numpy.asarray(given.get(symbols[node], numpy.zeros(node.shape)), float) for node in graph.inputs]


def _moved(graph: Graph, symbols: Mapping[Node, str], text: str, function: Callable[..., Any]) -> Any:
    return api.jvp(function, _values(graph), _direction(graph, symbols, text))[1]


def _pulled(graph: Graph, symbols: Mapping[Node, str], text: str, places: Sequence[int]) -> dict[str, Any]:
    _, pullback = api.vjp(as_function(graph), *_values(graph))
    found = pullback(reference().asarray(written_values.read_value(text), float))
    return {f"J^T u for {symbols[graph.inputs[place]]}": found[place] for place in places}


def _require_number(graph: Graph) -> None:
    if graph.outputs[0].shape:
        raise GradientError(
            given=f"an output of shape {graph.outputs[0].shape}", expected="one number",
            remedy="ask for --jacobian, --jvp or --vjp",
        )  # fmt: skip


def _hessian_times(graph: Graph, symbols: Mapping[Node, str], text: str) -> Any:
    """H v in the inputs that the direction names."""
    _require_number(graph)
    given = written_values.read_values([text])
    places = [place for place, node in enumerate(graph.inputs) if symbols[node] in given]
    directions = _direction(graph, symbols, text)
    values = _values(graph)

    def of_those(*chosen: Any) -> Any:
        full = list(values)
        for place, value in zip(places, chosen, strict=True):
            full[place] = value
        return as_function(graph)(*full)

    return api.hvp(of_those, [values[place] for place in places], [directions[place] for place in places])


def _matrices(graph: Graph, symbols: Mapping[Node, str], places: Sequence[int], second: bool) -> dict[str, Any]:
    """The Jacobian by each input asked about, or every block of the Hessian: the mixed derivatives are part of it."""
    top = symbols[graph.outputs[0]]
    names = [symbols[node] for node in graph.inputs]
    function, values = as_function(graph), _values(graph)
    if not second:
        return {f"d{top}/d{names[place]}": api.jacobian(function, place)(*values) for place in places}
    _require_number(graph)
    blocks = api.hessian(function, tuple(places))(*values)
    return {
        f"d²{top}/d{names[row]}²" if row == column else f"d²{top}/d{names[row]}d{names[column]}": blocks[at][beside]
        for at, row in enumerate(places)
        for beside, column in enumerate(places)
        if at <= beside
    }
