"""Products of matrices by whoever does them best here: a name in, an address out.

One idea: NumPy comes with a BLAS, and so does SciPy. It is called by its address, without a copy and without Python.
"""

from __future__ import annotations

import ctypes
import glob
import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

# How a library spells cblas_dgemm, and the width of its whole numbers.
_SPELLINGS = (("scipy_cblas_{0}64_", 64), ("scipy_cblas_{0}", 32), ("cblas_{0}64_", 64), ("cblas_{0}", 32))
THREADS = ("get_num_threads", "set_num_threads")  # how many threads it uses: asked, and told
_NAMES = ("scipy_openblas_get_corename64_", "scipy_openblas_get_corename", "openblas_get_corename64_")


@dataclass(frozen=True, slots=True)
class Blas:
    """A library, how it spells its functions, the width of its whole numbers, and the kernels it has chosen."""

    handle: Any
    spelling: str
    width: int
    file: str
    kernels: str

    @property
    def is_told(self) -> bool:
        """Whether it can be asked and told how many threads to use."""
        return all(hasattr(self.handle, self.spelled(name)) for name in THREADS)

    def spelled(self, name: str) -> str:
        """How it spells `dgemm`, or a name of its own."""
        return (self.spelling.replace("cblas_", "openblas_") if name in THREADS else self.spelling).format(name)


@cache
def library() -> Blas | None:
    """The BLAS to call; None where there is none."""
    found = (opened(file) for package in ("numpy", "scipy") for file in files(package))
    return next((each for each in found if each is not None), None)


def files(package: str) -> Iterator[str]:
    """The files of OpenBLAS beside a package. The package is not imported."""
    spec = importlib.util.find_spec(package)
    for root in (spec.submodule_search_locations or []) if spec is not None else []:
        for place in (os.path.join(os.path.dirname(root), f"{package}.libs"), os.path.join(root, ".dylibs")):
            yield from sorted(glob.glob(os.path.join(place, "*openblas*")))


def opened(file: str) -> Blas | None:
    """The library of a file, if it is a BLAS that we know how to call."""
    try:
        handle = ctypes.CDLL(file)
    except OSError:
        return None
    for spelling, width in _SPELLINGS:
        if hasattr(handle, spelling.format("dgemm")):
            return Blas(handle, spelling, width, file, kernels(handle))
    return None


def kernels(handle: Any) -> str:
    """Which kernels a library has chosen, in its own words."""
    for name in _NAMES:
        if hasattr(handle, name):
            ask = getattr(handle, name)
            ask.restype = ctypes.c_char_p
            return str(ask().decode())
    return ""


def blas_function(name: str) -> int:
    """The address of `dgemm` and the like."""
    found = library()
    if found is None:
        raise OSError("no BLAS")
    return int(ctypes.cast(getattr(found.handle, found.spelled(name)), ctypes.c_void_p).value or 0)
