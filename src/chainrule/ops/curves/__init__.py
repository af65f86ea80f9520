"""Tables of numbers: lines between points, slopes and areas, rows of numbers, polynomials."""

from .fitting import polydiv, polyfit, roots
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
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
    "roots",
    "trapezoid",
    "unwrap",
    "vander",
]
