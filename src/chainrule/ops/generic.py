"""A function that is not specified: a name in, an elementwise op with f, f' and f'' out.

One idea: the chain rule does not need to know f. `generic("f")` is applied entry by entry and differentiates to f'.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ..errors import UnknownNameError
from ..ir.library import Array, Library
from ..ir.notation import Form, Notation
from ..ir.op import Domain, Elementwise, Op, Role
from .declare import same_type


@cache
def generic(name: str, order: int = 0) -> Op:
    """The unspecified function `name`, or its derivative of some order, as an op."""

    def slope(y: Array, x: Array) -> Array:
        return generic(name, order + 1)(x)

    def kernel(xp: Library, x: Array) -> Array:
        raise UnknownNameError(
            given=f"the value of {name}{primes}, a function that was not specified",
            expected="a known function wherever a number is asked for",
            remedy=f"say which one, for example {name}=sigmoid, or ask for the working in symbols only",
        )

    primes = "'" * order
    notation = Notation(
        Form(f"{name}{primes}({{0}})"), Form(f"{name}{primes}({{0}})"), Form(f"{name}{'_prime' * order}({{0}})")
    )
    doc = f"{name}{primes}, unspecified, applied entry by entry."
    return Op(
        f"{name}{primes}", kernel, same_type, Elementwise((slope,)), notation, Role.SCALES, Domain(()), None, doc,
        elementwise=True,
    )  # fmt: skip


def is_generic(made: Any) -> bool:
    """Whether an op is an unspecified function."""
    return isinstance(made, Op) and made.doc.endswith("unspecified, applied entry by entry.")
