"""Judged documents in, one HTML page out: the documents themselves, with the verdicts beside their statements.

One idea: the page stands alone. It loads nothing, and nothing of a document is executed: what comes from it is escaped,
a policy in the page forbids every script but ours and every address, and KaTeX trusts no formula.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from pathlib import PurePath

from ...checker.documents.decoding import readable
from ...checker.documents.notebooks import cells
from ...checker.documents.reading import is_latex, is_markdown
from ...checker.results import Checked
from .annotated import assets
from .annotated.findings import Workings, findings_html
from .annotated.flowing import latex_html, markup_html, notebook_html, plain_html
from .annotated.markdown import markdown_html
from .annotated.placing import Placed, placed
from .annotated.signs import plain
from .annotated.summaries import index_html, summary_html

_FORMULA = re.compile(r'<bdi class="tex[^>]*>([^<]*)</bdi>')


def write_page(checked: Checked) -> str:
    """The page of one document. It is the same text for the same document.

    >>> from chainrule.checker.documents import read_document
    >>> page = write_page(Checked(read_document(b"Let $q = Wx$."), ()))
    >>> "<p dir=\\"auto\\">Let <bdi class=\\"tex\\" dir=\\"ltr\\">q = Wx</bdi>.</p>" in page
    True
    """
    return write_pages([checked])


def write_pages(checked: Sequence[Checked]) -> str:
    """One page of several documents, with an index at the top."""
    workings = Workings()
    articles = [_article(each, f"d{number}", workings) for number, each in enumerate(checked, start=1)]
    title = _name(checked[0]) if len(checked) == 1 else f"{len(checked)} documents, checked"
    index = index_html(checked, [_name(each) for each in checked]) if len(checked) != 1 else ""
    return _page(title, f"{index}{''.join(articles)}")


def _name(checked: Checked) -> str:
    return PurePath(checked.file).name or "The document"


def _article(checked: Checked, prefix: str, workings: Workings) -> str:
    """One document: its summary, and then itself."""
    judged = placed(checked, prefix)
    text = _text(judged, workings)
    lost = [each for each in judged.all if each.anchor not in workings.explained]
    text += f"<h2>Elsewhere</h2>\n{findings_html(lost, workings)}" if lost else ""
    name = plain(_name(checked))
    return (
        f'<section id="{prefix}" aria-labelledby="{prefix}-title"><h1 id="{prefix}-title">{name}</h1>\n'
        f"{summary_html(checked, judged)}"
        f'<article id="{prefix}-text" aria-label="the document">\n{text}</article></section>\n'
    )


def _text(judged: Placed, workings: Workings) -> str:
    """The document itself, by its kind."""
    document = judged.document
    suffix = PurePath(document.file).suffix.lower() if document.file else ".md"
    if is_latex(suffix):
        return latex_html(judged, workings)
    if suffix in (".html", ".htm"):
        return markup_html(judged, workings)
    content = readable(document.text)[0]
    if suffix == ".ipynb" and (found := cells(content)) is not None:
        return notebook_html(found, judged, workings)
    numbers = [number for number, piece in enumerate(document.pieces) if piece.source == 0]
    write = markdown_html if is_markdown(suffix) or suffix == ".ipynb" else plain_html
    return write(content, numbers, judged, workings)


def _page(title: str, body: str) -> str:
    formulas = unescape("\n".join(_FORMULA.findall(body)))
    style, scripts = assets.style(formulas), assets.scripts()
    policy = escape(assets.policy(style, scripts), quote=True)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{plain_title(title)}</title>\n'
        f'<style>{style}</style>\n</head>\n<body>\n<a class="skip" href="#page">Skip to the page</a>\n'
        f'<main id="page">\n{body}</main>\n'
        f"{''.join(f'<script>{script}</script>' for script in scripts)}\n</body>\n</html>\n"
    )


def plain_title(title: str) -> str:
    """A title, in which no tag may stand."""
    return re.sub(r"</?bdi>", "", plain(title))
