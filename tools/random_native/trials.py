"""One random program on trial: a source of chance in, a program with its arguments out, and what was wrong with it.

One idea: machine code is called as a user calls it, with containers and arrays that lie anyhow; the graph that was
recorded for it runs as the reference and as generated Python, and all three must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from chainrule import api
from chainrule.errors import ChainruleError
from chainrule.executors import EXECUTORS
from chainrule.executors.arguments import Statics, open_arguments
from chainrule.executors.entries import Entry
from chainrule.executors.native.text import bodies
from chainrule.executors.staged import entries_of
from chainrule.ir.graph import Graph

from .drafts import SPACE, Draft
from .layouts import DTYPES, draw_argument, draw_shapes, packed, unpacked
from .roundings import RUNS, apart, bounds, reference
from .steps import write_line

NAMES = "xyzw"
WAYS = ("value", "value", "value", "value_and_grad", "value_and_grad", "grad", "jvp", "hvp", "vjp")


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A program as source, what is asked of it, and its arguments as they are passed."""

    source: str
    way: str
    moving: tuple[int, ...]  # the arguments that derivatives are with respect to
    leaves: list[Any]
    args: tuple[Any, ...]
    keywords: dict[str, Any]
    weights: int  # the seed of tangents and cotangents
    reuse: bool
    looped: bool  # written as loops however small it is

    def __str__(self) -> str:
        given = "\n".join(f"# {name}: {described(each)}" for name, each in zip(NAMES, self.leaves, strict=False))
        asked = f"{self.way} of {self.moving}, reuse_outputs={self.reuse}, in loops: {self.looped}"
        return f"{given}\n# {asked}\n{self.source}"

    @property
    def function(self) -> Callable[..., Any]:
        """What is compiled: a function of the arguments as they are passed."""
        space: dict[str, Any] = dict(SPACE)
        exec(self.source, space)
        asked = of_leaves(space["f"], self)
        return lambda *args, **keywords: asked(*unpacked((args, keywords)))


def described(leaf: Any) -> str:
    if not isinstance(leaf, np.ndarray):
        return f"{type(leaf).__name__} {leaf!r}"
    numbers = repr(leaf.tolist()) if leaf.size < 30 else "..."
    return f"{leaf.dtype.str}{list(leaf.shape)} strides {leaf.strides} {numbers}"


def of_leaves(f: Callable[..., Any], trial: Trial) -> Callable[..., Any]:
    """The function, or the derivative that is asked for, of plain leaves."""
    if trial.way == "value":
        return f

    def asked(*leaves: Any) -> Any:
        def of_moving(*moving: Any) -> Any:
            given = list(leaves)
            for place, each in zip(trial.moving, moving, strict=True):
                given[place] = each
            return f(*given)

        moving = [leaves[place] for place in trial.moving]
        numbers = tuple(range(len(moving)))
        if trial.way in ("grad", "value_and_grad"):
            return getattr(api, trial.way)(of_moving, numbers)(*moving)
        random = np.random.default_rng(trial.weights)
        along = [random.normal(size=np.shape(each)) for each in moving]
        same = tuple(each * 0 + way for each, way in zip(moving, cast(along, moving), strict=True))
        if trial.way == "vjp":
            value, pull = api.vjp(of_moving, *moving)
            return value, pull(value * 0 + 0.5)
        return getattr(api, trial.way)(of_moving, tuple(moving), same)

    return asked


def cast(along: Sequence[Any], like: Sequence[Any]) -> list[Any]:
    """Directions of the dtypes of what moves."""
    dtypes = [getattr(each, "dtype", np.dtype(float)) for each in like]
    return [
        each.astype(dtype) if np.ndim(each) else dtype.type(each) for each, dtype in zip(along, dtypes, strict=True)
    ]


# Drawing ------------------------------------------------------------------------------------------------------------
def draw_trial(random: Random, most_lines: int = 12) -> Trial:
    """One program and its arguments."""
    draft = Draft(random, wild=random.randrange(6) == 0, entries=400 if random.randrange(4) else 4000)
    shapes = draw_shapes(draft, 1 + random.randrange(len(NAMES)))
    leaves = [draw_argument(draft, shape, draft.choose(DTYPES)) for shape in shapes]
    names = list(NAMES[: len(leaves)])
    draft.known.update(zip(names, leaves, strict=True))
    wanted = 1 + random.randrange(most_lines)
    for _ in range(6 * wanted):
        if len(draft.lines) >= wanted:
            break
        write_line(draft)
    moving = tuple(place for place, name in enumerate(names) if draft.is_float(name))
    way = draft.choose(WAYS) if moving else "value"
    result = returned(draft, way)
    source = "\n    ".join([f"def f({', '.join(names)}):", *draft.lines, f"return {result}"])
    args, keywords = passed(random, leaves)
    reuse, looped = draft.chance(0.12), draft.chance(0.4)
    return Trial(source, way, moving, leaves, args, keywords, random.randrange(2**32), reuse, looped)


def returned(draft: Draft, way: str) -> str:
    """What the function returns: some values in a container, or one number to differentiate."""
    if way == "value":
        names = [draft.pick() for _ in range(draft.random.randrange(3))] + [list(draft.known)[-1]]
        names += ["None"] if draft.chance(0.1) else []
        text = draft.choose(("[{}]", "({},)", "{{'first': ({},)}}"))
        return names[0] if len(names) == 1 and draft.chance(0.5) else text.format(", ".join(names))
    ends = [name for name in draft.known if draft.is_float(name)]
    chosen = [ends[-1], draft.choose(ends)]
    forms = ("np.sum({})", "np.mean({} * {})", "np.sum(np.sin({}) * 0.5)", "np.sum({} ** 2)")
    return " + ".join(f"1.0 * {draft.choose(forms).replace('{}', each)}" for each in chosen)


