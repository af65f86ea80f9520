"""Pieces are cut into statements: where one ends, what its sides are, and what continues what."""

import json
from pathlib import Path

import pytest

from chainrule.checker.documents import Statement, read_document, statements

SHARED = Path(__file__).parents[3] / "shared"
NOTES = Path(__file__).parents[1] / "notes"

CASES = r"\begin{cases} 1, & x = 0 \\ 2, & x < 0 \end{cases}"
MATRIX = r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"


def found(text: str, file: str = "notes.md") -> list[Statement]:
    return list(statements(read_document(text.encode(), file)))


def sides(text: str, file: str = "notes.md") -> list[list[str]]:
    """Each statement as its sides, `=` left out and every other sign kept."""
    return [
        [shown for number, link in enumerate(each.links)
         for shown in ([link.sign] if link.sign not in ("", "=") else []) + [" ".join(each.side(number).split())]]
        for each in found(text, file)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a = b", [["a", "b"]]),
        ("a = b = c", [["a", "b", "c"]]),
        ("a = 1, b = 2", [["a", "1"], ["b", "2"]]),
        (r"a = 1,\quad b = 2", [["a", "1"], ["b", "2"]]),
        (r"a = 1 \qquad b = 2", [["a", "1"], ["b", "2"]]),
        (r"a = 1;\; b = 2.", [["a", "1"], ["b", "2"]]),
        (r"a = 1 \\ b = 2 \\[2pt] c = 3", [["a", "1"], ["b", "2"], ["c", "3"]]),
        (r"a = 1 \newline b = 2", [["a", "1"], ["b", "2"]]),
        ("a = 1\n\nb = 2", [["a", "1"], ["b", "2"]]),
        (r"a = 1 \text{ and } b = 2", [["a", "1"], ["b", "2"]]),
        ("a = 1 and b = 2 so c = 3", [["a", "1"], ["b", "2"], ["c", "3"]]),
        (r"a = 1 \Rightarrow b = 2", [["a", "1"], ["b", "2"]]),
        (r"a = 1 \implies b = 2 => c = 3", [["a", "1"], ["b", "2"], ["c", "3"]]),
        (r"\therefore\; a = b", [["a", "b"]]),
        (r"a \Rightarrow b", [["a", r"\Rightarrow", "b"]]),
        (r"a \to 0", [["a", r"\to", "0"]]),
        (r"\boxed{a = b}", [["a", "b"]]),
        (r"\therefore \boxed{ \boxed{a = b} }.", [["a", "b"]]),
        (r"\fcolorbox{red}{white}{a = b}", [["a", "b"]]),
        (r"\left[ a = b \right]^*", [["a", "b"]]),
        (r"\left[ a = b \right]^* \rightarrow \text{depends on it}", [["a", "b"]]),
        (r"\left\{ \begin{array}{l} a = 1 \\ b = 2 \end{array} \right.", [["a", "1"], ["b", "2"]]),
        (r"\begin{cases} a = 1 \\ b = 2 \end{cases}", [["a", "1"], ["b", "2"]]),
        (r"\begin{array}{rcl} a & = & 1 \\ & = & 2 \end{array}", [["a", "1", "2"]]),
        (f"a = {CASES}", [["a", CASES]]),
        (f"a = b \\rightarrow {CASES}", [["a", "b", "\\rightarrow", CASES]]),
        (f"M = {MATRIX}, b = 1", [["M", MATRIX], ["b", "1"]]),
        (r"\begin{aligned} a &= b \\ &= c \\ d &= e \end{aligned}", [["a", "b", "c"], ["d", "e"]]),
        (r"\begin{eqnarray} a &=& b \\ &=& c \end{eqnarray}", [["a", "b", "c"]]),
        (r"\begin{split} a &= b \\ &\quad + c \end{split}", [["a", "b + c"]]),
        (r"\begin{multline} a = b + \\ c \end{multline}", [["a", "b + c"]]),
        (r"a = b \\ - c", [["a", "b - c"]]),
        (r"a = b \\ -c = d", [["a", "b"], ["-c", "d"]]),
        ("f(x, y) = (1, 2)", [["f(x, y)", "(1, 2)"]]),
        (r"y \in \{1, 2\}, z = 1", [["y", r"\in", r"\{1, 2\}"], ["z", "1"]]),
        ("n = 1,000, m = 2,500,000", [["n", "1,000"], ["m", "2,500,000"]]),
        ("x = 0,5 = y, z = 2,5", [["x", "0,5", "y"], ["z", "2,5"]]),
        ("x, y = 1, 2", [["x, y", "1, 2"]]),
        ("i = 1, \\dots, n", [["i", "1, \\dots, n"]]),
        (r"x = [1 \quad 2]", [["x", r"[1 \quad 2]"]]),
        (r"\sum_{i=1, j=2} x = 0", [[r"\sum_{i=1, j=2} x", "0"]]),
        (r"x := 1, y \leftarrow 2, z \approx 3", [["x", ":=", "1"], ["y", r"\leftarrow", "2"], ["z", r"\approx", "3"]]),
        (r"x \stackrel{def}{=} 1", [["x", r"\stackrel{def}{=}", "1"]]),
        (r"x \neq y \le z", [["x", r"\neq", "y", r"\le", "z"]]),
        (r"a = b \tag{1.1} \label{e}", [["a", "b"]]),
        (r"\textcircled{1} a = b \quad \text{①}", [["a", "b"]]),
        (r"a = b \quad (2)", [["a", "b"]]),
        (r"\text{loss} = \text{data loss} + 1", [[r"\text{loss}", r"\text{data loss} + 1"]]),
        (r"a = \text{const}", [["a", r"\text{const}"]]),
        ("[0, 1) = a, b = 2", [["[0, 1)", "a"], ["b", "2"]]),
        ("(a = 1", [["(a", "1"]]),
        (r"\frac{dL}{dz} =", [[r"\frac{dL}{dz}", ""]]),
        (r"\nabla L", [[r"\nabla L"]]),
    ],
)  # fmt: skip
def test_a_formula_is_cut_into_statements(formula: str, expected: list[list[str]]) -> None:
    assert sides(f"$${formula}$$") == expected


