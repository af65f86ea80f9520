"""Reshapes, slices and joins: what moves entries to other places, as conditions on letters.

One idea: a place in a run of entries is a sum of letters times steps, so moving is a relation between letters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ....ir.library import reference
from ....ir.node import Node, concrete
from ....ops.sources import constant_op
from ..terms import (
    Letter,
    Relation,
    Term,
    Terms,
    add_all,
    fresh,
    multiply,
    relation,
    summed,
)
from .mixing import only_place
from .reader import FORMS, At, NoIndexFormError, Reader, read, whole


def _reshape(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """Axes come and go in groups with equally many entries: the place within a group is the same before and after."""
    source = node.inputs[0]
    inner: list[Letter] = []
    places: list[Letter] = []
    conditions: list[Relation] = []
    for before, after in _groups(source.shape, node.shape):
        left = [at[axis] for axis in after if node.shape[axis] != 1]
        right = [axis for axis in before if source.shape[axis] != 1]
        if len(left) == 1 and len(right) == 1:
            chosen = {right[0]: left[0]}
        else:
            chosen = {axis: fresh(source.shape[axis]) for axis in right}
            inner.extend(chosen.values())
            conditions.append(relation([*_linear(list(chosen.values()), 1), *_linear(left, -1)]))
        places.extend(chosen[axis] if axis in chosen else only_place(inner) for axis in before)
    found = read(source, tuple(places), reader, top and not conditions)
    return summed(multiply((Term(relations=tuple(conditions)),), found), inner)


def _linear(letters: Sequence[Letter], sign: int) -> list[tuple[Letter, int]]:
    """The place in a row of entries that letters name, the last running fastest."""
    weights, step = [], sign
    for letter in reversed(letters):
        weights.append((letter, step))
        step *= letter.size
    return weights


def _groups(before: tuple[int, ...], after: tuple[int, ...]) -> list[tuple[list[int], list[int]]]:
    """The shortest runs of axes with equally many entries before and after."""
    found: list[tuple[list[int], list[int]]] = []
    left, right, entries = [], [], [1, 1]  # type: list[int], list[int], list[int]
    waiting, arriving = list(range(len(before))), list(range(len(after)))
    while waiting or arriving:
        if waiting and (entries[0] <= entries[1] or not arriving):
            axis = waiting.pop(0)
            left.append(axis)
            entries[0] *= before[axis]
        else:
            axis = arriving.pop(0)
            right.append(axis)
            entries[1] *= after[axis]
        if entries[0] == entries[1]:
            found.append((left, right))
            left, right, entries = [], [], [1, 1]
    return found


def _flipped(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    axes = node.settings["axes"]
    inner = {axis: fresh(node.shape[axis]) for axis in axes}
    conditions = tuple(relation(((at[axis], 1), (new, 1)), 1 - new.size) for axis, new in inner.items())
    places = tuple(inner.get(axis, letter) for axis, letter in enumerate(at))
    found = read(node.inputs[0], places, reader, False)
    return summed(multiply((Term(relations=conditions),), found), inner.values())


def _padded(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source = node.inputs[0]
    widths = node.settings["widths"] if "widths" in node.settings else node.settings["pad_width"]
    if node not in reader.open:
        return whole(node, at)
    inner = [fresh(size) for size in source.shape]
    conditions = tuple(
        relation(((letter, 1), (new, -1)), -before) for letter, new, (before, _) in zip(at, inner, widths, strict=True)
    )
    found = read(source, tuple(inner), reader, False)
    return summed(multiply((Term(relations=conditions),), found), inner)


def _indexed(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """x[key]: each axis of x is a place, or a run of places start + step i."""
    source = node.inputs[0]
    return _placed(node, source.shape, at, source, reader, lambda run, whole: (run, whole))


def _scattered(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """The adjoint of indexing: the same conditions, with the axes of the key summed over."""
    return _placed(node, node.shape, at, node.inputs[0], reader, lambda run, whole: (whole, run))


def _placed(
    node: Node, shape: tuple[int, ...], at: At, source: Node, reader: Reader,
    order: Callable[[At, At], tuple[At, At]],
) -> Terms:  # fmt: skip
    if node not in reader.open and node.op.name != "scatter":
        return whole(node, at)
    scatters = node.op.name == "scatter"
    key = node.settings["key"]
    runs = iter(range(len(at if not scatters else source.shape)))
    run_letters = list(at) if not scatters else [fresh(size) for size in source.shape]
    whole_letters = [fresh(size) for size in shape] if not scatters else list(at)
    arrays = iter(node.inputs[1:])
    if sum(part[0] == "array" for part in key) > 1:
        raise NoIndexFormError("several arrays of places have no index form")
    conditions, axis, place = [], 0, 0
    for part in _spelled_out(key, len(shape)):
        if part[0] == "new":
            place += 1
            continue
        size = shape[axis]
        if part[0] == "at":
            conditions.append(relation(((whole_letters[axis], 1),), -(part[1] % size)))
        elif part[0] == "slice":
            start, _, step = slice(*part[1:]).indices(size)
            conditions.append(relation(((whole_letters[axis], 1), (run_letters[place], -step)), -start))
            place += 1
        else:
            start, step = _progression(next(arrays))
            conditions.append(relation(((whole_letters[axis], 1), (run_letters[place], -step)), -start))
            place += 1
        axis += 1
    del runs
    inner = run_letters if scatters else whole_letters
    found = read(source, tuple(inner), reader, False)
    return summed(multiply((Term(relations=tuple(conditions)),), found), inner)


def _progression(places: Node) -> tuple[int, int]:
    """Start and step of an array of places that are as far apart as each other, counted from 0."""
    if places.op is not constant_op or places.ndim != 1 or places.dtype.kind not in "iu" or not places.shape[0]:
        raise NoIndexFormError("an index that is an array of places has no index form")
    found = concrete(places)
    start, step = int(found[0]), int(found[1] - found[0]) if found.size > 1 else 1
    if start < 0 or (found != start + step * reference().arange(found.size)).any():
        raise NoIndexFormError("an index that is an array of places has no index form")
    return start, step


def _spelled_out(key: tuple[Any, ...], axes: int) -> list[tuple[Any, ...]]:
    """A key with the ellipsis, and what it leaves out at the end, as whole slices."""
    named = sum(part[0] not in ("new", "rest") for part in key)
    missing = [("slice", None, None, None)] * (axes - named)
    parts: list[tuple[Any, ...]] = []
    for part in key:
        parts.extend(missing if part[0] == "rest" else [part])
    return parts if any(part[0] == "rest" for part in key) else [*parts, *missing]


def _joined(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    if node not in reader.open:
        return whole(node, at)
    axis, start, parts = node.settings["axis"], 0, []
    for source in node.inputs:
        inner = fresh(source.shape[axis])
        places = (*at[:axis], inner, *at[axis + 1 :])
        condition = relation(((at[axis], 1), (inner, -1)), -start)
        parts.append(summed(multiply((Term(relations=(condition,)),), read(source, places, reader, False)), [inner]))
        start += source.shape[axis]
    return add_all(parts)


def _stacked(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    if node not in reader.open:
        return whole(node, at)
    axis = node.settings["axis"]
    rest = (*at[:axis], *at[axis + 1 :])
    return add_all(
        multiply((Term(relations=(relation(((at[axis], 1),), -place),)),), read(source, rest, reader, False))
        for place, source in enumerate(node.inputs)
    )


FORMS.update(
    {
        "reshape": _reshape,
        "flip": _flipped,
        "pad": _padded,
        "index": _indexed,
        "scatter": _scattered,
        "concatenate": _joined,
        "stack": _stacked,
    }
)
