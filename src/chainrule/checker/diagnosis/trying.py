"""A side that is false and changed sides in, those that are true out.

One idea: what the first side is at many points is known, so a changed side is tried at one of them first, and at all
only if it fits there. What has been tried is counted, for the whole document, so that no page takes for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy

from ...errors import ChainruleError
from ...notation.meaning import Meaning
from ...notation.surface import Surface
from ..bench import STYLES, Bench
from ..compare import all_same, same
from ..settling import prepared
from ..slopes import Style

MOST_IN_DOCUMENT = 1500
MOST_FOR_ONE, LEAST_FOR_ONE = 450, 60
_STYLES = 6  # layouts that a side may be meant in


@dataclass(slots=True)
class Trial:
    """A claim, what its first side is in each style in which it is something, and how much may still be tried."""

    bench: Bench
    anchor: int
    targets: list[tuple[Style, list[Any]]]
    left: int = field(default=0)

    def fits(self, tree: Surface) -> Style | None:
        """The style in which a changed side equals the first one; None if it does in none."""
        try:
            meaning = prepared(self.bench, tree)
        except (ChainruleError, RecursionError):
            return None
        self.left -= 1
        self.bench.session.tried += 1
        for style, values in self.targets:
            if self._equal(meaning, style, values):
                return style
        return None

    def _equal(self, meaning: Meaning, style: Style, values: list[Any]) -> bool:
        """Whether a meaning has these values: first at one point, then at all."""
        probe = next((place for place, each in enumerate(values) if each is not None), None)
        try:
            if probe is None or not same(self.bench.probe(meaning, style, probe), values[probe]):
                return False
            return bool(all_same(self.bench.compute(meaning, style, self.bench.points()), values))
        except ChainruleError:
            return False


def trial(bench: Bench, anchor: int) -> Trial | None:
    """The trial for a claim; None where its first side is nothing, or nothing but 0."""
    found: list[tuple[Style, list[Any]]] = []
    for style in STYLES[:_STYLES]:
        try:
            values = bench.values(anchor, style, bench.points())
        except ChainruleError:
            continue
        if not _nothing(values) and not any(all_same(values, each) for _, each in found):
            found.append((style, values))
    if not found:
        return None
    left = max(LEAST_FOR_ONE, min(MOST_FOR_ONE, MOST_IN_DOCUMENT - bench.session.tried))
    return Trial(bench, anchor, found, left)


def _nothing(values: list[Any]) -> bool:
    return not any(numpy.any(each) for each in values if each is not None)
