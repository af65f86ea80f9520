"""Convolution: weights and an array that they slide over in, one sum of products for each place out.

One idea: y_i = sum_k w_k x_(i+k) is one trilinear form of gradient, weights and array, read three ways. Each op here is
linear in both arguments, and its adjoints are the other readings, so every order of derivative stays inside the family.
Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016).
"""

from __future__ import annotations

from typing import Any

from ..errors import DomainError, ShapeError
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation
from ..ir.op import Affine, Domain, Linear, Role, Sample, Windows
from ..ir.types import ArrayType, array_type
from .complexes import conj
from .declare import also_known_as, op
from .joining import bordered
from .movement import atleast_1d, flip
from .products import same_dtype

Places = tuple[tuple[Affine, ...], ...]


# Index forms ----------------------------------------------------------------------------------------------------------
def alone(letters: str) -> tuple[Affine, ...]:
    """One letter an axis."""
    return tuple(Affine(((1, letter),)) for letter in letters)


def moved(first: str, second: str, sign: int = 1) -> tuple[Affine, ...]:
    """The sum, or the difference, of two letters for each axis."""
    return tuple(Affine(((1, one), (sign, other))) for one, other in zip(first, second, strict=True))


def named(name: str, code: str) -> Notation:
    """`name(x, y)`: the signs that mathematics has for it, * and the star, are read as products too."""
    return Notation(Form(f"{name}({{0}}, {{1}})"), Form(rf"\operatorname{{{{{name}}}}}({{0}}, {{1}})"), Form(code))


def same_axes(name: str, first: ArrayType, second: ArrayType, ndim: int) -> None:
    """Raise ShapeError unless both have `ndim` axes and no axis is empty."""
    if first.ndim != ndim or second.ndim != ndim or 0 in first.shape + second.shape:
        raise ShapeError(
            given=f"{name} of shapes {first.shape} and {second.shape}", where=name,
            expected=f"two {'vectors' if ndim == 1 else 'matrices'} with at least one entry",
            remedy="take single rows, or use chainrule.ops.conv2d for batches and channels",
        )  # fmt: skip


# Along the index: sum_k w_k x_(i+k) -----------------------------------------------------------------------------------
def correlated_type(name: str, ndim: int) -> Any:
    """The type rule of weights that slide inside an array."""

    def rule(w: ArrayType, x: ArrayType) -> ArrayType:
        same_axes(name, w, x, ndim)
        shape = tuple(size - window + 1 for window, size in zip(w.shape, x.shape, strict=True))
        if min(shape) < 1:
            raise ShapeError(
                given=f"{name} of weights of shape {w.shape} over an array of shape {x.shape}", where=name,
                expected="weights that fit inside the array along every axis",
                remedy="exchange the arguments (the weights come first), or pad the array with np.pad",
            )  # fmt: skip
        return array_type(shape, reference().result_type(w.dtype, x.dtype))

    return rule


def correlate1d_weights(g: Array, w: Array, x: Array) -> Array:
    return correlate1d_op(g, x)


def correlate1d_array(g: Array, w: Array, x: Array) -> Array:
    return convolve_op(w, g, mode="full")


def correlate1d_places(w: ArrayType, x: ArrayType) -> tuple[Places, str]:
    return (alone("k"), moved("i", "k")), "i"


def correlate1d_notation(node: Node) -> Notation:
    """In code NumPy's function, which takes the conjugate of complex weights."""
    weights = "np.conj({0})" if node.type.is_complex else "{0}"
    return named("correlate1d", f"np.correlate({{1}}, {weights})")


@op(
    "correlate1d", Linear((correlate1d_weights, correlate1d_array), joint=False), correlate1d_notation, Role.SWAPS,
    type_rule=correlated_type("correlate1d", 1),
    domain=Domain((Sample(((2,), (5,))), Sample(((3,), (3,))), Sample(((1,), (2,))))),
    index=Windows(correlate1d_places),
)  # fmt: skip
def correlate1d_op(xp: Library, w: Array, x: Array) -> Array:
    """y_i = sum_k w_k x_(i+k), where the weights lie inside x. Adjoints: sum_i g_i x_(i+k), and a full convolution."""
    correlated_type("correlate1d", 1)(w, x)  # NumPy would exchange weights longer than the array
    return xp.correlate(x, xp.conjugate(w) if w.dtype.kind == "c" else w, "valid")


