"""Linear algebra: NumPy's functions, which hand recorded values over to the rules of this package, and SciPy's beyond
them (expm, sqrtm, solve_triangular, lu, ...), under SciPy's names.

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
from ..ops import linalg as _rules


def __getattr__(name: str) -> Any:
    if not name.startswith("_") and hasattr(_library.linalg, name):
        return getattr(_library.linalg, name)
    if name in _rules.BEYOND_NUMPY:
        return getattr(_rules, name)
    hint = did_you_mean(name, [*dir(_library.linalg), *_rules.BEYOND_NUMPY])
    raise AttributeError(f"chainrule.numpy.linalg has no attribute '{name}'{': ' + hint if hint else ''}")


def __dir__() -> list[str]:
    public = (name for name in dir(_library.linalg) if not name.startswith("_"))
    known = (name for name in public if name in TABLE or f"linalg.{name}" in TABLE or name == "LinAlgError")
    return sorted({*known, *_rules.BEYOND_NUMPY})
