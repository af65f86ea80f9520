"""Functions of two arrays of different dtypes: values have NumPy's dtype (NEP 50), each gradient that of its input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule import grad

Function = Callable[[Any, Any], Any]

A = np.array([[1.5, -0.5], [0.25, 2.0]])
B = np.array([[2.0, 1.0], [1.0, 3.0]])

TOGETHER: dict[str, Function] = {
    "add": np.add, "divide": np.divide, "hypot": np.hypot, "logaddexp": np.logaddexp, "arctan2": np.arctan2,
    "power": lambda a, b: np.power(np.abs(a) + 1, b),
    "floor_divide": lambda a, b: np.floor_divide(a, np.abs(b) + 1),
    "remainder": lambda a, b: np.remainder(a, np.abs(b) + 1),
    "copysign": np.copysign, "heaviside": np.heaviside,
    "python numbers": lambda a, b: a * 2 + 1.5 - b**2,
    "extremes with numbers": lambda a, b: np.maximum(a, 0) + np.minimum(1.0, b),
    "matmul": np.matmul, "dot": np.dot, "inner": np.inner, "outer": np.outer, "kron": np.kron, "vdot": np.vdot,
    "tensordot": lambda a, b: np.tensordot(a, b, 1),
    "einsum": lambda a, b: np.einsum("ij,jk->ik", a, b),
    "convolve": lambda a, b: np.convolve(a[0], b[0]),
    "correlate": lambda a, b: np.correlate(a[0], b[0], "full"),
    "concatenate": lambda a, b: np.concatenate([a, b]),
    "stack": lambda a, b: np.stack([a, b]),
    "append": np.append,
    "where": lambda a, b: np.where(a > 0, a, b),
    "clip": lambda a, b: np.clip(a, -1, b),
    "average": lambda a, b: np.average(a, weights=np.abs(b) + 1),
    "interp": lambda a, b: np.interp(np.ravel(a), [0.0, 1.0], [0.0, 1.0]) * np.ravel(b),
    "quantile": lambda a, b: np.quantile(a, 0.3) * b,
    "spread": lambda a, b: np.var(a) + np.std(b),
    "means and sums": lambda a, b: np.mean(a) * np.sum(b),
    "running": lambda a, b: np.cumsum(a) * np.cumprod(b),
    "diff": lambda a, b: np.diff(a, prepend=b),
    "pad": lambda a, b: np.pad(a, 1)[1, 1] * b,
    "take_along_axis": lambda a, b: np.take_along_axis(a, np.zeros((2, 1), int), 1) * b,
    "nan_to_num": lambda a, b: np.nan_to_num(a) + b,
    "round": lambda a, b: np.round(a, 1) + b,
    "degrees": lambda a, b: np.degrees(a) + np.radians(b),
    "linspace": lambda a, b: np.linspace(a, b, 3),
    "gradient": lambda a, b: np.gradient(a[0]) * b[0],
}  # fmt: skip
LINEAR: dict[str, Function] = {
    "solve": np.linalg.solve,
    "lstsq": lambda a, b: np.linalg.lstsq(a, b)[0],
    "multi_dot": lambda a, b: np.linalg.multi_dot([a, b, a]),
}

PAIRS = [("f4", "f8"), ("f8", "f4"), ("f4", "i8"), ("i4", "f4"), ("f2", "f4"), ("f2", "i4"), ("f4", "f4"), ("f2", "f2")]


@pytest.mark.parametrize("dtypes", PAIRS, ids="-".join)
@pytest.mark.parametrize("name", [*TOGETHER, *LINEAR])
def test_dtypes_meet_as_in_numpy(name: str, dtypes: tuple[str, str]) -> None:
    function = TOGETHER.get(name) or LINEAR[name]
    if name in LINEAR and "f2" in dtypes:
        pytest.skip("NumPy's linear algebra takes no float16")
    arrays = [array.astype(dtype) for array, dtype in zip((A, B), dtypes, strict=True)]
    moving = [slot for slot, array in enumerate(arrays) if array.dtype.kind == "f"]
    values: list[Any] = []

    def loss(*moved: Any) -> Any:
        given = list(arrays)
        for slot, each in zip(moving, moved, strict=True):
            given[slot] = each
        values.append(function(*given))
        return np.sum(values[0]) * 1.0

    found = grad(loss, tuple(range(len(moving))))(*[arrays[slot] for slot in moving])
    expected = function(*arrays)
    assert values[0].dtype == expected.dtype
    assert values[0].shape == np.shape(expected)
    for slot, gradient in zip(moving, found, strict=True):
        assert (gradient.dtype, gradient.shape) == (arrays[slot].dtype, arrays[slot].shape)
