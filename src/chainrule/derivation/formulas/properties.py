"""What is known of inputs besides their shapes: it makes formulas shorter, and says where they are compared.

One idea: a property is a set of nodes; formulas use what follows from it, and random points have it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ...errors import GradientError
from ...ir.library import Array, reference
from ...ir.node import Node


@dataclass(frozen=True, slots=True, eq=False)
class Properties:
    """Matrices with A^T = A; arrays of positive entries, of entries 1 and -1, and of probabilities, which sum to 1
    along their last axis."""

    symmetric: frozenset[Node] = frozenset()
    positive: frozenset[Node] = frozenset()
    signs: frozenset[Node] = frozenset()
    probabilities: frozenset[Node] = frozenset()

    def __iter__(self) -> Iterator[frozenset[Node]]:
        return (getattr(self, each.name) for each in fields(self))

    def moved(self, became: Callable[[Node], Node | None]) -> Properties:
        """The same of the nodes that others became; what became nothing is left out."""
        return Properties(*(_without_none(map(became, nodes)) for nodes in self))


def _without_none(nodes: Iterable[Node | None]) -> frozenset[Node]:
    return frozenset(node for node in nodes if node is not None)


def require_square(known: Properties, names: Mapping[Node, str]) -> None:
    """Raises GradientError for something declared symmetric that is no square matrix."""
    for node in known.symmetric:
        if node.ndim != 2 or node.shape[0] != node.shape[1]:
            raise GradientError(
                given=f"{names.get(node, 'an array')} declared symmetric, which is no square matrix",
                expected="a matrix with as many rows as columns",
                remedy="leave the declaration out, or check its shape",
            )  # fmt: skip


def require_values(known: Properties, values: Mapping[Node, Any], names: Mapping[Node, str]) -> None:
    """Raises GradientError for a value that does not have the property that was declared."""
    for nodes, (what, holds) in zip(known, _CHECKS, strict=True):
        for node in nodes:
            if node in values and not holds(reference().asarray(values[node], dtype=float)):
                raise GradientError(
                    given=f"{names.get(node, 'an array')}, which is declared {what}, and a value that is not",
                    expected="a value that has the property, because the formula uses it",
                    remedy="leave the declaration out, or correct the value",
                )  # fmt: skip


def _is_symmetric(value: Array) -> bool:
    return bool((value == value.swapaxes(-1, -2)).all())


def _is_positive(value: Array) -> bool:
    return bool((value > 0).all())


def _are_signs(value: Array) -> bool:
    return bool((abs(value) == 1).all())


def _sum_to_one(value: Array) -> bool:
    return bool(reference().allclose(value.sum(-1), 1, atol=1e-6))


_CHECKS: tuple[tuple[str, Callable[[Array], bool]], ...] = (  # in the order of the fields of `Properties`
    ("symmetric", _is_symmetric), ("positive", _is_positive), ("made of the signs 1 and -1", _are_signs),
    ("probabilities", _sum_to_one),
)  # fmt: skip


def properties(
    symmetric: Collection[Node] = (), positive: Collection[Node] = (), signs: Collection[Node] = (),
    probabilities: Collection[Node] = (),
) -> Properties:  # fmt: skip
    """Properties of nodes given in any collections."""
    return Properties(frozenset(symmetric), frozenset(positive), frozenset(signs), frozenset(probabilities))


NOTHING = Properties()
