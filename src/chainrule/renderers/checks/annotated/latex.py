"""The words of a LaTeX file in, the same as HTML out.

One idea: the few commands that notes are written with are set; any other is shown as it stands, so that nothing of the
author's text is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from .signs import isolated, shown

_HEADING = re.compile(r"\s*\\(title|part|chapter|(?:sub)*section|(?:sub)?paragraph)\*?\s*(?:\[[^\]]*\])?\s*\{")
_LEVELS = {"title": "h2", "part": "h2", "chapter": "h2", "section": "h2", "subsection": "h3", "subsubsection": "h4"}
_TOKEN = re.compile(
    r"(?P<comment>(?<!\\)%[^\n]*\n?)"
    r"|\\(?P<style>emph|textit|textbf|textsc|texttt|underline)\s*\{(?P<inner>[^{}]*)\}"
    r"|\\(?:begin|end)\s*\{[^{}]*\}(?P<environment>)(?:\[[^\]\n]*\])?"
    r"|\\(?:label|vspace\*?|hspace\*?|input|include)\s*\{[^{}]*\}(?P<silent>)"
    r"|\\(?:eqref|ref|cref|Cref|autoref|cite[pt]?)\s*\{(?P<reference>[^{}]*)\}"
    r"|\\(?:item|par|noindent|centering|maketitle|newpage|clearpage|bigskip|medskip|smallskip|indent|qed)"
    r"(?![A-Za-z])(?P<dropped>)"
    r"|(?P<line>\\\\\*?(?:\[[^\]\n]*\])?)"
    r"|\\(?P<sign>[%&#$_{}])"
    r"|(?P<quote>``|''|---|--|~|\\[,;: ]|[{}])"
)
_QUOTES = {"``": "“", "''": "”", "---": "—", "--": "–", "~": "\u00a0", "{": "", "}": ""}
_TAGS = {"emph": "em", "textit": "em", "textbf": "strong", "texttt": "code", "underline": "em"}


@dataclass(frozen=True, slots=True)
class Words:
    """Some words as HTML; `begins` is the tag of a block that begins with them, `ends` says that it ends with them."""

    html: str
    begins: str = ""
    ends: bool = False


def words_of(text: str, *, in_heading: bool = False) -> Iterator[Words]:
    """The words of one piece; a heading may have begun in an earlier one, and go on in the next.

    >>> list(words_of(r"\\section{One} \\emph{two}"))
    [Words(html='One', begins='h2', ends=True), Words(html=' <em>two</em>', begins='', ends=False)]
    """
    begins = ""
    heading = None if in_heading else _HEADING.match(text)
    if heading is not None:
        begins, text, in_heading = _LEVELS.get(heading.group(1), "h5"), text[heading.end() :], True
    elif not in_heading and text.lstrip().startswith("\\item"):
        begins = 'p class="item"'
    if in_heading:
        stop = _closing(text)
        yield Words(words_html(text[:stop]), begins, stop < len(text))
        text, begins = text[stop + 1 :], ""
    if text:
        yield Words(words_html(text), begins)


def _closing(text: str) -> int:
    """Where the brace that was opened before the text is closed; its length if it is not."""
    depth = 1
    for found in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        depth += (found.group() == "{") - (found.group() == "}")
        if depth == 0:
            return found.start()
    return len(text)


def words_html(text: str) -> str:
    """Words with the commands among them set.

    >>> words_html(r"``a'' \\& \\textbf{b}~\\unknown{c}% d")
    '“a” &amp; <strong>b</strong>\\xa0\\\\unknownc'
    """
    text = shown(text)
    parts, place = [], 0
    for found in _TOKEN.finditer(text):
        parts += [escape(text[place : found.start()]), _set(found)]
        place = found.end()
    return isolated("".join([*parts, escape(text[place:])]))


def _set(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "inner":
            tag = _TAGS.get(found.group("style"), "span")
            return f"<{tag}>{escape(found.group('inner'))}</{tag}>"
        case "reference":
            return f"({escape(found.group('reference'))})"
        case "line":
            return "<br>"
        case "sign":
            return escape(found.group("sign"))
        case "quote":
            return _QUOTES.get(found.group("quote"), " ")
        case _:
            return ""
