"""Names in, what the words after them say out: `is symmetric`, `(N, D)`, `has shape (N, D)`, `: a vector of length d`.

One idea: the word or sign after a name says how what follows is about it, and each way has its own reader.
"""

from __future__ import annotations

from dataclasses import replace

from . import memberships
from . import vocabulary as words
from .descriptions import Description, description_at, modifiers
from .phrases import Named, name_at, rows_and_columns, said_shape, shape_at, sizes_by_look
from .subject import Subject, blocked, clause_says, doubted, keep, lead
from .tokens import Kind, Token

_ARTICLES = ("the", "a", "an")
_LATER = 30  # words between a colon and the shape that its line comes to


def hear_after(subject: Subject) -> None:
    """Adds what stands after the names."""
    _hear_signs(subject)
    subject = _taking_the_last(subject)
    place = _past_value(subject)
    if place >= len(subject.tokens):
        return
    token = subject.tokens[place]
    if _is_copula(token):
        _hear_copula(subject, place)
    elif token.text == "∈":
        memberships.hear(subject.flow, subject.number, subject.facts, subject.of_formula(), place)
        _hear_behind_set(subject, memberships.end(subject.tokens, place))
    elif token.text in (">", "<", ">="):
        memberships.hear_sign(subject.flow, subject.number, subject.facts, subject.of_formula(), place)
        if subject.said_at(place + 2) in words.IS:
            _hear_copula(subject, place + 2)
    elif not blocked(subject) or token.text in ("(", "[") or token.kind is Kind.NUMBER:
        _hear_next(subject, place)


def _is_copula(token: Token) -> bool:
    return token.kind is Kind.WORD and (token.text in words.IS or token.text in words.ARE)


def _taking_the_last(subject: Subject) -> Subject:
    """Of `of length m and x a vector` only x is described, and of `x, y is one-hot` only y."""
    said = subject.said_at(subject.after)
    singular = said in ("a", "an", "the", "any") or (said in words.IS and said not in words.ARE)
    if len(subject.names) < 2 or not singular or len(subject.of_formula()) == len(subject.names):
        return subject
    return replace(subject, names=subject.names[-1:], place=subject.after - 1)


def _past_value(subject: Subject) -> int:
    """The place after a formula that begins with the name, where words go on about it: `$L=3$ is the output`,
    `$z \\sim N(0, I)$ is fixed`, `$g = \\partial L/\\partial y$, shape (N, D)`."""
    after, tokens = subject.after, subject.tokens
    if after + 1 >= len(tokens) or not tokens[after].maths or tokens[after].text not in ("=", "~", ":="):
        return after
    end = after + 1
    while end < len(tokens) and tokens[end].piece == tokens[after].piece:
        end += 1
    if end >= len(tokens) or len(subject.names) > 1:
        return after
    if tokens[end].text in (",", "(") and said_shape(tokens, end + 1):
        return end
    goes_on = tokens[end].text in words.IS and (tokens[after].text == "~" or end - after <= 3)
    return end if goes_on else after


def _hear_signs(subject: Subject) -> None:
    """`$y = \\pm 1$`."""
    said = [token.text for token in subject.tokens[subject.after : subject.after + 4]]
    if said[:3] == ["=", "±", "1"] and (len(said) < 4 or not subject.tokens[subject.after + 3].maths):
        for named in subject.of_formula():
            subject.facts.trait(named, "signs", subject.heard(subject.place, subject.after + 3))


def _hear_behind_set(subject: Subject, place: int) -> None:
    """What is said after `$x \\in \\mathbb R^n$`: `is the input`, `the weight matrix`."""
    if place >= len(subject.tokens):
        return
    subject = replace(subject, names=subject.of_formula())
    if _is_copula(subject.tokens[place]):
        _hear_copula(subject, place)
    elif not blocked(subject):
        _hear_next(replace(subject, after=place), place)


