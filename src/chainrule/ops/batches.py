"""Many examples at once: how an op is carried out on a stack of examples.

One idea: a rule `rule(made, stacked, size, *inputs, **params)` calls ops so that every example gets what `made` gives
for it alone. `stacked[slot]` says whether that input holds one example in each of `size` rows (its axis 0); the others
are the same for all. The result is a stack. An op that works entry by entry needs no rule, and an op without one is
carried out example by example (`transforms/batch.py`), so a rule is only ever a matter of speed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ..ir.library import reference
from ..ir.node import Node, concrete
from ..ir.op import Op
from ..ir.surface import TABLE
from ..ir.types import count_entries

Rule: TypeAlias = Callable[..., Any]
Flags: TypeAlias = Sequence[bool]
Key: TypeAlias = tuple[tuple[Any, ...], ...]


# The rules stand below the ops, which name them in their declarations: what they call is found by name, when they run.
def reshaped(x: Any, shape: tuple[int, ...]) -> Any:
    """x in another shape."""
    return TABLE["reshape"](x, shape)


def as_stack(x: Any, size: int) -> Any:
    """A stack of the same example again and again."""
    return TABLE["broadcast_to"](x, (size, *x.shape))


def stacks(stacked: Flags, size: int, inputs: Sequence[Any]) -> list[Any]:
    """All inputs as stacks."""
    return [each if flag else as_stack(each, size) for each, flag in zip(inputs, stacked, strict=True)]


def moved_front(x: Any, axis: int) -> Any:
    """x with one axis moved to the front."""
    return TABLE["transpose"](x, (axis, *(each for each in range(x.ndim) if each != axis)))


def as_it_is(made: Op, stacked: Flags, size: int, /, *inputs: Any, **params: Any) -> Any:
    """For an op that works entry by entry, or on the last axes of stacks: a stack is nothing special to it."""
    return made(*inputs, **params)


def all_stacked(made: Op, stacked: Flags, size: int, /, *inputs: Any, **params: Any) -> Any:
    """For an op on stacks whose inputs must have the same leading axes."""
    return made(*stacks(stacked, size, inputs), **params)


def along_axes(made: Op, stacked: Flags, size: int, /, *inputs: Any, **params: Any) -> Any:
    """For an op whose `axis` or `axes` count from 0: they stand one further back. `axis=None` means all in one row."""
    arrays = stacks(stacked, size, inputs)
    settings = dict(params)
    for name in ("axis", "axes"):
        if name in settings:
            value = settings[name]
            if value is None:
                arrays = [reshaped(each, (size, count_entries(each.shape[1:]))) for each in arrays]
                settings[name] = 1
            else:
                settings[name] = tuple(each + 1 for each in value) if isinstance(value, tuple) else value + 1
    return made(*arrays, **settings)


def to_shape(made: Op, stacked: Flags, size: int, /, x: Any, *, shape: tuple[int, ...]) -> Any:
    """For reshape: the shape of an example, behind the axis of the examples."""
    return made(x, shape=(size, *shape))


def broadcast_rule(made: Op, stacked: Flags, size: int, /, x: Any, *, shape: tuple[int, ...]) -> Any:
    """For broadcast: new axes go behind the axis of the examples."""
    return made(reshaped(x, (size, *(1,) * (len(shape) - x.ndim + 1), *x.shape[1:])), shape=(size, *shape))


def transpose_rule(made: Op, stacked: Flags, size: int, /, x: Any, *, axes: tuple[int, ...]) -> Any:
    return made(x, axes=(0, *(axis + 1 for axis in axes)))


def pad_rule(made: Op, stacked: Flags, size: int, /, x: Any, *, widths: Any, **others: Any) -> Any:
    return made(x, widths=((0, 0), *widths), **others)


# Products ------------------------------------------------------------------------------------------------------------
def matmul_rule(made: Op, stacked: Flags, size: int, /, a: Any, b: Any) -> Any:
    """One large product where one side is the same for all examples, else a stack of products."""
    left, right = a.ndim - stacked[0], b.ndim - stacked[1]
    if not stacked[1] and right <= 2:  # rows of all examples at once
        rows = made(reshaped(a, (-1, a.shape[-1])) if a.ndim > 2 and a.size else a, b)
        return reshaped(rows, (*a.shape[:-1], *b.shape[1:]))
    if not stacked[0] and right == 1 and left <= 2:  # W x for every x is X W^T
        return made(b, TABLE["transpose"](a)) if left == 2 else made(b, a)
    first = a if left > 1 else reshaped(a, (*a.shape[:-1], 1, a.shape[-1]))
    second = b if right > 1 else reshaped(b, (*b.shape, 1))
    depth = max(left, right, 2) - 2
    product = made(_aligned(first, stacked[0], depth), _aligned(second, stacked[1], depth))
    rows, columns = product.shape[-2:-1] if left > 1 else (), product.shape[-1:] if right > 1 else ()
    return reshaped(product, (*product.shape[:-2], *rows, *columns))


def _aligned(x: Any, is_stack: bool, depth: int) -> Any:
    """A stack of stacks of matrices with `depth` axes between that of the examples and the matrices."""
    missing = depth - (x.ndim - 2 - is_stack)
    return reshaped(x, (x.shape[0], *(1,) * missing, *x.shape[1:])) if is_stack and missing else x


def outer_rule(made: Op, stacked: Flags, size: int, /, a: Any, b: Any) -> Any:
    return TABLE["multiply"](reshaped(a, (*a.shape, 1)), reshaped(b, (*b.shape[:-1], 1, b.shape[-1])))


def einsum_rule(made: Op, stacked: Flags, size: int, /, *factors: Any, subscripts: str) -> Any:
    """One more letter, for the examples."""
    left, _, result = subscripts.partition("->")
    free = next(letter for letter in "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA" if letter not in subscripts)
    terms = [free + term if flag else term for term, flag in zip(left.split(","), stacked, strict=True)]
    return made(*factors, subscripts=f"{','.join(terms)}->{free}{result}")


def solve_rule(made: Op | Callable[..., Any], stacked: Flags, size: int, /, a: Any, b: Any) -> Any:
    """A right side for every example of one matrix is a matrix of right sides; else a stack of systems."""
    left, right = a.ndim - stacked[0], b.ndim - stacked[1]
    if not stacked[0] and left == 2 and right == 1:
        return TABLE["transpose"](made(a, TABLE["transpose"](b)))
    if right > 1:
        depth = max(left, right) - 2
        return made(_aligned(a, stacked[0], depth), _aligned(b, stacked[1], depth))
    depth = left - 2
    columns = _aligned(reshaped(b, (*b.shape, 1)), stacked[1], depth)
    found = made(_aligned(a, stacked[0], depth), columns)
    return reshaped(found, found.shape[:-1])


# Places --------------------------------------------------------------------------------------------------------------
def index_rule(made: Op, stacked: Flags, size: int, /, x: Any, *arrays: Any, key: Key) -> Any:
    """Entries at a key: of every example, or of one array at places that differ."""
    wider, places, order = with_examples(stacked, size, arrays, key, x.ndim - stacked[0])
    found = made(x, *places, key=wider)
    return found if order is None else TABLE["transpose"](found, order)


def scatter_rule(made: Op, stacked: Flags, size: int, /, g: Any, *arrays: Any, key: Key, shape: tuple[int, ...]) -> Any:
    """Zeros with entries added at a key, in every example."""
    wider, places, order = with_examples((True, *stacked[1:]), size, arrays, key, len(shape))
    entries = g if stacked[0] else as_stack(g, size)
    if order is not None:
        entries = TABLE["transpose"](entries, tuple(sorted(range(len(order)), key=order.__getitem__)))
    return made(entries, *places, key=wider, shape=(size, *shape))


def put_rule(made: Op, stacked: Flags, size: int, /, x: Any, values: Any, *arrays: Any, key: Key) -> Any:
    """Other values at a key, in every example."""
    wider, places, order = with_examples((True, *stacked[2:]), size, arrays, key, x.ndim - stacked[0])
    whole = x if stacked[0] else as_stack(x, size)
    entries = values if stacked[1] else as_stack(values, size)
    if order is not None:
        entries = TABLE["transpose"](entries, tuple(sorted(range(len(order)), key=order.__getitem__)))
    return made(whole, entries, *places, key=wider)


def with_examples(
    stacked: Flags, size: int, arrays: Sequence[Any], key: Key, ndim: int
) -> tuple[Key, list[Any], tuple[int, ...] | None]:
    """The key for a stack: its parts, its arrays, and how the axes of what it finds are turned (None: not at all).

    NumPy puts the axes of arrays in a key in the place of the first of them where they stand side by side, else first.
    """
    if any(stacked[1:]):
        return _own_places(stacked, size, arrays, key, ndim)
    wider = (("slice", None, None, None), *key)
    advanced = [slot for slot, part in enumerate(key) if part[0] in ("array", "at")] if arrays else []
    if not advanced or _side_by_side(advanced):
        return wider, list(arrays), None
    count = max(1 if each.dtype.kind == "b" else each.ndim for each in arrays)  # they come first, before the examples
    others = _other_axes(key, ndim, arrays)
    return wider, list(arrays), (count, *range(count), *range(count + 1, count + 1 + others))


def _own_places(
    stacked: Flags, size: int, arrays: Sequence[Any], key: Key, ndim: int
) -> tuple[Key, list[Any], tuple[int, ...] | None]:
    """The same where each example has places of its own: its number becomes one more array in the key."""
    parts, places, flags = _without_masks(key, arrays, stacked[1:])
    depth = max(each.ndim - flag for each, flag in zip(places, flags, strict=True))
    spread = [_behind(each, depth) if flag else each for each, flag in zip(places, flags, strict=True)]
    advanced = [slot for slot, part in enumerate(parts) if part[0] in ("array", "at")]
    before = _axes_before(parts[: advanced[0]], parts, ndim) if _side_by_side(advanced) else 0
    total = depth + _other_axes(parts, ndim, ())
    if not stacked[0]:
        return parts, spread, (before, *range(before), *range(before + 1, total + 1)) if before else None
    rows = reshaped(reference().arange(size), (size, *(1,) * depth))
    moved = (*range(depth + 1, depth + 1 + before), *range(1, depth + 1), *range(depth + 1 + before, total + 1))
    return (("array",), *parts), [rows, *spread], (0, *moved) if before else None


def _without_masks(key: Key, arrays: Sequence[Any], stacked: Flags) -> tuple[Key, list[Any], list[bool]]:
    """The key with the places where each mask holds: its value is known, or it could not stand in a key."""
    parts: list[Any] = []
    places: list[Any] = []
    flags: list[bool] = []
    remaining = iter(zip(arrays, stacked, strict=True))
    for part in key:
        if part[0] != "array":
            parts.append(part)
            continue
        array, flag = next(remaining)
        found = [array]
        if array.dtype.kind == "b":
            found = list(reference().nonzero(concrete(array) if type(array) is Node else array))
        parts += [part] * len(found)
        places += found
        flags += [flag] * len(found)
    return tuple(parts), places, flags


def _side_by_side(slots: Sequence[int]) -> bool:
    return slots[-1] - slots[0] + 1 == len(slots)


def _behind(x: Any, depth: int) -> Any:
    """A stack of arrays with `depth` axes each."""
    return reshaped(x, (x.shape[0], *(1,) * (depth - x.ndim + 1), *x.shape[1:]))


def _unmentioned(parts: Key, ndim: int, arrays: Sequence[Any]) -> int:
    """How many axes the ellipsis stands for, or all that the key does not mention."""
    masks = sum(each.ndim - 1 for each in arrays if each.dtype.kind == "b")
    return ndim - int(masks) - sum(part[0] in ("at", "slice", "array") for part in parts)


def _axes_before(first: Key, parts: Key, ndim: int) -> int:
    """The axes of the result that these parts of a key make."""
    return sum(_unmentioned(parts, ndim, ()) if part[0] == "rest" else part[0] in ("slice", "new") for part in first)


def _other_axes(parts: Key, ndim: int, arrays: Sequence[Any]) -> int:
    """The axes of the result that are not those of the arrays."""
    return sum(part[0] in ("slice", "new") for part in parts) + _unmentioned(parts, ndim, arrays)
