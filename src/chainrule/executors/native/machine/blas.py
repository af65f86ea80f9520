"""Products of matrices by whoever does them best here: a name in, an address out.

One idea: NumPy comes with a BLAS, and so does SciPy; whoever has installed Intel's wants that. It is called by its
address, without a copy and without Python. None is believed before it has multiplied two matrices.
"""

from __future__ import annotations

import ctypes
import glob
import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from .llvm import machine

# How a library spells cblas_dgemm, and the width of its whole numbers.
_SPELLINGS = (("scipy_cblas_{0}64_", 64), ("scipy_cblas_{0}", 32), ("cblas_{0}64_", 64), ("cblas_{0}", 32))
THREADS = ("get_num_threads", "set_num_threads")  # how many threads it uses: asked, and told
_MKL = ("libmkl_rt.so*", "libmkl_rt*.dylib", "mkl_rt*.dll")
_OTHERS = ("znver", "bdver", "btver", "amdfam")  # on AMD's processors Intel's library takes a slow way
_PARTS = ("mkl_core", "mkl_sequential")  # which mkl_rt opens at the first call, and ends the process without them
_MKL_SAYS = {"get_num_threads": "MKL_Get_Max_Threads", "set_num_threads": "MKL_Set_Num_Threads"}
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
        if name in THREADS and is_intel(self.handle):
            return _MKL_SAYS[name]
        return (self.spelling.replace("cblas_", "openblas_") if name in THREADS else self.spelling).format(name)


@cache
def library() -> Blas | None:
    """The BLAS to call; None where there is none."""
    wheels, intel = (*files("numpy"), *files("scipy")), tuple(intel_files())
    places = (*wheels, *intel) if machine().cpu.startswith(_OTHERS) else (*intel, *wheels)
    found = (opened(file) for file in places)
    return next((each for each in found if each is not None and multiplies(each)), None)


def intel_files() -> Iterator[str]:
    """Intel's library where the environment of this Python has it, with all that it opens itself."""
    for folder in ("lib", os.path.join("Library", "bin")):
        root = os.path.join(sys.prefix, folder)
        if all(glob.glob(os.path.join(root, f"*{part}*")) for part in _PARTS):
            for pattern in _MKL:
                yield from sorted(glob.glob(os.path.join(root, pattern)))


def is_intel(handle: Any) -> bool:
    return hasattr(handle, "MKL_Set_Threading_Layer")


def multiplies(found: Blas) -> bool:
    """Whether it multiplies two matrices as it should, in both precisions and with whole numbers of this width."""
    whole = ctypes.c_int64 if found.width == 64 else ctypes.c_int32
    for name, kind in (("dgemm", ctypes.c_double), ("sgemm", ctypes.c_float)):
        function = getattr(found.handle, found.spelled(name), None)
        if function is None:
            return False
        function.restype = None
        a, b, c = (kind * 6)(1, 2, 3, 4, 5, 6), (kind * 6)(1, 0, 2, 1, 0, 3), (kind * 4)()
        three = whole(3)  # (2, 3) times the transpose of (2, 3)
        function(101, 111, 112, whole(2), whole(2), three, kind(1), a, three, b, three, kind(0), c, whole(2))
        if list(c) != [7, 10, 16, 22]:
            return False
    return True


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
            if is_intel(handle):
                handle.MKL_Set_Threading_Layer(1)  # one thread a call: no second pool beside ours or another library's
            return Blas(handle, spelling, width, file, kernels(handle))
    return None


def kernels(handle: Any) -> str:
    """Which kernels a library has chosen, in its own words."""
    if is_intel(handle):
        said = ctypes.create_string_buffer(200)
        handle.MKL_Get_Version_String(said, 200)
        return said.value.decode(errors="replace").strip()
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
