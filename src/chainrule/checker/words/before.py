"""Names in, what the words before them say out: `the target t`, `an m x n matrix A`, `for symmetric A`.

One idea: the longest stretch before a name that is a description in full describes it, if nothing unknown qualifies it.
"""

from __future__ import annotations

from . import vocabulary as words
from .descriptions import Description, description_at
from .subject import BACK, Subject, clause_says, keep, lead
from .tokens import Kind

_OPENS = frozenset({"for", "with", "where", "if", "when", "assume", "suppose", "let", "given", "say", "only", "are"})
_KNOWN = words.DETERMINERS | words.PREPOSITIONS | words.BOUNDARY | words.CONDITIONAL | _OPENS


def hear_before(subject: Subject) -> None:
    """Adds what stands before the names."""
    if subject.said_at(subject.place - 1) in ("by", "as") and clause_says(subject, "denote", "denoted"):
        _hear_denoted(subject, subject.place - 1)
    found = _described(subject, subject.place)
    if found is not None and (found[0].noun or found[0].sizes is not None or _introduced(subject, found[1])):
        _keep_before(subject, *found)


def _described(subject: Subject, stop: int) -> tuple[Description, int] | None:
    """The longest description that ends at a place, and where it begins."""
    for start in range(max(0, stop - BACK), stop):
        if subject.tokens[start].kind is Kind.DISPLAY or subject.tokens[start].text in (",", "."):
            continue
        found = description_at(subject.tokens[:stop], start, bare=True)
        if found is not None and found.stop == stop and not _denied(subject, start):
            return found, start
    return None


def _hear_denoted(subject: Subject, stop: int) -> None:
    """`we denote the weights by w`."""
    found = _described(subject, stop)
    if found is not None and found[0].noun:
        keep(subject, found[0], subject.names[:1], subject.heard(found[1], subject.after))


def _denied(subject: Subject, start: int) -> bool:
    return subject.said_at(start - 1) in ("non", *words.NEGATIONS)


def _introduced(subject: Subject, start: int) -> bool:
    """Whether an adjective before a name is one: `a positive s`, `for symmetric A`, but not `, positive b`."""
    return subject.said_at(start) in words.DETERMINERS or subject.said_at(start - 1) in _OPENS


def _qualified(subject: Subject, start: int) -> bool:
    """Whether an unknown word stands before a description: a `squashed residual` is none."""
    if start == 0 or subject.said_at(start) in words.DETERMINERS:
        return False
    before = subject.tokens[start - 1]
    return before.kind is Kind.WORD and not before.maths and before.text not in _KNOWN


def _counts_up(subject: Subject) -> bool:
    """Whether the name is an index with its values: `features $i = 1..D$`."""
    said = [token.text for token in subject.tokens[subject.after : subject.after + 4]]
    listed = len(said) == 4 and said[2] == "," and said[3].isdecimal()
    return said[:1] == ["="] and (".." in said or listed)


def _keep_before(subject: Subject, found: Description, start: int) -> None:
    names = subject.names if found.plural else subject.names[:1]
    if _qualified(subject, start) or _counts_up(subject):
        found.roles = []
    if found.kind == "scalar" and subject.said_at(subject.place - 1).startswith("number"):
        return
    if found.function and not found.roles and found.function != "elementwise":
        found.function = ""  # `the sigmoid s` is a value as often as a function
    at = lead(subject, start)
    heard = subject.heard(start, subject.after)
    if at < 0 or not (found.traits or found.sizes is not None):
        keep(subject, found, names, heard)
    elif only := subject.flow.governed(subject.number, at, subject.after):
        keep(subject, found, names, heard, only)
