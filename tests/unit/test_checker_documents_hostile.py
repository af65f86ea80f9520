"""Whatever the bytes are, there is a document: offsets are valid, places exist, and it takes no
longer than its size deserves.
"""

import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.checker.documents import Document, read_document, statements
from chainrule.checker.documents.mapped import Edit, whole

FRAGMENTS = [
    "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\\\(", "\\\\)", "`", "```", "```python\n", "```math\n", "\n",
    "\n\n", "\r\n", "\r", "> ", "- ", "1. ", "    ", "\t", "# ", "---\n", "a = b", "x_1", "W^{T}",
    "\\frac{a}{b}", "{", "}", "(", ")", "[", "]", "\\left(", "\\right)", "\\begin{align}", "\\end{align}",
    "\\begin{cases}", "\\end{cases}", "&", "\\\\", ",", ";", "\\quad ", "\\text{and}", "\\Rightarrow", "=>",
    "=", "+", "\\boxed{", "\\def\\a#1{", "\\newcommand{\\b}[1]{", "\\a", "\\b{x}", "#1", "$5", "\\$", "|",
    "|---|\n", "<div>", "<!--", "-->", "<script type=\"math/tex\">", "</script>", "[[w]]", "](u)", "{% math %}",
    "{% endmath %}", "{{", "}}", "\ufeff", "\u200f", "\0", "∂L/∂W = δ", "é", "𝑥", "\x0crac{a}{b}", "%",
    "\\input{a}", "\\begin{document}", "\\end{document}", "\\verb|", "so ", "where ", "1,000",
    "def f(x):\n    y = x\n", "?math=a%20b)", "&lt;", "\\_", "\u2028",
]  # fmt: skip
NAMES = ["a.md", "a.tex", "a.txt", "a.ipynb", ""]


def hold(document: Document) -> None:
    """Every law of a document: offsets stay in the file, and literal characters are the file's own."""
    before = 0
    for piece in document.pieces:
        text = document.sources[piece.source].text
        for number, character in enumerate(piece.text):
            start, stop = piece.offsets.start(number), piece.offsets.stop(number)
            assert 0 <= start < stop <= len(text)
            if piece.offsets.literal(number):
                assert text[start] == character
        place = document.place(piece)
        assert place.offset >= before or piece.source
        before = place.offset
        assert 1 <= place.line <= text.count("\n") + text.count("\r") + 1
        assert place.column >= 1
    found = statements(document)
    for number, statement in enumerate(found):
        assert 0 <= statement.start <= statement.stop <= len(statement.piece.text)
        assert statement.links
        for link in statement.links:
            assert statement.start <= link.start <= link.stop <= statement.stop
        assert statement.continues is None or statement.continues < number
        assert statement.place(document).end <= len(document.text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40), st.sampled_from(NAMES))
def test_any_sequence_of_fragments_is_a_document(fragments: list[str], name: str) -> None:
    hold(read_document("".join(fragments).encode("utf-8", "surrogatepass"), name))


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(NAMES))
def test_any_bytes_are_a_document(data: bytes, name: str) -> None:
    hold(read_document(data, name))


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=120), st.sampled_from(NAMES))
def test_any_text_is_a_document(text: str, name: str) -> None:
    hold(read_document(text.encode("utf-8", "replace"), name))


NOTES = """---
title: x
---
# Head

> quote $$
> a = b \\\\ c
> $$

| $|x| = 1$ | `dW = 2` |
|---|---|

$\\newcommand{\\p}[2][L]{\\frac{#1}{#2}} \\p{W} = \\p[q]{x}$ and ∂L/∂W costs $5.

\\begin{align} a &= b, \\quad c = d \\\\ &\\Rightarrow \\boxed{e = 1,000} \\end{align}

```python
dW = X.T @ d
```
""".encode()


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(NOTES) - 1), st.integers(0, 255)), max_size=8),
    st.sampled_from(NAMES),
    st.integers(0, len(NOTES)),
)
def test_mutated_bytes_are_a_document(changes: list[tuple[int, int]], name: str, cut: int) -> None:
    data = bytearray(NOTES)
    for place, byte in changes:
        data[place] = byte
    hold(read_document(bytes(data[:cut]), name))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "cell_type": st.sampled_from(["markdown", "code", "raw", None]),
                "source": st.one_of(
                    st.text(max_size=30),
                    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=10)), max_size=5),
                ),
            }
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_any_notebook_is_a_document(cells: list[dict[str, object]], plain: bool) -> None:
    data = json.dumps({"cells": cells, "metadata": {"source": "$no$"}}, ensure_ascii=plain)
    document = read_document(data.encode("utf-8", "surrogatepass"), "a.ipynb")
    hold(document)
    assert not [note for note in document.notes if "not known" in note.message]


