"""Numbers in a row: a first and a last one in, the numbers between them out; linear in both ends."""

from __future__ import annotations

from typing import Any

from ...ir.coercion import as_array
from ...ir.library import reference
from ...ir.precision import result_type
from ..arithmetic import mul
from ..choices import astype
from ..declare import also_known_as
from ..functions import exp, log
from ..joining import concatenate
from ..movement import broadcast_to, expand_dims, moveaxis
from ..powers import power


def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """np.linspace: `num` numbers from start to stop in equal steps (stop is the last, unless not `endpoint`).

    >>> linspace(0.0, 1.0, 3)
    array([0. , 0.5, 1. ])
    """
    low, high = _floats(start, stop)
    parts = num - 1 if endpoint else num
    delta = high - low
    count = (-1, *(1,) * delta.ndim)
    steps = reference().arange(num, dtype=float).astype(delta.dtype).reshape(count)
    step = delta / parts if parts > 0 else delta * float("nan")
    found = mul(steps, step) + low if parts > 0 else steps * delta + low
    if endpoint and num > 1:  # the last is stop itself, not start plus what rounding left of the way
        found = concatenate([found[:-1], expand_dims(broadcast_to(high, delta.shape), 0)])
    found = moveaxis(found, 0, axis) if axis else found
    found = found if dtype is None else astype(found, dtype)
    return (found, step) if retstep else found


def _floats(start: Any, stop: Any) -> tuple[Any, Any]:
    """Both ends as floats of one dtype; a Python number takes that of the other."""
    dtype = result_type(*[each if hasattr(each, "dtype") else 0.0 for each in (start, stop)], 0.0)
    return astype(start, dtype), astype(stop, dtype)


def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """np.logspace: powers of a base, with exponents from start to stop in equal steps.

    >>> logspace(0.0, 2.0, 3)
    array([  1.,  10., 100.])
    """
    found = power(base if hasattr(base, "dtype") else as_array(base), linspace(start, stop, num, endpoint, axis=axis))
    return found if dtype is None else astype(found, dtype)


def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """np.geomspace: `num` numbers from start to stop with equal ratios, both positive or both negative.

    >>> geomspace(1.0, 4.0, 3)
    array([1., 2., 4.])
    """
    first, last = _floats(start, stop)
    ratio = log(last / first)
    found = moveaxis(mul(first, exp(linspace(0 * ratio, ratio, num, endpoint))), 0, axis)
    return found if dtype is None else astype(found, dtype)


for _function in (linspace, logspace, geomspace):
    also_known_as(_function, _function.__name__)
