"""Markdown with its pieces in, the document as HTML with the verdicts beside the statements out.

One idea: markdown-it lays out the words, and may write nothing but tags of its own choosing: HTML of the document is
escaped, addresses are let through by a list, and images are not loaded but named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from ....checker.documents import limits
from ....checker.documents.mapped import Mapped
from .filling import Filling, code, explained, filled
from .findings import Workings
from .placing import Placed
from .signs import isolated, shown
from .slots import Slot, is_mark_only, marked, marks_in, unmarked

_FILLING = "filling"
_PARAGRAPH = 'p dir="auto"'
_EMPTY = re.compile(r'<p dir="auto">\s*</p>\n?')
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_SCHEMES = ("http", "https", "mailto")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]")
_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(?:[^\n]*\n){0,400}?(?:\1|\.\.\.)[ \t]*(?:\n|\Z)")
_LONGEST_COMMENT = 5_000
_KEPT = re.compile("\n\n|[\ue000\ue002]")


def markdown_html(content: Mapped, numbers: Sequence[int], judged: Placed, workings: Workings) -> str:
    """A document of Markdown, or one cell of a notebook; `numbers` are those of its pieces."""
    text, slots = marked(content, numbers, judged)
    if front := _FRONT_MATTER.match(text):
        text = text[front.end() :]
    parser = _parser()
    made: str = parser.render(without_comments(text), {_FILLING: Filling(slots, workings)})
    return _EMPTY.sub("", made)


def without_comments(text: str) -> str:
    """The text without comments of HTML that lie within a paragraph and hold no mathematics.

    >>> without_comments("a <!-- b --> c <!-- d")
    'a  c <!-- d'
    """
    parts, place, done, stop = [], 0, 0, -1
    while (start := text.find("<!--", place)) >= 0:
        stop = stop if stop >= start + 4 else text.find("-->", start + 4)
        if stop < 0:
            break
        place = start + 4
        if stop - start <= _LONGEST_COMMENT and not _KEPT.search(text, start, stop):
            parts.append(text[done:start])
            done = place = stop + 3
    return "".join([*parts, text[done:]])


def _parser() -> MarkdownIt:
    # `[W]: weights` is no definition of a link: nothing of a document may vanish from its page.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": limits.NESTING}, renderer_cls=_Page)
    parser.enable("table").disable(["reference", "html_block", "html_inline"])
    parser.validateLink = is_harmless  # type: ignore[method-assign]
    return parser


def is_harmless(url: str) -> bool:
    """Whether a link may lead there: the web, mail, a place on this page, or a file beside it.

    >>> [is_harmless(address) for address in ("https://a.org", "b.md#c", "java\\tscript:x", "//host/share")]
    [True, True, False, False]
    """
    bare = _UNSEEN.sub("", unquote(unescape(url)))
    if bare.startswith(("//", "\\", "/\\")):
        return False
    scheme = _SCHEME.match(bare)
    if scheme is not None:
        return scheme.group(1).lower() in _SCHEMES
    return ":" not in re.split(r"[/?#]", bare, maxsplit=1)[0]


class _Page(RendererHTML):
    """Writes tokens; `env` holds the slots, and the findings whose explanations stand below the current block."""

    def paragraph_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        env[_FILLING].paragraph = "" if tokens[idx].hidden else _PARAGRAPH
        return "" if tokens[idx].hidden else f"<{_PARAGRAPH}>"

    def paragraph_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        env[_FILLING].paragraph = None
        return f"{'' if tokens[idx].hidden else '</p>'}\n{explained(env[_FILLING])}"

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f'<{_below(tokens[idx])} dir="auto">'

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"</{_below(tokens[idx])}>\n{explained(env[_FILLING])}"

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return '<div class="wide"><table dir="auto">'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"</table></div>\n{explained(env[_FILLING])}"

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return '<th scope="col">'

    def td_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "<td>"

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        # Displayed mathematics ends the paragraph, unless it stands inside of emphasis or a link.
        block = tokens[idx].level == 0 and env[_FILLING].paragraph is not None
        return filled(tokens[idx].content, env[_FILLING], block=block)

    def softbreak(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        beside = [tokens[at].content for at in (idx - 1, idx + 1) if 0 <= at < len(tokens)]
        return "<br>\n" if any(_is_line(content, env[_FILLING].slots) for content in beside) else "\n"

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<code>{isolated(escape(shown(unmarked(tokens[idx].content, env[_FILLING].slots))))}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return code(tokens[idx].content, env[_FILLING])

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        content = tokens[idx].content
        if not is_mark_only(content):
            return code(content, env[_FILLING])
        made = filled(content, env[_FILLING], block=True)
        return f'<div class="lines">{made}</div>\n{explained(env[_FILLING])}'

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<a {_address(str(tokens[idx].attrGet('href') or ''), env[_FILLING].slots)}>"

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        slots = env[_FILLING].slots
        said = unmarked(self.renderInlineAsText(tokens[idx].children or [], options, env), slots)
        alt = isolated(escape(shown(said or "image")))
        source = str(tokens[idx].attrGet("src") or "")
        if not is_harmless(source) or _in_link(tokens, idx):
            return f'<span class="image">{alt}</span>'
        return f'<a class="image" {_address(source, slots)}>{alt}</a>'


def _below(token: Token) -> str:
    """The headings of a document stand below the page's own."""
    return f"h{min(int(token.tag[1:]) + 1, 6)}"


def _is_line(content: str, slots: Sequence[Slot]) -> bool:
    """Whether an equation stands there that nothing but its line sets apart from words."""
    return any('class="line"' in slots[number].inline for number in marks_in(content) if number < len(slots))


def _address(href: str, slots: Sequence[Slot]) -> str:
    clean = unmarked(unquote(href), slots) if "%EE%80" in href else href
    if not is_harmless(clean):
        return ""
    return f'href="{escape(clean)}" rel="noopener noreferrer nofollow"'


def _in_link(tokens: Sequence[Token], idx: int) -> bool:
    return sum(token.nesting for token in tokens[:idx] if token.type.startswith("link_")) > 0
