"""Programs while they are written: a source of chance and a few arguments in, lines of NumPy that run out.

One idea: each line is run on the values at hand as soon as it is written, so that shapes and dtypes are known and what
does not fit is drawn again. The source of chance has the methods of `random.Random`, so Hypothesis can be one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

import numpy as np

import chainrule
from chainrule import ops

Shape = tuple[int, ...]
Thing = TypeVar("Thing")
SPACE = {"np": np, "ops": ops, "chainrule": chainrule}
LARGEST = 300_000  # entries of one value
_LARGEST_NUMBER = 1e4  # of a program whose numbers are ordinary


@dataclass(slots=True)
class Draft:
    """The lines so far, and what each name holds. `wild`: numbers may be infinite or missing."""

    random: Random
    wild: bool = False
    known: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    entries: int = 400  # a value has no more than that, unless an argument has

    def choose(self, things: Sequence[Thing]) -> Thing:
        return things[self.random.randrange(len(things))]

    def chance(self, of: float) -> bool:
        return self.random.randrange(1000) < of * 1000

    def shape(self, name: str) -> Shape:
        return np.shape(self.known[name])

    def dtype(self, name: str) -> np.dtype[Any]:
        return np.asarray(self.known[name]).dtype

    def pick(self, *fits: Callable[[str], bool]) -> str:
        """A value that fits; the latest are likelier. An empty name if there is none."""
        names = [name for name in self.known if all(fit(name) for fit in fits)]
        return names[max(self.random.randrange(len(names)) for _ in range(3))] if names else ""

    # What fits ----------------------------------------------------------------------------------------------------
    def is_float(self, name: str) -> bool:
        return self.dtype(name).kind == "f"

    def is_mask(self, name: str) -> bool:
        return self.dtype(name).kind == "b"

    def is_number(self, name: str) -> bool:
        return not self.is_mask(name)

    def has_axes(self, name: str) -> bool:
        return bool(self.shape(name))

    def is_matrix(self, name: str) -> bool:
        return len(self.shape(name)) == 2

    def is_vector(self, name: str) -> bool:
        return len(self.shape(name)) == 1

    def is_small(self, name: str) -> bool:
        return np.size(self.known[name]) <= self.entries

    def has_entries(self, name: str) -> bool:
        return bool(np.size(self.known[name]))

    def meets(self, other: str) -> Callable[[str], bool]:
        """Whether a value broadcasts with another."""

        def fits(name: str) -> bool:
            try:
                return bool(other) and math.prod(np.broadcast_shapes(self.shape(name), self.shape(other))) <= LARGEST
            except ValueError:
                return False

        return fits

    # Writing --------------------------------------------------------------------------------------------------------
    def write(self, expression: str) -> str:
        """The name of a new line `name = expression`; an empty one where it does not run or its numbers are large."""
        if not expression:
            return ""
        try:
            with np.errstate(all="ignore"):
                value = eval(expression, dict(SPACE), dict(self.known))
        except Exception:  # shapes that do not fit, dtypes without such a function: drawn again
            return ""
        if not self.is_welcome(value):
            return ""
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {expression}")
        self.known[name] = value
        return name

    def is_welcome(self, value: Any) -> bool:
        array = np.asarray(value)
        if array.dtype.name not in ("float64", "float32", "int64", "bool") or array.ndim > 4:
            return False
        if array.size > min(LARGEST, max(self.entries, *(np.size(each) for each in self.known.values()))):
            return False
        if array.dtype.kind == "i":
            return bool(np.all(np.abs(array) < 2**31))
        return self.wild or bool(np.all(np.isfinite(array)) and np.all(np.abs(array) < _LARGEST_NUMBER))
