"""The signs of a formula in, the stretches that are statements out.

One idea: a separator (a comma, a wide space, a row, an arrow, a word) ends a statement only if both sides can stand
alone. A row that begins with `=` or `+` goes on with the row before; `x, y = 1, 2` is one statement, `1,000` one
number.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from . import environments
from .signs import Look, Sign

# Tuples: they are searched by identity, and the hash of a member of an enumeration costs a call.
_EMPTY = (Look.LAYOUT, Look.COMMA, Look.SEMICOLON, Look.ROW, Look.WIDE, Look.JOINING)
_SEPARATORS = (*_EMPTY[1:], Look.ARROW)
_BOXES = frozenset(
    {
        "boxed", "fbox", "framebox", "bbox", "colorbox", "fcolorbox", "textcolor", "color", "mathbox", "underline",
        "cancel", "ensuremath",
    }
)  # fmt: skip
_DEEPEST = 8  # boxes inside one another


@dataclass(slots=True)
class Part:
    """Signs number `first` to `last` (exclusive), and what separated them from the part before."""

    first: int
    last: int
    separators: list[Look] = field(default_factory=list)
    opening: str = ""


def statements_of(signs: list[Sign]) -> list[Part]:
    """The statements, in order; at least one if anything stands there."""
    found = _split(signs, 0, len(signs), "", _DEEPEST)
    if not found and any(sign.look is not Look.LAYOUT for sign in signs):
        found = [_trimmed(signs, Part(0, len(signs)), remarks=False)]
    return [part for part in found if part.first < part.last]


def _split(signs: list[Sign], first: int, last: int, opening: str, deeper: int) -> list[Part]:
    found: list[Part] = []
    for part in _merged(signs, _parts(signs, first, last, opening)):
        part = _trimmed(signs, part)
        inner = _unwrapped(signs, part) if deeper else None
        if inner is not None:
            found.extend(_split(signs, *inner, part.opening, deeper - 1))
        elif part.first < part.last and not _only_words(signs, part.first, part.last):
            found.append(part)
    return found


def top(signs: list[Sign], first: int, last: int) -> list[int]:
    """The numbers of the signs outside of all brackets; of a pair of brackets, the opening one."""
    numbers, number = [], first
    while number < last:
        numbers.append(number)
        sign = signs[number]
        number = sign.partner + 1 if sign.look is Look.OPEN and sign.partner < last else number + 1
    return numbers


def _parts(signs: list[Sign], first: int, last: int, opening: str) -> list[Part]:
    parts = [Part(first, first, opening=opening)]
    for number in top(signs, first, last):
        sign = signs[number]
        after = _after(signs, number)
        if sign.look not in _SEPARATORS:
            parts[-1].last = after
            continue
        if any(signs[each].look not in _EMPTY for each in range(parts[-1].first, parts[-1].last)):
            parts.append(Part(after, after))
        else:
            parts[-1].first = parts[-1].last = after
        parts[-1].separators.append(sign.look)
        if sign.look in (Look.ARROW, Look.JOINING) or not parts[-1].opening:
            parts[-1].opening = sign.text.strip()
    return [part for part in parts if part.first < part.last]


def _after(signs: list[Sign], number: int) -> int:
    sign = signs[number]
    return sign.partner + 1 if sign.look is Look.OPEN else number + 1


def _merged(signs: list[Sign], parts: list[Part]) -> list[Part]:
    merged: list[Part] = []
    for part in parts:
        if merged and _continues(signs, merged[-1], part):
            merged[-1].last = part.last
        else:
            merged.append(part)
    return merged


def _continues(signs: list[Sign], before: Part, part: Part) -> bool:
    first, last = _edges(signs, part)[0], _edges(signs, before)[1]
    if first is None or last is None:
        return True
    if first.look is Look.RELATION or last.look is Look.RELATION or _unfinished(signs, before):
        return True
    if Look.SEMICOLON in part.separators or Look.JOINING in part.separators:
        return False
    before_relates, relates = _relates(signs, before), _relates(signs, part)
    words = _only_words(signs, part.first, part.last) or _only_words(signs, before.first, before.last)
    if Look.ARROW in part.separators:
        return not relates and not words and not _encloses(signs, before)
    if Look.ROW in part.separators:
        if first.look is Look.OPERATOR:
            return first.text not in ("-", "−") or (before_relates and not relates)
        return False
    if words:
        return False
    return not relates if Look.WIDE in part.separators else not (relates and before_relates)


def _unfinished(signs: list[Sign], part: Part) -> bool:
    """Whether an operator stands at the end; the star of `x^*` is none."""
    meant = [sign for sign in signs[part.first : part.last] if sign.look is not Look.LAYOUT]
    return meant[-1].look is Look.OPERATOR and (len(meant) < 2 or meant[-2].text not in ("^", "_"))


def _edges(signs: list[Sign], part: Part) -> tuple[Sign | None, Sign | None]:
    meant = [number for number in top(signs, part.first, part.last) if signs[number].look is not Look.LAYOUT]
    return (signs[meant[0]], signs[meant[-1]]) if meant else (None, None)


def _relates(signs: list[Sign], part: Part) -> bool:
    """Whether a relation stands at the top, or the whole part is a box around a statement."""
    numbers = top(signs, part.first, part.last)
    return any([signs[number].look is Look.RELATION for number in numbers]) or _encloses(signs, part)


def _encloses(signs: list[Sign], part: Part, deeper: int = _DEEPEST) -> bool:
    return deeper > 0 and _unwrapped(signs, _trimmed(signs, Part(part.first, part.last)), deeper) is not None


def _only_words(signs: list[Sign], first: int, last: int) -> bool:
    """Whether nothing stands there but words, circled numbers or a number in brackets, as at the end of a line."""
    numbers = [number for number in top(signs, first, last) if signs[number].look not in (Look.LAYOUT, *_SEPARATORS)]
    if not numbers:
        return True
    if len(numbers) == 1 and signs[numbers[0]].look is Look.OPEN and signs[numbers[0]].text in ("(", "["):
        inside = [sign for sign in signs[numbers[0] + 1 : signs[numbers[0]].partner] if sign.look is not Look.LAYOUT]
        label = "".join(sign.text for sign in inside)
        return all([sign.look is Look.WORDS for sign in inside]) or (
            len(label) < 6 and label[:1].isdecimal() and label.isalnum()
        )
    return all([signs[number].look is Look.WORDS for number in numbers])


def _trimmed(signs: list[Sign], part: Part, remarks: bool = True) -> Part:
    """The part without separators, layout and remarks at either end."""
    first, last = part.first, part.last
    while first < last and (signs[first].look in _EMPTY or _leads(signs, first, last, remarks)):
        first += 1
    while last > first and (signs[last - 1].look in _EMPTY or _trails(signs, first, last, remarks)):
        last -= 1
    return Part(first, last, part.separators, part.opening)


def _leads(signs: list[Sign], number: int, last: int, remarks: bool) -> bool:
    sign = signs[number]
    if not remarks or last - number < 2:
        return False
    if sign.text == ":" or sign.look is Look.ARROW:
        return True
    if sign.look is not Look.WORDS:
        return False
    said = sign.text.rstrip("} ")
    return "ircled" in said or not said.startswith("\\") or said.endswith((".", ":")) or signs[number + 1].text == ":"


def _trails(signs: list[Sign], first: int, last: int, remarks: bool) -> bool:
    sign = signs[last - 1]
    if sign.text in (".", ":") and last - first > 1:
        return True
    if not remarks or sign.look is not Look.WORDS or last - first < 3:
        return False
    before = [each for each in signs[first : last - 1] if each.look is not Look.LAYOUT]
    alone = not before or before[-1].look in (Look.RELATION, Look.OPERATOR) or before[-1].text in ("_", "^")
    return not alone and (" " in sign.text.strip() or "(" in sign.text or "ircled" in sign.text or sign.text[0] != "\\")


def _unwrapped(signs: list[Sign], part: Part, deeper: int = _DEEPEST) -> tuple[int, int] | None:
    """The inside of a box, of brackets, or of a grid of statements that is all of the part; or None."""
    first, last = part.first, part.last
    if first >= last:
        return None
    boxed = signs[first].text[1:] in _BOXES and signs[first].text[0] == "\\"
    while boxed and first < last and not (signs[first].look is Look.OPEN and signs[first].text == "{"):
        first += 1  # \fcolorbox{red}{white}{..}: the last group is the one that is boxed
    while boxed and _closes(signs, first, last) < last - 1 and signs[_closes(signs, first, last)].text == "{":
        first = _closes(signs, first, last)
    if first >= last or signs[first].look is not Look.OPEN or not _ends(signs, signs[first].partner + 1, last):
        return None
    inside = first + 1, signs[first].partner
    if boxed:
        return inside
    name = signs[first].name
    if name and name != "left" and name not in environments.SYSTEMS:
        return None
    if name in environments.SYSTEMS:
        return inside if _holds_statements(signs, *inside) else None
    arrow = Look.ARROW if signs[first].text.endswith("[") else Look.RELATION
    relation = any([signs[number].look in (Look.RELATION, arrow) for number in top(signs, *inside)])
    return inside if relation or _encloses(signs, Part(*inside), deeper - 1) else None


def _holds_statements(signs: list[Sign], first: int, last: int) -> bool:
    """Whether the first row of a grid is a statement, rather than a value and the condition that it holds on."""
    cells, meant = 0, False
    for number in top(signs, first, last):
        sign = signs[number]
        if sign.look is Look.ROW:
            return False
        if sign.look is Look.RELATION:
            return cells == 0 or not meant
        cells, meant = (cells + 1, False) if sign.text == "&" else (cells, meant or sign.look is not Look.LAYOUT)
    return False


def _closes(signs: list[Sign], first: int, last: int) -> int:
    """The number of the sign after the bracket that opens at `first`, layout passed over."""
    if first >= last or signs[first].partner < 0:
        return last
    number = signs[first].partner + 1
    while number < last and signs[number].look is Look.LAYOUT:
        number += 1
    return number


def _ends(signs: list[Sign], number: int, last: int) -> bool:
    """Whether nothing follows but a star as a mark, words and full stops."""
    while number < last:
        sign = signs[number]
        if sign.text == "^":
            following = number + 1
            if following < last and signs[following].look is Look.OPEN:
                starred = [each.text.strip() for each in signs[following + 1 : signs[following].partner]]
                number = signs[following].partner
            else:
                starred, number = [signs[following].text if following < last else ""], following
            if any(each not in ("*", "\\ast", "\\star", "\\prime", "") for each in starred):
                return False
        elif sign.look not in (Look.LAYOUT, Look.WORDS, *_EMPTY) and sign.text != ".":
            return False
        number += 1
    return True
