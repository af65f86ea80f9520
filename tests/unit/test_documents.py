"""Documents run: every code block of every Markdown file is executed, and what it says it prints is compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import ROOT, blocks, commands, documents, matches, run_document


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_document_runs(path: Path) -> None:
    run_document(path)


def write(folder: Path, *lines: str) -> Path:
    path = folder / "page.md"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_blocks_share_a_namespace_and_sessions_are_compared(tmp_path: Path) -> None:
    page = write(tmp_path, "# Page", "```python", "x = 3", "```", "", "```python", ">>> x * x", "9", "```")
    assert run_document(page) == 2


def test_a_session_that_is_not_true_fails(tmp_path: Path) -> None:
    page = write(tmp_path, "```python", ">>> 2 + 2", "5", "```")
    with pytest.raises(AssertionError, match=r"Expected:\s+5\s+Got:\s+4"):
        run_document(page)


def test_an_error_is_reported_at_the_line_of_the_document(tmp_path: Path) -> None:
    page = write(tmp_path, "text", "", "```python", "x = 1", "x / 0", "```")
    with pytest.raises(ZeroDivisionError) as failure:
        run_document(page)
    assert (failure.traceback[-1].path, failure.traceback[-1].lineno + 1) == (page, 5)


def test_other_languages_are_not_run(tmp_path: Path) -> None:
    assert run_document(write(tmp_path, "```sh", "exit 1", "```", "", "```", "plain", "```")) == 0


def test_commands_are_read_with_their_output() -> None:
    (block,) = blocks("```console\n$ chainrule grad 'x^2' \\\n    --at x=3\n6\n$ chainrule --help\nUsage: ...\n```\n")
    first, second = commands(block)
    assert (first.arguments, first.expected) == (("grad", "x^2", "--at", "x=3"), "6")
    assert (second.arguments, second.expected) == (("--help",), "Usage: ...")


def test_a_console_block_holds_our_commands_only() -> None:
    (block,) = blocks("```console\n$ ls\n```\n")
    with pytest.raises(AssertionError, match="ls is not run here"):
        list(commands(block))


@pytest.mark.parametrize(
    ("expected", "printed", "agrees"),
    [("a ... c", "a b c", True), ("a\n...\nd", "a\nb\nc\nd", True), ("a  b", "a b", False), ("a", "a\nb", False)],
)
def test_dots_stand_for_any_stretch(expected: str, printed: str, agrees: bool) -> None:
    assert matches(expected, printed) is agrees


def test_the_tape_of_chapter_one_has_ninety_lines() -> None:
    chapter = (ROOT / "docs/learn/01-a-tape-in-ninety-lines.md").read_text(encoding="utf-8")
    tape, _, rest = chapter.partition("The tape is complete.")
    code = [block.text for block in blocks(tape) if block.language == "python"]
    assert rest
    assert sum(text.count("\n") for text in code) == 90
