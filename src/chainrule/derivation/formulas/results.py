"""What a derived formula is made of, as data.

One idea: every formula is an expression over named nodes, so it can be written in text, LaTeX or code, evaluated and
compared; index form is such an expression too, made of entries, deltas and sums over letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ...ir.graph import Graph
from ...ir.node import Node


class Layout(Enum):
    """How the entries of a derivative are arranged; the value is the sentence that is printed."""

    DENOMINATOR = "denominator layout: a gradient has the shape of its variable, d(A x)/dx = A^T"
    NUMERATOR = "numerator layout: rows follow the output, d(A x)/dx = A, the gradient of a number is a row"
    MIXED = "mixed layout: a gradient has the shape of its variable, and d(A x)/dx = A"


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A name that the formulas use, and what it stands for: q = W x, or delta_1 = (W_2^T delta_2) o f'(z_1).

    `of` is what a named gradient is the gradient of, as dL/dz_1; empty where the name says so itself.
    """

    symbol: str
    node: Node
    expression: Node  # over named nodes other than this one
    of: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One line of a working: `left = expression`, and the rule that made it from the line before.

    `left` is empty on a line that goes on with the one before.
    """

    rule: str
    left: str
    expression: Node


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The derivative with respect to one variable, or to one variable and then others.

    `index` is the derivative at `at` in index form (None where an op on the way has none, and then `why` says which).
    `matrix` is it in matrix form, arranged by the layout (None where there is none; `why` says why not), with the
    names of the definitions; `inlined` with these written out as far as that stays readable (None where it would say
    the same or would not). `compiled` computes the derivative from the inputs of the graph, in the shape of `shape`:
    outputs first, as a Jacobian from `jacobian` or a Hessian has it (None where only a walk for each row does).
    """

    label: str  # dL/dW, or d2L/dw2
    variables: tuple[str, ...]
    shape: tuple[int, ...]  # of the derivative as printed
    at: tuple[str, ...]
    steps: tuple[Step, ...]
    index: Node | None
    matrix: Node | None
    inlined: Node | None
    compiled: Node | None
    why: str = ""
    as_product: Node | None = None  # the vector-Jacobian product, where the derivative itself has no matrix form


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """Closed formulas for the derivatives of one output.

    `forward` defines the names of the forward pass that the formulas use; `upstream` the gradients with a name of their
    own, in the order of the backward pass. `names` says how each node prints; `sizes` which letter each representative
    size stands for. `conventions` are sentences about choices (symmetric matrices, kinks), `notes` other remarks.
    """

    graph: Graph
    output: str
    order: int
    layout: Layout
    forward: tuple[Definition, ...]
    upstream: tuple[Definition, ...]
    answers: tuple[Answer, ...]
    names: Mapping[Node, str]
    sizes: Mapping[int, str]
    first_index: int = 1  # what written places and letters count from
    conventions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
