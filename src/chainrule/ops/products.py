"""Products of vectors, matrices and tensors: two or more arrays in, one out.

One idea: a product is linear in each factor while the others rest, so its adjoints are products again.
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array, as_node
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Domain, Labels, Linear, Role, Sample
from ..ir.precision import result_type
from ..ir.remedies import matmul_remedy
from ..ir.types import ArrayType, array_type, broadcast_shapes
from .arithmetic import mul
from .batches import einsum_rule, matmul_rule, outer_rule
from .choices import astype, cast
from .declare import also_known_as, op
from .movement import LETTERS, broadcast, ravel, reshape, sum_to, swapaxes, transpose
from .subscripts import MOST_FACTORS, from_lists, separate_repeats, spell_out, stretched_axes


def matmul_type(a: ArrayType, b: ArrayType) -> ArrayType:
    if a.ndim == 0 or b.ndim == 0:
        raise ShapeError(
            given=f"shapes {a.shape} and {b.shape}", expected="two arrays with axes", where="matmul (@)",
            remedy="use * to multiply by a number",
        )  # fmt: skip
    inner = b.shape[-2] if b.ndim > 1 else b.shape[0]
    if a.shape[-1] != inner:
        raise ShapeError(
            given=f"matmul (@) of shapes {a.shape} and {b.shape}",
            expected=f"the last axis of the left ({a.shape[-1]}) to equal the first axis of the right matrix ({inner})",
            where="matmul (@)",
            remedy=matmul_remedy(a.shape, b.shape),
        )
    rows, columns = a.shape[:-1][-1:], b.shape[-1:] if b.ndim > 1 else ()
    batch = broadcast_shapes(a.shape[:-2], b.shape[:-2], doing="matmul (@)")
    return array_type((*batch, *rows, *columns), reference().result_type(a.dtype, b.dtype))


def matmul_left(g: Array, a: Array, b: Array) -> Array:
    if b.ndim == 1:
        return g * b if a.ndim == 1 else sum_to(column(g) * b if a.ndim > 2 else outer(g, b), a.shape)
    if a.ndim == 1:
        return sum_to(matmul_op(b, g) if b.ndim == 2 else matmul_op(b, column(g))[..., 0], a.shape)
    return sum_to(matmul_op(g, turned(b)), a.shape)


def matmul_right(g: Array, a: Array, b: Array) -> Array:
    if a.ndim == 1:
        return g * a if b.ndim == 1 else sum_to(outer(a, g) if b.ndim == 2 else column(a) * row(g), b.shape)
    if b.ndim == 1:
        return matmul_op(turned(a), g) if a.ndim == 2 else sum_to(matmul_op(turned(a), column(g))[..., 0], b.shape)
    return sum_to(matmul_op(turned(a), g), b.shape)


def turned(a: Any) -> Any:
    """The last two axes exchanged."""
    return swapaxes(a, -1, -2)


def column(a: Any) -> Any:
    return reshape(a, (*a.shape, 1))


def row(a: Any) -> Any:
    return reshape(a, (*a.shape[:-1], 1, a.shape[-1]))


def matmul_labels(a: ArrayType, b: ArrayType) -> str:
    if a.ndim > 2 or b.ndim > 2:
        batch = LETTERS[3 : 3 + max(a.ndim, b.ndim) - 2]
        left = batch[len(batch) - (a.ndim - 2) :] + "ij" if a.ndim > 1 else "j"
        right = batch[len(batch) - (b.ndim - 2) :] + "jk" if b.ndim > 1 else "j"
        return f"{left},{right}->{batch}{'i' if a.ndim > 1 else ''}{'k' if b.ndim > 1 else ''}"
    return f"{'ij'[2 - a.ndim :]},{'jk'[: b.ndim]}->{'i' if a.ndim > 1 else ''}{'k' if b.ndim > 1 else ''}"


def matmul_notation(node: Node) -> Notation:
    """A vector on the left is a row, so it is written transposed."""
    return _ROW_TIMES if node.inputs[0].type.ndim == 1 else _TIMES


_TIMES = Notation(
    Form("{0} {1}", Strength.PRODUCT, (Strength.PRODUCT,)),
    Form("{0} {1}", Strength.PRODUCT, (Strength.PRODUCT,)),
    Form("{0} @ {1}", Strength.PRODUCT, (Strength.PRODUCT, Strength.PRODUCT + 1)),
)
_ROW_TIMES = Notation(
    Form("{0}^T {1}", Strength.PRODUCT, (Strength.ATOM, Strength.PRODUCT)),
    Form(r"{0}^{{\top}} {1}", Strength.PRODUCT, (Strength.ATOM, Strength.PRODUCT)),
    Form("{0} @ {1}", Strength.PRODUCT, (Strength.PRODUCT, Strength.PRODUCT + 1)),
)


@op(
    "matmul", Linear((matmul_left, matmul_right), joint=False), matmul_notation, Role.SWAPS, type_rule=matmul_type,
    domain=Domain((
        Sample(((2, 3), (3,))), Sample(((2, 3), (3, 4))), Sample(((3,), (3,))), Sample(((3,), (3, 2))),
        Sample(((2, 3, 4), (4, 2))), Sample(((2, 1, 2, 3), (4, 3, 2))), Sample(((3,), (2, 3, 4))),
        Sample(((2, 2, 3), (3,))),
    )),
    index=Labels(matmul_labels), batch=matmul_rule,
)  # fmt: skip
def matmul_op(xp: Library, a: Array, b: Array) -> Array:
    """The matrix product, with NumPy's rules for vectors and stacks. Adjoints: g b^T and a^T g (Giles 2008, 2.2.2)."""
    return xp.matmul(a, b)


