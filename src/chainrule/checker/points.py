"""A model in, points out: values for all inputs, and what every name is there.

One idea: a false statement may be true by accident where two sizes are one, a number is 1 or nothing is negative; so
sizes differ, numbers have no pattern, and what must be positive is so only where nothing else will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy

from ..errors import ChainruleError, ShapeError, TextSpan, UnknownNameError
from ..ir.node import Node
from ..ir.recording import open_recording
from ..notation.kinds import Context, Value, array, as_floats
from ..notation.lower import constant, lower_whole
from ..notation.meaning import Definition, Meaning, Program
from ..notation.shapes import infer_shapes
from ..notation.sizes import Size
from ..ops import reductions
from ..ops.sources import input_node
from .figures.adopted import Adopted, bent, shifted
from .limits import ENTRIES, require_few
from .model import Model, inputs_of

_SIZES = ((3, 2, 4, 5), (5, 3, 2, 4))  # rows before columns: then an inverse of A^T A exists
_LARGE = (1019, 1013, 1009, 1021)  # sizes that no number of a formula is taken for
LEVELS = ("any", "positive", "share")


@dataclass(slots=True)
class Point:
    """What every name is at one point.

    `nodes`: names that the engine can differentiate by and through; `values`: the same and all others as arrays.
    """

    model: Model
    nodes: dict[str, Value]
    values: dict[str, Value]
    sizes: Mapping[str, int]
    definitions: Mapping[str, Definition]
    jacobians: dict[Any, Any] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    given: bool = False  # whether these are the numbers of the document
    bent: dict[str, dict[str, Value]] = field(default_factory=dict)  # for what is differentiated: slips adopted

    @property
    def finite(self) -> bool:
        """Whether every value is a number."""
        return all(bool(numpy.isfinite(as_array(each)).all()) for each in self.values.values())

    def context(self, nodes: bool = False, units: Mapping[int, int] | None = None) -> Context:
        """The names as arrays, or as nodes of the graph."""
        return Context(dict(self.nodes if nodes else self.values), self.sizes, [], units=units or {})


@contextmanager
def as_problem(span: TextSpan | None = None) -> Iterator[None]:
    """What a library says of arrays that do not fit, as an error of ours. Raises ShapeError."""
    try:
        yield
    except ChainruleError:
        raise
    except (ValueError, ArithmeticError, IndexError, TypeError, KeyError, AttributeError, RecursionError):
        raise ShapeError(given="arrays that do not fit", where=span, expected="shapes that fit") from None


def as_array(value: Value) -> Any:
    """A value as an array of numbers."""
    node = value.node.value if isinstance(value.node, Node) else value.node
    return numpy.asarray(node, dtype=float)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to take points: concrete shapes and sizes for one choice of sizes."""

    program: Program
    shapes: Mapping[str, tuple[int, ...]]
    sizes: Mapping[str, int]
    units: Mapping[int, int]


def plans(model: Model, count: int = 2) -> list[Plan]:
    """Choices of sizes, pairwise different; one when all sizes are given. Raises ShapeError where they do not fit."""
    letters = list(dict.fromkeys(s for shape in model.shapes.values() for s in shape if isinstance(s, str)))
    letters += sorted(model.sizes - set(letters))
    found = [_plan(model, letters, numbers) for numbers in _SIZES[: count if letters else 1]]
    for name, shape in ((name, shape) for each in found for name, shape in each.shapes.items()):
        require_few(prod(shape), ENTRIES, f"an array {name}")
    return found


def sketch(model: Model) -> Point:
    """The names as nodes without values, over sizes that stand for letters: for formulas. Raises ShapeError."""
    letters = list(dict.fromkeys(s for shape in model.shapes.values() for s in shape if isinstance(s, str)))
    plan = _plan(model, letters + sorted(model.sizes - set(letters)), _LARGE)
    nodes: dict[str, Value] = {}
    for symbol in model.inputs:
        nodes[symbol.text] = Value(input_node(plan.shapes.get(symbol.text, ()), numpy.dtype("float64")))
    point = Point(model, nodes, {}, plan.sizes, {each.symbol.text: each for each in plan.program.definitions})
    context = Context(nodes, plan.sizes, [], units=plan.units)
    for each in plan.program.definitions:
        try:
            with as_problem(each.span):
                nodes[each.symbol.text] = as_floats(lower_whole(each.body, context))
        except ChainruleError as problem:
            point.failed[each.symbol.text] = problem.given
    return point


