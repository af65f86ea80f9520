"""A path or bytes in, a Document out.

One idea: whatever the content is, there is a document and notes about it; only a file that cannot be opened is an
error.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from ...errors import DomainError
from . import limits
from .decoding import decode, readable
from .drafts import Drafts
from .latex import Files, read_latex
from .mapped import Mapped
from .markdown import read_markdown
from .notebooks import read_notebook
from .pieces import Document, Note, Source

_LATEX = frozenset({".tex", ".ltx", ".latex"})
_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd", ".html", ".htm"})


def read_document(given: str | PathLike[str] | bytes, file: str = "") -> Document:
    """Reads a document: Markdown, LaTeX (`.tex`), a notebook (`.ipynb`) or plain text (every other name).

    Bytes are read as the kind that `file` names, Markdown without a name; nothing is brought in by `\\input` then.

    Raises:
        DomainError: the path names no file that can be opened. The content raises nothing: see `Document.notes`.

    >>> document = read_document(b"Let $q = Wx$ and $5.")
    >>> [(piece.kind, piece.text) for piece in document.pieces]
    [('words', 'Let '), ('mathematics', 'q = Wx'), ('words', ' and $5.')]
    >>> document.place(document.pieces[1])
    Place(file='', offset=5, end=11, line=1, column=6)
    """
    folder = None
    if isinstance(given, bytes):
        data = given
    else:
        path = Path(given)
        data, file, folder = _bytes(path), file or str(path), path.parent
    notes = []
    if len(data) > limits.FILE:
        data = data[: limits.FILE]
        notes.append(Note(f"only the first {limits.FILE:,} bytes were read"))
    text, more = decode(data)
    content, still_more = readable(text)
    drafts = Drafts(notes=[*notes, *more, *still_more])
    sources = [Source(file, text)]
    suffix = Path(file).suffix.lower() if file and "\0" not in file else ".md"
    _read(content, suffix, drafts, Files(folder, sources))
    return Document(file, text, tuple(drafts.pieces), tuple(drafts.notes), tuple(sources))


def is_latex(suffix: str) -> bool:
    """Whether files whose names end so are read as LaTeX."""
    return suffix in _LATEX


def is_markdown(suffix: str) -> bool:
    """Whether files whose names end so are read as Markdown; plain text is what is neither."""
    return suffix in _MARKDOWN


def _read(content: Mapped, suffix: str, drafts: Drafts, files: Files) -> None:
    if suffix in _LATEX:
        read_latex(content, drafts, files)
        return
    if suffix == ".ipynb":
        if read_notebook(content, drafts):
            return
        drafts.notes.append(Note("this is no notebook that can be read: its text was read as Markdown", hinders=True))
    read_markdown(content, drafts, plain=suffix not in _MARKDOWN and suffix != ".ipynb")


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise DomainError(given=f"the path {path}", expected="a file", remedy="check the name of the file")
        with path.open("rb") as file:
            return file.read(limits.FILE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, DomainError):
            raise
        raise DomainError(
            given=f"the path {path}",
            expected="a file that can be opened",
            remedy=str(getattr(error, "strerror", error)),
        ) from None
