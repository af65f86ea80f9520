"""MathML: the LaTeX that the renderers write in, the same formula as MathML out, which browsers show without a script.

One idea: one tokeniser and one recursive walk over the few commands that our own LaTeX consists of. A command from
elsewhere (the notation of a user's op) is shown as its name; nothing is ever passed through unescaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|[A-Za-z]|\s+|.", re.DOTALL)
_DEEPEST = 100
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "ϕ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "ell": "ℓ", "partial": "∂", "infty": "∞",
}  # fmt: skip
_OPERATORS = {
    "cdot": "·", "odot": "⊙", "times": "×", "le": "≤", "ge": "≥", "ne": "≠", "lt": "<", "gt": ">", "to": "→",
    "land": "∧", "lor": "∨", "lnot": "¬", "Vert": "‖", "vert": "|", "|": "‖", "{": "{", "}": "}", "cdots": "⋯",
    "vdots": "⋮", "ldots": "…", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
}  # fmt: skip
_BIG = {"sum": "∑", "prod": "∏"}
_SUM_SIGNS = {f"<mo>{sign}</mo>" for sign in _BIG.values()}
_SPACES = {",": "0.17em", ";": "0.28em", "quad": "1em", "qquad": "2em", " ": "0.25em", "!": "0em"}
_ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~", "vec": "→", "dot": "˙"}
_WORDS = (
    "log",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "arcsin",
    "arccos",
    "arctan",
    "max",
    "min",
    "det",
    "exp",
    "ln",
)
_BOLD = {"1": "𝟏", "0": "𝟎"}
_PLAIN = {"-": "−", "'": "′"}
_DOUBLE = {"1": "𝟙", "R": "ℝ"}
_IN_TEXT = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "top": "⊤"}


def to_mathml(latex: str, *, large: bool = False) -> str:
    """A formula as a <math> element. One that is nested too deeply to walk is shown as it is typed."""
    display = ' displaystyle="true"' if large else ""
    if nesting(latex) > _DEEPEST:
        return f"<math{display}><mtext>{escape(latex)}</mtext></math>"
    return f"<math{display}><mrow>{''.join(_Walk(_TOKEN.findall(latex)).row())}</mrow></math>"


def nesting(latex: str) -> int:
    """How deeply braces, brackets that grow and environments are nested."""
    depth = deepest = 0
    for token in re.findall(r"\\left|\\right|\\begin|\\end|\\.|[{}]", latex):
        depth += token in ("{", r"\left", r"\begin")
        depth -= token in ("}", r"\right", r"\end")
        deepest = max(deepest, depth)
    return deepest


@dataclass(slots=True)
class _Walk:
    """A place in a list of tokens."""

    tokens: list[str]
    at: int = 0

    def row(self, *ends: str) -> list[str]:
        """The elements up to one of `ends`, which is taken too."""
        found: list[str] = []
        while self.at < len(self.tokens):
            token = self.take()
            if token in ends:
                break
            if token in ("^", "_"):
                self.script(found, token)
            elif not token.isspace():
                found.append(self.element(token))
        return found

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def argument(self) -> str:
        """What a command applies to: a group or one token."""
        while self.peek().isspace():
            self.take()
        return self.element(self.take())

    def raw(self) -> str:
        """The text of a group, as it is."""
        while self.peek().isspace():
            self.take()
        if self.take() != "{":
            return ""
        depth, text = 1, []
        while depth and self.at <= len(self.tokens):
            token = self.take()
            if not token:
                break
            depth += (token == "{") - (token == "}")
            text.append(token)
        return "".join(text[:-1])

    def script(self, found: list[str], sign: str) -> None:
        """An index or exponent on the element before; both together on one element."""
        base = found.pop() if found else "<mrow></mrow>"
        first = self.argument()
        if self.peek() == ("^" if sign == "_" else "_"):
            self.take()
            second = self.argument()
            below, above = (first, second) if sign == "_" else (second, first)
            found.append(f"<msubsup>{base}{below}{above}</msubsup>")
            return
        under = sign == "_" and base in _SUM_SIGNS
        tag = "munder" if under else "msub" if sign == "_" else "msup"
        found.append(f"<{tag}>{base}{first}</{tag}>")

    def element(self, token: str) -> str:
        """One element from the token just taken."""
        if token == "{":
            return f"<mrow>{''.join(self.row('}'))}</mrow>"
        if token.startswith("\\"):
            return self.command(token[1:])
        if token[:1].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{escape(token)}</mi>"
        if token in "()[]":  # only \left and \right make brackets that grow
            return f'<mo stretchy="false">{token}</mo>'
        return f"<mo>{escape(_PLAIN.get(token, token))}</mo>"

    def command(self, name: str) -> str:
        """What a command stands for."""
        for table, shape in ((_GREEK, "<mi>{}</mi>"), (_OPERATORS, "<mo>{}</mo>"), (_BIG, "<mo>{}</mo>")):
            if name in table:
                return shape.format(escape(table[name]))
        if name in _SPACES:
            return f'<mspace width="{_SPACES[name]}"/>'
        if name in _WORDS:
            return f"<mi>{name}</mi>"
        if name in _ACCENTS:
            return f'<mover accent="true">{self.argument()}<mo>{_ACCENTS[name]}</mo></mover>'
        return self.structure(name)

    def structure(self, name: str) -> str:
        """Commands with arguments."""
        match name:
            case "frac":
                return f"<mfrac>{self.argument()}{self.argument()}</mfrac>"
            case "sqrt":
                return f"<msqrt>{self.argument()}</msqrt>"
            case "operatorname" | "mathrm":
                return f'<mi mathvariant="normal">{escape(in_text(self.raw()))}</mi>'
            case "text":
                return f"<mtext>{spaced(in_text(self.raw()))}</mtext>"
            case "mathbf" | "mathbb":
                letter = self.raw()
                return f"<mn>{(_BOLD if name == 'mathbf' else _DOUBLE).get(letter, escape(letter))}</mn>"
            case "top":
                return "<mi>⊤</mi>"
            case "left":
                return self.fenced()
            case "begin":
                return self.environment(self.raw())
            case _:
                return f"<mtext>{escape(name)}</mtext>"

    def fenced(self) -> str:
        """\\left( ... \\right)."""
        opening = self.fence()
        inner = "".join(self.row(r"\right"))
        return f"<mrow>{opening}{inner}{self.fence()}</mrow>"

    def fence(self) -> str:
        sign = self.take().removeprefix("\\")
        return "" if sign == "." else f'<mo stretchy="true">{escape(_OPERATORS.get(sign, sign))}</mo>'

    def environment(self, name: str) -> str:
        """A matrix, or cases: cells up to &, rows up to \\\\."""
        rows: list[str] = []
        cells: list[str] = []
        while self.at < len(self.tokens):
            cells.append(f"<mtd>{''.join(self.row('&', _NEW_ROW, _END))}</mtd>")
            ended_by = self.tokens[self.at - 1]
            if ended_by != "&":
                rows.append(f"<mtr>{''.join(cells)}</mtr>")
                cells = []
            if ended_by == _END:
                self.raw()
                break
        table = f"<mtable>{''.join(rows)}</mtable>"
        if name == "cases":
            return f'<mrow><mo stretchy="true">{{</mo>{table}</mrow>'
        return (
            f'<mrow><mo stretchy="true">[</mo>{table}<mo stretchy="true">]</mo></mrow>' if name == "bmatrix" else table
        )


_NEW_ROW = "\\\\"
_END = r"\end"


def in_text(raw: str) -> str:
    """The characters that \\text{...} shows."""
    unnamed = re.sub(r"\\([A-Za-z]+)(\{\})?", lambda found: _IN_TEXT.get(found[1], found[1]), raw)
    return re.sub(r"\\(.)", r"\1", unnamed)


def spaced(text: str) -> str:
    """Text whose spaces at the ends are kept."""
    return escape(text).replace(" ", "&#160;")
