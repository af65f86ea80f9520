"""Tokens in, the names, sizes and shapes that begin at a place out, each with the place after it.

One idea: each reader returns nothing unless it understands all that it takes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...errors import ChainruleError
from ...notation import alphabet
from ...notation.symbols import read_symbol
from .said import Size
from .tokens import Kind, Token
from .vocabulary import SPOKEN, longest, phrases

_ARTICLES = frozenset({"a", "A", "I", "i", "s", "t", "d"})  # letters that are also words, or parts of them
_ALSO_WORDS = frozenset({"y", "e", "o", "u"})
_MARKED = re.compile(r"[^\W\d_]{1,3}(?:[\d₀-₉ₐ-ₜᵢⱼₖₙₘ]+|[_^].+|['′]+)+$|d[A-Z]\w{0,3}$")
_LETTER = re.compile(r"[^\W\d_][₀-₉ₐ-ₜᵢⱼₖₙₘ]*$")
# Letters that sizes are called by; what is called x, y, z, u, v or w is a value.
_SIZE_LETTER = re.compile(r"[A-TV-Zb-tB][A-Za-z]?(?:_\{?\w{1,6}\}?|\d)?$|n\^[\[({]+[\w+-]{1,5}[\])}]+$")
_SIZE_WORDS = frozenset({"batch_size", "hidden_size", "input_size", "output_size", "num_classes", "hidden", "seq_len",
                         "in_features", "out_features", "batch", "vocab_size", "embed_dim", "hidden_dim", "input_dim",
                         "output_dim", "n_features", "n_samples", "n_classes", "n_hidden", "num_features"})  # fmt: skip
_OF_SIZE = phrases({
    "size|shape|shaped|dimension|dimensions|length|dim|dims|shape is|dimensionality|order|form|sizes|shapes"
    "|größe|länge|taille|dimensión": True,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """A name: its text form and as written, and which token it is."""

    text: str
    latex: str
    token: Token


@lru_cache(maxsize=4096)
def spelled(latex: str) -> str:
    """The text form of a name, or nothing if it is none."""
    if len(latex) > 80:
        return ""
    try:
        return read_symbol(latex).text
    except (ChainruleError, ValueError, RecursionError):
        return ""


def name_at(tokens: Sequence[Token], place: int, assigned: frozenset[str] = frozenset()) -> Named | None:
    """The name that stands at a place."""
    if place >= len(tokens):
        return None
    token = tokens[place]
    if token.kind is Kind.NAME:
        text = spelled(token.text)
        return Named(text, token.text, token) if text else None
    if token.kind is not Kind.WORD or not _looks_like_a_name(tokens, place, assigned):
        return None
    text = spelled(token.shown)
    return Named(text, token.shown, token) if text else None


def _looks_like_a_name(tokens: Sequence[Token], place: int, assigned: frozenset[str]) -> bool:
    shown = tokens[place].shown
    if len(shown) > 2 and shown.lower() in SPOKEN:
        return False
    if shown in assigned or _MARKED.match(shown):
        return shown.lower() not in _ENGLISH
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if shown in _ALSO_WORDS and after is not None and after.maths and after.kind is Kind.NAME:
        return False  # Spanish `y`, Italian `e`
    if _LETTER.match(shown):
        if shown in _ARTICLES:
            return after is not None and (after.text in (",", "=", "is", "are", ":", "∈", "(", "the", ">") or
                                          (after.text == "and" and shown.lower() != "i"))  # fmt: skip
        return True
    return (shown in alphabet.GREEK and shown not in ("pi", "nu", "mu", "eta")) or shown in ("mu", "eta")


_ENGLISH = frozenset(
    {
        "loss",
        "out",
        "mean",
        "sum",
        "input",
        "output",
        "data",
        "error",
        "is",
        "in",
        "for",
        "if",
        "and",
        "or",
        "the",
        "of",
        "by",
        "with",
        "to",
        "step",
        "grad",
        "num",
        "i",
        "cache",
        "scores",
        "self",
    }
)


def names_at(tokens: Sequence[Token], place: int, assigned: frozenset[str] = frozenset()) -> tuple[list[Named], int]:
    """The names from a place on, with commas and `and` between them, and the place after them."""
    found: list[Named] = []
    after = place
    while named := name_at(tokens, place, assigned):
        found.append(named)
        after = place = place + 1
        if place < len(tokens) and tokens[place].text in (",", "and", "&", "und", "et"):
            place += 1
            if place < len(tokens) and tokens[place - 1].text == "," and tokens[place].text in ("and", "und", "et"):
                place += 1
        elif not (place < len(tokens) and tokens[place].maths and tokens[place - 1].piece != tokens[place].piece):
            break
        else:
            break
    return found, after


def size_at(tokens: Sequence[Token], place: int) -> tuple[Size, int] | None:
    """A size: a whole number, a letter, or a number times a letter, a letter plus or minus a number."""
    if place >= len(tokens):
        return None
    token = tokens[place]
    if token.kind is Kind.NUMBER:
        if not token.text.isdecimal() or int(token.text[:9]) < 1 or len(token.text) > 9:
            return None
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if after is not None and not after.spaced and after.kind is Kind.NAME and after.maths:
            inner = size_at(tokens, place + 1)
            return (f"{token.text}{inner[0]}", inner[1]) if inner else None
        return int(token.text), place + 1
    letter = _size_letter(token)
    if not letter:
        return None
    if place + 2 < len(tokens) and tokens[place + 1].text in ("+", "-") and tokens[place + 2].kind is Kind.NUMBER:
        if not tokens[place + 2].text.isdecimal():
            return None
        return f"{letter}{tokens[place + 1].text}{tokens[place + 2].text}", place + 3
    return letter, place + 1


def _size_letter(token: Token) -> str:
    shown = token.text if token.kind is Kind.NAME else token.shown
    if token.kind not in (Kind.NAME, Kind.WORD) or not shown:
        return ""
    text = spelled(shown)
    if shown.lower() in _SIZE_WORDS or text in _SIZE_WORDS:
        return text
    return text if text and _SIZE_LETTER.match(text) and len(text) <= 9 else ""


def shape_at(tokens: Sequence[Token], place: int, said: bool = False) -> tuple[tuple[Size, ...], int] | None:
    """A shape: `(N, D)`, `[N, D]`, `N x D`, `N by D`. Where the word `shape` was not said, numbers in brackets
    are values unless a comma follows the only one."""
    if place >= len(tokens):
        return None
    if tokens[place].text in ("(", "["):
        return _bracketed(tokens, place, said)
    return _product(tokens, place)


def _bracketed(tokens: Sequence[Token], place: int, said: bool) -> tuple[tuple[Size, ...], int] | None:
    closing = {"(": ")", "[": "]"}[tokens[place].text]
    inner = _product(tokens, place + 1)
    if inner is not None and inner[1] < len(tokens) and tokens[inner[1]].text == closing:
        return inner[0], inner[1] + 1
    sizes: list[Size] = []
    place += 1
    comma = False
    while size := size_at(tokens, place):
        sizes.append(size[0])
        place, comma = size[1], False
        if place < len(tokens) and tokens[place].text == ",":
            place, comma = place + 1, True
        else:
            break
    if not sizes or place >= len(tokens) or tokens[place].text != closing or len(sizes) > 5:
        return None
    lettered = any(isinstance(size, str) for size in sizes)
    if not said and not (len(sizes) == 1 and comma) and (len(sizes) == 1 or not lettered):
        return None
    return tuple(sizes), place + 1


def _product(tokens: Sequence[Token], place: int) -> tuple[tuple[Size, ...], int] | None:
    sizes: list[Size] = []
    while size := size_at(tokens, place):
        sizes.append(size[0])
        place = size[1]
        if place + 1 < len(tokens) and tokens[place].text in ("*x", "x", "by", "mal") and size_at(tokens, place + 1):
            place += 1
        else:
            break
    return (tuple(sizes), place) if 2 <= len(sizes) <= 5 else None


def said_shape(tokens: Sequence[Token], place: int) -> tuple[tuple[Size, ...], int] | None:
    """`shape (N, D)`, `size N x D`, `length d`: the word, perhaps `is`, `of` or a colon, and the shape."""
    word = longest(_OF_SIZE, tokens, place, 2)
    if word is None:
        return None
    place = word[1]
    while place < len(tokens) and tokens[place].text in ("is", "of", ":", "=", "ist"):
        place += 1
    found = shape_at(tokens, place, said=True)
    if found is not None:
        return found
    single = size_at(tokens, place)
    return ((single[0],), single[1]) if single else None


def sizes_of_space(under: str) -> tuple[Size, ...] | None:
    """The sizes above a space of real numbers: `m\\\\times n`, `d`; nothing above is a number."""
    under = under.strip().strip("{}").strip() if under.startswith("{") else under.strip()
    if not under:
        return ()
    sizes: list[Size] = []
    for side in re.split(r"\\times(?![a-zA-Z])|×|,", under):
        side = side.strip().strip("{}").strip() if side.strip().startswith("{") else side.strip()
        if not side or len(side) > 30:
            return None
        sizes.append(int(side) if side.isdecimal() and len(side) < 9 else spelled(side) or side.replace(" ", ""))
    return tuple(sizes) if sizes and all(size not in ("+", "*") for size in sizes) else None


def sizes_by_look(tokens: Sequence[Token]) -> bool:
    """Whether what stands in brackets can be nothing but sizes: a capital, a product, or a comma before the bracket."""
    if len(tokens) > 2 and tokens[-2].text == ",":
        return True
    shown = [token.shown or token.text for token in tokens]
    return any(said[:1].isupper() for said in shown) or "*x" in shown or "x" in shown or "by" in shown


def rows_and_columns(tokens: Sequence[Token], place: int) -> tuple[tuple[Size, ...], int] | None:
    """`N rows (tokens), d columns (features)`."""
    first = size_at(tokens, place)
    if first is None or first[1] >= len(tokens) or tokens[first[1]].text not in ("rows", "columns"):
        return None
    place = first[1] + 1
    if place + 2 < len(tokens) and tokens[place].text == "(" and tokens[place + 2].text == ")":
        place += 3
    if place >= len(tokens) or tokens[place].text not in (",", "and"):
        return None
    second = size_at(tokens, place + 1)
    if second is None or second[1] >= len(tokens) or tokens[second[1]].text not in ("rows", "columns"):
        return None
    if tokens[second[1]].text == tokens[first[1]].text:
        return None
    by_rows = tokens[first[1]].text == "rows"
    return ((first[0], second[0]) if by_rows else (second[0], first[0])), second[1] + 1
