"""An op: its declaration in, a callable out that computes on arrays and records on nodes.

One idea: an op is declared once, as data. Who reads which field: type rule -> tracing and errors; kernel -> executors
and finite differences; derivative -> reverse, forward, printed slopes; index form -> index notation; notation ->
renderers and the parser; role -> the reason column; domain -> test sampling; docstring -> the reference documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from ..errors import ChainruleError, DTypeError, LimitError
from .coercion import ARRAY_LIKE, as_arrays, as_node, coerce, loose_value
from .library import Array, reference
from .node import Node, concrete, find, is_abstract, make
from .notation import Notation
from .precision import fitted_to, is_short, widened
from .recording import STATE
from .surface import REFUSALS
from .types import ArrayType, array_type, bundle_of, is_only_spoken_of, speaking


class Role(Enum):
    """The teacher's word for what a gate does to the gradient that comes back."""

    COPIES = "copies: every input receives the full upstream gradient"
    SCALES = "scales: the upstream gradient times the slope at this point"
    SWAPS = "switches: each input receives the upstream gradient times the other input"
    SPREADS = "spreads: every entry summed receives the upstream gradient"
    GATHERS = "gathers: a broadcast sums the gradients of its copies"
    MOVES = "moves: the gradient goes back to where the entries came from"
    ROUTES = "routes: the chosen input receives the upstream gradient, the other nothing"
    COUPLES = "couples: every output depends on every input, so each input sums over all outputs"
    STOPS = "stops: no gradient passes"
    SOURCE = "source: an input or a constant"


@dataclass(frozen=True, slots=True)
class Elementwise:
    """`partials[slot](y, *inputs)` gives dy/dx of that slot, entry by entry; both modes follow.

    A partial may return the Python integers 1, -1 or 0, which cost nothing. `singular` says that a slope can be
    infinite or NaN where the gradient that meets it is exactly zero: only these ops pay for keeping that zero.
    """

    partials: tuple[Callable[..., Any], ...]
    singular: bool = False


@dataclass(frozen=True, slots=True)
class Linear:
    """`adjoints[slot](g, *inputs)` gives the gradient of that slot; forward mode is the op itself.

    `joint` ops are linear in all their differentiable inputs together (concatenate); the others in each input while the
    rest is fixed (matmul). A slot whose adjoint is None is not differentiated (the condition of `where`).
    """

    adjoints: tuple[Callable[..., Any] | None, ...]
    joint: bool = True


@dataclass(frozen=True, slots=True)
class Custom:
    """`pull(g, y, *inputs)` gives one gradient a slot (or None); `push(tangents, y, *inputs)` the tangent of the
    output.

    A tangent is None where the input does not move. `selective`: `pull` is told as `wanted` which slots matter, because
    the others would cost it work.
    """

    pull: Callable[..., tuple[Any, ...]]
    push: Callable[..., Any]
    selective: bool = False


@dataclass(frozen=True, slots=True)
class Flat:
    """The derivative is zero wherever it exists, or the path is cut on purpose; the reason is printed.

    `refuses`: a zero would mislead, so a derivative that leads through the op is an error that gives the reason.
    """

    reason: str
    refuses: bool = False


class Complexes(Enum):
    """What an op does with complex numbers. The gradient of a real L by z = a + bi is dL/da + i dL/db."""

    REFUSED = "it has no meaning for complex numbers, or no derivative here"
    HOLOMORPHIC = "its rule holds for complex numbers too; on the way back it speaks of their conjugates"
    OWN = "its rule says itself what a complex number receives"


_REFUSED = Complexes.REFUSED  # a member of an enumeration is slow to look up

Derivative: TypeAlias = Elementwise | Linear | Custom | Flat


@dataclass(frozen=True, slots=True)
class Sample:
    """Shapes and parameters with which the laws are tested, and the open interval that each input is drawn from.

    `diagonal[slot]` is added to the diagonal of the matrices in that slot, which makes them far from singular.
    """

    shapes: tuple[tuple[int, ...], ...]
    params: tuple[tuple[str, Any], ...] = ()
    intervals: tuple[tuple[float, float], ...] = ((-2.0, 2.0),)
    diagonal: tuple[float, ...] = ()

    def interval(self, slot: int) -> tuple[float, float]:
        return self.intervals[min(slot, len(self.intervals) - 1)]


