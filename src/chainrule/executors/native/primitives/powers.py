"""Powers with a known exponent: an array and a number in, products and roots out, None where only a power will do.

One idea: as many roundings as the bound of 4 units in the last place allows, and every special value as C's pow has it:
x + 0 is never -0, and a root is told of minus infinity.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any


def inverse(x: Any) -> Any:
    return 1 / x


def fourth(x: Any) -> Any:
    return x.library.square(x.library.square(x))


def root(x: Any) -> Any:
    """The square root, but infinity at minus infinity and 0 at -0, where IEEE's root is NaN and -0."""
    xp = x.library
    return xp.where(x == -math.inf, math.inf, xp.sqrt(x + 0.0))


def inverse_with_root(x: Any) -> Any:
    over = 1 / (x + 0.0)
    return over * x.library.sqrt(over)


POWERS: Mapping[float, Callable[[Any], Any]] = {
    1: lambda x: x,
    2: lambda x: x.library.square(x),
    3: lambda x: x.library.square(x) * x,
    4: fourth,
    5: lambda x: fourth(x) * x,
    -1: inverse,
    -2: lambda x: x.library.square(inverse(x)),
    -3: lambda x: x.library.square(inverse(x)) * inverse(x),
    0.5: lambda x: x.library.sqrt(x),  # as NumPy has it, -0 and NaN where a power of an array would be 0 and infinity
    1.5: lambda x: x.library.absolute(x) * root(x),
    2.5: lambda x: x.library.square(x) * root(x),
    -0.5: lambda x: 1 / root(x),
    -1.5: inverse_with_root,
}


def fixed_power(x: Any, exponent: Any) -> Any:
    """x to a known power, as a few plain operations; None where there is no such way."""
    power = POWERS.get(float(exponent)) if exponent is not None else None
    return None if power is None else power(x)