# `is` ---------------------------------------------------------------------------------------------------------------
def _hear_copula(subject: Subject, place: int) -> None:
    if blocked(subject):
        return
    found = description_at(subject.tokens, place + 1)
    if found is None or doubted(subject, place, found.stop) or subject.said_at(found.stop) == "=":
        return
    names = subject.names
    if subject.said_at(place) == "be" and found.noun and not found.plural:
        names = names[-1:]
    _keep_if(subject, found, names)


def _keep_if(subject: Subject, found: Description, names: tuple[Named, ...]) -> None:
    """Keeps what was said, for the statements that it was said for if a condition leads to it."""
    at = lead(subject, subject.place)
    heard = subject.heard(subject.place, found.stop)
    if at < 0:
        keep(subject, found, names, heard)
    elif only := subject.flow.governed(subject.number, at, found.stop):
        keep(subject, found, names, heard, only)


# Anything else ------------------------------------------------------------------------------------------------------
def _hear_next(subject: Subject, place: int) -> None:
    token = subject.tokens[place]
    if shape := shape_at(subject.tokens, place):
        if _shape_is_meant(subject, place, shape[1]):
            for named in subject.together():
                subject.facts.shape(named, shape[0], subject.heard(subject.place, shape[1]))
        return
    if token.text in ("shaped", "shape", "size", "dimensions") and (shape := said_shape(subject.tokens, place)):
        subject.facts.shape(subject.names[-1], shape[0], subject.heard(subject.place, shape[1]))
    if token.text in ("has", "have", "with", "having", "of", ":", ",", "("):
        _hear_has(subject, place)
    if token.text == ":" or _is_dash(subject, place):
        _hear_shape_later(subject, place)
    if token.text == "." and not token.spaced and (dotted := said_shape(subject.tokens, place + 1)):
        subject.facts.shape(subject.names[-1], dotted[0], subject.heard(subject.place, dotted[1]))
    if token.text == "for" and clause_says(subject, "write", "writing"):
        _hear_written_for(subject, place + 1)
    if token.text in ("with", "having"):
        _hear_with(subject, place)
    else:
        _hear_description(subject, place)


def _is_dash(subject: Subject, place: int) -> bool:
    """Whether a dash leads from a name at the beginning of a line to what it is."""
    token = subject.tokens[place]
    if token.text != "-" or not token.spaced or token.maths or subject.place > 1:
        return False
    return place + 1 < len(subject.tokens) and subject.tokens[place + 1].spaced


def _hear_description(subject: Subject, place: int) -> None:
    """`S symmetric`, `x (a vector)`, `x: a vector`, `g, the upstream gradient`."""
    token = subject.tokens[place]
    start = place
    if token.text in ("(", ":", "=") or _is_dash(subject, place):
        start = place + 1
        if token.text == "=" and token.maths:
            return
    elif token.text == ",":
        start = place + 1
        if subject.said_at(start) not in _ARTICLES:
            return
    elif token.kind is not Kind.WORD or token.text in words.PREPOSITIONS:
        return
    found = description_at(subject.tokens, start)
    if found is None or doubted(subject, place, found.stop) or blocked(subject):
        return
    if token.text != "(" or subject.said_at(found.stop) in (")", ",", ";"):
        _keep_after(subject, found, token)


def _keep_after(subject: Subject, found: Description, token: Token) -> None:
    names = subject.together()
    if token.text == ",":
        found.roles = [role for role in found.roles if role[0] in ("upstream", "learning rate", "derivative")]
        found.function = ""
    if token.kind is Kind.WORD and _belongs_elsewhere(subject, found, token):
        return
    if token.text == "(" and found.plural and found.kind and len(names) == 1:
        names = _listed_before(subject)
    if not subject.flow.displays:
        _keep_if(subject, found, names)
    elif only := subject.flow.holding(subject.names[0].token):
        keep(subject, found, names, subject.heard(subject.place, found.stop), only)


