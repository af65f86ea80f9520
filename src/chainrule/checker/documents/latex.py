"""A LaTeX file in, its pieces in order out, those of files that it brings in among them.

One idea: the body is running text in which every dollar is mathematics; the preamble only teaches macros.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import limits
from .decoding import decode, readable
from .drafts import Drafts
from .inline import segments
from .macros import learn
from .mapped import Mapped
from .pieces import Source

_BEGIN = re.compile(r"\\begin\s*\{document\}")
_END = re.compile(r"\\end\s*\{document\}")
_INPUT = re.compile(r"\\(?:input|include|subfile)\b\s*(?:\{([^{}\n]*)\}|([^\s{}\\%]+))")
_BREAK = re.compile(r"\n[ \t]*\n|\\(?:sub)*(?:section|paragraph)\b|\\(?:chapter|part|item|par)\b")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_CODE = {"minted": "python", "python": "python", "pycode": "python", "lstlisting": ""}


@dataclass(slots=True)
class Files:
    """The folder that files may come from, and those read so far. Without a folder nothing is brought in."""

    folder: Path | None
    sources: list[Source]
    open: list[Path] = field(default_factory=list)


def read_latex(content: Mapped, drafts: Drafts, files: Files) -> None:
    """Adds the pieces of a LaTeX file."""
    if begin := _BEGIN.search(content.text):
        learn(_COMMENT.sub("", content.text[: begin.start()]), drafts.macros)
        end = _END.search(content.text, begin.end())
        content = content.part(begin.end(), end.start() if end else len(content.text))
    place = 0
    for number, segment in enumerate(segments(content.text, markdown=False)):
        if number > limits.SEGMENTS:
            drafts.note(f"after {limits.SEGMENTS:,} formulas in one file no more were looked for", 0)
            break
        _words(content.part(place, segment.outer_start), drafts, files)
        place = segment.outer_stop
        inner = segment.inner(content)
        if segment.kind == "mathematics":
            drafts.mathematics(inner, segment.display, segment.form, True, False)
        elif segment.kind == "code":
            language = _CODE.get(segment.form, "")
            drafts.code(inner, True, segment.form, language, sure=language == "python")
        elif segment.kind == "definition":
            drafts.definition(inner)
    _words(content.part(place, len(content.text)), drafts, files)


def _words(content: Mapped, drafts: Drafts, files: Files) -> None:
    place = 0
    for found in _INPUT.finditer(content.text):
        _count(content.part(place, found.start()), drafts)
        place = found.end()
        _bring_in((found.group(1) or found.group(2) or "").strip(), content.offsets.start(found.start()), drafts, files)
    _count(content.part(place, len(content.text)), drafts)


def _count(content: Mapped, drafts: Drafts) -> None:
    """Adds words, and counts the paragraphs and headings that begin among them."""
    place = 0
    for found in _BREAK.finditer(content.text):
        drafts.words(content.part(place, found.start()))
        place = found.start()
        drafts.next_block(heading="section" in found.group() or "chapter" in found.group())
    drafts.words(content.part(place, len(content.text)))


def _bring_in(name: str, offset: int, drafts: Drafts, files: Files) -> None:
    path, refused = _allowed(name, files)
    if path is None:
        drafts.note(f"\\input{{{name[:60]}}} was not read: {refused}", offset)
        return
    try:
        with path.open("rb") as file:
            data = file.read(limits.FILE // 10)
    except OSError as error:
        drafts.note(f"\\input{{{name[:60]}}} was not read: {error.strerror or 'it cannot be opened'}", offset)
        return
    text, notes = decode(data)
    content, more = readable(text)
    files.sources.append(Source(str(path.relative_to(files.folder or path.parent)), text))
    outside, drafts.source = drafts.source, len(files.sources) - 1
    drafts.notes.extend(replace(note, source=drafts.source) for note in (*notes, *more))
    files.open.append(path)
    read_latex(content, drafts, files)
    files.open.pop()
    drafts.source = outside


def _allowed(name: str, files: Files) -> tuple[Path | None, str]:
    """The file, if it is a regular file inside the folder once every link is followed, or why it is not read."""
    if files.folder is None:
        return None, "there is no folder to look in"
    if (
        not name
        or len(name) > 200
        or "\0" in name
        or name.startswith(("/", "~", "\\", "|"))
        or Path(name).is_absolute()
    ):
        return None, "only names of files inside the document's folder are read"
    if len(files.open) > limits.INPUT_DEPTH or len(files.sources) > limits.INPUTS:
        return None, "too many files bring in one another"
    try:
        folder = files.folder.resolve()
        candidates = [folder / f"{name}.tex", folder / name]
        found = next((path.resolve() for path in candidates if path.is_file()), None)
        outside = [path for path in candidates if not path.resolve().is_relative_to(folder)]
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a circle
        return None, "the name cannot be a file"
    if found is None and not outside:
        return None, "there is no such file"
    if found is None or not found.is_relative_to(folder):
        return None, "it is outside of the document's folder"
    if found in files.open:
        return None, "it brings in itself"
    return found, ""
