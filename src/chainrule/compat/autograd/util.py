"""autograd's small helpers: its first way of checking a gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .test_util import check_grads


def quick_grad_check(
    fun: Callable[..., Any], arg0: Any, extra_args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None,
    **options: Any,
) -> None:  # fmt: skip
    """Compare the gradient with respect to the first argument with differences. Raises AssertionError."""
    check_grads(lambda first: fun(first, *extra_args, **(kwargs or {})), modes=["rev"], order=1)(arg0)


def subvals(x: Sequence[Any], pairs: Sequence[tuple[int, Any]]) -> tuple[Any, ...]:
    """A tuple with other values at some places.

    >>> subvals((1, 2, 3), [(0, 9)])
    (9, 2, 3)
    """
    values = list(x)
    for place, value in pairs:
        values[place] = value
    return tuple(values)


def subval(x: Sequence[Any], place: int, value: Any) -> tuple[Any, ...]:
    """A tuple with another value at one place."""
    return subvals(x, [(place, value)])
