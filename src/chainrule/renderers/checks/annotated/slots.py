"""Text with pieces in it in, the same text with a short mark in place of each piece out.

One idea: what is mathematics was decided when the document was read. Markdown never sees it, only a mark of characters
that mean nothing to it; the page puts the pieces back where the marks come out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from ....checker.documents import Piece
from ....checker.documents.mapped import Mapped
from .placing import Numbered, Placed, span
from .settable import Row, right_cell, rows
from .signs import SIGNS, WORDS, formula, gravest, isolated, shown

# Private characters: Markdown takes them for letters. Those of the document itself are replaced first.
_OPEN, _SHUT, _BEGIN, _MIDDLE, _END = "\ue000\ue001\ue002\ue003\ue004"
_PRIVATE = dict.fromkeys(map(ord, "\ue000\ue001\ue002\ue003\ue004"), "\N{REPLACEMENT CHARACTER}")
MARK = re.compile(f"{_OPEN}(\\d+){_SHUT}")
_STRETCH = re.compile(f"{_BEGIN}(\\d+){_MIDDLE}([^{_BEGIN}{_MIDDLE}{_END}]*){_END}")
_ANY = re.compile(f"[{_BEGIN}{_END}]|{_MIDDLE}|{_OPEN}\\d*{_SHUT}?")
_BLANK = r"(?:[\s>]|%[^\n]*\n)*"
_AROUND = {  # what marks mathematics and code, by the form of the piece: before it, and after it
    "$": (r"\$`?", r"`?\$"),
    "$$": (r"\$\$", r"\$\$?"),
    "\\[": (r"\\\\?\[", r"\\\\?\]"),
    "\\\\[": (r"\\\\?\[", r"\\\\?\]"),
    "\\(": (r"\\\\?\(", r"\\\\?\)"),
    "`": ("`+", "`+"),
    "{%": (r"\{%[^%]*%\}", r"\{%[^%]*%\}"),
    "address": (r"(?:!\[[^\]\n]*\]\([^\s()]*|<img\b[^<>]*|\]\([^\s()]*)", r"(?:[^()\n]*\)|[^<>\n]*>)"),
}
_TAGS = (r"<[^<>]*>", r"</[^<>]*>")
_BARE = ("fence", "indented", "line", "cell")
_NEAR = 2_000


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands for a piece: as a part of a line, as a block of its own (empty: there is none), and as plain text."""

    inline: str
    block: str
    text: str
    findings: tuple[Numbered, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    start: int
    stop: int
    mark: str


def marked(content: Mapped, numbers: Sequence[int], judged: Placed) -> tuple[str, list[Slot]]:
    """The text with its pieces (by number) replaced by marks, and what the marks stand for."""
    slots: list[Slot] = []
    changes: list[_Change] = []
    done = 0
    for number in numbers:
        piece = judged.document.pieces[number]
        start, stop = (_position(content, offset) for offset in span(piece))
        if piece.kind == "words" or stop <= start or start < done:
            continue
        found = judged.of(number)
        if piece.kind == "code" and (piece.form.startswith(_BARE) or stop - start == len(content.text)):
            changes += _stretches(content, found, (start, stop), slots)
        elif piece.kind == "mathematics" or found or piece.form == "pre":
            start, stop = _with_marks(content.text, piece.form, start, stop, done)
            slots.append(mathematics_slot(piece, found, content.text[start:stop]))
            changes.append(_Change(start, stop, f"{_OPEN}{len(slots) - 1}{_SHUT}"))
        done = stop
    return _changed(content.text.translate(_PRIVATE), changes), slots


def _position(content: Mapped, offset: int) -> int:
    return bisect_left(range(len(content.text)), offset, key=content.offsets.start)


def _with_marks(text: str, form: str, start: int, stop: int, done: int) -> tuple[int, int]:
    """The same stretch with the marks around it."""
    if form.startswith(_BARE):
        return start, stop
    opening, closing = _AROUND.get(form, _TAGS)
    before = re.search(f"(?:{opening}){_BLANK}\\Z", text[max(done, start - _NEAR) : start])
    after = re.match(f"\\s*>?{_BLANK}(?:{closing})", text[stop : stop + _NEAR])
    if before is None or after is None:
        return start, stop
    return start - (before.end() - before.start()), stop + after.end()


def _stretches(content: Mapped, found: Sequence[Numbered], within: tuple[int, int], slots: list[Slot]) -> list[_Change]:
    """Marks before and after each judged statement of code, all of whose findings stand at the first."""
    changes: list[_Change] = []
    done = within[0]
    for each in found:
        start = _position(content, each.finding.place.offset)
        stop = min(_position(content, each.finding.place.end), within[1])
        if done <= start < stop:
            changes.append(_Change(start, start, f"{_BEGIN}{len(slots)}{_MIDDLE}"))
            changes.append(_Change(stop, stop, _END))
            slots.append(Slot(badge(each), _style([each]), "", () if _opened(changes) > 1 else tuple(found)))
            done = stop
    return changes


def _opened(changes: Sequence[_Change]) -> int:
    return sum(change.mark != _END for change in changes)


def _changed(text: str, changes: Sequence[_Change]) -> str:
    parts, place = [], 0
    for change in changes:
        parts += [text[place : change.start], change.mark]
        place = max(place, change.stop)
    return "".join([*parts, text[place:]])


# Pieces as HTML -----------------------------------------------------------------------------------------------------
def mathematics_slot(piece: Piece, found: tuple[Numbered, ...], written: str) -> Slot:
    """What stands for a piece of mathematics, or of code in a line; `written` is its source."""
    if piece.kind == "code":
        inner = f"<code>{isolated(escape(shown(piece.text)))}</code>"
    elif piece.form == "line":  # nothing marks it as mathematics, so it is shown as it was typed
        inner = f'<span class="line">{isolated(escape(shown(written)))}</span>'
    else:
        inner = formula(piece.text, large=piece.display)
    is_block = piece.kind == "mathematics" and piece.display and piece.form != "line"
    block = display_html(piece, found) if is_block else ""
    if piece.kind == "code" and piece.display:  # between tags in running text
        block = f'<pre dir="auto">{inline_html(inner, found)}</pre>'
    return Slot(inline_html(inner, found), block, shown(written), found)


def inline_html(inner: str, found: Sequence[Numbered]) -> str:
    """A formula in a line of text, with a sign for each of its statements."""
    if not found:
        return inner
    badges = "".join(badge(each, numbered=len(found) > 1) for each in found)
    return f'<span class="judged {_style(found)}">{inner}{badges}</span>'


def badge(each: Numbered, *, numbered: bool = False) -> str:
    """The sign of a statement, which leads to its explanation."""
    sign, word = SIGNS[each.finding.verdict], WORDS[each.finding.verdict]
    return (
        f'<a class="badge {sign.style}" href="#{each.anchor}" aria-label="{word}, statement {each.number}" '
        f'title="{word}, statement {each.number}">{sign.sign}{each.number if numbered else ""}</a>'
    )


def _style(found: Sequence[Numbered]) -> str:
    return SIGNS[gravest([each.finding.verdict for each in found])].style


def display_html(piece: Piece, found: Sequence[Numbered]) -> str:
    """Displayed mathematics, row by row, with the marks of its statements in the margin."""
    laid_out = rows(piece.text)
    if not found:
        if len(laid_out) == 1 and len(laid_out[0].cells) == 1:
            return f'<div class="display">{formula(laid_out[0].cells[0], large=True)}</div>'
        return f'<div class="display grid">{"".join(_row(each) for each in laid_out)}</div>'
    begins = [piece.offsets.start(min(row.start + _blank(piece.text, row.start), len(piece.text) - 1))
              for row in laid_out]  # fmt: skip
    of_row: list[list[Numbered]] = [[] for _ in laid_out]
    for each in found:
        later = [row for row, begin in enumerate(begins) if begin <= each.finding.place.offset]
        of_row[later[-1] if later else 0].append(each)
    inner = "".join(_row(row, own) for row, own in zip(laid_out, of_row, strict=True))
    return f'<div class="display grid {_style(found)}">{inner}</div>'


def _blank(text: str, start: int) -> int:
    return len(text) - start - len(text[start:].lstrip())


def _row(row: Row, found: Sequence[Numbered] = ()) -> str:
    style = f" {_style(found)}" if found else ""
    word = f"<small>{WORDS[found[0].finding.verdict]}</small>" if len(found) == 1 else ""
    badges = "".join(badge(each) for each in found) + word
    margin = f'<span class="margin{style}">{badges}</span>'
    if len(row.cells) == 1:
        return f'{margin}<span class="whole">{formula(row.cells[0], large=True)}</span>'
    left, right = formula(row.cells[0], large=True), formula(right_cell(row.cells[1:]), large=True)
    return f'{margin}<span class="left">{left}</span><span class="right">{right}</span>'


# Back into the page -------------------------------------------------------------------------------------------------
def replaced(html: str, slots: Sequence[Slot], use: Callable[[Slot], str]) -> str:
    """Escaped text with what its marks stand for."""
    return MARK.sub(_using(slots, use), html)


def _using(slots: Sequence[Slot], use: Callable[[Slot], str]) -> Callable[[re.Match[str]], str]:
    def put(found: re.Match[str]) -> str:
        number = int(found.group(1))
        return use(slots[number]) if number < len(slots) else ""

    return put


def stretches(html: str, slots: Sequence[Slot], use: Callable[[Slot], str]) -> str:
    """Escaped code in which the judged statements are marked."""

    def put(found: re.Match[str]) -> str:
        slot = slots[int(found.group(1))]
        return f'<span class="judged {slot.block}">{found.group(2)}</span>{use(slot)}'

    return _STRETCH.sub(put, html)


def unmarked(text: str, slots: Sequence[Slot]) -> str:
    """Text without marks: the source of what they stand for."""
    return _ANY.sub("", MARK.sub(_using(slots, _source), text))


def _source(slot: Slot) -> str:
    return slot.text


def is_mark_only(text: str) -> bool:
    """Whether nothing but marks of pieces stands there.

    >>> is_mark_only("z"), is_mark_only(" \\ue0003\\ue001\\n")
    (False, True)
    """
    return MARK.search(text) is not None and not MARK.sub("", text).strip()


def marks_in(text: str) -> list[int]:
    """The numbers of the pieces whose marks stand there."""
    return [int(found.group(1)) for found in MARK.finditer(text)]
