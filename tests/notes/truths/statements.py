"""What a truth script is given: a `Model` of the author's computation, and a `Page` on which statements are judged.

A script says how the quantities of a note follow from each other (`forward`), and for every equation of the note what
its sides are worth. One idea: every named quantity can be nudged, so that the derivative of any quantity by any other,
through all paths or with some of them held, is one call, computed by autograd and once more by central differences.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import autograd
import autograd.numpy as np

EQUAL = 1e-7  # relative, for sides that are stated exactly
DIFFERENT = 1e-4  # relative, below this a wrong statement would be a matter of rounding
STEP = 1e-5


class Run:
    """One pass through a computation: assigning an attribute names a quantity, and adds its nudge."""

    def __init__(self, nudges: dict[str, Any], held: dict[str, Any]) -> None:
        self.__dict__.update(nudges=nudges, held=held, values={})

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.held:
            value = self.held[name]
        if name in self.nudges:
            value = value + self.nudges[name]
        self.values[name] = value

    def __getattr__(self, name: str) -> Any:
        if name not in self.values:
            raise AttributeError(name)
        return self.values[name]

    __setitem__ = __setattr__
    __getitem__ = __getattr__


class Model:
    """A computation at one point: its quantities as attributes, and `D(y, x)`, the derivative of one by another."""

    def __init__(self, forward: Callable[[Run], None], inputs: dict[str, Any], loss: str = "L") -> None:
        self.forward, self.inputs, self.loss = forward, inputs, loss
        self.values = self.run({}, {}).values

    def run(self, nudges: dict[str, Any], held: dict[str, Any]) -> Run:
        run = Run(nudges, held)
        for name, value in self.inputs.items():
            run[name] = np.array(value, dtype=float) if not isinstance(value, str) else value
        self.forward(run)
        return run

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__.get("values", {})
        if name not in values:
            raise AttributeError(name)
        return values[name]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def D(self, y: str, x: str, hold: str = "") -> Any:
        """The derivative of y by x, shaped like y followed by x; the quantities named in `hold` do not move."""
        held = {name: self.values[name] for name in hold.split()}

        def after(nudge: Any) -> Any:
            return np.array(self.run({x: nudge}, held)[y])

        at = np.zeros(np.shape(self.values[x]))
        slope = autograd.jacobian(after)(at)
        agree(slope, differences(after, at), f"d{y}/d{x}")
        return slope

    def G(self, x: str, hold: str = "") -> Any:
        """The derivative of the loss."""
        return self.D(self.loss, x, hold)


def differences(after: Callable[[Any], Any], at: Any) -> Any:
    """Central differences of a function of an array, shaped like the function followed by the array."""
    columns = []
    for place in np.ndindex(np.shape(at)):
        step = np.zeros(np.shape(at))
        step[place] = STEP
        columns.append((after(at + step) - after(at - step)) / (2 * STEP))
    return np.stack(columns, axis=-1).reshape(np.shape(after(at)) + np.shape(at))


def agree(slope: Any, quotient: Any, what: str) -> None:
    """Refuse a derivative that its finite differences contradict: then the script, not the note, is at fault."""
    if not np.allclose(slope, quotient, rtol=1e-4, atol=1e-6):
        raise ArithmeticError(f"{what}: autograd and central differences disagree: {slope} and {quotient}")


@dataclass(frozen=True)
class Literal:
    """Numbers as they are written: each stands for all that round to it; whole numbers stand for themselves."""

    values: Any
    halves: Any

    @staticmethod
    def read(text: str) -> Literal:
        words = text.split()
        places = [len(word.partition(".")[2]) for word in words]
        halves = [0.5 * 10.0**-k if k else 0.0 for k in places]
        return Literal(np.array([float(word) for word in words]), np.array(halves))


def differ(left: Any, right: Any) -> tuple[bool, bool, bool]:
    """Of two sides: are they equal (or equal within what a literal leaves open), are they different, is one rounded."""
    if isinstance(left, Literal) and isinstance(right, Literal):
        both = left.halves + right.halves
        gap = abs(left.values - right.values)
        return bool(np.all(gap <= both + 1e-9)), bool(np.any(gap > both + 1e-9)), True
    if isinstance(left, Literal) or isinstance(right, Literal):
        literal, value = (left, right) if isinstance(left, Literal) else (right, left)
        return near(literal, np.ravel(np.array(value, dtype=float)))
    first, second = np.array(left, dtype=float), np.array(right, dtype=float)
    if first.size == second.size == 1:
        first, second = first.reshape(()), second.reshape(())
    if first.shape != second.shape:
        return False, True, False
    gap = np.max(abs(first - second)) / max(np.max(abs(first)), np.max(abs(second)), 1e-30)
    return bool(gap < EQUAL or np.max(abs(first - second)) < 1e-12), bool(gap > DIFFERENT), False


def near(literal: Literal, value: Any) -> tuple[bool, bool, bool]:
    if literal.values.size != value.size:
        return False, True, False
    gap = abs(literal.values - value)
    slack = 1e-9 * (1 + abs(value))
    return (
        bool(np.all(gap <= literal.halves + slack)),
        bool(np.any(gap > literal.halves + slack)),
        bool(np.any(gap > slack)),
    )


def worth(side: Any) -> Any:
    """A side given as a function is one whose shapes may not fit; then it is worth nothing that could be equal."""
    if not callable(side):
        return side
    try:
        return side()
    except ValueError:
        return np.full((97,), np.nan)


@dataclass
class Judged:
    """What the numbers say of one statement at one point."""

    verdict: str
    holds: bool
    breaks: bool
    rounded: bool
    author: bool = True
    fixed: bool = True


def chain(sides: Iterable[Any]) -> tuple[bool, bool, bool]:
    """A chain of sides holds if every neighbouring pair does, and breaks if one pair does."""
    worths = [worth(side) for side in sides]
    pairs = [differ(a, b) for a, b in itertools.pairwise(worths)]
    return all(p[0] for p in pairs), any(p[1] for p in pairs), any(p[2] for p in pairs)


@dataclass
class Page:
    """The statements of one note at one random point. A script says what each claims; `run.py` reads the result."""

    rng: Any
    judged: dict[int, Judged] = field(default_factory=dict)

    def model(self, forward: Callable[[Run], None], loss: str = "L", **inputs: Any) -> Model:
        return Model(forward, inputs, loss)

    def R(self, text: str) -> Literal:
        return Literal.read(text)

    def right(self, number: int, *sides: Any) -> None:
        self.judged[number] = Judged("ok", *chain(sides))

    def wrong(self, number: int, *sides: Any, fixed: tuple[Any, ...] = ()) -> None:
        """`fixed`: the sides of the statement as it should have been."""
        self.judged[number] = Judged("wrong", *chain(sides), fixed=chain(fixed)[0] if fixed else True)

    def follows(self, number: int, *sides: Any, author: tuple[Any, ...], fixed: tuple[Any, ...] = ()) -> None:
        """`author`: the sides as they are in a world in which the author's earlier lines were true."""
        held = chain(author)[0]
        self.judged[number] = Judged("follows", *chain(sides), author=held, fixed=chain(fixed)[0] if fixed else True)
