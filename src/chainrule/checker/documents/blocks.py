"""Markdown in; its blocks out: running text, headings and code, each without the marks of lists and quotes.

One idea: markdown-it finds the containers on a skeleton of the document, the first characters of each line, because
nothing but these decides what block a line belongs to; what encloses several lines is found before that, on the whole
text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from . import limits
from .enclosures import Search, enclosure_at
from .mapped import Mapped, joined

BlockKind = Literal["text", "heading", "fence", "indented"]
_SHOWN = 40  # characters of a line that may decide its block, after white space and marks of quotes
_HEAD = re.compile(rf"[ \t>]{{0,400}}[^\n]{{0,{_SHOWN}}}")
_ENCLOSED = "chainrule_enclosed"
_OPENS = re.compile(r"\$\$|\\\\?\[|\\begin\s*\{|<!--|<(?:script|style|pre|textarea)\b|\{%", re.IGNORECASE)
_CONTAINER = re.compile(r"(?:[-+*>]|\d{1,9}[.)])(?:\s|$)|>")
_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\n(?:[^\n]*\n){0,400}?(?:\1|\.\.\.)[ \t]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block; `language` is what a fence says after its marks."""

    kind: BlockKind
    content: Mapped
    language: str = ""


class _Lines:
    """The whole text and its skeleton, line by line."""

    def __init__(self, content: Mapped) -> None:
        self.content = content
        lines = content.text.split("\n")
        heads = [_HEAD.match(line) for line in lines]
        self.heads = [head.group() if head else "" for head in heads]
        self.lengths = [len(line) for line in lines]
        self.starts = [0, *accumulate(length + 1 for length in self.lengths)]
        self.head_starts = [0, *accumulate(len(head) + 1 for head in self.heads)]
        self.search = Search(content.text)

    @property
    def skeleton(self) -> str:
        return "\n".join(self.heads)

    def line_of(self, place: int) -> int:
        return bisect_right(self.starts, place) - 1

    def line(self, number: int, column: int = 0) -> Mapped:
        """A line from a column on, with its line end."""
        start = self.starts[number] + min(column, self.lengths[number])
        return self.content.part(start, min(self.starts[number] + self.lengths[number] + 1, len(self.content.text)))


def blocks(content: Mapped, plain: bool = False) -> Iterator[Block]:
    """The blocks of a document, front matter left out. Plain text has no code by indentation."""
    if front := _FRONT_MATTER.match(content.text):
        content = content.part(front.end(), len(content.text))
    lines = _Lines(content)
    tokens: list[Token] = []
    parser = _parser(plain)
    parser.block.parse(lines.skeleton, parser, {"lines": lines}, tokens)
    for number, token in enumerate(tokens):
        if token.type in ("fence", "code_block"):
            yield _code(lines, token)
        elif token.type == _ENCLOSED:
            yield Block("text", joined([lines.line(line, column) for line, column in token.meta["columns"]]))
        elif token.type == "inline" and token.map is not None:
            kind: BlockKind = "heading" if tokens[number - 1].type == "heading_open" else "text"
            yield Block(kind, _inline(lines, token))


def _parser(plain: bool) -> MarkdownIt:
    # `===` below a line makes no heading here, because formulas go on with `=`; `[W]: weights`
    # is no definition of a link.
    parser = MarkdownIt("commonmark", {"maxNesting": limits.NESTING})
    parser.block.ruler.disable(["reference", "lheading", "html_block", *(["code"] if plain else [])])
    parser.block.ruler.before("fence", _ENCLOSED, _enclosed, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    if not plain:
        parser.block.ruler.at("code", _indented_code)
    return parser


def _enclosed(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The rule of markdown-it for marks that enclose several lines."""
    lines: _Lines = state.env["lines"]
    place = lines.starts[first] + state.bMarks[first] + state.tShift[first] - lines.head_starts[first]
    line_stop = lines.starts[first] + lines.lengths[first]
    stop = _end_of_enclosure(lines, place, line_stop)
    if stop < line_stop:
        return False
    end = lines.line_of(stop - 1)
    if end >= last or end == first:
        return False
    if not silent:
        token = state.push(_ENCLOSED, "", 0)
        token.map = [first, end + 1]
        columns = [(line, state.bMarks[line] - lines.head_starts[line]) for line in range(first + 1, end + 1)]
        token.meta = {"columns": [(first, place - lines.starts[first]), *columns]}
        state.line = end + 1
    return True


def _end_of_enclosure(lines: _Lines, place: int, line_stop: int) -> int:
    """Where what opens in this line and is not closed in it ends, or -1."""
    text = lines.content.text
    if _CONTAINER.match(text, place):
        return -1
    while opening := _OPENS.search(text, place, line_stop):
        found = enclosure_at(lines.search, opening.start())
        place = found.stop if found else opening.end()
        if place > line_stop:
            return place
    return -1


def _indented_code(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Indented lines are code only if no mark of mathematics stands in them: notes indent formulas as well."""
    lines: _Lines = state.env["lines"]
    if state.sCount[first] - state.blkIndent < 4:
        return False
    stop = first
    while stop < last and (state.isEmpty(stop) or state.sCount[stop] - state.blkIndent >= 4):
        stop += 1
    if silent:
        return True
    shown = lines.content.text[lines.starts[first] : lines.starts[stop - 1] + lines.lengths[stop - 1]]
    if "$" in shown or "\\(" in shown or "\\[" in shown:
        token = state.push(_ENCLOSED, "", 0)
        token.meta = {"columns": [(line, state.bMarks[line] - lines.head_starts[line]) for line in range(first, stop)]}
    else:
        token = state.push("code_block", "", 0)
        token.content = state.getLines(first, stop, 4 + state.blkIndent, True)
    state.line, token.map = stop, [first, stop]
    return True


def _code(lines: _Lines, token: Token) -> Block:
    first, stop = token.map or [0, 0]
    fence = token.type == "fence"
    shown = token.content.split("\n")
    parts = []
    for number, line in enumerate(range(first + fence, min(stop, len(lines.heads)))):
        if number >= len(shown) or (number == len(shown) - 1 and not shown[number]):
            break
        parts.append(lines.line(line, _column(lines.heads[line], shown[number])))
    language = ""
    if fence:
        info = lines.content.text[lines.starts[first] : lines.starts[first] + lines.lengths[first]]
        language = info.rpartition(token.markup)[2].strip()
    return Block("fence" if fence else "indented", joined(parts) if parts else lines.line(first).part(0, 0), language)


def _inline(lines: _Lines, token: Token) -> Mapped:
    first, stop = token.map or [0, 0]
    shown = token.content.split("\n")
    return joined([
        lines.line(line, lines.heads[line].rfind(text.strip()) if text.strip() else 0)
        for line, text in zip(range(first, stop), shown, strict=False)
    ])  # fmt: skip


def _column(head: str, shown: str) -> int:
    """Where what is shown of a line begins in it; tabs that were taken apart are kept whole."""
    if head.endswith(shown):
        return len(head) - len(shown)
    stripped = shown.lstrip()
    return max(0, len(head) - len(stripped)) if head.endswith(stripped) else 0
