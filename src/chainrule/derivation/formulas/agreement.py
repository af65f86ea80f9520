"""Agreement: derived formulas in, how well they agree with the engine's own derivatives out.

One idea: every form that is printed is computed as it stands, at random points and for random sizes that all differ,
and compared with the backward walk on plain numbers, which knows nothing of index notation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import ChainruleError, DomainError, LimitError, TraceError
from ...ir.coercion import as_node
from ...ir.graph import topological_order
from ...ir.library import Array, reference
from ...ir.node import Node, concrete
from ...ir.op import record
from ...ir.recording import open_recording
from ...ops.joining import stack
from ...ops.movement import reshape
from ...ops.sources import input_node, input_op
from ...transforms.resize import resize_all
from ...transforms.reverse import gradients
from ...transforms.sizes import Sizes
from .evaluation import Evaluation, known_op
from .properties import NOTHING, Properties
from .results import Answer, Derived, Layout, Step

TOLERANCE = 1e-6
_WORST_CONDITION = 1e9
_LARGEST = 1e8  # of a derivative that is compared: beyond it a matrix was singular but for rounding
_FLOOR = 1e-6  # differences are measured against at least this
_ROUNDS = 4  # how often sizes are drawn
_DRAWS = 12  # how often sizes are drawn again, because an op did not fit them
_LARGEST_SIZE = 6
_MOST_ROWS = 3000
_DECOMPOSED = frozenset({"inv", "det", "logdet", "det_sign", "solve", "cholesky"})


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How the formulas compared with the engine: at how many points, how far off at worst, and for which sizes.

    `failed` is the first answer that disagreed and `form` the form it disagreed in (or the name of a definition).
    """

    points: int
    worst: float
    sizes: tuple[Mapping[str, int], ...]
    failed: Answer | None = None
    form: str = ""

    @property
    def holds(self) -> bool:
        """Whether there were points to compare at and every formula agreed."""
        return self.points > 0 and self.failed is None and not self.form

    @property
    def sentence(self) -> str:
        """What was found, for a page."""
        if not self.points:
            return "not compared with the engine: no point was found at which everything is defined"
        places = f"{self.points} random point{'s' * (self.points != 1)}"
        sizes = "; ".join(", ".join(f"{letter} = {size}" for letter, size in each.items()) for each in self.sizes)
        compared = f"compared with the engine at {places}{f' ({sizes})' if sizes else ''}"
        if self.holds:
            return f"{compared}: largest relative difference {self.worst:.1e}"
        what = self.form if self.failed is None else f"{self.failed.label} in {self.form}"
        return f"{compared}: {what} is off by {self.worst:.1e}"


