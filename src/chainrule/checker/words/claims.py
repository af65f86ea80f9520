"""A sentence in, what it says of lists and of statements out: orders of computation, new values, questions, doubts.

One idea: an order is the list that follows the word; everything else is a remark about what comes next.
"""

from __future__ import annotations

import re

from .collecting import Facts
from .governing import Flow
from .patterns import Line, matches
from .phrases import spelled
from .said import Order, Remark, World
from .sentences import Page, Sentence
from .tokens import Kind, Token, maths_tokens

_TOPOLOGICAL = re.compile(r" (?:topological (?:order(?:ing)?|sort)|topologically (?:sorted|ordered)) ")
_REVERSE = re.compile(
    r" (?:backward|backwards|reverse|reversed)(?: \S+)? (?:in reverse|order)? ?: | backward in reverse : "
)
_LIST = re.compile(r" (?:another|the|one)(?: list| order| one)? (?:is )?(?=\[)")
_DENIED = re.compile(r" (?:not|no|isn't|invalid|wrong|cannot) ")
_NEW = re.compile(
    r" (?:new (?P<of>predictions?|values?|loss|outputs?|errors?|costs?|forward pass|activations?)"
    r"|after (?:the |one |this |an |the first )?(?P<when>update|updates|gradient step|step|iteration)"
    r"|with the (?:new|updated) (?P<with>weights?|parameters?|values?)) "
)
_ASKS = re.compile(
    r"^ (?:\( ?\w ?\) |\d+ [.)] |exercise \S+ |question \S+ )?(?P<asks>show that|prove that|prove|show"
    r"|verify that|is it true"
    r"|what is|find|compute|determine|derive|calculate|true or false) "
)
_WRONG = re.compile(
    r" (?:wrong on purpose|deliberately wrong|intentionally wrong|this is wrong|is wrong|are wrong|common mistake"
    r"|typical mistake|incorrect|find the (?:mistake|error)|spot the (?:mistake|error)) "
)
_MOST = 400  # names in one order


def hear_claims(flow: Flow, number: int, line: Line, facts: Facts) -> None:
    """Adds orders, new worlds and remarks."""
    sentence = flow.sentences[number]
    _hear_orders(flow, number, line, facts)
    _hear_new(flow, number, line, facts)
    asks = _ASKS.match(line.text)
    if asks is not None:
        _remark(flow, number, line, asks, "question", facts)
    for match in matches(_WRONG, line):
        _remark(flow, number, line, match, "wrong", facts)
    if sentence.tokens[-1].text == "?" and asks is None:
        claimed = flow.after(number, 0) if any(token.maths for token in sentence.tokens) else ()
        within = tuple(each for each in claimed if each < _after(flow.page, sentence))
        if within:
            heard = flow.page.heard(sentence.tokens, sentence)
            facts.remarks.append(Remark("question", within, heard))


def _after(page: Page, sentence: Sentence) -> int:
    last = sentence.tokens[-1]
    return page.first_from(last.piece, last.stop)


def _remark(flow: Flow, number: int, line: Line, match: re.Match[str], what: str, facts: Facts) -> None:
    sentence = flow.sentences[number]
    statements = flow.after(number, line.token_at(match.start() + 1))
    if not statements and what == "wrong":
        statements = flow.before(number, line.token_at(match.start() + 1))
    if statements:
        heard = flow.page.heard(line.said(match), sentence)
        facts.remarks.append(Remark("question" if what == "question" else "wrong", statements, heard))


def _hear_new(flow: Flow, number: int, line: Line, facts: Facts) -> None:
    """New values are spoken of at the beginning of a sentence or right before a colon, else in passing."""
    for match in matches(_NEW, line):
        first = line.token_at(match.start() + 1)
        last = line.token_at(max(match.start() + 1, match.end() - 2))
        tokens = line.tokens
        leads = last + 1 < len(tokens) and (
            tokens[last + 1].text in (":", ",") or tokens[last + 1].kind is Kind.DISPLAY
        )
        if first > 3 and not leads:
            continue
        sentence = flow.sentences[number]
        heard = flow.page.heard(line.said(match), sentence)
        facts.worlds.append(World(flow.page.first_from(tokens[last].piece, tokens[last].stop), heard))


# Orders ---------------------------------------------------------------------------------------------------------------
def _hear_orders(flow: Flow, number: int, line: Line, facts: Facts) -> None:
    what = "topological" if _TOPOLOGICAL.search(line.text) else ""
    if not what and _REVERSE.search(line.text):
        what = "reverse"
    earlier = bool(facts.orders) and facts.orders[-1].heard.block >= flow.sentences[number].block - 1
    if not what and not (earlier and _LIST.search(line.text)):
        return
    sentence = flow.sentences[number]
    tokens = list(line.tokens)
    start = 0
    if what:
        match = _TOPOLOGICAL.search(line.text) or _REVERSE.search(line.text)
        start = line.token_at(match.end() - 2) + 1 if match else 0
    names, stop, start = _list(tokens, start)
    if len(names) < 3:
        names, stop = _displayed(flow, tokens, start)
    if len(names) < 3:
        return
    denied = bool(_DENIED.search(line.text[: line.starts[start]][-12:]) or _DENIED.search(_behind(line, stop)))
    heard = flow.page.heard(tokens[:stop] if stop else tokens, sentence)
    facts.orders.append(
        Order(tuple(names[:_MOST]), "reverse" if what == "reverse" else "topological", not denied, heard)
    )


def _behind(line: Line, stop: int) -> str:
    if stop <= 0 or stop >= len(line.starts):
        return ""
    return line.text[line.starts[stop] - 1 : line.starts[min(len(line.starts) - 1, stop + 5)]]


def _list(tokens: list[Token], start: int) -> tuple[list[str], int, int]:
    """The names between brackets or after a colon, the place after them, and where they begin."""
    place = start
    while place < len(tokens) and tokens[place].text not in ("[", "(", ":") and tokens[place - 1].text != ":":
        if tokens[place].kind is Kind.NAME and tokens[place + 1 : place + 2] and tokens[place + 1].text in (",", "->"):
            break
        place += 1
    begins = place
    if place < len(tokens) and tokens[place].text in ("[", "(", ":"):
        place += 1
    if place < len(tokens) and tokens[place].text in ("[", "("):
        place += 1
    names: list[str] = []
    while place < len(tokens):
        token = tokens[place]
        if token.text in (",", "->", "then", "<", "and"):
            place += 1
            continue
        name = _name(token)
        if not name:
            break
        names.append(name)
        place += 1
    if place < len(tokens) and tokens[place].text in ("]", ")"):
        place += 1
    return names, place, min(begins, max(0, len(tokens) - 1))


def _name(token: Token) -> str:
    if token.kind is Kind.NAME:
        return spelled(token.text)
    if token.kind is Kind.WORD and (len(token.shown) <= 4 or token.maths):
        return spelled(token.shown)
    return ""


def _displayed(flow: Flow, tokens: list[Token], start: int) -> tuple[list[str], int]:
    """The names of a list that stands in the formula after the words."""
    for place in range(start, len(tokens)):
        token = tokens[place]
        if token.kind is Kind.DISPLAY:
            text = flow.page.document.pieces[token.piece].text
            inside = [each for each in maths_tokens(text[:8_000], token.piece) if each.text not in ("[", "]", "(", ")")]
            names = [_name(each) for each in inside if each.text != ","]
            return (names, place + 1) if all(names) else ([], 0)
        if token.text != ":":
            return [], 0
    return [], 0
