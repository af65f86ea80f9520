"""Staging: a function and the types of its arguments in, a graph that holds for all values of those types out.

One idea: the function runs once, on variables without values. What it captures from a recording around it becomes a
further input of the graph, so that the graph can be replayed there and stays differentiable.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from .. import tree
from ..errors import BranchError, ChainruleError, CodeLine, EscapeError, TraceError, is_user_file
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import Node
from ..ir.op import record
from ..ir.precision import holds_numbers
from ..ir.recording import STATE, accepting_from, literally, named_recording, open_recording
from ..ir.types import ArrayType
from ..ops.arithmetic import carry, mul
from ..ops.bundles import part_at, result_op
from ..ops.choices import mark
from ..ops.sources import input_node, input_op
from .laws import number
from .observe import Observer, watching
from .trace import run


@dataclass(frozen=True, slots=True)
class Staging:
    """What a run on variables left behind.

    The inputs of the graph are the variables, then what was captured from recordings around. `results` says for each
    leaf of the result which output of the graph it is, or what it is when nothing recorded lies behind it.
    """

    graph: Graph
    captured: tuple[Node, ...]
    structure: tree.Structure
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A leaf of the result: the number of an output, or None and the plain value."""

    output: int | None
    value: Any = None

    def plain(self) -> Any:
        """A leaf that no variable reaches, as the caller's own."""
        return self.value.copy() if hasattr(self.value, "copy") else self.value


def stage(
    function: Callable[..., Any],
    place: Callable[[Sequence[Node]], tuple[list[Any], dict[str, Any]]],
    types: Sequence[ArrayType],
    weak: Sequence[bool],
    names: Sequence[str],
    *,
    named: bool,
    literal: bool = False,
) -> Staging:
    """Run the function once on variables of these types, which `place` puts where the arguments were.

    `weak` says which of them stand for Python numbers, as NumPy's promotion asks.
    `named`: the names of the function's own variables are wanted too. `literal`: steps are kept as they are written,
    for a reader; otherwise naive forms are replaced by stable ones (`chainrule.ops.recognised`). Raises what the
    function raises, BranchError where it asks for a value, TraceError where it returns what is not an array.
    """
    outermost = STATE.depth == 0
    observer = Observer(getattr(inspect.unwrap(function), "__code__", None)) if named else None
    with open_recording(observer.note if observer is not None else unnoticed), named_recording("under jit"):
        first = input_node((), reference().dtype(float))  # everything newer was made by this run
        variables = tuple(
            input_node(type_.shape, type_.dtype, weak=is_weak) for type_, is_weak in zip(types, weak, strict=True)
        )
        args, keywords = place(variables)
        oldest = first.serial if outermost else STATE.oldest
        with accepting_from(oldest), literally(literal), watching(observer) if observer else nullcontext():
            result = run_once(function, args, keywords)
        leaves, structure = tree.flatten(result)
        outputs, results = sort_results(leaves, structure)
        captured = find_captured(outputs, variables, first.serial)
        if captured and outermost:
            refuse_captured(captured[0])
        known = dict(zip(variables, names, strict=True)) | ({} if observer is None else observer.names)
        graph = tidied(Graph((*variables, *captured), tuple(outputs), known))
    return Staging(graph, captured, structure, results)


