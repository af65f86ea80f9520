"""Triangular equations: a triangular matrix and a right side in, the solution out.

One idea: the half that is not read is no input, so it receives an exact zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ...errors import DomainError
from ...ir.coercion import as_array
from ...ir.library import Array, Library, reference, science
from ...ir.node import Node
from ...ir.notation import Form, Notation, Strength
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.types import ArrayType, array_type
from ..batches import solve_rule
from ..declare import also_known_as, op
from ..diagonals import tril, triu
from ..movement import sum_to
from ..products import same_dtype, turned
from .matrices import dagger, require_square, singular, solvable
from .solving import applied, fitting, outer_products, solved


def triangular_type(a: ArrayType, b: ArrayType, *, lower: bool, unit: bool) -> ArrayType:
    return fitting("solve_triangular", a, b)


def half(x: Any, lower: bool, unit: bool) -> Any:
    """The half of a matrix that is read; without its diagonal, if that counts as ones."""
    return tril(x, -1 if unit else 0) if lower else triu(x, 1 if unit else 0)


def solver(lower: bool, unit: bool) -> Callable[[Any, Any], Any]:
    """The op with these options."""

    def solve(a: Any, b: Any) -> Any:
        return solve_triangular_op(a, b, lower=lower, unit=unit)

    return solve


def triangular_pull(g: Array, y: Array, a: Array, b: Array, *, lower: bool, unit: bool) -> tuple[Array, Array]:
    moved = solved(solver(not lower, unit), turned(a), g, b)
    return -sum_to(half(outer_products(moved, y, b), lower, unit), a.shape), sum_to(moved, b.shape)


def triangular_push(
    tangents: tuple[Any, ...], y: Array, a: Array, b: Array, *, lower: bool, unit: bool
) -> Array:  # fmt: skip
    change = tangents[1]
    if tangents[0] is not None:
        by_matrix = applied(half(tangents[0], lower, unit), y, b)
        change = -by_matrix if change is None else change - by_matrix
    return solved(solver(lower, unit), a, change, b)


def triangular_rule(made: Any, stacked: Sequence[bool], size: int, /, a: Any, b: Any, **params: Any) -> Any:
    """For many examples: as by `solve`."""
    return solve_rule(partial(made, **params), stacked, size, a, b)


def triangular_notation(node: Node) -> Notation:
    name = "tril" if node.settings["lower"] else "triu"
    return Notation(
        Form(f"{name}({{0}})^-1 {{1}}", Strength.PRODUCT, (Strength.LOOSEST, Strength.PRODUCT)),
        Form(
            rf"\operatorname{{{{{name}}}}}({{0}})^{{{{-1}}}} {{1}}", Strength.PRODUCT,
            (Strength.LOOSEST, Strength.PRODUCT),
        ),
        Form("chainrule.ops.solve_triangular({0}, {1}, lower={lower}, unit_diagonal={unit})"),
    )  # fmt: skip


_FAR = ((-1.0, 1.0),), (3.0, 0.0)
_LOWER, _UPPER = (("lower", True), ("unit", False)), (("lower", False), ("unit", False))


@op(
    "solve_triangular", Custom(triangular_pull, triangular_push), triangular_notation, Role.COUPLES,
    type_rule=triangular_type, complexes=Complexes.HOLOMORPHIC, batch=triangular_rule,
    domain=Domain((
        Sample(((3, 3), (3,)), _LOWER, *_FAR), Sample(((3, 3), (3, 2)), _UPPER, *_FAR),
        Sample(((3, 3), (3, 2)), (("lower", True), ("unit", True)), *_FAR),
        Sample(((2, 2, 2), (2,)), _UPPER, *_FAR), Sample(((2, 1, 2, 2), (3, 2, 2)), _LOWER, *_FAR),
    )),
)  # fmt: skip
def solve_triangular_op(xp: Library, a: Array, b: Array, *, lower: bool, unit: bool) -> Array:
    """The x with T x = b, where T is one half of a, with ones on the diagonal if `unit`. Derivative: T^-T g for b, and
    that half of -(T^-T g) x^T for a (Giles 2008, 2.3.1)."""
    kind = triangular_type(array_type(a.shape, a.dtype), array_type(b.shape, b.dtype), lower=lower, unit=unit)
    wide, right = solvable(a), solvable(b)
    alone = wide.ndim == 2 and right.ndim < 3 and xp is reference() and wide.size and right.size
    try:
        found = (_by_substitution if alone else _by_elimination)(xp, wide, right, lower, unit)
    except xp.linalg.LinAlgError:
        raise singular_triangle(xp, wide) from None
    return found.astype(kind.dtype, copy=False)


def _by_substitution(xp: Library, a: Array, b: Array, lower: bool, unit: bool) -> Array:
    """For one matrix: SciPy takes n^2 steps for each column."""
    return science("linalg").solve_triangular(a, b, lower=lower, unit_diagonal=unit, check_finite=False)


def _by_elimination(xp: Library, a: Array, b: Array, lower: bool, unit: bool) -> Array:
    """For a stack: all at once, by the ordinary solver."""
    triangle = xp.tril(a, -1 if unit else 0) if lower else xp.triu(a, 1 if unit else 0)
    return xp.linalg.solve(triangle + xp.eye(a.shape[-1], dtype=a.dtype) if unit else triangle, b)


def singular_triangle(xp: Library, a: Array) -> DomainError:
    """What is wrong with a triangular matrix that has a zero on its diagonal."""
    places = xp.argwhere(xp.diagonal(a, axis1=-2, axis2=-1) == 0)
    if not len(places):
        return singular("solve_triangular", xp, a)
    stacked = f", of the matrix at place [{', '.join(map(str, places[0][:-1]))}]" if a.ndim > 2 else ""
    return DomainError(
        given=f"solve_triangular of a singular matrix of shape {a.shape[-2:]}: entry {places[0][-1]} of its "
        f"diagonal is 0{stacked}",
        where="solve_triangular", expected="a diagonal without zeros",
        remedy="look for the row that depends on others; or say unit_diagonal=True, if the diagonal counts as ones",
    )  # fmt: skip


# SciPy's spelling -----------------------------------------------------------------------------------------------------
def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False) -> Any:
    """scipy.linalg.solve_triangular: the x with T x = b, where T is the upper half of a, or the lower one.

    `trans` 1 or "T" solves T^T x = b, 2 or "C" T^H x = b; with `unit_diagonal` the diagonal counts as ones. b is a
    vector, or a matrix whose columns are solved for; both may be stacks. What is not read receives exactly 0.
    Raises ShapeError for shapes that do not fit, DomainError for a zero on the diagonal.

    >>> solve_triangular([[2.0, 9.0], [1.0, 4.0]], [2.0, 5.0], lower=True)
    array([1., 1.])
    """
    if trans not in (0, 1, 2, "N", "T", "C"):
        raise DomainError(
            given=f"trans={trans!r}", where="solve_triangular", expected='0 or "N", 1 or "T", 2 or "C"',
            remedy="leave it away to solve with the matrix itself",
        )  # fmt: skip
    matrix, right = same_dtype(a, b)
    require_square("solve_triangular", as_array(matrix).shape)
    if trans in (0, "N"):
        return solve_triangular_op(matrix, right, lower=bool(lower), unit=bool(unit_diagonal))
    matrix = turned(matrix) if trans in (1, "T") else dagger(matrix)
    return solve_triangular_op(matrix, right, lower=not lower, unit=bool(unit_diagonal))


def cho_solve(c_and_lower: tuple[Any, bool], b: Any) -> Any:
    """scipy.linalg.cho_solve: the x with a x = b, from the Cholesky factor of a and whether that is the lower one.

    >>> cho_solve(([[2.0, 0.0], [0.0, 1.0]], True), [4.0, 1.0])
    array([1., 1.])
    """
    factor, lower = c_and_lower
    inner = solve_triangular(factor, b, trans=0 if lower else 2, lower=lower)
    return solve_triangular(factor, inner, trans=2 if lower else 0, lower=lower)


also_known_as(solve_triangular, "solve_triangular")
also_known_as(cho_solve, "cho_solve")
