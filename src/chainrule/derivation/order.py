"""Judging a written topological order: a derivation and somebody's list in, what is wrong with it and a corrected list
out.

One idea: a list is right when every symbol stands once and after everything it is computed from. A wrong one is
repaired with as few changes as can be: a symbol written twice leaves a place for one that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..ir.graph import topological_order
from .lines import Derivation


@dataclass(frozen=True, slots=True)
class OrderVerdict:
    """What is wrong with a list. Positions count from 1."""

    right: bool
    duplicates: tuple[tuple[str, tuple[int, ...]], ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    misplaced: tuple[tuple[str, str], ...]  # (symbol, what it needs and precedes)
    readings: tuple[tuple[str, str], ...]  # (as written, as read)
    corrected: tuple[str, ...]

    def text(self) -> str:
        """The verdict in words."""
        lines = ["a topological order" if self.right else "not a topological order"]
        lines += [f"  reading {written} as {read}" for written, read in self.readings]
        lines += [
            f"  {symbol} stands more than once (positions {', '.join(map(str, at))})" for symbol, at in self.duplicates
        ]
        lines += [f"  missing: {', '.join(self.missing)}"] if self.missing else []
        lines += [f"  not in the graph: {', '.join(self.unknown)}"] if self.unknown else []
        lines += [f"  {symbol} stands before {needed}, which it is computed from" for symbol, needed in self.misplaced]
        lines += [] if self.right else [f"  corrected: {', '.join(self.corrected)}"]
        return "\n".join(lines)


def judge_order(derivation: Derivation, listed: Sequence[str]) -> OrderVerdict:
    """Whether `listed` is a topological order of the graph, and what a right one is."""
    return judge_list(dependencies(derivation), listed)


def judge_list(needs: Mapping[str, Sequence[str]], listed: Sequence[str]) -> OrderVerdict:
    """Whether `listed` is a topological order of names, given the names that each of them is computed from."""
    names, readings = read_names(listed, needs)
    places: dict[str, list[int]] = {}
    for position, name in enumerate(names, 1):
        places.setdefault(name, []).append(position)
    duplicates = tuple((name, tuple(at)) for name, at in places.items() if len(at) > 1 and name in needs)
    missing = tuple(name for name in needs if name not in places)
    unknown = tuple(name for name in places if name not in needs)
    kept = {name: _kept_place(name, at, places, needs) for name, at in places.items() if name in needs}
    misplaced = tuple(
        (name, needed)
        for name in kept
        for needed in needs[name]
        if needed in kept and kept[needed] > kept[name]
    )  # fmt: skip
    right = not (duplicates or missing or unknown or misplaced)
    _fill_places(kept, missing, [at for _, each in duplicates for at in each], needs)
    return OrderVerdict(right, duplicates, missing, unknown, misplaced, readings, tuple(_sorted(kept, needs)))


def dependencies(derivation: Derivation) -> dict[str, tuple[str, ...]]:
    """For each symbol, the symbols it is computed from."""
    needs: dict[str, tuple[str, ...]] = {}
    for row in derivation.rows:
        players = [] if row.expression is None else topological_order([row.expression])
        used = [derivation.names[player] for player in players if player in derivation.names]
        needs[row.symbol] = tuple(name for name in used if name != row.symbol)
    return needs


def read_names(listed: Sequence[str], needs: Mapping[str, object]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Names that the graph does not have, read as an unused one with the same letter (o_1^1 for o^1)."""
    free = [name for name in needs if name not in listed]
    read: dict[str, str] = {}
    for written in listed:
        if written not in needs and written not in read:
            alike = [name for name in free if _letter(name) == _letter(written)]
            exact = [name for name in alike if _raised(name) and _raised(name) == _raised(written)]
            if exact or alike:
                read[written] = (exact or alike)[0]
                free.remove(read[written])
    return [read.get(name, name) for name in listed], tuple(read.items())


def _letter(name: str) -> str:
    return re.split(r"[_^\[{(]", name)[0]


def _raised(name: str) -> str:
    found = re.search(r"\^\{?\(?(\w+)", name)
    return found[1] if found else ""


def _kept_place(
    name: str, at: Sequence[int], places: Mapping[str, Sequence[int]], needs: Mapping[str, Sequence[str]]
) -> int:
    """Of several places, the last one before the first consumer."""
    users = [min(places[user]) for user, used in needs.items() if name in used and user in places]
    before = [place for place in at if not users or place < min(users)]
    return max(before) if before else min(at)


def _fill_places(
    kept: dict[str, int], missing: Sequence[str], repeated: Sequence[int], needs: Mapping[str, Sequence[str]]
) -> None:
    """Give each missing symbol a place left by a repeated one, before its consumers where there is one."""
    free = sorted(set(repeated) - set(kept.values()))
    for name in missing:
        users = [kept[user] for user, used in needs.items() if name in used and user in kept]
        before = [place for place in free if not users or place < min(users)]
        place = max(before) if before else (min(users) if users else len(kept) + len(needs))
        kept[name] = place
        if place in free:
            free.remove(place)


def _sorted(wanted: Mapping[str, int], needs: Mapping[str, Sequence[str]]) -> list[str]:
    """A topological order that follows the wanted places wherever it can."""
    left = sorted(wanted, key=wanted.__getitem__)
    found: list[str] = []
    done: set[str] = set()
    while left:
        name = next(each for each in left if all(needed in done or needed not in wanted for needed in needs[each]))
        left.remove(name)
        found.append(name)
        done.add(name)
    return found
