"""A line of words in; the equation that it is, if it is one by itself, out.

One idea: `dL/dW = delta x^T` and `∂L/∂W = δ xᵀ` need no dollars to be equations, but a sentence that contains `=` is
none. Words of prose side by side give a sentence away.
"""

from __future__ import annotations

import re

from . import limits

_EQUALS = re.compile(r"(?<![=!<>])(?::=|[=≈≡≅≜]|\\(?:approx|equiv|coloneqq|triangleq)(?![A-Za-z]))(?![=>])")
_RELATES = re.compile(r"[=≈≡≅≜]|\\(?:approx|equiv|coloneqq)")
_START = re.compile(
    r"\s*(?:(?:[-*+>]\s|[•·◦▪→⇒⟹∴∵↳]|\\(?:therefore|because|Rightarrow|to)\b|=>|->|\(?\d{1,2}[.)]\s|[①-⓿]"
    r"|(?:so|and|then|thus|hence|therefore|where|now|with|since|because|let|given|also|but|here|we have|we get"
    r"|which gives|that is|i\.e|e\.g|eg|note)\b(?!\s*[=_^(])[.,:]?)\s*)*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[^=:|$]{1,60}?:\s+(?=\S)")
_BOLD = re.compile(r"\*\*|__")
_REMARK = re.compile(r"\s*(?:[(（\[](?=[^()（）\[\]]*(?:[A-Za-z]{3,}[\s-]+[A-Za-z]{2,}|[\u3040-\u9fff]))"
                     r"[^()（）]*[)）\]]|(?:#|//|%|<-{1,2}|←|--|—|–)\s.*)\s*\Z")  # fmt: skip
_WORDS = re.compile(r"(?<![\\A-Za-z_^{.])[A-Za-z]{3,}(?:['’][a-z]+)?(?![A-Za-z_^({])")
_SENTENCE = re.compile(
    r"\b(?:the|is|are|was|were|of|this|that|these|it|its|by|from|which|will|can|we|you|not|have|has|be|into|our|an|your|using)\b"
)
_FOREIGN = re.compile(
    r"\$|://|\]\(|[\"“”]|@\w+\.\w|\bimport\b|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[?!]\s*\Z|</|/>"
)
_KNOWN = frozenset(
    {
        "exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "sqrt", "max", "min", "sum", "mean", "diag",
        "sign", "relu", "sigmoid", "softmax", "alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda",
        "sigma", "omega", "phi", "psi", "rho", "tau", "kappa", "zeta", "mu", "nu", "xi", "chi", "norm", "det", "inv",
        "vec", "trace", "abs", "prod", "var", "std", "dot", "transpose", "argmax", "argmin", "erf", "gelu", "swish",
        "silu", "softplus", "partial", "nabla", "grad", "out", "net", "loss", "hat", "bar",
    }
)  # fmt: skip


def equation_in(line: str) -> tuple[int, int] | None:
    """Where the equation in a line of words begins and ends, or None if the line is not an equation by itself.

    >>> line = "so dL/dW = delta x^T."
    >>> line[slice(*equation_in(line))]
    'dL/dW = delta x^T'
    >>> equation_in("the loss = the mean of all errors") is None
    True
    """
    if len(line) > limits.LINE or not _RELATES.search(line) or _FOREIGN.search(line):
        return None
    start, stop = _trimmed(line)
    shown = _BOLD.sub("  ", line[start:stop])
    equals = _EQUALS.search(shown)
    if equals is None or not shown[equals.end() :].strip() or _is_prose(shown):
        return None
    return start, stop


def _trimmed(line: str) -> tuple[int, int]:
    start, stop = _start(line, 0), len(line.rstrip())
    if (label := _LABEL.match(line, start)) and _RELATES.search(line, label.end()):
        start = _start(line, label.end())
    while start < stop and line[start] in "*_`" and line[stop - 1] == line[start]:
        start, stop = start + 1, stop - 1
    remark = _REMARK.search(line, start, stop)
    if remark and _EQUALS.search(line, start, remark.start()):
        stop = remark.start()
    return start, len(line[:stop].rstrip(" \t.,;:"))


def _start(line: str, place: int) -> int:
    found = _START.match(line, place)
    return found.end() if found else place


def _is_prose(shown: str) -> bool:
    """Whether words of prose stand side by side, or a word that only sentences have."""
    if _SENTENCE.search(shown):
        return True
    before = -1
    for word in _WORDS.finditer(shown):
        if word.group().lower() in _KNOWN or re.match(r"d[A-Z]", word.group()):
            continue
        if before >= 0 and not shown[before : word.start()].strip(" \t,"):
            return True
        before = word.end()
    return False
