"""A sentence in, the functions that it names out: `sigmoid everywhere`, `ReLU activations`, `g = tanh`.

One idea: a function without a name beside it is meant wherever an activation is needed; only words that say so count.
"""

from __future__ import annotations

import re

from . import vocabulary as words
from .collecting import Facts
from .governing import Flow
from .patterns import Line, matches
from .phrases import Named
from .said import Heard
from .sentences import Sentence
from .subject import may_be_applied

_FUNCTION = r"(?:" + "|".join(sorted((" ".join(key) for key in words.FUNCTIONS), key=len, reverse=True)) + r")"
_EVERYWHERE = tuple(map(re.compile, (
    rf" (?P<function>{_FUNCTION}) (?:everywhere|throughout|in all layers|in every layer"
    rf"|units everywhere) (?!except|but|apart)",
    rf" (?P<function>{_FUNCTION}) (?:activations|activation functions|nonlinearities|non linearities|neurons|units)"
    r"(?: everywhere| in (?P<where>the hidden layers?|hidden layers?|the output layer)"
    r"| at (?P<end>the output))? (?=[,;:.()▮]|$|and |for )",
    rf" (?:all activations are|activations? is|activation functions? is|activations? :|activation functions? :"
    rf"|activation =)"
    rf"(?: a| the)? (?P<function>{_FUNCTION}) ",
)))  # fmt: skip
_OUTPUT = re.compile(
    rf" (?P<function>{_FUNCTION}|linear) (?:output(?: layer| activation| unit)?|at the output) (?=[,;:.()▮]|$|and )"
)
_OUTPUT_IS = re.compile(
    rf" output(?: activation| layer| unit)?(?: is|:| :)(?: the| a)? (?P<function>{_FUNCTION}"
    rf"|linear) (?=[,;:.()▮]|$|and )"
)
_IS = re.compile(
    rf" (?P<name>\S+) (?:=|is|denotes|:)(?: the)? \\?(?:\w+\{{)?(?P<function>{_FUNCTION})\}}? (?=[,;:.)▮]|$|and )"
)
_SAID_TO_BE = frozenset(said for key in words.FUNCTIONS if (said := " ".join(key)).endswith(("function", "activation")))
_ACTS = re.compile(
    r" (?P<name>\S+) (?:acts|is applied|works|applied|operates|applies) (?:elementwise|element wise|entry by entry"
    r"|entrywise|entry wise|componentwise|component wise|element by element|pointwise) "
)
_OF = re.compile(r" (?:of|by|from|like|unlike|than|derivatives?|with) (?:the |a )?$")


def hear_functions(flow: Flow, sentence: Sentence, line: Line, facts: Facts) -> None:
    """Adds the functions that a sentence names."""
    for pattern in (*_EVERYWHERE, _OUTPUT, _OUTPUT_IS):
        for match in matches(pattern, line):
            if _OF.search(line.text[: match.start() + 1][-24:]) and "with" not in line.text[: match.start() + 1][-8:]:
                continue
            if pattern is _OUTPUT and line.text[: match.start() + 1].endswith((" is ", " is the ", " = ")):
                continue
            where = "output" if pattern in (_OUTPUT, _OUTPUT_IS) else _where(match)
            facts.function("", "", _read(match.group("function")), _heard(flow, sentence, line, match), where)
    for match in matches(_IS, line):
        named = line.name(match, "name")
        applied = named is not None and (may_be_applied(named.text) or match.group("function") in _SAID_TO_BE)
        if named and applied and _stands_first(line, match):
            _keep(named, _read(match.group("function")), _heard(flow, sentence, line, match), facts)
    for match in matches(_ACTS, line):
        named = line.name(match, "name")
        if named:
            _keep(named, "elementwise", _heard(flow, sentence, line, match), facts)


def _where(match: re.Match[str]) -> str:
    said = match.groupdict()
    spot = (said.get("where") or "") + (said.get("end") or "")
    return "output" if "output" in spot else "hidden" if spot else ""


def _stands_first(line: Line, match: re.Match[str]) -> bool:
    """Whether the name is no end of a formula: of `h = \\sigma = \\tanh` nothing is heard."""
    at = line.token_at(match.start("name"))
    if at == 0:
        return True
    before, name = line.tokens[at - 1], line.tokens[at]
    if before.text in words.PREPOSITIONS:
        return False
    return not (before.maths and name.maths and before.piece == name.piece) or before.text == ","


def _read(said: str) -> str:
    return "identity" if said == "linear" else words.FUNCTIONS[tuple(said.split())]


def _heard(flow: Flow, sentence: Sentence, line: Line, match: re.Match[str]) -> Heard:
    return flow.page.heard(line.said(match), sentence)


def _keep(named: Named, function: str, heard: Heard, facts: Facts) -> None:
    if not any(each.name == named.text and each.heard.place == heard.place for each in facts.functions):
        facts.function(named.text, named.latex, function, heard)
