"""Products of matrices by whoever does them best here: a name in, an address out.

One idea: NumPy comes with a BLAS. It is called by its address, without a copy and without Python.
"""

from __future__ import annotations

import ctypes
import glob
import os
from functools import cache
from typing import Any

import numpy as np

# How a library spells cblas_dgemm, and the width of its whole numbers.
_SPELLINGS = (("scipy_cblas_{0}64_", 64), ("cblas_{0}64_", 64), ("scipy_cblas_{0}", 32), ("cblas_{0}", 32))


@cache
def library() -> tuple[Any, str, int, str] | None:
    """(the library, how it spells its functions, the width of its whole numbers, its file), or None."""
    root = os.path.dirname(np.__file__)
    places = (os.path.join(os.path.dirname(root), "numpy.libs"), os.path.join(root, ".dylibs"))
    for file in [each for place in places for each in sorted(glob.glob(os.path.join(place, "*openblas*")))]:
        try:
            found = ctypes.CDLL(file)
        except OSError:
            continue
        for spelling, width in _SPELLINGS:
            if hasattr(found, spelling.format("dgemm")):
                return found, spelling, width, file
    return None


def blas_function(name: str) -> int:
    """The address of `dgemm` and the like."""
    found = library()
    if found is None:
        raise OSError("no BLAS")
    return int(ctypes.cast(getattr(found[0], found[1].format(name)), ctypes.c_void_p).value or 0)