def passed(random: Random, leaves: list[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments by place and by name."""
    if random.randrange(3):
        return tuple(leaves), {}
    cut = random.randrange(1, len(leaves) + 1)
    rest = leaves[cut:]
    return (packed(random, leaves[:cut]),), {"more": packed(random, rest)} if rest else {}


# Judging ------------------------------------------------------------------------------------------------------------
class RefusedError(Exception):
    """What cannot be recorded is no program."""


@dataclass(slots=True)
class Bench:
    """A graph on its inputs: what the reference gives, and how far others may be from that."""

    graph: Graph
    given: Sequence[Any]
    expected: tuple[Any, ...]
    limits: dict[int, list[Any]]

    def objection(self, found: Sequence[tuple[Any, int]]) -> str | None:
        """What is wrong with results, each beside the number of its output. The bound is drawn: what seems wrong is
        looked at more closely."""
        for leaf, place in found:
            if problem := kind_apart(leaf, self.expected[place]):
                return f"output {place}: {problem}"
        for runs in (RUNS, 60):
            limits = self.limits.get(runs) or bounds(self.graph, self.given, self.expected, runs, runs)
            self.limits[runs] = limits
            wrong = [(leaf, n) for leaf, n in found if not np.all(apart(leaf, self.expected[n]) <= limits[n])]
            if not wrong:
                return None
        leaf, place = wrong[0]
        return f"output {place}: {wrong_entry(leaf, self.expected[place], limits[place])}"


def wrong_entry(found: Any, expected: Any, limit: Any) -> str:
    """The worst entry, in words."""
    far = apart(found, expected)
    at = np.unravel_index(int(np.argmax(far - limit)), np.shape(expected))
    one, other, allowed = (np.asarray(each)[at] for each in (found, expected, limit))
    place = tuple(map(int, at))
    return (
        f"{one!r} for {other!r} at {place} of {np.shape(expected)}, allowed {allowed:.2g}, {np.sum(far > limit)} wrong"
    )


def copied(result: Any, trial: Trial) -> list[Any]:
    """The leaves of a result, safe from the next call."""
    leaves = unpacked(result)
    return [np.copy(each)[()] if trial.reuse and hasattr(each, "shape") else each for each in leaves]


def run_natively(trial: Trial) -> tuple[Entry, list[list[Any]]]:
    """What was compiled, and the results of the first call, of a later one, and of one with plain arrays."""
    function = trial.function
    jitted = api.jit(function, reuse_outputs=trial.reuse)
    kept, bodies.LIMIT[0] = bodies.LIMIT[0], -1 if trial.looped else bodies.LIMIT[0]
    try:
        found = [copied(jitted(*trial.args, **trial.keywords), trial)]
    except (ChainruleError, ValueError, TypeError, IndexError) as problem:
        raise RefusedError(str(problem)) from problem
    finally:
        bodies.LIMIT[0] = kept
    cache = jitted._entries if trial.reuse else entries_of(function)
    (entry,) = cache.values()
    found.append(copied(jitted(*trial.args, **trial.keywords), trial))
    if trial.args is not None and not trial.keywords and len(trial.args) == len(trial.leaves):
        plain = [np.array(each, order="C") if np.ndim(each) else each for each in trial.leaves]
        found.append(copied(jitted(*plain), trial))
        found.append(unpacked(jitted(*plain, out=targets(jitted(*plain)))))
    return entry, found


def targets(result: Any) -> Any:
    """Arrays to write results like these into; a new one for each number."""
    if isinstance(result, dict):
        return {key: targets(each) for key, each in result.items()}
    if isinstance(result, (list, tuple)):
        return type(result)(targets(each) for each in result)
    return np.full_like(result, 7) if np.ndim(result) else None


def judge(trial: Trial) -> str | None:
    """What is wrong; None where everything agrees. Raises RefusedError where the program cannot be recorded."""
    entry, found = run_natively(trial)
    graph = entry.staging.graph
    opened = open_arguments(Statics(), trial.args, trial.keywords)
    bench = Bench(graph, opened.leaves, reference(graph, opened.leaves), {})
    for place, (one, node) in enumerate(zip(bench.expected, graph.outputs, strict=True)):
        if (np.shape(one), np.asarray(one).dtype) != (node.type.shape, node.type.dtype):
            return f"walk, output {place}: {np.shape(one)} {np.asarray(one).dtype} for {node.type}"
    with np.errstate(all="ignore"):
        generated = EXECUTORS["numpy"](graph, "f")(*opened.leaves)
    problem = bench.objection([(each, place) for place, each in enumerate(generated)])
    if problem:
        return f"numpy, {problem}"
    places = [each.output for each in entry.staging.results]
    for call, leaves in zip(("first", "later", "plain", "out="), found, strict=False):
        if len(leaves) != len(places):
            return f"native, {call} call, {len(leaves)} leaves for {len(places)}"
        numbers = [np.float64(each) if type(each) is float and opened.numbers else each for each in leaves]
        problem = bench.objection([(leaf, at) for leaf, at in zip(numbers, places, strict=True) if at is not None])
        if problem:
            return f"native, {call} call, {problem}"
    return None


def kind_apart(one: Any, other: Any) -> str | None:
    """Another shape or dtype."""
    given, wanted = ((np.shape(each), np.asarray(each).dtype) for each in (one, other))
    return None if given == wanted else f"{given} for {wanted}"
