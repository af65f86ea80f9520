"""Covariances and correlations: variables with their observations in, a matrix out; one row for each variable."""

from __future__ import annotations

from typing import Any

from ...errors import ShapeError
from ...ir.coercion import as_array
from ..arguments import prepared
from ..arithmetic import maximum
from ..complexes import conj
from ..declare import also_known_as
from ..diagonals import diag
from ..functions import sqrt
from ..joining import concatenate
from ..movement import atleast_2d, reshape, transpose
from ..products import matmul
from ..reductions import average, mean, sum


def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """np.cov: the covariances of variables, each a row of m (a column if not `rowvar`), and of those of y.

    Divided by n - 1, by n if `bias`, by n - ddof; `fweights` counts an observation several times, `aweights` says how
    much it matters.

    >>> cov([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    rows = _variables(prepared(m, dtype), rowvar)
    if y is not None:
        rows = concatenate([rows, _variables(prepared(y, dtype), rowvar)])
    weights = None if fweights is None else as_array(fweights) * 1.0
    if aweights is not None:
        weights = as_array(aweights) if weights is None else weights * aweights
    less = (0 if bias else 1) if ddof is None else ddof
    if weights is None:
        centred, total = rows - mean(rows, 1, True), float(rows.shape[1])
        count: Any = total - less
    else:
        centred = rows - reshape(average(rows, 1, weights), (-1, 1))
        count = _degrees(sum(weights), weights, aweights, less)
    heavy = centred if weights is None else centred * weights
    found = matmul(heavy, conj(transpose(centred))) / maximum(count, 0.0)
    return found[0, 0] if found.shape == (1, 1) else found


def _variables(array: Any, rowvar: bool) -> Any:
    """The variables as rows. Raises ShapeError for more than two axes."""
    if array.ndim > 2:
        raise ShapeError(given=f"variables of shape {array.shape}", expected="a vector or a matrix", where="cov",
                         remedy="take one matrix at a time")  # fmt: skip
    rows = atleast_2d(array)
    return transpose(rows) if not rowvar and array.ndim == 2 and rows.shape[0] != 1 else rows


def _degrees(total: Any, weights: Any, aweights: Any, less: int) -> Any:
    if not less:
        return total
    if aweights is None:
        return total - less
    return total - less * sum(weights * aweights) / total


def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """np.corrcoef: covariances divided by both deviations.

    >>> corrcoef([1.0, 2.0, 3.0], [3.0, 2.0, 2.0]).shape
    (2, 2)
    """
    found = cov(x, y, rowvar, dtype=dtype)
    if not found.ndim:
        return found / found
    deviations = sqrt(diag(found))
    size = found.shape[0]
    found = found / reshape(deviations, (size, 1)) / reshape(deviations, (1, size))
    return found


also_known_as(cov, "cov")
also_known_as(corrcoef, "corrcoef")
