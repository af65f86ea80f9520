"""Differences along an axis as the standard writes them: an array and what stands at its ends in, an array out.

One idea: None says that nothing is there, as leaving the argument away does.
"""

from __future__ import annotations

from typing import Any

import numpy


def diff(x: Any, /, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Each entry less the one before it, n times over; `prepend` and `append` are joined to the ends first.

    >>> diff([1.0, 4.0, 9.0], prepend=0.0)
    array([1., 3., 5.])
    """
    ends = {name: each for name, each in (("prepend", prepend), ("append", append)) if each is not None}
    return numpy.diff(x, n=n, axis=axis, **ends)
