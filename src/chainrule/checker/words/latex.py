"""A formula in LaTeX in, its names, numbers and signs out, as far as words about it need them.

One idea: a name is read with everything that is written on it, because `z^{[l]}_j` is one thing to speak of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...notation import alphabet


@dataclass(slots=True)
class Part:
    """A part of a formula; `kind` is name, number, space, derivative, sign or text."""

    kind: str
    text: str
    start: int
    stop: int
    transposed: bool = False
    under: str = ""


_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\d+(?:\.\d+)?|\.\.\.?|:=|<=|>=|!=|[A-Za-z]+|\s+|.", re.DOTALL)
_FONTS = frozenset(
    {
        "mathbf", "boldsymbol", "bm", "pmb", "mathcal", "mathsf", "mathit", "vec", "hat", "widehat", "tilde",
        "widetilde", "bar", "overline", "dot", "ddot", "check", "mathscr", "mathfrak", "underline", "bold", "mathtt",
    }
)  # fmt: skip
_WORDS = frozenset({"text", "mbox", "textrm", "textbf", "textit", "textnormal", "hbox", "intertext", "textsf"})
_UPRIGHT = frozenset({"mathrm", "operatorname", "operatorname*", "rm"})
_LAYOUT = frozenset(
    {
        "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "quad", "qquad", "limits",
        "displaystyle", "textstyle", "nolimits", "boxed", "label", "tag", "nonumber", "notag", "hspace", "vspace",
        "biggl", "biggr", "ensuremath", "middle",
    }
)  # fmt: skip
_SIGNS = {
    "in": "∈", "times": "*x", "cdot": "·", "odot": "⊙", "circ": "∘", "ast": "*", "star": "*", "ne": "!=", "neq": "!=",
    "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "lt": "<", "gt": ">", "dots": "..", "ldots": "..", "cdots": "..",
    "dotsc": "..", "pm": "±", "{": "{", "}": "}", "lbrace": "{", "rbrace": "}", "to": "->", "rightarrow": "->",
    "Rightarrow": "=>", "implies": "=>", "leftarrow": "<-", "gets": "<-", "equiv": "=", "coloneqq": ":=", "colon": ":",
    "otimes": "⊗", "mid": "|", "vert": "|", "Vert": "‖", "|": "‖", "lVert": "‖", "rVert": "‖", "sim": "~",
    "leqslant": "<=", "geqslant": ">=", "triangleq": ":=", "subset": "⊂", "forall": "∀", "&": "&", "\\": "\\\\",
}  # fmt: skip
_CHARACTERS = {"−": "-", "×": "*x", "∈": "∈", "≠": "!=", "≤": "<=", "≥": ">=", "…": "..", "...": "..", "⊙": "⊙"}
_TRANSPOSES = frozenset({"T", "\\top", "\\intercal", "⊤", "\\mathsf T", "\\mathsf{T}", "\\mathrm T", "\\mathrm{T}",
                         "\\mathtt{T}", "\\prime\\top", "\\text{T}", "t"})  # fmt: skip
_LONGEST = 60  # characters of a script or of what an accent stands on
_REAL = re.compile(
    r"\\(?:mathbb|Bbb|mathds)\s*\{?\s*([A-Z])\s*\}?|\\(?:mathbf|mathrm)\s*\{?\s*(R)\s*\}?(?=\s*\^)|([ℝℤℕ])"
)
_UNDER_R = re.compile(r"\s*_\s*(\{[^{}]{0,20}\}|[+*])")
_DERIVES = re.compile(r"\\[dtc]?frac\s*\{")
_SLASH = re.compile(
    r"(?:\\partial|∂|(?<![A-Za-z\\])d(?=[\\A-Z]))\s*((?:\\[A-Za-z]+\s*)?\{?\w?\}?)\s*/\s*(?:\\partial|∂|d)\s*"
)


def read(text: str) -> Iterator[Part]:
    """The parts of a formula, in order; layout is left out."""
    place = 0
    while place < len(text):
        part = _special(text, place)
        if part is None:
            match = _TOKEN.match(text, place)
            if match is None:
                return
            shown = match.group()
            stop = match.end()
            part = _plain(text, place, stop, shown)
            if part is None:
                place = stop
                continue
        yield part
        place = max(part.stop if part.kind != "text" else part.stop + 1, place + 1)


def _special(text: str, place: int) -> Part | None:
    character = text[place]
    if character == "\\":
        if real := _REAL.match(text, place):
            return _space(text, place, real)
        if _DERIVES.match(text, place):
            return _fraction(text, place)
        if text.startswith("\\partial", place) and (slash := _SLASH.match(text, place)):
            return _slashed(text, place, slash)
        return None
    if character in "ℝℤℕ" and (real := _REAL.match(text, place)):
        return _space(text, place, real)
    if character in "d∂" and (slash := _SLASH.match(text, place)):
        return _slashed(text, place, slash)
    return None


def _space(text: str, place: int, real: re.Match[str]) -> Part:
    letter = (real.group(1) or real.group(2) or {"ℝ": "R", "ℤ": "Z", "ℕ": "N"}.get(real.group(3), "")).strip()
    stop, sizes = real.end(), ""
    if below := _UNDER_R.match(text, stop):
        letter, stop = f"{letter}_{below.group(1).strip('{} ')}", below.end()
    rest = text[stop : stop + 4].lstrip()
    if rest.startswith("^"):
        start = text.index("^", stop) + 1
        sizes, stop = script(text, start)
    return Part("space", letter, place, stop, under=sizes)


def _fraction(text: str, place: int) -> Part | None:
    above, stop = group(text, text.index("{", place))
    while stop < len(text) and text[stop] == " ":
        stop += 1
    below, stop = group(text, stop) if stop < len(text) and text[stop] == "{" else ("", stop)
    top, bottom = _of(above), _of(below)
    return Part("derivative", top, place, stop, under=bottom) if bottom and (top or "partial" in above) else None


def _of(side: str) -> str:
    """What stands behind the sign of a differential, or nothing."""
    side = side.strip()
    for sign in ("\\partial", "∂", "\\mathrm{d}", "\\mathrm d", "\\text{d}", "d"):
        if side.startswith(sign) and (sign[-1] != "l" or not side[len(sign) : len(sign) + 1].isalpha()):
            return side[len(sign) :].strip()
    return ""


def _slashed(text: str, place: int, slash: re.Match[str]) -> Part | None:
    below, stop = name_at(text, slash.end())
    return Part("derivative", slash.group(1), place, stop, under=below) if below else None


def _plain(text: str, place: int, stop: int, shown: str) -> Part | None:
    if shown[0].isspace() or shown in ("&", "~"):
        return None
    if shown[0].isdecimal():
        return Part("number", shown, place, stop)
    if shown[0] == "\\":
        return _command(text, place, stop, shown[1:])
    if shown[0].isalpha():
        return _named(text, place)
    sign = _CHARACTERS.get(shown, shown)
    return Part("sign", sign, place, stop)


def _command(text: str, place: int, stop: int, command: str) -> Part | None:
    if command in _WORDS:
        opening = text.find("{", stop, stop + 3)
        inner, end = group(text, opening) if opening >= 0 else ("", stop)
        return Part("text", inner, opening + 1, end - 1) if inner.strip() else None
    if command in ("begin", "end"):
        _, end = group(text, text.find("{", stop, stop + 3)) if text.find("{", stop, stop + 3) >= 0 else ("", stop)
        return Part("sign", "\\\\", place, end)
    if command in _SIGNS:
        return Part("sign", _SIGNS[command], place, stop)
    if command in _LAYOUT or not command[:1].isalpha():
        return None
    if command in _FONTS or command in _UPRIGHT or command in alphabet.NAMES:
        return _named(text, place) or Part("sign", "\\" + command, place, stop)
    return Part("sign", "\\" + command, place, stop)


def _named(text: str, place: int) -> Part | None:
    latex, stop = name_at(text, place)
    if not latex:
        return None
    bare, transposed = _without_transpose(latex)
    return Part("name", bare, place, stop, transposed)


def _without_transpose(latex: str) -> tuple[str, bool]:
    match = _ABOVE_LAST.search(latex)
    if match and match.group(1).strip("{} ").strip() in _TRANSPOSES:
        return latex[: match.start()].strip(), True
    return latex, False


_ABOVE_LAST = re.compile(r"\s*\^\s*(\{[^{}]{1,20}\}|\\[a-z]+|.)$", re.DOTALL)


def name_at(text: str, place: int) -> tuple[str, int]:
    """The name that begins at a place, as LaTeX with its scripts, and where it ends; nothing if none does."""
    stop = base_end(text, place)
    if stop <= place:
        return "", place
    while stop < len(text):
        ahead = stop
        while ahead < len(text) and text[ahead] in " \t\n":
            ahead += 1
        if ahead < len(text) and text[ahead] in "_^":
            _, after = script(text, ahead + 1)
            if after <= ahead + 1:
                break
            stop = after
        elif stop < len(text) and text[stop] in "'′":
            stop += 1
        else:
            break
    return text[place:stop].strip(), stop


def base_end(text: str, place: int, deeper: int = 3) -> int:
    """Where the letters of a name end; `place` if no name begins there."""
    match = _TOKEN.match(text, place)
    if match is None:
        return place
    shown, stop = match.group(), match.end()
    if shown[0] == "\\":
        return _command_end(text, place, stop, shown[1:], deeper)
    if not shown[0].isalpha():
        return place
    if len(shown) > 2 or (len(shown) == 2 and shown[0] == "d"):
        return stop
    return place + 1


def _command_end(text: str, place: int, stop: int, command: str, deeper: int) -> int:
    if command in alphabet.NAMES:
        return stop
    if (command not in _FONTS and command not in _UPRIGHT and command not in _WORDS) or not deeper:
        return place
    while stop < len(text) and text[stop] == " ":
        stop += 1
    if stop < len(text) and text[stop] == "{":
        inner, end = group(text, stop)
        return end if inner.strip() and len(inner) <= _LONGEST else place
    end = base_end(text, stop, deeper - 1)
    if end > stop and text[stop].isalpha():
        end = stop + 1
    return end if end > stop else place


def group(text: str, opening: int) -> tuple[str, int]:
    """What stands in the braces that open at a place, and where they end; empty if they are long or do not close."""
    depth = 0
    for place in range(opening, min(len(text), opening + 400)):
        if text[place] == "\\":
            continue
        if text[place] == "{" and text[place - 1 : place] != "\\":
            depth += 1
        elif text[place] == "}" and text[place - 1 : place] != "\\":
            depth -= 1
            if not depth:
                return text[opening + 1 : place], place + 1
    return "", opening + 1


def script(text: str, place: int) -> tuple[str, int]:
    """What is written below or above, and where it ends."""
    while place < len(text) and text[place] in " \t\n":
        place += 1
    if place >= len(text):
        return "", place
    if text[place] == "{":
        inner, stop = group(text, place)
        return (inner, stop) if inner and len(inner) <= _LONGEST else ("", place)
    match = _TOKEN.match(text, place)
    if match is None or match.group()[0] in "}$":
        return "", place
    if match.group()[0] == "\\":
        stop = match.end()
        if stop < len(text) and text[stop] == "{":
            _, stop = group(text, stop)
        return text[place:stop], stop
    return text[place], place + 1
