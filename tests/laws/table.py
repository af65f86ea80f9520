"""The table of ops x samples that every law runs over: declarations in, arrays and derivatives out.

One idea: an op says in its domain where it may be tried, so a law never names an op; an op that is added is tested.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.ir.node import Node, concrete
from chainrule.ir.op import Elementwise, Flat, Linear, Op, Sample
from chainrule.ir.recording import open_recording
from chainrule.ir.types import array_type
from chainrule.ops import OPS, input_node
from chainrule.transforms.forward import tangents
from chainrule.transforms.reverse import gradients

Array = np.ndarray[Any, Any]

SPOKEN = frozenset(
    {"input", "constant", "axis_size", "entry", "delta", "sum_over", "row", "identity"}
)  # sources, and index notation
WHOLE_NUMBERS = frozenset(
    {"bits_and", "bits_or", "bits_xor", "bits_not", "left_shift", "right_shift", "gcd", "lcm", "bitwise_count", "stays"}
)  # nothing of them can move: tests/laws/test_whole_numbers.py
CONTROL = frozenset(
    {"result", "scan", "while_loop", "switch", "branch_number", "checkpoint", "linear_solve", "root"}
)  # their bodies are graphs: tests/laws/test_loops.py
AWAY_FROM_ZERO = 0.1


@dataclass(frozen=True)
class Case:
    """One op on one of its samples."""

    op: Op
    sample: Sample
    place: int

    def __str__(self) -> str:
        return f"{self.op.name}-{self.place}"

    @property
    def params(self) -> dict[str, Any]:
        return dict(self.sample.params)

    @property
    def complex_valued(self) -> bool:
        """Whether real numbers become complex ones, so that only laws of complex numbers apply."""
        said = self.op.type_rule(*(array_type(shape, np.dtype(float)) for shape in self.sample.shapes), **self.params)
        return said.dtype.kind == "c"

    @property
    def slots(self) -> tuple[int, ...]:
        """The slots that have a derivative."""
        count = len(self.sample.shapes)
        match self.op.derivative:
            case Flat():
                return ()
            case Linear(adjoints=adjoints):
                return tuple(slot for slot in range(count) if adjoints[slot] is not None)
            case Elementwise(partials=partials):
                return tuple(slot for slot in range(count) if not getattr(partials[slot], "refused", False))
            case _:
                return tuple(range(count))


def all_cases() -> list[Case]:
    """Every op on every sample, by name."""
    return [
        Case(made, sample, place) for _, made in sorted(OPS.items()) for place, sample in enumerate(made.domain.samples)
    ]


CASES = all_cases()
SMOOTH = [case for case in CASES if case.slots and not case.complex_valued]
ELEMENTWISE = [made for _, made in sorted(OPS.items()) if isinstance(made.derivative, Elementwise)]


def draw(
    case: Case, dtype: Any = np.float64, salt: int = 0, shapes: Sequence[tuple[int, ...]] | None = None
) -> list[Array]:
    """Arrays to call the op with: inside the intervals, no two entries close to each other, none close to 0."""
    random = np.random.default_rng([zlib.crc32(case.op.name.encode()), case.place, salt])
    wanted = case.sample.shapes if shapes is None else tuple(shapes)
    count = sum(int(np.prod(shape)) for shape in wanted)
    grid = (random.permutation(count) + random.uniform(0.3, 0.7, count)) / max(count, 1)
    found, start = [], 0
    for slot, shape in enumerate(wanted):
        low, high = case.sample.interval(slot)
        stop = start + int(np.prod(shape))
        values = low + (high - low) * grid[start:stop]
        if low < 0 < high:
            values = np.where(np.abs(values) < AWAY_FROM_ZERO, values + 2 * AWAY_FROM_ZERO, values)
        if case.sample.diagonal and case.sample.diagonal[slot]:
            values = (values.reshape(shape) + case.sample.diagonal[slot] * np.eye(shape[-1])).reshape(-1)
        if slot < case.op.first_value_slot:
            values = values > np.median(values) if values.size > 1 else values > 0
        else:
            values = values.astype(dtype)
        found.append(values.reshape(shape)[()])
        start = stop
    return found


def weights(value: Any, salt: int = 0) -> Array:
    """A fixed random array of the type of `value`: an upstream gradient, or a direction."""
    random = np.random.default_rng([value.size, salt, 5])
    return np.asarray(random.uniform(0.5, 1.5, value.shape) * random.choice([-1.0, 1.0], value.shape), value.dtype)[()]


def recorded(case: Case, arrays: Sequence[Any]) -> tuple[list[Node], Node]:
    """Variables holding the arrays, and the op on them. Call it inside a recording."""
    nodes = [input_node(np.shape(each), each.dtype, each) for each in arrays]
    return nodes, case.op(*nodes, **case.params)


def pulled(case: Case, arrays: Sequence[Any], upstream: Any) -> list[Any]:
    """The gradients of <upstream, op(arrays)> by reverse mode on plain arrays, zeros where nothing arrives."""
    with open_recording():
        nodes, output = recorded(case, arrays)
        wanted = [nodes[slot] for slot in case.slots]
        found = gradients([output], [upstream], wanted, symbolic=False)
    return filled(found, wanted)


def pushed(case: Case, arrays: Sequence[Any], directions: Sequence[Any]) -> Any:
    """How the output moves with the inputs, by forward mode on plain arrays."""
    with open_recording():
        nodes, output = recorded(case, arrays)
        wanted = [nodes[slot] for slot in case.slots]
        found = tangents([output], wanted, directions, symbolic=False)
    return filled(found, [output])[0]


def filled(found: Sequence[Any], nodes: Sequence[Node]) -> list[Any]:
    """Numbers for gradients: zeros for None, values for nodes."""
    return [
        np.zeros(node.shape, node.dtype)[()] if each is None else concrete(each) if type(each) is Node else each
        for each, node in zip(found, nodes, strict=True)
    ]


def slope_along(function: Callable[[float], Any], step: float = 1e-3) -> Any:
    """d function(t) / dt at 0: central differences, extrapolated (Richardson): the error is of order step^4."""
    near, far = ((function(t) - function(-t)) / (2 * t) for t in (step / 2, step))
    return (4 * near - far) / 3


def numeric_gradient(function: Callable[[Array], Any], x: Any, step: float = 1e-3) -> Array:
    """The gradient of a function to numbers by finite differences, entry by entry."""
    base = np.asarray(x, np.float64)
    found = np.zeros(base.shape)
    for place in np.ndindex(base.shape):
        unit = np.zeros(base.shape)
        unit[place] = 1.0
        found[place] = slope_along(lambda t, unit=unit: float(function((base + t * unit)[()])), step)
    return found[()]
