"""The alphabet of written mathematics: LaTeX commands and Unicode letters in, the one spelling used inside out.

One idea: tables, not code. `\\sigma`, `sigma` and the Greek letter itself become one name here, and nothing later needs
to know how it was typed.
"""

from __future__ import annotations

GREEK: dict[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω",
}  # fmt: skip
GREEK_LETTERS = {letter: name for name, letter in GREEK.items()} | {"ϵ": "epsilon", "ϕ": "phi", "µ": "mu", "ϑ": "theta"}

# Commands that stand for a name. Variants of a letter are the letter.
NAMES = {name: name for name in GREEK} | {
    "varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho", "varsigma": "sigma",
    "ell": "ell", "infty": "infinity", "nabla": "nabla", "partial": "partial", "part": "partial",
} | {
    name: name
    for name in (
        "log", "ln", "exp", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "max", "min",
        "det", "tr", "arg", "sup", "inf", "lim",
    )
}  # fmt: skip
SINGLE_NAMES = {"𝟏": "𝟙", "∂": "partial", "∇": "nabla", "∞": "infinity", "ℓ": "ell"} | GREEK_LETTERS

# Commands and characters that stand for a sign.
SIGNS = {
    "cdot": "·",
    "bullet": "·",
    "times": "×",
    "odot": "⊙",
    "circ": "∘",
    "otimes": "⊗",
    "ast": "*",
    "star": "*",
    "div": "/",
    "le": "<=",
    "leq": "<=",
    "leqslant": "<=",
    "ge": ">=",
    "geq": ">=",
    "geqslant": ">=",
    "ne": "!=",
    "neq": "!=",
    "lt": "<",
    "gt": ">",
    "approx": "≈",
    "simeq": "≈",
    "cong": "≈",
    "equiv": "≡",
    "in": "∈",
    "sim": "∼",
    "propto": "∝",
    "to": "→",
    "rightarrow": "→",
    "Rightarrow": "→",
    "implies": "→",
    "longrightarrow": "→",
    "downarrow": "→",
    "uparrow": "→",
    "swarrow": "→",
    "searrow": "→",
    "nearrow": "→",
    "mapsto": "→",
    "leftarrow": "←",
    "gets": "←",
    "coloneqq": ":=",
    "triangleq": "=",
    "{": "\\{",
    "}": "\\}",
    "lbrace": "\\{",
    "rbrace": "\\}",
    "vert": "|",
    "mid": "|",
    "lvert": "|",
    "rvert": "|",
    "|": "‖",
    "Vert": "‖",
    "lVert": "‖",
    "rVert": "‖",
    "prime": "'",
    "top": "⊤",
    "intercal": "⊤",
    "dots": "…",
    "ldots": "…",
    "cdots": "…",
    "vdots": "…",
    "ddots": "…",
    "pm": "±",
    "lbrack": "[",
    "rbrack": "]",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
}
OPENING = {"lvert", "lVert", "lbrace", "lbrack"}
CLOSING = {"rvert", "rVert", "rbrace", "rbrack"}
SINGLE_SIGNS = {
    "·": "·", "⋅": "·", "∙": "·", "•": "·", "×": "×", "⊙": "⊙", "∘": "∘", "⊗": "⊗", "÷": "/", "≤": "<=", "≥": ">=",
    "≠": "!=", "≈": "≈", "≡": "≡", "∈": "∈", "∝": "∝", "∼": "∼", "→": "→", "⇒": "→", "⟹": "→", "←": "←", "≔": ":=",
    "‖": "‖", "∥": "‖", "′": "'", "’": "'", "⊤": "⊤", "…": "…", "−": "-", "–": "-", "∗": "*", "±": "±",
    "∑": "∑", "∏": "∏", "√": "√",
    "⌊": "⌊",
    "⌋": "⌋",
    "⌈": "⌈",
    "⌉": "⌉",
}  # fmt: skip
PLAIN_SIGNS = ("...", ":=", "->", "=>", "<=", ">=", "!=", "==", "||")
PLAIN_SIGN_MEANING = {"...": "…", "->": "→", "=>": "→", "||": "‖", "==": "="}

BIG = {"sum": "∑", "prod": "∏"}
FRACTIONS = {"frac", "dfrac", "tfrac", "cfrac"}
ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "dot": "dot",
}  # fmt: skip
ACCENT_MARKS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}
MARK_ACCENTS = {mark: name for name, mark in ACCENT_MARKS.items()} | {"\u0305": "bar", "\u20d7": "vec"}

TEXTS = {
    "text", "textrm", "textit", "textbf", "textsf", "texttt", "textnormal", "mathrm", "mathit", "mathsf", "mathtt",
    "operatorname", "mbox",
}  # fmt: skip
# Fonts that change nothing, spacing, sizes: dropped, and so are the braces they leave behind.
DROPPED = {
    "mathbf", "boldsymbol", "bm", "pmb", "vec", "mathop", "mathstrut", "boxed", "displaystyle", "textstyle", "limits",
    "nolimits", "nonumber", "notag", "therefore", "because", "bf", "rm", "it", "scriptstyle", "underline",
    ",", ";", ":", "!", " ", ">", "/",
} | {size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")}  # fmt: skip
DROPPED_WITH_ARGUMENT = {"label", "tag", "hspace", "vspace", "textcircled", "color", "textcolor", "phantom", "vphantom"}
BREAKS = {"\\": "\\\\", "newline": "\\\\", "cr": "\\\\", "quad": "quad", "qquad": "quad"}
PROSE = {
    "if", "else", "otherwise", "and", "where", "for", "with", "when", "so", "since", "or", "then", "let", "by", "is",
    "of", "are", "the", "elsewhere",
}  # fmt: skip

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀⁿⁱʲᵏˡᵐᵗᵃᵇ", "0123456789+-()Tnijklmtab", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-()aehijklmnoprstuvx", strict=True))

_SCRIPT_EXCEPTIONS = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}
SCRIPT = {
    letter: _SCRIPT_EXCEPTIONS.get(letter, chr(0x1D49C + place))
    for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}
BLACKBOARD = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "E": "𝔼", "I": "𝟙", "1": "𝟙"}
LETTER_COMMANDS = {"mathcal": SCRIPT, "mathscr": SCRIPT, "cal": SCRIPT, "mathbb": BLACKBOARD, "mathbf": {"1": "𝟙"}}
LETTER_LATEX = (
    {letter: rf"\mathcal{{{name}}}" for name, letter in SCRIPT.items()}
    | {
        "ℝ": r"\mathbb{R}",
        "ℕ": r"\mathbb{N}",
        "ℤ": r"\mathbb{Z}",
        "𝔼": r"\mathbb{E}",
        "𝟙": r"\mathbb{1}",
        "ell": r"\ell",
    }
    | {name: f"\\{name}" for name in GREEK}
)
TRANSPARENT = {
    "aligned", "align", "align*", "split", "gathered", "gather", "gather*", "equation", "equation*", "eqnarray",
    "eqnarray*", "flalign", "flalign*", "alignat", "alignat*", "multline", "multline*", "math", "displaymath",
}  # fmt: skip
MATRICES = {"matrix", "bmatrix", "pmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "array"}
CASES = {"cases", "dcases", "rcases"}
