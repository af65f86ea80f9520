"""Degrees and radians, entry by entry: an angle in, the same angle in the other unit out."""

from __future__ import annotations

import math

from ...ir.library import Array, Library
from ...ir.notation import function
from ..declare import also_known_as, elementwise, floating_type


def radians_each(y: Array, x: Array) -> float:
    return math.pi / 180


def degrees_each(y: Array, x: Array) -> float:
    return 180 / math.pi


@elementwise(radians_each, function("deg2rad"), type_rule=floating_type)
def deg2rad(xp: Library, x: Array) -> Array:
    """Degrees as radians. Derivative pi/180."""
    return xp.deg2rad(x)


@elementwise(degrees_each, function("rad2deg"), type_rule=floating_type)
def rad2deg(xp: Library, x: Array) -> Array:
    """Radians as degrees. Derivative 180/pi."""
    return xp.rad2deg(x)


also_known_as(deg2rad, "radians")
also_known_as(rad2deg, "degrees")
