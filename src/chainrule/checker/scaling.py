"""The shapes that a document says in, shapes of sizes that can be computed with out.

One idea: what holds of 784 pixels holds of 3, so a large size is a letter of its own that stands for a small number.
A size that the formulas speak of, as `1/100` does of 100 examples, is kept, because there the number matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..notation.sizes import Size
from ..notation.surface import Number
from .claims import Claim
from .limits import COUNTED, SMALL
from .model import Facts
from .trees import everywhere


def scaled(facts: Facts, claims: Iterable[Claim]) -> Facts:
    """The facts with small sizes for large ones."""
    large = {size for shape in facts.shapes.values() for size in shape if isinstance(size, int) and size > SMALL}
    if not large:
        return facts
    spoken = _numbers(claims)
    letters = {size: str(size) for size in large if size > COUNTED or size not in spoken}
    return replace(facts, shapes={name: _lettered(shape, letters) for name, shape in facts.shapes.items()})


def _lettered(shape: tuple[Size | None, ...], letters: Mapping[int, str]) -> tuple[Size | None, ...]:
    return tuple(letters.get(size, size) if isinstance(size, int) else size for size in shape)


def _numbers(claims: Iterable[Claim]) -> set[int]:
    """The whole numbers that stand in equations: `X \\in \\mathbb R^{60 \\times 50}` speaks of shapes only."""
    trees = [side.tree for claim in claims if claim.equal for side in claim.sides if side.tree is not None]
    written = [each.written for tree in trees for each in everywhere(tree) if isinstance(each, Number)]
    return {int(each) for each in written if each.isdecimal() and each.isascii() and len(each) < 10}