def run_once(function: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """Call the function. Where NumPy needs a plain number it hides our refusal behind its own message: say more."""
    try:
        return run(function, args, keywords)
    except TypeError as problem:
        if isinstance(problem, ChainruleError) or "<recorded" not in str(problem):
            raise
        raise BranchError(
            given=f"a recorded value where a plain number is needed, {STATE.doing} ({problem})",
            where=last_user_line(problem),
            expected="shapes and counts that are known while the function is recorded",
            remedy="take the size from a shape; or make the argument static: jit(f, static_argnums=...)",
        ) from problem


def last_user_line(problem: BaseException) -> CodeLine | None:
    """The innermost line of the user's in a traceback."""
    found, step = None, problem.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if is_user_file(code.co_filename):
            found = CodeLine(code.co_filename, step.tb_lineno, code.co_name)
        step = step.tb_next
    return found


def unnoticed(node: Node) -> None:
    """The recorder while staging: an explanation around it hears of the replay, not of the variables."""


def sort_results(leaves: Sequence[Any], structure: tree.Structure) -> tuple[list[Node], tuple[Result, ...]]:
    """The recorded leaves of a result, and where each leaf comes from."""
    outputs: list[Node] = []
    results: list[Result] = []
    for place, leaf in enumerate(leaves):
        if type(leaf) is Node:
            results.append(Result(len(outputs)))
            outputs.append(leaf)
        else:
            results.append(Result(None, plain_result(leaf, structure, place)))
    return outputs, tuple(results)


def plain_result(leaf: Any, structure: tree.Structure, place: int) -> Any:
    """A leaf that no variable reaches: a number as it is, an array as a copy. Raises TraceError for anything else."""
    if type(leaf) in (int, float, bool, complex):
        return leaf
    if hasattr(leaf, "dtype") and holds_numbers(leaf.dtype):
        return leaf.copy()
    path = "".join(f"[{key!r}]" for key in tree.paths(structure)[place])
    raise TraceError(
        given=f"a function under jit whose result{path} is of type {type(leaf).__name__}",
        expected="numbers and arrays, in nested dicts, lists, tuples and dataclasses",
        remedy="return what is not an array from a function outside jit",
    )


def find_captured(outputs: Sequence[Node], variables: Sequence[Node], start: int) -> tuple[Node, ...]:
    """The values of recordings around that the outputs use: older than this run, and not constants."""
    seen = set(variables)
    pending = list(outputs)
    captured: list[Node] = []
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.serial > start:
            pending.extend(node.inputs)
            if node.op is input_op and node.value is None:  # with a value: of a derivative inside, which has ended
                captured.append(node)
        elif depends_on_variable(node):
            captured.append(node)
    return tuple(captured)


def depends_on_variable(node: Node) -> bool:
    """Whether any variable lies behind a node."""
    seen: set[Node] = set()
    pending = [node]
    while pending:
        each = pending.pop()
        if each.op is input_op:
            return True
        if each not in seen:
            seen.add(each)
            pending.extend(each.inputs)
    return False


def refuse_captured(node: Node) -> None:
    raise EscapeError(
        given=f"a recorded value of type {node.type} of another recording, which has ended, used under jit",
        expected="recorded values only inside the function that made them",
        remedy="return the value from that function, or take the number out with chainrule.value",
    )


def tidied(graph: Graph, stand_ins: Mapping[Node, Node] | None = None) -> Graph:
    """The same graph, to the last bit, without the identities of nested derivatives, without factors of 1, and without
    what loops save for a gradient that nobody asked for. `stand_ins` take the place of some of its inputs.
    """
    inputs = set(graph.inputs)
    new = dict(stand_ins or {})
    order = graph.order()
    picked = parts_picked(order)
    for node in order:
        if node in inputs or not node.inputs:
            new.setdefault(node, node)
            continue
        below = tuple([new[each] for each in node.inputs])
        if node.op is mark:
            new[node] = below[0]
        elif (node.op is mul or node.op is carry) and 1 in (number(below[0]), number(below[1])):
            new[node] = below[1] if number(below[0]) == 1 else below[0]
        elif node in picked and saves_for_nobody(node, picked[node]):
            new[node] = record(node.op, below, {**node.settings, "saves": False})
        elif node.op is result_op:
            new[node] = part_at(below[0], node.settings["place"])
        elif all([after is before for after, before in zip(below, node.inputs, strict=True)]):
            new[node] = node
        else:
            new[node] = record(node.op, below, node.settings)
            new[node].origin = node.origin
    found = tuple(new[node] for node in graph.inputs)
    return Graph(found, tuple(new[node] for node in graph.outputs), carried_names(graph.names, new))


def parts_picked(order: Sequence[Node]) -> dict[Node, int]:
    """For each bundle the last part that is used."""
    last: dict[Node, int] = {}
    for node in order:
        if node.op is result_op:
            last[node.inputs[0]] = max(last.get(node.inputs[0], 0), node.settings["place"])
    return last


def saves_for_nobody(node: Node, last: int) -> bool:
    """Whether a loop saves its carries, which are the last parts of its bundle, and no part so late is used."""
    settings = node.settings
    return bool(settings.get("saves")) and last < len(settings["body"].outputs)


def carried_names(names: Mapping[Node, str], new: Mapping[Node, Node]) -> dict[Node, str]:
    """The names, on the nodes that now stand for the named ones. The first name of a node is kept."""
    carried: dict[Node, str] = {}
    for node, name in names.items():
        if node in new:
            carried.setdefault(new[node], name)
    return carried
