"""A document in, a verdict for each of its statements out."""

from __future__ import annotations

from .documents import Document, Statement, statements
from .results import Checked, Finding, Verdict


def check_document(document: Document) -> Checked:
    """Judge every statement of a document."""
    return Checked(document, tuple(_judge(document, each) for each in statements(document)))


def _judge(document: Document, statement: Statement) -> Finding:
    return Finding(statement.place(document), statement.text, statement.text, Verdict.UNCHECKED, "not judged yet")
