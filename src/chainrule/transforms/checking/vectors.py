"""A function of containers in, the same function of one vector out, with its runs recorded and its derivatives taken.

One idea: a check moves numbers, and does not care in which argument, under which key or in which dtype they live.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ... import tree
from ...errors import GradientError
from ...ir.library import Array, reference
from ...ir.node import Node, concrete
from ...ir.types import count_entries
from ..forward import tangents
from ..observe import parameter_names
from ..reverse import gradients
from ..trace import Recording, name_leaf, record

MOST_OUTPUTS = 64  # more are looked at through random combinations
COMBINATIONS = 8


@dataclass(frozen=True, slots=True)
class Leaf:
    """One array among the arguments: its name, its shape, and where it stands in the vector."""

    name: str
    shape: tuple[int, ...]
    start: int
    stop: int
    number: bool  # a Python float
    called: str = ""  # its name inside the function: W, params['W']

    def index(self, entry: int) -> tuple[int, ...]:
        """The index of an entry of the vector inside this array."""
        return (
            tuple(int(each) for each in reference().unravel_index(entry - self.start, self.shape)) if self.shape else ()
        )


@dataclass(frozen=True, eq=False)
class Run:
    """One recording of the function at one point."""

    recording: Recording
    nodes: tuple[Node, ...]
    rows: Array | None  # which combinations of the outputs are looked at; None: each output

    @cached_property
    def outputs(self) -> tuple[Node, ...]:
        return tuple(node for node in self.recording.outputs if node.dtype.kind == "f")

    @property
    def value(self) -> Array:
        """The outputs end to end."""
        return self.combined(joined([concrete(node) for node in self.outputs]))

    def combined(self, outputs: Array) -> Array:
        return outputs if self.rows is None else self.rows @ outputs

    def push(self, direction: Array) -> Array:
        """How the outputs move along a direction: forward mode."""
        moves = cut(direction, self.recording.variables)
        found = tangents(self.outputs, self.recording.variables, moves, symbolic=False)
        return self.combined(joined([zeros_for(each, node) for each, node in zip(found, self.outputs, strict=True)]))

    def pull(self, output: int) -> Array:
        """The gradient of one output: reverse mode."""
        count = sum(node.size for node in self.outputs)
        seed = reference().eye(1, count, output)[0] if self.rows is None else self.rows[output]
        found = gradients(self.outputs, cut(seed, self.outputs), self.recording.variables, symbolic=False)
        return joined([zeros_for(each, node) for each, node in zip(found, self.recording.variables, strict=True)])


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """The function under test as a function of one vector."""

    function: Callable[..., Any]
    structure: tree.Structure
    leaves: tuple[Leaf, ...]
    at: Array
    outputs: tuple[str, ...] = ()
    rows: Array | None = None
    count: int = 0

    def arguments(self, vector: Array) -> list[Any]:
        """The vector in the caller's containers, as arrays of float64."""
        pieces = [vector[leaf.start : leaf.stop].reshape(leaf.shape) for leaf in self.leaves]
        plain = [
            float(piece) if leaf.number else piece.copy()[()] for leaf, piece in zip(self.leaves, pieces, strict=True)
        ]
        return list(tree.unflatten(self.structure, plain))

    def run(self, vector: Array) -> Run:
        """Record the function at a point."""
        args = self.arguments(vector)
        nodes: list[Node] = []
        recording, _ = record(self.function, args, {}, range(len(args)), nodes.append)
        return Run(recording, tuple(nodes), self.rows)

    def evaluate(self, vector: Array) -> Array:
        """The plain function at a point; NaN where it fails or returns something of another shape."""
        numpy = reference()
        try:
            value = self.value(vector)
        except Exception:  # far from the point a function may do anything; at the point itself `value` is called
            value = numpy.empty(0)
        if value.size != self.count:
            return numpy.full(len(self.outputs), numpy.nan)
        return value if self.rows is None else self.rows @ value

    def value(self, vector: Array) -> Array:
        """The plain function's outputs end to end."""
        numpy = reference()
        leaves = [numpy.asarray(leaf) for leaf in tree.flatten(self.function(*self.arguments(vector)))[0]]
        return joined([leaf for leaf in leaves if leaf.dtype.kind == "f"])

    def leaf_of(self, entry: int) -> Leaf:
        """The array that an entry of the vector belongs to."""
        return next(leaf for leaf in self.leaves if entry < leaf.stop)


