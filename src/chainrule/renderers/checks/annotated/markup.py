"""The words and tags of an HTML file in, the words as HTML of our own out.

One idea: of the document's tags only those are looked at that begin or end a heading or a paragraph, and none is passed
on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from .latex import Words
from .signs import isolated, shown

_HIDDEN = re.compile(r"\s*<(?:script|style|head|template|!--)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]{0,2000}>|<![A-Za-z][^<>]{0,500}>")
_HEADING = re.compile(r"h[1-6]")
_BLOCKS = frozenset(
    {
        "p", "div", "li", "ul", "ol", "tr", "table", "section", "article", "blockquote", "body", "main", "header",
        "footer", "br", "hr", "dl", "dt", "dd", "td", "th",
    }
)  # fmt: skip


def markup_words(text: str, *, in_heading: bool = False) -> Iterator[Words]:
    """The words of one piece; tags begin and end headings and paragraphs.

    >>> [(words.html, words.begins) for words in markup_words("<h1>A &lt; b</h1><p>c <b>d</b>")]
    [('', 'h2'), ('A &lt; b', ''), ('', ''), ('', 'p'), ('c ', ''), ('d', '')]
    """
    if _HIDDEN.match(text):
        return
    place = 0
    for found in _TAG.finditer(text):
        if found.start() > place:
            yield Words(_plain(text[place : found.start()]))
        place = found.end()
        closes, tag = found.group(1), (found.group(2) or "").lower()
        if _HEADING.fullmatch(tag):
            yield Words("", "" if closes else f"h{min(int(tag[1]) + 1, 6)}", bool(closes))
        elif tag in _BLOCKS:
            yield Words("", "p")
    if place < len(text):
        yield Words(_plain(text[place:]))


def _plain(text: str) -> str:
    return isolated(escape(shown(unescape(text))))