@given(
    st.text(max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5), st.text(max_size=3)), max_size=4)
)
def test_edits_keep_every_offset(text: str, changes: list[tuple[int, int, str]]) -> None:
    edits, place = [], 0
    for start, length, replacement in sorted(changes):
        start, stop = max(start, place), min(max(start, place) + max(1, length), len(text))
        if start < stop:
            edits.append(Edit(start, stop, replacement))
            place = stop
    edited = whole(text).edited(edits)
    for number, character in enumerate(edited.text):
        if edited.offsets.literal(number):
            assert text[edited.offsets.start(number)] == character
    assert [edited.part(number, number + 1).offsets.start(0) for number in range(len(edited.text))] == [
        edited.offsets.start(number) for number in range(len(edited.text))
    ]


EQUATION = (
    "$$\\frac{{\\partial L}}{{\\partial W_{{{0}}}}} = \\delta_{{{0}}} x^T, \\quad f(x, y) = 3$$\n\n"
    "It costs $5 and more.\n\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "".join(EQUATION.format(number) for number in range(10_000)),
        "word " * 1_999_000 + "$x = 3$",
        "some text with words = and more\n" * 100_000,
        "$" * 200_000,
        "$a " * 100_000,
        "\\[ a " * 100_000,
        "$$ a\n# b\n" * 10_000,
        "\\begin{align} a\n" * 50_000,
        "\\begin{align} a\n" * 30_000 + "\\end{align}\n" * 30_000,
        " ".join("`" * number for number in range(1, 700)),
        "<a " * 100_000,
        "> " * 200_000,
        "".join("  " * number + "- a\n" for number in range(500)),
        "$$" + "([" * 4_000 + "])" * 4_000 + "$$",
        "$$" + "\\boxed{" * 2_000 + "a=b" + "}" * 2_000 + "$$",
        "$$" + "\\text{" * 3_000 + "$$",
        "$$" + "a=b," * 4_500 + "$$",
        "$\\def\\a{\\a\\a}\\a$ " + "$\\a$ " * 3_000,
        "\\newcommand{\\a}{ " * 50_000,
        "```\n" + "x = 1\n" * 50_000 + "```\n",
        "{% math %} " * 50_000,
        "[[" * 100_000,
        "(" * 200_000 + "= 1",
    ],
    ids=range(23),
)
@pytest.mark.parametrize("name", ["a.md", "a.tex"])
def test_no_text_takes_longer_than_its_size_deserves(text: str, name: str) -> None:
    start = process_time()
    statements(read_document(text.encode(), name))
    assert process_time() - start < 10  # one takes less than 5 s on an idle machine


def test_deep_json_is_read_as_text() -> None:
    document = read_document(("[" * 100_000).encode(), "a.ipynb")
    assert "no notebook" in document.notes[0].message
    assert "no notebook" in read_document(b'{"cells": 3}', "a.ipynb").notes[0].message


def test_cells_of_a_notebook_keep_their_places() -> None:
    notebook = {
        "cells": [
            {"cell_type": "code", "outputs": ["$a = 1$"], "source": ["dW = 1\n", "y = 'é'"]},
            {"cell_type": "markdown", "source": ['text "q" $\\frac{a}{b} = 1$\n', "$$x\n", "= 𝑦$$"]},
        ],
        "metadata": {},
    }
    for ascii_only in (True, False):
        text = json.dumps(notebook, ensure_ascii=ascii_only, indent=1)
        document = read_document(text.encode(), "a.ipynb")
        found = statements(document)
        assert [each.piece.cell for each in found] == [0, 0, 1, 1]
        assert [each.side(0) for each in found] == ["dW", "y", "\\frac{a}{b}", "x"]
        place = found[2].place(document)
        assert text[place.offset : place.end] == "\\\\frac{a}{b} = 1"
        assert place.line == 1 + text[: place.offset].count("\n")
