"""autograd.numpy.linalg: NumPy's own names, where lists may hold recorded values."""

from __future__ import annotations

from typing import Any

import numpy
import numpy.linalg as _linalg

from .wrapping import accepting_lists


def eigh(a: Any, UPLO: str = "L") -> Any:
    """NumPy's eigh, where the half of the matrix that is not read has gradient 0, as in autograd."""
    return _linalg.eigh(_mirrored(a, UPLO))


def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """NumPy's eigvalsh, with the gradient of `eigh`."""
    return _linalg.eigvalsh(_mirrored(a, UPLO))


def _mirrored(a: Any, UPLO: str) -> Any:
    """The Hermitian matrix that has this half of a."""
    half, strict = (numpy.tril(a), numpy.tril(a, -1)) if UPLO in "Ll" else (numpy.triu(a), numpy.triu(a, 1))
    return half + numpy.conj(numpy.swapaxes(strict, -1, -2))


def __getattr__(name: str) -> Any:
    found = getattr(_linalg, name)
    return accepting_lists(found) if callable(found) and not isinstance(found, type) else found


def __dir__() -> list[str]:
    return dir(_linalg)
