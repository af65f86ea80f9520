"""Running text in; its mathematics and code out, and the words between.

One idea: one pass from mark to mark. What opens first wins, so a dollar in code is no mathematics and a backtick in
mathematics is no code; a pair of dollars is mathematics only if what stands between them can be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from . import limits
from .enclosures import Enclosure, Search, enclosure_at
from .macros import definition_at
from .mapped import Edit, Mapped


@dataclass(frozen=True, slots=True)
class Segment:
    """`kind` is mathematics, code, words, definition (of a macro) or skip; the text stands from `start` to `stop`.

    `outer_start` and `outer_stop` are the same with the marks around it.
    """

    kind: str
    start: int
    stop: int
    outer_start: int
    outer_stop: int
    display: bool = False
    form: str = ""
    sure: bool = True
    cuts: tuple[Edit, ...] = ()

    def inner(self, content: Mapped) -> Mapped:
        """What stands inside of the marks; marks between two sides that were joined are left out."""
        inner = content.part(self.start, self.stop)
        return inner.edited([Edit(cut.start - self.start, cut.stop - self.start) for cut in self.cuts])


_MARK = re.compile(
    r"\\(?:\\?[\[(]|begin\s*\{|verb\b\*?|(?:re|provide)?newcommand\b|providecommand\b|renewcommand\b|[gex]?def\b"
    r"|DeclareMathOperator\b|.)"
    r"|\$\$?|`+|<|\]\(|\[\[|\{[%{]|%",
    re.DOTALL,
)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]{0,1000})?/?>|<[a-z]+:[^<>\s]{0,500}>")
_TARGET = re.compile(r"\]\(\s*(?:<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)[^()\n]{0,200}\)")
_WIKI = re.compile(r"\[\[[^\[\]\n]{1,200}\]\]")
_TEMPLATE = re.compile(r"\{%[^%\n]{0,300}%\}|\{\{[^{}\n]{0,300}\}\}")
_FORMULA_ADDRESS = re.compile(r"\?(?:math|latex|tex)=((?:[^()\s\"'<>]|\([^()\s\"'<>]*\))+)", re.IGNORECASE)
_CODECOGS = re.compile(r"codecogs\.com/[a-z.]+\?((?:[^()\s\"'<>]|\([^()\s\"'<>]*\))+)")
_BETWEEN = re.compile(r"[ \t]*(?::=|[=≈≡])[ \t]*")
_TICKS = re.compile(r"`+")
_SINGLE = re.compile(r"(?<!\\)(?:\\\\)*\$")
_UNCLOSED = re.compile(r"\$\$([^$\n]+)\$(?!\$)")
_DEFINES = re.compile(r"\\(?:(?:re|provide)?newcommand|providecommand|renewcommand|[gex]?def|DeclareMathOperator)\b")
_MATHEMATICAL = re.compile(r"[\\^_=+*/<>|∂∇σδΣ√·×⊙≈≤≥]")
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}[,.;:]? +[a-z]{3,}(?![A-Za-z(_^])")
_MONEY = re.compile(r"\d[\d,.]*\s*(?:k|K|m|M|bn|B|million|billion|thousand|per|each|USD|a)?(?:[\s,.;:)/-]|\Z)")


def segments(text: str, markdown: bool) -> Iterator[Segment]:
    """Everything that is not words, in order; words are what lies between. `$z$ = $wx$` is one formula."""
    before: Segment | None = None
    for segment in _each(text, markdown):
        if before is not None and _are_sides(text, before, segment):
            cuts = (Edit(before.stop, before.outer_stop), Edit(segment.outer_start, segment.start))
            before = replace(before, stop=segment.stop, outer_stop=segment.outer_stop, cuts=(*before.cuts, *cuts))
            continue
        if before is not None:
            yield before
        before = segment
    if before is not None:
        yield before


def _are_sides(text: str, before: Segment, segment: Segment) -> bool:
    """Whether nothing but a relation, on the same line, stands between two formulas in running text."""
    if len(before.cuts) > limits.JOINED:
        return False
    inline = before.kind == segment.kind == "mathematics" and not before.display and not segment.display
    return inline and _BETWEEN.fullmatch(text, before.outer_stop, segment.outer_start) is not None


def _each(text: str, markdown: bool) -> Iterator[Segment]:
    search = Search(text, markdown)
    place = 0
    while mark := _MARK.search(text, place):
        found = _read(search, mark)
        if found is None:
            place = mark.end()
            continue
        yield found
        place = max(found.outer_stop, mark.start() + 1)


def _read(search: Search, mark: re.Match[str]) -> Segment | None:
    shown, place = mark.group(), mark.start()
    reader = _READERS.get(shown[:2]) or _READERS.get(shown[0])
    return reader(search, place, shown) if reader else None


def _dollars(search: Search, place: int, shown: str) -> Segment | None:
    if shown == "$$":
        enclosed = enclosure_at(search, place)
        if enclosed is not None:
            return _segment(search, enclosed)
        if once := _UNCLOSED.match(search.text, place):
            return Segment("mathematics", once.start(1), once.end(1), place, once.end(), True, "$$", False)
        return None
    text = search.text
    window = text[place + 1 : place + 1 + limits.INLINE]
    closing = _SINGLE.search(window)
    if closing is None:
        return None
    stop = place + 1 + closing.end() - 1
    if search.markdown and not _is_mathematics(text, place + 1, stop):
        return None
    start, end = place + 1, stop
    if search.markdown and end - start > 2 and text[start] == "`" == text[end - 1]:
        start, end = start + 1, end - 1
    return Segment("mathematics", start, end, place, stop + 1, False, "$")


def _is_mathematics(text: str, start: int, stop: int) -> bool:
    """Whether what stands between two single dollars can be mathematics rather than two prices."""
    inner, after = text[start:stop], text[stop + 1 : stop + 2]
    if not inner.strip() or "\n\n" in inner:
        return False
    mathematical = _MATHEMATICAL.search(inner) is not None
    if _MONEY.match(inner) and (after.isdecimal() or inner[-1].isspace()) and "\\" not in inner:
        return False
    if "\\" not in inner and _PROSE.search(inner):
        return False
    if inner[0].isspace() != inner[-1].isspace() and not mathematical:
        return False
    return mathematical or not after.isdecimal()


def _escape(search: Search, place: int, shown: str) -> Segment | None:
    text = search.text
    if shown in ("\\(", "\\\\("):
        closing = shown[:-1] + ")"
        stop = search.find(closing, place + len(shown), limits.DISPLAY)
        if (shown == "\\\\(" and not search.markdown) or stop < 0 or "\n\n" in text[place:stop]:
            return None
        return Segment("mathematics", place + len(shown), stop, place, stop + len(closing), False, "\\(")
    if shown in ("\\[", "\\\\[") or shown.startswith("\\begin"):
        enclosed = enclosure_at(search, place)
        return _segment(search, enclosed) if enclosed else None
    if shown.startswith("\\verb") and not search.markdown and place + len(shown) < len(text):
        start = place + len(shown)
        stop = text.find(text[start], start + 1, start + limits.LINE)
        return Segment("skip", place, stop + 1, place, stop + 1) if stop > 0 else None
    if _DEFINES.match(shown):
        stop = definition_at(text, place) if search.lost < limits.DEFINITIONS_LOST else 0
        search.lost += not stop
        return Segment("definition", place, stop, place, stop) if stop else None
    return None


def _segment(search: Search, found: Enclosure) -> Segment:
    display = found.form != "script" and found.form != "math"
    return Segment(found.kind, found.inner_start, found.inner_stop, found.start, found.stop, display, found.form)


def _backticks(search: Search, place: int, shown: str) -> Segment | None:
    if not search.markdown:
        return None
    start = place + len(shown)
    stop = -1
    for run in _TICKS.finditer(search.text, start, start + limits.INLINE):
        if run.group() == shown:
            stop = run.start()
            break
    if stop < 0 or "\n\n" in search.text[start:stop]:
        return None
    return Segment("code", start, stop, place, stop + len(shown), False, "`")


def _angle(search: Search, place: int, shown: str) -> Segment | None:
    enclosed = enclosure_at(search, place)
    if enclosed is not None:
        return _segment(search, enclosed)
    return _address(search, _TAG.match(search.text, place))


def _target(search: Search, place: int, shown: str) -> Segment | None:
    return _address(search, _TARGET.match(search.text, place)) if search.markdown else None


def _address(search: Search, found: re.Match[str] | None) -> Segment | None:
    """A tag or the target of a link is passed over, unless a formula was written into the address of an image."""
    if found is None:
        return None
    formula = _FORMULA_ADDRESS.search(found.group()) or _CODECOGS.search(found.group())
    if formula is None:
        return Segment("skip", found.start(), found.end(), found.start(), found.end())
    start, stop = found.start() + formula.start(1), found.start() + formula.end(1)
    return Segment("mathematics", start, stop, found.start(), found.end(), False, "address", False)


def _wiki(search: Search, place: int, shown: str) -> Segment | None:
    found = _WIKI.match(search.text, place) if search.markdown else None
    return Segment("skip", found.start(), found.end(), found.start(), found.end()) if found else None


def _template(search: Search, place: int, shown: str) -> Segment | None:
    if not search.markdown:
        return None
    enclosed = enclosure_at(search, place)
    if enclosed is not None:
        return _segment(search, enclosed)
    found = _TEMPLATE.match(search.text, place)
    return Segment("skip", found.start(), found.end(), found.start(), found.end()) if found else None


def _comment(search: Search, place: int, shown: str) -> Segment | None:
    if search.markdown:
        return None
    stop = search.text.find("\n", place)
    stop = len(search.text) if stop < 0 else stop
    return Segment("skip", place, stop, place, stop)


_READERS: dict[str, Callable[[Search, int, str], Segment | None]] = {
    "$": _dollars, "\\": _escape, "`": _backticks, "<": _angle, "](": _target, "[[": _wiki, "{%": _template,
    "{{": _template, "%": _comment,
}  # fmt: skip
