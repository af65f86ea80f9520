"""NumPy's functions through which no derivative passes: they ask about shapes and dtypes, make new arrays, or answer
yes or no about values that are known."""

from __future__ import annotations

from typing import Any

from ..ir.library import reference
from ..ir.node import Node
from ..ir.precision import result_type as common_type
from ..ir.surface import TABLE
from .refusals import concrete_or_refuse


def zeros_like(x: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, **_: Any) -> Any:
    return reference().zeros(x.shape if shape is None else shape, dtype or x.dtype)


def ones_like(x: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, **_: Any) -> Any:
    return reference().ones(x.shape if shape is None else shape, dtype or x.dtype)


def full_like(
    x: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, **_: Any
) -> Any:
    """NumPy's, in the dtype of x. A recorded fill value is stretched, so that its derivative is kept."""
    wanted = x.shape if shape is None else shape
    if type(fill_value) is not Node:
        return reference().full(wanted, fill_value, dtype or x.dtype)
    return TABLE["broadcast_to"](TABLE["astype"](fill_value, dtype or x.dtype), wanted)


def same(x: Any, **_: Any) -> Any:
    return x


def shape(x: Any) -> tuple[int, ...]:
    return tuple(x.shape)


def ndim(x: Any) -> int:
    return len(x.shape)


def size(x: Any, axis: int | None = None) -> int:
    return int(x.size) if axis is None else int(x.shape[axis])


def result_type(*args: Any) -> Any:
    return common_type(*args)


def is_complex(x: Any) -> bool:
    return bool(x.dtype.kind == "c")


def is_real(x: Any) -> bool:
    return not is_complex(x)


def compare_values(name: str) -> Any:
    """np.allclose and its kind look at values and answer yes or no."""

    def compare(*args: Any, **keywords: Any) -> Any:
        plain = [concrete_or_refuse(each) if type(each) is Node else each for each in args]
        return getattr(reference(), name)(*plain, **keywords)

    return compare


def stand_in(x: Any) -> Any:
    """A plain array of the shape and dtype of a recorded value, which costs no memory; anything else as it is."""
    return reference().broadcast_to(reference().zeros((), x.dtype), x.shape) if type(x) is Node else x


def ask_shape(name: str) -> Any:
    """Functions whose answer depends on shapes and dtypes alone."""

    def ask(*args: Any, **keywords: Any) -> Any:
        return getattr(reference(), name)(*[stand_in(each) for each in args], **keywords)

    return ask


def never(*args: Any, **keywords: Any) -> bool:
    """Recorded values share no memory with anything."""
    return False


_SHAPES = (
    "triu_indices_from", "tril_indices_from", "diag_indices_from", "common_type", "can_cast", "min_scalar_type",
    "einsum_path", "isfortran",
)  # fmt: skip
_VALUES = ("allclose", "isclose", "array_equal", "array_equiv", "array_repr", "array_str", "array2string")

PASSIVE: dict[str, Any] = {
    "zeros_like": zeros_like, "ones_like": ones_like, "full_like": full_like, "empty_like": zeros_like,
    "shape": shape, "ndim": ndim, "size": size, "result_type": result_type, "copy": same,
    "iscomplexobj": is_complex, "isrealobj": is_real,
    "shares_memory": never, "may_share_memory": never,
    **{name: compare_values(name) for name in _VALUES},
    **{name: ask_shape(name) for name in _SHAPES},
}  # fmt: skip
