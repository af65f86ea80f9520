"""The sizes of functions and files: folders in, medians and everything too long out; exit code 1 if anything is.

A function is counted from its `def` line to its last line, without the lines of its docstring, so
that explaining a function never makes it too long. A file is counted whole.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "tools", "tests", "examples", "benchmarks")
DATA = (
    "tests/notes/truths",
)  # a function there is a list of statements, one a line: as long as the note it belongs to
LONGEST_FUNCTION = 40
LONGEST_FILE = 400


@dataclass(frozen=True, slots=True)
class Size:
    """Something that has a length in lines."""

    place: str
    lines: int


def docstring_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines the docstring takes."""
    if ast.get_docstring(function, clean=False) is None:
        return 0
    docstring = function.body[0]
    return (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1


def function_sizes(place: str, text: str) -> Iterator[Size]:
    """Every function of a file, methods and inner functions too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            whole = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Size(f"{place}:{node.lineno} {node.name}", whole - docstring_lines(node))


def report(what: str, sizes: list[Size], limit: int) -> list[Size]:
    """Print the median and the longest; return what is over the limit."""
    longest = max(sizes, key=lambda size: size.lines)
    middle = median(size.lines for size in sizes)
    print(f"{len(sizes)} {what}: median {middle:g} lines, longest {longest.lines} ({longest.place}), at most {limit}")
    return [size for size in sizes if size.lines > limit]


def main() -> int:
    """Measure the repository."""
    functions: list[Size] = []
    files: list[Size] = []
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        place, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        files.append(Size(place, len(text.splitlines())))
        if not place.startswith(DATA):
            functions.extend(function_sizes(place, text))
    too_long = report("functions", functions, LONGEST_FUNCTION) + report("files", files, LONGEST_FILE)
    for size in too_long:
        print(f"too long: {size.place} has {size.lines} lines", file=sys.stderr)
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
