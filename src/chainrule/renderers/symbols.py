"""Symbols: a name as it was typed in, the same name as text and as LaTeX out.

One idea: a name is a base with marks and indices: `w_1^1`, `W_fc1`, `yhat`, `delta_2` become w_{1}^{1}, W_{\\text{fc1}},
\\hat{y} and \\delta_{2}. Nothing here knows what a symbol stands for.
"""

from __future__ import annotations

import re
from functools import lru_cache

GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell"
).split()
_ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde", "vec": r"\vec", "dot": r"\dot"}
_PARTS = re.compile(r"([_^])(\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]|[^_^\[\]{}()]+)")


@lru_cache(maxsize=4096)
def to_latex(name: str) -> str:
    """A symbol in LaTeX.

    >>> to_latex("w_1^1"), to_latex("yhat_2"), to_latex("W_fc1"), to_latex("W2[1,2]")
    ('w_{1}^{1}', '\\\\hat{y}_{2}', 'W_{\\\\text{fc1}}', '(W_{2})_{1,2}')
    """
    entry = re.fullmatch(r"(.*)\[([\d,]+)\]", name)
    if entry and not entry[1].endswith(("_", "^")):
        return f"({to_latex(entry[1])})_{{{entry[2]}}}" if "_" in to_latex(entry[1]) else f"{to_latex(entry[1])}_{{{entry[2]}}}"
    base = re.match(r"[^_^]*", name)
    stem = base[0] if base else name
    written = _base(stem)
    for sign, content in _PARTS.findall(name[len(stem) :]):
        inner = content[1:-1] if content[0] == "{" else content
        written += f"{sign}{{{_index(inner)}}}"
    return written


def _base(stem: str) -> str:
    for word, accent in _ACCENTS.items():
        if stem.endswith(word) and len(stem) > len(word):
            return f"{accent}{{{_base(stem[: -len(word)])}}}"
    digits = re.fullmatch(r"([A-Za-z]+)(\d+)", stem)
    if digits:
        return f"{_base(digits[1])}_{{{digits[2]}}}"
    if stem in GREEK:
        return rf"\{stem}"
    return stem if len(stem) <= 1 or not stem.isascii() else rf"\mathrm{{{_escaped(stem)}}}"


def _index(inner: str) -> str:
    if inner in GREEK:
        return rf"\{inner}"
    return rf"\text{{{_escaped(inner)}}}" if re.search(r"[A-Za-z]{2}", inner) else inner


def _escaped(text: str) -> str:
    return re.sub(r"([#$%&_{}])", r"\\\1", text)
