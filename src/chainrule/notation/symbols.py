"""Names of variables: the parts of a name in, one spelling for tables and one for LaTeX out.

One idea: `\\hat{y}_1`, a letter with an accent and `yhat_1` are one name, spelled `yhat_1`; and that spelling, read
again, is the same name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ..errors import ParseError
from . import alphabet
from .surface import Additive, Chain, Group, Multiplicative, Name, Number, Prose, Scripted, Surface

_ACCENTS = tuple(alphabet.ACCENT_MARKS)
_SHORTEST = 1 + min(map(len, _ACCENTS))  # letters of a name that ends in an accent
_LETTER_AND_DIGITS = re.compile(r"([A-Za-z])(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name: letters, accents, what is below and what is above."""

    base: str
    accents: tuple[str, ...] = ()
    subscript: str = ""
    superscript: str = ""
    primes: int = 0
    _text: str = field(default="", init=False, repr=False, compare=False)  # the spelling, once it was asked for

    @property
    def text(self) -> str:
        """The spelling that identifies it: `W_1`, `yhat_1`, `z^(2)`."""
        if not self._text:
            object.__setattr__(self, "_text", self._spelled())
        return self._text

    def _spelled(self) -> str:
        below = self.subscript if self.subscript.isalnum() else f"{{{self.subscript}}}"
        above = self.superscript if _stands_alone(self.superscript) else f"{{{self.superscript}}}"
        return (
            self.base + "".join(self.accents) + (f"_{below}" if self.subscript else "")
            + (f"^{above}" if self.superscript else "") + "'" * self.primes
        )  # fmt: skip

    @property
    def latex(self) -> str:
        """The spelling for LaTeX: `\\hat{y}_1`."""
        spelled = _base_latex(self.base)
        for accent in self.accents:
            spelled = rf"\{accent}{{{spelled}}}"
        below = f"_{_script_latex(self.subscript)}" if self.subscript else ""
        if below and "_" in spelled:
            spelled, below = (
                spelled.partition("_")[0],
                f"_{_script_latex(spelled.partition('_')[2] + ',' + self.subscript)}",
            )
        return spelled + below + (f"^{_script_latex(self.superscript)}" if self.superscript else "") + "'" * self.primes

    def without_subscript(self) -> Symbol:
        """The array that an entry is taken from."""
        return replace(self, subscript="")

    def __str__(self) -> str:
        return self.text


def _stands_alone(script: str) -> bool:
    return script.isalnum() or script in ("*", "+") or (script[:1] in "([" and script[-1:] in ")]")


def _base_latex(base: str) -> str:
    if base in alphabet.LETTER_LATEX:
        return alphabet.LETTER_LATEX[base]
    if found := _LETTER_AND_DIGITS.match(base):
        return (
            f"{found.group(1)}_{found.group(2)}"
            if len(found.group(2)) == 1
            else f"{found.group(1)}_{{{found.group(2)}}}"
        )
    escaped = base.replace("_", r"\_")
    return base if len(base) == 1 else rf"\mathrm{{{escaped}}}"


def _script_latex(script: str) -> str:
    spelled = re.sub(r"[A-Za-z]+", _word_latex, script)
    return spelled if len(script) == 1 else f"{{{spelled}}}"


def _word_latex(found: re.Match[str]) -> str:
    word = found.group()
    if word in alphabet.LETTER_LATEX:
        return alphabet.LETTER_LATEX[word]
    return word if len(word) <= 2 else rf"\mathrm{{{word}}}"


# Reading a name from the tree ------------------------------------------
def symbol_of(node: Surface) -> Symbol | None:
    """The name that a node spells when every script belongs to it; None when it is no name."""
    if isinstance(node, Name):
        base, accents = _take_accents_off(node)
        return Symbol(base, accents)
    if not isinstance(node, Scripted):
        return None
    body = symbol_of(node.body)
    if body is None or (body.subscript and node.subscript is not None):
        return None
    above = body.superscript + "".join(map(script_text, node.superscripts))
    below = script_text(node.subscript) if node.subscript is not None else body.subscript
    return _with_worded_accent(Symbol(body.base, body.accents, below, above, node.primes))


def _take_accents_off(node: Name) -> tuple[str, tuple[str, ...]]:
    """`yhat` is y with a hat; `that` and `what` are words, but nobody calls a variable so without declaring it."""
    for accent in _ACCENTS if len(node.base) >= _SHORTEST else ():
        stem = node.base.removesuffix(accent)
        if stem != node.base and (len(stem) == 1 or stem in alphabet.GREEK):
            return stem, (accent, *node.accents)
    return node.base, node.accents


def _with_worded_accent(symbol: Symbol) -> Symbol:
    """`y_hat` is y with a hat."""
    single = len(symbol.base) == 1 or symbol.base in alphabet.GREEK
    if symbol.subscript in _ACCENTS and single and not symbol.accents:
        return replace(symbol, subscript="", accents=(symbol.subscript,))
    return symbol


def script_text(node: Surface) -> str:
    """A script as it is spelled in a name, without spaces."""
    match node:
        case Number(written):
            return written
        case Name() | Scripted():
            found = symbol_of(node)
            return found.text if found else node.span.text[node.span.start : node.span.stop]
        case Prose(words):
            return words
        case Group(bracket, items):
            closing = {"(": ")", "[": "]"}.get(bracket, "")
            return (bracket if closing else "") + ",".join(map(script_text, items)) + closing
        case Multiplicative(pairs) | Additive(pairs):
            return "".join(sign + script_text(each) for sign, each in pairs)
        case Chain(parts, relations):
            sides = [script_text(part) if part is not None else "" for part in parts]
            return sides[0] + "".join(sign + side for sign, side in zip(relations, sides[1:], strict=True))
        case _:
            return node.span.text[node.span.start : node.span.stop].replace(" ", "")


def read_symbol(text: str) -> Symbol:
    """The name spelled by a text such as `W_1`, `z^(2)` or `\\hat y`. Raises ParseError when it is no name."""
    from .grammar import read_statement
    from .tokens import tokenise

    latex = "\\" in text
    tokens = tokenise(text, latex)[:-1]
    node = read_statement(text, tokens, latex) if tokens else None
    found = symbol_of(node) if node is not None else None
    if found is None:
        from ..errors import TextSpan

        raise ParseError(
            given=f"'{text}'", where=TextSpan(text, 0, max(1, len(text))), expected="a name such as W_1 or z^(2)"
        )
    return found


def latex_name(text: str) -> str:
    """How a name, of a formula or of a Python variable, is written in LaTeX."""
    try:
        return read_symbol(text).latex
    except (ParseError, ValueError):
        escaped = text.replace("\\", "").replace("_", r"\_").replace("{", "").replace("}", "")
        return rf"\text{{{escaped}}}"
