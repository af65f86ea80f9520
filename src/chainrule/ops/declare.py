"""Declaring an op: a kernel, its derivative and its notation in, an entry in the tables out.

One idea: everything the engine knows of an operation is said in one place, above its kernel. An op declared outside the
package with the same decorator works at once in every mode, executor and renderer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..ir.library import reference
from ..ir.node import Node
from ..ir.notation import Notation
from ..ir.op import Complexes, Derivative, Domain, Elementwise, IndexForm, Linear, Op, Role, Sample
from ..ir.precision import INEXACT
from ..ir.surface import TABLE
from ..ir.types import ArrayType, array_type

OPS: dict[str, Op] = {}

Interval = tuple[float, float]
REAL: Interval = (-2.0, 2.0)
POSITIVE: Interval = (0.2, 3.0)
UNIT: Interval = (-0.9, 0.9)


def same_type(*types: ArrayType, **params: Any) -> ArrayType:
    """Elementwise: the inputs already agree."""
    return types[-1]


def floating_type(*types: ArrayType, **params: Any) -> ArrayType:
    """Elementwise and never an integer: NumPy computes functions of integers in the float that holds them all."""
    last = types[-1]
    if last.dtype.kind in INEXACT:
        return last
    return array_type(last.shape, reference().result_type(last.dtype, "float16"))


def real_type(*types: ArrayType, **params: Any) -> ArrayType:
    """Elementwise from complex numbers to real ones of the same precision."""
    return array_type(types[-1].shape, real_dtype(types[-1].dtype))


def real_dtype(dtype: Any) -> Any:
    """The dtype of the real part of numbers of this dtype."""
    return reference().empty(0, dtype).real.dtype if dtype.kind == "c" else dtype


def boolean_type(*types: ArrayType, **params: Any) -> ArrayType:
    """Elementwise comparisons."""
    return array_type(types[-1].shape, reference().dtype(bool))


def op(
    name: str,
    derivative: Derivative,
    notation: Notation | Callable[[Node], Notation],
    role: Role,
    *,
    type_rule: Callable[..., ArrayType],
    domain: Domain,
    index: IndexForm | None = None,
    elementwise: bool = False,
    first_value_slot: int = 0,
    lazy: bool = False,
    complexes: Complexes | None = None,
    batch: Callable[..., Any] | None = None,
) -> Callable[[Callable[..., Any]], Op]:
    """Declare an op; decorates its kernel `kernel(xp, *inputs, **params)`, whose docstring is the op's.

    Unless `complexes` says otherwise, a linear op takes complex numbers (the adjoint of a product speaks of the other
    factor, that of a joint op of no value at all), and the others refuse them.
    """
    taken = _complexes_of(derivative) if complexes is None else complexes

    def declare(kernel: Callable[..., Any]) -> Op:
        made = Op(
            name, kernel, type_rule, derivative, notation, role, domain, index,
            inspect.getdoc(kernel) or "", elementwise, first_value_slot, lazy, taken, batch,
        )  # fmt: skip
        OPS[name] = made
        TABLE.setdefault(name, made)
        return made

    return declare


def _complexes_of(derivative: Derivative) -> Complexes:
    """What follows from the kind of derivative."""
    if not isinstance(derivative, Linear):
        return Complexes.REFUSED
    return Complexes.OWN if derivative.joint else Complexes.HOLOMORPHIC


def elementwise(
    partials: Callable[..., Any] | tuple[Callable[..., Any], ...],
    notation: Notation | Callable[[Node], Notation],
    role: Role = Role.SCALES,
    *,
    interval: Interval | tuple[Interval, ...] = REAL,
    singular: bool = False,
    type_rule: Callable[..., ArrayType] = same_type,
    kink: str | None = None,
    is_kink: Callable[..., Any] | None = None,
    params: tuple[tuple[str, Any], ...] = (),
    complexes: Complexes | None = None,
) -> Callable[[Callable[..., Any]], Op]:
    """Declare a function applied entry by entry, from one partial derivative `(y, *inputs)` for each input."""
    slopes = partials if isinstance(partials, tuple) else (partials,)
    intervals = interval if isinstance(interval[0], tuple) else (interval,)
    shapes = (((3,),) * len(slopes), ((2, 3),) * len(slopes), ((),) * len(slopes))
    samples = tuple(Sample(shape, params, intervals) for shape in shapes)

    def declare(kernel: Callable[..., Any]) -> Op:
        declared = op(
            kernel.__name__.removesuffix("_op"), Elementwise(slopes, singular), notation, role,
            type_rule=type_rule, domain=Domain(samples, kink, is_kink), elementwise=True,
            complexes=complexes,
        )  # fmt: skip
        return declared(kernel)

    return declare


def also_known_as(made: Any, *names: str) -> None:
    """Let NumPy's other names for an op reach it."""
    for name in names:
        TABLE[name] = made
