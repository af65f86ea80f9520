"""Without jit: what recording a function and walking back costs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule

from ..measure import Call, Case
from ..trace import twenty_operations


def gradient(argument: Any) -> Callable[[], Call]:
    def build() -> Call:
        found = chainrule.grad(twenty_operations(np))
        return lambda: found(argument)

    return build


def by_autograd(argument: Any) -> Callable[[], Call]:
    def build() -> Call:
        library = importlib.import_module("autograd.numpy")
        found = importlib.import_module("autograd").grad(twenty_operations(library))
        return lambda: found(argument)

    return build


def cases() -> Iterator[Case]:
    vector = np.linspace(0.1, 1.0, 10)
    yield Case("eager gradient of 20 operations", "0.8", gradient(vector), {"autograd": by_autograd(vector)}, 1e-9)
