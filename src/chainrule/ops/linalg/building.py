"""Matrices with a pattern: vectors or blocks in, the matrix that repeats or arranges them out.

One idea: each entry is a copy, so these are indexing and joining, and need no derivative of their own.
"""

from __future__ import annotations

from typing import Any

from ...ir.coercion import as_array
from ...ir.library import reference
from ..complexes import conj
from ..declare import also_known_as
from ..indexing import getitem
from ..joining import concatenate
from ..movement import atleast_2d, flip, ravel
from ..products import same_dtype


def block_diag(*arrays: Any) -> Any:
    """scipy.linalg.block_diag: the matrices (vectors count as rows, numbers as 1 by 1) along the diagonal, among zeros.

    >>> block_diag([[1.0, 2.0]], [[3.0], [4.0]])
    array([[1., 2., 0.],
           [0., 0., 3.],
           [0., 0., 4.]])
    """
    if not arrays:
        return reference().zeros((1, 0))
    blocks = [atleast_2d(each) for each in same_dtype(*arrays)]
    width, start, rows = sum(each.shape[-1] for each in blocks), 0, []
    for each in blocks:
        before, after = (
            reference().zeros((*each.shape[:-1], size), each.dtype) for size in (start, width - start - each.shape[-1])
        )
        rows.append(concatenate([before, each, after], axis=-1))
        start += each.shape[-1]
    return concatenate(rows, axis=-2)


def toeplitz(c: Any, r: Any = None) -> Any:
    """scipy.linalg.toeplitz: the matrix with first column c and first row r (its first entry is not read; the conjugate
    of c if left away), equal along every diagonal.

    >>> toeplitz([1.0, 2.0], [0.0, 5.0, 6.0])
    array([[1., 5., 6.],
           [2., 1., 5.]])
    """
    column, row = same_dtype(ravel(c), ravel(conj(as_array(c)) if r is None else r))
    rows, columns = column.shape[0], row.shape[0]
    numpy = reference()
    places = numpy.arange(rows)[:, None] - numpy.arange(columns)[None, :] + columns - 1
    if not places.size:
        return numpy.zeros(places.shape, column.dtype)
    return getitem(concatenate([flip(row[1:]), column], axis=0), places)


def hankel(c: Any, r: Any = None) -> Any:
    """scipy.linalg.hankel: the matrix with first column c and last row r (its first entry is not read; zeros if left
    away), equal along every diagonal that rises to the right.

    >>> hankel([1.0, 2.0], [0.0, 5.0, 6.0])
    array([[1., 2., 5.],
           [2., 5., 6.]])
    """
    column = ravel(as_array(c))
    first, last = same_dtype(column, reference().zeros(column.shape, column.dtype) if r is None else ravel(r))
    numpy = reference()
    places = numpy.arange(first.shape[0])[:, None] + numpy.arange(last.shape[0])[None, :]
    return getitem(concatenate([first, last[1:]], axis=0), places)


def circulant(c: Any) -> Any:
    """scipy.linalg.circulant: the square matrix whose columns are c, each moved on by one more place.

    >>> circulant([1.0, 2.0, 3.0])
    array([[1., 3., 2.],
           [2., 1., 3.],
           [3., 2., 1.]])
    """
    column = ravel(as_array(c))
    size, numpy = column.shape[0], reference()
    return getitem(column, (numpy.arange(size)[:, None] - numpy.arange(size)[None, :]) % max(size, 1))


for _function in (block_diag, toeplitz, hankel, circulant):
    also_known_as(_function, _function.__name__)
