"""autograd.numpy.linalg: NumPy's own names, where lists may hold recorded values."""

from __future__ import annotations

from typing import Any

import numpy.linalg as _linalg

from .wrapping import accepting_lists


def __getattr__(name: str) -> Any:
    found = getattr(_linalg, name)
    return accepting_lists(found) if callable(found) and not isinstance(found, type) else found


def __dir__() -> list[str]:
    return dir(_linalg)
