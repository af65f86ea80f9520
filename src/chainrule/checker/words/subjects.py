"""A sentence in, what it says of the names in it out: their shapes, properties and roles, and the functions they are.

One idea: a name is described before it (`the target t`) or after it (`t is the target`, `t (N, D)`); names that
are part of a product or a call are not spoken of.
"""

from __future__ import annotations

from collections.abc import Sequence

from .after import hear_after
from .before import hear_before
from .collecting import Facts
from .governing import Flow
from .phrases import Named, names_at, said_shape, shape_at
from .sentences import Sentence
from .subject import Subject
from .tokens import Kind, Token

_ENDS_NAME = frozenset({",", "∈", "=", ":", ">", "<", ":=", "<=", ">=", ".", ")", "~"})
_BEFORE_NAME = frozenset({",", "(", ":", "[", "∀", "=>", "}"})


def hear_subjects(flow: Flow, number: int, facts: Facts) -> None:
    """Adds what sentence `number` says of its names."""
    sentence = flow.sentences[number]
    tokens = sentence.tokens
    if sentence.subject:
        _hear_comment(flow, sentence, facts)
    assigned = frozenset(flow.page.assigned)
    place = 0
    while place < len(tokens):
        names, after = names_at(tokens, place, assigned)
        if not names:
            place += 1
            continue
        while names and not _stands_alone(tokens, place, after):
            names = names[:-1]
            after = next(
                (at + 1 for at in range(after - 2, place - 1, -1) if names and tokens[at] is names[-1].token), place
            )
        if names:
            subject = Subject(flow, number, facts, tuple(names), place, after)
            hear_before(subject)
            hear_after(subject)
        place = max(after, place + 1)


def _hear_comment(flow: Flow, sentence: Sentence, facts: Facts) -> None:
    """A comment after an assignment that is nothing but a shape: `# (N, D)`, `# shape (N, D)`."""
    tokens = sentence.tokens
    shape = shape_at(tokens, 0) or said_shape(tokens, 0)
    if shape is None or (shape[1] < len(tokens) and tokens[shape[1]].text not in (",", ":", "-", "=")):
        return
    named = Named(sentence.subject, sentence.subject, tokens[0])
    facts.shape(named, shape[0], flow.page.heard(tokens[: shape[1]], sentence))


def _stands_alone(tokens: Sequence[Token], place: int, after: int) -> bool:
    """Whether the names are no part of a product or a call."""
    first, last = tokens[place], tokens[after - 1]
    before = tokens[place - 1] if place else None
    behind = tokens[after] if after < len(tokens) else None
    listed = before is not None and (before.text in _BEFORE_NAME or (before.text in ("-", "•") and place == 1))
    if before is not None and _joined(before, first) and not (listed or (before.kind is Kind.WORD and before.maths)):
        return False
    if behind is not None and _joined(last, behind):
        spaced_bracket = behind.text in ("(", "[") and behind.spaced and not behind.maths
        return (
            behind.text in _ENDS_NAME
            or behind.kind is Kind.WORD
            or spaced_bracket
            or (not behind.maths and behind.text in ("-", '"'))
        )
    return True


def _joined(left: Token, right: Token) -> bool:
    """Whether two tokens stand in one formula, or in prose with a sign between them."""
    if left.maths != right.maths:
        return False
    if left.maths:
        return left.piece == right.piece
    return Kind.SIGN in (left.kind, right.kind)
