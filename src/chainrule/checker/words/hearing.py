"""A document and its statements in, all that its words say about them out.

One idea: each kind of fact is heard on its own, from the same sentences; no fact is concluded from another.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..documents.pieces import Document
from ..documents.statements import Statement
from .claims import hear_claims
from .collecting import Facts
from .conditions import hear_conditions, hear_displayed, hear_remarks
from .conventions import hear_conventions
from .equations import hear_equations
from .functions import hear_functions
from .governing import Flow
from .patterns import line_of
from .relations import hear_relations
from .said import Said
from .sentences import Page, Sentence, sentences, spoken_displays
from .subjects import hear_subjects
from .tables import hear_tables
from .tokens import Kind


def read_words(document: Document, statements: Sequence[Statement]) -> Said:
    """All that a document says in words about its mathematics.

    >>> from chainrule.checker.documents import read_document, statements
    >>> document = read_document(b"$A$ is an $m \\\\times n$ matrix. $y$ is one-hot. Case $i = j$: $$p_i = 1$$")
    >>> said = read_words(document, statements(document))
    >>> said.shapes["A"][0].sizes, said.traits["y"][0].what, said.conditions[4][0].relation
    (('m', 'n'), 'one-hot', 'i = j')
    """
    page = Page(document, statements)
    flow = Flow(page, tuple(sentences(page)))
    facts = Facts()
    for number in range(len(flow.sentences)):
        _hear(flow, number, facts)
        hear_conditions(flow, number, facts)
    displays = Flow(page, tuple(spoken_displays(page)), displays=True)
    for number in range(len(displays.sentences)):
        _hear(displays, number, facts)
    hear_displayed(page, facts)
    hear_remarks(page, facts)
    hear_tables(flow, facts)
    hear_equations(page, facts)
    return facts.finished()


def _hear(flow: Flow, number: int, facts: Facts) -> None:
    sentence: Sentence = flow.sentences[number]
    if all(token.kind is Kind.DISPLAY for token in sentence.tokens):
        return
    hear_subjects(flow, number, facts)
    line = line_of(sentence)
    hear_conventions(flow, number, line, facts)
    hear_relations(flow, number, line, facts)
    hear_functions(flow, sentence, line, facts)
    hear_claims(flow, number, line, facts)