def test_what_opens_a_statement_is_kept() -> None:
    assert [each.opening for each in found(r"$$a = 1, b = 2 \Rightarrow c = 3 \text{ where } d = 4$$")] == [
        "", ",", r"\Rightarrow", r"\text{ where }",
    ]  # fmt: skip


def test_a_chain_goes_on_in_the_next_formula() -> None:
    chain = found("$$a$$\n\n$$= b$$\n\nwords\n\n$= c = d$\n\n$$+ e$$\n\n# new\n\n$$= f$$")
    assert [each.continues for each in chain] == [None, 0, 1, 2, None]
    assert [len(each.links) for each in chain] == [1, 1, 2, 1, 1]
    open_end = found("$$a = b +$$\n$$c$$")
    assert [each.continues for each in open_end] == [None, 0]


def test_an_arrow_in_a_sentence_is_no_statement() -> None:
    assert sides("$\\rightarrow$ so $x$ $\\therefore$ $\\downarrow$") == [["x"]]


def test_code_is_cut_into_assignments() -> None:
    code = (
        "```python\nimport numpy as np\ndef f(x):\n    é = {'a': 1}; y = z = x @ é\n"
        "    y += f(a=1)  # dW = 2\n    return y == 3\n```"
    )
    assert sides(code) == [["é", "{'a': 1}"], ["y", "z", "x @ é"], ["y", "+=", "f(a=1)"]]
    assert sides("```python\ndW = X.T @ (d\n%magic\ndb = d.sum(0)  # sum\n```") == [
        ["dW", "X.T @ (d"],
        ["db", "d.sum(0)"],
    ]
    assert sides("`dW = X.T @ d` and `x == 1` and `x`") == [["dW", "X.T @ d"]]
    assert sides("```python\n%matplotlib inline\n>>> x = 1\n```") == [["x", "1"]]


def test_places_of_statements() -> None:
    document = read_document("α $a = 1$\n\n$$b = 2, \\\\ c\n= 3$$\n".encode(), "notes.md")
    places = [each.place(document) for each in statements(document)]
    assert [(place.line, place.column) for place in places] == [(1, 4), (3, 3), (3, 13)]
    assert [document.text[place.offset : place.end] for place in places] == ["a = 1", "b = 2", "c\n= 3"]


def test_long_pieces_are_left_whole() -> None:
    text = "$$" + "a = b, " * 5_000 + "$$"
    assert len(found(text)) == 1


@pytest.mark.parametrize("folder", [SHARED / "devset", NOTES], ids=["judged", "ours"])
def test_every_judged_equation_is_a_statement(folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip("the judged notes are not beside this checkout")
    missed, seen = [], 0
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        document = read_document(path.parent / truth["doc"])
        starts = sorted(each.place(document).offset for each in statements(document))
        for equation in truth["equations"]:
            start = equation["offset"]
            end = document.text.find(equation["latex"], start) + len(equation["latex"])
            end = end if end > start else document.text.find("\n", start)
            seen += 1
            if not any(start <= place <= end for place in starts):
                missed.append((path.stem, equation["latex"]))
    assert missed == []
    assert seen > 100


@pytest.mark.skipif(not (SHARED / "notes" / "seeds").is_dir(), reason="the five notes are not beside this checkout")
def test_the_five_notes() -> None:
    counts = {}
    for seed in sorted((SHARED / "notes" / "seeds").glob("*.txt")):
        document = read_document(seed)
        all_found = statements(document)
        counts[seed.name[:3]] = sum(each.relates for each in all_found)
        for each in all_found:
            place = each.place(document)
            assert document.text[place.offset : place.end] == each.piece.text[each.start : each.stop]
    assert counts == {"000": 22, "001": 20, "002": 25, "003": 39, "004": 15}
