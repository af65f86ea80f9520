"""Angles of complex numbers, and questions about them: an array in, real numbers or truth values out.

One idea: turning is multiplying by i, so an angle moves by the imaginary part of dz/z.
"""

from __future__ import annotations

import math
from typing import Any

from ..ir.coercion import as_array
from ..ir.library import Array, Library
from ..ir.notation import function
from ..ir.op import Complexes
from ..ir.types import ArrayType
from .arithmetic import quotient_type, ratio
from .choices import equal
from .complexes import imag
from .declare import also_known_as, elementwise, real_type


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


def isreal(x: Any) -> Any:
    """Whether each entry has no imaginary part.

    >>> isreal([1 + 2j, 3.0])
    array([False,  True])
    """
    return equal(imag(x), 0)


also_known_as(angle, "angle")
also_known_as(isreal, "isreal")
