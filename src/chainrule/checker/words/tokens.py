"""A stretch of prose, mathematics or code in, its words, names, numbers and signs out, each with its place.

One idea: prose and mathematics become the same tokens, so that `X is (N, D)` and `$X$ is $(N, D)$` and
`$X\\text{ is }N\\times D$` are heard by one grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from . import latex


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    NAME = auto()
    NUMBER = auto()
    SPACE = auto()  # real numbers: `\\mathbb R^{m\\times n}`
    DERIVATIVE = auto()  # `\\frac{\\partial L}{\\partial x}`, `dL/dx`
    SIGN = auto()
    DISPLAY = auto()  # a formula that stands by itself
    BREAK = auto()  # the end of a sentence, of a cell of a table


@dataclass(slots=True)  # not frozen: a document has hundreds of thousands
class Token:
    """`text` is a word in small letters, a sign in one spelling, or a name as written.

    `maths` says that it stands in mathematics or code. `transposed` is said of a name with `^T` above it; `under` is
    the name below a derivative, or the sizes of a space.
    """

    kind: Kind
    text: str
    piece: int
    start: int
    stop: int
    maths: bool = False
    transposed: bool = False
    under: str = ""
    quoted: bool = False  # in backticks
    shown: str = ""  # a word as written
    spaced: bool = False  # white space stands before it
    line: bool = False  # it begins a line


_PROSE = re.compile(
    r"(?P<gap>[ \t\r\u00a0~]+)|(?P<line>\n[ \t]*)"
    r"|(?P<abbreviation>(?<!\w)(?:w\.?\s?r\.?\s?t\.?(?!\w)|i\.e\.|e\.g\.|resp\.|cf\.|vs\.|dim\.|z\.B\.|d\.h\.|bzw\.))"
    r"|(?P<command>\\[A-Za-z]+\*?\{?|\\.)"
    r"|(?P<slash>(?:∂|(?<!\w)d)[^\W\d_]\w{0,20}/(?:∂|d)[^\W\d_]\w{0,20})"
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]{1,6}(?!\w)|\d+)*(?:_(?:\w{1,20}|\{[^{}\n]{1,20}\})"
    r"|\^(?:\w{1,10}|\([^()\n]{1,10}\)|\[[^\[\]\n]{1,10}\]|\{[^{}\n]{1,20}\})|['′](?!\w))*)"
    r"|(?P<sign>\.\.\.?|…|<=|>=|!=|:=|->|=>|<-|==|[*]+|.)",
    re.DOTALL,
)
_LETTER = re.compile(r"[^\W\d_]")
_ENDS = frozenset(".!?;")
_SAME = {
    "×": "*x", "⊙": "⊙", "∈": "∈", "≠": "!=", "≤": "<=", "≥": ">=", "…": "..", "...": "..", "±": "±", "→": "->",
    "⇒": "=>", "←": "<-", "∘": "∘", "·": "·", "，": ",", "：": ":", "（": "(", "）": ")", "。": ".", "“": '"', "”": '"',
    "−": "-", "–": "-", "≔": ":=", "==": "=",
}  # fmt: skip


def prose_tokens(text: str, piece: int, maths: bool = False) -> list[Token]:
    """The tokens of running text. A hyphen between letters and marks of emphasis are left out.

    >>> [token.text for token in prose_tokens("X (N, D) is one-hot.", 0)]
    ['x', '(', 'n', ',', 'd', ')', 'is', 'one', 'hot', '.']
    """
    found: list[Token] = []
    spaced = line = True
    for match in _PROSE.finditer(text):
        group, shown = match.lastgroup or "", match.group()
        if group in ("gap", "line"):
            spaced, line = True, line or group == "line"
            continue
        token = _prose_token(group, shown, match, piece)
        if group == "word" and found and _multiplies(found[-1], shown, spaced):
            found.append(Token(Kind.SIGN, "x", piece, match.start(), match.start() + 1, maths))
            token = Token(Kind.NUMBER, shown[1:], piece, match.start() + 1, match.end())
        if token is not None:
            token.maths, token.spaced, token.line = maths, spaced, line
            found.append(token)
            spaced = line = False
    return found


def _multiplies(before: Token, shown: str, spaced: bool) -> bool:
    """Whether a word is the rest of `2x3`."""
    return before.kind is Kind.NUMBER and not spaced and shown[0] == "x" and shown[1:].isdecimal()


def _prose_token(group: str, shown: str, match: re.Match[str], piece: int) -> Token | None:
    start, stop, text = match.start(), match.end(), match.string
    if group == "abbreviation":
        word = re.sub(r"[\W_]+", "", shown.lower())
        return Token(Kind.WORD, word, piece, start, stop, shown=shown)
    if group == "command":
        ends = shown.rstrip("{*").endswith(("section", "item", "paragraph", "chapter"))
        return Token(Kind.BREAK, shown, piece, start, stop) if ends else None
    if group == "slash":
        above, _, below = shown.partition("/")
        return Token(Kind.DERIVATIVE, above[1:], piece, start, stop, under=below[1:])
    if group == "number":
        return Token(Kind.NUMBER, shown, piece, start, stop)
    if group == "word":
        return Token(Kind.WORD, shown.lower(), piece, start, stop, shown=shown)
    if shown[0] == "*" or shown == "_":
        after, before = text[stop : stop + 1], text[start - 1 : start]
        emphasis = after.isalnum() != before.isalnum() or (len(shown) > 1) or "*" in (after, before)
        return None if emphasis else Token(Kind.SIGN, "*", piece, start, stop)
    if shown == "-" and text[start - 1 : start].isalpha() and text[stop : stop + 1].isalpha():
        return None
    if shown == "}" and text[stop : stop + 1] == "\n":
        return Token(Kind.BREAK, shown, piece, start, stop)
    if shown == "|" or (shown in _ENDS and (stop == len(text) or text[stop].isspace() or text[stop] in ")*\"'”")):
        return Token(Kind.BREAK, shown, piece, start, stop)
    return Token(Kind.SIGN, _SAME.get(shown, shown), piece, start, stop)


def maths_tokens(text: str, piece: int) -> list[Token]:
    """The tokens of a formula in LaTeX, as far as words about it need them.

    >>> [(token.kind.name, token.text) for token in maths_tokens("W \\\\in \\\\mathbb R^{m\\\\times n}", 0)]
    [('NAME', 'W'), ('SIGN', '∈'), ('SPACE', 'R')]
    """
    found: list[Token] = []
    for sign in latex.read(text):
        if sign.kind == "text":
            inner = prose_tokens(text[sign.start : sign.stop], piece)
            for token in inner:
                token.start, token.stop = token.start + sign.start, token.stop + sign.start
                token.maths = True
            found.extend(token for token in inner if token.kind is not Kind.BREAK)
            continue
        found.append(
            Token(Kind[sign.kind.upper()], sign.text, piece, sign.start, sign.stop, True, sign.transposed, sign.under)
        )
    return found


def quoted_tokens(text: str, piece: int) -> list[Token]:
    """The tokens of a stretch of code in a sentence: a name, or whatever prose would be."""
    if re.fullmatch(r"[A-Za-z_][\w.]*", text):
        return [Token(Kind.NAME, text, piece, 0, len(text), True, quoted=True, spaced=True)]
    found = prose_tokens(text, piece, maths=True)
    for token in found:
        token.quoted = True
        if token.kind is Kind.WORD:
            token.kind, token.text = Kind.NAME, text[token.start : token.stop]
    return found
