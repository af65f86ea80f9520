"""Arguments of random programs: a source of chance in, arrays that lie in memory in every way out.

One idea: the numbers of an argument and how they lie are drawn apart, so that the same numbers can be passed in another
way, and must give the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np

from .drafts import Draft, Shape

SIZES = (0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100)
LARGE = (1_000, 1_025, 4_096, 10_007, 100_003)
SPECIAL = (np.nan, np.inf, -np.inf, -0.0, 0.0, 5e-324, -1e-310, 1e-40, 1e300, -1e300, 1e38, 1.0)
DTYPES = ("float64", "float64", "float64", "float64", "float32", "float32", "int64", "bool")


def draw_shapes(draft: Draft, count: int) -> list[Shape]:
    """Shapes that often broadcast or multiply with each other, because their sizes are drawn from few."""
    if draft.chance(0.04):
        large = draft.choose(LARGE)
        return [draft.choose(((large,), (large,), (1,), ())) for _ in range(count)]
    few = [draft.choose(SIZES if draft.chance(0.8) else (2, 3, 4)) for _ in range(2)]
    pool = (*few, *few, 1) if draft.chance(0.5) else few
    return [tuple(draft.choose(pool) for _ in range(draft.choose((0, 1, 1, 2, 2, 2, 3)))) for _ in range(count)]


def draw_numbers(draft: Draft, shape: Shape, dtype: str) -> Any:
    """An array in C order. Its numbers come from one seed, so that chance is not asked for each of them."""
    random = np.random.default_rng(draft.random.randrange(2**32))
    if dtype == "bool":
        return random.random(size=shape) < 0.5
    if dtype == "int64":
        return random.integers(-3, 5, size=shape)
    with np.errstate(all="ignore"):
        if draft.chance(0.2):  # ties, zeros
            array = np.asarray(random.integers(-2, 3, size=shape) / 2.0, dtype)
        else:
            array = np.asarray(random.normal(size=shape), dtype)
        if draft.wild and array.size:
            chosen = random.random(size=shape) < min(0.5, 2.0 / array.size)
            array = np.where(chosen, random.choice(SPECIAL, size=shape), array).astype(dtype)
    return array


# How arrays lie: each is given an array in C order and returns one of the same numbers.
def turned(array: Any) -> Any:
    return np.asfortranarray(array)


def backwards(array: Any) -> Any:
    everywhere = (slice(None, None, -1),) * array.ndim
    return array[everywhere].copy()[everywhere]


def spaced(array: Any) -> Any:
    room = np.zeros([2 * size for size in array.shape], array.dtype)
    room[(slice(None, None, 2),) * array.ndim] = array
    return room[(slice(None, None, 2),) * array.ndim]


def kept_from_writing(array: Any) -> Any:
    array = array.copy()
    array.flags.writeable = False
    return array


def swapped(array: Any) -> Any:
    return array.astype(array.dtype.newbyteorder(">"))


def off_by_a_byte(array: Any) -> Any:
    room = np.zeros(array.nbytes + 1, np.uint8)
    found = room[1:].view(array.dtype).reshape(array.shape)
    found[...] = array
    return found


def plain(array: Any) -> Any:
    return array


LAYOUTS: tuple[Callable[[Any], Any], ...] = (
    plain, plain, plain, turned, backwards, spaced, kept_from_writing, swapped, off_by_a_byte,
)  # fmt: skip


def draw_argument(draft: Draft, shape: Shape, dtype: str) -> Any:
    """A number of Python or NumPy, or an array that lies in some way."""
    array = draw_numbers(draft, shape, dtype)
    if not shape:
        return draft.choose((array, array[()], array[()], array.item()))
    if draft.chance(0.05) and array.size:
        return np.broadcast_to(array[:1], shape)
    return draft.choose(LAYOUTS)(array)


# Containers ---------------------------------------------------------------------------------------------------------
def packed(random: Random, things: Sequence[Any], depth: int = 0) -> Any:
    """The things in a nested container, in order."""
    if len(things) == 1 and (depth > 2 or random.randrange(3)):
        return things[0]
    way = random.randrange(3)
    cut = random.randrange(1, len(things)) if len(things) > 1 else 1
    parts = [packed(random, each, depth + 1) for each in (things[:cut], things[cut:]) if each]
    return dict(zip("ab", parts, strict=False)) if way == 0 else parts if way == 1 else tuple(parts)


def unpacked(container: Any) -> list[Any]:
    """The leaves of nested dicts, lists and tuples, in order."""
    if isinstance(container, dict):
        return [leaf for each in container.values() for leaf in unpacked(each)]
    if isinstance(container, (list, tuple)):
        return [leaf for each in container for leaf in unpacked(each)]
    return [] if container is None else [container]