def correlate1d(w: Any, x: Any) -> Any:
    """y_i = sum_k w_k x_(i+k) at the places where the weights w lie inside x: len(x) - len(w) + 1 entries.

    >>> correlate1d([1.0, -1.0], [1.0, 4.0, 9.0])
    array([-3., -5.])
    """
    return correlate1d_op(*same_dtype(w, x))


def correlate2d_weights(g: Array, w: Array, x: Array) -> Array:
    return correlate2d_op(g, x)


def correlate2d_array(g: Array, w: Array, x: Array) -> Array:
    return convolve2d_op(w, g)


def correlate2d_places(w: ArrayType, x: ArrayType) -> tuple[Places, str]:
    return (alone("kl"), moved("ij", "kl")), "ij"


@op(
    "correlate2d", Linear((correlate2d_weights, correlate2d_array), joint=False),
    named("correlate2d", "chainrule.ops.correlate2d({0}, {1})"), Role.SWAPS, index=Windows(correlate2d_places),
    type_rule=correlated_type("correlate2d", 2), domain=Domain((Sample(((2, 2), (3, 4))), Sample(((1, 3), (2, 3))))),
)  # fmt: skip
def correlate2d_op(xp: Library, w: Array, x: Array) -> Array:
    """y_ij = sum_kl w_kl x_(i+k)(j+l), where the weights lie inside x. Adjoints: the same, and a full convolution."""
    correlated_type("correlate2d", 2)(w, x)
    return xp.einsum("ijkl,kl->ij", xp.lib.stride_tricks.sliding_window_view(x, w.shape), w, optimize=True)


def correlate2d(w: Any, x: Any) -> Any:
    """y_ij = sum_kl w_kl x_(i+k)(j+l) at the places where the weights w lie inside the matrix x.

    Raises ShapeError where they are no matrices, or w is larger than x.

    >>> correlate2d([[1.0, 1.0]], [[1.0, 2.0, 3.0]])
    array([[3., 5.]])
    """
    return correlate2d_op(*same_dtype(w, x))


# Against the index: sum_k w_k x_(i-k) ---------------------------------------------------------------------------------
MODES = ("full", "same", "valid")


