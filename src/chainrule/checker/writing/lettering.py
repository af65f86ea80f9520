r"""A name of a surface tree in, its LaTeX out: `\hat y`, `\sigma`, `\mathrm{softmax}`, `d\gamma`.

One idea: tables. What is a command in LaTeX is that command; a word that is one name for certain is set upright; a run
of letters that may be several names is left as it is.
"""

from __future__ import annotations

from ...notation import alphabet
from ...notation.functions import function_named
from ...notation.surface import Name

_FUNCTIONS = (
    "log", "ln", "exp", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "max", "min",
    "det", "arg", "sup", "inf", "lim",
)  # fmt: skip
_COMMANDS: dict[str, str] = (
    {name: f"\\{name}" for name in (*_FUNCTIONS, "partial", "nabla")}
    | alphabet.LETTER_LATEX
    | {"infinity": r"\infty", "⊤": r"\top", "relu": r"\mathrm{ReLU}"}
)
_SIGNS = frozenset({":", "*", "+"})


def name(node: Name) -> str:
    """A name with its accents, as LaTeX."""
    base, accents = node.base, node.accents
    if node.whole and base[0] == "d" and (base[1:] in alphabet.GREEK or (accents and len(base) == 2)):
        return "d" + name(Name(base[1:], node.span, accents))  # the gradient named after what it belongs to
    spelled = _base(base, node.whole and not accents)
    for accent in accents:
        bare = len(spelled) == 1 or (spelled[0] == "\\" and spelled[1:].isalpha())
        gap = " " if bare and spelled[0] != "\\" else ""
        spelled = rf"\{accent}{gap}{spelled}" if bare else rf"\{accent}{{{spelled}}}"
    return spelled


def _base(base: str, whole: bool) -> str:
    if base in _COMMANDS:
        return _COMMANDS[base]
    if len(base) == 1:
        return rf"\mathrm{{{base}}}" if whole and base.isascii() and base.isalpha() else base
    if function_named(base):
        return rf"\mathrm{{{base}}}".replace("_", r"\_")
    if not whole or not base.strip("'*+"):
        return base
    return rf"\mathrm{{{base}}}" if base.isalnum() and base not in alphabet.PROSE else rf"\text{{{base}}}"
