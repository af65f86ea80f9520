"""Reading the code blocks of a Markdown document: a path in, blocks with their line numbers out, and a way to run each.

One idea: the blocks of a document share one namespace, as they do in the mind of a reader. A ```python block is
executed (or, if it shows a prompt, compared with what it prints); a ```console block holds `$ chainrule ...` commands
and what they print, where `...` stands for anything.
"""

from __future__ import annotations

import doctest
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
ENVIRONMENT = {
    "COLUMNS": "120",
    "NO_COLOR": "1",
    "TERM": "dumb",
    "PYTHONWARNINGS": "error",
    "PYTHONIOENCODING": "utf-8",
}


@dataclass(frozen=True)
class Block:
    """A fenced code block; `line` is the line of its first line of code, counted from 1."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command line shown in a document, and what the document says it prints."""

    arguments: tuple[str, ...]
    expected: str
    line: int


def documents() -> list[Path]:
    """Every document whose code must run."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a document that name a language."""
    fences = [token for token in MarkdownIt("commonmark").parse(text) if token.type == "fence" and token.info.strip()]
    return [Block(token.info.split()[0], token.content, (token.map or [0])[0] + 2) for token in fences]


def run_document(path: Path) -> int:
    """Run all blocks of a document in order and return how many there were. Raises at the first that is not true."""
    shown = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    # A module of its own, registered while it runs, because dataclasses look up the module they are defined in.
    module = ModuleType("document")
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    count = 0
    try:
        for block in blocks(path.read_text(encoding="utf-8")):
            count += run_block(block, path, shown, module)
    finally:
        sys.modules.pop(module.__name__)
        if before is not None:
            sys.modules[module.__name__] = before
    return count


def run_block(block: Block, path: Path, shown: str, module: ModuleType) -> bool:
    """Run one block; false if its language is not one that runs."""
    if block.language == "python" and ">>>" in block.text:
        compare_session(block, shown, module)
    elif block.language == "python":
        # Empty lines in front put the code at its own line of the document, in tracebacks and in our own messages.
        exec(compile("\n" * (block.line - 1) + block.text, str(path), "exec"), module.__dict__)
    elif block.language == "console":
        for command in commands(block):
            compare_command(command, shown)
    else:
        return False
    return True


def compare_session(block: Block, shown: str, module: ModuleType) -> None:
    """Run a block with prompts and compare what it prints."""
    test = doctest.DocTestParser().get_doctest(block.text, module.__dict__, shown, shown, block.line - 1)
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    runner.run(test, out=report.append, clear_globs=False)
    module.__dict__.update(test.globs)
    assert not report, "".join(report)


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block. A line ending in a backslash goes on in the next."""
    lines = block.text.replace("\\\n", "").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    assert starts[:1] == [0], (
        f"line {block.line}: a console block begins with `$ chainrule ...`; use sh for what is not run"
    )
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        program, *arguments = shlex.split(lines[start].removeprefix("$ "))
        assert program == "chainrule", f"line {block.line + start}: {program} is not run here; put it into a sh block"
        yield Command(tuple(arguments), "\n".join(lines[start + 1 : stop]).strip("\n"), block.line + start)


def compare_command(command: Command, shown: str) -> None:
    """Run a command as a reader would, from the root of the repository, and compare what it prints."""
    script = Path(sys.executable).with_name("chainrule")
    ran = subprocess.run(
        [str(script), *command.arguments],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    printed = "\n".join(line.rstrip() for line in ran.stdout.strip("\n").splitlines())
    assert matches(command.expected, printed), (
        f"{shown}, line {command.line}: chainrule {shlex.join(command.arguments)}\n"
        f"--- the document says\n{command.expected}\n--- it printed\n{printed}"
    )


def matches(expected: str, printed: str) -> bool:
    """Whether the output is what the document says, with `...` for any stretch of it. Spaces count."""
    return doctest.OutputChecker().check_output(expected + "\n", printed + "\n", doctest.ELLIPSIS)
