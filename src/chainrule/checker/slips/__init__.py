"""Slips: a computation in, the gradients that plausible mistakes would give out, each with the mistake in a sentence.

One idea: a mistake is made in the derivation, not in the text. So the right walk back is changed at one place, by the
ops' own rules, and what comes out is compared with what somebody wrote at the same points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, product

from .couplings import coupling_slips
from .descriptions import describe
from .ends import end_slips
from .formulas import formula_of
from .matching import PRIORS, agree, as_candidates, candidates, pairs, rank, repeated
from .paths import path_slips
from .products import product_slips
from .scene import Point, Scene, set_scene
from .slip import Change, Slip
from .slopes import slope_slips
from .substitutions import substitution_slips
from .sums import sum_slips
from .wording import Words

__all__ = [
    "PRIORS", "Change", "Point", "Scene", "Slip", "Words", "agree", "as_candidates", "candidates", "describe",
    "find_slips", "formula_of", "pairs", "rank", "repeated", "set_scene",
]  # fmt: skip

_MAKERS = (
    slope_slips, product_slips, sum_slips, coupling_slips, path_slips, end_slips, substitution_slips,
)  # fmt: skip
MOST_ENTRIES = 400  # of a gradient whose other entries may have been written instead of the one asked about


def find_slips(scene: Scene, entry: tuple[int, ...] | None = None) -> tuple[Slip, ...]:
    """Every single slip of a scene; of one entry of the gradient (counted from 0) where one is given.

    Nothing is computed until a slip is asked for what it gives.

    >>> import chainrule
    >>> parsed = chainrule.parse("f = (w x - y)^2", values="w=2, x=3, y=1")
    >>> scene = set_scene(parsed.graph, parsed.names["w"])
    >>> [slip.message for slip in candidates(find_slips(scene), [15.0])]
    ['the factor 2 of the power is missing', 'a factor 2 is missing in df/dw']
    """
    found = chain.from_iterable(make(scene) for make in _MAKERS)
    if entry is None:
        return tuple(found)
    return (*(replace(slip, entry=entry) for slip in found), *_other_entries(scene, entry))


def _other_entries(scene: Scene, entry: tuple[int, ...]) -> Iterator[Slip]:
    """Another entry of the right gradient: the two indices swapped, or another row or column."""
    if scene.wrt.type.size > MOST_ENTRIES or scene.wrt.ndim != len(entry):
        return
    asked = scene.words.gradient(scene.output, scene.wrt)
    right = Change(scene.wrt, None, _unchanged)
    for other in product(*(range(size) for size in scene.wrt.shape)):
        if other == entry:
            continue
        swapped = other == entry[::-1]
        places = [", ".join(str(place + 1) for place in each) for each in (other, entry)]
        message = f"this is entry ({places[0]}) of {asked}, not entry ({places[1]})"
        yield Slip("M19" if swapped else "M8", message, scene, (right,), 1.5 if swapped else 0.7, other)


def _unchanged(run: object, gradient: object) -> object:
    return gradient
