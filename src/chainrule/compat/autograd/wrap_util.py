"""Operators on functions of one argument, for functions of several: an operator in, one that takes `argnum` out."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from ...errors import BoundsError
from ...transforms.calls import name_of as get_name

__all__ = ["get_name", "unary_to_nary"]


def unary_to_nary(unary_operator: Callable[..., Any]) -> Callable[..., Any]:
    """Let an operator `op(fun, x)` take `argnum`: one place, or a tuple of them, whose values are then one tuple x.

    >>> from .core import make_vjp
    >>> float(unary_to_nary(make_vjp)(lambda x, y: x * y, 1)(2.0, 5.0)[0](1.0))
    2.0
    """

    def nary_operator(fun: Callable[..., Any], argnum: Any = 0, *operands: Any, **options: Any) -> Callable[..., Any]:
        if not isinstance(argnum, (int, tuple, list)):
            raise BoundsError(given=f"argnum={argnum!r}", expected="the place of an argument, or several",
                              remedy="count arguments from 0: grad(f, 1)")  # fmt: skip

        def nary_function(*args: Any, **keywords: Any) -> Any:
            places = [argnum] if isinstance(argnum, int) else list(argnum)
            x = args[argnum] if isinstance(argnum, int) else tuple(args[place] for place in argnum)

            def unary_function(value: Any) -> Any:
                given = list(args)
                for place, each in zip(places, [value] if isinstance(argnum, int) else value, strict=True):
                    given[place] = each
                return fun(*given, **keywords)

            return unary_operator(named_as(unary_function, fun), x, *operands, **options)

        operator, name = get_name(unary_operator), get_name(fun)
        nary_function.__doc__ = f"    {operator} of function {name} with respect to argument number {argnum}."
        return named(nary_function, f"{operator}_of_{name}_wrt_argnum_{argnum}")

    update_wrapper(nary_operator, unary_operator)
    return nary_operator


def named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function, under another name."""
    function.__name__ = name
    return function


def named_as(function: Callable[..., Any], other: Callable[..., Any]) -> Callable[..., Any]:
    """The function, under the name and with the docstring of another."""
    function.__doc__ = getattr(other, "__doc__", None)
    return named(function, get_name(other))
