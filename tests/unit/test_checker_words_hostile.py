"""Words in documents made to be slow or to break the reader: time grows with the length, and facts stay few."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.checker.documents import read_document, statements
from chainrule.checker.words import describe, read_words

SHORT = 20_000
HOSTILE = {
    "prose": "the quick brown fox is symmetric and jumps ",
    "names": "a, b, c, x, y, ",
    "brackets": "( ",
    "open braces": "$x_{{{{{$ ",
    "conditions": "case $i = j$ for if ",
    "and": "A and ",
    "determiners": "A is the the the the ",
    "paragraphs": "x is (N, D), for i = j\n\n",
    "spaces": "$x \\in \\mathbb R^{n}$ ",
    "no spaces": "word",
    "digits": "1,2,3,",
    "orders": "topological order: a, b, ",
    "displays": "$$a = b \\text{ for } i \\ne j$$\n\n",
    "same": "same shape as X ",
    "table": "| name | shape |\n|---|---|\n| X | (N, D) |\n",
    "comments": "```python\nx = 1 # (N, D)\n```\n\n",
    "headings": "# Case $i=j$\n\n$$a=b$$\n\n",
    "derivatives": "∂L/∂x is dx/dx ",
    "counts": "two rows of A, ",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_time_grows_with_the_length(kind: str) -> None:
    text = HOSTILE[kind] * (SHORT // len(HOSTILE[kind]))
    document = read_document(text.encode())
    found = statements(document)
    begun = time.process_time()
    said = read_words(document, found)
    assert time.process_time() - begun < 4
    assert len(describe(said)) < 100 * len(text)


PIECES = st.sampled_from([
    "$x$", "is", "symmetric", "(", ")", ",", "if", "for", "$i = j$", "$$a = b$$", "\n\n", "# ", "|", "A", "of", "shape",
    "N x D", "\\text{", "}", "$", "not", "the", "≠", "∈", "`x`", "case", ":", ".", "?", "1", "\\mathbb R^{", "rows",
    "\n", "topological order", "[", "]", "same shape as", "one-hot", "```python\nx = 1 # (N,)\n```\n", "∂L/∂x",
    "otherwise",
])  # fmt: skip


@given(st.lists(PIECES, max_size=25))
@settings(max_examples=150, deadline=None)
def test_nothing_breaks_the_reader(pieces: list[str]) -> None:
    document = read_document(" ".join(pieces).encode())
    found = statements(document)
    said = read_words(document, found)
    describe(said)
    for number, conditions in said.conditions.items():
        assert 0 <= number < len(found)
        assert all(condition.aside != number for condition in conditions)
    assert all(0 <= number < len(found) for number in said.asides)


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_is_heard_and_gives_the_same_twice(text: str) -> None:
    document = read_document(text.encode("utf-8", "replace"))
    assert read_words(document, statements(document)) == read_words(document, statements(document))