def _plan(model: Model, letters: Sequence[str], numbers: tuple[int, ...]) -> Plan:
    chosen = {letter: numbers[place % 4] + 4 * (place // 4) for place, letter in enumerate(letters)}
    declared: dict[str, tuple[Size, ...]] = {
        name: tuple(chosen.get(str(size), size) for size in shape) for name, shape in model.shapes.items()
    }
    definitions = model.forward
    symbols = inputs_of(list(definitions), model)
    if not definitions:
        return Plan(Program((), model.inputs[0] if model.inputs else None, ()), {}, chosen, {})  # type: ignore[arg-type]
    program = Program(definitions, definitions[-1].symbol, ())
    plain = {name: shape for name, shape in declared.items() if all(isinstance(size, int) for size in shape)}
    found = infer_shapes(program, symbols, plain, model.ranks)
    return Plan(program, found.numbers, {**found.sizes, **chosen}, found.units)


def take(
    model: Model, plan: Plan, seed: int, level: str, data: Mapping[str, Any] | None = None,
    weights: Mapping[str, Any] | None = None, adopted: Adopted | None = None,
    fixed: Mapping[str, float] | None = None,
) -> Point:  # fmt: skip
    """One point. `level`: what numbers are drawn from. `data`: values to use instead; `weights`: the derivatives of a
    loss that is not written; `adopted`: what the author states of names and derivatives; `fixed`: inputs that
    are one number in every entry."""
    source = numpy.random.default_rng(seed)
    nodes: dict[str, Value] = {}
    with open_recording():
        for symbol in model.inputs:
            name, shape = symbol.text, plan.shapes.get(symbol.text, ())
            drawn = fitting(draw(source, shape, level), model.traits.get(name, frozenset()))
            given = (data or {}).get(name)
            if name in (fixed or {}):
                given = numpy.full(shape, (fixed or {})[name])
            nodes[name] = Value(input_node(shape, numpy.dtype("float64"), drawn if given is None else given))
        point = Point(model, nodes, {}, plan.sizes, {each.symbol.text: each for each in plan.program.definitions})
        _compute(point, plan, weights or {}, adopted or Adopted(), own=data is not None)
    for name, value in nodes.items():
        point.values[name] = Value(_beside_zero(as_array(value), name in point.definitions), value.row)
    return point


def _beside_zero(array: Any, computed: bool) -> Any:
    """What is 0 because a relu closed counts as just below 0: whether `z >= 0` or `z > 0` is written is the same."""
    return numpy.where(array == 0, -1e-300, array) if computed else array


def _compute(point: Point, plan: Plan, weights: Mapping[str, Any], adopted: Adopted, *, own: bool) -> None:
    context = Context(point.nodes, plan.sizes, [], units=plan.units)
    with numpy.errstate(all="ignore"):
        for each in plan.program.definitions:
            try:
                with as_problem(each.span):
                    found = as_floats(lower_whole(each.body, context))
            except ChainruleError as problem:
                point.failed[each.symbol.text] = problem.given
                continue
            if each.symbol == point.model.loss and found.ndim and isinstance(found.node, Node):
                found = Value(reductions.sum(found.node))  # a loss is a number: that of all outputs together
            value = adopted.names.get(each.symbol.text)
            point.nodes[each.symbol.text] = found if value is None else shifted(found, value)
    if point.model.open_loss is not None and (not own or set(point.model.ends()) <= set(weights)):
        _open_loss(point, point.model.open_loss.text, weights)
    for of in dict.fromkeys(each.of for each in adopted.bends if not each.local):
        _bend(point, plan, weights, adopted, of)


def _bend(point: Point, plan: Plan, weights: Mapping[str, Any], adopted: Adopted, of: str) -> None:
    """A computation beside that of the point: the same values, and the derivatives that the author states."""

    def context(names: dict[str, Value]) -> Context:
        return Context(names, plan.sizes, [], units=plan.units)

    def finish(names: dict[str, Value]) -> Value | None:
        if point.model.open_loss is not None and of in point.nodes:
            _open_loss(replace(point, nodes=names), of, weights)
        return names.get(of)

    with numpy.errstate(all="ignore"), as_problem():
        point.bent[of] = bent(of, point.nodes, plan.program.definitions, adopted, context, finish)


def _open_loss(point: Point, name: str, given: Mapping[str, Any]) -> None:
    """A loss of which nothing is said: any weights on all that it may depend on give any upstream gradient."""
    source, total = numpy.random.default_rng(7), None
    for each in point.model.ends():
        node = point.nodes[each].node if each in point.nodes else None
        if isinstance(node, Node):
            weights = draw(source, tuple(node.shape), "any")
            if each in given and numpy.size(given[each]) == weights.size:
                weights = numpy.reshape(given[each], weights.shape)
            term = reductions.sum(node * weights)
            total = term if total is None else total + term
    if total is not None:
        point.nodes[name] = Value(total)


def draw(source: Any, shape: tuple[int, ...], level: str) -> Any:
    """Numbers without a pattern: of both signs, positive, or between 0 and 1."""
    if level == "share":
        return source.uniform(0.1, 0.9, shape)
    sizes = source.uniform(0.3, 1.7, shape)
    return sizes if level == "positive" else sizes * source.choice((-1.0, 1.0), shape)


def fitting(array: Any, traits: frozenset[str]) -> Any:
    """Numbers changed so that they have the properties that the document says."""
    for trait in sorted(traits):
        if trait in _TRAITS and array.size:
            array = _TRAITS[trait](array)
    return array


def _symmetric(array: Any) -> Any:
    return (array + array.T) / 2 if array.ndim == 2 and array.shape[0] == array.shape[1] else array


def _definite(array: Any) -> Any:
    square = array.ndim == 2 and array.shape[0] == array.shape[1]
    return array @ array.T + numpy.eye(len(array)) if square else numpy.abs(array)


def _antisymmetric(array: Any) -> Any:
    return (array - array.T) / 2 if array.ndim == 2 and array.shape[0] == array.shape[1] else array


def _diagonal(array: Any) -> Any:
    return numpy.diag(numpy.diag(array)) if array.ndim == 2 and array.shape[0] == array.shape[1] else array


def _orthogonal(array: Any) -> Any:
    return numpy.linalg.qr(array)[0] if array.ndim == 2 and array.shape[0] >= array.shape[1] else array


def _distribution(array: Any) -> Any:
    """Along the last axis; a number alone is left between 0 and 1."""
    positive = numpy.abs(array)
    return positive / positive.sum(axis=-1, keepdims=True) if array.ndim else positive % 1


def _unit(array: Any) -> Any:
    return array / numpy.linalg.norm(array) if array.ndim else array


def _share(array: Any) -> Any:
    return 0.05 + 0.9 * (numpy.abs(array) % 1)


_TRAITS: dict[str, Callable[[Any], Any]] = {
    "symmetric": _symmetric, "positive definite": _definite, "positive semidefinite": _definite,
    "antisymmetric": _antisymmetric, "diagonal": _diagonal, "orthogonal": _orthogonal,
    "orthonormal columns": _orthogonal, "one-hot": _distribution, "distribution": _distribution,
    "sums to one": _distribution, "positive": numpy.abs, "nonnegative": numpy.abs, "signs": numpy.sign,
    "unit": _unit, "in unit interval": _share, "binary": _share,
}  # fmt: skip


def data_of(model: Model, plan: Plan) -> dict[str, Any] | None:
    """The document's own numbers for the inputs; None where an input has none."""
    found: dict[str, Any] = {}
    for symbol in model.inputs:
        meaning = model.data.get(symbol.text)
        if meaning is None:
            return None
        value = numpy.asarray(constant(meaning), dtype=float)
        shape = plan.shapes.get(symbol.text, ())
        if value.shape != shape:
            if value.size != int(numpy.prod(shape)):
                return None
            value = value.reshape(shape)
        found[symbol.text] = value
    return found or None


def evaluate(meaning: Meaning, point: Point, units: Mapping[int, int] | None = None, **indices: int) -> Value:
    """What a side is at a point. Raises ChainruleError where it is nothing."""
    context = point.context(units=units)
    context.indices.update(indices)
    with numpy.errstate(all="ignore"):
        return as_floats(lower_whole(meaning, context))


def require(point: Point, name: str) -> Value:
    """The node of a name. Raises UnknownNameError where it has none."""
    if name not in point.nodes:
        raise UnknownNameError(given=f"the name {name}", expected="a name that the document defines")
    return point.nodes[name]


__all__ = [
    "LEVELS",
    "Plan",
    "Point",
    "array",
    "as_array",
    "data_of",
    "draw",
    "evaluate",
    "plans",
    "require",
    "sketch",
    "take",
]
