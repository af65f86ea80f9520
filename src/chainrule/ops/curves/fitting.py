"""Polynomials from data, and their roots and quotients: points or coefficients in, coefficients or roots out.

One idea: a fit is a least-squares problem, the roots are eigenvalues of the companion matrix, and a division is a row
of subtractions; each has the derivative of what it is made of.
"""

from __future__ import annotations

from typing import Any

from ...errors import DomainError, ShapeError
from ...ir.coercion import as_array
from ...ir.library import reference
from ..declare import also_known_as
from ..functions import sqrt
from ..joining import bordered, concatenate
from ..known import is_known, known_values
from ..linalg import eigvals, lstsq
from ..movement import reshape, transpose
from ..reductions import sum
from .polynomials import coefficients_of, vander


def polyfit(x: Any, y: Any, deg: int, rcond: float | None = None, w: Any = None) -> Any:
    """np.polyfit: the coefficients of the polynomial of a degree that is nearest to points, in least squares; `w` says
    how much each point matters. Differentiable in the points and in the weights.

    Raises ShapeError where the points do not fit together.

    >>> polyfit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 1).round(6)
    array([2., 1.])
    """
    places, values = as_array(x) + 0.0, as_array(y) + 0.0
    if places.ndim != 1 or values.ndim not in (1, 2) or places.shape[0] != values.shape[0] or not places.shape[0]:
        raise ShapeError(given=f"points of shapes {places.shape} and {values.shape}", where="polyfit",
                         expected="a vector, and a value (or a row of them) for each of its entries",
                         remedy="flatten both")  # fmt: skip
    powers = vander(places, int(deg) + 1)
    if w is not None:
        weights = reshape(as_array(w), (-1, 1))
        powers = powers * weights
        values = values * (weights if values.ndim == 2 else reshape(weights, (-1,)))
    scale = sqrt(sum(powers * powers, 0))
    cutoff = places.shape[0] * float(reference().finfo(places.dtype).eps) if rcond is None else rcond
    found = lstsq(powers / scale, values, cutoff).x
    return transpose(transpose(found) / scale)


def polydiv(u: Any, v: Any) -> tuple[Any, Any]:
    """np.polydiv: the quotient and the remainder of two polynomials; zeros in front of the remainder are left out where
    its values are known.

    >>> polydiv([1.0, 0.0, -1.0], [1.0, 1.0])
    (array([ 1., -1.]), array([0.]))
    """
    rest, divisor = coefficients_of(u, "polydiv") + 0.0, coefficients_of(v, "polydiv") + 0.0
    size, steps = divisor.shape[0], rest.shape[0] - divisor.shape[0] + 1
    parts, scale = [], 1.0 / divisor[0]
    for place in range(steps):
        share = scale * rest[place]
        parts.append(reshape(share, (1,)))
        rest = rest - bordered(share * divisor, ((place, rest.shape[0] - place - size),))
    quotient = concatenate(parts) if parts else reference().zeros(1, rest.dtype)
    rest = rest[max(steps, 0) :] if size > 1 else rest[-1:]
    while is_known(rest) and rest.shape[0] > 1 and abs(float(known_values(rest, "polydiv", "")[0])) <= _NOTHING:
        rest = rest[1:]
    return quotient, rest


_NOTHING = 1e-8  # the remainder that NumPy takes for zero


def roots(p: Any) -> Any:
    """np.roots: the roots of the polynomial with coefficients p, the highest power first. Its derivative is that of
    eigenvalues: there is none where roots coincide. Raises DomainError for a first coefficient of 0.

    >>> roots([1.0, -3.0, 2.0]).round(6)
    array([2., 1.])
    """
    coefficients = coefficients_of(p, "roots")
    size = coefficients.shape[0]
    if is_known(coefficients) and size and not known_values(coefficients[0], "roots", ""):
        raise DomainError(given="a first coefficient of 0", expected="the coefficient of the highest power",
                          where="roots", remedy="leave leading zeros out: np.trim_zeros(p, 'f')")  # fmt: skip
    if size < 2:
        return reference().zeros(0, coefficients.dtype)
    first = reshape(-coefficients[1:] / coefficients[0], (1, -1))
    return eigvals(concatenate([first, reference().eye(size - 2, size - 1, dtype=coefficients.dtype)]))


for _function in (polyfit, polydiv, roots):
    also_known_as(_function, _function.__name__)
