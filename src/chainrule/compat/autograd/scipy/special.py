"""autograd.scipy.special: SciPy's own names; recorded values answer those that have a derivative."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as _special

from .... import special as _ours
from ....ir.node import Node
from ..primitives import defjvp, defvjp, primitive

_ROOT = 2 / np.sqrt(np.pi)
_complex_erf, _complex_erfc = primitive(_special.erf), primitive(_special.erfc)
defvjp(_complex_erf, lambda ans, x: lambda g: _ROOT * g * np.exp(-(x**2)))
defvjp(_complex_erfc, lambda ans, x: lambda g: -_ROOT * g * np.exp(-(x**2)))
defjvp(_complex_erf, lambda g, ans, x: _ROOT * g * np.exp(-(x**2)))
defjvp(_complex_erfc, lambda g, ans, x: -_ROOT * g * np.exp(-(x**2)))


def erf(x: Any) -> Any:
    """The error function, of complex numbers too."""
    return _complex_erf(x) if _is_complex(x) else _ours.erf(x)


def erfc(x: Any) -> Any:
    """1 - erf(x), of complex numbers too."""
    return _complex_erfc(x) if _is_complex(x) else _ours.erfc(x)


def _is_complex(x: Any) -> bool:
    return x.dtype.kind == "c" if type(x) is Node else np.iscomplexobj(x)


def __getattr__(name: str) -> Any:
    return getattr(_ours, name) if name in _ours.__all__ else getattr(_special, name)


def __dir__() -> list[str]:
    return sorted({*dir(_special), *_ours.__all__})
