"""What keeps a network from learning its examples by heart: an array and a key in, the array with parts left out out.

One idea: the key decides what is left out, so that a training can be repeated, and a jitted step takes the key as an
argument.
"""

from __future__ import annotations

from typing import Any

from ..errors import DomainError
from ..ir.coercion import as_array
from ..ops import where
from ..random import bernoulli


def dropout(x: Any, rate: float, key: Any, training: bool = True) -> Any:
    """x with each entry set to 0 with probability `rate`, the others divided by 1 - rate; x itself outside training.

    The key (of `chainrule.random`) decides which, so that the same call gives the same entries: use a new key in each
    step. What is dropped sends no gradient, whatever it is. Raises DomainError for a rate that is not from 0 up to but
    not including 1. Source: Srivastava et al., Dropout (2014).

    >>> import chainrule
    >>> import numpy as np
    >>> kept = dropout(np.ones(1000), 0.25, chainrule.random.key(7))
    >>> sorted(set(kept.tolist())), 700 < int(np.count_nonzero(kept)) < 800
    ([0.0, 1.3333333333333333], True)
    """
    if not 0 <= rate < 1:
        raise DomainError(given=f"dropout with rate {rate}", where="dropout", expected="0 <= rate < 1",
                          remedy="the rate is the share that is dropped")  # fmt: skip
    array = as_array(x)
    if not training or rate == 0:
        return array
    return where(bernoulli(key, 1 - rate, array.shape), array / (1 - rate), 0.0)
