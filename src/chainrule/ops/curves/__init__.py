"""Tables of numbers: lines between points, slopes and areas, rows of numbers, polynomials."""

from .interpolation import interp
from .polynomials import poly, polyadd, polyder, polyint, polymul, polysub, polyval, vander
from .sequences import geomspace, linspace, logspace
from .slopes import ediff1d, gradient, trapezoid, unwrap

__all__ = [
    "ediff1d",
    "geomspace",
    "gradient",
    "interp",
    "linspace",
    "logspace",
    "poly",
    "polyadd",
    "polyder",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
    "trapezoid",
    "unwrap",
    "vander",
]
