"""Records: the parts of an explanation as Python data, with their fields as attributes and by item.

One idea: `row.symbol` is for people and `row["symbol"]` for programs that read the same explanation from JSON; both are
one frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A frozen dataclass whose fields can also be read by item.

    >>> share = ExampleShare(1, 2.5)
    >>> share.value, share["value"], dict(share)
    (2.5, 2.5, {'example': 1, 'value': 2.5})
    """

    def __getitem__(self, key: str) -> Any:
        if key not in self.keys():
            raise KeyError(key)
        return getattr(self, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def keys(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(field.name for field in fields(self))


@dataclass(frozen=True, slots=True, eq=False)
class ForwardRow(Record):
    """One step of the forward pass. For an input `expression` is None and `op` "input"; `latex` is the equation."""

    symbol: str
    expression: str | None
    latex: str
    op: str
    shape: tuple[int | str, ...]
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class BackwardTerm(Record):
    """What one consumer (`via`) hands back: `upstream` and `local` as numbers, and how they multiply.

    `local` is None where the rule is not upstream times one local factor; numbers are None in symbolic working. `role`
    is the word for the gate, `reason` its sentence; `through` says what unnamed steps do on the way.
    """

    via: str
    role: str
    upstream: Any
    local: Any
    expression: str
    latex: str
    value: Any
    upstream_symbol: str
    local_symbol: str | None
    operand: str
    through: tuple[str, ...]
    reason: str
    index: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ExampleShare(Record):
    """What one example of a batch (counted from 1) contributes to a gradient."""

    example: int
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class BackwardEntry(Record):
    """The gradient of one step: the sum over its consumers. `closed` is the same in symbols of the forward pass."""

    symbol: str
    gradient: str
    latex: str
    terms: tuple[BackwardTerm, ...]
    expression: str
    closed: str | None
    value: Any
    examples: tuple[ExampleShare, ...]
    jacobians: str


@dataclass(frozen=True, slots=True, eq=False)
class GradientPath(Record):
    """One path from the output to a symbol: its nodes, the local derivative of each edge, and their product."""

    nodes: tuple[str, ...]
    factors: tuple[Any, ...]
    symbols: tuple[str | None, ...]
    value: Any
