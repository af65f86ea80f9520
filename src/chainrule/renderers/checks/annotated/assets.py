"""The text of a page in, the styles, scripts and fonts that it needs out, all as text that stands in the page.

One idea: KaTeX is a part of the package, so a page loads nothing; of its fonts only those are put in that the page's
formulas can ask for, and where in doubt they are put in.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from ... import html as explanations

KATEX = "0.19.1"
_FONT_FACE = re.compile(r"@font-face\{[^{}]*\}")
_ALWAYS = ("Main-Regular", "Math-Italic", "Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular")
_BOLD = r"\\(?:mathbf|textbf|bf|bfseries|boldsymbol|bm|bold|pmb|mathbfit)(?![A-Za-z])"
_SLANTED = r"\\(?:mathit|textit|it|emph|mathnormal|itshape|mathsfit|mathbfit|boldsymbol|bm|pmb)(?![A-Za-z])"
_SCRIPT, _BROKEN, _SANS = r"\\(?:mathcal|cal|oldstyle)", r"\\(?:mathfrak|frak)", r"\\(?:mathsf|textsf|sf)"
_WANTED = (  # a font, and what must all occur in the formulas of a page that asks for it
    ("Main-Bold", (_BOLD,)),
    ("Main-Italic", (_SLANTED,)),
    ("Main-BoldItalic", (_BOLD, _SLANTED)),
    ("Math-BoldItalic", (r"\\(?:boldsymbol|bm|pmb|mathbfit)(?![A-Za-z])",)),
    ("Caligraphic-Regular", (_SCRIPT,)),
    ("Caligraphic-Bold", (_SCRIPT, _BOLD)),
    ("Fraktur-Regular", (_BROKEN,)),
    ("Fraktur-Bold", (_BROKEN, _BOLD)),
    ("SansSerif-Regular", (_SANS,)),
    ("SansSerif-Bold", (_SANS, _BOLD)),
    ("SansSerif-Italic", (_SANS, _SLANTED)),
    ("Script-Regular", (r"\\mathscr",)),
    ("Typewriter-Regular", (r"\\(?:mathtt|texttt|tt|ttfamily|verb)",)),
)
# Commands for which the fonts above are enough; any other may be a sign of the American Mathematical Society's font.
_NAMES = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau
    upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell partial infty nabla
    frac tfrac dfrac cdot cdots ldots dots vdots ddots times odot oplus otimes circ star ast pm mp div le leq ge geq ne
    neq approx equiv sim simeq propto to rightarrow leftarrow Rightarrow Leftarrow longrightarrow mapsto in notin
    subset cup cap forall exists sum prod int lim log ln exp sin cos tan sinh cosh tanh max min arg det sup inf sqrt
    left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle lVert rVert lvert rvert Vert vert
    langle rangle lfloor rfloor lceil rceil begin end text textrm mathrm mathbf boldsymbol bm mathcal operatorname hat
    widehat bar overline underline tilde widetilde vec dot ddot top bot prime quad qquad mathit mathsf textbf textit
    texttt underbrace overbrace displaystyle textstyle limits nolimits mid colon lbrace rbrace land lor neg perp
    parallel substack phantom hline color textcolor underset overset stackrel mathop mathbin mathrel cases
"""
_ORDINARY = frozenset(_NAMES.split())
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_PLAIN_SIGNS = re.compile("[\u0370-\u03ff∂∇∑∏∫√·×÷⊙⊗⊕≤≥≠≈≡∞→←⇒−…′±∈ℓ‖∘⊤⊥∼∝]")
_EVERY = re.compile("[\u2100-\u214f\U0001d400-\U0001d7ff]")


@cache
def _read(name: str) -> str:
    return (files("chainrule.renderers.checks") / "annotated" / name).read_text(encoding="utf-8")


@cache
def _katex(name: str) -> bytes:
    return (files("chainrule.renderers.checks") / "katex").joinpath(name).read_bytes()


def fonts_for(formulas: str) -> list[str]:
    """The names of the fonts that formulas can ask for.

    >>> [name for name in fonts_for(r"\\\\mathcal{L} = \\\\sigma(z)") if name not in _ALWAYS]
    ['Caligraphic-Regular']
    """
    every = _EVERY.search(formulas) is not None
    found = list(_ALWAYS)
    found += [name for name, signs in _WANTED if every or all(re.search(sign, formulas) for sign in signs)]
    unusual = any(name not in _ORDINARY for name in _COMMAND.findall(formulas))
    strange = any(not letter.isascii() for letter in _PLAIN_SIGNS.sub("", formulas))
    return [*found, "AMS-Regular"] if every or unusual or strange else found


def _face(name: str) -> str:
    family, _, cut = name.partition("-")
    data = b64encode(_katex(f"fonts/KaTeX_{name}.woff2")).decode("ascii")
    return (
        f"@font-face{{font-display:block;font-family:KaTeX_{family};font-style:"
        f"{'italic' if 'Italic' in cut else 'normal'};font-weight:{700 if 'Bold' in cut else 400};"
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    )


def style(formulas: str) -> str:
    """The style sheet of a page with these formulas."""
    faces = "".join(_face(name) for name in fonts_for(formulas))
    katex = _FONT_FACE.sub("", _katex("katex.min.css").decode("utf-8"))
    return f"{faces}{katex}\n{explanations.STYLE}\n{_read('page.css')}"


def scripts() -> tuple[str, str]:
    """KaTeX, and the script that has it set the formulas."""
    return _katex("katex.min.js").decode("utf-8"), _read("page.js")


def policy(styles: str, code: tuple[str, ...]) -> str:
    """What the page may do: run its own scripts, known by their hashes, and nothing that reaches outside of it."""
    allowed = " ".join(_hash(each) for each in code)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(styles)}; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
