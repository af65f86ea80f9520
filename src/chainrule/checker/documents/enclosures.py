"""A place in a text in; what is enclosed there by a pair of marks that may span lines, out.

One idea: displayed mathematics, environments, scripts and comments are found by their marks before lines are looked at,
because a line inside may begin with `-`, `>`, `#` or `=`. A pair that cannot be one (a heading or another dollar
inside) is refused, so that one lost mark costs one formula, not the rest of the document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import environments, limits


@dataclass(frozen=True, slots=True)
class Enclosure:
    """`kind` is mathematics, code, skip or words; marks stand from `start` to `stop`, what they enclose inside."""

    kind: str
    start: int
    inner_start: int
    inner_stop: int
    stop: int
    form: str


@dataclass(slots=True)
class Search:
    """Remembers where closing marks stand, so that a text full of opening marks is read once."""

    text: str
    markdown: bool = True
    known: dict[str, tuple[int, int]] = field(default_factory=dict)
    lost: int = 0  # definitions of macros that do not end

    def find(self, closing: str, place: int, within: int | None = None) -> int:
        """Where the closing mark stands next, or -1."""
        asked, found = self.known.get(closing, (0, -2))
        if found == -2 or place < asked or 0 <= found < place:
            found = self.text.find(closing, place)
            self.known[closing] = (place, found)
        return -1 if within is not None and found > place + within else found


_BEGIN = re.compile(r"\\begin\s*\{([A-Za-z]+\*?)\}")
_TAG = re.compile(r"<(script|style|pre|textarea)\b([^<>]{0,300})>", re.IGNORECASE)
_LIQUID = re.compile(r"\{%-?\s*(highlight|math|katex|katexmm|mathjax|comment)\b([^%]{0,100})%\}")
_IMPOSSIBLE = re.compile(r"\n[ \t>]*(?:#{1,6}[ \t]|```|~~~)|(?<!\\)\$")
_TEXT = re.compile(r"\\(?:text|mbox|textrm|textit|textbf|hbox)\s*\{[^{}]*\}")


def enclosure_at(search: Search, place: int) -> Enclosure | None:
    """What opens at this place and is closed later, or None."""
    text = search.text
    if text.startswith("$$", place):
        return _pair(search, place, "$$", "$$")
    if text.startswith("\\[", place):
        return _pair(search, place, "\\[", "\\]")
    if text.startswith("\\\\[", place) and search.markdown:
        return _pair(search, place, "\\\\[", "\\\\]")
    if found := _BEGIN.match(text, place):
        return _environment(search, place, found)
    if text.startswith("<", place):
        return _markup(search, place)
    if found := _LIQUID.match(text, place):
        return _liquid(search, place, found)
    return None


def _pair(search: Search, place: int, opening: str, closing: str) -> Enclosure | None:
    inner = place + len(opening)
    stop = search.find(closing, inner, limits.DISPLAY if search.markdown else None)
    while stop > 0 and search.text[stop - 1] == "\\" and closing == "$$":
        stop = search.find(closing, stop + 1, limits.DISPLAY)
    if stop < 0 or not _possible(search.text[inner:stop], search.markdown):
        return None
    return Enclosure("mathematics", place, inner, stop, stop + len(closing), opening)


def _possible(inner: str, markdown: bool) -> bool:
    if "$" in inner:
        inner = _TEXT.sub("", inner)
    return not (markdown and _IMPOSSIBLE.search(inner)) or not inner.strip()


def _environment(search: Search, place: int, found: re.Match[str]) -> Enclosure | None:
    name = found.group(1)
    mathematics = environments.is_mathematics(name)
    code = environments.plain(name) in environments.CODE and not search.markdown
    if not mathematics and not code and environments.plain(name) not in environments.SILENT:
        return None
    closing, inner = f"\\end{{{name}}}", found.end()
    stop = search.find(closing, inner)
    again = search.text.find(found.group(), inner, stop) if mathematics and stop > 0 else -1
    nested = 0
    while stop > 0 and again >= 0 and nested < limits.NESTING:  # the same environment inside
        nested += 1
        inner, stop = again + 1, search.find(closing, stop + 1)
        again = search.text.find(found.group(), inner, stop)
    if stop < 0:
        return None
    end = stop + len(closing)
    if mathematics:
        return Enclosure("mathematics", place, place, end, end, name)
    if code and environments.plain(name) != "alltt":
        return Enclosure("code", place, search.text.find("\n", found.end(), stop) + 1 or found.end(), stop, end, name)
    return Enclosure("skip", place, place, end, end, name)


def _markup(search: Search, place: int) -> Enclosure | None:
    if search.text.startswith("<!--", place):
        stop = search.find("-->", place + 4)
        return Enclosure("skip", place, place, stop + 3, stop + 3, "comment") if stop > 0 else None
    found = _TAG.match(search.text, place)
    if found is None:
        return None
    closing = f"</{found.group(1)}>"
    stop = search.find(closing, found.end())
    if stop < 0:
        return None
    kind = "skip"
    if found.group(1).lower() == "pre":
        kind = "code"
    elif "math/tex" in found.group(2):
        kind = "mathematics"
    form = "script; mode=display" if "mode=display" in found.group(2) else found.group(1).lower()
    return Enclosure(kind, place, found.end(), stop, stop + len(closing), form)


def _liquid(search: Search, place: int, found: re.Match[str]) -> Enclosure | None:
    name = search.find("end" + found.group(1), found.end())
    start = search.text.rfind("{%", found.end(), name) if 0 < name < found.end() + limits.DISPLAY else -1
    stop = search.text.find("%}", name, name + 40)
    if start < 0 or stop < 0:
        return None
    kind = {"highlight": "code", "comment": "skip"}.get(found.group(1), "mathematics")
    form = found.group(2).strip() if kind == "code" else "{%"
    return Enclosure(kind, place, found.end(), start, stop + 2, form)
