"""Sets of entries: arrays in, their distinct entries in order out.

One idea: how many entries are distinct depends on values, so these need values that are known. An entry that stands for
several equal ones is the first of them, and its gradient goes there, as in a stable sort.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...ir.coercion import as_array
from ...ir.library import reference
from ..declare import also_known_as
from ..indexing import take
from ..joining import concatenate
from ..known import known_values
from ..movement import ravel

_REMEDY = "np.sort has a shape that does not depend on values"


class UniqueAll(NamedTuple):
    """What np.unique_all gives."""

    values: Any
    indices: Any
    inverse_indices: Any
    counts: Any


class UniqueCounts(NamedTuple):
    """What np.unique_counts gives."""

    values: Any
    counts: Any


class UniqueInverse(NamedTuple):
    """What np.unique_inverse gives."""

    values: Any
    inverse_indices: Any


def unique(
    x: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
    axis: int | None = None, *, equal_nan: bool = True, sorted: bool = True,
) -> Any:  # fmt: skip
    """np.unique: the distinct entries of x in order (distinct slices along `axis`), and on demand where each stands
    first, which of them each entry is, and how often it occurs: plain arrays of whole numbers.

    Raises BranchError under jit, where values are not known.

    >>> unique([3.0, 1.0, 3.0])
    array([1., 3.])
    """
    array = as_array(x)
    known = known_values(array, "unique", _REMEDY)
    _, first, inverse, counts = reference().unique(known, True, True, True, axis, equal_nan=equal_nan)
    found = take(ravel(array) if axis is None else array, first, 0 if axis is None else axis)
    asked = [
        each for each, wanted in ((first, return_index), (inverse, return_inverse), (counts, return_counts)) if wanted
    ]
    return (found, *asked) if asked else found


def unique_values(x: Any) -> Any:
    """np.unique_values: the distinct entries of x; each NaN is distinct."""
    return unique(x, equal_nan=False)


def unique_counts(x: Any) -> UniqueCounts:
    """np.unique_counts: the distinct entries of x, and how often each occurs."""
    return UniqueCounts(*unique(x, return_counts=True, equal_nan=False))


def unique_inverse(x: Any) -> UniqueInverse:
    """np.unique_inverse: the distinct entries of x, and which of them each entry is."""
    return UniqueInverse(*unique(x, return_inverse=True, equal_nan=False))


def unique_all(x: Any) -> UniqueAll:
    """np.unique_all: the distinct entries of x, where each stands first, which each entry is, how often each occurs."""
    return UniqueAll(*unique(x, True, True, True, equal_nan=False))


def union1d(x: Any, y: Any) -> Any:
    """np.union1d: the distinct entries of both arrays, in order.

    >>> union1d([3.0, 1.0], [2.0, 3.0])
    array([1., 2., 3.])
    """
    return unique(concatenate([ravel(x), ravel(y)]))


def intersect1d(x: Any, y: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """np.intersect1d: the distinct entries of x that y has too, in order; gradients go to x.

    >>> intersect1d([3.0, 1.0], [2.0, 3.0])
    array([3.])
    """
    known = known_values(x, "intersect1d", _REMEDY), known_values(y, "intersect1d", _REMEDY)
    _, places, others = reference().intersect1d(*known, assume_unique, True)
    found = take(ravel(x), places)
    return (found, places, others) if return_indices else found


def setdiff1d(x: Any, y: Any, assume_unique: bool = False) -> Any:
    """np.setdiff1d: the distinct entries of x that y has not, in order.

    >>> setdiff1d([3.0, 1.0], [2.0, 3.0])
    array([1.])
    """
    array = ravel(x) if assume_unique else unique(x)
    return take(array, reference().flatnonzero(isin(array, y, invert=True)))


def setxor1d(x: Any, y: Any, assume_unique: bool = False) -> Any:
    """np.setxor1d: the distinct entries that exactly one of both arrays has, in order.

    >>> setxor1d([3.0, 1.0], [2.0, 3.0])
    array([1., 2.])
    """
    return unique(concatenate([setdiff1d(x, y), setdiff1d(y, x)]))


def isin(element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """np.isin: whether each entry is among others: a plain array of truth values."""
    known = known_values(element, "isin", _REMEDY), known_values(test_elements, "isin", _REMEDY)
    return reference().isin(*known, assume_unique=assume_unique, invert=invert)


_FUNCTIONS = (
    unique, unique_values, unique_counts, unique_inverse, unique_all, union1d, intersect1d, setdiff1d, setxor1d, isin,
)  # fmt: skip
for _function in _FUNCTIONS:
    also_known_as(_function, _function.__name__)
