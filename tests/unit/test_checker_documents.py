"""Documents are read into pieces: every way of writing mathematics, with its place in the original file."""

from pathlib import Path

import pytest

from chainrule.checker.documents import Document, Piece, read_document
from chainrule.errors import DomainError


def read(text: str, file: str = "notes.md") -> Document:
    return read_document(text.encode(), file)


def mathematics(text: str, file: str = "notes.md") -> list[str]:
    return [piece.text for piece in read(text, file).pieces if piece.kind == "mathematics"]


def only(text: str, file: str = "notes.md") -> Piece:
    [piece] = [piece for piece in read(text, file).pieces if piece.kind != "words"]
    return piece


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("Let $a = b$ be.", False),
        ("Let \\(a = b\\) be.", False),
        ("Let \\\\(a = b\\\\) be.", False),
        ("Let $`a = b`$ be.", False),
        ("Let $ a = b $ be.", False),
        ("$$a = b$$", True),
        ("so $$a = b$$ holds", True),
        ("$$\na = b\n$$", True),
        ("text\n$$\na = b\n$$\ntext", True),
        ("\\[a = b\\]", True),
        ("\\[\na = b\n\\]", True),
        ("\\\\[ a = b \\\\]", True),
        ("```math\na = b\n```", True),
        ("~~~latex\na = b\n~~~", True),
        ("- item\n\n  $$\n  a = b\n  $$\n", True),
        ("1. item $$\n   a = b\n   $$\n", True),
        ("> quoted\n> $$\n> a = b\n> $$\n", True),
        ("<div>\n$$ a = b $$\n</div>", True),
        ('<script type="math/tex">a = b</script>', False),
        ('<script type="math/tex; mode=display">a = b</script>', True),
        ("{% math %} a = b {% endmath %}", True),
        ("# About $a = b$", False),
        ("| left | right |\n|---|---|\n| $a = b$ | 1 |", False),
        ("![](https://render.githubusercontent.com/render/math?math=a%20=+b)", False),
        ("---\ntitle: $5 $6\n---\n\n$a = b$", False),
        ("    $a = b$", False),
        ("$$a = b$ with one dollar lost", True),
    ],
)
def test_mathematics_is_found_in_every_kind_of_marks(text: str, display: bool) -> None:
    piece = only(text)
    assert (piece.kind, piece.text, piece.display) == ("mathematics", "a = b", display)


@pytest.mark.parametrize(
    "name", ["align", "align*", "aligned", "gather", "eqnarray*", "cases", "split", "multline", "equation", "array"]
)
def test_environments_without_dollars(name: str) -> None:
    shown = f"\\begin{{{name}}}\na &= b \\\\\n\n- c\n\\end{{{name}}}"
    assert mathematics(f"before\n{shown}\nafter") == [shown]
    assert mathematics(f"\\begin{{document}} before\n{shown}\nafter", "notes.tex") == [shown]


def test_nested_environments_are_one_piece() -> None:
    inner = "\\begin{aligned} a \\end{aligned}"
    shown = f"\\begin{{aligned}} {inner} {inner} \\end{{aligned}}"
    assert mathematics(f"x\n{shown} y") == [shown]


def test_lines_of_displayed_mathematics_are_no_lists_quotes_or_headings() -> None:
    assert mathematics("$$\n- a\n+ b\n> c\n=\n1. d\n$$") == ["- a\n+ b\n> c\n=\n1. d"]
    assert mathematics("> $$\n> a\n> > b\n> $$") == ["a\n> b"]


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6.",
        "It costs \\$5 or \\$6, a = 3 US\\$.",
        "From $5-$6, say.",
        "Pay $1,000 now and $20 later",
        "[a link](https://x.org/$a$/$b$)",
        "[[a wiki $link]] and [[another $link]]",
        "<!-- $a = b$ -->",
        "<style>\n$a = b$\n\n</style>",
        '<a href="$x$">link</a>',
        "{{ site.a }} {% if a = b %}",
        "the loss = the mean of all the errors",
        "a sentence says that x = 3 here",
        "see https://x.org/?a=b",
        "[W]: the weights",
    ],
)
def test_what_is_no_mathematics(text: str) -> None:
    assert mathematics(text) == []


def test_currency_beside_mathematics() -> None:
    assert mathematics("For $5 and $6 you get $x = 3$ and \\$7, $y$.") == ["x = 3", "y"]


@pytest.mark.parametrize(
    ("text", "equation"),
    [
        ("∂L/∂W = δ xᵀ", "∂L/∂W = δ xᵀ"),
        ("dL/dW = delta x^T", "dL/dW = delta x^T"),
        ("* ∂ŷ/∂w = x = 1", "∂ŷ/∂w = x = 1"),
        ("so h = f(Wx + b).", "h = f(Wx + b)"),
        ("Forward: z = w * x", "z = w * x"),
        ("= 1sth + 0", "= 1sth + 0"),
        ("**dW = X^T d**", "dW = X^T d"),
        ("C = A ⊙ B (element-wise product)", "C = A ⊙ B"),
        ("\\frac{dL}{dW} = x", "\\frac{dL}{dW} = x"),
        ("| dW = X^T d | the weights |", "dW = X^T d"),
        ("```\n∂L/∂w₁ = δ · x₁\n```", "∂L/∂w₁ = δ · x₁"),
    ],
)
def test_an_equation_that_is_a_line_by_itself_is_mathematics_but_not_sure(text: str, equation: str) -> None:
    piece = only(text)
    assert (piece.kind, piece.text, piece.sure, piece.form) == ("mathematics", equation, False, "line")
    assert only("$a = b$").sure


