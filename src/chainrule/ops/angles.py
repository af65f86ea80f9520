"""Angles and directions of complex numbers, and questions about them: an array in, one of the same shape out.

One idea: turning is multiplying by i, so an angle moves by the imaginary part of dz/z, and a direction across itself.
"""

from __future__ import annotations

import math
from typing import Any

from ..ir.coercion import as_array
from ..ir.library import Array, Library
from ..ir.notation import function
from ..ir.op import Complexes, Custom, Domain, Role, Sample
from ..ir.types import ArrayType
from .arithmetic import carry, quotient_type, ratio
from .choices import equal, not_equal
from .complexes import conjugated, imag, real_op
from .declare import also_known_as, elementwise, op, real_type


def angle_slope(y: Array, z: Array) -> Any:
    return ratio(-1j, z) if z.dtype.kind == "c" else 0


def angle_type(z: ArrayType) -> ArrayType:
    return quotient_type(z, real_type(z))


@elementwise(
    angle_slope, function("arg", r"\arg", "np.angle"), type_rule=angle_type, complexes=Complexes.HOLOMORPHIC,
    kink="the origin: gradient 0 is used there",
)  # fmt: skip
def angle_op(xp: Library, z: Array) -> Array:
    """The angle of a complex number, from -pi to pi. It moves by Re(-i dz/z) = Im(dz/z), and 0 is used at 0."""
    return xp.angle(z)


def angle(z: Any, deg: bool = False) -> Any:
    """np.angle: the angle of complex numbers in radians, or degrees. Of real numbers it is 0 or pi, without slope.

    >>> float(angle(1j, deg=True))
    90.0
    """
    found = angle_op(as_array(z))
    return found * (180 / math.pi) if deg else found


def direction_type(x: ArrayType) -> ArrayType:
    return quotient_type(x, x)


def direction_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (turning(g, y, x),)


def direction_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return turning(tangents[0], y, x)


def turning(moved: Any, y: Any, x: Any) -> Any:
    """The part of a move across the direction y, per length of x. A real symmetric map: it serves pull and push."""
    along = carry(real_op(carry(moved, conjugated(y))), y)
    return carry(moved - along, ratio(1.0, real_op(conjugated(y) * x)))


@op(
    "direction", Custom(direction_pull, direction_push), function("sign", r"\operatorname{sign}"), Role.SCALES,
    type_rule=direction_type, elementwise=True, complexes=Complexes.OWN,
    domain=Domain((Sample(((3,),)), Sample(((2, 3),)), Sample(((),))), "the origin: direction and gradient 0 there"),
)  # fmt: skip
def direction(xp: Library, x: Array) -> Array:
    """z/|z|, and 0 at 0: the sign of a complex number. It moves by (dz - y Re(conj(y) dz))/|z|, across itself."""
    size = xp.absolute(x)
    found = ratio.kernel(xp, x, size)
    far = xp.isinf(size)
    return xp.where(far, ratio.kernel(xp, *_infinite_parts(xp, x)), found)[()] if far.any() else found


def _infinite_parts(xp: Library, x: Array) -> tuple[Array, Array]:
    """The direction of a number whose parts are infinite, by those alone, and its length."""
    parts = [xp.where(xp.isinf(part), xp.sign(part), 0) for part in (xp.real(x), xp.imag(x))]
    whole = parts[0] + parts[1] * (1j if x.dtype.kind == "c" else 0)
    return whole, xp.absolute(whole)


# Questions -----------------------------------------------------------------------------------------------------------
def isreal(x: Any) -> Any:
    """Whether each entry has no imaginary part.

    >>> isreal([1 + 2j, 3.0])
    array([False,  True])
    """
    return equal(imag(x), 0)


def iscomplex(x: Any) -> Any:
    """Whether each entry has an imaginary part.

    >>> iscomplex([1 + 2j, 3.0])
    array([ True, False])
    """
    return not_equal(imag(x), 0)


also_known_as(angle, "angle")
also_known_as(iscomplex, "iscomplex")
also_known_as(isreal, "isreal")
