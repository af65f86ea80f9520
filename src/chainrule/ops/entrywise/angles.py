"""Degrees and radians, entry by entry: an angle in, the same angle in the other unit out.

One idea: changing the unit is linear, so the gradient changes its unit by the same factor.
"""

from __future__ import annotations

from collections.abc import Callable

from ...ir.library import Array, Library
from ...ir.notation import function
from ...ir.op import Complexes, Domain, Linear, Op, Role, Sample
from ..declare import also_known_as, floating_type, op


def unit(name: str, adjoint: Callable[..., Array]) -> Callable[..., Op]:
    """Declare a change of unit."""
    domain = Domain(tuple(Sample((shape,)) for shape in ((3,), (2, 3), ())))
    return op(
        name, Linear((adjoint,)), function(name), Role.SCALES, type_rule=floating_type, domain=domain,
        elementwise=True, complexes=Complexes.REFUSED,
    )  # fmt: skip


def deg2rad_adjoint(g: Array, x: Array) -> Array:
    return deg2rad(g)


def rad2deg_adjoint(g: Array, x: Array) -> Array:
    return rad2deg(g)


@unit("deg2rad", deg2rad_adjoint)
def deg2rad(xp: Library, x: Array) -> Array:
    """Degrees as radians. Adjoint: the gradient times pi/180 too."""
    return xp.deg2rad(x)


@unit("rad2deg", rad2deg_adjoint)
def rad2deg(xp: Library, x: Array) -> Array:
    """Radians as degrees. Adjoint: the gradient times 180/pi too."""
    return xp.rad2deg(x)


also_known_as(deg2rad, "radians")
also_known_as(rad2deg, "degrees")