def test_code() -> None:
    piece = only("```python\nx = 1\n    y = 2\n```")
    assert (piece.kind, piece.language, piece.text, piece.sure) == ("code", "python", "x = 1\n    y = 2\n", True)
    assert only("> ```{.python .numpy}\n> x = 1\n>   y = 2\n> ```").text == "x = 1\n  y = 2\n"
    assert only("- a\n\n  ```py\n  x = 1\n    y = 2\n  ```").text == "x = 1\n  y = 2\n"
    guessed = only("```\nimport numpy as np\ndW = X.T @ d\n```")
    assert (guessed.kind, guessed.language, guessed.sure) == ("code", "python", False)
    assert only("```c\nint x = 1;\n```").language == "c"
    inline = only("Then `dW = X.T @ d` follows.")
    assert (inline.kind, inline.text, inline.display) == ("code", "dW = X.T @ d", False)
    assert only("    x = 1\n    y = 2").form == "indented"
    assert only("{% highlight python %}\nx = 1\n{% endhighlight %}").language == "python"


def test_a_formula_is_cleaned() -> None:
    assert mathematics("$$\x0crac{a}{b} = \text{c}$$") == ["\\frac{a}{b} = \\text{c}"]
    assert mathematics("$$rac{a}{b} = \\frac{a}{b}$$") == ["\\frac{a}{b} = \\frac{a}{b}"]
    assert mathematics("$a &lt; b &amp; c$") == ["a < b & c"]
    assert mathematics("$w\\_1 = \\text{a\\_b}$") == ["w_1 = \\text{a\\_b}"]
    assert mathematics("\\begin{document}$$a = % note\n b$$", "a.tex") == ["a = b"]


def test_two_formulas_with_a_relation_between_them_are_one() -> None:
    document = read("As $z$ = $wx$ ≈ $3$, $a$ = 2 and $b$ is $c$.")
    pieces = [piece for piece in document.pieces if piece.kind == "mathematics"]
    assert [piece.text for piece in pieces] == ["z = wx ≈ 3", "a", "b", "c"]
    assert document.place(pieces[0], 4, 6).column == 11


def test_sections_and_blocks_are_counted() -> None:
    pieces = [piece for piece in read("$a$ $b$\n\n$c$\n\n# head\n\n$d$").pieces if piece.kind == "mathematics"]
    assert [(piece.block, piece.section) for piece in pieces] == [(1, 0), (1, 0), (2, 0), (4, 1)]


def test_places_are_those_of_the_file() -> None:
    text = "first\r\n> quoted $$\r\n> a =\r\n> b$$\r\nlast $x$"
    document = read(text)
    displayed, inline = [piece for piece in document.pieces if piece.kind == "mathematics"]
    assert displayed.text == "a =\nb"
    place = document.place(displayed, 4, 5)
    assert (place.offset, place.end, place.line, place.column) == (text.index("b$$"), text.index("b$$") + 1, 4, 3)
    assert (document.place(inline).line, document.place(inline).column) == (5, 7)
    assert document.text == text


def test_bytes_of_every_kind_are_read_with_notes() -> None:
    def notes(data: bytes) -> str:
        return " ".join(note.message for note in read_document(data, "a.md").notes)

    assert "UTF-8" in notes(b"$a = b$ \xff\xfe")
    assert "byte-order" in notes(b"\xef\xbb\xbf$a$")
    assert "UTF-16" in notes("$a$".encode("utf-16"))
    assert "NUL" in notes(b"$a\0b$")
    assert "direction" in notes("$a\u202eb$".encode())
    assert "invisible" in notes("$a\u200bb$".encode())
    assert notes(b"$a = b$") == ""
    assert mathematics("\ufeff$a\u200b_1 = \u200fb$") == ["a_1 = b"]
    document = read("\ufeff\u200b$a$")
    assert document.place(document.pieces[0]).offset == 3


def test_plain_text_and_unknown_names_are_read() -> None:
    assert mathematics("    x = 3\n\n    $y = 4$", "a.txt") == ["x = 3", "y = 4"]
    assert mathematics("$x$", "") == ["x"]
    assert mathematics("$x$", "odd\0name") == ["x"]


def test_only_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="a file"):
        read_document(tmp_path / "missing.md")
    with pytest.raises(DomainError, match="a file"):
        read_document(tmp_path)
    with pytest.raises(DomainError):
        read_document("a\0b")
    (tmp_path / "a.md").write_text("$a$")
    assert read_document(tmp_path / "a.md").pieces[0].text == "a"
