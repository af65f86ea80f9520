"""A formula or a Python function in, its graph in symbols out, with what was declared about its inputs.

One idea: a formula and a function both become a graph on variables without values; the values that were given are kept
beside it, so that what is derived holds for all values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import tree
from ..errors import BranchError, ChainruleError, GradientError, ShapeError, UnknownNameError
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import Node, is_abstract
from ..ir.recording import open_recording
from ..ir.types import array_type
from ..ops.sources import input_node
from ..transforms.observe import observe, output_symbol, parameter_names
from ..transforms.replay import on_inputs
from ..transforms.staging import Staging, stage
from .declared import Leaf, build_arguments, described, input_symbols, read_leaves, spelling
from .parsed import Parsed, parse
from .shapes import read_items
from .values import Values, read_values


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """What is to be derived. `values` are by symbol, empty where not all inputs have one; `said` how it was read.

    `places` says which input of a function stands at `params.W1`.
    """

    graph: Graph
    values: Mapping[str, Any]
    sizes: Mapping[int, str]
    said: tuple[str, ...] = ()
    places: Mapping[str, Node] | None = None


def record_formula(text: str, shapes: str | Mapping[str, Any] | None, values: Values | None) -> Recorded:
    """The graph of a written formula. Raises what `parse` raises."""
    parsed = parse(text, shapes=shapes, values=values)
    known = not any(is_abstract(node) for node in parsed.graph.inputs)
    graph = without_values(parsed.graph) if parsed.values else parsed.graph
    said = (*map(str, parsed.readings), *numbers_in_capitals(parsed, shapes))
    given = {size for value in parsed.values.values() for size in getattr(value, "shape", ())}
    letters = {size: letter for size, letter in parsed.sizes.items() if size not in given}  # the others are numbers
    return Recorded(graph, parsed.values if known else {}, letters, said)


def numbers_in_capitals(parsed: Parsed, shapes: str | Mapping[str, Any] | None) -> list[str]:
    """A sentence for each capital letter that became a number because nothing said that it is a matrix."""
    declared = {spelling(name) for name in (read_items(shapes) if isinstance(shapes, str) else shapes or {})}
    names = [parsed.graph.names.get(node, "") for node in parsed.graph.inputs if is_abstract(node) and not node.ndim]
    return [
        f'{name}: read as a number; if it is a matrix, declare its shape, as "{name}: m n"'
        for name in names
        if name[:1].isupper() and len(name.partition("_")[0]) == 1 and name not in declared
    ]


def without_values(graph: Graph) -> Graph:
    """The same computation on variables without values."""
    with open_recording():
        return on_inputs(graph, [input_node(node.shape, node.dtype) for node in graph.inputs])


def record_function(
    function: Callable[..., Any], shapes: str | Mapping[str, Any] | None, values: Values | None
) -> Recorded:
    """Run the function once on variables of the declared shapes, or of the shapes of the values.

    Raises UnknownNameError for an argument that has neither, GradientError for a result that is not one array, and what
    the function raises.
    """
    leaves, sizes = read_leaves(shapes, values if isinstance(values, Mapping) else read_values(values))
    names = parameter_names(function)
    args = build_arguments(function, names, leaves)
    found, structure = tree.flatten(args)
    places = [slot for slot, leaf in enumerate(found) if type(leaf) is Leaf]
    chosen: list[Leaf] = [found[slot] for slot in places]
    symbols = input_symbols(chosen)
    known = all(leaf.value is not None for leaf in chosen)
    said: tuple[str, ...] = ()
    try:
        graph = run_on_variables(function, found, structure, places, symbols)
    except ShapeError as problem:
        raise in_letters(problem, sizes) from None
    except BranchError as problem:
        if not known:
            raise without_jit(problem) from None
        graph = run_on_values(function, found, structure, places, symbols)
        said = ("the function branches on values: the formulas hold on the branch that these values take",)
    graph = named_output(graph, function, symbols)
    return Recorded(
        graph, {symbol: leaf.value for symbol, leaf in zip(symbols, chosen, strict=True)} if known else {}, sizes, said,
        {".".join(leaf.path): node for leaf, node in zip(chosen, graph.inputs, strict=True)},
    )  # fmt: skip


def run_on_variables(
    function: Callable[..., Any],
    found: Sequence[Any],
    structure: tree.Structure,
    places: Sequence[int],
    symbols: Sequence[str],
) -> Graph:
    """The graph of a run in symbols, with the names of the function's own variables."""

    def place(variables: Sequence[Node]) -> tuple[list[Any], dict[str, Any]]:
        filled = list(found)
        for slot, variable in zip(places, variables, strict=True):
            filled[slot] = variable
        return tree.unflatten(structure, filled), {}

    floats = reference().dtype("float64")
    types = [array_type(found[slot].shape, getattr(found[slot].value, "dtype", floats)) for slot in places]
    try:
        staging = stage(function, place, types, [False] * len(types), symbols, named=True, literal=True)
    except (KeyError, IndexError, AttributeError) as problem:
        if (
            isinstance(problem, ChainruleError)
            or len(max((found[slot].path for slot in places), key=len, default=())) < 2
        ):
            raise
        raise UnknownNameError(
            given=f"{described(function)}, which raised {type(problem).__name__}: {problem}",
            expected="a shape for everything that it takes out of its arguments",
            remedy="declare that too, as params.W: m n; annotate an argument that is a named tuple or a dataclass",
        ) from problem
    output = one_output(staging, function)
    names = dict(staging.graph.names) | dict(zip(staging.graph.inputs, symbols, strict=True))
    return Graph(staging.graph.inputs, (output,), names)


