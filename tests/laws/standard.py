"""The Array API standard 2024.12 as a table of calls: each function by its own parameter names, on any namespace.

One idea: a call is written once, for a namespace `xp` and arrays that may be plain or recorded. Names and parameters
are those of https://data-apis.org/array-api/2024.12/API_specification/.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Call = Callable[[Any, Any], Any]  # a namespace and a source of arrays in, the result out

V = np.array([0.3, -0.7, 1.2, 0.5])
M = np.array([[0.2, -1.1, 0.7], [1.3, 0.4, -0.6]])
S = np.array([[2.9, -0.3, 0.4], [0.2, 3.1, -0.5], [0.6, 0.1, 2.8]])
Q = np.array([[2.0, 0.5, 0.1], [0.5, 3.0, -0.2], [0.1, -0.2, 1.5]])  # symmetric and positive
P = np.array([0.31, 0.72, 1.23, 0.54])
T = np.linspace(-1.03, 1.31, 24).reshape(2, 3, 4)
I = np.array([5, 3, 6, 1])
B = np.array([True, False, True, True])

CONSTANTS = "e inf nan newaxis pi"
DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128"

# What makes arrays, and what is asked of dtypes -----------------------------------------------------------------------
MAKING: dict[str, Call] = {
    "arange": lambda xp, of: xp.arange(1, 5, 2, dtype=xp.float32),
    "asarray": lambda xp, of: xp.asarray([1.0, 2.0], dtype=xp.float32, device=None, copy=None),
    "empty": lambda xp, of: 0.0 * xp.ones_like(xp.empty((2, 3), dtype=xp.float64)),
    "eye": lambda xp, of: xp.eye(2, 3, k=1, dtype=xp.float32),
    "from_dlpack": lambda xp, of: xp.from_dlpack(np.array([1.0, 2.0]), device=None, copy=None),
    "full": lambda xp, of: xp.full((2, 2), 3.5, dtype=xp.float32, device=None),
    "linspace": lambda xp, of: xp.linspace(0.0, 1.0, 5, dtype=xp.float32, endpoint=False),
    "ones": lambda xp, of: xp.ones((2,), dtype=xp.int32),
    "zeros": lambda xp, of: xp.zeros(3, dtype=xp.complex64, device=None),
    "can_cast": lambda xp, of: np.asarray(xp.can_cast(xp.float32, xp.float64)),
    "finfo": lambda xp, of: np.asarray([xp.finfo(xp.float32).eps, xp.finfo(xp.float32).bits]),
    "iinfo": lambda xp, of: np.asarray(xp.iinfo(xp.int8).max),
    "isdtype": lambda xp, of: np.asarray(xp.isdtype(xp.float32, ("real floating", xp.int8))),
    "result_type": lambda xp, of: np.zeros(1, xp.result_type(xp.float32, xp.int8, 1.0)),
    "__array_namespace_info__": lambda xp, of: np.asarray(xp.__array_namespace_info__().default_device() == "cpu"),
}

# What is computed from arrays -----------------------------------------------------------------------------------------
ONE = (
    "abs asin asinh atan atanh ceil conj cos cosh exp expm1 floor imag isfinite isinf isnan negative positive real "
    "round sign signbit sin sinh square tan tanh trunc"
)
ABOVE = "log log1p log2 log10 sqrt reciprocal"
TWO = (
    "add atan2 copysign divide equal floor_divide greater greater_equal hypot less less_equal logaddexp maximum "
    "minimum multiply nextafter not_equal remainder subtract"
)
BITS = "bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor"


def one(name: str, x: Any) -> Call:
    return lambda xp, of: getattr(xp, name)(of(x))


def two(name: str, x: Any, y: Any) -> Call:
    return lambda xp, of: getattr(xp, name)(of(x), of(y))


ENTRY_BY_ENTRY: dict[str, Call] = {
    **{name: one(name, V / 2) for name in ONE.split()},
    **{name: one(name, P) for name in ABOVE.split()},
    "acos": one("acos", V / 2),
    "acosh": one("acosh", P + 1),
    **{name: two(name, V, P) for name in TWO.split()},
    "pow": two("pow", P, V),
    **{name: (lambda xp, of, name=name: getattr(xp, name)(I, I % 3)) for name in BITS.split()},
    "bitwise_invert": lambda xp, of: xp.bitwise_invert(I),
    "logical_and": lambda xp, of: xp.logical_and(of(V) > 0, B),
    "logical_or": lambda xp, of: xp.logical_or(of(V) > 0, B),
    "logical_xor": lambda xp, of: xp.logical_xor(of(V) > 0, B),
    "logical_not": lambda xp, of: xp.logical_not(of(V) > 0),
    "clip": lambda xp, of: xp.clip(of(V), min=0.0, max=1.0),
}

WHOLE: dict[str, Call] = {
    "empty_like": lambda xp, of: 0.0 * xp.ones_like(xp.empty_like(of(V), dtype=xp.float32)),
    "full_like": lambda xp, of: xp.full_like(of(M), 2.0, dtype=xp.float32, device=None),
    "ones_like": lambda xp, of: xp.ones_like(of(M), dtype=None),
    "zeros_like": lambda xp, of: xp.zeros_like(of(M), dtype=xp.float32),
    "meshgrid": lambda xp, of: xp.meshgrid(of(V), of(P), indexing="ij")[0],
    "tril": lambda xp, of: xp.tril(of(T), k=-1),
    "triu": lambda xp, of: xp.triu(of(S), k=1),
    "astype": lambda xp, of: xp.astype(of(V), xp.float32, copy=True, device=None),
    "broadcast_arrays": lambda xp, of: xp.broadcast_arrays(of(V), np.ones((2, 1)))[0],
    "broadcast_to": lambda xp, of: xp.broadcast_to(of(V), (2, 4)),
    "take": lambda xp, of: xp.take(of(M), np.array([0, 2, 2]), axis=1),
    "take_along_axis": lambda xp, of: xp.take_along_axis(of(M), np.array([[0, 2], [1, 1]]), axis=-1),
    "matmul": lambda xp, of: xp.matmul(of(M), of(S)),
    "matrix_transpose": lambda xp, of: xp.matrix_transpose(of(T)),
    "tensordot": lambda xp, of: xp.tensordot(of(T), of(M), axes=((1,), (1,))),
    "vecdot": lambda xp, of: xp.vecdot(of(T), of(T) * 2.0, axis=1),
    "concat": lambda xp, of: xp.concat((of(V), of(P)), axis=0),
    "concat flat": lambda xp, of: xp.concat((of(V), of(M)), axis=None),
    "expand_dims": lambda xp, of: xp.expand_dims(of(V), axis=1),
    "flip": lambda xp, of: xp.flip(of(M), axis=1),
    "moveaxis": lambda xp, of: xp.moveaxis(of(T), (0, 1), (2, 0)),
    "permute_dims": lambda xp, of: xp.permute_dims(of(T), axes=(2, 0, 1)),
    "repeat": lambda xp, of: xp.repeat(of(M), 2, axis=1),
    "reshape": lambda xp, of: xp.reshape(of(M), shape=(3, 2), copy=None),
    "roll": lambda xp, of: xp.roll(of(M), shift=1, axis=1),
    "squeeze": lambda xp, of: xp.squeeze(xp.expand_dims(of(V), axis=0), axis=0),
    "stack": lambda xp, of: xp.stack((of(V), of(P)), axis=1),
    "tile": lambda xp, of: xp.tile(of(V), (2, 1)),
    "unstack": lambda xp, of: xp.unstack(of(M), axis=1)[1],
    "argmax": lambda xp, of: xp.argmax(of(M), axis=1, keepdims=True),
    "argmin": lambda xp, of: xp.argmin(of(M), axis=None, keepdims=False),
    "count_nonzero": lambda xp, of: xp.count_nonzero(of(M) > 0, axis=1, keepdims=True),
    "nonzero": lambda xp, of: xp.nonzero(of(M) > 0)[1],
    "searchsorted": lambda xp, of: xp.searchsorted(np.sort(V), of(P), side="right", sorter=None),
    "searchsorted sorter": lambda xp, of: xp.searchsorted(V, P, sorter=np.argsort(V)),
    "where": lambda xp, of: xp.where(B, of(V), of(P)),
    "unique_all": lambda xp, of: xp.unique_all(of(V)).values,
    "unique_counts": lambda xp, of: xp.unique_counts(of(V)).counts,
    "unique_inverse": lambda xp, of: xp.unique_inverse(of(V)).inverse_indices,
    "unique_values": lambda xp, of: xp.sort(xp.unique_values(of(V))),
    "argsort": lambda xp, of: xp.argsort(of(M), axis=1, descending=True, stable=True),
    "argsort up": lambda xp, of: xp.argsort(of(M), axis=-1, descending=False, stable=False),
    "sort": lambda xp, of: xp.sort(of(M), axis=0, descending=True, stable=True),
    "sort up": lambda xp, of: xp.sort(of(M)),
    "cumulative_prod": lambda xp, of: xp.cumulative_prod(of(M), axis=1, dtype=None, include_initial=True),
    "cumulative_sum": lambda xp, of: xp.cumulative_sum(of(V), include_initial=True, dtype=xp.float64),
    "max": lambda xp, of: xp.max(of(M), axis=(0, 1), keepdims=True),
    "mean": lambda xp, of: xp.mean(of(M), axis=1, keepdims=False),
    "min": lambda xp, of: xp.min(of(M), axis=1),
    "prod": lambda xp, of: xp.prod(of(M), axis=0, dtype=xp.float32, keepdims=True),
    "std": lambda xp, of: xp.std(of(M), axis=1, correction=1, keepdims=True),
    "sum": lambda xp, of: xp.sum(of(M), axis=1, dtype=xp.float32),
    "sum of few": lambda xp, of: xp.sum(xp.astype(of(V), xp.float32)),
    "var": lambda xp, of: xp.var(of(M), axis=None, correction=0.5),
    "all": lambda xp, of: xp.all(of(M) > 0, axis=1, keepdims=True),
    "any": lambda xp, of: xp.any(of(M) > 0, axis=None),
    "diff": lambda xp, of: xp.diff(of(V), axis=-1, n=1, prepend=of(P[:1]), append=None),
}


def symmetric(matrix: Any) -> Any:
    return (matrix + matrix.T) / 2


LINEAR: dict[str, Call] = {
    "cholesky": lambda xp, of: xp.linalg.cholesky(symmetric(of(Q)), upper=True),
    "cross": lambda xp, of: xp.linalg.cross(of(S), of(Q), axis=1),
    "det": lambda xp, of: xp.linalg.det(of(S)),
    "diagonal": lambda xp, of: xp.linalg.diagonal(of(T), offset=1),
    "eigh": lambda xp, of: xp.linalg.eigh(symmetric(of(Q))).eigenvalues,
    "eigvalsh": lambda xp, of: xp.linalg.eigvalsh(symmetric(of(Q))),
    "inv": lambda xp, of: xp.linalg.inv(of(S)),
    "matmul": lambda xp, of: xp.linalg.matmul(of(M), of(S)),
    "matrix_norm": lambda xp, of: xp.linalg.matrix_norm(of(T), ord="fro", keepdims=True),
    "matrix_norm nuclear": lambda xp, of: xp.linalg.matrix_norm(of(M), ord="nuc"),
    "matrix_power": lambda xp, of: xp.linalg.matrix_power(of(S), 3),
    "matrix_rank": lambda xp, of: xp.linalg.matrix_rank(of(S), rtol=None),
    "matrix_transpose": lambda xp, of: xp.linalg.matrix_transpose(of(T)),
    "outer": lambda xp, of: xp.linalg.outer(of(V), of(P)),
    "pinv": lambda xp, of: xp.linalg.pinv(of(M), rtol=None),
    "qr": lambda xp, of: xp.linalg.qr(of(S), mode="reduced").R,
    "slogdet": lambda xp, of: xp.linalg.slogdet(of(S)).logabsdet,
    "solve": lambda xp, of: xp.linalg.solve(of(S), of(Q)),
    "svd": lambda xp, of: xp.linalg.svd(of(S), full_matrices=False).S,
    "svdvals": lambda xp, of: xp.linalg.svdvals(of(M)),
    "tensordot": lambda xp, of: xp.linalg.tensordot(of(T), of(T), axes=3),
    "trace": lambda xp, of: xp.linalg.trace(of(T), offset=1, dtype=None),
    "vecdot": lambda xp, of: xp.linalg.vecdot(of(V), of(P), axis=-1),
    "vector_norm": lambda xp, of: xp.linalg.vector_norm(of(T), axis=(0, 2), keepdims=True, ord=3),
}

FOURIER: dict[str, Call] = {
    **{
        name: (lambda xp, of, name=name: getattr(xp.fft, name)(of(V), n=6, axis=-1, norm="ortho"))
        for name in ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
    },
    **{
        name: (lambda xp, of, name=name: getattr(xp.fft, name)(of(T), s=(3, 4), axes=(1, 2), norm="forward"))
        for name in ["fftn", "ifftn", "rfftn", "irfftn"]
    },
    "fftfreq": lambda xp, of: xp.fft.fftfreq(5, d=0.5, dtype=xp.float32, device=None),
    "rfftfreq": lambda xp, of: xp.fft.rfftfreq(5, d=0.5),
    "fftshift": lambda xp, of: xp.fft.fftshift(of(M), axes=1),
    "ifftshift": lambda xp, of: xp.fft.ifftshift(of(M)),
}

CALLS: dict[str, Call] = {
    **ENTRY_BY_ENTRY,
    **WHOLE,
    **{f"linalg.{name}": call for name, call in LINEAR.items()},
    **{f"fft.{name}": call for name, call in FOURIER.items()},
}
