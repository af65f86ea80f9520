"""The reference array library, by name: nothing in, the NumPy module out.

One idea: floors 3 to 6 never import an array library, so that `chainrule --help` stays fast and a kernel can be given
another library. This is the one place that names NumPy, and it does so only when a number is needed.
"""

from __future__ import annotations

import importlib
from typing import Any

from ..errors import MissingLibraryError

Library = Any  # NumPy, or a module with NumPy's functions such as jax.numpy
Array = Any  # what the library computes on

_LOADED: list[Library] = []


def reference() -> Library:
    """NumPy, imported on first use."""
    if not _LOADED:
        _LOADED.append(importlib.import_module("numpy"))
    return _LOADED[0]


def science(module: str) -> Library:
    """A module of SciPy, `science("special")`, imported on first use. Raises MissingLibraryError without SciPy."""
    try:
        return importlib.import_module(f"scipy.{module}")
    except ModuleNotFoundError as problem:
        if problem.name != "scipy":
            raise
        raise MissingLibraryError(
            given=f"a function computed by scipy.{module}, where SciPy is not installed",
            expected="SciPy beside NumPy",
            remedy="pip install scipy",
        ) from None
