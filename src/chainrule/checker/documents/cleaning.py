"""The text of a formula as it stands in the document in, the same as mathematics out.

One idea: what a document format, a template or a program did to a formula on its way into the file is undone here, with
the offsets kept, so that the parser sees mathematics only.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote_plus

from .mapped import Edit, Mapped

# What a Python string makes of \frac, \beta, \text, \alpha and \vec: the backslash and a letter became a control
# character. After a tab only what LaTeX knows is repaired, because tabs also stand for themselves.
_EATEN = {"\x07": "a", "\x08": "b", "\x0c": "f", "\x0b": "v", "\t": "t"}
_REPAIR = re.compile(
    "[\x07\x08\x0b\x0c](?=[A-Za-z])"
    "|\t(?=(?:ext|heta|imes|anh?|au|frac|o|op|ilde|herefore|riangle|riangleq)(?![A-Za-z]))"
)
_LOST = re.compile(r"(?<![A-Za-z\\])rac(?=\s*\{)")  # \frac, of which the form feed is gone as well
_ENTITY = re.compile(r"&(?:lt|gt|amp|nbsp|quot|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*)?")
_ESCAPED = re.compile(r"\\\\|\\[_*]|\\(?:text|mbox|mathrm|texttt)\s*\{[^{}]*\}")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}|\+)+")


def clean_mathematics(mapped: Mapped, markdown: bool) -> Mapped:
    """The formula without comments, entities, Markdown's escapes and what a string literal ate."""
    text = mapped.text
    if any(sign in text for sign in _EATEN):
        mapped = mapped.edited([_repaired(found) for found in _REPAIR.finditer(text)])
    if "rac{" in text or "rac {" in text:
        mapped = mapped.edited([Edit(found.start(), found.end(), "\\frac") for found in _LOST.finditer(mapped.text)])
    if "%" in mapped.text:
        mapped = mapped.edited([Edit(found.end(1), found.end()) for found in _COMMENT.finditer(mapped.text)])
    if markdown and "&" in mapped.text:
        mapped = mapped.edited([_entity(found) for found in _ENTITY.finditer(mapped.text)])
    if markdown and ("\\_" in mapped.text or "\\*" in mapped.text):
        mapped = mapped.edited([_unescaped(found) for found in _ESCAPED.finditer(mapped.text) if len(found.group()) == 2
                                and found.group() != "\\\\"])  # fmt: skip
    return mapped.stripped()


def _repaired(found: re.Match[str]) -> Edit:
    return Edit(found.start(), found.end(), "\\" + _EATEN[found.group()])


def _entity(found: re.Match[str]) -> Edit:
    return Edit(found.start(), found.end(), html.unescape(found.group()))


def _unescaped(found: re.Match[str]) -> Edit:
    return Edit(found.start(), found.start() + 1)  # the backslash goes, the sign stays where it stands


def decode_address(mapped: Mapped) -> Mapped:
    """A formula that was written into a web address: `%2B` is `+`, and `+` a space."""
    return mapped.edited(
        [Edit(found.start(), found.end(), unquote_plus(found.group())) for found in _PERCENT.finditer(mapped.text)]
    ).stripped()
