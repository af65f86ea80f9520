"""Vector spaces of nested containers: a value in, the space its gradients live in out.

One idea: a space is the types of the leaves and the containers around them; what it does with vectors it does leaf by
leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, cast

import numpy

from ... import tree
from ...ir.node import Node


@dataclass(frozen=True, slots=True)
class VSpace:
    """The space of one value. Two values of the same containers, shapes and dtypes have equal spaces."""

    structure: tree.Structure
    leaves: tuple[tuple[tuple[int, ...], str], ...]  # shape and dtype of each

    @property
    def size(self) -> int:
        """How many real directions it has."""
        return sum(prod(shape) * (2 if _is_complex(dtype) else 1) for shape, dtype in self.leaves)

    @property
    def shape(self) -> Any:
        """The shape of an array, or the spaces of what a container holds."""
        shapes = tree.unflatten(self.structure, [VSpace(_LEAF, (leaf,)) for leaf in self.leaves])
        return self.leaves[0][0] if self.structure == _LEAF else shapes

    @property
    def iscomplex(self) -> bool:
        """Whether it is an array of complex numbers."""
        return self.structure == _LEAF and _is_complex(self.leaves[0][1])

    @property
    def iswhole(self) -> bool:
        """Whether any of it is whole numbers or truth values, which have no derivative."""
        return any(numpy.dtype(dtype).kind in "iub" for _, dtype in self.leaves)

    def zeros(self) -> Any:
        """The zero vector."""
        return self._made(lambda shape, dtype: numpy.zeros(shape, dtype))

    def ones(self) -> Any:
        """The sum of the standard basis: ones, and 1 + i where entries are complex."""
        return self._made(lambda shape, dtype: numpy.full(shape, 1 + 1j if _is_complex(dtype) else 1, dtype))

    def randn(self) -> Any:
        """A vector drawn from the normal distribution, by NumPy's global generator as autograd draws it."""
        return self._made(_normal)

    def standard_basis(self) -> Iterator[Any]:
        """Each real direction in turn: for a complex entry first 1, then i."""
        for slot, (shape, dtype) in enumerate(self.leaves):
            for place in numpy.ndindex(*shape):
                for unit in (1, 1j) if _is_complex(dtype) else (1,):
                    vector = self.zeros() if self.structure != _LEAF else None
                    array = numpy.zeros(shape, dtype)
                    array[place] = unit
                    yield array[()] if vector is None else self._with(vector, slot, array[()])

    def add(self, x: Any, y: Any) -> Any:
        """x + y."""
        return self._map(lambda left, right: left + right, x, y)

    mut_add = add

    def scalar_mul(self, x: Any, a: Any) -> Any:
        """a x."""
        return self._map(lambda each: each * a, x)

    def inner_prod(self, x: Any, y: Any) -> Any:
        """The real inner product."""
        products = self._map(lambda left, right: numpy.real(numpy.sum(numpy.conj(left) * right)), x, y)
        return sum(tree.flatten(products)[0])

    def covector(self, x: Any) -> Any:
        """The conjugate: what autograd calls the covector of x."""
        return self._map(lambda each: numpy.conj(each) if numpy.iscomplexobj(each) else each, x)

    def _made(self, make: Callable[[tuple[int, ...], str], Any]) -> Any:
        return tree.unflatten(self.structure, [make(shape, dtype)[()] for shape, dtype in self.leaves])

    def _map(self, function: Callable[..., Any], *values: Any) -> Any:
        rows = zip(*[tree.flatten(value)[0] for value in values], strict=True)
        return tree.unflatten(self.structure, [function(*row) for row in rows])

    def _with(self, vector: Any, slot: int, leaf: Any) -> Any:
        leaves = tree.flatten(vector)[0]
        return tree.unflatten(self.structure, [*leaves[:slot], leaf, *leaves[slot + 1 :]])


_LEAF = tree.flatten(0.0)[1]


def vspace(value: Any) -> VSpace:
    """The space of a value. Raises TypeError for what is not numbers, as autograd does.

    >>> vspace([1.0, numpy.zeros((2, 3))]).size
    7
    """
    leaves, structure = tree.flatten(value)
    return VSpace(structure, tuple(_described(leaf) for leaf in leaves))


def conjugate(container: Any) -> Any:
    """The complex numbers of a container conjugated, everything else as it is."""
    leaves, structure = tree.flatten(container)
    return tree.unflatten(structure, [_conjugate(leaf) for leaf in leaves])


def _conjugate(leaf: Any) -> Any:
    kind = leaf.dtype.kind if isinstance(leaf, (Node, numpy.ndarray, numpy.generic)) else type(leaf).__name__[0]
    return numpy.conj(leaf) if kind == "c" else leaf


def _described(leaf: Any) -> tuple[tuple[int, ...], str]:
    array = leaf if isinstance(leaf, Node) else numpy.asarray(leaf)
    if array.dtype.kind not in "fciub":
        raise TypeError(f"Can't find vector space for value {leaf} of type {type(leaf)}.")
    return tuple(array.shape), cast(str, array.dtype.str)


def _is_complex(dtype: str) -> bool:
    return "c" in dtype


def _normal(shape: tuple[int, ...], dtype: str) -> Any:
    real = numpy.asarray(numpy.random.randn(*shape))
    if not _is_complex(dtype):
        return real.astype(dtype)
    return (real + 1j * numpy.asarray(numpy.random.randn(*shape))).astype(dtype)
