"""How far results may lie apart: a graph and its inputs in, a bound for each entry of each output out.

One idea: what rounding can do to a result is found by rounding at random. The reference runs a few times more, and each
op that rounds gets a result some units in the last place beside the right one (more, the more entries are added up).
A result that another order of the same operations gives lies within a few times what these runs differ by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from chainrule.executors import EXECUTORS
from chainrule.ir.graph import Graph
from chainrule.ir.op import Op

ULPS = 4.0  # of one function of entries, what is promised
TIMES = 8.0  # results may lie apart that much more than random roundings move them
RUNS = 4
EXACT = frozenset((
    "transpose", "reshape", "getitem", "concatenate", "stack", "where", "maximum", "minimum", "abs", "negative", "sign",
    "floor", "ceil", "rint", "trunc", "relu", "step", "broadcast_to", "pad", "flip", "roll", "take", "sort", "max",
    "min", "argmax", "argmin", "argsort", "scatter", "result", "mark", "stop_gradient", "positive", "clip", "diag",
    "squeeze", "tril", "triu", "isnan", "isfinite", "isinf", "repeat", "fmax", "fmin", "copysign", "carry",
))  # fmt: skip


AROUND_ONE = frozenset(("log_softmax", "logsumexp", "cross_entropy"))  # log of a sum that is 1 and more


def nudged(array: Any, amount: float, random: np.random.Generator, least: float = 0.0) -> Any:
    """Numbers some units in the last place beside these; units of `least` where they are smaller."""
    found = np.asarray(array)
    if found.dtype.kind != "f" or not found.size:
        return array
    with np.errstate(all="ignore"):
        steps = random.uniform(-amount, amount, size=found.shape).astype(found.dtype)
        unit = np.spacing(np.maximum(np.abs(found), found.dtype.type(least)))
        moved = np.where(np.isfinite(found), found + steps * unit, found)
    return np.where((found == 0) & (least == 0), found, moved).astype(found.dtype)[()]


def overflows(arrays: Sequence[Any], found: Any) -> bool:
    """Whether sums of finite numbers leave the range of numbers: in another order to the other side, or not at all."""
    array = np.asarray(found)
    return array.dtype.kind == "f" and not np.all(np.isfinite(array)) and all(np.all(np.isfinite(x)) for x in arrays)


def amount_of(op: Op, arrays: Sequence[Any], found: Any) -> float:
    """By how many units an op may be off: more where it adds up many entries."""
    if op.name in EXACT:
        return 0.0
    if op.elementwise:
        return ULPS
    most = max((np.size(each) for each in arrays), default=1)
    return ULPS + float(np.sqrt(most / max(1, np.size(found)))) / 2


def shaken(graph: Graph, random: np.random.Generator, seen: list[str]) -> Callable[..., tuple[Any, ...]]:
    """The reference with random roundings. `seen` grows where sums overflow."""
    inputs = set(graph.inputs)
    order = [node for node in graph.order() if node not in inputs]

    def run(*given: Any) -> tuple[Any, ...]:
        values = dict(zip(graph.inputs, given, strict=True))
        for node in order:
            if not node.inputs:
                values[node] = node.value
                continue
            arrays = [values[each] for each in node.inputs]
            several = node.op.name in ("scan", "while_loop", "switch", "checkpoint")
            if node.op.elementwise or node.op.name in EXACT or several:
                found = node.op.kernel(np, *arrays, **node.settings)
            else:
                arrays = [nudged(each, 2.0, random) for each in arrays]
                found = node.op.kernel(np, *arrays, **node.settings)
                seen.extend([node.op.name] * overflows(arrays, found))
            least = float(node.op.name in AROUND_ONE)
            values[node] = found if several else nudged(found, amount_of(node.op, arrays, found), random, least)
        return tuple(values[node] for node in graph.outputs)

    return run


@contextmanager
def shaken_bodies(random: np.random.Generator, seen: list[str]) -> Iterator[None]:
    """The bodies of loops round at random too."""
    rooms: list[Any] = [
        import_module(f"chainrule.transforms.control.{name}") for name in ("scan", "repeat", "branches")
    ]
    kept = [room.compiled for room in rooms]
    for room in rooms:
        room.compiled = lambda body: shaken(body, random, seen)
    try:
        yield
    finally:
        for room, compiled in zip(rooms, kept, strict=True):
            room.compiled = compiled


def bounds(graph: Graph, given: Sequence[Any], expected: Sequence[Any], runs: int, seed: int) -> list[Any]:
    """How far each entry of each output may lie from what is expected; infinite where nothing can be said, because
    random roundings change whether it is a number, or sums overflowed."""
    random = np.random.default_rng(seed)
    seen: list[str] = []
    found = [np.zeros(np.shape(each)) for each in expected]
    with np.errstate(all="ignore"), shaken_bodies(random, seen):
        for _ in range(runs):
            for place, (one, other) in enumerate(zip(shaken(graph, random, seen)(*given), expected, strict=True)):
                found[place] = np.maximum(found[place], apart(one, other))
    units = [np.spacing(np.abs(np.asarray(each))) if np.asarray(each).dtype.kind == "f" else 0.0 for each in expected]
    limits = [TIMES * (spread + ULPS * np.nan_to_num(unit)) for spread, unit in zip(found, units, strict=True)]
    lost = [bool(seen) and not np.all(np.isfinite(each)) for each in expected]
    return [np.where(each, np.inf, limit) for each, limit in zip(lost, limits, strict=True)]


def apart(one: Any, other: Any) -> Any:
    """How far numbers are apart: 0 where both are missing or the same infinity, infinite where only one is."""
    if np.asarray(other).dtype.kind == "b":
        return np.where(np.equal(one, other), 0.0, np.inf)
    with np.errstate(all="ignore"):
        same = (one == other) | ((one != one) & (other != other))
        return np.where(same, 0.0, np.nan_to_num(np.abs(np.subtract(one, other, dtype=float)), nan=np.inf))


def reference(graph: Graph, given: Sequence[Any]) -> tuple[Any, ...]:
    """What is expected."""
    with np.errstate(all="ignore"):
        return EXECUTORS["walk"](graph, "f")(*given)
