"""Mathematics in, its signs out: just enough of LaTeX to see where one statement ends and the next begins.

One idea: brackets are matched first. A sign inside of brackets never ends a statement, and a bracket without a partner
is no bracket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from . import environments


class Look(Enum):
    """What a sign may mean for the splitting of statements."""

    OPEN = auto()  # of hard groups ({}, \left, environments) and of brackets
    CLOSE = auto()
    RELATION = auto()
    ARROW = auto()
    COMMA = auto()
    SEMICOLON = auto()
    ROW = auto()  # `\\`, a blank line
    WIDE = auto()  # \quad and wider
    JOINING = auto()  # a word that joins statements: and, so, where
    WORDS = auto()  # \text{..} and circled numbers
    OPERATOR = auto()  # + - and signs of products
    LAYOUT = auto()  # space, &, \label{..}: nothing is meant
    OTHER = auto()


@dataclass(slots=True)  # not frozen: a document has hundreds of thousands, and a frozen one takes three times as long
class Sign:
    """A sign and where it stands. `partner` is the number of the other bracket; `name` that of an environment."""

    look: Look
    text: str
    start: int
    stop: int
    partner: int = -1
    hard: bool = False
    name: str = ""


_SIGN = re.compile(
    r"\\(?:begin|end)\s*\{[A-Za-z]+\*?\}"
    r"|\\(?:left|right)\b\s*(?:\\[A-Za-z]+|\\.|.)"
    r"|\\[A-Za-z]+\*?|\\."
    r"|\d+(?:[.,]\d+)*|[A-Za-z]+"
    r"|<=>|<->|:=|==>|==|=>|->|<-|<=|>=|!=|(?<!\^)[-+*/]="
    r"|\n\s*\n|[\s~]+|.",
    re.DOTALL,
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_BLANKED = frozenset(
    {"label", "tag", "vspace", "color", "require", "phantom", "hphantom", "vphantom", "intertext", "eqref"}
)
_NOTHING = frozenset(
    {
        "nonumber", "notag", "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "allowbreak", "break",
        "hfill", "hline", "noindent", "centering", "left.", "right.", "relax", "strut", "null", "Large", "large",
        "small", "tiny", "normalsize", "footnotesize", "bf", "rm", "it",
    }
)  # fmt: skip
_WIDE = frozenset(
    {
        "quad", "qquad", "hspace", "hskip", "enspace", "hfil",
    }
)  # fmt: skip
_THIN = frozenset({"\\,", "\\;", "\\:", "\\!", "\\ ", "\\>", "\\/", "\\-"})
_ROWS = frozenset(
    {
        "newline", "cr", "par", "tabularnewline",
    }
)  # fmt: skip
_TEXTS = frozenset(
    {
        "text", "mbox", "textrm", "textit", "textbf", "hbox", "textsf", "texttt", "textnormal", "textsc", "intertext",
        "shortintertext",
    }
)  # fmt: skip
_CIRCLED = frozenset(
    {
        "textcircled", "circled", "raisebox",
    }
)  # fmt: skip
_POINTERS = frozenset(
    {
        "downarrow", "uparrow", "Downarrow", "Uparrow", "swarrow", "searrow", "nearrow", "nwarrow", "updownarrow",
        "checkmark",
    }
)  # fmt: skip
_RELATIONS = frozenset(
    {
        "approx", "equiv", "coloneqq", "coloneq", "eqqcolon", "triangleq", "simeq", "cong", "sim", "propto", "le",
        "leq", "leqslant", "ge", "geq", "geqslant", "ne", "neq", "in", "notin", "ni", "subset", "subseteq", "supset",
        "supseteq", "gets", "leftarrow", "doteq", "lt", "gt", "ll", "gg", "eq", "mapsto", "defeq", "longleftarrow",
        "asymp", "approxeq", "lesssim", "gtrsim",
    }
)  # fmt: skip
_ARROWS = frozenset(
    {
        "Rightarrow", "implies", "rightarrow", "to", "longrightarrow", "Longrightarrow", "iff", "Leftrightarrow",
        "leftrightarrow", "Longleftrightarrow", "longleftrightarrow", "therefore", "because", "xrightarrow",
        "leadsto", "rightsquigarrow", "hookrightarrow", "Leftarrow", "impliedby",
    }
)  # fmt: skip
_OPERATORS = frozenset(
    {
        "cdot", "times", "odot", "circ", "otimes", "oplus", "ominus", "ast", "star", "bullet", "div", "pm", "mp",
        "cdotp", "boxdot", "boxtimes", "bigcirc",
    }
)  # fmt: skip
_STACKED = frozenset({"stackrel", "overset", "underset", "xrightarrow"})
_PLAIN_LOOKS = {
    **dict.fromkeys("=<>≈≡≅≃≜≝≤≥≠∈∉∝←∼≔⊂⊆≪≫↦", Look.RELATION),
    **dict.fromkeys((":=", "==", "<-", "<=", ">=", "!=", "+=", "-=", "*=", "/="), Look.RELATION),
    **dict.fromkeys("→⇒⟹⟶⇔↔⟺∴∵↳⟾⇨➔➜", Look.ARROW),
    **dict.fromkeys(("=>", "->", "==>", "<=>", "<->"), Look.ARROW),
    **dict.fromkeys("↓↑↙↘↗↖✓✔", Look.WORDS),
    **dict.fromkeys((*map(chr, range(0x2460, 0x2500)), *map(chr, range(0x2776, 0x2794))), Look.WORDS),  # circled
    **dict.fromkeys("+-*/×·⊙∘⊗⋅−∗", Look.OPERATOR),
    **dict.fromkeys("([⟨", Look.OPEN), **dict.fromkeys(")]⟩", Look.CLOSE), "{": Look.OPEN, "}": Look.CLOSE,
    ",": Look.COMMA, "，": Look.COMMA, ";": Look.SEMICOLON, "；": Look.SEMICOLON, "&": Look.LAYOUT, "$": Look.LAYOUT,
}  # fmt: skip
_SOFT_OPEN = frozenset(
    {
        "\\{",
        "\\langle",
        "\\lfloor",
        "\\lceil",
        "\\lvert",
        "\\lVert",
        "\\lbrace",
        "\\lbrack",
    }
)
_SOFT_CLOSE = frozenset(
    {
        "\\}",
        "\\rangle",
        "\\rfloor",
        "\\rceil",
        "\\rvert",
        "\\rVert",
        "\\rbrace",
        "\\rbrack",
    }
)
_JOINING = frozenset(
    {
        "and", "so", "hence", "thus", "where", "therefore", "then", "with", "since", "because", "if", "for", "when",
        "or", "giving", "gives", "while", "whereas",
    }
)  # fmt: skip
_JOINING_TEXT = re.compile(
    r"\b(?:and|so|hence|thus|where|therefore|then|with|since|because|if|for|when|or|giving|gives|get|while|as|let|given|but"
    r"|now|implies|means|i\.e|e\.g|eg|ex|at|using|from|also)\b",
    re.IGNORECASE,
)


def signs(text: str, words: bool = False) -> list[Sign]:
    """The signs of a formula with their partners. In plain text (`words`), a new line ends a statement.

    >>> [sign.look.name for sign in signs(r"a = b,\\quad c")]
    ['OTHER', 'LAYOUT', 'RELATION', 'LAYOUT', 'OTHER', 'COMMA', 'WIDE', 'LAYOUT', 'OTHER']
    """
    found: list[Sign] = []
    place = 0
    while match := _SIGN.match(text, place):
        sign = _sign(text, match, words)
        found.append(sign)
        place = sign.stop
    return _matched(found)


def is_arrow(sign: str) -> bool:
    """Whether the sign before a side is an arrow, which leads on but claims no equality.

    >>> is_arrow(chr(92) + "Rightarrow"), is_arrow("=")
    (True, False)
    """
    found = _SIGN.match(sign)
    return found is not None and _sign(sign, found, False).look is Look.ARROW


def _sign(text: str, match: re.Match[str], words: bool) -> Sign:
    shown, start, stop = match.group(), match.start(), match.end()
    if shown[0] == "\\" and len(shown) > 1:
        return _command(text, shown, start, stop)
    look = _PLAIN_LOOKS.get(shown)
    if look is not None:
        return Sign(look, shown, start, stop, -1, shown in "{}")
    if shown.isspace() or shown[0] == "~":
        rows = "\n" in shown and (words or shown.count("\n") > 1)
        return Sign(Look.ROW if rows else Look.LAYOUT, shown, start, stop)
    joins = shown in _JOINING and _stands_alone(text, start, stop)
    return Sign(Look.JOINING if joins else Look.OTHER, shown, start, stop)


def _stands_alone(text: str, start: int, stop: int) -> bool:
    before, after = text[max(0, start - 3) : start].rstrip(" ")[-1:], text[stop : stop + 1]
    return (start == 0 or (not text[start - 1].isalnum() and before not in "{^_\\")) and (
        after in " \t\n~\\," and after != ""
    )


def _command(text: str, shown: str, start: int, stop: int) -> Sign:
    name = shown[1:].rstrip("*")
    if name.startswith(("begin", "end")) and "{" in name:
        return _environment(text, shown, start, stop)
    if re.match(r"(?:left|right)(?![A-Za-z])", name):
        return Sign(Look.OPEN if name[0] == "l" else Look.CLOSE, shown, start, stop, hard=True, name="left")
    if shown in _SOFT_OPEN or shown in _SOFT_CLOSE:
        return Sign(Look.OPEN if shown in _SOFT_OPEN else Look.CLOSE, shown, start, stop)
    if shown in ("\\\\", "\\cr") or name in _ROWS:
        size = re.compile(r"\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]").match(text, stop)
        return Sign(Look.ROW, shown, start, size.end() if size else stop)
    if name in _TEXTS or name in _CIRCLED:
        return _text(text, shown, start, _argument(text, stop))
    if name in _POINTERS:
        return Sign(Look.WORDS, shown, start, stop)
    if name in _STACKED:
        return _stacked(text, name, start, stop)
    if name in _WIDE:
        return Sign(Look.WIDE, shown, start, _argument(text, stop) if name == "hspace" else stop)
    if name in _BLANKED:
        return Sign(Look.LAYOUT, shown, start, _argument(text, stop))
    if shown in _THIN or name in _NOTHING:
        return Sign(Look.LAYOUT, shown, start, stop)
    if name == "not":
        return Sign(Look.RELATION, shown, start, _after_next(text, stop))
    look = Look.RELATION if name in _RELATIONS else Look.ARROW if name in _ARROWS else Look.OTHER
    return Sign(Look.OPERATOR if name in _OPERATORS else look, shown, start, stop)


def _environment(text: str, shown: str, start: int, stop: int) -> Sign:
    name = environments.plain(shown[shown.index("{") + 1 : -1])
    opens = shown.startswith("\\begin")
    if opens and name in environments.WITH_ARGUMENT:
        position = re.compile(r"\s*\[[^\[\]]{0,10}\]").match(text, stop)
        stop = _argument(text, position.end() if position else stop)
    if name in environments.ROWS:
        return Sign(Look.LAYOUT, shown, start, stop, name=name)
    return Sign(Look.OPEN if opens else Look.CLOSE, shown, start, stop, hard=True, name=name)


def _text(text: str, shown: str, start: int, stop: int) -> Sign:
    inside = text[start + len(shown) : stop].strip("{} \\")
    joins = (
        _JOINING_TEXT.search(inside)
        and text[stop : stop + 1] not in ("(", "_", "^")
        and text[start - 1 : start] not in ("_", "^")
    )
    return Sign(Look.JOINING if joins else Look.WORDS, text[start:stop], start, stop)


def _stacked(text: str, name: str, start: int, stop: int) -> Sign:
    """`\\stackrel{def}{=}` is the relation that stands in its last argument."""
    stop = _argument(text, stop)
    if name != "xrightarrow":
        first, stop = stop, _argument(text, stop)
        inner = _SIGN.match(text[first:stop].strip("{} "))
        look = Look.OTHER if inner is None else _sign(inner.string, inner, False).look
        return Sign(look if look in (Look.RELATION, Look.ARROW) else Look.OTHER, text[start:stop], start, stop)
    return Sign(Look.ARROW, text[start:stop], start, stop)


def _after_next(text: str, place: int) -> int:
    found = re.compile(r"\s*").match(text, place)
    following = _SIGN.match(text, found.end() if found else place)
    return following.end() if following else place


def _argument(text: str, place: int) -> int:
    """Where the argument that comes next ends."""
    while text[place : place + 1].isspace():
        place += 1
    if text[place : place + 1] != "{":
        return _after_next(text, place)
    depth = 0
    for found in _BRACE.finditer(text, place, place + 2_000):
        depth += (found.group() == "{") - (found.group() == "}")
        if depth == 0:
            return found.end()
    return place


def _matched(found: list[Sign]) -> list[Sign]:
    """The same signs with brackets matched; those without a partner are no brackets any more."""
    waiting: list[int] = []
    hard = 0  # how many of those waiting are hard
    for number, sign in enumerate(found):
        if sign.look is Look.OPEN:
            waiting.append(number)
            hard += sign.hard
        elif sign.look is Look.CLOSE:
            partner = -1
            if sign.hard and hard:
                while waiting and not found[waiting[-1]].hard:
                    waiting.pop()
                if found[waiting[-1]].name == sign.name:
                    partner, hard = waiting.pop(), hard - 1
            elif not sign.hard and waiting and not found[waiting[-1]].hard:
                partner = waiting.pop()
            if partner >= 0:
                found[partner].partner, sign.partner = number, partner
    for sign in found:
        if sign.partner < 0 and sign.look in (Look.OPEN, Look.CLOSE):
            sign.look = Look.OTHER
    return found
