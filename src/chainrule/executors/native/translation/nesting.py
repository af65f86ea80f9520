"""Which blocks of a function are loops: blocks in, intervals of blocks out.

One idea: blocks stand in the order in which they are written down, so a loop is what lies between a block and the last
jump back to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..primitives.values import UnsupportedError
from .instructions import Block


class Nesting:
    """`ends`: the last block of the loop that begins at a block. `paths`: the loops around each, outermost first."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.places = {each.label: place for place, each in enumerate(blocks)}
        self.ends: dict[int, int] = {}
        for place, block in enumerate(blocks):
            for target in block.end.targets:
                top = self.places[target]
                if top <= place:
                    self.ends[top] = max(place, self.ends.get(top, place))
        self.paths = [tuple(top for top in sorted(self.ends) if top <= place <= self.ends[top])
                      for place in range(len(blocks))]  # fmt: skip
        if any(self.ends[inner] > self.ends[outer] for path in self.paths
               for outer, inner in pairwise(path)):  # fmt: skip
            raise UnsupportedError("loops that are not inside each other")

    def is_inside(self, inner: int, outer: int) -> bool:
        """Whether a block is in every loop that another one is in."""
        path = self.paths[outer]
        return self.paths[inner][: len(path)] == path
