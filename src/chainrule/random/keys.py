"""Keys: a seed or a key in, keys out; and what samplers are given beside a key, read and checked.

One idea: nothing here remembers anything. The same key always gives the same numbers, and a second draw needs a second
key, which `split` and `fold_in` make.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np

from ..errors import DomainError, DTypeError
from ..ir.coercion import as_array
from ..ir.node import Node
from ..ir.types import broadcast_shapes
from ..ops.random import fold_key, noise, split_key
from ..ops.random.keys import require_key
from ..ops.special.declare import float_type_of

Shape = int | Sequence[int] | None


def key(seed: int) -> Any:
    """A key out of a seed: an array of two unsigned whole numbers of 64 bits, for Philox.

    Raises DTypeError for a seed that is not a whole number, DomainError for one below 0.

    >>> key(0).shape, bool((key(1) == key(1)).all()), bool((key(1) == key(2)).all())
    ((2,), True, False)
    """
    try:
        number = index(seed)
    except TypeError:
        raise DTypeError(
            given=f"a seed of type {type(seed).__name__}", where="random.key", expected="a whole number",
            remedy="key(0); a key that you have is used as it is, or split: split(key)",
        ) from None  # fmt: skip
    if number < 0:
        raise DomainError(given=f"the seed {number}", where="random.key", expected="0 or more", remedy="use abs(seed)")
    return np.random.SeedSequence(number).generate_state(2, np.uint64)


PRNGKey = key  # the name that programs written for JAX have


def split(key: Any, num: int = 2) -> Any:
    """`num` keys out of one, each of a stream of its own: an array of shape (num, 2).

    >>> first = key(0)
    >>> [one, other] = split(first)
    >>> one.shape, bool((one == other).any())
    ((2,), False)
    """
    return split_key(read_key(key), num=index(num))


def fold_in(key: Any, data: Any) -> Any:
    """The key of the stream with this number: for a loop whose every step needs a key of its own.

    >>> first = key(0)
    >>> bool((fold_in(first, 3) == fold_in(first, 3)).all()), bool((fold_in(first, 3) == fold_in(first, 4)).all())
    (True, False)
    """
    number = as_array(data)
    if number.dtype.kind not in "iu" or number.ndim:
        raise DTypeError(
            given=f"{data!r} folded into a key", where="random.fold_in", expected="one whole number",
            remedy="fold in the number of the step",
        )  # fmt: skip
    return fold_key(read_key(key), number)


def read_key(key: Any) -> Any:
    """A key, or keys along the last axis, as an array or a recorded value. Raises DTypeError for anything else, and
    ShapeError for words that are not two.
    """
    if type(key) is Node or isinstance(key, np.ndarray):
        if key.dtype == np.uint64:
            require_key(key, "chainrule.random")
            return key
    elif isinstance(key, (list, tuple)) and len(key) == 2 and all(isinstance(each, (int, np.integer)) for each in key):
        return np.array(key, np.uint64)
    kind = type(key).__name__ if not hasattr(key, "dtype") else f"{type(key).__name__} of dtype {key.dtype}"
    raise DTypeError(
        given=f"{kind} in the place of a key", where="chainrule.random",
        expected="a key: two unsigned whole numbers of 64 bits", remedy="make one with chainrule.random.key(0)",
    )  # fmt: skip


def read_shape(shape: Shape, *parameters: Any, doing: str) -> tuple[int, ...]:
    """The shape of a sample: what is asked for, or that of the parameters together. Raises ShapeError where the
    parameters do not fit into it.
    """
    common = broadcast_shapes(
        *[np.shape(each) if type(each) is not Node else each.shape for each in parameters], doing=doing
    )
    if shape is None:
        return common
    wanted = (index(shape),) if not isinstance(shape, Sequence) else tuple(index(size) for size in shape)
    return broadcast_shapes(wanted, common, doing=doing)


def read_dtype(dtype: Any, *parameters: Any) -> str:
    """The dtype of a sample: what is asked for, or that of the parameters; float64 where they are Python numbers."""
    if dtype is None:
        known = [each.dtype for each in parameters if hasattr(each, "dtype")]
        dtype = float_type_of(*known) if known else np.float64
    found = np.dtype(dtype)
    if found.kind != "f" and found.name != "bfloat16":
        raise DTypeError(
            given=f"random numbers of dtype {found}", where="chainrule.random", expected="a dtype of floats",
            remedy="use float64, or randint for whole numbers",
        )  # fmt: skip
    return str(found.name)


def settled(x: Any, dtype: str) -> Any:
    """A sample in its dtype, which parameters of other dtypes do not change."""
    return x if x.dtype.name == dtype else x.astype(dtype)


def drawn(kind: str, key: Any, shape: tuple[int, ...], dtype: str) -> Any:
    """Noise of a kind."""
    return noise(read_key(key), kind=kind, shape=shape, dtype=dtype)
