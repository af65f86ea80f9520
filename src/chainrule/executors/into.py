"""Calls that write into arrays of the caller: `f(x, out=arrays)` in, the same arrays with the results out.

One idea: machine code writes there at once where that spoils nothing it still reads, which is decided when it is
compiled, for the arguments that the arrays lie over; everything else computes first and copies then.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import tree
from ..ir.library import reference
from ..ir.node import Node
from ..transforms.staging import Staging
from .arguments import Opened, open_arguments
from .targets import Kind, Targets, kind_of_plain, open_targets, refuse_recorded, share

if TYPE_CHECKING:
    from .staged import Jitted

_MOST_WAYS = 8  # to lie over arguments: each is compiled by itself
Over: TypeAlias = tuple[tuple[int, int], ...]  # outputs and inputs that lie at the same place


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A function for one kind of arguments, as calls with `out=` need it."""

    staging: Staging
    kinds: tuple[Kind, ...]  # of the leaves of the result
    ways: dict[Hashable, Any] = field(default_factory=dict)  # machine code, by what was given and how it lies


def write_into(jitted: Jitted, out: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """A call with `out=`, the long way. Raises what `open_targets` raises, and MutationError for recorded values."""
    if jitted.is_explained():
        return write_plainly(jitted.fun(*args, **keywords), out)
    opened = open_arguments(jitted.statics, args, keywords)
    written = jitted.written(opened)
    if written.staging.captured or any([type(each) is Node for each in opened.leaves]):
        refuse_recorded()
    targets = open_targets(out, written.staging.structure, written.kinds)
    found = natively(jitted, written, opened, targets, leaves_of(jitted, opened, args, keywords))
    if found is not NotImplemented:
        return found
    leaves = tree.leaves(jitted.entry(opened).on_opened(opened))
    return targets.filled([reference().array(each) for each in leaves] if jitted.reuse_outputs else leaves)


def write_plainly(result: Any, out: Any) -> Any:
    """Any result, written into arrays."""
    leaves, structure = tree.flatten(result)
    if any([type(each) is Node for each in leaves]):
        refuse_recorded()
    targets = open_targets(out, structure, [kind_of_plain(each) for each in leaves])
    return targets.filled([reference().array(each) for each in leaves])


def kinds_of(staging: Staging) -> tuple[Kind, ...]:
    """The kinds of the leaves of a result."""
    numpy, outputs = reference(), staging.graph.outputs
    return tuple(
        kind_of_plain(each.value)
        if each.output is None
        else (outputs[each.output].shape, numpy.dtype(outputs[each.output].dtype))
        for each in staging.results
    )


def leaves_of(jitted: Jitted, opened: Opened, args: tuple[Any, ...], keywords: dict[str, Any]) -> Sequence[Any]:
    """The leaves of a call; arrays without axes as they are, and not as numbers, because they can be written to."""
    if jitted.statics:
        return opened.leaves
    given, numpy = tree.leaves((args, keywords)), reference()
    return [
        mine if type(mine) is numpy.ndarray and not mine.ndim and mine.dtype == each.dtype else each
        for each, mine in zip(opened.leaves, given, strict=True)
    ]


def natively(jitted: Jitted, written: Written, opened: Opened, targets: Targets, leaves: Sequence[Any]) -> Any:
    """The result by machine code that writes it where it belongs; NotImplemented where there is none."""
    if not jitted.is_native():
        return NotImplemented
    from .native.executor import plain_leaves

    graph, results = written.staging.graph, written.staging.results
    plain = plain_leaves(leaves, [node.dtype for node in graph.inputs])
    over = lies_over(written.staging, targets, plain, opened.weak)
    if over is None:
        return NotImplemented
    slots = [None if target is None else each.output for target, each in zip(targets.arrays, results, strict=True)]
    given = tree.flatten(targets.given)[1]
    way = given.entries, tuple(slots), over
    if way not in written.ways:
        made = len(written.ways) < _MOST_WAYS and jitted.compiled(written.staging, opened, (given, slots, over))
        written.ways[way] = made or None
    native = written.ways[way]
    if native is None:
        return NotImplemented
    if native.whole:
        found = native.called(plain, opened.structure, targets.given)
        if found is not NotImplemented:
            jitted.offer(native, into=True)
        return found
    by_output = {each.output: target for each, target in zip(results, targets.arrays, strict=True)}
    found = native.called(plain, opened.structure, tuple([by_output.get(each) for each in range(len(graph.outputs))]))
    if found is NotImplemented:
        return found
    return targets.result([each.plain() if each.output is None else found[each.output] for each in results])


def lies_over(staging: Staging, targets: Targets, plain: Sequence[Any], weak: Sequence[bool]) -> Over | None:
    """Which outputs lie exactly where inputs do; None where machine code cannot write as it is asked to."""
    found: list[tuple[int, int]] = []
    arrays = [(slot, each) for slot, each in enumerate(plain) if each.size and not weak[slot]]
    for target, result in zip(targets.arrays, staging.results, strict=True):
        if target is None:
            continue
        if result.output is None or type(target) is not reference().ndarray or not target.flags.carray:
            return None
        for slot, each in arrays:
            if not share(target, each):
                continue
            if place_of(target) != place_of(each):
                return None
            found.append((result.output, slot))
    return tuple(found)


def place_of(array: Any) -> tuple[int, int, Any]:
    """Where a contiguous array lies, and what."""
    place: Mapping[str, Any] = array.__array_interface__
    return place["data"][0], array.nbytes, array.dtype