def agreement(
    derived: Derived, points: int = 20, seed: int = 0, *, known: Properties = NOTHING
) -> Agreement:  # fmt: skip
    """Compare every form of every answer with the engine's derivative at random points.

    Each letter gets a random size from 2 to 6, all different where that is possible; symmetric matrices are drawn
    positive definite. Stops at the first answer that is off by more than `TOLERANCE`, relative to its largest entry.
    """
    random = reference().random.default_rng(seed)
    if _rows_walked(derived) > (_MOST_ROWS if derived.order < 4 else _MOST_ROWS // 30):
        return Agreement(0, 0.0, ())
    points = points if derived.order < 4 else min(points, 4)
    rounds = min(_ROUNDS, points) if derived.sizes else 1
    worst, done, tried = 0.0, 0, []
    for turn in range(rounds):
        staged = _resized(derived, random)
        if staged is None:
            continue
        new, letters = staged
        tried.append(letters)
        for _ in range((points - done) // (rounds - turn)):
            judged = _compare(derived, new, known, random)
            if judged is None:
                continue
            off, failed, form = judged
            worst, done = max(worst, off), done + 1
            if form:
                return Agreement(done, off, tuple(tried), failed, form)
    return Agreement(done, worst, tuple(tried))


def _rows_walked(derived: Derived) -> int:
    """How many walks back the engine's own derivative takes at most: a row for each entry, again for each order."""
    largest = max((node.type.size for node in derived.graph.inputs), default=1)
    if derived.sizes:
        largest = _largest_size(derived) ** max((node.ndim for node in derived.graph.inputs), default=0)
    return int(largest ** (derived.order - 1))


def _largest_size(derived: Derived) -> int:
    return _LARGEST_SIZE if derived.order < 4 else 3


# Sizes ---------------------------------------------------------------------------------------------------------------
def _resized(derived: Derived, random: Any) -> tuple[Mapping[Node, Node], dict[str, int]] | None:
    """Every node of the formulas in small random sizes. None where no sizes were found that fit."""
    nodes = [derived.graph.outputs[0], *_expressions(derived)]
    plain = {number: letter for number, letter in derived.sizes.items() if letter.isidentifier()}
    for _ in range(_DRAWS):
        drawn = _draw_sizes(list(plain), random, _largest_size(derived))
        table = Sizes(drawn)
        sizes = {number: drawn.get(number) or table.whole(number) for number in derived.sizes}
        if min(sizes.values(), default=1) < 1:
            continue
        try:
            return resize_all(nodes, derived.graph.inputs, sizes), {
                plain[number]: size for number, size in drawn.items()
            }
        except ChainruleError:
            continue
    return None


def _draw_sizes(numbers: Sequence[int], random: Any, largest: int) -> dict[int, int]:
    choices = range(2, max(largest, len(numbers) + 1) + 1)
    chosen = random.permutation(list(choices))[: len(numbers)]
    return {number: int(size) for number, size in zip(numbers, chosen, strict=True)}


def _expressions(derived: Derived) -> Iterator[Node]:
    for answer in derived.answers:
        for each in (answer.index, answer.matrix, answer.inlined, answer.compiled, answer.as_product):
            if each is not None:
                yield each
        yield from (step.expression for step in last_lines(derived, answer))
    for definition in (*derived.forward, *derived.upstream):
        yield definition.node
        yield definition.expression
    known = set(derived.graph.order())
    yield from (node for node in derived.names if node in known)


def last_lines(derived: Derived, answer: Answer) -> list[Step]:
    """The lines of the working that say what the derivative is, in names that have a value: the last equation."""
    start = max((place for place, step in enumerate(answer.steps) if step.left), default=len(answer.steps))
    known = {*derived.graph.inputs, *(each.node for each in derived.upstream)}
    return [
        step
        for step in answer.steps[start:]
        if all(node.inputs or node.op is not input_op or node in known for node in topological_order([step.expression]))
    ]


# One point -----------------------------------------------------------------------------------------------------------
def _compare(
    derived: Derived, new: Mapping[Node, Node], known: Properties, random: Any
) -> tuple[float, Answer | None, str] | None:
    """The largest difference at one point, and what was off by too much; None where no point was found."""
    found = _find_point(derived, new, known, random)
    if found is None:
        return None
    at, wanted = found
    worst = 0.0
    for definition in derived.upstream:
        off = _off(at, new[definition.node], at.plain(new[definition.expression]))
        if off > TOLERANCE:
            return off, None, definition.symbol
        worst = max(worst, off)
    for answer, expected in zip(derived.answers, wanted, strict=True):
        for form, value, target in _forms(derived, answer, expected, at, new):
            off = difference(value, target)
            if off > TOLERANCE:
                return off, answer, form
            worst = max(worst, off)
    return worst, None, ""


def _off(at: Evaluation, node: Node, value: Array) -> float:
    """How far a definition is from the node it names; a name for a node without a value is what it is defined as."""
    if node.op is input_op:
        at.values[node] = value
        return 0.0
    return difference(value, at.plain(node))


def difference(value: Array, expected: Array) -> float:
    """The largest difference relative to the largest entry; infinite where shapes differ or a number is missing."""
    numpy = reference()
    if numpy.shape(value) != numpy.shape(expected):
        return float("inf")
    if not numpy.size(expected):
        return 0.0
    scale = max(float(numpy.max(numpy.abs(expected))), _FLOOR)
    off = float(numpy.max(numpy.abs(value - expected))) / scale
    return off if off == off else float("inf")


def _forms(
    derived: Derived, answer: Answer, expected: Array, at: Evaluation, new: Mapping[Node, Node]
) -> Iterator[tuple[str, Array, Array]]:
    """Each form of an answer by name: its value, and what it should be."""
    if answer.index is not None:
        lines = [("a line of the working", step.expression) for step in last_lines(derived, answer)]
        for name, spoken in [*lines, ("index form", answer.index)]:
            try:
                yield name, *_of_index(answer, expected, at, new[spoken])
            except LimitError:  # a chain of twenty matrices has as many letters: its matrix form is compared
                continue
    arranged = _arranged(derived, answer, expected)
    for name, form in (("matrix form", answer.matrix), ("matrix form, written out", answer.inlined)):
        if form is not None:
            yield name, at.plain(new[form]), arranged
    if answer.compiled is not None and answer.compiled.shape == answer.shape:
        yield "compiled form", at.plain(new[answer.compiled]), expected
    if answer.as_product is not None and derived.order == 1:
        yield "product", *_product(derived, answer, expected, at, new)


def _of_index(answer: Answer, expected: Array, at: Evaluation, form: Node) -> tuple[Array, Array]:
    """The value of the index form. A derivative that is zero everywhere is said without letters."""
    if len(answer.at) == expected.ndim:
        try:
            return at.indexed(form, answer.at, expected.shape), expected
        except TraceError:  # a letter of which nothing says how far it runs
            return reference().full(expected.shape, reference().nan), expected
    return at.indexed(form, (), ()), reference().max(reference().abs(expected))


def _arranged(derived: Derived, answer: Answer, expected: Array) -> Array:
    """The derivative as its layout arranges it; `expected` has the axes of the output first."""
    first = derived.graph.outputs[0].ndim
    if first == 1 and expected.ndim == 2 and derived.layout is Layout.DENOMINATOR:
        return expected.T
    if not first and len(answer.variables) == 1 and derived.layout is Layout.NUMERATOR:
        return expected[None, :] if expected.ndim == 1 else expected.T
    return expected


def _product(
    derived: Derived, answer: Answer, expected: Array, at: Evaluation, new: Mapping[Node, Node]
) -> tuple[Array, Array]:
    """The product of a gradient of the output with the derivative, and what it should be."""
    assert answer.as_product is not None
    output = new[derived.graph.outputs[0]]
    graph = {new[node] for node in derived.graph.inputs}
    seeds = [node for node in topological_order([new[answer.as_product]]) if node.op is input_op and node not in graph]
    seeds = [node for node in seeds if node.shape == output.shape]
    value = at.plain(new[answer.as_product])
    if len(seeds) != 1:
        return value, value
    return value, reference().tensordot(at.values[seeds[0]], expected, output.ndim)


# Points --------------------------------------------------------------------------------------------------------------
def _find_point(
    derived: Derived, new: Mapping[Node, Node], known: Properties, random: Any
) -> tuple[Evaluation, list[Array]] | None:
    """Values for all variables at which everything is finite, and the derivatives there."""
    numpy = reference()
    output = new[derived.graph.outputs[0]]
    variables = [node for node in topological_order(new.values()) if node.op is input_op]
    inputs = {new[node] for node in derived.graph.inputs}
    careful = any(node.op.name in _DECOMPOSED for node in new)
    moved = known.moved(new.get)
    named = {symbol: node for node, symbol in derived.names.items() if node in new}
    for style in (0, 0, 1, 1, 2, 2):
        values = {node: _draw(node, moved, careful, style if node in inputs else 0, random) for node in variables}
        at = Evaluation(dict(values), base=derived.first_index)  # which it fills with all that it computes
        try:
            if not numpy.isfinite(at.plain(output)).all() or _is_singular(at, output):
                continue
            wanted = [
                derivative(output, [new[named[symbol]] for symbol in answer.variables], values)
                for answer in derived.answers
            ]
        except DomainError:  # a matrix that is singular whatever its entries are: X^T X with more columns than rows
            return None
        if all(numpy.isfinite(each).all() and (not each.size or numpy.abs(each).max() < _LARGEST) for each in wanted):
            return at, wanted
    return None


def _is_singular(at: Evaluation, output: Node) -> bool:
    """Whether a matrix that is decomposed is singular but for rounding: X^T X with more columns than rows."""
    inside = (node.inputs[0] for node in topological_order([output]) if node.op.name in _DECOMPOSED and node.inputs)
    matrices = (at.plain(each) for each in inside)
    return any(each.ndim >= 2 and (reference().linalg.cond(each) > _WORST_CONDITION).any() for each in matrices)


def _draw(node: Node, known: Properties, careful: bool, style: int, random: Any) -> Array:
    """A value: from a normal distribution, then between 0 and 1, then above 1, for functions that are not defined
    elsewhere; matrices far from singular where one is inverted or decomposed."""
    shape = node.shape
    if node in known.signs:
        return random.choice([-1.0, 1.0], shape)
    if node in known.probabilities:
        raised = reference().exp(random.normal(size=shape))
        return raised / raised.sum(-1, keepdims=True)
    square = len(shape) == 2 and shape[0] == shape[1]
    if square and (node in known.symmetric or careful):
        drawn = random.normal(size=shape)
        if node in known.symmetric:
            return drawn @ drawn.T / shape[0] + reference().eye(shape[0])
        return drawn / 2 + 2 * shape[0] * reference().eye(shape[0])
    if node in known.positive and style == 0:
        return random.uniform(0.3, 2.0, shape)
    if style == 0:
        return random.normal(size=shape)
    return random.uniform(0.1, 0.9, shape) if style == 1 else random.uniform(1.1, 3.0, shape)


# The engine's own derivative -----------------------------------------------------------------------------------------
def derivative(output: Node, chosen: Sequence[Node], values: Mapping[Node, Array]) -> Array:
    """The derivative of an expression by some of its steps in turn, by backward walks on numbers: output axes first."""
    with open_recording():
        new = _recorded(output, chosen, values)
        top = new[output]
        for node in chosen[:-1]:
            top = _rows(top, new[node], True)
        return concrete(_rows(top, new[chosen[-1]], False))


def _recorded(output: Node, chosen: Sequence[Node], values: Mapping[Node, Array]) -> dict[Node, Node]:
    """The computation on variables that hold the values."""
    new: dict[Node, Node] = {}
    for node in topological_order([output, *chosen]):
        if node in values:
            new[node] = input_node(node.shape, node.dtype, reference().asarray(values[node], node.dtype)[()])
        elif node.inputs:
            new[node] = record(known_op(node.op), tuple(new[each] for each in node.inputs), node.settings)
        else:
            new[node] = node
    return new


def _rows(top: Node, node: Node, symbolic: bool) -> Node:
    """The derivative of each entry, one backward walk each."""
    numpy = reference()
    zero = numpy.zeros(node.shape, node.dtype)[()]
    rows = []
    for unit in numpy.eye(top.size, dtype=top.dtype):
        seed = unit.reshape(top.shape)[()]
        found = gradients([top], [as_node(seed) if symbolic else seed], [node], symbolic=symbolic)[0]
        rows.append(zero if found is None else found)
    shape = (*top.shape, *node.shape)
    nodes = [as_node(each) for each in rows]
    return nodes[0] if not top.ndim else reshape(stack(nodes), shape)
