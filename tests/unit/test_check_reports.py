"""Reports for people: what stands on the page, where the carets stand, and that nothing hostile passes."""

import json
import unicodedata
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from unit.checked import HOSTILE, PAGE, clean, found, hostile, page

from chainrule.checker.documents import read_document
from chainrule.checker.results import Checked, Verdict, Witness
from chainrule.renderers.checks import formats, markdown, text, words
from chainrule.renderers.checks.records import record, unread
from chainrule.renderers.checks.report import Report
from chainrule.renderers.checks.text import Look
from chainrule.renderers.columns import width

FULL = r"""notes.md:6:3: wrong: the function for its derivative (M1)
  6 | $$\frac{\partial h_0}{\partial z_0} = h_0$$
    |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  reason    the two sides differ where z_0 < 0
  mistake   h_0 was written where its derivative belongs
  or        the activation h_0 stands for the pre-activation z_0 (M9)
  correct   \frac{\partial h_0}{\partial z_0} = \mathbf{1}\{z_0 > 0\}
  witness   at z_0 = 1.3, w_0 = -0.7: written 1.3, right 1
  assumed   a_0 is read as h_0

notes.md:8:1: follows from the slip in line 6
   8 | \frac{\partial L}{\partial w_0}
     | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   9 |    = (h_0 - y) \cdot h_0 \cdot x
     |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  10 |    = 3.1416
     |    ^^^^^^^^
  reason    it uses the slip in line 6

One change of the data explains several lines
  - notes.md:3:85: with x = -2 in place of x = 2; this makes lines 6 and 8 right

Not checked
  notes.md:12:3  \hat y = \mathcal{F}(z)  \mathcal{F} is defined nowhere

Notes
  - a byte-order mark was left out

  right  rounded  convention  follows  wrong  unchecked  definitions
      1        -           -        1      1          1            2

1 statement is wrong, and 1 follows from earlier slips. 1 statement could not be
checked.
"""


def shown(checked, **look):
    return text.write([record(checked)], Look(**look))


def excerpt_of(line, marked, columns):
    document = read_document(line.encode(), "n.md")
    made = Checked(document, (found(document, marked, "wrong"),))
    page_lines = shown(made, width=columns).splitlines()
    return page_lines[1], page_lines[2]


def test_the_whole_page():
    assert shown(page(), width=80) == FULL


def test_colour_only_repeats():
    coloured = shown(page(), width=80, colour=True)
    assert "\x1b[1;31m" in coloured
    for style in ("1", "2", "31", "32", "1;31"):
        coloured = coloured.replace(f"\x1b[{style}m", "")
    assert coloured.replace("\x1b[0m", "") == FULL


def test_a_page_without_fault_says_so():
    assert shown(clean()).endswith("Nothing wrong was found.\n")
    assert "Others" not in shown(clean())
    whole = shown(clean(), everything=True)
    assert "q = 3.33           right to the digits written" in whole


def test_one_verdict_alone():
    only = shown(page(), only=frozenset({Verdict.UNCHECKED}))
    assert "Not checked" in only
    assert "notes.md:6:3" not in only
    right = shown(page(), only=frozenset({Verdict.RIGHT}))
    assert right.startswith("notes.md:5:3: right\n")


def test_what_is_not_judged_is_not_called_right():
    document = read_document(b"$a = b$", "n.md")
    made = Checked(document, (found(document, "a = b", "unchecked", "b is unknown"),))
    assert shown(made).endswith("Nothing was judged. 1 statement could not be checked.\n")
    assert text.write([record(Checked(document, ()))]) == "No statement was found.\n"


def test_a_document_that_was_not_read_is_told_and_counted():
    told = text.write([unread("scan.pdf", "it is a picture"), record(clean())])
    assert told.startswith("scan.pdf: not checked: it is a picture\n")
    assert told.endswith("Nothing wrong was found. 1 document could not be read.\n")


@pytest.mark.parametrize("columns", [50, 80, 120])
@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("ab $x = y$ cd", "x = y"),
        ("梯度は $x = y$ です", "x = y"),
        ("$梯 = 度$ and more", "梯 = 度"),
        ("\tindented\t$x = y$", "x = y"),
        ("e\u0301e\u0301 $x = y$", "x = y"),
        ("\u05d0\u05d1\u202e $x = y$", "x = y"),
        ("word " * 400 + "$x = y$" + " word" * 400, "x = y"),
        ("$x = " + "y + " * 300 + "z$ " + "word " * 100, "x = " + "y + " * 300 + "z"),
    ],
)
def test_carets_stand_under_the_statement(line, marked, columns):
    above, below = excerpt_of(line, marked, columns)
    assert width(above) <= columns
    assert width(below) <= columns
    start, stop = below.index("^"), len(below)
    under, place = "", 0
    for letter in above:
        under += letter if start <= place < stop else ""
        place += width(letter)
    assert under == marked or (under.endswith("...") and marked.startswith(under[:-3]))
    assert "\u202e" not in above


