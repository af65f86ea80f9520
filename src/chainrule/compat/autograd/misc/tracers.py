"""Functions recorded once: a function in, one that replays its graph for inputs of the same types out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ....executors.staged import jit


def const_graph(fun: Callable[..., Any], *args: Any, **keywords: Any) -> Callable[..., Any]:
    """The function with some arguments fixed, recorded at its first call; its graph must not depend on values."""
    return jit(partial(fun, *args, **keywords) if args or keywords else fun)


full_graph = const_graph