def first_kept(mode: str, one: int, other: int) -> int:
    """Where in the full convolution of two lengths the entries of a mode begin."""
    return {"full": 0, "same": (min(one, other) - 1) // 2, "valid": min(one, other) - 1}[mode]


def convolve_type(a: ArrayType, v: ArrayType, *, mode: str) -> ArrayType:
    same_axes("convolve", a, v, 1)
    (one,), (other,) = a.shape, v.shape
    lengths = {"full": one + other - 1, "same": max(one, other), "valid": abs(one - other) + 1}
    return array_type((lengths[mode],), reference().result_type(a.dtype, v.dtype))


def in_full(g: Any, a: Any, v: Any, mode: str) -> Any:
    """The gradient of what a mode keeps as one of the full convolution: zeros where entries were left out."""
    before = first_kept(mode, a.shape[0], v.shape[0])
    return g if mode == "full" else bordered(g, ((before, a.shape[0] + v.shape[0] - 1 - before - g.shape[0]),))


def convolve_left(g: Array, a: Array, v: Array, *, mode: str) -> Array:
    return correlate1d_op(v, in_full(g, a, v, mode))


def convolve_right(g: Array, a: Array, v: Array, *, mode: str) -> Array:
    return correlate1d_op(a, in_full(g, a, v, mode))


def convolve_places(a: ArrayType, v: ArrayType, *, mode: str) -> tuple[Places, str]:
    start = first_kept(mode, a.shape[0], v.shape[0])
    return (alone("k"), (Affine(((1, "i"), (-1, "k")), start),)), "i"


def convolve_notation(node: Node) -> Notation:
    """A mode other than the usual one is named."""
    mode = node.settings["mode"]
    rest, spelled = ("", "") if mode == "full" else (f", {mode}", rf", \text{{{{{mode}}}}}")
    return Notation(
        Form(f"convolve({{0}}, {{1}}{rest})"),
        Form(rf"\operatorname{{{{convolve}}}}({{0}}, {{1}}{spelled})"),
        Form(f"np.convolve({{0}}, {{1}}, {mode!r})"),
    )


@op(
    "convolve", Linear((convolve_left, convolve_right), joint=False), convolve_notation, Role.SWAPS,
    type_rule=convolve_type, index=Windows(convolve_places),
    domain=Domain((
        Sample(((2,), (4,)), (("mode", "full"),)), Sample(((4,), (2,)), (("mode", "same"),)),
        Sample(((3,), (5,)), (("mode", "valid"),)), Sample(((4,), (4,)), (("mode", "same"),)),
    )),
)  # fmt: skip
def convolve_op(xp: Library, a: Array, v: Array, *, mode: str) -> Array:
    """y_i = sum_k a_k v_(i-k), with zeros outside. Adjoints: the gradient correlated with the other factor."""
    convolve_type(a, v, mode=mode)
    return xp.convolve(a, v, mode)


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """np.convolve: y_i = sum_k a_k v_(i-k) for two vectors.

    "full" gives every place where they meet, "same" the middle as long as the longer one, "valid" the places where the
    shorter one lies inside the longer. Raises ShapeError for anything but vectors, DomainError for another mode.

    >>> convolve([1.0, 2.0], [1.0, 10.0, 100.0])
    array([  1.,  12., 120., 200.])
    """
    left, right = same_dtype(a, v)
    return convolve_op(atleast_1d(left), atleast_1d(right), mode=known_mode("convolve", mode))


def known_mode(name: str, mode: str) -> str:
    """A mode of NumPy's. Raises DomainError for any other."""
    if mode not in MODES:
        raise DomainError(
            given=f"{name} with mode {mode!r}", where=name, expected="'full', 'same' or 'valid'",
            remedy="for other borders, pad first with np.pad and use 'valid'",
        )  # fmt: skip
    return mode


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """np.correlate: y_i = sum_k a_(i+k) conj(v_k), with the modes of `convolve`; the shorter slides along the longer.

    >>> correlate([1.0, 4.0, 9.0], [1.0, -1.0])
    array([-3., -5.])
    """
    array, weights = same_dtype(a, v)
    known_mode("correlate", mode)
    same_axes("correlate", array, weights, 1)
    if weights.shape[0] > array.shape[0]:  # NumPy exchanges them, and turns the result round
        return conj(flip(correlate(weights, array, mode)))
    weights = conj(weights)
    return correlate1d_op(weights, array) if mode == "valid" else convolve_op(array, flip(weights), mode=mode)


def convolve2d_type(w: ArrayType, x: ArrayType) -> ArrayType:
    same_axes("convolve2d", w, x, 2)
    shape = tuple(size + window - 1 for window, size in zip(w.shape, x.shape, strict=True))
    return array_type(shape, reference().result_type(w.dtype, x.dtype))


def convolve2d_left(g: Array, w: Array, x: Array) -> Array:
    return correlate2d_op(x, g)


def convolve2d_right(g: Array, w: Array, x: Array) -> Array:
    return correlate2d_op(w, g)


def convolve2d_places(w: ArrayType, x: ArrayType) -> tuple[Places, str]:
    return (alone("kl"), moved("ij", "kl", -1)), "ij"


@op(
    "convolve2d", Linear((convolve2d_left, convolve2d_right), joint=False),
    named("convolve2d", "chainrule.ops.convolve2d({0}, {1})"), Role.SWAPS, type_rule=convolve2d_type,
    domain=Domain((Sample(((2, 2), (3, 2))), Sample(((1, 3), (2, 2))))), index=Windows(convolve2d_places),
)  # fmt: skip
def convolve2d_op(xp: Library, w: Array, x: Array) -> Array:
    """y_ij = sum_kl w_kl x_(i-k)(j-l), with zeros outside. Adjoints: the gradient correlated with the other factor."""
    convolve2d_type(w, x)
    border = tuple((size - 1, size - 1) for size in w.shape)
    views = xp.lib.stride_tricks.sliding_window_view(xp.pad(x, border), w.shape)
    return xp.einsum("ijkl,kl->ij", views, xp.flip(w), optimize=True)


def convolve2d(w: Any, x: Any) -> Any:
    """y_ij = sum_kl w_kl x_(i-k)(j-l) at every place where the two matrices meet: the full convolution.

    >>> convolve2d([[1.0, 1.0]], [[1.0, 2.0, 3.0]])
    array([[1., 3., 5., 3.]])
    """
    return convolve2d_op(*same_dtype(w, x))


for _function in (convolve, correlate):
    also_known_as(_function, _function.__name__)
