from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from unit.checked import clean, found, hostile, page
from unit.pages import Tree, body, judged

from chainrule import explain
from chainrule.checker.documents import read_document
from chainrule.checker.results import Checked
from chainrule.renderers.checks.html import write_page, write_pages

NOTES = Path(__file__).parents[1] / "notes"


def tree(checked: Checked) -> Tree:
    made = Tree(write_page(checked))
    assert made.wrong == []
    assert made.open == []
    return made


# Structure ------------------------------------------------------------------------------------------------------------
def test_each_statement_has_a_mark_and_an_explanation():
    made = tree(page())
    anchors = [each["id"] for each in made.of_class("finding")]
    assert anchors == [f"d1-{number}" for number in range(1, 7)]
    marks = [each["href"] for each in made.of_class("badge")]
    assert marks == [f"#{anchor}" for anchor in anchors]
    identities = [each["id"] for _, each in made.elements if "id" in each]
    assert len(identities) == len(set(identities))
    targets = {str(each["href"])[1:] for each in made.all("a") if str(each.get("href")).startswith("#")}
    assert targets <= set(identities)


def test_a_mark_says_its_verdict_without_colour():
    made = tree(page())
    assert [each["aria-label"] for each in made.of_class("badge")][3] == "wrong, statement 4"
    assert "✗wrong" in made.words


def test_only_what_is_wrong_is_open_at_first():
    made = tree(page())
    assert [each["id"] for each in made.of_class("finding") if "open" in each] == ["d1-4"]


def test_the_explanation_says_all_that_the_finding_says():
    words = tree(page()).words
    for said in ("the two sides differ where z_0 < 0", "the function for its derivative (M1)",
                 "the activation h_0 stands for the pre-activation z_0", r"\mathbf{1}\{z_0 > 0\}",
                 "at z_0 = 1.3, w_0 = -0.7: written 1.3, right 1", "a_0 is read as h_0", "the slip in line 6",
                 "line 6, column 3", "with x = -2 in place of x = 2", "a byte-order mark was left out"):  # fmt: skip
        assert said in words


def test_the_summary_counts_and_links():
    html = write_page(page())
    assert "1 statement is wrong." in html
    assert '<a href="#d1-4">line 6</a>' in html
    assert "Nothing wrong was found." in write_page(clean())


def test_the_working_unfolds_and_stands_on_the_page_once():
    def f(w: float, x: float) -> float:
        z = w * x
        return z * z

    working = explain(f)(2.0, 3.0).derivation
    document = read_document(b"$a = b$ and $c = d$", "a.md")
    findings = tuple(found(document, text, "wrong", working=working) for text in ("a = b", "c = d"))
    html = write_page(Checked(document, findings))
    assert html.count('<details class="working"') == 1
    assert html.count("the worked derivation") == 2
    assert "<math" in html
    assert Tree(html).wrong == []


@pytest.mark.parametrize("name", sorted(each.name for each in NOTES.iterdir() if each.suffix in (".tex", ".ipynb")))
def test_other_kinds_of_documents(name: str):
    path = NOTES / name
    made = tree(judged(path.read_bytes(), name))
    assert len(made.of_class("finding")) == len(judged(path.read_bytes(), name).findings)
    assert "Elsewhere" not in made.words


@pytest.mark.parametrize("path", sorted(NOTES.glob("*.md"))[::4], ids=str)
def test_every_statement_of_real_notes_stands_in_its_place(path: Path):
    made = tree(judged(path.read_bytes(), path.name))
    assert "Elsewhere" not in made.words


def test_latex_headings_styles_and_references():
    text = (
        r"\section{The $W$ layer} \emph{Now} ``so'' by~\eqref{eq:a} \begin{align} a &= b \\ c &= d \end{align} 5\% % no"
    )
    html = write_page(judged(text, "a.tex"))
    assert re.search('<h2 dir="auto">The <span.*<bdi class="tex" dir="ltr">W</bdi>.*</span> layer</h2>', html)
    assert "<em>Now</em> “so” by\u00a0(eq:a)" in html
    assert '<span class="left"><bdi class="tex large" dir="ltr"> a </bdi></span>' in html
    assert "5%" in html
    assert "% no" not in html


def test_plain_text_keeps_its_lines():
    html = write_page(judged("Hello,\n\n  z = w x\n  y = 2\n\nbye", "mail.txt"))
    assert re.search(r'<p class="plain" dir="auto">  <span class="judged definition"><span class="line">z = w x', html)


