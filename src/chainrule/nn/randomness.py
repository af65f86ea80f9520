"""What is drawn by chance: an explicit key in, numbers out; the same key always gives the same numbers.

One idea: nothing here remembers anything. A key is an array of unsigned whole numbers, and a second draw needs a second
key.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DomainError, DTypeError
from ..ir.coercion import as_array


def generator(key: Any) -> np.random.Generator:
    """NumPy's generator for a key: Philox, which counts, so that keys beside each other give unrelated numbers.

    Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011).
    """
    array = np.asarray(key) if not hasattr(key, "dtype") else key
    if array.dtype.kind not in "ui" or not isinstance(array, (np.ndarray, np.generic)):
        raise DTypeError(
            given=f"a key of type {type(key).__name__} (dtype {array.dtype})", where="random numbers",
            expected="an array of unsigned whole numbers whose values are known",
            remedy="make one with chainrule.random.key(0); under jit, draw outside and pass what was drawn",
        )  # fmt: skip
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([int(each) for each in array.ravel()])))


def dropout(x: Any, rate: float, key: Any, training: bool = True) -> Any:
    """x with each entry set to 0 with probability `rate`, the others divided by 1 - rate; x itself outside training.

    The key decides which, so that the same call gives the same entries: use a new key in each step. Raises DomainError
    for a rate that is not from 0 up to but not including 1. Source: Srivastava et al., Dropout (2014).

    >>> import numpy as np
    >>> kept = dropout(np.ones(1000), 0.25, np.array([7], np.uint64))
    >>> sorted(set(kept.tolist())), 700 < int(np.count_nonzero(kept)) < 800
    ([0.0, 1.3333333333333333], True)
    """
    if not 0 <= rate < 1:
        raise DomainError(given=f"dropout with rate {rate}", where="dropout", expected="0 <= rate < 1",
                          remedy="the rate is the share that is dropped")  # fmt: skip
    array = as_array(x)
    if not training or rate == 0:
        return array
    kept = generator(key).random(array.shape) >= rate
    return array * (kept / (1 - rate)).astype(array.dtype)
