"""A sentence in, what it says of quantities out: how many of what, which are parts of which, which are the same, and
which names are derivatives.

One idea: patterns over the line of a sentence; whatever should be a name is read as a name, or nothing is heard.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from ...errors import ChainruleError
from ...notation.symbols import read_symbol
from . import vocabulary as words
from .collecting import Facts
from .governing import Flow
from .patterns import Line, matches
from .phrases import Named, name_at, size_at, spelled
from .said import Count, Part, Same
from .sentences import Sentence
from .tokens import Kind

_NAME = r"\S{1,60}"
_COUNTED = re.compile(
    r" (?:training |hidden |input |output |time |different )?(?P<of>"
    + "|".join(sorted(words.COUNTED, key=len, reverse=True))
    + r") "
)
_NUMBER_OF = re.compile(
    rf" (?P<size>{_NAME}) (?:(?:=|is|for|denotes) )?(?:the )?(?:total )?number of (?:training |hidden |input "
    rf"|output |time )?(?P<of>\w+)(?: (?:of|in) (?P<name>{_NAME}))? "
)
_BATCH = re.compile(r" batch (?:of size|of|size(?: is| of| =)?) (?P<size>\S+) ")
_HIDDEN = re.compile(r" hidden size (?:is |of |= )?(?P<size>\S+) ")
_PARTS = tuple(map(re.compile, (
    rf" (?P<part>{_NAME}) (?:is|denotes|=|:) (?:the )?(?:(?P<before>\S+) )?(?:- )?(?:th )?(?P<axis>row"
    rf"|column) (?:(?P<index>\S+) )?"
    rf"of (?P<whole>{_NAME}) ",
    rf" (?P<axis>row|column) (?P<index>\w) of (?P<whole>{_NAME}) is (?:denoted )?(?P<part>{_NAME}) ",
    rf" (?P<whole>{_NAME}) (?:has|with) (?:one |a )?(?:the )?(?P<axis>row|column)s? (?P<part>{_NAME}) ",
    rf" (?P<axis>row|column)s of (?P<whole>{_NAME}) are (?:the )?(?P<part>{_NAME}) ",
    rf" (?P<whole>{_NAME}) \( (?P<axis>row|column) (?P<part>{_NAME}) for ",
)))  # fmt: skip
_ROW_IS = re.compile(
    rf" (?P<axis>row|column)s of (?P<whole>{_NAME}) are .{{0,60}}\( (?P<part>{_NAME}) is (?:row|column) (?P<index>\w) "
)
_SAME = tuple(map(re.compile, (
    rf" (?P<one>{_NAME}) and (?P<other>{_NAME}) are the same (?:thing|variable|quantity|vector|matrix|symbol|\)|▮)?",
    rf" (?P<one>{_NAME}) is the same (?:thing )?as (?P<other>{_NAME}) ",
    rf" (?P<one>{_NAME}) \( also (?:written|called|denoted) (?:as )?(?P<other>{_NAME}) \)",
)))  # fmt: skip
_SHAPED = re.compile(rf" same (?:shape|size|dimensions?) as (?P<other>{_NAME}) ")
_DERIVED = re.compile(
    rf" (?P<mark>\\delta |\\nabla )?(?P<name>{_NAME}) (?P<how>is|are|means|denotes|:=|=|is short for|stands for"
    rf"|is shorthand for|for)"
    r" (?:∂(?P<above>\S{0,40})/∂(?P<under>\S{1,60})|(?:always )?(?:the )?(?:total )?(?:derivative"
    r"|gradient) of (?:the )?"
    rf"(?:\w+ )?(?:\S )?(?:wrt|by|with respect to|for)(?: the)? (?P<of>{_NAME})) "
)
_TREATED = re.compile(
    rf" (?:treat|treats|treating|regard|regarding|consider|considering|keep|keeping|hold"
    rf"|holding)(?: the)? (?P<name>{_NAME}) "
    r"(?:as )?(?:a |being )?(?:constant|fixed) "
)
_FROM_ABOVE = re.compile(
    rf" (?P<name>{_NAME}) (?:comes|arrives|flows in|is passed|is given)(?: in)? from (?:above|upstream|the next layer) "
)
_GENERAL = re.compile(
    r" (?:error signals?|notation|short|shorthand|bars?|write|everything|named|so on|means|denotes?|below"
    r"|stands|always|throughout) "
)
_EVERYTHING = re.compile(
    r" (?:everything|all quantities|all variables)(?: is| are)?(?: an?)? (?:scalars?|numbers?|scalar valued) "
)
_SCALAR = re.compile(r" scalar (?P<of>state|states|weights|inputs|parameters|variables|quantities|hidden state) ")
_SIGN_LABELS = re.compile(
    r" labels?(?: are| in| \S)? (?:\{ )?(?:± 1|\+ 1 / - 1|\+ / - 1|- 1 (?:or|and) \+? ?1|- 1 , \+? ?1) "
)
_BINARY_LABELS = re.compile(r" labels?(?: are)?(?: in)? (?:\{ )?0 (?:or|and|,) 1 ")
_IN_CHINESE = {
    "对称": "symmetric",
    "one hot": "one-hot",
    "正交": "orthogonal",
    "对角": "diagonal",
    "可逆": "invertible",
}
_CHINESE = re.compile(r" (?P<name>\S+) (?:是|为)(?:一个)? ?(?P<said>对称|one hot|正交|对角|可逆)")
_ROWS_SUM = re.compile(r" (?P<axis>row|column)s of (?P<name>\S+) sum to (?:1|one) ")
_ROWS_HOT = re.compile(r" (?P<axis>row|column)s of (?P<name>\S+) are (?:all )?one hot ")
_HOT_ROWS = re.compile(r" (?P<name>\S+) (?:of|with|\() one hot (?P<axis>row|column)s ")
_MATRIX_OF = re.compile(r" matrix (?P<name>\S+) of one hot (?P<axis>row|column)s ")


def hear_relations(flow: Flow, number: int, line: Line, facts: Facts) -> None:
    """Adds counts, parts, equal names and names of derivatives."""
    sentence = flow.sentences[number]
    _hear_counts(flow, sentence, line, facts)
    _hear_parts(flow, sentence, line, facts)
    _hear_same(flow, sentence, line, facts)
    _hear_derivatives(flow, sentence, line, facts)
    _hear_everything(flow, sentence, line, facts)
    for match in matches(_TREATED, line):
        named = line.name(match, "name")
        if named:
            facts.trait(named, "constant", flow.page.heard(line.said(match), sentence))
    for match in matches(_FROM_ABOVE, line):
        named = line.name(match, "name", frozenset(flow.page.assigned)) or line.name(match, "name")
        if named:
            facts.role(named, "upstream", flow.page.heard(line.said(match), sentence))


def _hear_counts(flow: Flow, sentence: Sentence, line: Line, facts: Facts) -> None:
    for match in matches(_COUNTED, line):
        at = line.token_at(match.start() + 1) - 1
        size = _counted_size(line, at)
        if size is None:
            continue
        tokens = line.tokens[at : at + 2]
        whole = None
        if line.tokens[at + 2 : at + 3] and line.tokens[at + 2].text in ("vector", "vectors", "wise"):
            continue
        if at + 3 < len(line.tokens) and line.tokens[at + 2].text in ("of", "in"):
            whole = name_at(line.tokens, at + 3)
        heard = flow.page.heard((*tokens[:1], line.tokens[line.token_at(match.end() - 2)]), sentence)
        facts.counts.append(Count(size, words.COUNTED[match.group("of")], heard, whole.text if whole else ""))
    for match in matches(_NUMBER_OF, line):
        named = line.name(match, "size")
        if named and match.group("of") in words.COUNTED:
            whole = line.name(match, "name")
            heard = flow.page.heard(line.said(match), sentence)
            facts.counts.append(Count(named.text, words.COUNTED[match.group("of")], heard, whole.text if whole else ""))
    for pattern, kind in ((_BATCH, "examples"), (_HIDDEN, "units")):
        for match in matches(pattern, line):
            size = _counted_size(line, line.token_at(match.start("size")))
            if size is not None:
                facts.counts.append(Count(size, kind, flow.page.heard(line.said(match), sentence)))


_NUMBERED = frozenset({"layer", "step", "example", "neuron", "row", "column", "class", "node", "word", "token", "week",
                       "equation", "figure", "part", "chapter", "lecture", "exercise", "question",
                       "section"})  # fmt: skip


def _counted_size(line: Line, at: int) -> int | str | None:
    if at < 0:
        return None
    token = line.tokens[at]
    before = line.tokens[at - 1].text if at else ""
    if before in _NUMBERED or before in ("/", ".", "-", "+", "*x", "·", "x", "by"):
        return None
    if token.text in words.NUMBER_WORDS:
        return words.NUMBER_WORDS[token.text]
    found = size_at(line.tokens, at)
    if found is None or found[1] != at + 1 or found[0] is None:
        return None
    if token.kind is Kind.WORD and not (token.shown.isupper() or token.shown in ("n", "m", "k", "d")):
        return None
    return found[0]


def _hear_parts(flow: Flow, sentence: Sentence, line: Line, facts: Facts) -> None:
    for pattern in (*_PARTS, _ROW_IS):
        for match in matches(pattern, line):
            part, whole = line.name(match, "part"), line.name(match, "whole")
            if part is None or whole is None or part.text == whole.text:
                continue
            axis: Literal["row", "column"] = "row" if match.group("axis") == "row" else "column"
            index = ""
            for group in ("index", "before"):
                said = match.groupdict().get(group) or ""
                index = index or (said if len(said) == 1 and said.isalnum() else "")
            heard = flow.page.heard(line.said(match), sentence)
            facts.parts.append(Part(part.text, part.latex, whole.text, axis, heard, index))


def _hear_same(flow: Flow, sentence: Sentence, line: Line, facts: Facts) -> None:
    for pattern in _SAME:
        for match in matches(pattern, line):
            one, other = line.name(match, "one"), line.name(match, "other")
            if one and other and one.text != other.text:
                facts.same.append(Same(one.text, other.text, "name", flow.page.heard(line.said(match), sentence)))
    for match in matches(_SHAPED, line):
        other = line.name(match, "other")
        at = line.token_at(match.start() + 1) - 1
        while at >= 0 and (line.tokens[at].kind is not Kind.NAME or name_at(line.tokens, at) is None):
            at -= 1
        one = name_at(line.tokens, at) if at >= 0 else None
        if one and other and one.text != other.text:
            heard = flow.page.heard(line.tokens[at : line.token_at(match.end() - 2) + 1], sentence)
            facts.same.append(Same(one.text, other.text, "shape", heard))


def _hear_derivatives(flow: Flow, sentence: Sentence, line: Line, facts: Facts) -> None:
    for match in matches(_DERIVED, line):
        named = line.name(match, "name")
        derived = _derived(line, match)
        if named is None or derived is None:
            continue
        mark = (match.group("mark") or "").strip()
        heard = flow.page.heard(line.said(match), sentence)
        pattern = _pattern(mark, named.latex, derived[0])
        if pattern and (_GENERAL.search(line.text) or mark):
            facts.convention("derivative names", pattern, heard, named.text)
        elif not mark:
            facts.role(named, "derivative", heard, spelled(derived[0]), spelled(derived[1]))


def _derived(line: Line, match: re.Match[str]) -> tuple[str, str] | None:
    """What a derivative is taken by, and of what, in LaTeX."""
    named = line.name(match, "of")
    if named is not None:
        return named.latex, ""
    token = line.tokens[line.token_at(match.end() - 2)]
    if token.kind is not Kind.DERIVATIVE or not spelled(token.under):
        return None
    return token.under, token.text


def _pattern(mark: str, latex: str, under: str) -> str:
    """`dQ` and `Q` make `d*`; nothing if the one is not written with the other."""
    try:
        name, by = read_symbol(latex), read_symbol(under)
    except (ChainruleError, ValueError):
        return ""
    if mark:
        return f"{mark} *" if name == by else ""
    if name.accents[: len(name.accents) - len(by.accents)] and replace(name, accents=by.accents) == by:
        return rf"\{name.accents[-1]}{{*}}"
    if replace(name, base=name.base[1:]) == by and name.base[0] == "d":
        return "d*"
    below = name.subscript.strip("{}")
    if below and below == by.text and not name.superscript:
        base = r"\nabla" if name.base == "nabla" else replace(name, subscript="").latex
        return f"{base}_{{*}}"
    return ""


def _hear_everything(flow: Flow, sentence: Sentence, line: Line, facts: Facts) -> None:
    for match in matches(_EVERYTHING, line):
        facts.shape(Named("*", "*", line.tokens[0]), (), flow.page.heard(line.said(match), sentence))
    for match in matches(_SCALAR, line):
        name = "*" + match.group("of")
        facts.shape(Named(name, name, line.tokens[0]), (), flow.page.heard(line.said(match), sentence))
    for match in matches(_CHINESE, line):
        named = line.name(match, "name")
        if named:
            facts.trait(named, _IN_CHINESE[match.group("said")], flow.page.heard(line.said(match), sentence))
    for pattern, trait in ((_SIGN_LABELS, "signs"), (_BINARY_LABELS, "binary")):
        for match in matches(pattern, line):
            facts.trait(Named("*target", "*target", line.tokens[0]), trait, flow.page.heard(line.said(match), sentence))
    for pattern, trait in (
        (_ROWS_SUM, "sums to one"),
        (_ROWS_HOT, "one-hot"),
        (_HOT_ROWS, "one-hot"),
        (_MATRIX_OF, "one-hot"),
    ):
        for match in matches(pattern, line):
            named = line.name(match, "name")
            if named:
                heard = flow.page.heard(line.said(match), sentence)
                facts.trait(named, trait, heard, along="rows" if match.group("axis") == "row" else "columns")