def test_code_is_marked_where_it_stands():
    html = write_page(judged("```python\nh = z ** 2\nif a < b:\n    dz = 2 * z\n```\n"))
    assert '<span class="judged definition">h = z ** 2</span><a class="badge definition" href="#d1-1"' in html
    assert "if a &lt; b:" in html


def test_rows_have_their_own_marks():
    html = write_page(judged("$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$", verdicts="right wrong"))
    assert html.index('class="margin right"') < html.index("= b") < html.index('class="margin wrong"')


def test_mathematics_is_not_read_as_markdown():
    html = write_page(judged("Then $a*b*c_d_e = [x](y)$ and **bold $q = 1$**."))
    assert '<bdi class="tex" dir="ltr">a*b*c_d_e = [x](y)</bdi>' in html
    assert re.search(r"<strong>bold .*q = 1.*</strong>", html)


def test_displayed_mathematics_ends_the_paragraph():
    for text in ("Then $$a = b$$ so.", "- x $$a = b$$ y\n- z", "> q\n> $$\n> a = b\n> $$\n> r", "# h $$a = b$$",
                 "*x $$a = b$$ y*", "|a|\n|-|\n|$$a = b$$|\n", "[t $$a = b$$](u)"):  # fmt: skip
        made = tree(judged(text))
        assert len(made.of_class("finding")) == 1, text
        assert "\ue000" not in made.words


def test_a_finding_without_a_place_in_the_text_is_still_shown():
    document = read_document(b"words only", "a.md")
    made = tree(Checked(document, (found(document, "words", "wrong"),)))
    assert "Elsewhere" in made.words
    assert len(made.of_class("finding")) == 1


def test_several_documents_have_an_index():
    html = write_pages([page("one.md"), clean("two.md")])
    made = Tree(html)
    assert made.wrong == []
    assert html.index('<a href="#d1">one.md</a>') < html.index('<a href="#d2">two.md</a>') < html.index('id="d1"')
    identities = [each["id"] for _, each in made.elements if "id" in each]
    assert len(identities) == len(set(identities))


def test_no_documents_and_no_statements():
    assert Tree(write_pages([])).wrong == []
    assert "No statement was found." in write_page(judged("", "empty.md"))


def test_the_same_document_gives_the_same_page():
    assert write_page(page()) == write_page(page())


def test_writing_directions_are_isolated():
    made = write_page(
        judged("# \u05e9\u05dc\u05d5\u05dd\n\n\u05d4\u05e0\u05d5\u05e1\u05d7\u05d4 $z = Wx$\u202e.", "\u05d0.md")
    )
    assert "<bdi>\u05d0.md</bdi>" in made
    assert '<p dir="auto">' in made
    assert "\u202e" not in made
    assert "<title>\u05d0.md</title>" in made


# Places that Markdown could lose --------------------------------------------------------------------------------------
def test_formulas_in_addresses_of_images_are_shown():
    html = write_page(judged("Then ![f](https://latex.codecogs.com/svg.image?z%3DWx) so"))
    assert '<bdi class="tex" dir="ltr">z=Wx</bdi>' in html
    assert "codecogs" not in body(html)


def test_a_fence_of_mathematics_is_set():
    assert '<bdi class="tex large" dir="ltr">f = g</bdi>' in write_page(judged("```math\nf = g\n```"))


def test_characters_that_serve_as_marks_are_replaced():
    made = tree(judged("\ue0000\ue001 \ue0020\ue003 x \ue004 $a = b$"))
    assert "\ue000" not in made.words
    assert len(made.of_class("finding")) == 1


def test_the_text_of_formulas_is_unchanged():
    html = write_page(judged(r"$a < b \& c > d$"))
    assert unescape(re.findall(r'<bdi class="tex" dir="ltr">(.*?)</bdi>', html)[0]) == r"a < b \& c > d"


def test_hostile_findings_stay_text():
    made = tree(hostile())
    assert len(made.all("script")) == 2
    assert "\x1b" not in made.words


def test_a_page_of_the_web_is_shown_by_its_words():
    text = "<html><head><title>t</title></head><body><h1>One &lt; two</h1><p onclick=x>Let $a = b$ <b>so</b></p><p>end"
    html = write_page(judged(text, "a.html"))
    assert Tree(html).wrong == []
    assert "<h2 " in html
    assert "One &lt; two</h2>" in html
    assert "onclick" not in body(html)


def test_code_between_tags_in_running_text_is_marked():
    made = tree(judged("Then <pre>a = 1</pre> and\n\n<pre>\nb = 2\n</pre>"))
    assert "Elsewhere" not in made.words
    assert "pre>" not in made.words
