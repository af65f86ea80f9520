"""Nested containers as vectors: a container in, its numbers in one row and the way back out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .... import tree


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The numbers of a container in one vector, and the function that puts a vector back into the container.

    >>> vector, unflatten = flatten({"W": np.eye(2), "b": 3.0})
    >>> vector.tolist()
    [1.0, 0.0, 0.0, 1.0, 3.0]
    >>> unflatten(vector)["b"]
    np.float64(3.0)
    """
    leaves, structure = tree.flatten(value)
    shapes = [np.shape(leaf) for leaf in leaves]
    sizes = [int(np.prod(shape)) for shape in shapes]
    vector = np.concatenate([np.reshape(leaf, (-1,)) for leaf in leaves]) if leaves else np.array([])

    def unflatten(flat: Any) -> Any:
        ends = np.cumsum(sizes).tolist()
        pieces = [flat[end - size : end] for size, end in zip(sizes, ends, strict=True)]
        return tree.unflatten(structure, [np.reshape(each, shape) if shape else each[0]
                                          for each, shape in zip(pieces, shapes, strict=True)])  # fmt: skip

    return vector, unflatten


def flatten_func(func: Callable[..., Any], example: Any) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """A function of containers as one of vectors; the way back; and the vector of the example."""
    vector, unflatten = flatten(example)
    return lambda x, *args: flatten(func(unflatten(x), *args))[0], unflatten, vector