def one_output(staging: Staging, function: Callable[..., Any]) -> Node:
    """The one array that the function returns. Raises GradientError for anything else."""
    is_one = staging.structure.entries == (None,)
    if not is_one or staging.results[0].output is None:
        problem = "does not depend on its arguments" if is_one else f"is {staging.structure}"
        raise GradientError(
            given=f"{described(function)}, whose result {problem}",
            expected="one number or one array that depends on the arguments",
            remedy="return the quantity to differentiate",
        )
    return staging.graph.outputs[0]


def run_on_values(
    function: Callable[..., Any],
    found: Sequence[Any],
    structure: tree.Structure,
    places: Sequence[int],
    symbols: Sequence[str],
) -> Graph:
    """The graph of the branch that the values take, on variables without values."""
    filled = [leaf.value if type(leaf) is Leaf else leaf for leaf in found]
    plain = [leaf for slot, leaf in enumerate(filled) if slot not in set(places)]

    def of_leaves(*leaves: Any) -> Any:
        rest = iter(plain)
        taken = iter(leaves)
        return function(
            *tree.unflatten(
                structure, [next(taken) if slot in set(places) else next(rest) for slot in range(len(filled))]
            )
        )

    of_leaves.__wrapped__ = function  # type: ignore[attr-defined]
    _, graph = observe(of_leaves, [filled[slot] for slot in places], {}, range(len(places)))
    graph = without_values(graph)
    return Graph(graph.inputs, graph.outputs, {**graph.names, **dict(zip(graph.inputs, symbols, strict=True))})


def without_jit(problem: BranchError) -> BranchError:
    """The same refusal in the words of derivations."""
    return BranchError(
        given=problem.given.replace(" under jit", ""), where=problem.place,
        expected="conditions and sizes that do not depend on values: a formula holds for all of them",
        remedy="choose with np.where(condition, a, b); or give values: the branch that they take is derived",
    )  # fmt: skip


def in_letters(problem: ShapeError, sizes: Mapping[int, str]) -> ShapeError:
    """The same error with the letters that were declared in place of the numbers that stood for them."""

    def lettered(text: str) -> str:
        return re.sub(r"\d+", lambda found: sizes.get(int(found[0]), found[0]), text)

    return ShapeError(
        given=lettered(problem.given), where=problem.place, expected=lettered(problem.expected), remedy=problem.remedy
    )


def named_output(graph: Graph, function: Callable[..., Any], symbols: Sequence[str]) -> Graph:
    """The graph with a name for its output."""
    output = graph.outputs[0]
    if output in graph.names:
        return graph
    name = output_symbol(function, {*graph.names.values(), *symbols})
    return Graph(graph.inputs, graph.outputs, {**graph.names, output: name})
