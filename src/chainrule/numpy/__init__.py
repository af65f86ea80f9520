"""NumPy's names for plain arrays and recorded values: an Array API 2024.12 namespace.

`import chainrule.numpy as np` is NumPy, except where NumPy's own function lacks a parameter of the standard or would
not take a recorded value: those are here. All others are NumPy's, which hand recorded values over to this package.

One idea: a namespace is a way of looking names up. Whatever NumPy has is here under its own name, and what becomes a
derivative rule tomorrow needs no entry today.

>>> import chainrule
>>> import chainrule.numpy as np
>>> np.sort(np.asarray([1.0, 3.0, 2.0]), descending=True)
array([3., 2., 1.])
>>> chainrule.grad(lambda x: np.std(np.asarray([x, 1.0, 5.0]), correction=1))(3.0)
0.0
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as _library

from ..errors import did_you_mean
from ..ir.precision import result_type
from .creation import array, asarray, full
from .ordering import argsort, sort
from .utility import diff

__all__ = ["argsort", "array", "asarray", "diff", "fft", "full", "linalg", "result_type", "sort"]

_ROOMS = frozenset({"linalg", "fft"})


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f".{name}", __name__)
    if name == "bfloat16" and find_spec("ml_dtypes") is not None:
        return import_module("ml_dtypes").bfloat16
    if (not name.startswith("_") or name == "__array_namespace_info__") and hasattr(_library, name):
        return getattr(_library, name)
    hint = did_you_mean(name, __dir__())
    raise AttributeError(f"chainrule.numpy has no attribute '{name}'{': ' + hint if hint else ''}")


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in dir(_library) if not name.startswith("_"))})