def _belongs_elsewhere(subject: Subject, found: Description, token: Token) -> bool:
    """Whether a noun right after a name is no description of it: `$x$ inputs`, `the $x$ vector`."""
    if found.function and found.function != "elementwise":
        behind = subject.tokens[found.stop : found.stop + 1]
        return bool(behind) and behind[0].kind is not Kind.SIGN
    if found.traits or token.text in words.DETERMINERS:
        return False
    return bool(found.roles) or (bool(found.kind) and not found.plural)


def _listed_before(subject: Subject) -> tuple[Named, ...]:
    """The names of `anchor a, positive b, negative c (vectors)`."""
    found, place, tokens = list(subject.names), subject.place - 1, subject.tokens
    while place >= 1 and place > subject.place - 24:
        while place > 0 and tokens[place].kind is Kind.WORD and name_at(tokens, place) is None:
            place -= 1
        named = name_at(tokens, place - 1) if place >= 1 and tokens[place].text in (",", "and") else None
        if named is None:
            break
        found.insert(0, named)
        place -= 2
    return tuple(found)


# Shapes and entries -------------------------------------------------------------------------------------------------
def _hear_has(subject: Subject, place: int) -> None:
    """`has shape (N, D)`, `with N rows and D columns`, `: N rows, D columns`, `, shape (N, M)`."""
    if blocked(subject) and subject.said_at(place) != "of":
        return
    start = place + 1
    while subject.said_at(start) in ("a", "the", "dimensions", "has", "have"):
        start += 1
    shape = said_shape(subject.tokens, start) or rows_and_columns(subject.tokens, start)
    if shape is not None:
        for named in subject.names if subject.said_at(place) == "have" else subject.names[-1:]:
            subject.facts.shape(named, shape[0], subject.heard(subject.place, shape[1]))


def _hear_shape_later(subject: Subject, place: int) -> None:
    """`- w: A numpy array of weights, of shape (D, M)`: the shape that a line after a colon comes to."""
    tokens = subject.tokens
    for at in range(place + 1, min(len(tokens), place + _LATER)):
        if tokens[at].text == ":" or tokens[at].kind is Kind.DISPLAY:
            return
        if tokens[at].text == "shape" and subject.said_at(at - 1) in ("of", "with", ",", "has"):
            shape = said_shape(tokens, at)
            if shape is not None and (subject.said_at(at - 2) == "," or name_at(tokens, at - 2) is None):
                subject.facts.shape(subject.names[-1], shape[0], subject.heard(subject.place, shape[1]))
            return


def _hear_with(subject: Subject, place: int) -> None:
    """`with entries 0 or 1`, `with unit norm`, and a remark in brackets after it."""
    found = Description()
    stop = modifiers(found, subject.tokens, place)
    if stop == place or not found.traits or lead(subject, subject.place) >= 0:
        return
    keep(subject, found, subject.together(), subject.heard(subject.place, stop))
    more = description_at(subject.tokens, stop + 1) if subject.said_at(stop) == "(" else None
    if more is not None and more.traits and subject.said_at(more.stop) == ")":
        keep(subject, more, subject.together(), subject.heard(subject.place, more.stop))


def _hear_written_for(subject: Subject, start: int) -> None:
    """`we write g for the upstream gradient`."""
    found = description_at(subject.tokens, start)
    if found is not None and not doubted(subject, start, found.stop):
        keep(subject, found, subject.names, subject.heard(subject.place, found.stop))


def _shape_is_meant(subject: Subject, place: int, stop: int) -> bool:
    """Whether `(N, D)` after a name is its shape and not what a function is applied to."""
    if subject.said_at(stop) in ("=", "matrix", "matrices", "vector"):
        return False
    token, name = subject.tokens[place], subject.names[-1].token
    if token.text in ("(", "["):
        if not token.spaced and not name.maths:
            return False
        if not name.quoted and not sizes_by_look(subject.tokens[place:stop]):
            return False
    return not (token.maths and token.piece == name.piece and token.kind is not Kind.WORD)