def matmul(a: Any, b: Any) -> Any:
    """a @ b. Raises ShapeError naming both shapes when they do not multiply.

    >>> matmul([[1.0, 2.0]], [3.0, 4.0])
    array([11.])
    """
    return matmul_op(*same_dtype(a, b))


def dot(a: Any, b: Any) -> Any:
    """np.dot: the product of numbers, the inner product of vectors, the matrix product of matrices; of more axes, the
    sum over the last one of a and the last but one of b."""
    left, right = as_array(a), as_array(b)
    if left.ndim == 0 or right.ndim == 0:
        return mul(a, b)
    if right.ndim <= 2:
        return matmul(left, right)
    rows, columns = LETTERS[: left.ndim], LETTERS.upper()[: right.ndim]
    summed = columns.replace(columns[-2], rows[-1])
    return einsum(f"{rows},{summed}->{rows[:-1]}{summed.replace(rows[-1], '')}", left, right)


def same_dtype(*arrays: Any) -> tuple[Any, ...]:
    """Arguments as nodes of one dtype when one of them is a node, so that each gradient keeps its own dtype."""
    if not any(type(each) is Node for each in arrays):
        return tuple(as_array(each) for each in arrays)
    nodes = [as_node(each) for each in arrays]
    dtype = nodes[0].dtype
    for node in nodes[1:]:
        dtype = dtype if node.dtype == dtype else result_type(dtype, node.dtype)
    return tuple(node if node.dtype == dtype else cast(node, dtype=dtype) for node in nodes)


# Outer product -------------------------------------------------------------------------------------------------------
def outer_type(a: ArrayType, b: ArrayType) -> ArrayType:
    if a.ndim != 1 or b.ndim != 1:
        raise ShapeError(given=f"outer of shapes {a.shape} and {b.shape}", expected="two vectors", where="outer",
                         remedy="np.outer flattens its arguments; or write x[:, None] * y[None, :]")  # fmt: skip
    return array_type((*a.shape, *b.shape), reference().result_type(a.dtype, b.dtype))


def outer_left(g: Array, a: Array, b: Array) -> Array:
    return matmul_op(g, b)


def outer_right(g: Array, a: Array, b: Array) -> Array:
    return matmul_op(transpose(g), a)


def outer_labels(a: ArrayType, b: ArrayType) -> str:
    return "i,j->ij"


OUTER = Notation(
    Form("{0} {1}^T", Strength.PRODUCT, (Strength.PRODUCT, Strength.ATOM)),
    Form(r"{0} {1}^{{\top}}", Strength.PRODUCT, (Strength.PRODUCT, Strength.ATOM)),
    Form("np.outer({0}, {1})"),
)


@op(
    "outer", Linear((outer_left, outer_right), joint=False), OUTER, Role.SWAPS, type_rule=outer_type,
    domain=Domain((Sample(((2,), (3,))),)), index=Labels(outer_labels), batch=outer_rule,
)  # fmt: skip
def outer_op(xp: Library, a: Array, b: Array) -> Array:
    """The outer product a b^T. Adjoints: g b and g^T a."""
    return xp.outer(a, b)


def outer(a: Any, b: Any) -> Any:
    """a b^T; arrays with other than one axis are flattened first, as NumPy does.

    >>> outer([1.0, 2.0], [3.0, 4.0])
    array([[3., 4.],
           [6., 8.]])
    """
    return outer_op(*same_dtype(ravel(a), ravel(b)))