@dataclass(frozen=True, slots=True)
class Domain:
    """Where an op is smooth enough to be tested, and a sentence about where it is not (None: smooth everywhere)."""

    samples: tuple[Sample, ...]
    kink: str | None = None
    is_kink: Callable[..., Any] | None = None  # is_kink(*inputs): true where the derivative is a choice


@dataclass(frozen=True, slots=True)
class Labels:
    """The index form of an op that is a sum of products: `rule(*types, **params)` gives an einsum string `ij,j->i`."""

    rule: Callable[..., str]


@dataclass(frozen=True, slots=True)
class Entries:
    """The index form of the derivative: `partial(slot, out, into, y, *inputs, **params)` gives d y[out] / d
    input[into].

    `y` and the inputs are functions from an index tuple to the node of that entry; the result is a node.
    """

    partial: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Affine:
    """An index made of letters: the sum of coefficient times letter over `terms`, plus `offset`. 2i + k - 1 is
    `Affine(((2, "i"), (1, "k")), -1)`, and a letter alone `Affine(((1, "i"),))`.
    """

    terms: tuple[tuple[int, str], ...]
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Windows:
    """The index form of an op that is a sum of products along windows (convolutions): Labels with sums for indices.

    `rule(*types, **params)` gives `(places, result)`: `places[slot][axis]` is the `Affine` index of that axis of that
    input, and `result` the letters of the output, one for each axis. The output is

        y[result] = sum over the letters not in `result` of the product over the slots of input[places[slot]]

    Indices count from 0. A letter of the result runs along its axis of the output; every letter that is summed stands
    alone (coefficient 1, offset 0) at an axis of some input, and runs along it. An entry outside its input counts as 0,
    which is what padding means. `y_i = sum_k w_k x_(i+k)` is `(((k,), (i + k,)), "i")`.
    A rule may return None: with these parameters there is none.
    """

    rule: Callable[..., tuple[tuple[tuple[Affine, ...], ...], str] | None]


IndexForm: TypeAlias = Labels | Entries | Windows


@dataclass(frozen=True, eq=False, slots=True)
class Op:
    """One operation, whole. Call it with arrays to compute, with nodes to record."""

    name: str
    kernel: Callable[..., Array]
    type_rule: Callable[..., ArrayType]
    derivative: Derivative
    notation: Notation | Callable[[Node], Notation]
    role: Role
    domain: Domain
    index: IndexForm | None = None  # None: entry by entry, as Elementwise says
    doc: str = ""
    elementwise: bool = False
    first_value_slot: int = 0  # slots before it keep their own dtype (the condition of `where`)
    lazy: bool = field(default=False)  # its value is put off while tracing (broadcast)
    complexes: Complexes = Complexes.REFUSED
    batch: Callable[..., Any] | None = None  # many examples at once: ops/batches.py

    def __call__(self, *args: Any, **params: Any) -> Any:
        for argument in args:
            if type(argument) is Node:
                return record(self, args, params)
        if args and type(args[0]) in ARRAY_LIKE:
            args = as_arrays(args)
        return self.kernel(reference(), *args, **params)

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def written(self, node: Node) -> Notation:
        """The notation for this node of the op."""
        return self.notation(node) if callable(self.notation) else self.notation


def record(op: Op, args: tuple[Any, ...], params: dict[str, Any]) -> Node:
    """The node of this op on these arguments: interned, evaluated when every input has a value."""
    if not STATE.depth:
        REFUSALS["escaped"](op.name)
    if op.elementwise:
        inputs = coerce(op, args)
    else:
        inputs = tuple([argument if type(argument) is Node else as_node(argument) for argument in args])
    oldest = STATE.oldest
    for source in inputs:
        if source.serial < oldest:
            REFUSALS["older"](source, op.name)
    settings = tuple(params.items()) if params else ()
    node = find(op, inputs, settings)
    if node is None:
        if op.complexes is _REFUSED:
            _require_real(op, inputs)
        node = _evaluate(op, inputs, settings, params)
    if STATE.recorder is not None:
        STATE.recorder(node)
    return node


