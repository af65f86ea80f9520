"""A sentence in, the conventions out that it states: layout, examples as rows, indices from 0, what a star means.

One idea: a table of patterns, each with the convention that it states; what is denied or only considered counts not.
"""

from __future__ import annotations

import re

from .collecting import Facts
from .governing import Flow
from .patterns import Line, matches
from .phrases import spelled
from .sentences import Sentence

_EXAMPLES = (
    r"(?:training |data |input |the |all |our |single |different |individual )?"
    r"(?:examples?|samples?|observations?|instances?|tokens?|datapoints?|data points?|datapoint|points?|inputs)"
)
_WISE = (
    r"(?:hadamard(?: product)?|entry by entry|element by element|element wise|elementwise|entry wise|entrywise"
    r"|component wise|componentwise|pointwise|point wise)"
)
_DIGIT = {"zero": "0", "one": "1", "two": "2", "ten": "10", "e": "natural"}
_KINDS = {
    "layer": "layer",
    "training": "example",
    "example": "example",
    "sample": "example",
    "time": "step",
    "step": "step",
}
_SIGNS = {"*": "star", "⊙": "odot", "∘": "circ", "·": "dot", ".": "dot"}


def _axis(said: str) -> str:
    return "rows" if said.startswith(("row", "zeile")) else "columns"


def _digit(said: str) -> str:
    return _DIGIT.get(said, said)


def _logarithm(said: str) -> str:
    return "natural" if said in ("natural", "e", "ln", "\\ln") else _digit(said)


def _same(said: str) -> str:
    return said


# What is stated, the pattern (its group `said` is the value, `of` the name), how the value is read.
_TABLE = tuple((what, re.compile(pattern), read) for what, pattern, read in (
    ("examples", rf" {_EXAMPLES} (?:are|form|stacked|stored|arranged)(?: the| stacked| stored| arranged| its"
    rf"| given| laid out)?"
                 r"(?: as| in| along)?(?: the)?(?: \S{1,12})? (?P<said>rows?"
                 r"|columns?)(?: vectors)?(?: of (?P<of>\S+))? ", _axis),
    ("examples", rf" {_EXAMPLES} (?:in|as)(?: the)? (?P<said>rows|columns) ", _axis),
    ("examples", r" (?P<said>rows?|columns?)(?: (?:of|in) (?P<of>\S+))? (?:are|is|=|represents?|holds?|contains?"
        r"|corresponds? to|stands for)"
                 rf"(?: the| an| a| one| our| all)? {_EXAMPLES} (?!\()", _axis),
    ("examples", rf" one {_EXAMPLES} (?:per|in each|in every) (?P<said>row|column) ", _axis),
    ("examples", rf" one (?P<said>row|column) (?:per|for each|for every) {_EXAMPLES} ", _axis),
    ("examples", rf" (?P<said>rows|columns) \( {_EXAMPLES} \) ", _axis),
    ("layout", r" (?P<said>numerator|denominator) layout ", _same),
    ("gradients", r" gradients? (?:(?:is|are|as|written|a|always|of scalars) )?(?:(?:is|are|as|a|always) )?"
                  r"(?P<said>columns?|rows?)(?: vectors?)? ", _axis),
    ("vectors", r" vectors (?:are|as)(?: always| assumed to be| taken as| understood as"
    r"| to be)? (?P<said>columns?|rows?) ",
     _axis),
    ("vectors", r" (?:alle|all) (?:vektoren|vectors) (?:sind|are) (?P<said>spaltenvektoren|zeilenvektoren) ", _axis),
    ("vectors", r" (?P<said>column|row) vectors (?:throughout|everywhere|by default) ", _axis),
    ("indices from", r" (?:indices|indexes|index|indexing|counting|counted|count|numbered)(?: \S+)?(?: \S+)? "
                     r"(?:from|at) (?P<said>0|1|zero|one) ", _digit),
    ("indices from", r" (?P<said>zero|one|0|1) (?:based|indexed) ", _digit),
    ("stride", r" stride (?:is |of |= )?(?P<said>\d+) ", _same),
    ("kernel size", r" (?:kernel|filter) size (?:is |of |= )?(?P<said>\d+) ", _same),
    ("log", r" (?P<said>natural) log(?:arithm)?s? ", _logarithm),
    ("log", r" \\?log(?:arithm)?s? (?:is|are|means|denotes|=) (?:the )?(?:always )?"
                r"(?P<said>natural|\\?ln) ", _logarithm),
    ("log", r" \\?log(?:arithm)?s? (?:is |are )?(?:to |in )?(?:the )?base (?P<said>2|10|two|ten|e) ", _logarithm),
    ("log", r" base (?P<said>2|10|two|ten|e) log(?:arithm)?s? ", _logarithm),
    ("softmax over", r" softmax (?:[a-z]+ )?(?:(?:over|along|to|for|per|in|on) )?(?:each |every "
    r"|the )?(?P<said>rows?|columns?)"
                     r"(?: wise)? ", _axis),
    ("softmax over", r" (?P<said>row|column) wise softmax ", _axis),
    ("softmax over", r"softmax\}? (?:\S+ )?(?:\S+ )?(?:\S+ )?\(? ?(?:over|per) (?:each |every "
    r"|the )?(?P<said>rows?|columns?) ",
     _axis),
    ("statistics over", r" (?:means?|variances?|statistics) (?:\S+ )?(?:\S+ )?(?:per|over each|of each|for each) "
                        r"(?P<said>row|column) ", _axis),
    ("superscript", r" superscripts? (?:\S+ )?(?:=|is|are|denotes?|means?|indicates?|stands? for)(?: the| a)? "
                    r"(?P<said>layer|training|example|sample|time|step)s? ", _KINDS.__getitem__),
))  # fmt: skip
# What a pattern states whatever it says.
_FIXED = tuple((what, value, re.compile(pattern)) for what, value, pattern in (
    ("gradients", "shape of the variable",
     r" gradients? (?:\S+ )?(?:\S+ )?(?:has|have|takes?|with)(?: always)? the (?:same )?shape (?:of|as)(?: the"
     r"| its| their)? "
     r"(?:variables?|parameters?|weights?|arguments?) "),
    ("outside", "zero", r" zero outside | (?P<of>\S+) = 0 outside "
     r"| out of range(?: \S+)? (?:are|is|=|count as) (?:0|zero) "),
    ("padding", "zero", r" zero padding | zero padded | padded with zeros "),
    ("angles", "radians", r" radians "),
    ("angles", "degrees", r" in degrees "),
    ("mean", "at the parameters", r" (?:\\frac 1 [mMnN]|1 / [mMnN]) (?:\S+ )?"
     r"(?:appears|goes|enters|comes|stands|is applied)"
                                  r"(?: \S+)?(?: \S+)? parameters "),
    ("functions", "elementwise", rf" functions? (?:are|is|act|acts|work)(?: applied)? {_WISE} "),
    ("derivative names", "\\bar{*}",
     r" (?:bars?|overbars?) (?:are|is|denotes?|means?|indicates?)(?: the)? (?:error signals?|derivatives?|gradients?"
     r"|adjoints?) "),
))  # fmt: skip
_ALLOWED = tuple((what, value, re.compile(pattern)) for what, value, pattern in (
    ("padding", "none", r" no padding | without padding | valid convolution | valid padding "),
    ("kernel", "not flipped", r" kernel is not flipped | not flipping the kernel | no flipping "),
))  # fmt: skip
_PRODUCT = (
    re.compile(rf" (?P<sign>[*⊙∘·]) (?:\S+ )?(?:\S+ )?{_WISE} "),
    re.compile(
        rf" {_WISE} (?:product|multiplication)s? (?:is |\( )?(?:written |denoted )?(?:by |as |with )?(?P<sign>[*⊙∘·]) "
    ),
)
_BRACKETED = re.compile(
    r" superscripts? (?:in|within) (?P<square>square )?(?:brackets?|parentheses) (?:=|is|are|denotes?|means?)(?: the)? "
    r"(?P<said>layer|training|example|sample|time|step)s? "
)
_MARKED = re.compile(
    r" (?P<of>[^\s^]{1,40}\^\{?(?P<open>[(\[])\w{1,3}[)\]]\}?) (?:is|are|denotes?)(?: the| an| a)?"
    r"(?: \w+ of| of| \S{1,3})?(?: -)?(?: th)?(?: the)? (?P<said>training|example|sample|layer)s? "
)
_OPENED = re.compile(
    r" superscripts? (?P<open>[(\[]) \S{1,3} [)\]](?: denotes?| is| means| refers to| =| stands for| for)?(?: the)? "
    r"(?:\S{1,3} )?(?:- )?(?:th )?(?P<said>layer|training|example|sample|time|step)s? "
)
_DOUBTED = re.compile(r" (?:would|otherwise|instead|could|whereas|versus|vs|or|both|depending|depends|some|others?) ")
_OF_THE_SUM = re.compile(
    r" (?P<of>d\S+) (?:is|are|means|denotes)(?: always)? (?:the )?(?:derivatives?|gradients?)"
    r" of the sum of (?:the )?(?:all )?loss(?:es)? "
)


