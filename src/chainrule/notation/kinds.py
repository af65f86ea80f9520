"""Values while a formula is lowered: a node with what mathematics knows of it and an array does not.

One idea: a vector is an array with one axis, so that it stands as a row is kept beside it until a product uses it up;
and an axis that a bound index runs over carries the name of the index, until a sum or a left side takes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from ..errors import BoundsError, ChainruleError, LimitError, ShapeError, TextSpan
from ..ir.library import reference
from ..ir.node import Node, is_abstract
from ..ops import choices, movement
from . import limits
from .meaning import Reading

_STANDS_FOR = 50  # smaller sizes are what they are; larger ones may stand for a letter


def stands_for_any(size: int) -> bool:
    """Whether a number stands for a size of which only the letter is known."""
    return size >= _STANDS_FOR


@dataclass(frozen=True, slots=True)
class Value:
    """A number, array or node. Axes named by `labels` come first; `row`: a vector that stands as a row."""

    node: Any
    row: bool = False
    labels: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The axes without labels."""
        return shape_of(self.node)[len(self.labels) :]

    @property
    def ndim(self) -> int:
        """How many axes have no label."""
        return len(self.shape)


@dataclass(frozen=True, slots=True)
class Run:
    """A bound index that runs along an axis: how far, and the number of its first step."""

    size: int
    start: int


@dataclass(slots=True)
class Context:
    """What names and indices stand for, and the readings noted on the way."""

    names: dict[str, Value]
    sizes: Mapping[str, int]
    readings: list[Reading]
    indices: dict[str, Run | int] = field(default_factory=dict)  # an int: the sum is being written out
    steps: list[int] = field(default_factory=lambda: [0])
    units: Mapping[int, int] = field(default_factory=dict)  # how large each vector of ones and each identity is
    identities: list[Any] = field(default_factory=list)  # the nodes of identity matrices
    zero_outside: bool = False  # entries out of range are 0 and no mistake
    from_one: bool = False  # x_{i+k} counts from 1 as other indices do, though an entry is left out
    kept: frozenset[int] = frozenset()  # where a size must stay a letter, by the identity of the place

    def binding(self, indices: Mapping[str, Run | int]) -> Context:
        """The context under a sum sign."""
        return replace(self, indices={**self.indices, **indices})

    def step(self, span: TextSpan) -> None:
        """Count one step of work. Raises LimitError when there are too many."""
        self.steps[0] += 1
        if self.steps[0] > limits.STEPS:
            raise LimitError(
                given="a formula that grows without end when it is written out",
                where=span,
                expected=f"at most {limits.STEPS:,} steps",
                remedy="use arrays instead of single entries",
            )

    def note(self, written: str, read_as: str, span: TextSpan) -> None:
        """Say aloud how something was read."""
        reading = Reading(written, read_as, span)
        if all((each.written, each.read_as) != (written, read_as) for each in self.readings):
            self.readings.append(reading)

    def write_shape(self, shape: tuple[int, ...]) -> str:
        """A shape in the letters of its sizes, where they have letters."""
        letters = {number: letter for letter, number in reversed(list(self.sizes.items()))}
        sizes = [str(letters.get(size, size)) for size in shape]
        return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def shape_of(node: Any) -> tuple[int, ...]:
    """The shape of a node, an array or a Python number."""
    return tuple(node.shape) if hasattr(node, "shape") else ()


def is_number(value: Value) -> bool:
    """Whether a value is a plain Python number, known while the text is read."""
    return isinstance(value.node, int | float)


def as_floats(value: Value) -> Value:
    """A condition as 1 and 0, anything else as it is."""
    if isinstance(value.node, bool):
        return replace(value, node=float(value.node))
    if getattr(getattr(value.node, "dtype", None), "kind", "") == "b":
        return replace(value, node=choices.astype(value.node, reference().dtype("float64")))
    return value


@contextmanager
def said_at(span: TextSpan, context: Context) -> Iterator[None]:
    """Errors of ops, said at the place in the text."""
    try:
        yield
    except ChainruleError as problem:
        if isinstance(problem.place, TextSpan):
            raise
        kind = ShapeError if isinstance(problem, BoundsError) else type(problem)
        meant = ", ".join(f"{letter} = {number}" for letter, number in context.sizes.items() if number < _STANDS_FOR)
        given, expected, remedy = (
            _in_letters(text, context) for text in (problem.given, problem.expected, problem.remedy)
        )
        raise kind(
            given=given + (f" (with {meant})" if meant else ""), where=span, expected=expected, remedy=remedy
        ) from None


def _in_letters(text: str, context: Context) -> str:
    """A message with letters for the numbers that stand for them."""
    letters = {str(number): letter for letter, number in context.sizes.items() if number >= _STANDS_FOR}
    if not letters:
        return text
    return re.sub(r"\b\d+\b", lambda found: letters.get(found.group(), found.group()), text)


def refuse_large(*values: Value) -> None:
    """Raises LimitError where every entry of one times every entry of the other would be computed, and be too many."""
    entries = prod(size for value in values for size in value.shape)
    abstract = any(isinstance(value.node, Node) and is_abstract(value.node) for value in values)
    if entries > limits.ENTRIES and not abstract:
        raise LimitError(given=f"a product of {entries:,} entries", expected=f"at most {limits.ENTRIES:,}",
                         remedy="multiply by a vector first, or give smaller sizes")  # fmt: skip


def array(node: Any) -> Any:
    """A plain number as an array, anything else as it is."""
    return reference().asarray(node, dtype="float64") if isinstance(node, int | float) else node


# Lining up labelled axes ------------------------------------------
def union(values: Iterable[Value]) -> tuple[str, ...]:
    """All labels in order of first appearance."""
    return tuple(dict.fromkeys(label for value in values for label in value.labels))


def line_up(values: list[Value]) -> tuple[list[Any], tuple[str, ...]]:
    """The nodes with their labelled axes in one order, of size 1 where a label is missing, so that they broadcast."""
    labels = union(values)
    widest = max((value.ndim for value in values), default=0)
    return [_placed(value, labels, widest) for value in values], labels


def _placed(value: Value, labels: tuple[str, ...], widest: int) -> Any:
    turned = in_order(value, tuple(label for label in labels if label in value.labels))
    if not value.labels or (value.labels == labels and value.ndim == widest):
        return turned.node
    sizes = dict(zip(turned.labels, shape_of(turned.node), strict=False))
    shape = (*(sizes.get(label, 1) for label in labels), *(1,) * (widest - value.ndim), *turned.shape)
    return turned.node if shape == shape_of(turned.node) else movement.reshape(turned.node, shape)


def in_order(value: Value, labels: tuple[str, ...]) -> Value:
    """The value with its labelled axes in this order."""
    if value.labels == labels:
        return value
    places = [value.labels.index(label) for label in labels]
    axes = (*places, *range(len(labels), len(labels) + value.ndim))
    return replace(value, node=movement.transpose(value.node, axes), labels=labels)


def entrywise(function: Callable[..., Any], *values: Value) -> Value:
    """A function applied entry by entry to values whose labelled axes are lined up first."""
    nodes, labels = line_up([as_floats(value) for value in values])
    row = any(value.row for value in values) and not any(value.ndim == 1 and not value.row for value in values)
    return Value(function(*nodes), row, labels)
