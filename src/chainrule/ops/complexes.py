"""Complex numbers taken apart, and casts between dtypes: an array in, the same numbers or a part of them out.

One idea: a complex number is a pair of real ones, and the gradient of a real L by z = a + bi is dL/da + i dL/db. So
each op here is real-linear, and its adjoint is taken in the inner product Re(conj(g) z). Source: Kreutz-Delgado, The
Complex Gradient Operator and the CR-Calculus (2009).
"""

from __future__ import annotations

from typing import Any

from ..errors import DTypeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength, function
from ..ir.op import Complexes, Custom, Domain, Linear, Role, Sample
from ..ir.precision import INEXACT
from ..ir.types import ArrayType, array_type
from .batches import as_it_is
from .declare import also_known_as, op, real_type, same_type

INVISIBLE = Notation(Form("{0}", Strength.LOOSEST, (0,)), Form("{0}", Strength.LOOSEST, (0,)), Form("{0}"))


# Casts ---------------------------------------------------------------------------------------------------------------
def cast_type(x: ArrayType, *, dtype: Any) -> ArrayType:
    return array_type(x.shape, dtype)


def cast_pull(g: Array, y: Array, x: Array, *, dtype: Any) -> tuple[Any]:
    if x.dtype.kind not in INEXACT or dtype.kind not in INEXACT:
        return (None,)
    return (cast(real_op(g) if dtype.kind == "c" != x.dtype.kind else g, dtype=x.dtype),)


def cast_push(tangents: tuple[Any, ...], y: Array, x: Array, *, dtype: Any) -> Any:
    return cast(tangents[0], dtype=dtype) if dtype.kind in INEXACT else None


def cast_notation(node: Node) -> Notation:
    name = node.settings["dtype"].name
    code = Form(f"np.asarray({{0}}, '{name}')[()]")
    if node.inputs[0].type.dtype.kind == "b":
        return Notation(Form("1{{{0}}}"), Form(r"\mathbb{{1}}\{{{0}\}}"), code)
    return Notation(INVISIBLE.text, INVISIBLE.latex, code)


@op(
    "cast", Custom(cast_pull, cast_push), cast_notation, Role.COPIES, type_rule=cast_type, domain=Domain(()),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def cast(xp: Library, x: Array, *, dtype: Any) -> Array:
    """x in another dtype; a true condition becomes 1. Adjoint: the gradient in the dtype of x; integers pass none.

    A real number made complex receives the real part of the gradient.
    """
    return x.astype(dtype)


def astype(x: Any, dtype: Any) -> Any:
    """x in another dtype. Raises DTypeError for complex numbers that would lose their imaginary parts.

    >>> astype([1, 2], "float32").dtype
    dtype('float32')
    """
    array, wanted = as_array(x), reference().dtype(dtype)
    if array.dtype.kind == "c" and wanted.kind not in "cb":
        raise DTypeError(
            given=f"complex numbers ({array.dtype}) cast to {wanted}, which would lose their imaginary parts",
            where="astype", expected="a complex dtype", remedy="say which part is meant: np.real(z) or np.abs(z)",
        )  # fmt: skip
    return array if array.dtype == wanted else cast(array, dtype=wanted)


# Parts ---------------------------------------------------------------------------------------------------------------
CONJUGATE = Notation(Form("conj({0})"), Form(r"\overline{{{0}}}"), Form("np.conj({0})"))
_ANY = Domain((Sample(((3,),)), Sample(((2, 3),)), Sample(((),))))


def conj_adjoint(g: Array, x: Array) -> Array:
    return conj_op(g)


@op(
    "conj", Linear((conj_adjoint,)), CONJUGATE, Role.COPIES, type_rule=same_type, domain=_ANY, elementwise=True,
)  # fmt: skip
def conj_op(xp: Library, x: Array) -> Array:
    """The complex conjugate a - bi of a + bi. Adjoint: the conjugate of the gradient."""
    return xp.conjugate(x)


def real_adjoint(g: Array, x: Array) -> Array:
    return g if x.dtype.kind != "c" else cast(g, dtype=x.dtype)


@op(
    "real", Linear((real_adjoint,)), function("Re", r"\operatorname{Re}", "np.real"), Role.COPIES,
    type_rule=real_type, domain=_ANY, elementwise=True,
)  # fmt: skip
def real_op(xp: Library, x: Array) -> Array:
    """The real part a of a + bi. Adjoint: the gradient, as a complex number whose imaginary part is 0."""
    return xp.real(x)


def imag_adjoint(g: Array, x: Array) -> Any:
    return g * 1j if x.dtype.kind == "c" else g * 0.0


@op(
    "imag", Linear((imag_adjoint,)), function("Im", r"\operatorname{Im}", "np.imag"), Role.SCALES,
    type_rule=real_type, domain=_ANY, elementwise=True,
)  # fmt: skip
def imag_op(xp: Library, x: Array) -> Array:
    """The imaginary part b of a + bi. Adjoint: i times the gradient."""
    return xp.imag(x)


def real(x: Any) -> Any:
    """The real part of x (x itself, if it is real).

    >>> real([1 + 2j, 3.0])
    array([1., 3.])
    """
    array = as_array(x)
    return real_op(array) if array.dtype.kind == "c" else array


def imag(x: Any) -> Any:
    """The imaginary part of x (zeros, if it is real).

    >>> imag([1 + 2j, 3.0])
    array([2., 0.])
    """
    array = as_array(x)
    return imag_op(array) if array.dtype.kind == "c" else reference().zeros(array.shape, array.dtype)[()]


def conj(x: Any) -> Any:
    """The complex conjugate of x (x itself, if it is real).

    >>> conj([1 + 2j, 3.0])
    array([1.-2.j, 3.-0.j])
    """
    array = as_array(x)
    return conj_op(array) if array.dtype.kind == "c" else array


def conjugated(value: Any) -> Any:
    """The conjugate of an array or a recorded value where it is complex: what a holomorphic rule speaks of."""
    return conj_op(value) if getattr(value, "dtype", None) is not None and value.dtype.kind == "c" else value


def real_part_of(value: Any, like: Any) -> Any:
    """The real part of a gradient or tangent that belongs to a real number."""
    return real_op(value) if value.dtype.kind == "c" and like.dtype.kind != "c" else value


also_known_as(real, "real")
also_known_as(imag, "imag")
also_known_as(conj, "conj", "conjugate")
also_known_as(astype, "astype")
