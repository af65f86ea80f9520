"""autograd's differential operators: a function and an `argnum` in, a function that returns derivatives out.

One idea: each is a line or two over `make_vjp` and `make_jvp`, which ask the engine.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ...errors import GradientError
from .core import make_jvp as _make_jvp
from .core import make_vjp as _make_vjp
from .primitives import defvjp_argnum, primitive
from .spaces import VSpace, vspace
from .wrap_util import unary_to_nary

make_vjp = unary_to_nary(_make_vjp)
make_jvp = unary_to_nary(_make_jvp)


def require_one_number(ans: Any, operator: str) -> VSpace:
    """The space of an output with one entry. Raises GradientError for any other, as autograd raises TypeError."""
    space = vspace(ans)
    if space.size != 1 or space.iswhole:
        what = "a whole number or truth value" if space.iswhole else f"{space.size} real numbers"
        raise GradientError(
            given=f"an output of {what}, for {operator}",
            expected="one real number",
            remedy="use jacobian, elementwise_grad or holomorphic_grad",
        )
    return space


@unary_to_nary
def grad(fun: Callable[[Any], Any], x: Any) -> Any:
    """The gradient with respect to argument number `argnum` of a function that returns one real number.

    >>> float(grad(lambda x, y: x * y**2, 1)(3.0, 2.0))
    12.0
    """
    vjp, ans = _make_vjp(fun, x)
    return vjp(require_one_number(ans, "grad").ones())


@unary_to_nary
def value_and_grad(fun: Callable[[Any], Any], x: Any) -> tuple[Any, Any]:
    """The value and the gradient: what `scipy.optimize.minimize(..., jac=True)` wants."""
    vjp, ans = _make_vjp(fun, x)
    return ans, vjp(require_one_number(ans, "value_and_grad").ones())


@unary_to_nary
def grad_and_aux(fun: Callable[[Any], Any], x: Any) -> tuple[Any, Any]:
    """The gradient of the first output, and the second output."""
    vjp, (ans, aux) = _make_vjp(lambda value: tuple(fun(value)), x)
    return vjp((vspace(ans).ones(), vspace(aux).zeros())), aux


@unary_to_nary
def elementwise_grad(fun: Callable[[Any], Any], x: Any) -> Any:
    """The sum of each column of the Jacobian: its diagonal, where a function works entry by entry."""
    vjp, ans = _make_vjp(fun, x)
    space = vspace(ans)
    if space.iscomplex:
        raise GradientError(given="a complex output, for elementwise_grad", expected="a real one",
                            remedy="use holomorphic_grad, or take np.real of it")  # fmt: skip
    return vjp(space.ones())


@unary_to_nary
def deriv(fun: Callable[[Any], Any], x: Any) -> Any:
    """The derivative by forward mode, in the direction of ones."""
    return _make_jvp(fun, x)(vspace(x).ones())[1]


@unary_to_nary
def jacobian(fun: Callable[[Any], Any], x: Any) -> Any:
    """The Jacobian of a function from one array to one array, of shape output + input."""
    vjp, ans = _make_vjp(fun, x)
    space, shape = vspace(ans), (*vspace(ans).shape, *vspace(x).shape)
    rows = [vjp(each) for each in space.standard_basis()]
    return np.reshape(np.stack(rows), shape) if rows else np.zeros(shape)


@unary_to_nary
def holomorphic_grad(fun: Callable[[Any], Any], x: Any) -> Any:
    """The complex derivative of an analytic function."""
    return grad(lambda value: np.real(fun(value)))(x)


def grad_named(fun: Callable[..., Any], argname: str) -> Callable[..., Any]:
    """The gradient with respect to the argument of this name."""
    return grad(fun, list(inspect.signature(fun).parameters).index(argname))  # type: ignore[no-any-return]


@unary_to_nary
def hessian(fun: Callable[[Any], Any], x: Any) -> Any:
    """The matrix of second derivatives."""
    return jacobian(jacobian(fun))(x)


@unary_to_nary
def make_hvp(fun: Callable[[Any], Any], x: Any) -> tuple[Callable[[Any], Any], Any]:
    """(hvp, gradient): `hvp(v)` is the Hessian times v."""
    return _make_vjp(grad(fun), x)


def hessian_tensor_product(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The Hessian times a tensor, which is the last argument."""
    gradient = grad(fun, argnum)

    def inner(*args: Any, **keywords: Any) -> Any:
        *given, tensor = args
        return np.tensordot(gradient(*given, **keywords), tensor, np.ndim(tensor))

    return grad(inner, argnum)  # type: ignore[no-any-return]


hessian_vector_product = hessian_tensor_product


def tensor_jacobian_product(fun: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """A tensor, which is the last argument, times the Jacobian."""

    def inner(*args: Any, **keywords: Any) -> Any:
        *given, tensor = args
        return np.tensordot(tensor, fun(*given, **keywords), axes=np.ndim(tensor))

    return jacobian(inner, argnum)  # type: ignore[no-any-return]


vector_jacobian_product = tensor_jacobian_product


@unary_to_nary
def make_jvp_reversemode(fun: Callable[[Any], Any], x: Any) -> Callable[[Any], Any]:
    """`jvp(v)` alone, without the value: the transpose of the transpose."""
    vjp, y = _make_vjp(fun, x)
    return _make_vjp(vjp, vspace(y).zeros())[0]


def half_squares(x: Any) -> Any:
    """Half the sum of squares along the last axis."""
    return 0.5 * np.sum(x**2, axis=-1)


def make_ggnvp(f: Callable[..., Any], g: Callable[[Any], Any] = half_squares, f_argnum: int = 0) -> Callable[..., Any]:
    """Products with the generalised Gauss-Newton matrix J^T H J: J of f, H the Hessian of g at f(x)."""

    @unary_to_nary
    def made(inner: Callable[[Any], Any], x: Any) -> Callable[[Any], Any]:
        f_vjp, f_x = _make_vjp(inner, x)
        g_hvp = _make_vjp(grad(g), f_x)[0]
        return lambda v: f_vjp(g_hvp(_make_jvp(inner, x)(v)[1]))

    return made(f, f_argnum)  # type: ignore[no-any-return]


def multigrad_dict(fun: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """The gradients with respect to all arguments, by name."""
    signature = inspect.signature(fun)

    def gradients(*args: Any, **keywords: Any) -> dict[str, Any]:
        bound = signature.bind(*args, **keywords)
        bound.apply_defaults()

        def on_names(values: dict[str, Any]) -> Any:
            given = inspect.BoundArguments(signature, {**bound.arguments, **values})
            return fun(*given.args, **given.kwargs)

        found: dict[str, Any] = grad(on_names)(dict(bound.arguments))
        return {name: found[name] for name in bound.arguments}

    return gradients


def checkpoint(fun: Callable[..., Any]) -> Callable[..., Any]:
    """The function, computed again in the backward pass instead of remembered."""

    def recomputed(argnum: int, ans: Any, args: Any, keywords: Any) -> Callable[[Any], Any]:
        return make_vjp(fun, argnum)(*args, **keywords)[0]  # type: ignore[no-any-return]

    wrapped = primitive(fun)
    defvjp_argnum(wrapped, recomputed)
    return wrapped
