"""LaTeX macros and files: expanded with their places kept, and bounded whatever they are."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from chainrule.checker.documents import Document, read_document

# Seventeen macros, each of which calls the one before it twice.
DOUBLING = r"\def\b{xxxxxxxxxx}" + "".join(
    f"\\def\\{name}{{\\{before} \\{before}}}" for before, name in pairwise("bcdefghijklmnopqr")
) + r"\def\a{\r}"  # fmt: skip


def tex(text: str) -> Document:
    return read_document(text.encode(), "notes.tex")


def mathematics(document: Document) -> list[str]:
    return [piece.text for piece in document.pieces if piece.kind == "mathematics"]


@pytest.mark.parametrize(
    ("definition", "call", "expanded"),
    [
        (r"\newcommand{\R}{\mathbb{R}}", r"x \in \R^n", r"x \in \mathbb{R}^n"),
        (r"\newcommand\R{\mathbb{R}}", r"\R", r"\mathbb{R}"),
        (
            r"\newcommand*{\pd}[2]{\frac{\partial #1}{\partial #2}}",
            r"\pd{L}{W} = 1",
            r"\frac{\partial L}{\partial W} = 1",
        ),
        (r"\newcommand{\pd}[2][L]{\frac{d #1}{d #2}}", r"\pd{W}+\pd[z]{x}", r"\frac{d L}{d W}+\frac{d z}{d x}"),
        (r"\renewcommand{\vec}[1]{\boldsymbol{#1}}", r"\vec x+\vec{yz}", r"\boldsymbol{x}+\boldsymbol{yz}"),
        (r"\providecommand{\half}{\frac12}", r"\half", r"\frac12"),
        (r"\def\matr#1{\boldsymbol{#1}}", r"\matr{W}x", r"\boldsymbol{W}x"),
        (r"\def\p{\partial}", r"\p L", r"\partial L"),
        (r"\def\p{\partial}", r"\p{}L\p2", r"\partial{}L\partial2"),
        (r"\newcommand{\d}[1]{\partial#1}", r"\d L", r"\partial L"),
        (r"\DeclareMathOperator{\softmax}{softmax}", r"\softmax(x)", r"\operatorname{softmax}(x)"),
        (r"\DeclareMathOperator*{\argmin}{arg\,min}", r"\argmin", r"\operatorname{arg\,min}"),
        (r"\def\a{\b}\def\b{c}", r"\a\a", "cc"),
    ],
)
def test_macros_are_expanded(definition: str, call: str, expanded: str) -> None:
    assert mathematics(tex(f"{definition} \\begin{{document}} ${call}$")) == [expanded]
    assert mathematics(tex(f"\\begin{{document}} {definition} ${call}$")) == [expanded]
    assert mathematics(read_document(f"{definition}\n\n${call}$".encode(), "a.md")) == [expanded]
    assert mathematics(read_document(f"${definition}$ and ${call}$".encode(), "a.md")) == [expanded]


def test_characters_of_a_macro_stand_for_the_call_and_arguments_for_themselves() -> None:
    text = r"\def\pd#1#2{\frac{#1}{#2}}$z = \pd{L}{W}$"
    document = tex(text)
    [piece] = [piece for piece in document.pieces if piece.kind == "mathematics"]
    assert piece.text == r"z = \frac{L}{W}"
    call = text.index(r"\pd{L}")
    whole = document.place(piece, piece.text.index("\\"), len(piece.text))
    assert (whole.offset, whole.end) == (call, call + len(r"\pd{L}{W}"))
    assert text[document.place(piece, piece.text.index("W")).offset] == "W"
    assert piece.offsets.start(0) == text.index("z =")


def test_a_macro_is_known_from_its_definition_on() -> None:
    assert mathematics(tex(r"$\a$ \def\a{1}$\a$ \def\a{2}$\a$")) == [r"\a", "1", "2"]


@pytest.mark.parametrize(
    "bomb",
    [
        r"\def\a{\a\a}",
        r"\def\a{\a}",
        r"\def\a{\b}\def\b{\a}",
        r"\newcommand{\a}[1]{\a{#1#1}}",
        DOUBLING,
    ],
)  # fmt: skip
def test_macros_without_end_are_left_as_they_are_with_a_note(bomb: str) -> None:
    document = tex(f"{bomb}$\\a{{x}} = 1$ $y = 2$")
    assert mathematics(document) == ["\\a{x} = 1", "y = 2"]
    assert any("not expanded" in note.message for note in document.notes)


@pytest.mark.parametrize(
    "text", [r"\newcommand{\a", r"\def\a", r"\newcommand", r"\def", r"$\newcommand{\a}{$", r"\def\a#1{#1} $\a$"]
)
def test_unfinished_definitions(text: str) -> None:
    tex(text)
    read_document(text.encode(), "a.md")


def test_latex_comments_code_and_verbatim_are_no_mathematics() -> None:
    text = "\\begin{document}% $a$\n\\verb|$b$| \\begin{verbatim}$c$\\end{verbatim} \\$5 $d$ "
    text += "\\begin{comment}$e$\\end{comment}"
    assert mathematics(tex(text)) == ["d"]
    [code] = [piece for piece in tex("\\begin{minted}{python}\nx = 1\n\\end{minted}").pieces if piece.kind == "code"]
    assert (code.text, code.language) == ("x = 1\n", "python")


def test_what_stands_after_the_end_of_the_document_is_not_read() -> None:
    assert mathematics(tex("$p$ \\begin{document} $a$ \\section{B} $b$ \\end{document} $c$")) == ["a", "b"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "inside"
    (inside / "parts").mkdir(parents=True)
    (tmp_path / "secret.tex").write_text("$s = 1$")
    (inside / "parts" / "one.tex").write_text("\\def\\a{q}\r\n text $b = 2$ \\input{parts/two}")
    (inside / "parts" / "two.tex").write_text("$c = \\a$")
    return inside


def test_files_are_brought_in_with_their_own_places(folder: Path) -> None:
    (folder / "main.tex").write_text("\\begin{document}$x = 1$ \\input{parts/one} $\\a = 3$")
    document = read_document(folder / "main.tex")
    pieces = [piece for piece in document.pieces if piece.kind == "mathematics"]
    assert [piece.text for piece in pieces] == ["x = 1", "b = 2", "c = q", "q = 3"]
    assert [Path(source.file).name for source in document.sources] == ["main.tex", "one.tex", "two.tex"]
    place = document.place(pieces[1])
    assert (Path(place.file).as_posix(), place.line, place.column) == ("parts/one.tex", 2, 8)
    assert document.place(pieces[3]).file == str(folder / "main.tex")


def refusals(folder: Path, name: str) -> str:
    (folder / "main.tex").write_text(f"$x$ \\input{{{name}}} $y$")
    document = read_document(folder / "main.tex")
    assert mathematics(document) == ["x", "y"]
    return " ".join(note.message for note in document.notes)


@pytest.mark.parametrize(
    "name", ["../secret", "../secret.tex", "parts/../../secret", "/etc/passwd", "~/x", "|ls", "missing", ""]
)
def test_files_outside_of_the_folder_are_refused(folder: Path, name: str) -> None:
    assert "was not read" in refusals(folder, name)


def test_links_out_of_the_folder_devices_and_circles_are_refused(folder: Path) -> None:
    os.symlink(folder.parent / "secret.tex", folder / "link.tex")
    os.symlink(folder.parent, folder / "up")
    os.symlink("loop.tex", folder / "loop.tex")
    os.mkfifo(folder / "pipe.tex")
    for name in ("link", "up/secret", "loop", "pipe"):
        assert "was not read" in refusals(folder, name)
    (folder / "a.tex").write_text("\\input{b}")
    (folder / "b.tex").write_text("\\input{a}")
    assert "brings in itself" in refusals(folder, "a")


def test_bytes_bring_in_nothing() -> None:
    document = tex("\\input{notes} \\input notes $x$")
    assert [note.message.endswith("there is no folder to look in") for note in document.notes] == [True, True]
