"""Pages of checks for tests: a text in, a judged document, its page and what stands in it out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from chainrule.checker.documents import read_document, statements
from chainrule.checker.results import Checked, Finding, Verdict

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Tree(HTMLParser):
    """Elements with their attributes, and whether every tag is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("div", "p", "section", "details", "dl", "table", "pre", "ul", "ol") and "p" in self.open:
            self.wrong.append(f"{tag} in p, line {self.getpos()[0]}")
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> where {self.open[-1:]} is open, line {self.getpos()[0]}")
        elif self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text.append(data)

    @property
    def words(self) -> str:
        return "".join(self.text)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [each for _, each in self.elements if name in (each.get("class") or "").split()]


def judged(text: str | bytes, file: str = "notes.md", verdicts: str = "") -> Checked:
    """Every statement of a text, with verdicts in turn."""
    data = text.encode() if isinstance(text, str) else text
    document = read_document(data, file)
    names = verdicts.split() or [verdict.value for verdict in Verdict]
    return Checked(document, tuple(
        Finding(each.place(document), each.text, each.text, Verdict(names[number % len(names)]), f"reason {number}")
        for number, each in enumerate(statements(document))
    ))  # fmt: skip


def body(html: str) -> str:
    """The page without styles and scripts."""
    return re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
