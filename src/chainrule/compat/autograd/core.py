"""The two modes as autograd has them: a function of one argument in, its vjp or jvp out.

One idea: autograd hands on the conjugate of the gradient that points uphill, so that the derivative of an analytic
function comes out as its complex derivative. On real numbers both are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...transforms.differentiate import pullback, pushforward
from .primitives import (
    def_linear,
    defjvp,
    defjvp_argnum,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    primitive,
    primitive_jvps,
    primitive_vjps,
)
from .spaces import VSpace, conjugate, vspace

__all__ = [
    "VSpace",
    "def_linear",
    "defjvp",
    "defjvp_argnum",
    "defjvp_argnums",
    "defvjp",
    "defvjp_argnum",
    "defvjp_argnums",
    "make_jvp",
    "make_vjp",
    "primitive",
    "primitive_jvps",
    "primitive_vjps",
    "vspace",
]


def make_vjp(fun: Callable[[Any], Any], x: Any) -> tuple[Callable[[Any], Any], Any]:
    """(vjp, value): `vjp(g)` is the gradient of x for the gradient g of the value.

    >>> vjp, value = make_vjp(lambda x: x * x, 3.0)
    >>> float(value), float(vjp(1.0))
    (9.0, 6.0)
    """
    value, pull, _ = pullback(fun, (x,), False)

    def vjp(g: Any) -> Any:
        return conjugate(pull(conjugate(g))[0])

    return vjp, value


def make_jvp(fun: Callable[[Any], Any], x: Any) -> Callable[[Any], tuple[Any, Any]]:
    """`jvp(v)` is the value and how it moves when x moves by v.

    >>> value, moved = make_jvp(lambda x: x * x, 3.0)(1.0)
    >>> float(moved)
    6.0
    """

    def jvp(v: Any) -> tuple[Any, Any]:
        return pushforward(fun, (x,), (v,))

    return jvp
