"""What an explanation is made of, as data.

One idea: every line holds expressions over stand-ins (nodes that carry only a name) beside the numbers of the run, so a
renderer can write symbols, numbers or both, and a test can evaluate every line that is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..ir.node import Node, Origin
from ..ir.op import Role


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One step of the forward pass: a symbol, how it is computed, and its value (None in symbolic working)."""

    symbol: str
    node: Node
    expression: Node | None  # over stand-ins; None for an input
    value: Any
    origin: Origin | None = None

    @property
    def op(self) -> str:
        return "input" if self.expression is None else self.node.op.name

    @property
    def shape(self) -> tuple[int, ...]:
        return self.node.shape


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One arrow back: through which consumer, by which rule, and what arrives.

    `upstream` and `local` are expressions over stand-ins; `expression` is their product as the op's own rule made it.
    `local` is None where the rule does not have the form upstream times local. `operand` says which operand of the
    consumer is meant where one value enters it twice.
    """

    via: str
    role: Role
    upstream: Node
    local: Node | None
    expression: Node
    value: Any
    upstream_value: Any = None
    local_value: Any = None
    operand: str = ""
    through: tuple[str, ...] = ()  # words for unnamed steps on the way, such as a broadcast
    index: IndexForm | None = None
    gates: tuple[tuple[Node, int], ...] = ()  # the steps on the way, consumer first, with the slot entered


@dataclass(frozen=True, slots=True, eq=False)
class IndexForm:
    """A term in index notation: dL/dx[into] = sum over the indices of the consumer of upstream times local.

    `picked` is the sum after every delta has picked its index; `sums` are the letters summed over before. The players
    of whole arrays stand inside entries: df/dq at k prints as the gradient of q_k.
    """

    into: tuple[str, ...]
    out: tuple[str, ...]
    sums: tuple[str, ...]
    local: Node
    summed: Node
    picked: Node
    substituted: Node | None = None  # the sum with the upstream written out in symbols of the forward pass
    closed: Node | None = None  # and that after every delta has picked


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What one example of a batch contributes to a gradient."""

    number: int
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The gradient of one symbol: the sum over its consumers. No terms: the output itself, whose gradient is given."""

    symbol: str
    node: Node
    gradient: Node  # the stand-in that prints as dL/dx
    terms: tuple[Term, ...]
    closed: Node | None  # the whole gradient in symbols of the forward pass, where that is short
    value: Any
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """One path from the output to a symbol: its nodes, the local derivative of each edge, and their product."""

    nodes: tuple[str, ...]
    symbols: tuple[Node | None, ...]
    factors: tuple[Any, ...]
    value: Any
    jacobians: tuple[Node | None, ...] = ()  # each edge as a matrix in numerator layout, where vectors meet


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The paths to one symbol; `count` says how many there are when not all are listed."""

    symbol: str
    count: int
    listed: tuple[Path, ...]
    total: Any


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """A worked gradient."""

    output: str
    inputs: tuple[str, ...]
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    gradients: Mapping[str, Any]  # in symbolic working the values are None
    closed: Mapping[str, Node]
    names: Mapping[Node, str]  # stand-in -> what it prints as
    values: Mapping[Node, Any]  # stand-in -> its number
    notes: tuple[str, ...] = ()
    all_paths: Mapping[str, Paths] = field(default_factory=dict)
    sizes: Mapping[int, str] = field(default_factory=dict)  # representative size -> its letter, in symbolic working
    given: frozenset[str] = frozenset()  # the symbols that the user chose; the others were made up
