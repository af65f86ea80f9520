"""autograd's versions of Python's containers and questions about types.

One idea: a container of recorded values is an ordinary container here, so these are Python's own; only questions about
a type look at the value behind a recorded one.
"""

from __future__ import annotations

import builtins
from typing import Any

from .primitives import value_of

__all__ = ["dict", "isinstance", "list", "tuple", "type"]

list, tuple, dict = builtins.list, builtins.tuple, builtins.dict


def isinstance(value: Any, classes: Any) -> bool:
    """`isinstance` of the value behind a recorded one.

    >>> isinstance([], list)
    True
    """
    return builtins.isinstance(value_of(value), classes)


def type(value: Any) -> builtins.type:
    """The type of the value behind a recorded one."""
    return builtins.type(value_of(value))
