"""autograd's checks of derivatives against differences, raising AssertionError as its test suites expect.

One idea: one random direction each way. `chainrule.check_grads` looks harder and says more; this one speaks autograd.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from .core import make_jvp, make_vjp, vspace
from .wrap_util import get_name, named, unary_to_nary

TOL = 1e-6
RTOL = 1e-6
EPS = 1e-6


def scalar_close(a: Any, b: Any) -> bool:
    """Whether two numbers agree to about six digits."""
    return bool(abs(a - b) < TOL or abs(a - b) / abs(a + b) < RTOL)


def make_numerical_jvp(f: Callable[[Any], Any], x: Any) -> Callable[[Any], Any]:
    """The directional derivative of f at x by a central difference."""
    y = f(x)
    inputs, outputs = vspace(x), vspace(y)

    def jvp(v: Any) -> Any:
        ahead = f(inputs.add(x, inputs.scalar_mul(v, EPS / 2)))
        behind = f(inputs.add(x, inputs.scalar_mul(v, -EPS / 2)))
        return outputs.scalar_mul(outputs.add(ahead, outputs.scalar_mul(behind, -1.0)), 1.0 / EPS)

    return jvp


def check_vjp(f: Callable[[Any], Any], x: Any) -> None:
    """Compare reverse mode with differences in one direction. Raises AssertionError."""
    vjp, y = make_vjp(f, x)
    inputs, outputs = vspace(x), vspace(y)
    move, weight = inputs.randn(), outputs.randn()
    gradient = inputs.covector(vjp(outputs.covector(weight)))
    assert vspace(gradient) == inputs, f"a gradient in {vspace(gradient)} for an argument in {inputs}"
    exact = inputs.inner_prod(move, gradient)
    numeric = outputs.inner_prod(weight, make_numerical_jvp(f, x)(move))
    assert scalar_close(numeric, exact), (
        f"Derivative (VJP) check of {get_name(f)} failed with arg {x}:\nanalytic: {exact}\nnumeric:  {numeric}"
    )


def check_jvp(f: Callable[[Any], Any], x: Any) -> None:
    """Compare forward mode with differences in one direction. Raises AssertionError."""
    move = vspace(x).randn()
    check_equivalent(make_jvp(f, x)(move)[1], make_numerical_jvp(f, x)(move))


def check_equivalent(x: Any, y: Any) -> None:
    """Whether two values have one space and agree in one random direction. Raises AssertionError."""
    space = vspace(x)
    assert space == vspace(y), f"VSpace mismatch:\nx: {space}\ny: {vspace(y)}"
    v = space.randn()
    assert scalar_close(space.inner_prod(x, v), space.inner_prod(y, v)), f"Value mismatch:\nx: {x}\ny: {y}"


@unary_to_nary
def check_grads(f: Callable[[Any], Any], x: Any, modes: Sequence[str] = ("fwd", "rev"), order: int = 2) -> None:
    """Compare derivatives up to an order with differences. Raises AssertionError.

    >>> check_grads(lambda x: x**2)(3.0)
    """
    assert all(mode in ("fwd", "rev") for mode in modes)
    if "fwd" in modes:
        check_jvp(f, x)
        if order > 1:
            moved = named(lambda value, v: make_jvp(f, value)(v)[1], f"jvp_{get_name(f)}")
            check_grads(moved, (0, 1), modes, order=order - 1)(x, vspace(x).randn())
    if "rev" in modes:
        check_vjp(f, x)
        if order > 1:
            pulled = named(lambda value, v: make_vjp(f, value)[0](v), f"vjp_{get_name(f)}")
            check_grads(pulled, (0, 1), modes, order=order - 1)(x, vspace(f(x)).randn())


def combo_check(fun: Callable[..., Any], *settings: Any, **options: Any) -> Callable[..., None]:
    """Check a function on every combination of lists of arguments and of keywords."""

    def check(*argument_lists: Sequence[Any], **keyword_lists: Sequence[Any]) -> None:
        pairs = [[(name, value) for value in values] for name, values in keyword_lists.items()]
        for args in product(*argument_lists):
            for keywords in product(*pairs):
                check_grads(fun, *settings, **options)(*args, **dict(keywords))

    return check
