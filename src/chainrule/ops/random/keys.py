"""Keys: one key in, other keys out, by the generator that they are for.

One idea: Philox is a function of a key and a counter of 256 bits. What is drawn, what is split off and what is folded
in are told apart by the highest word of the counter, so that no stream ever meets another.
Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011).
"""

from __future__ import annotations

from typing import Any

from ...errors import ShapeError
from ...ir.library import Array, Library, reference
from ...ir.notation import Form, Notation
from ...ir.op import Domain, Flat, Role, Sample
from ...ir.types import ArrayType, array_type
from ..batches import as_it_is
from ..declare import op

WORDS = 2  # of 64 bits, in a key
SPLIT, FOLD = 1, 2  # what the highest word of the counter says; 0 is for drawing
NO_SLOPE = Flat("a key is a name for a stream of random numbers: it does not move by a little")
KEYS: tuple[tuple[float, float], ...] = ((1.0, 1000.0),)


def philox(xp: Library, key: Array, counter: tuple[int, int, int, int] = (0, 0, 0, 0)) -> Any:
    """NumPy's bit generator for one key, with its counter at this place."""
    whole = [int(word) % 2**64 for word in key]
    return xp.random.Philox(key=xp.asarray(whole, xp.uint64), counter=xp.asarray(counter, xp.uint64))


def for_each_key(xp: Library, keys: Array, make: Any) -> Array:
    """What `make` gives for every key of an array of keys, whose last axis holds the words of one key."""
    rows = xp.asarray(keys).reshape(-1, WORDS)
    first = [make(row) for row in rows]
    if not first:
        made = make(xp.ones(WORDS))
        return xp.zeros((*keys.shape[:-1], *made.shape), made.dtype)
    return xp.stack(first).reshape((*keys.shape[:-1], *first[0].shape))[()]


def require_key(key: Any, name: str) -> None:
    """Raise ShapeError for what is not a key, or an array of keys."""
    if not key.ndim or key.shape[-1] != WORDS:
        raise ShapeError(
            given=f"a key of shape {key.shape}", where=name, expected="shape (2,), or keys along the last axis",
            remedy="make one with chainrule.random.key(0)",
        )  # fmt: skip


def words_type(*shape: int) -> ArrayType:
    return array_type(shape, reference().dtype("uint64"))


def split_type(key: ArrayType, *, num: int) -> ArrayType:
    require_key(key, "split")
    return words_type(*key.shape[:-1], num, WORDS)


def fold_type(key: ArrayType, data: ArrayType) -> ArrayType:
    require_key(key, "fold_in")
    return words_type(*key.shape)


_SPLIT = Notation(
    Form("split({0}, {num})"),
    Form(r"\operatorname{{split}}({0})"),
    Form("chainrule.ops.random.split_key({0}, num={num})"),
)


@op(
    "split_key", NO_SLOPE, _SPLIT, Role.STOPS, type_rule=split_type, batch=as_it_is,
    domain=Domain((Sample(((2,),), (("num", 3),), KEYS), Sample(((3, 2),), (("num", 2),), KEYS))),
)  # fmt: skip
def split_key(xp: Library, key: Array, *, num: int) -> Array:
    """`num` keys out of one, each of a stream of its own. Derivative 0."""

    def make(row: Array) -> Array:
        return philox(xp, row, (0, 0, 0, SPLIT)).random_raw(num * WORDS).reshape(num, WORDS)

    return for_each_key(xp, key, make)


_FOLD = Notation(
    Form("fold_in({0}, {1})"), Form(r"\operatorname{{fold\,in}}({0}, {1})"),
    Form("chainrule.ops.random.fold_key({0}, {1})"),
)  # fmt: skip


@op(
    "fold_key", NO_SLOPE, _FOLD, Role.STOPS, type_rule=fold_type, domain=Domain((Sample(((2,), ()), (), KEYS),)),
)  # fmt: skip
def fold_key(xp: Library, key: Array, data: Array) -> Array:
    """The key of the stream with this number, a whole one from 0 to 2^64 - 1. Derivative 0."""
    number = int(data) % 2**64

    def make(row: Array) -> Array:
        return philox(xp, row, (0, number, 0, FOLD)).random_raw(WORDS)

    return for_each_key(xp, key, make)