def subject_of(function: Callable[..., Any], args: Sequence[Any], generator: Any) -> tuple[Subject, Recording]:
    """The function as one of a vector, and its recording on the arguments as they are.

    Raises DTypeError for arguments that cannot be differentiated and GradientError for outputs that have no derivative.
    """
    recording, _ = record(function, args, {}, range(len(args)))
    leaves, start = [], 0
    for slot, (given, node) in enumerate(zip(recording.leaves, recording.variables, strict=True)):
        name = name_leaf(range(len(args)), recording.structure, slot)
        called = name_inside(function, tree.paths(recording.structure)[slot])
        leaves.append(Leaf(name, node.shape, start, start + node.size, type(given) is float, called))
        start += node.size
    at = joined([reference().asarray(concrete(node), dtype=float) for node in recording.variables])
    floats = [node for node in recording.outputs if node.dtype.kind == "f"]
    if not floats or any(node.dtype.kind == "c" for node in recording.outputs):
        kinds = sorted({node.dtype.name for node in recording.outputs})
        raise GradientError(given=f"a function whose outputs have dtype {', '.join(kinds) or 'nothing'}",
                            expected="at least one output of floating-point numbers, and no complex ones",
                            remedy="return the quantity behind them")  # fmt: skip
    count = sum(node.size for node in floats)
    subject = Subject(function, recording.structure, tuple(leaves), at, tuple(output_names(recording)), None, count)
    if count <= MOST_OUTPUTS:
        return subject, recording
    single = generator.choice(count, MOST_OUTPUTS // COMBINATIONS, replace=False)
    rows = reference().concatenate(
        [generator.choice([-1.0, 1.0], (COMBINATIONS, count)), reference().eye(count)[single]]
    )
    names = [f"random combination {row} of the outputs" for row in range(COMBINATIONS)]
    names += [subject.outputs[place] for place in single]
    return replace(subject, rows=rows, outputs=tuple(names)), recording


def name_inside(function: Callable[..., Any], path: tree.Path) -> str:
    """What the function itself calls a leaf: W, params['W']; nothing where its parameters are not known."""
    place, *rest = path
    names = parameter_names(function)
    number = int(str(place))
    return names[number] + "".join(f"[{key!r}]" for key in rest) if number < len(names) else ""


def output_names(recording: Recording) -> list[str]:
    """What each number among the outputs is called; nothing when there is only one."""
    if sum(node.size for node in recording.outputs) == 1 and len(recording.outputs) == 1:
        return [""]
    names = []
    for node, path in zip(recording.outputs, tree.paths(recording.output_structure), strict=True):
        if node.dtype.kind == "f":
            name = "output" + "".join(f"[{key!r}]" for key in path)
            indices = reference().ndindex(node.shape)
            names += [f"{name}[{', '.join(map(str, index))}]" if index else name for index in indices]
    return names


def joined(arrays: Sequence[Array]) -> Array:
    """Arrays end to end, in float64."""
    numpy = reference()
    return numpy.concatenate([numpy.asarray(array, dtype=float).ravel() for array in arrays] or [numpy.zeros(0)])


def cut(vector: Array, nodes: Sequence[Node]) -> list[Array]:
    """A vector cut into arrays of the types of these nodes."""
    pieces, start = [], 0
    for node in nodes:
        stop = start + count_entries(node.shape)
        pieces.append(vector[start:stop].reshape(node.shape).astype(node.dtype)[()])
        start = stop
    return pieces


def zeros_for(found: Any, node: Node) -> Array:
    return reference().zeros(node.shape) if found is None else found
