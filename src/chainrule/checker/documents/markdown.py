"""Markdown or plain text in, its pieces in order out.

One idea: blocks are found first, then what stands in each; a piece is made in one place, `drafts.Drafts`.
"""

from __future__ import annotations

import ast
import re
import warnings

from . import limits
from .blocks import Block, blocks
from .drafts import Drafts
from .inline import Segment, segments
from .lines import equation_in
from .mapped import Mapped

_MATHEMATICS = frozenset({"math", "latex", "tex", "katex", "mathjax", "asciimath"})
_PYTHON = frozenset(
    {"python", "py", "python3", "numpy", "ipython", "ipython3", "pycon", "python2", "code-cell", "jax", "torch"}
)
_WORDLESS = frozenset({"", "text", "txt", "plain", "plaintext", "none", "pseudocode", "pseudo", "output", "math-text"})
_LANGUAGE = re.compile(r"[\s{.]*([A-Za-z0-9_+#-]*)")
_RELATES = re.compile(r"[=≈≡≅≜]|\\(?:approx|equiv|coloneqq)")
_MARK = re.compile(r"\\[(\[]|\\begin|(?<!\\)\$")


def read_markdown(content: Mapped, drafts: Drafts, plain: bool = False) -> None:
    """Adds the pieces of a document, or of one cell of a notebook."""
    for block in blocks(content, plain):
        drafts.next_block(heading=block.kind == "heading")
        if block.kind in ("fence", "indented"):
            read_code(block, drafts)
        else:
            read_text(block.content, drafts, lines=block.kind == "text")


def read_text(content: Mapped, drafts: Drafts, lines: bool = True) -> None:
    """Adds the pieces of one block of running text."""
    place = 0
    for number, segment in enumerate(segments(content.text, markdown=True)):
        if number > limits.SEGMENTS:
            drafts.note(f"after {limits.SEGMENTS:,} formulas in one paragraph no more were looked for", 0)
            break
        _words(content, place, segment.outer_start, drafts, lines)
        place = segment.outer_stop
        _add(content, segment, drafts)
    _words(content, place, len(content.text), drafts, lines)


def _add(content: Mapped, segment: Segment, drafts: Drafts) -> None:
    inner = segment.inner(content)
    if segment.kind == "mathematics":
        drafts.mathematics(inner, segment.display, segment.form, segment.sure, True)
    elif segment.kind == "code":
        language = "" if segment.form in ("`", "pre") else _language(segment.form)
        drafts.code(inner, segment.display, segment.form, language, sure=segment.form not in ("`", "pre"))
    elif segment.kind == "definition":
        drafts.definition(inner)
    else:
        drafts.words(content.part(segment.outer_start, segment.outer_stop))


def _words(content: Mapped, start: int, stop: int, drafts: Drafts, lines: bool) -> None:
    """Adds words; a whole line among them that is an equation by itself becomes mathematics that is not sure."""
    text = content.text
    if not lines or not _RELATES.search(text, start, stop):
        drafts.words(content.part(start, stop))
        return
    done = place = start
    while place < stop:
        end = text.find("\n", place, stop)
        end = stop if end < 0 else end
        alone = (place == 0 or text[place - 1] == "\n") and (end == len(text) or text[end] == "\n")
        drafts.lines += alone
        for cell_start, cell_stop in _cells(text, place, end) if alone and drafts.lines < limits.LINES else ():
            found = equation_in(text[cell_start:cell_stop])
            if found:
                drafts.words(content.part(done, cell_start + found[0]))
                drafts.mathematics(
                    content.part(cell_start + found[0], cell_start + found[1]), True, "line", False, True
                )
                done = cell_start + found[1]
        place = end + 1
    drafts.words(content.part(done, stop))


def _cells(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """The cells of a row of a table, or the line itself."""
    if not text.startswith("|", start):
        return [(start, stop)]
    bars = [place for place in range(start, stop) if text[place] == "|"]
    return [(left + 1, right) for left, right in zip(bars, [*bars[1:], stop], strict=True) if right > left + 1]


def _language(info: str) -> str:
    found = _LANGUAGE.match(info)
    name = found.group(1).lower() if found else ""
    return "python" if name in _PYTHON else name


def read_code(block: Block, drafts: Drafts) -> None:
    """Adds a fence or indented lines: mathematics, code, or lines that may be equations."""
    language = _language(block.language)
    if language in _MATHEMATICS:
        drafts.mathematics(block.content, True, "fence", True, True)
    elif language not in _WORDLESS:
        drafts.code(block.content, True, "fence", language, sure=True)
    elif block.kind == "fence" and _MARK.search(block.content.text):
        read_text(block.content, drafts)
    elif is_python(block.content.text):
        drafts.code(block.content, True, block.kind, "python", sure=False)
    else:
        read_text(block.content, drafts)


def is_python(text: str) -> bool:
    """Whether a text that nothing marks as Python can be read as statements of Python, at least one an assignment."""
    if len(text) > limits.CODE or "=" not in text or "\0" in text:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an invalid escape, which is no business of ours
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(each, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.FunctionDef) for each in body)
