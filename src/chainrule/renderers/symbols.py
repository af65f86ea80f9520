"""Symbols: a name as it was typed in, the same name as text and as LaTeX out.

One idea: a name is a base with marks and indices: `w_1^1`, `W_fc1`, `yhat`, `delta_2` become w_{1}^{1},
W_{\\text{fc1}}, \\hat{y} and \\delta_{2}, and the name of a gradient, dL/dz_1, a fraction of two of them. Names come
from anywhere, so whatever is not a letter, a digit or an index sign is escaped.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
    "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell",
)  # fmt: skip
_ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde", "vec": r"\vec", "dot": r"\dot"}
_PARTS = re.compile(r"([_^])(\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]|[^_^\[\]{}()]+)")
_GRADIENT = re.compile(r"d([^/]+)/d([^/]+)")
_HIGHER = re.compile(r"d([2-9])([^/]+)/(d[^/]+)")
_ENTRY = re.compile(r"(.+)\[([\w,]+)\]")
_PLAIN_INDEX = re.compile(r"[(\[]?([0-9,+\- ]*[A-Za-z]?[0-9,+\- ]*|[i-n]{2,3})[)\]]?")
_SPECIAL = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "|": "¦", **{sign: f"\\{sign}" for sign in "#$%&_{}"},
}  # fmt: skip


@lru_cache(maxsize=4096)
def to_latex(name: str) -> str:
    """A symbol in LaTeX.

    >>> to_latex("w_1^1"), to_latex("yhat_2"), to_latex("W_fc1"), to_latex("W2[1,2]")
    ('w_{1}^{1}', '\\\\hat{y}_{2}', 'W_{\\\\text{fc1}}', '(W_{2})_{1,2}')
    >>> to_latex("dL/dz_1"), to_latex("delta_2")
    ('\\\\frac{\\\\partial L}{\\\\partial z_{1}}', '\\\\delta_{2}')
    >>> to_latex("d2f/dx2")
    '\\\\frac{\\\\partial^{2} f}{\\\\partial x^{2}}'
    >>> to_latex("d2f/dx_i dx_j")
    '\\\\frac{\\\\partial^{2} f}{\\\\partial x_{i}\\\\,\\\\partial x_{j}}'
    """
    higher = _HIGHER.fullmatch(name)
    if higher:
        return _higher_order(*higher.groups())
    gradient = gradient_parts(name)
    if gradient:
        return rf"\frac{{\partial {to_latex(gradient[0])}}}{{\partial {to_latex(gradient[1])}}}"
    entry = _ENTRY.fullmatch(name)
    if entry and not entry[1].endswith(("_", "^")):
        return latex_indexed(entry[1], entry[2])
    stem = name[: len(name) - len(name.lstrip("_^"))] + re.split(r"[_^]", name.lstrip("_^"), maxsplit=1)[0]
    rest = name[len(stem) :]
    parts = _PARTS.findall(rest)
    if sum(len(sign) + len(content) for sign, content in parts) != len(rest):  # not a name with indices after all
        return rf"\text{{{escaped(name)}}}"
    base = _base(stem)
    below = any(sign == "_" for sign, _ in parts) and "_" in base  # W1_ij: a second subscript would be an error
    scripts = "".join(f"{sign}{{{_index(_bare(content))}}}" for sign, content in _merged(parts))
    return f"({base}){scripts}" if below else f"{base}{scripts}"


def _higher_order(order: str, top: str, below: str) -> str:
    """d2f/dx2, and d2f/dx_i dx_j."""
    parts = [part.removeprefix("d") for part in below.split(" d")]
    repeated = len(parts) == 1 and parts[0].endswith(order)
    written = [to_latex(parts[0].removesuffix(order) if repeated else part) for part in parts]
    bottom = rf"\partial {written[0]}^{{{order}}}" if repeated else r"\,".join(rf"\partial {each}" for each in written)
    return rf"\frac{{\partial^{{{order}}} {to_latex(top)}}}{{{bottom}}}"


def gradient_parts(name: str) -> tuple[str, str] | None:
    """L and z_1 of dL/dz_1; None for any other name.

    >>> gradient_parts("dL/dz_1"), gradient_parts("delta")
    (('L', 'z_1'), None)
    """
    found = _GRADIENT.fullmatch(name)
    return (found[1], found[2]) if found else None


def latex_indexed(name: str, below: str) -> str:
    """An entry of an array in LaTeX: W_{ij}, and (W_{1})_{ij} where the name has an index of its own."""
    gradient = gradient_parts(name)
    if gradient:
        return rf"\frac{{\partial {to_latex(gradient[0])}}}{{\partial {latex_indexed(gradient[1], below)}}}"
    base = to_latex(name)
    return f"({base})_{{{below}}}" if "_" in base or "^" in base else f"{base}_{{{below}}}"


def text_indexed(name: str, below: tuple[str, ...]) -> str:
    """An entry of an array in plain text: W_ij where that can be read back, else W_1[i,j]; W[1,2].

    >>> text_indexed("W", ("i", "j")), text_indexed("W_1", ("i", "j")), text_indexed("df/dW", ("i", "j"))
    ('W_ij', 'W_1[i,j]', 'df/dW_ij')
    """
    gradient = gradient_parts(name)
    if gradient:
        return f"d{gradient[0]}/d{text_indexed(gradient[1], below)}"
    simple = name.isalpha() and all(len(each) == 1 and each.isalpha() for each in below)
    return f"{name}_{''.join(below)}" if simple else f"{name}[{','.join(below)}]"


def printable(text: str) -> str:
    """Text without control characters, so that a name cannot drive a terminal.

    >>> printable("w\\x1b[31m")
    'w\\ufffd[31m'
    """
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def escaped(text: str) -> str:
    """Text inside \\text{...}: nothing in it is a command.

    >>> escaped("50% of a_b")
    '50\\\\% of a\\\\_b'
    """
    return "".join(_SPECIAL.get(letter, letter) for letter in printable(text))


def _merged(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """One subscript and one superscript each: x_1_2 would be an error in LaTeX."""
    below = ",".join(_bare(content) for sign, content in parts if sign == "_")
    above = ",".join(_bare(content) for sign, content in parts if sign == "^")
    return [(sign, content) for sign, content in (("_", below), ("^", above)) if content]


def _bare(content: str) -> str:
    return content[1:-1] if content[0] == "{" else content


def _base(stem: str) -> str:
    if stem.endswith("'"):
        return f"{_base(stem[:-1])}'"
    for word, accent in _ACCENTS.items():
        if stem.endswith(word) and len(stem) > len(word):
            return f"{accent}{{{_base(stem[: -len(word)])}}}"
    digits = re.fullmatch(r"([A-Za-z]+)(\d+)", stem)
    if digits:
        return f"{_base(digits[1])}_{{{digits[2]}}}"
    if stem in GREEK:
        return rf"\{stem}"
    if len(stem) == 1 and stem.isalpha():
        return _letter(stem)
    return rf"\mathrm{{{stem}}}" if stem.isascii() and stem.isalnum() else rf"\text{{{escaped(stem)}}}"


def _letter(letter: str) -> str:
    """A Greek letter typed as itself becomes its command; other letters stand for themselves."""
    if letter.isascii():
        return letter
    words = unicodedata.name(letter, "").split()
    word = words[-1].lower() if len(words) == 4 and words[0] == "GREEK" and words[2] == "LETTER" else ""
    word = {"lamda": "lambda"}.get(word, word)
    spelled = word.capitalize() if words[1:2] == ["CAPITAL"] else word
    return rf"\{spelled}" if spelled in GREEK else rf"\text{{{escaped(letter)}}}"


def _index(inner: str) -> str:
    if inner in GREEK:
        return rf"\{inner}"
    return inner if _PLAIN_INDEX.fullmatch(inner) else rf"\text{{{escaped(inner)}}}"
