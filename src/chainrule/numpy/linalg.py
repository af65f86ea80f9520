"""Linear algebra of the standard: NumPy's functions, which hand recorded values over to the rules of this package.

One idea: `dir` lists what has a rule (or, like the rank, no slope); everything else NumPy has takes plain arrays only.

>>> import chainrule
>>> import chainrule.numpy as np
>>> chainrule.grad(np.linalg.det)(np.eye(2))
array([[1., 0.],
       [0., 1.]])
"""

from typing import Any

import numpy as _library

from ..errors import did_you_mean
from ..ir.surface import TABLE


def __getattr__(name: str) -> Any:
    if not name.startswith("_") and hasattr(_library.linalg, name):
        return getattr(_library.linalg, name)
    hint = did_you_mean(name, dir(_library.linalg))
    raise AttributeError(f"chainrule.numpy.linalg has no attribute '{name}'{': ' + hint if hint else ''}")


def __dir__() -> list[str]:
    public = (name for name in dir(_library.linalg) if not name.startswith("_"))
    return sorted(name for name in public if name in TABLE or f"linalg.{name}" in TABLE or name == "LinAlgError")
