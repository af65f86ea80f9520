"""One point in, more like it out: as many as judge well, on both sides of every kink.

One idea: a mask that is forgotten shows only where it is 0, so points are drawn until every choice has been seen to go
both ways, or until that seems impossible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import tree
from ...errors import ChainruleError, ShapeError
from ...ir.library import Array, reference
from ...transforms.checking.branches import at_kinks, choice
from .calling import Role
from .points import redrawn
from .recorded import Recorded, float_places, record_forward, values_of
from .runs import Caller, Trial, UserProblemError

POINTS = 3  # besides the arguments given
_TRIES = 24
_MOST_POINTS = 7


def seeds_for(recorded: Recorded, upstream: Any, generator: Any, roles: Sequence[Role]) -> list[Array]:
    """The gradients of the outputs: those given, ones where the backward function takes none, else random."""
    numpy = reference()
    shapes = [node.shape for node in recorded.outputs]
    if upstream is not None:
        given = [numpy.asarray(each, float) for each in tree.flatten(upstream)[0]]
        if [each.shape for each in given] != shapes:
            raise ShapeError(
                given=f"an upstream gradient of shape {', '.join(str(each.shape) for each in given)}",
                where="check_backward", expected=f"that of the output, {', '.join(map(str, shapes))}",
            )  # fmt: skip
        return given
    if not any(role.kind in ("upstream",) for role in roles):
        return [numpy.ones(shape) for shape in shapes]
    return [numpy.asarray(generator.normal(size=shape) + (0.0 if shape else 1.5)) for shape in shapes]


def upstream_note(recorded: Recorded, roles: Sequence[Role], upstream: Any) -> str:
    if any(role.kind == "upstream" for role in roles):
        return ""
    if upstream is not None:
        return "the function takes no upstream gradient: the one given is not handed to it"
    return "" if not any(node.shape for node in recorded.outputs) else (
        "no upstream gradient is taken, so the gradients are those of the sum of the output's entries")  # fmt: skip


def more_trials(caller: Caller, given: Trial, generator: Any, notes: list[str]) -> list[Trial]:
    """Random points like the one given: some, and more until every kink has been seen from both sides."""
    moving = {given.recorded.places[given.recorded.names.index(n)][0] for n in given.found if n in given.recorded.names}
    trials: list[Trial] = []
    for attempt in range(_TRIES):
        enough = len(trials) >= POINTS and _sides([given, *trials]) == _sides([given, *trials], every=True)
        if enough or len(trials) >= _MOST_POINTS:
            break
        bold, strict = attempt % 3 < 2, attempt < _TRIES // 2
        trial = _drawn(caller, given, moving, bold, strict, generator)
        if trial is None or (len(trials) >= POINTS and _sides([given, *trials, trial]) == _sides([given, *trials])):
            continue
        try:
            trial.found = caller.call(trial, notes)
        except (UserProblemError, ChainruleError):
            continue
        trials.append(trial)
    if not trials:
        notes.append("no other arguments like these could be drawn: judged at the arguments given alone")
    return trials


def _drawn(
    caller: Caller, given: Trial, moving: set[Any], bold: bool, strict: bool, generator: Any
) -> Trial | None:  # fmt: skip
    """One more point, if both functions are finite there; with `strict` none at a kink."""
    args = list(given.args)
    for place in float_places(args):
        leaves, structure = tree.flatten(args[place])
        drawn = [_like(leaf, redrawn(leaf, place in moving, bold, generator)) for leaf in leaves]
        args[place] = tree.unflatten(structure, drawn)
    try:
        recorded = record_forward(caller.forward, args, caller.cached)
    except Exception:  # a point at which the forward function does not run is no point
        return None
    same = [node.shape for node in recorded.outputs] == [node.shape for node in given.recorded.outputs]
    finite = all(reference().all(reference().isfinite(each)) for each in values_of(recorded))
    if not same or not finite or (strict and at_kinks(recorded.graph.order())):
        return None
    return Trial(recorded, tuple(args), seeds_for(recorded, None, generator, caller.roles), "at random arguments")


def _like(leaf: Any, drawn: Array) -> Any:
    return float(drawn) if type(leaf) is float else reference().asarray(drawn)


def _sides(trials: Sequence[Trial], every: bool = False) -> set[tuple[int, bool]]:
    """Which sides of which choices have been seen; all there are with `every`."""
    numpy = reference()
    found: set[tuple[int, bool]] = set()
    for trial in trials:
        number = 0
        for node in trial.recorded.graph.order():
            taken = choice(node) if node.inputs else None
            if taken is None or node.op.name.startswith("arg"):
                continue
            number += 1
            if every:
                found |= {(number, True), (number, False)}
                continue
            found |= {(number, True)} if numpy.any(taken > 0) else set()
            found |= {(number, False)} if numpy.any(taken <= 0) else set()
    return found
