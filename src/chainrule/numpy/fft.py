"""Fourier transforms of the standard: NumPy's functions, which hand recorded values over to the rules of this package.

One idea: a frequency grid has a dtype of its own, which NumPy does not let one choose; all else is NumPy's.
"""

from typing import Any

import numpy as _library

from ..errors import did_you_mean
from ..ir.surface import TABLE
from ..ops.fourier import fftconvolve

_GRIDS = ("fftfreq", "rfftfreq")
__all__ = ["fftconvolve", *_GRIDS]


def fftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """The frequencies of a transform of n values that lie d apart.

    >>> fftfreq(4, d=0.5)
    array([ 0. ,  0.5, -1. , -0.5])
    """
    return _library.fft.fftfreq(n, d=d, device=device).astype(dtype or float)


def rfftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """The frequencies of a transform of n real values that lie d apart: those from 0 up.

    >>> rfftfreq(4, d=0.5)
    array([0. , 0.5, 1. ])
    """
    return _library.fft.rfftfreq(n, d=d, device=device).astype(dtype or float)


def __getattr__(name: str) -> Any:
    if not name.startswith("_") and hasattr(_library.fft, name):
        return getattr(_library.fft, name)
    hint = did_you_mean(name, dir(_library.fft))
    raise AttributeError(f"chainrule.numpy.fft has no attribute '{name}'{': ' + hint if hint else ''}")


def __dir__() -> list[str]:
    public = (name for name in dir(_library.fft) if not name.startswith("_"))
    known = (name for name in public if name in TABLE or f"fft.{name}" in TABLE)
    return sorted({*known, *__all__})