def _require_real(op: Op, inputs: tuple[Node, ...]) -> None:
    """Raise DTypeError where an op that knows no complex numbers is given some."""
    for node in inputs:
        if node.type.is_complex:
            raise DTypeError(
                given=f"{op.name} of complex numbers ({node.type})", where=op.name, expected="real numbers",
                remedy="take np.real(z), np.imag(z), np.abs(z) or np.angle(z) first",
            )  # fmt: skip


def _evaluate(op: Op, inputs: tuple[Node, ...], settings: tuple[tuple[str, Any], ...], params: dict[str, Any]) -> Node:
    values: list[Any] = []
    if not op.lazy:
        for node in inputs:
            value = node.value
            if value is None:
                values = _input_values(op, inputs)
                break
            values.append(value)
    if not values or (speaking() and is_only_spoken_of(op.type_rule(*[node.type for node in inputs], **params))):
        return make(op, inputs, settings, op.type_rule(*[node.type for node in inputs], **params))
    given = inputs[-1].type
    try:
        if given.is_short:  # noqa: SIM108
            value = rounded(op, values, params)
        else:
            value = op.kernel(reference(), *values, **params)
    except Exception as problem:
        _say_what_failed(op, inputs, params, problem)
        raise
    if type(value) is tuple:
        return make(op, inputs, settings, bundle_of(value), value)
    if value.shape == given.shape and value.dtype is given.dtype:  # as most are: a dtype is slow to look up
        return make(op, inputs, settings, given, value)
    if op.elementwise and value.shape != given.shape:  # every input was a broadcast that was put off
        value = reference().broadcast_to(value, given.shape)
    return make(op, inputs, settings, array_type(value.shape, value.dtype), value)


def computed(op: Op, values: Sequence[Any], params: dict[str, Any]) -> Any:
    """The kernel's value, as recording computes it."""
    if any(type(each) is not tuple and is_short(each.dtype) for each in values):
        return rounded(op, values, params)
    return op.kernel(reference(), *values, **params)


def rounded(op: Op, values: Sequence[Any], params: dict[str, Any]) -> Any:
    """The value of short floats: computed in float32, and rounded to the dtype that the type rule names.

    Not of what holds a graph, or takes a bundle: its steps round what they make.
    """
    derivative = op.derivative
    if (type(derivative) is Custom and derivative.selective) or type(values[0]) is tuple:
        return op.kernel(reference(), *values, **params)
    wide = op.kernel(reference(), *[widened(each) for each in values], **params)
    return fitted_to(wide, op.type_rule(*[array_type(each.shape, each.dtype) for each in values], **params).dtype)


def _input_values(op: Op, inputs: tuple[Node, ...]) -> list[Any]:
    """The values of the inputs as the kernel takes them; none where one of them stands for any value."""
    values = []
    for node in inputs:
        value = node.value
        if value is None:
            if is_abstract(node):
                return []
            value = loose_value(node) if op.elementwise else concrete(node)
        values.append(value)
    return values


def _say_what_failed(op: Op, inputs: tuple[Node, ...], params: dict[str, Any], problem: Exception) -> None:
    """Raise what is wrong with the inputs in our own words, where the type rule knows it."""
    if isinstance(problem, (ValueError, TypeError, IndexError)) and not isinstance(problem, ChainruleError):
        try:
            op.type_rule(*[node.type for node in inputs], **params)
        except ChainruleError as known:
            raise known from None  # the library's own words for the same fault are not shown above it
    if isinstance(problem, MemoryError):
        raise LimitError(
            given=f"{op.name} of {', '.join(str(node.type) for node in inputs)}: {problem}",
            where=op.name,
            expected="results that fit into memory",
            remedy="check whether the shapes are those you meant: (n, 1) and (1, m) make a matrix",
        ) from problem
