"""Arrays to write results into: what a caller gave as `out` and the types of the results in, checked arrays out.

One idea: every result is whole before the first is written, so an array of `out` may be one that the call reads.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, TypeAlias

from .. import tree
from ..errors import DTypeError, MutationError, ShapeError, StructureError, TargetError
from ..ir.library import reference

Kind: TypeAlias = tuple[tuple[int, ...], Any]  # the shape and the dtype of a leaf
_MOST_WORK = 100_000  # steps of NumPy's search for entries that two arrays have in common


@dataclass(frozen=True, slots=True)
class Targets:
    """Where the leaves of a result go: an array each, or None where a new one is wanted."""

    given: Any
    arrays: tuple[Any, ...]
    structure: tree.Structure  # of the result

    @property
    def whole(self) -> bool:
        """Whether there is an array for each leaf."""
        return all([each is not None for each in self.arrays])

    def filled(self, leaves: Sequence[Any]) -> Any:
        """The result in its arrays. `leaves` share no memory with them."""
        for target, leaf in zip(self.arrays, leaves, strict=True):
            if target is not None:
                target[...] = leaf
        return self.result(leaves)

    def result(self, leaves: Sequence[Any]) -> Any:
        """What the caller gets: what he gave, or containers with his arrays and with the new leaves."""
        if self.whole:
            return self.given
        pairs = zip(self.arrays, leaves, strict=True)
        return tree.unflatten(self.structure, [leaf if target is None else target for target, leaf in pairs])


def has_own_out(function: Callable[..., Any]) -> bool:
    """Whether a function has a parameter that is called `out`, which then means what the function says."""
    try:
        return "out" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def open_targets(out: Any, structure: tree.Structure, kinds: Sequence[Kind]) -> Targets:
    """The arrays of `out`, for a result of this structure with leaves of these kinds.

    None stands for new arrays, as many as the result has there. Raises StructureError for other containers than the
    result has, ShapeError and DTypeError for an array of another kind than its result, and TargetError for one that
    cannot be written to without spoiling another.
    """
    paths = ["out" + "".join(f"[{key!r}]" for key in path) for path in tree.paths(structure)]
    arrays = [
        None if target is _NEW else checked(target, *kind, path)
        for target, kind, path in zip(matched(structure, out), kinds, paths, strict=True)
    ]
    require_apart([(path, each) for path, each in zip(paths, arrays, strict=True) if each is not None])
    return Targets(out, tuple(arrays), structure)


_NEW = object()  # in the place of a leaf for which no array was given


def matched(structure: tree.Structure, out: Any) -> list[Any]:
    """What `out` has for each leaf. Raises StructureError where its containers are others."""
    leaves, theirs = tree.flatten(out)
    if theirs.entries == structure.entries:
        return leaves
    remaining, entries = iter(leaves), iter(theirs.entries)
    found: list[Any] = []
    waiting: list[tree.Path] = [()]
    skipped = 0  # containers and leaves that are still to come where None was given
    for entry in structure.entries:
        if skipped:
            skipped += (len(entry.keys) if entry else 0) - 1
            if entry is None:
                found.append(_NEW)
            continue
        path, given = waiting.pop(), next(entries)
        if given == entry:
            waiting.extend((*path, key) for key in reversed(entry.keys if entry else ()))
            if entry is None:
                found.append(next(remaining))
        elif given is not None and given.type is NoneType:
            skipped = len(entry.keys) if entry else 0
            if entry is None:
                found.append(_NEW)
        else:
            refuse_container(structure, path, given, entry)
    return found


def refuse_container(structure: tree.Structure, path: tree.Path, given: Any, entry: Any) -> None:
    raise StructureError(
        given=f"{named(given)} as out{''.join(f'[{key!r}]' for key in path)}, where the result has {named(entry)}",
        expected=f"an array for each leaf of the result, in the same containers: {structure}",
        remedy="give None in the place of what should be made anew",
    )


def named(entry: tree.Container | None) -> str:
    """A container in words."""
    if entry is None:
        return "one array"
    if entry.type is dict:
        return f"a dict with the keys {', '.join(map(repr, entry.keys)) or '(none)'}"
    if entry.type in (list, tuple):
        return f"a {entry.type.__name__} of length {len(entry.keys)}"
    return "None" if entry.type is NoneType else f"a {entry.type.__name__}"


def checked(target: Any, shape: tuple[int, ...], dtype: Any, path: str) -> Any:
    """An array that takes a result of this kind."""
    numpy = reference()
    wanted = f"an array of shape {shape} and dtype {dtype}"
    if not isinstance(target, numpy.ndarray) or isinstance(target, numpy.ma.MaskedArray):
        raise DTypeError(
            given=f"{path} of type {type(target).__name__}, which no result can be written into",
            expected=wanted,
            remedy=f"give np.empty({shape}, {str(dtype)!r}), or None to have the result made anew",
        )
    if target.shape != shape:
        raise ShapeError(given=f"{path} of shape {target.shape} for a result of shape {shape}", expected=wanted)
    if target.dtype != dtype:
        raise DTypeError(
            given=f"{path} of dtype {target.dtype} for a result of dtype {dtype}",
            expected=wanted,
            remedy=f"give an array of dtype {dtype}: results are not rounded silently",
        )
    if not target.flags.writeable:
        raise TargetError(
            given=f"{path}, an array that is read-only", expected="an array that may be written to", remedy="copy it"
        )
    if overlaps_itself(target):
        raise TargetError(
            given=f"{path}, an array in which several entries share one place in memory",
            expected="a place of its own for each entry",
            remedy="give a copy of it",
        )
    return target


def overlaps_itself(array: Any) -> bool:
    """Whether two entries of an array stand at the same place, as in a broadcast one."""
    if array.flags.c_contiguous or not array.size:
        return False
    reach = array.itemsize
    axes = sorted((abs(step), size) for step, size in zip(array.strides, array.shape, strict=True) if size > 1)
    for step, size in axes:
        if step < reach:
            break
        reach += step * (size - 1)
    else:
        return False
    numpy = reference()
    places = sum(numpy.ix_(*[step * numpy.arange(size) for step, size in axes]), numpy.zeros((), int)).ravel()
    places.sort()
    return bool((numpy.diff(places) < array.itemsize).any())


def require_apart(targets: Sequence[tuple[str, Any]]) -> None:
    """Raises TargetError where two results would go to the same place."""
    for (path, _), (other, _) in overlapping(targets):
        raise TargetError(
            given=f"{path} and {other}, which share memory",
            expected="memory of its own for each result",
            remedy="give a copy of one of them",
        )


def overlapping(targets: Sequence[tuple[str, Any]]) -> Iterator[tuple[tuple[str, Any], tuple[str, Any]]]:
    """The pairs that have a place in common. In the order of where arrays begin, only neighbours need be compared."""
    numpy = reference()
    bounds = sorted(
        ((*numpy.lib.array_utils.byte_bounds(each), place) for place, (_, each) in enumerate(targets) if each.size),
    )
    open_ones: list[tuple[int, int]] = []  # (where it ends, which)
    for start, end, place in bounds:
        open_ones = [each for each in open_ones if each[0] > start]
        for _, other in open_ones:
            if share(targets[place][1], targets[other][1]):
                yield targets[min(place, other)], targets[max(place, other)]
        open_ones.append((end, place))


def share(one: Any, other: Any) -> bool:
    """Whether two arrays have an entry in common; taken for granted where it cannot be told quickly."""
    numpy = reference()
    try:
        return bool(numpy.shares_memory(one, other, max_work=_MOST_WORK))
    except numpy.exceptions.TooHardError:
        return True


def refuse_recorded() -> None:
    raise MutationError(
        given="out= in a call on recorded values, which are not written to memory",
        expected="out= where plain numbers are computed",
        remedy="leave out= away inside a function that is recorded, and give it to the outermost jitted function",
    )


def kind_of_plain(leaf: Any) -> Kind:
    """The kind of a leaf that is a number or an array."""
    found = reference().asarray(leaf)
    return found.shape, found.dtype
