"""The reference array library, by name: nothing in, the NumPy module out.

One idea: floors 3 to 6 never import an array library, so that `chainrule --help` stays fast and a kernel can be given
another library. This is the one place that names NumPy, and it does so only when a number is needed.
"""

from __future__ import annotations

import importlib
from typing import Any

Library = Any  # NumPy, or a module with NumPy's functions such as jax.numpy
Array = Any  # what the library computes on

_LOADED: list[Library] = []


def reference() -> Library:
    """NumPy, imported on first use."""
    if not _LOADED:
        _LOADED.append(importlib.import_module("numpy"))
    return _LOADED[0]
