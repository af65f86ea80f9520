"""Sorting, from the smallest or from the largest: arrays in, their entries or places in order out.

One idea: equal entries keep their order in both directions, so the gradient of a tie goes where the entry came from.
"""

from __future__ import annotations

from typing import Any

import numpy

from ..ir.node import Node


def argsort(
    x: Any, /, axis: int | None = -1, kind: str | None = None, *, descending: bool = False, stable: bool = True
) -> Any:
    """The places of the entries along `axis` in order: smallest first, or largest first with `descending`.

    Raises ShapeError for an axis that is not there. `kind` is NumPy's, and changes only how it is computed.

    >>> argsort([1.0, 3.0, 3.0, 2.0], descending=True)
    array([1, 2, 3, 0])
    """
    array = x if type(x) is Node else numpy.asarray(x)
    if axis is None or not array.ndim:
        array, axis = numpy.reshape(array, (-1,)), -1
    if not descending:
        return numpy.argsort(array, axis=axis, stable=stable)
    places = numpy.argsort(numpy.flip(array, axis=axis), axis=axis, stable=True)
    return numpy.flip(array.shape[axis] - 1 - places, axis=axis)


def sort(
    x: Any, /, axis: int | None = -1, kind: str | None = None, *, descending: bool = False, stable: bool = True
) -> Any:
    """The entries along `axis` in order. The gradient goes back to where each entry came from. Arguments as `argsort`.

    >>> sort([1.0, 3.0, 2.0], descending=True)
    array([3., 2., 1.])
    """
    array = x if type(x) is Node else numpy.asarray(x)
    if not descending:
        return numpy.sort(array, axis=axis, stable=stable)
    if axis is None:
        array, axis = numpy.reshape(array, (-1,)), -1
    return numpy.take_along_axis(array, argsort(array, axis, descending=True), axis=axis)
