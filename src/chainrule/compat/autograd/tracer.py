"""autograd's names around recorded values: what is one, and the number behind it."""

from __future__ import annotations

from typing import Any

from ...ir.node import Node
from .primitives import notrace_primitive, primitive, register_notrace, value_of

__all__ = ["Box", "getval", "isbox", "notrace_primitive", "primitive", "register_notrace"]

Box = Node


def isbox(x: Any) -> bool:
    """Whether x is a recorded value."""
    return type(x) is Node


def getval(x: Any) -> Any:
    """The number behind a recorded value; anything else as it is.

    >>> getval(3.0)
    3.0
    """
    return value_of(x)
