"""The weighted Gram matrix X^T diag(v) X: data and one weight a row in, a symmetric matrix out.

One idea: every Hessian of a generalised linear model is one. With the roots of the weights in the data it is B^T B,
which BLAS computes in half the time of a general product; rows with negative weights are a product of their own.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.library import Array, Library, reference
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Custom, Domain, Role, Sample
from ..ir.types import ArrayType, array_type
from .declare import floating_type, op
from .movement import transpose
from .products import column, matmul_op
from .reductions import sum_op


def weighted_gram_type(x: ArrayType, v: ArrayType) -> ArrayType:
    if x.ndim != 2 or v.shape != x.shape[:1]:
        raise ShapeError(
            given=f"weighted_gram of shapes {x.shape} and {v.shape}", expected="a matrix and one weight for each row",
            where="weighted_gram", remedy="transpose the matrix if its columns are weighted",
        )  # fmt: skip
    return array_type((x.shape[1], x.shape[1]), reference().result_type(x.dtype, floating_type(v).dtype))


def weighted(x: Any, v: Any) -> Any:
    """diag(v) X."""
    return x * column(v)


def weighted_gram_pull(g: Array, y: Array, x: Array, v: Array) -> tuple[Array, Array]:
    through = matmul_op(x, g)
    of_v = sum_op(through * x, axes=(1,), keepdims=False)
    return weighted(through + matmul_op(x, transpose(g)), v), of_v


def weighted_gram_push(tangents: tuple[Any, ...], y: Array, x: Array, v: Array) -> Array:
    move_x, move_v = tangents
    total: Any = None
    if move_x is not None:
        half = matmul_op(transpose(move_x), weighted(x, v))
        total = half + transpose(half)
    if move_v is not None:
        part = weighted_gram(x, move_v)
        total = part if total is None else total + part
    return total


_GRAM = Notation(
    Form("{0}^T diag({1}) {0}", Strength.PRODUCT, (Strength.ATOM, Strength.LOOSEST)),
    Form(
        r"{0}^{{\top}} \operatorname{{diag}}({1}) {0}",
        Strength.PRODUCT,
        (Strength.ATOM, Strength.LOOSEST),
    ),
    Form("chainrule.ops.weighted_gram({0}, {1})"),
)


@op(
    "weighted_gram", Custom(weighted_gram_pull, weighted_gram_push), _GRAM, Role.COUPLES, type_rule=weighted_gram_type,
    domain=Domain((Sample(((4, 3), (4,))), Sample(((4, 3), (4,)), (), ((-2.0, 2.0), (0.2, 3.0))))),
)  # fmt: skip
def weighted_gram(xp: Library, x: Array, v: Array) -> Array:
    """X^T diag(v) X, weights of any sign. Derivative: v_n x_n (g + g^T) for row n, and x_n^T g x_n for its weight."""
    if xp is not reference():  # which rows are negative is a question about values, and a traced library has none
        return xp.matmul(x.T * v, x)
    below = v < 0
    rooted = x * xp.sqrt(xp.abs(v))[:, None]
    if not below.any():
        return xp.matmul(rooted.T, rooted)
    above, under = rooted[~below], rooted[below]
    return xp.matmul(above.T, above) - xp.matmul(under.T, under)
