"""Definitions of LaTeX macros and mathematics that calls them in; the mathematics without calls out.

One idea: expansion walks over atoms (a command, a brace, a character), each with the stretch of the text it stands for.
What a macro puts in stands for the whole call; its arguments keep their own places. Every step and character counts
against a bound, so that macros which grow without end are left as they are, with a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import limits
from .mapped import Mapped, joined


@dataclass(frozen=True, slots=True)
class Macro:
    """The atoms of the body; `optional` is the default of the first argument in square brackets, if it has one."""

    arguments: int
    body: tuple[str, ...]
    optional: tuple[str, ...] | None = None


@dataclass(slots=True)
class Macros:
    """The macros known so far, the calls made so far, and what there was to say about them."""

    known: dict[str, Macro] = field(default_factory=dict)
    steps: int = 0
    notes: list[tuple[str, int]] = field(default_factory=list)


class _BoundError(Exception):
    """Expansion went beyond a bound. Never leaves this module."""


@dataclass(frozen=True, slots=True)
class _Atom:
    """A command, a brace or a character, and the characters of the text that it stands for."""

    text: str
    start: int
    stop: int
    put_in: bool = False


_ATOM = re.compile(r"\\[A-Za-z@]+|\\.|#\d|.", re.DOTALL)
_CALL = re.compile(r"\\[A-Za-z@]+|\\.", re.DOTALL)
_NAME = r"\{?\s*(\\[A-Za-z@]+|\\.)\s*\}?"
_COMMAND = re.compile(r"\\(?:newcommand|renewcommand|providecommand)\s*\*?\s*" + _NAME)
_DEF = re.compile(r"\\(?:global\s*\\)?[gex]?def\s*(\\[A-Za-z@]+|\\[^A-Za-z])\s*((?:#\d)*)\s*(?=\{)")
_OPERATOR = re.compile(r"\\DeclareMathOperator\s*\*?\s*" + _NAME)
_COUNT = re.compile(r"\s*\[\s*(\d)\s*\]")
_DEFAULT = re.compile(r"\s*\[([^\[\]]*)\]")
_SPACE = re.compile(r"\s*")
_DEFINES = re.compile(r"\\(?:newcommand|renewcommand|providecommand|[gex]?def|DeclareMathOperator)(?![A-Za-z])")
_WORD = re.compile(r"\\[A-Za-z@]+\Z")


def atoms(text: str) -> tuple[str, ...]:
    """The commands, braces and characters of a text."""
    return tuple(found.group() for found in _ATOM.finditer(text))


def definition_at(text: str, place: int) -> int:
    """Where the definition of a macro that begins at this place ends, or 0."""
    read = _read_definition(text, place)
    return read[2] if read else 0


def learn(text: str, macros: Macros) -> None:
    """Adds every definition in the text to the known macros."""
    place = lost = 0
    while (found := _DEFINES.search(text, place)) and lost < limits.DEFINITIONS_LOST:
        read = _read_definition(text, found.start())
        if read is None:
            place, lost = found.end(), lost + 1
            continue
        name, macro, place = read
        if len(macros.known) < limits.MACROS:
            macros.known[name] = macro


def _read_definition(text: str, place: int) -> tuple[str, Macro, int] | None:
    if found := _OPERATOR.match(text, place):
        body = _group(text, found.end())
        inside = body and text[body[0] : body[1]]
        return (
            (found.group(1), Macro(0, ("\\operatorname", "{", *atoms(inside), "}")), body[2])
            if body and inside
            else None
        )
    if found := _DEF.match(text, place):
        body = _group(text, found.end())
        count = len(found.group(2)) // 2
        return (found.group(1), Macro(count, atoms(text[body[0] : body[1]])), body[2]) if body else None
    found = _COMMAND.match(text, place)
    if found is None:
        return None
    stop, count, optional = found.end(), 0, None
    if number := _COUNT.match(text, stop):
        stop, count = number.end(), int(number.group(1))
        if default := _DEFAULT.match(text, stop):
            stop, optional = default.end(), atoms(default.group(1))
    body = _group(text, stop)
    return (found.group(1), Macro(count, atoms(text[body[0] : body[1]]), optional), body[2]) if body else None


def _group(text: str, place: int) -> tuple[int, int, int] | None:
    """What stands in braces at this place, or the one atom there: its start and stop, and where it ends."""
    space = _SPACE.match(text, place)
    place = space.end() if space else place
    if place >= len(text):
        return None
    if text[place] != "{":
        atom = _ATOM.match(text, place)
        return (place, atom.end(), atom.end()) if atom else None
    depth = 0
    for atom in _ATOM.finditer(text, place, place + limits.DEFINITION):
        depth += (atom.group() == "{") - (atom.group() == "}")
        if depth == 0:
            return place + 1, atom.start(), atom.end()
    return None


def expand(mapped: Mapped, macros: Macros) -> Mapped:
    """The text without definitions, which are learned, and without calls of known macros."""
    if "\\" not in mapped.text:
        return mapped
    if _DEFINES.search(mapped.text):
        mapped = _without_definitions(mapped, macros)
    if not macros.known or len(mapped.text) > limits.EXPANSION or not _calls(mapped.text, macros):
        return mapped
    try:
        expanded = _expanded(mapped.text, macros)
    except _BoundError as bound:
        macros.notes.append((str(bound), mapped.offsets.start(0)))
        return mapped
    return _rendered(mapped, expanded)


def _without_definitions(mapped: Mapped, macros: Macros) -> Mapped:
    text, place, kept, done, lost = mapped.text, 0, [], 0, 0
    while (found := _DEFINES.search(text, place)) and lost < limits.DEFINITIONS_LOST:
        read = _read_definition(text, found.start())
        place, lost = (read[2], lost) if read else (found.end(), lost + 1)
        if read:
            if len(macros.known) < limits.MACROS:
                macros.known[read[0]] = read[1]
            kept.append(mapped.part(done, found.start()))
            done = place
    return joined([*kept, mapped.part(done, len(text))]).stripped()


def _calls(text: str, macros: Macros) -> bool:
    return any(found.group() in macros.known for found in _CALL.finditer(text))


def _expanded(text: str, macros: Macros) -> list[_Atom]:
    waiting = [_Atom(found.group(), found.start(), found.end()) for found in _ATOM.finditer(text)][::-1]
    done: list[_Atom] = []
    last = min(limits.STEPS, macros.steps + limits.STEPS_OF_A_PIECE)
    while waiting:
        atom = waiting.pop()
        macro = macros.known.get(atom.text) if atom.text[0] == "\\" else None
        if macro is None:
            done.append(atom)
            continue
        macros.steps += 1
        if macros.steps > last or len(done) + len(waiting) > limits.EXPANSION:
            raise _BoundError(f"{atom.text} and the macros it calls go on beyond the bound: not expanded")
        given, stop = _arguments(waiting, macro, atom)
        waiting.extend(_body(macro, given, atom.start, max(stop, atom.stop))[::-1])
    return done


def _arguments(waiting: list[_Atom], macro: Macro, call: _Atom) -> tuple[list[list[_Atom]], int]:
    given: list[list[_Atom]] = []
    stop = call.stop
    for number in range(macro.arguments):
        while waiting and waiting[-1].text.isspace():
            waiting.pop()
        if number == 0 and macro.optional is not None:
            if not (waiting and waiting[-1].text == "["):
                given.append([_Atom(text, call.start, call.stop, True) for text in macro.optional])
                continue
            read, last = _until(waiting, "[", "]")
        elif waiting and waiting[-1].text == "{":
            read, last = _until(waiting, "{", "}")
        elif waiting:
            read, last = [waiting[-1]], waiting.pop()
        else:
            read, last = [], call
        given.append(read)
        stop = max(stop, last.stop)
    return given, stop


def _until(waiting: list[_Atom], opening: str, closing: str) -> tuple[list[_Atom], _Atom]:
    """What stands in a group that comes next, and its last atom."""
    depth, read = 0, []
    last = waiting[-1]
    while waiting:
        last = waiting.pop()
        depth += (last.text == opening) - (last.text == closing)
        if depth == 0:
            break
        read.append(last)
    return read[1:], last


def _body(macro: Macro, given: list[list[_Atom]], start: int, stop: int) -> list[_Atom]:
    made: list[_Atom] = []
    for text in macro.body:
        if len(text) == 2 and text[0] == "#" and text[1:].isdecimal():
            number = int(text[1:]) - 1
            made.extend(given[number] if 0 <= number < len(given) else ())
        else:
            made.append(_Atom(text, start, stop, True))
        if len(made) > limits.EXPANSION:
            raise _BoundError(f"a macro grows beyond {limits.EXPANSION:,} characters: not expanded")
    return made


def _rendered(mapped: Mapped, expanded: list[_Atom]) -> Mapped:
    parts: list[Mapped] = []
    start = stop = 0  # characters that stand as they are and are not written yet
    before = ""
    for atom in expanded:
        shown = f" {atom.text}" if atom.text[0].isalpha() and _WORD.match(before) else atom.text
        as_it_is = not atom.put_in and shown == atom.text
        if not as_it_is or atom.start != stop:
            parts.append(mapped.part(start, stop))
            start = stop = atom.start
        if as_it_is:
            stop = atom.stop
        else:
            parts.append(mapped.replaced(atom.start, atom.stop, shown))
            start = stop = atom.stop
        before = atom.text
    parts.append(mapped.part(start, stop))
    return joined(parts)
