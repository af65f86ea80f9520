"""Linear systems given by functions: a function that multiplies and a right side in, the solution out.

One idea: how a system is solved is the caller's business; how the solution moves follows from the system alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ... import tree
from ...errors import DomainError, ShapeError
from ...ir.library import reference
from ...ir.node import Node
from ..control.bodies import Body, Slot, read_values, record_body
from ..control.loops import settle_carry
from .systems import Solver, System, solved

Matvec = Callable[[Any], Any]


def custom_linear_solve(
    matvec: Matvec, b: Any, solve: Callable[[Matvec, Any], Any],
    transpose_solve: Callable[[Matvec, Any], Any] | None = None, symmetric: bool = False,
) -> Any:  # fmt: skip
    """The x with matvec(x) = b, found by `solve(matvec, b)`; its derivatives solve such systems again.

    `matvec` is a linear function from x to the containers of b, which are those of x; it may use recorded values from
    outside. `transpose_solve(vecmat, b)` solves with the transpose, for reverse mode (`solve` if `symmetric`, and where
    it is left out). The solvers run on numbers and may do anything.

    Raises StructureError, ShapeError or DTypeError where matvec returns anything else than it was given.

    >>> import numpy as np
    >>> from chainrule import custom_linear_solve, grad
    >>> def solution(a):
    ...     return custom_linear_solve(lambda x: a * x, 6.0, lambda matvec, b: b / matvec(1.0))
    >>> solution(2.0), grad(solution)(2.0)
    (np.float64(3.0), -1.5)
    """
    values, slots, structure = read_values(b, "custom_linear_solve", "b")
    body = record_same(matvec, structure, slots, "custom_linear_solve")
    forth = Solver(solve, structure, "custom_linear_solve")
    back = forth if symmetric or transpose_solve is None else Solver(transpose_solve, structure, "custom_linear_solve")
    system = System(body.graph, len(body.captured), forth, back)
    inputs = [as_slot(value, slot) for value, slot in zip(values, slots, strict=True)]
    return tree.unflatten(structure, solved(system, [*body.captured, *inputs]))


def record_same(function: Callable[[Any], Any], structure: tree.Structure, slots: list[Slot], name: str) -> Body:
    """The graph of a function that returns what it is given, in containers, shapes and dtypes."""
    strong = [Slot(slot.type) for slot in slots]

    def settle(result: Any) -> list[Node]:
        return settle_carry(result, structure, list(strong), name)

    arguments = tree.flatten([tree.unflatten(structure, [0] * len(slots))])[1]
    return record_body(function, arguments, strong, settle, f"in the function of {name}")


def as_slot(value: Any, slot: Slot) -> Any:
    """A value as an input: a Python number as a number of its dtype."""
    return value if type(value) is Node else reference().asarray(value, slot.type.dtype)[()]


def dense_solve(matvec: Matvec, b: Any) -> Any:
    """The solution by the matrix itself, multiplied out column by column. Raises DomainError where it is singular."""
    numpy = reference()
    leaves, structure = tree.flatten(b)
    flat = numpy.concatenate([numpy.reshape(leaf, -1) for leaf in leaves])

    def multiplied(x: Any) -> Any:
        found = tree.flatten(matvec(cut(x, leaves, structure)))[0]
        return numpy.concatenate([numpy.reshape(leaf, -1) for leaf in found])

    matrix = numpy.stack([multiplied(row) for row in numpy.eye(flat.size, dtype=flat.dtype)], axis=1)
    try:
        found = numpy.linalg.solve(matrix, flat)
    except numpy.linalg.LinAlgError:
        raise DomainError(
            given=f"an implicit function whose slope, a matrix of shape {matrix.shape}, is singular there",
            expected="an equation that determines how its solution moves: dF/dx can be inverted",
            where="root, fixed_point",
            remedy="look for a double root, or for an unknown that the equation does not mention",
        ) from None
    return cut(found, leaves, structure)


def cut(flat: Any, leaves: list[Any], structure: tree.Structure) -> Any:
    """One row of numbers as the containers it was made of."""
    pieces, start = [], 0
    for leaf in leaves:
        size = int(reference().size(leaf))
        pieces.append(reference().reshape(flat[start : start + size], reference().shape(leaf))[()])
        start += size
    return tree.unflatten(structure, pieces)


def cg(
    A: Any, b: Any, x0: Any = None, *, tol: float = 1e-5, atol: float = 0.0, maxiter: int | None = None
) -> tuple[Any, None]:  # fmt: skip
    """The x with A x = b for a symmetric positive definite A, by conjugate gradients: (x, None), as JAX returns it.

    `A` is a matrix or a linear function from x to the containers of b. The search ends where the residual is below
    max(tol |b|, atol), or after `maxiter` steps (10 for each unknown). Derivatives solve such systems again.

    Source: Hestenes and Stiefel, Methods of conjugate gradients for solving linear systems (1952).

    >>> import numpy as np
    >>> from chainrule import cg
    >>> x, _ = cg(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([1.0, 1.0]), tol=1e-12)
    >>> np.round(x, 9)
    array([0.5 , 0.25])
    """
    matvec = A if callable(A) else partial(_times, A)
    solve = partial(_conjugate_gradients, x0=x0, tol=tol, atol=atol, maxiter=maxiter)
    return custom_linear_solve(matvec, b, solve, symmetric=True), None


def _times(A: Any, x: Any) -> Any:
    if A.ndim != 2 or A.shape != (*x.shape, *x.shape):
        raise ShapeError(
            given=f"cg with a matrix of shape {A.shape} and a right side of shape {x.shape}", where="cg",
            expected="a square matrix and a vector of its size", remedy="pass a function for other linear maps",
        )  # fmt: skip
    return A @ x


def _conjugate_gradients(matvec: Matvec, b: Any, x0: Any, tol: float, atol: float, maxiter: int | None) -> Any:
    numpy = reference()
    leaves, structure = tree.flatten(b)
    target = numpy.concatenate([numpy.reshape(leaf, -1) for leaf in leaves])

    def multiplied(x: Any) -> Any:
        found = tree.flatten(matvec(cut(x, leaves, structure)))[0]
        return numpy.concatenate([numpy.reshape(leaf, -1) for leaf in found])

    start = None if x0 is None else tree.flatten(x0)[0]
    x = numpy.zeros_like(target) if start is None else numpy.concatenate([numpy.reshape(leaf, -1) for leaf in start])
    residual = target - multiplied(x)
    direction, size = residual, float(residual @ residual)
    enough = max(tol * float(numpy.linalg.norm(target)), atol) ** 2
    for _ in range(10 * target.size if maxiter is None else maxiter):
        if size <= enough:
            break
        product = multiplied(direction)
        step = size / float(direction @ product)
        x, residual = x + step * direction, residual - step * product
        before, size = size, float(residual @ residual)
        direction = residual + (size / before) * direction
    return cut(x, leaves, structure)
