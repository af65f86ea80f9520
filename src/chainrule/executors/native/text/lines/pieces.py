"""A long straight line as many short functions: lines of instructions in, functions called one after the other out.

One idea: LLVM takes more than twice as long for a function of twice the length, so none is long. What one function
computes and a later one needs goes through memory, at places that are used again when nobody needs them any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...primitives.values import UnsupportedError

LONGEST = 300  # lines of one function
_NAME = re.compile(r"%[A-Za-z_][\w.]*|%\d+")
_KINDS = ("double", "float", "i64", "i32", "i16", "i8", "i1", "ptr")
_MOST_HANDED = 32  # pointers that functions take one by one
_WORD = 8  # bytes of a place


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of one function; the names that it must be handed, and those that it must leave behind."""

    lines: Sequence[str]
    spoken: Sequence[Sequence[str]]  # the names in each line
    needs: Sequence[str]
    leaves: Sequence[str]


def cut(
    lines: Sequence[str], leaves: Sequence[str], name: str, *, gathered: bool = False, start: int = 0
) -> tuple[list[str], list[str], int]:
    """The functions, the lines that call them, and the bytes of `%block` that they use.

    `leaves` are the pointers that lines may speak of. Few are handed on one by one, many in memory; there they are
    already if they are `gathered`. Of the block, the bytes before `start` are taken. Raises UnsupportedError where
    lines are not straight.
    """
    many = gathered or len(leaves) > _MOST_HANDED
    known = {each: place for place, each in enumerate(leaves)}
    kinds: dict[str, str] = {}
    pieces = list(split(lines, kinds, {*known, "%block", "%table"}))
    places, size = settled(pieces, set(kinds), start)
    taken = ", ".join(f"ptr {each}" for each in (*(("%leaves",) if many else leaves), "%block", "%table"))
    functions, calls = [], into_memory(leaves) if many and not gathered else []
    for place, piece in enumerate(pieces):
        body = "\n".join(written(piece, kinds, known if many else {}, places))
        title = f"{name}_piece{place}"
        functions.append(f"define internal void @{title}({taken}) #0 {{\nentry:\n{body}\n  ret void\n}}\n")
        calls.append(f"  call void @{title}({taken})")
    return functions, calls, size


def into_memory(leaves: Sequence[str]) -> list[str]:
    """Lines that put pointers into memory, at `%leaves`."""
    lines = [f"  %leaves = alloca ptr, i64 {len(leaves)}"]
    for place, each in enumerate(leaves):
        lines.append(f"  %at{place} = getelementptr ptr, ptr %leaves, i64 {place}")
        lines.append(f"  store ptr {each}, ptr %at{place}")
    return lines


def split(lines: Sequence[str], kinds: dict[str, str], known: set[str]) -> Iterator[Piece]:
    """The pieces. Notes what kind each name has."""
    last: dict[str, int] = {}
    spoken = [_NAME.findall(line) for line in lines]
    for place, names in enumerate(spoken):
        last.update(dict.fromkeys(names, place))
    for start in range(0, len(lines), LONGEST):
        end = min(start + LONGEST, len(lines))
        made: dict[str, None] = {}
        needs: dict[str, None] = {}
        for place in range(start, end):
            line, names = lines[place], spoken[place]
            defines = line.startswith("  %")
            needs.update(dict.fromkeys(each for each in names[defines:] if each not in made))
            if defines:
                made[names[0]] = None
                kinds[names[0]] = kind_of(line)
            elif not line.startswith(("  store ", "  call ")):
                raise UnsupportedError("a line that is not straight")
        if any(each not in kinds and each not in known for each in needs):
            raise UnsupportedError("a name that nobody has made")
        yield Piece(lines[start:end], spoken[start:end], list(needs), [each for each in made if last[each] >= end])


def kind_of(line: str) -> str:
    """The kind of what an instruction makes. Raises UnsupportedError where it cannot be told."""
    _, _, text = line.partition(" = ")
    words = text.replace(",", "").split()
    if words[0] in ("icmp", "fcmp"):
        return "i1"
    if words[0] == "getelementptr":
        return "ptr"
    if words[0] == "select":
        return text.split(",")[1].split()[0]
    found = words[-1] if " to " in text else next((each for each in words[1:] if each in _KINDS), "")
    if found not in _KINDS:
        raise UnsupportedError(f"the kind of {text}")
    return found


def settled(pieces: Sequence[Piece], made: set[str], size: int) -> tuple[dict[str, int], int]:
    """A place behind so many bytes of the block for each name that is handed on, and where the last one ends."""
    last = {each: number for number, piece in enumerate(pieces) for each in piece.needs if each in made}
    ends: list[list[str]] = [[] for _ in pieces]
    for each, number in last.items():
        ends[number].append(each)
    places: dict[str, int] = {}
    free: list[int] = []
    for number, piece in enumerate(pieces):
        for each in piece.leaves:
            if not free:
                free.append(size)
                size += _WORD
            places[each] = free.pop()
        free.extend(places[each] for each in ends[number])
    return places, size


def written(piece: Piece, kinds: dict[str, str], known: dict[str, int], places: dict[str, int]) -> list[str]:
    """The lines of a piece that loads what it is handed where it is used first, and stores what it leaves where it is
    made: nothing waits in a register."""
    waiting, left = {each for each in piece.needs if each in known or each in places}, set(piece.leaves)
    lines: list[str] = []
    for line, names in zip(piece.lines, piece.spoken, strict=True):
        for each in names:
            if each in waiting:
                waiting.discard(each)
                lines += from_leaves(each, known[each]) if each in known else handed(each, kinds[each], places[each])
        lines.append(line)
        if names and names[0] in left:
            left.discard(names[0])
            lines += handed_on(names[0], kinds[names[0]], places[names[0]])
    return lines


def from_leaves(name: str, place: int) -> list[str]:
    return [f"  {name}.at = getelementptr ptr, ptr %leaves, i64 {place}", f"  {name} = load ptr, ptr {name}.at"]


def handed(name: str, kind: str, place: int) -> list[str]:
    """Lines that load what an earlier piece left behind."""
    where = f"  {name}.at = getelementptr i8, ptr %block, i64 {place}"
    if kind != "i1":
        return [where, f"  {name} = load {kind}, ptr {name}.at"]
    return [where, f"  {name}.byte = load i8, ptr {name}.at", f"  {name} = icmp ne i8 {name}.byte, 0"]


def handed_on(name: str, kind: str, place: int) -> list[str]:
    """Lines that leave something behind."""
    where = f"  {name}.to = getelementptr i8, ptr %block, i64 {place}"
    if kind != "i1":
        return [where, f"  store {kind} {name}, ptr {name}.to"]
    return [where, f"  {name}.byte = zext i1 {name} to i8", f"  store i8 {name}.byte, ptr {name}.to"]
