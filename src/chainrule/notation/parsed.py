"""A formula in, a graph out, with everything that was decided on the way.

One idea: the program that a text says is run on nodes. It can be run again on other nodes or arrays, so a parsed
formula is a function like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from ..errors import ShapeError, TextSpan, UnknownNameError, did_you_mean
from ..ir.coercion import as_node
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import Node
from ..ir.recording import open_recording
from ..ir.types import symbolic_shapes
from ..ops.sources import input_node
from . import limits
from .entrywise import with_entries_marked
from .inline import without_own_functions
from .lower import constant, run
from .meaning import Member, Over, Program, Reading, Variable, everything, is_member
from .program import Outside, read_program
from .python import is_python, read_python
from .shapes import Size, infer_shapes, read_shapes
from .symbols import Symbol, read_symbol
from .units import has_units, with_identity
from .values import Given, Values, as_array, read_values


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the text: the name it defines, as it was written, and where."""

    name: str
    text: str
    span: TextSpan


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A formula that has been read.

    `graph` has one output; `graph.names` names the nodes as the text does. `inputs` are the names of the graph's
    inputs, in order; `values` those that were given; `shapes` may hold letters, and `sizes` says which letter each
    number in the graph stands for. Calling it computes the formula from arrays or nodes, in the order of `inputs`.
    """

    graph: Graph
    inputs: tuple[str, ...]
    output: str
    values: Mapping[str, Any]
    shapes: Mapping[str, tuple[Size, ...]]
    sizes: Mapping[int, str]
    readings: tuple[Reading, ...]
    statements: tuple[Statement, ...]
    aliases: Mapping[str, str]  # second names of a node: yhat -> z_2
    latex: Mapping[str, str]  # how each name is written in LaTeX
    program: Program
    declared: Mapping[str, tuple[Size, ...]]  # shapes as they were given, in letters or numbers

    @property
    def names(self) -> dict[str, Node]:
        """The node of every name, in order."""
        found = {name: node for node, name in self.graph.names.items()}
        return found | {name: found[other] for name, other in self.aliases.items()}

    def __call__(self, *arguments: Any) -> Any:
        """The value of the formula: an array for arrays, a node when an argument is one."""
        return self.run(*arguments)[self.output]

    def run(self, *arguments: Any) -> dict[str, Any]:
        """The value of every name that the formula defines, in order."""
        if len(arguments) != len(self.inputs):
            raise TypeError(f"{len(arguments)} arguments for {', '.join(self.inputs) or 'no inputs'}")
        given = dict(zip(self.inputs, map(_as_argument, arguments), strict=True))
        units: Mapping[int, int] = {}
        if has_units(self.program):
            shapes = {name: tuple(array.shape) for name, array in given.items()}
            units = infer_shapes(self.program, [Symbol(name) for name in self.inputs], shapes).units
        return dict(run(self.program, given, self._sizes_of(given), units).values)

    def _sizes_of(self, given: Mapping[str, Any]) -> dict[str, int]:
        """What each letter stands for when the inputs have the shapes of these arguments."""
        sizes = {letter: size for size, letter in self.sizes.items()}
        for name, shape in {**self.shapes, **self.declared}.items():
            if name in given and len(given[name].shape) == len(shape):
                pairs = zip(shape, given[name].shape, strict=True)
                sizes |= {letter: size for letter, size in pairs if isinstance(letter, str)}
        return sizes


def _as_argument(value: Any) -> Any:
    return value if hasattr(value, "dtype") else reference().asarray(value, dtype="float64")[()]


def parse(text: str, *, shapes: str | Mapping[str, Any] | None = None, values: Values | None = None) -> Parsed:
    """Read a formula in plain text, LaTeX or NumPy's Python.

    `values`: numbers and arrays by name, or text such as "x=-2, y=5". `shapes`: sizes by name, or text such as
    "W: m n, x: n".
    Raises ParseError, UnknownNameError, ShapeError and LimitError, each with the place in the text.
    """
    limits.refuse_longer(text, limits.INPUT, "a formula")
    given, declared = read_values(values), _declared_shapes(shapes)
    program = with_entries_marked(without_own_functions(_read(text, given, declared)))
    known = _known_arrays(program, given)
    sized = {
        size for shape in (*declared.values(), *program.shapes.values()) for size in shape if isinstance(size, str)
    }
    _refuse_two_meanings(declared, sized)
    inputs = _inputs(program, known, sized, {**given.symbols, **{symbol.text: symbol for symbol, _ in program.given}})
    _refuse_unused(given, declared, program, inputs)
    dimensions: dict[str, tuple[Size, ...]] = {name: tuple(map(_size, shape)) for name, shape in program.shapes.items()}
    dimensions |= declared
    meant = meant_sizes(dimensions, known)
    dimensions |= {name: tuple(getattr(array, "shape", ())) for name, array in known.items()}
    program, inputs = with_identity(program, inputs, dimensions)
    if given.arrays:
        _refuse_missing(inputs, known, declared, program, given)
    found = infer_shapes(program, inputs, dimensions)
    with open_recording(), symbolic_shapes() if found.sizes else nullcontext():
        nodes = {each.text: _input(known.get(each.text), found.numbers[each.text]) for each in inputs}
        lowered = run(program, nodes, {**found.sizes, **meant}, found.units)
        names, aliases = _named(nodes, lowered.values)
        names |= {node: "I" for node in lowered.identities if node not in names}
        graph = Graph(tuple(nodes.values()), (_node(lowered.output),), names)
    spans = {each.symbol: each.span for each in program.definitions}
    return Parsed(
        graph,
        tuple(nodes),
        program.output.text,
        {name: known[name] for name in nodes if name in known},
        found.letters,
        {size: letter for letter, size in reversed(list(found.sizes.items()))},
        (*lowered.readings, *_assumed(found.letters, dimensions)),
        tuple(Statement(symbol.text, span.text[span.start : span.stop], span) for symbol, span in spans.items()),
        aliases,
        {each.text: each.latex for each in (*inputs, *spans)},
        program,
        declared,
    )


def _read(text: str, given: Given, declared: Mapping[str, tuple[Size, ...]]) -> Program:
    if is_python(text):
        return read_python(text, given.functions)
    names = {**given.symbols, **{name: read_symbol(name) for name in declared}}
    arrays = {name for name, array in given.arrays.items() if getattr(array, "ndim", 0)}
    arrays |= {name for name, shape in declared.items() if shape}
    return read_program(text, Outside(names, arrays, given.functions))


def _declared_shapes(shapes: str | Mapping[str, Any] | None) -> dict[str, tuple[Size, ...]]:
    if shapes is None or isinstance(shapes, str):
        return read_shapes(shapes or "")
    found = {}
    for name, shape in shapes.items():
        sizes = shape.split() if isinstance(shape, str) else shape if isinstance(shape, tuple | list) else (shape,)
        found[read_symbol(name).text] = tuple(map(_size, sizes))
    return found


def _size(size: Any) -> Size:
    return int(size) if str(size).isdecimal() else str(size)


def meant_sizes(shapes: Mapping[str, tuple[Size, ...]], arrays: Mapping[str, Any]) -> dict[str, int]:
    """What the letters of shapes stand for, given arrays. Raises ShapeError where an array has another shape."""
    found: dict[str, int] = {}
    first: dict[str, str] = {}
    for name in (each for each in shapes if each in arrays):
        shape, sizes = tuple(getattr(arrays[name], "shape", ())), shapes[name]
        expected = tuple(found.get(size, size) if isinstance(size, str) else size for size in sizes)
        fits = len(shape) == len(sizes) and all(
            isinstance(one, str) or one == other for one, other in zip(expected, shape, strict=True)
        )
        if not fits:
            others = sorted({first[size] for size in sizes if isinstance(size, str) and size in first})
            raise ShapeError(
                given=f"an array of shape {shape} for {name}, declared as ({', '.join(map(str, sizes))})",
                where=TextSpan(name, 0, max(1, len(name))),
                expected=f"the shape {expected}" + (f", as {' and '.join(others)} says" if others else ""),
                remedy="correct the value or the shape",
            )
        for size, number in zip(sizes, shape, strict=True):
            if isinstance(size, str):
                found[size] = number
                first.setdefault(size, name)
    return found


def _known_arrays(program: Program, given: Given) -> dict[str, Any]:
    """Values from outside, and those that the text gives itself; outside goes first."""
    found: dict[str, Any] = {}
    for symbol, meaning in program.given:
        found[symbol.text] = as_array(constant(meaning), symbol.text, meaning.span)
    return {**found, **given.arrays}


def _inputs(program: Program, known: Mapping[str, Any], sized: set[str], outside: Mapping[str, Symbol]) -> list[Symbol]:
    """Parameters in their order, other names by first appearance, then those that only a sum counts through."""
    defined = {each.symbol.text for each in program.definitions}
    trees = [each for definition in program.definitions for each in everything(definition.body)]
    lasts = [each.last for each in trees if isinstance(each, Over) and each.last is not None]
    limiting = {each.symbol.text for last in lasts for each in everything(last) if isinstance(each, Variable)}
    letters = (limiting | sized) - set(known)
    seen = sorted((each for each in trees if isinstance(each, Variable)), key=_place)
    families = {each.family for each in trees if isinstance(each, Member)}
    members = [symbol for name, symbol in outside.items() if any(is_member(name, family) for family in families)]
    first = [symbol for each in program.definitions for symbol in each.parameters or ()]
    used = {each.symbol.text for each in seen}
    ordered = [symbol for symbol in first if symbol.text in used or symbol.text in known]
    found = {symbol.text: symbol for symbol in (*ordered, *(each.symbol for each in seen), *members)}
    return [symbol for name, symbol in found.items() if name not in defined and name not in letters]


def _place(node: Variable) -> int:
    return node.span.start


# What was given and what is needed ------------------------------------------
def _refuse_two_meanings(declared: Mapping[str, tuple[Size, ...]], sized: Collection[str]) -> None:
    """Raises ShapeError for a name that is declared as an array and stands as a size in a shape too."""
    for name in declared:
        if name in sized:
            raise ShapeError(
                given=f"{name} declared as {'an array' if declared[name] else 'a number'}, and as a size in a shape",
                expected="one meaning for each name", remedy=f"use another letter for the size, as in \"{name}: k\"",
            )  # fmt: skip


def _refuse_unused(given: Given, declared: Mapping[str, Any], program: Program, inputs: list[Symbol]) -> None:
    wanted = {each.text for each in inputs}
    defined = {each.symbol.text for each in program.definitions}
    letters = {each.symbol.text for definition in program.definitions for each in everything(definition.body)
               if isinstance(each, Variable)}  # fmt: skip
    for name in (*given.arrays, *declared):
        if name not in defined and (name in wanted or name in letters or name in given.optional):
            continue
        what = "is defined by the formula itself" if name in defined else "does not stand in the formula"
        raise UnknownNameError(
            given=f"a value for {name}, which {what}", where=given.places.get(name, TextSpan(name, 0, len(name))),
            expected=f"names that the formula uses: {', '.join(sorted(wanted)) or 'none'}",
            remedy=did_you_mean(name, wanted - set(given.arrays)) or "leave it out",
        )  # fmt: skip


def _refuse_missing(
    inputs: list[Symbol], known: Mapping[str, Any], declared: Mapping[str, Any], program: Program, given: Given
) -> None:
    for symbol in inputs:
        if symbol.text in known or symbol.text in declared or symbol.text in program.shapes:
            continue
        places = [each.span for definition in program.definitions for each in everything(definition.body)
                  if isinstance(each, Variable) and each.symbol == symbol]  # fmt: skip
        defined = [each.symbol.text for each in program.definitions]
        raise UnknownNameError(
            given=f"the name {symbol.text}, which has no value", where=places[0] if places else None,
            expected=f"a value for every name; given are {', '.join(given.arrays)}",
            remedy=did_you_mean(symbol.text, [*given.arrays, *defined]) or f"add {symbol.text}=... to the values",
        )  # fmt: skip


def _assumed(letters: Mapping[str, tuple[Size, ...]], known: Mapping[str, Any]) -> list[Reading]:
    """Shapes that nobody gave, said aloud; that a name is a number goes without saying."""
    kinds = {1: "a vector of size", 2: "a matrix of size"}
    return [
        Reading(name, f"{kinds.get(len(shape), 'an array of size')} {' by '.join(map(str, shape))}",
                TextSpan(name, 0, len(name)))
        for name, shape in letters.items() if shape and name not in known
    ]  # fmt: skip


# Nodes ------------------------------------------
def _input(value: Any, shape: tuple[int, ...]) -> Node:
    return input_node(shape, reference().dtype("float64"), value)


def _node(value: Any) -> Node:
    return value if isinstance(value, Node) else as_node(reference().asarray(value, dtype="float64"))


def _named(inputs: Mapping[str, Node], values: Mapping[str, Any]) -> tuple[dict[Node, str], dict[str, str]]:
    """A name for each node; a node that is named already gets the second name as an alias."""
    names: dict[Node, str] = {node: name for name, node in inputs.items()}
    aliases: dict[str, str] = {}
    for name, value in values.items():
        node = _node(value)
        if node in names:
            aliases[name] = names[node]
        else:
            names[node] = name
    return names, aliases