# einsum ---------------------------------------------------------------------------------------------------------------
def einsum_type(*types: ArrayType, subscripts: str) -> ArrayType:
    terms, result = split_subscripts(subscripts)
    sizes: dict[str, int] = {}
    for term, type_ in zip(terms, types, strict=True):
        if len(term) != type_.ndim:
            raise ShapeError(
                given=f"subscripts '{term}' for shape {type_.shape}", expected=f"{type_.ndim} letters", where="einsum",
                remedy="write one letter for each axis",
            )  # fmt: skip
        for letter, size in zip(term, type_.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ShapeError(
                    given=f"index '{letter}' with sizes {sizes[letter]} and {size} in '{subscripts}', "
                    f"for shapes {' and '.join(str(each.shape) for each in types)}",
                    expected="one size an index", where="einsum",
                    remedy="give axes of different sizes different letters, or transpose one of the arrays",
                )  # fmt: skip
    return array_type(tuple(sizes[letter] for letter in result), reference().result_type(*[t.dtype for t in types]))


def split_subscripts(subscripts: str) -> tuple[list[str], str]:
    """`ij,j->i` as (["ij", "j"], "i")."""
    left, _, result = subscripts.partition("->")
    return left.split(","), result


def einsum_adjoint(slot: int) -> Any:
    """The adjoint of one factor: the same sum with that factor and the output exchanged."""

    def adjoint(g: Array, *factors: Array, subscripts: str) -> Array:
        terms, result = split_subscripts(subscripts)
        target, shape = terms[slot], factors[slot].shape
        others = terms[:slot] + terms[slot + 1 :]
        reachable = "".join(letter for letter in target if letter in result or any(letter in term for term in others))
        spelled = f"{','.join([result, *others])}->{reachable}"
        found = einsum_op(g, *factors[:slot], *factors[slot + 1 :], subscripts=spelled)
        if reachable != target:  # an index summed over in this factor alone: its gradient is the same along it
            kept = tuple(size if letter in reachable else 1 for letter, size in zip(target, shape, strict=True))
            found = broadcast(reshape(found, kept), shape=shape)
        return found

    adjoint.__name__ = f"einsum_adjoint_{slot}"
    return adjoint


def einsum_labels(*types: ArrayType, subscripts: str) -> str:
    return subscripts


def einsum_notation(node: Node) -> Notation:
    subscripts, count = node.settings["subscripts"], len(node.inputs)
    slots = ", ".join(f"{{{slot}}}" for slot in range(count))
    return Notation(
        Form(f"einsum({subscripts}; {slots})"),
        Form(rf"\operatorname{{{{einsum}}}}_{{{{\text{{{{{subscripts.replace('->', ' to ')}}}}}}}}}({slots})"),
        Form(f"np.einsum('{subscripts}', {slots}{', optimize=True' if by_pairs(node.inputs) else ''})"),
        Form(f"chainrule.ops.products.einsum_op({slots}, subscripts='{subscripts}')") if count >= _PLANNED else None,
    )


@op(
    "einsum", Linear(tuple(einsum_adjoint(slot) for slot in range(MOST_FACTORS)), joint=False), einsum_notation,
    Role.SWAPS, type_rule=einsum_type, index=Labels(einsum_labels),
    domain=Domain((
        Sample(((2, 3), (3,)), (("subscripts", "ij,j->i"),)),
        Sample(((2, 3), (3, 4), (4, 2)), (("subscripts", "ij,jk,kl->il"),)),
        Sample(((2, 3), (3, 4), (2,)), (("subscripts", "ij,jk,i->ik"),)), Sample(((2, 3),), (("subscripts", "ij->j"),)),
        Sample(((2, 3), (2, 4)), (("subscripts", "bi,bj->ij"),)),
    )), batch=einsum_rule,
)  # fmt: skip
def einsum_op(xp: Library, *factors: Array, subscripts: str) -> Array:
    """A sum over products of entries, in Einstein's notation with the result spelled out. Linear in each factor."""
    if len(factors) >= _PLANNED:
        order = contraction_order(subscripts, tuple(tuple(factor.shape) for factor in factors))
        return xp.einsum(subscripts, *factors, optimize=order)[()]
    return xp.einsum(subscripts, *factors, optimize=by_pairs(factors))[()]


_PLANNED = 4  # factors from which on the order of the products is worth a search


@lru_cache(maxsize=1024)
def contraction_order(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> Any:
    """In which order to multiply factors two by two, as NumPy takes it. Source: Smith and Gray, opt_einsum (2018)."""
    try:
        planner = importlib.import_module("opt_einsum")
    except ModuleNotFoundError:  # NumPy's own search, which is greedy
        return True
    return ["einsum_path", *planner.contract_path(subscripts, *shapes, shapes=True)[0]]


def by_pairs(factors: Any) -> bool:
    """Whether a contraction is worth planning."""
    return len(factors) > 2 or any(factor.size > _SMALL for factor in factors)


_SMALL = 1024  # below it, planning a contraction takes longer than doing it


def einsum(subscripts: Any, *factors: Any, dtype: Any = None) -> Any:
    """np.einsum: a letter for each axis, `...` for the axes in front. A letter twice in one factor takes its diagonal,
    and an axis of size 1 stretches. Or each factor followed by a list of the numbers of its axes, and one more for the
    result. With many factors opt_einsum finds the order in which they are multiplied.

    >>> einsum("ij,j->i", [[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0])
    array([21., 43.])
    """
    if not isinstance(subscripts, str):
        subscripts, factors = from_lists((subscripts, *factors))
    arrays = same_dtype(*(factors if dtype is None else [astype(each, dtype) for each in factors]))
    terms, result = spell_out(subscripts, arrays)
    terms, arrays = stretched_axes(terms, arrays)
    terms, identities = separate_repeats(terms, arrays)
    spelled = f"{','.join(terms)}->{result}"
    einsum_type(*(array_type(each.shape, each.dtype) for each in (*arrays, *identities)), subscripts=spelled)
    return einsum_op(*arrays, *identities, subscripts=spelled)


for _function in (matmul, dot, outer, einsum):
    also_known_as(_function, _function.__name__)