def hear_conventions(flow: Flow, number: int, line: Line, facts: Facts) -> None:
    """Adds the conventions that sentence `number` states."""
    sentence = flow.sentences[number]
    for what, pattern, read in _TABLE:
        for match in matches(pattern, line):
            if what == "layout" and (_DOUBTED.search(line.text) or _both(line.text)):
                continue
            _keep(flow, sentence, line, match, what, read(match.group("said")), facts)
    for what, value, pattern in _FIXED:
        for match in matches(pattern, line):
            _keep(flow, sentence, line, match, what, value, facts)
    for what, value, pattern in _ALLOWED:
        for match in pattern.finditer(line.text):
            _keep(flow, sentence, line, match, what, value, facts)
    _hear_signs(flow, sentence, line, facts)


def _hear_signs(flow: Flow, sentence: Sentence, line: Line, facts: Facts) -> None:
    for product in _PRODUCT:
        for match in matches(product, line):
            if not _DOUBTED.search(match.group()):
                _keep(flow, sentence, line, match, _SIGNS[match.group("sign")], "elementwise", facts)
    for match in matches(_BRACKETED, line):
        what = "square bracket superscript" if match.group("square") else "bracket superscript"
        _keep(flow, sentence, line, match, what, _KINDS[match.group("said")], facts)
    for match in (*matches(_MARKED, line), *matches(_OPENED, line)):
        what = "square bracket superscript" if match.group("open") == "[" else "bracket superscript"
        _keep(flow, sentence, line, match, what, _KINDS[match.group("said")], facts)
    for match in matches(_OF_THE_SUM, line):
        named = line.name(match, "of")
        if named:
            base = named.latex.split("^")[0].split("_")[0].strip()
            heard = flow.page.heard(line.said(match), sentence)
            facts.convention("derivative names of the sum", spelled(base) or base, heard, named.text)


def _both(text: str) -> bool:
    return " numerator layout " in text and " denominator layout " in text


def _keep(
    flow: Flow, sentence: Sentence, line: Line, match: re.Match[str], what: str, value: str, facts: Facts
) -> None:
    named = line.name(match, "of") if "of" in match.re.groupindex else None
    heard = flow.page.heard(line.said(match), sentence)
    facts.convention(what, value, heard, named.text if named else "")
