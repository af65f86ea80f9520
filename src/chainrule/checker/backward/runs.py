"""Both functions at one point: arguments in, what the backward function returns out, with what it did besides.

One idea: the functions are the user's own. What they raise is said with their own line, and they are handed copies, so
that a change in place is seen and hurts nobody.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ... import tree
from ...errors import ChainruleError, CodeLine, GradientError, is_user_file
from ...ir.library import Array, reference
from ...ir.node import concrete
from .calling import Role, Wanted, assigned, name_of
from .recorded import Recorded, copied, values_of


@dataclass(slots=True, eq=False)
class Trial:
    """Both functions at one point."""

    recorded: Recorded
    args: tuple[Any, ...]
    seeds: list[Array]
    where: str
    found: dict[str, tuple[str, Any]] = field(default_factory=dict)


class UserProblemError(Exception):
    """Something that the user's own function raised, said with their own line."""


def run_forward(forward: Callable[..., Any], args: Sequence[Any]) -> Any:
    try:
        return forward(*[copied(each) for each in args])
    except Exception as problem:
        raise GradientError(
            given=f"{name_of(forward)}, which raised {type(problem).__name__}: {problem}", where=_line_of(problem),
            expected="a forward function that runs with these arguments", remedy="call it with them first",
        ) from problem  # fmt: skip


def require_same(forward: Callable[..., Any], plain: Any, recorded: Recorded) -> None:
    numpy = reference()
    leaves = [numpy.asarray(leaf) for leaf in tree.flatten(plain)[0]]
    floats = [leaf for leaf in leaves if leaf.dtype.kind == "f"]
    pairs = zip(floats, values_of(recorded), strict=False)
    if not all(a.shape == b.shape and numpy.allclose(a, b, 1e-3, 1e-5, equal_nan=True) for a, b in pairs):
        raise GradientError(
            given=f"{name_of(forward)}, which gives other numbers when it is called again", where="check_backward",
            expected="a function of its arguments alone", remedy="pass random masks and noise as arguments",
        )  # fmt: skip


def _line_of(problem: BaseException) -> CodeLine | None:
    """The innermost line of the user's own that an exception passed."""
    lines = [each for each in traceback.extract_tb(problem.__traceback__) if is_user_file(each.filename)]
    return CodeLine(lines[-1].filename, lines[-1].lineno or 0, lines[-1].name) if lines else None


@dataclass(frozen=True, slots=True)
class Caller:
    """How the backward function is called."""

    backward: Callable[..., Any]
    forward: Callable[..., Any]
    cached: bool
    roles: tuple[Role, ...]

    def call(self, trial: Trial, notes: list[str]) -> dict[str, tuple[str, Any]]:
        """What it returns at a point, by the name it is the gradient of; changes of its arguments are noted."""
        args = [copied(each) for each in trial.args]
        cache = self.forward(*[copied(each) for each in trial.args])[1] if self.cached else None
        handed = [_handed(role, args, cache, trial) for role in self.roles]
        before = [copied(each) for each in handed] if notes is not None else []
        try:
            result = self.backward(*handed)
        except ChainruleError:
            raise
        except Exception as problem:
            raise UserProblemError(_said(self.backward, problem)) from problem
        for role, old, new in zip(self.roles, before, handed, strict=True):
            notes.extend(each for each in _changes(role, old, new, trial, self.backward) if each not in notes)
        run = trial.recorded
        shapes = [node.shape for node in run.variables]
        wanted = Wanted(run.names, run.places, shapes, run.steps, len(trial.args))
        return assigned(result, self.backward, wanted)


def _said(backward: Callable[..., Any], problem: Exception) -> str:
    line = _line_of(problem)
    at = f"\nat {line}" if line is not None else ""
    return f"{name_of(backward)} raised {type(problem).__name__}: {problem}{at}"


def _handed(role: Role, args: Sequence[Any], cache: Any, trial: Trial) -> Any:
    match role.kind:
        case "argument":
            return args[role.place]
        case "cache":
            return cache
        case "value":
            node = trial.recorded.node(role.name)
            return None if node is None else _as_given(concrete(node))
        case _:
            return _as_given(trial.seeds[role.place])


def _as_given(array: Array) -> Any:
    copy = reference().array(array)
    return float(copy) if not copy.shape else copy


def _changes(role: Role, old: Any, new: Any, trial: Trial, backward: Callable[..., Any]) -> Iterator[str]:
    """What the backward function changed in what it was given."""
    numpy = reference()
    tops = {int(place[0]): name for name, place in zip(trial.recorded.names, trial.recorded.places, strict=True)}
    name = {"argument": tops.get(role.place, f"argument {role.place}"), "cache": "the cache", "value": role.name,
            "upstream": "the upstream gradient"}[role.kind]  # fmt: skip
    try:
        pairs = list(zip(tree.flatten(old)[0], tree.flatten(new)[0], strict=True))
    except (ChainruleError, ValueError):
        return
    for before, after in pairs:
        if isinstance(before, numpy.ndarray) and before.dtype.kind in "fiub" and not numpy.array_equal(
            before, after, equal_nan=before.dtype.kind == "f"
        ):  # fmt: skip
            yield f"{name_of(backward)} changes {name} in place: whoever uses it afterwards gets other numbers"
            return
