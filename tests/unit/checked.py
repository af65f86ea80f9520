"""Judged documents made by hand, for the tests of reports: a text and what is said of its parts in, Checked out."""

from __future__ import annotations

import os
import time
from typing import Any

from chainrule.checker.documents import Document, read_document
from chainrule.checker.documents.pieces import Place, place_at
from chainrule.checker.results import Candidate, Checked, Diagnosis, Finding, Repair, Verdict, Witness
from chainrule.renderers.checks.records import Record, record

PAGE = r"""# Skip connection

Let $z_0 = w_0 x$, $h_0 = \mathrm{relu}(z_0)$ and $L = \tfrac12 (h_0 - y)^2$, with $x = 2$.

$$\frac{\partial L}{\partial h_0} = h_0 - y$$
$$\frac{\partial h_0}{\partial z_0} = h_0$$
$$
\frac{\partial L}{\partial w_0}
   = (h_0 - y) \cdot h_0 \cdot x
   = 3.1416
$$
$$\hat y = \mathcal{F}(z)$$
"""


def place(document: Document, text: str) -> Place:
    offset = document.text.index(text)
    return place_at(document.sources[0], offset, offset + len(text))


def found(document: Document, text: str, verdict: str, reason: str = "", **more: Any) -> Finding:
    latex = more.pop("latex", text)
    return Finding(place(document, text), text, latex, Verdict(verdict), reason, **more)


def chain() -> str:
    start = PAGE.index(r"\frac{\partial L}{\partial w_0}")
    return PAGE[start : PAGE.index("\n$$", start)]


def page(file: str = "notes.md", text: str = PAGE) -> Checked:
    """One statement of every verdict but one."""
    document = read_document(text.encode(), file)
    slip = Diagnosis(
        "M1", r"$h_0$ was written where its derivative belongs",
        (Candidate("M1", r"$h_0$ was written where its derivative belongs"),
         Candidate("M9", r"the activation $h_0$ stands for the pre-activation $z_0$")),
    )  # fmt: skip
    findings = (
        found(document, "z_0 = w_0 x", "definition"),
        found(document, r"h_0 = \mathrm{relu}(z_0)", "definition"),
        found(document, r"\frac{\partial L}{\partial h_0} = h_0 - y", "right", "both sides agree"),
        found(
            document, r"\frac{\partial h_0}{\partial z_0} = h_0", "wrong", "the two sides differ where $z_0 < 0$",
            diagnosis=slip, expected=r"\frac{\partial h_0}{\partial z_0} = \mathbf{1}\{z_0 > 0\}",
            witness=Witness({"z_0": "1.3", "w_0": "-0.7"}, "1.3", "1"), assumptions=("$a_0$ is read as $h_0$",),
        ),
        found(document, chain(), "follows", "it uses the slip in line 6", follows=(6,)),
        found(document, r"\hat y = \mathcal{F}(z)", "unchecked", r"$\mathcal{F}$ is defined nowhere"),
    )  # fmt: skip
    repair = Repair(place(document, "x = 2"), "with $x = -2$ in place of $x = 2$", (6, 8))
    return Checked(document, findings, (repair,), ("a byte-order mark was left out",))


def clean(file: str = "good.md") -> Checked:
    """A document in which nothing is wrong."""
    document = read_document(b"$q = x + y$ so $\\frac{dq}{dx} = 1$ and $q = 3.33$", file)
    return Checked(document, (
        found(document, "q = x + y", "definition"), found(document, r"\frac{dq}{dx} = 1", "right"),
        found(document, "q = 3.33", "rounded"),
    ))  # fmt: skip


HOSTILE = "=cmd|' /C calc'!A0 <script>&\x1b[31m\u202e::error::%0A,`]]>$x$ \u0308|\ud800"


def hostile() -> Checked:
    """Every text that a report shows tries to be something else."""
    document = read_document("notes: $ab = c$ \u05d0\u05d1\t\x07 end".encode(), "a,b:c\x1b[2J<i>.md")
    where = place(document, "ab = c")
    finding = Finding(
        where, HOSTILE, HOSTILE + "\nsecond", Verdict.WRONG, HOSTILE,
        Diagnosis("M5", HOSTILE, (Candidate("M5", HOSTILE), Candidate("M6", HOSTILE))), HOSTILE,
        Witness({HOSTILE: HOSTILE}, HOSTILE, HOSTILE, HOSTILE), (HOSTILE,), (1,),
    )  # fmt: skip
    unchecked = Finding(where, HOSTILE, HOSTILE, Verdict.UNCHECKED, HOSTILE)
    return Checked(document, (finding, unchecked), (Repair(where, HOSTILE, (1, 2)),), (HOSTILE,))


# What stands for the judge in other processes ------------------------------------------------------------------------
def judge(document: Document) -> Checked:
    """A document is wrong where it says so."""
    return page(document.file, document.text) if document.text == PAGE else Checked(document, ())


def judged_or_worse(file: str) -> Record:
    """What a name says happens: the process dies, hangs, or judges."""
    if "dies" in file:
        os._exit(3)
    if "hangs" in file:
        time.sleep(60)
    return record(judge(read_document(file, file)), file)