def test_the_middle_of_a_line_of_a_megabyte_is_found_at_once():
    line = "x" * 500_000 + " $a = b$ " + "y" * 500_000
    above, below = excerpt_of(line, "a = b", 80)
    assert "a = b" in above
    assert below.count("^") == 5


def test_a_statement_over_many_lines_is_cut():
    body = "\n".join(f"+ x_{number}" for number in range(10))
    document = read_document(f"$$\ny = \n{body}\n$$".encode(), "n.md")
    made = Checked(document, (found(document, f"y = \n{body}", "wrong"),))
    assert "... 8 more lines" in shown(made)


def test_many_unchecked_statements_are_counted_not_listed():
    source = "\n".join(f"$x_{{{number}}} = f$" for number in range(30))
    document = read_document(source.encode(), "n.md")
    made = Checked(document, tuple(
        found(document, f"x_{{{number}}} = f", "unchecked", "f is unknown") for number in range(30)
    ))  # fmt: skip
    assert "... and 10 more; --all lists them" in shown(made)
    assert "x_{29}" in shown(made, everything=True)


def test_mistakes_are_grouped_over_documents():
    told = text.write([record(page("a.md")), record(page("b.md")), record(clean())])
    assert "  M1   the function for its derivative           2          2\n" in told
    assert "  \\frac{\\partial h_0}{\\partial z_0}           2          2\n" in told
    assert "together" in told


def test_a_witness_without_values_speaks_of_the_documents_own():
    assert words.witness(Witness({}, "0.56", "0.52", "2")) == (
        "with the document's own numbers, entry 2: written 0.56, right 0.52"
    )
    many = Witness({f"x_{number}": "1" for number in range(40)}, "1", "2")
    assert "x_11 = 1, ...: written" in words.witness(many)


@pytest.mark.parametrize("form", ["text", "markdown", "github"])
def test_nothing_drives_a_terminal(form):
    told = formats.write([record(hostile())], form, Look(everything=True))
    assert all(letter == "\n" or letter.isprintable() for letter in told)
    assert all(unicodedata.bidirectional(letter) not in ("RLO", "LRO", "RLE", "LRE") for letter in told)
    told.encode()


# Markdown ------------------------------------------------------------------------------------------------------------
def test_markdown_shows_findings_and_counts():
    told = markdown.write([record(page())])
    assert told.startswith("# `notes.md`\n")
    assert "## Line 6: wrong: the function for its derivative (M1)" in told
    assert "- mistake: `h_0` was written where its derivative belongs" in told
    assert "```math\n\\frac{\\partial h_0}{\\partial z_0} = \\mathbf{1}\\{z_0 > 0\\}\n```" in told
    assert "| `notes.md` | 1 | - | - | 1 | 1 | 1 | 2 |" in told


def test_markdown_holds_nothing_that_was_not_meant():
    told = markdown.write([record(hostile()), record(page())], everything=True)
    tokens = MarkdownIt("commonmark").enable("table").parse(told)
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "blockquote_open"}
    fences = [token for token in tokens if token.type == "fence"]
    assert {token.info for token in fences} == {"text", "math"}
    rows = [line for line in told.splitlines() if line.startswith("| ")]
    assert rows


def test_a_report_is_what_python_holds():
    report = Report(page())
    assert not report.ok
    assert [each.text for each in report.wrong] == [r"\frac{\partial h_0}{\partial z_0} = h_0"]
    assert str(report) == shown(page(), width=100)
    assert report.to_dict()["documents"][0]["summary"] == dict(report.summary)
    assert report.markdown().startswith("# `notes.md`")
    assert Report(clean()).ok
    assert PAGE in report.checked.document.text
    assert HOSTILE[:4] in Report(hostile()).text()


def test_a_notebook_shows_cells_and_not_its_json():
    source = ["Let $f = x^2$.\n", "$$\\frac{df}{dx} = x$$\n"]
    cells = [{"cell_type": "markdown", "source": each} for each in ([], source)]
    document = read_document(json.dumps({"cells": cells, "nbformat": 4}, indent=1).encode(), "n.ipynb")
    judged = found(document, r"\\frac{df}{dx} = x", "wrong")
    made = Checked(document, (replace(judged, text=r"\frac{df}{dx} = x"),))
    lines = shown(made).splitlines()
    assert lines[0] == f"n.ipynb:{judged.place.line}:{judged.place.column} (cell 2): wrong"
    assert lines[1] == r"    | \frac{df}{dx} = x"
    assert lines[2] == r"    | ^^^^^^^^^^^^^^^^^"
