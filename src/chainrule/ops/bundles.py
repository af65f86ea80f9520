"""Several arrays that one op makes together: a bundle in, one of its parts out.

One idea: a loop has several results and is one step. Its node holds a tuple, and `result` picks from it; the gradient
of a bundle is a `Bundle`, which is added up part by part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Complexes, Custom, Domain, Role
from ..ir.types import ArrayType, BundleType
from .declare import op


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """Gradients or tangents of the parts of a bundle, None where there is none. Sums go part by part."""

    entries: tuple[Any, ...]

    def __add__(self, other: Bundle) -> Bundle:
        return Bundle(
            tuple(
                second if first is None else first if second is None else first + second
                for first, second in zip(self.entries, other.entries, strict=True)
            )
        )


def part_type(bundle: ArrayType, *, place: int, count: int) -> ArrayType:
    assert isinstance(bundle, BundleType)
    return bundle.parts[place]


def part_pull(g: Any, y: Any, bundle: Any, *, place: int, count: int) -> tuple[Bundle]:
    return (Bundle(tuple(g if each == place else None for each in range(count))),)


def part_push(tangents: tuple[Any, ...], y: Any, bundle: Any, *, place: int, count: int) -> Any:
    return tangents[0].entries[place]


_PART = Notation(
    Form("{0}[{place}]", Strength.ATOM, (Strength.ATOM,)),
    Form(r"{0}_{{[{place}]}}", Strength.ATOM, (Strength.ATOM,)),
    Form("{0}[{place}]", Strength.ATOM, (Strength.ATOM,)),
)


@op(
    "result", Custom(part_pull, part_push), _PART, Role.MOVES, type_rule=part_type, domain=Domain(()),
    complexes=Complexes.OWN,
)  # fmt: skip
def result_op(xp: Library, bundle: tuple[Array, ...], *, place: int, count: int) -> Array:
    """One of the `count` arrays that an op made together. Derivative: the gradient goes to that array alone."""
    return bundle[place]


def parts_of(bundle: Any, count: int) -> list[Any]:
    """The first `count` parts of a bundle, recorded or not."""
    if type(bundle) is not Node:
        return list(bundle[:count])
    return [part_at(bundle, place) for place in range(count)]


def part_at(bundle: Node, place: int) -> Any:
    """One part of a recorded bundle."""
    assert isinstance(bundle.type, BundleType)
    return result_op(bundle, place=place, count=len(bundle.type.parts))
