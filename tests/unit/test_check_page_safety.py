from __future__ import annotations

import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from unit.pages import Tree, body, judged

from chainrule.checker.documents import read_document, statements
from chainrule.checker.results import Checked, Finding, Verdict
from chainrule.renderers.checks.annotated import assets
from chainrule.renderers.checks.annotated.markdown import is_harmless
from chainrule.renderers.checks.html import write_page

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>",
    "<iframe src=https://example.org></iframe><object data=a></object><link rel=stylesheet href=b>",
    "<style>body{background:url(https://example.org)}</style>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java&#115;cript:alert(1)) [d](vbscript:x)",
    "[a](data:text/html,<script>alert(1)</script>) [b](&#x6A;avascript&colon;alert(1)) [c](file:///etc/passwd)",
    "<javascript:alert(1)> [x](//example.org/share) [y](\\\\\\\\host\\\\share)",
    "![a](https://example.org/a.png) ![b](data:image/svg+xml;base64,AAAA) ![c](javascript:alert(1))",
    '[a](b "c\\" onmouseover=\\"alert(1)") ![x" onerror="alert(1)](b.png)',
    "$</bdi><script>alert(1)</script>$",
    '$\\text{" onmouseover="alert(1)} = x$',
    "$$\\href{javascript:alert(1)}{x} = \\includegraphics{https://example.org/x.png}$$",
    "[a $x = 1$](b 'c $y = 2$') ![i $z = 3$](j)",
    '```"><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\nx = 1\n```',
    "| a |\n|---|\n| <script>alert(1)</script> $q = 1$ |\n",
    "&lt;script&gt; &#60;script&#62;alert(1)",
    "<!-- --><script>alert(1)</script><!-- $a = b$ -->",
    "\\section{<script>alert(1)</script>} \\emph{<img src=x onerror=y>} \\href{javascript:a}{b}",
]


@pytest.mark.parametrize("file", ["a.md", "a.tex", "a.txt", "a.html"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_a_document_is_executed_or_loaded(attack: str, file: str):
    made = Tree(write_page(judged(f"Let $a = b$. {attack}\n\n{attack}\n\n- {attack}\n", file)))
    assert made.wrong == []
    assert len(made.all("script")) == 2
    assert len(made.all("style")) == 1
    for tag, attributes in made.elements:
        assert tag not in ("img", "svg", "iframe", "object", "embed", "link", "form", "base", "input", "video", "audio")
        assert not [
            name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset", "xlink:href")
        ]
    for each in made.all("a"):
        assert re.match(r"#|https?:|mailto:|[^:/\\]*$|[\w.%-]+/", each.get("href") or "#"), each


@pytest.mark.parametrize("url", [
    "javascript:x", " javascript:x", "java\nscript:x", "java%0ascript:x", "JAVASCRIPT:x", "data:text/html,x",
    "vbscript:x",
    "//host/x", "\\\\host\\x", "/\\host", "file:///x", "java&Tab;script:x", "\x01javascript:x", "blob:x", "ms-word:x",
])  # fmt: skip
def test_addresses_that_are_refused(url: str):
    assert not is_harmless(url)


@pytest.mark.parametrize(
    "url", ["https://a.org/x?y=z:w", "http://a.org", "mailto:a@b.org", "#there", "a/b.md", "../c.md#d"]
)
def test_addresses_that_are_let_through(url: str):
    assert is_harmless(url)


def test_the_policy_names_our_scripts_and_nothing_else():
    html = write_page(judged("$a = b$"))
    made = Tree(html)
    policy = next(each["content"] for each in made.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["font-src"] == "data:"
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        hashes = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts]
        assert rules[rule].split() == hashes
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_the_page_stands_alone():
    html = write_page(judged("$a = b$ [w](https://example.org/a) ![i](https://example.org/b.png)"))
    styles = re.findall(r"url\(([^)]{0,40})", html)
    assert styles
    assert all(each.startswith("data:font/woff2;base64,") for each in styles)
    assert "@import" not in html
    outside = re.findall(r"https?://[^\s\"'<>)]*", re.sub(r'href="[^"]*"', "", html))
    assert {each for each in outside if "www.w3.org" not in each} == set()


def test_katex_trusts_no_formula():
    _, ours = assets.scripts()
    for option in ("trust: false", "maxExpand: ", "maxSize: ", "throwOnError: false"):
        assert option in ours


def test_the_bundled_katex_is_what_the_documentation_says():
    katex, _ = assets.scripts()
    assert f'version:"{assets.KATEX}"' in katex or f'"{assets.KATEX}"' in katex
    assert "</script" not in katex
    assert "<!--" not in katex
    told = (Path(__file__).parents[2] / "docs/design/dependencies.md").read_text(encoding="utf-8")
    assert f"| KaTeX | {assets.KATEX} |" in told
    assert "MIT License" in (Path(assets.__file__).parents[1] / "katex/LICENSE").read_text(encoding="utf-8")


def test_only_the_fonts_that_are_needed_are_put_in():
    few = write_page(judged(r"$a = b + \sigma(z)$"))
    many = write_page(judged(r"$\mathcal{L} = \mathbf{x} + \mathfrak{g} + \boldsymbol{\beta} + \mathbb{R}$"))
    assert few.count("@font-face") == 6
    assert few.count("@font-face") < many.count("@font-face") <= 20
    assert len(few) < 420_000
    assert len(many) < 620_000


def test_every_font_that_can_be_asked_for_is_there():
    assert len(assets.fonts_for("\U0001d400")) == 20
    assert "KaTeX_AMS" in assets.style("\U0001d400")


def test_control_characters_and_lone_surrogates_are_harmless():
    document = read_document("a\x00b\x1b[2J $x = \x07y$ \u202e \u2066".encode(), "n\x1b.md")
    finding = Finding(statements(document)[0].place(document), "\ud800", "\ud800", Verdict.WRONG, "\ud800 \x1b")
    html = write_page(Checked(document, (finding,)))
    assert html.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", body(html))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a browser")
def test_a_browser_sets_the_formulas_and_runs_nothing_of_the_document(tmp_path: Path):
    text = "$a = \\frac{b}{c}$ <script>document.title='changed'</script> $\\nosuch{x}$\n\n$$x = \\mathcal{L}$$"
    place = tmp_path / "page.html"
    place.write_text(write_page(judged(text, "notes.md")), encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--dump-dom",
               f"--user-data-dir={tmp_path / 'profile'}", place.as_uri()]  # fmt: skip
    try:
        made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    except subprocess.TimeoutExpired:
        pytest.skip("the browser did not answer")
    if "<html" not in made:
        pytest.skip("the browser did not start")
    assert "<title>notes.md</title>" in made
    shown = body(made)
    assert shown.count('class="katex"') >= 4
    assert re.search(r'class="tex source"[^>]*>\\nosuch\{x\}', unescape(shown))
