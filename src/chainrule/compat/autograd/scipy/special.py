"""autograd.scipy.special: SciPy's own names; recorded values answer those that have a derivative."""

from __future__ import annotations

from typing import Any

import scipy.special as _special

from .... import special as _ours


def __getattr__(name: str) -> Any:
    return getattr(_ours, name) if name in _ours.__all__ else getattr(_special, name)


def __dir__() -> list[str]:
    return sorted({*dir(_special), *_ours.__all__})
