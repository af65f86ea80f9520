r"""A surface tree in, LaTeX out.

One idea: the writer decides nothing. It writes what the tree says, with the brackets that the reader needs to give the
same tree back, and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...notation.surface import (
    Additive,
    Bars,
    Big,
    Cases,
    Chain,
    Dots,
    Fraction,
    Group,
    Matrix,
    Multiplicative,
    Name,
    Number,
    Prose,
    Root,
    Scripted,
    Surface,
    children,
)  # fmt: skip
from ..trees import is_row
from .lettering import name

_RELATIONS = {
    "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "≈": r"\approx", "≡": r"\equiv", "∈": r"\in", "∝": r"\propto",
    "∼": r"\sim", "←": r"\leftarrow", "→": r"\to",
}  # fmt: skip
_PRODUCTS = {"·": r"\cdot", "×": r"\times", "⊙": r"\odot", "∘": r"\circ", "⊗": r"\otimes"}
_BRACKETS = {
    "(": ("(", ")"), "[": ("[", "]"), "{": (r"\{", r"\}"), "\\{": (r"\{", r"\}"), "⌊": (r"\lfloor", r"\rfloor"),
    "⌈": (r"\lceil", r"\rceil"),
}  # fmt: skip
_BIG = {"∑": r"\sum", "∏": r"\prod"}
_DOTS = (r"\dots", r"\ldots", r"\cdots", r"\vdots", r"\ddots")


def latex(tree: Surface) -> str:
    r"""A surface tree as LaTeX. Between dollar signs it reads as the same tree again, places aside.

    Brackets that cannot be seen (`{x + y} z`) become round ones, and a matrix typed as `[1 2; 3 4]` an environment.

    >>> from chainrule.notation import read_statements
    >>> latex(read_statements("dW = (ŷ - y) x^T / 2")[0])
    'dW = (\\hat y - y) x^T / 2'
    """
    return _WRITERS[type(tree)](tree)


# Brackets where they are needed ------------------------------------------
def _bracketed(node: Surface) -> str:
    return _between("(", latex(node), _tall(node))


def _between(bracket: str, inside: str, tall: bool) -> str:
    left, right = _BRACKETS[bracket]
    if tall:
        return rf"\left{left} {inside} \right{right}"
    return f"{left} {inside} {right}" if left[-1].isalpha() else f"{left}{inside}{right}"


def _tall(node: Surface) -> bool:
    """Whether a node is higher than a line."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Fraction | Matrix | Cases | Big):
            return True
        pending.extend(children(current.body) if isinstance(current, Scripted) else children(current))
        if isinstance(current, Scripted):
            pending.append(current.body)
    return False


def _terms_apart(node: Surface) -> bool:
    return isinstance(node, Chain) or (isinstance(node, Additive) and len(node.terms) > 1)


def _argument(node: Surface) -> str:
    """What stands between the braces of a command; brackets that only hold together are not needed there."""
    return "{" + _list(node) + "}"


def _list(node: Surface) -> str:
    if isinstance(node, Group) and node.bracket == "{":
        return ", ".join(map(latex, node.items))
    return latex(node)


# Leaves ------------------------------------------
def _number(node: Number) -> str:
    mantissa, letter, exponent = node.written.lower().partition("e")
    if not letter:
        return node.written
    power = f"10^{{{int(exponent)}}}"  # in LaTeX 1e-5 would be set as 1 e - 5
    return power if mantissa in ("1", "1.0") else rf"{mantissa} \cdot {power}"


def _prose(node: Prose) -> str:
    return rf"\text{{{node.words}}}"


def _dots(node: Dots) -> str:
    written = node.span.text[node.span.start : node.span.stop]
    return written if written in _DOTS else _DOTS[0]


# Scripts ------------------------------------------
def _scripted(node: Scripted) -> str:
    below = f"_{_script(node.subscript)}" if node.subscript is not None else ""
    above = _above(node.superscripts)
    inside, after = (above, below) if _raised_first(node) else (below, above)
    return _carrier(node.body) + "'" * node.primes + inside + after


def _carrier(body: Surface) -> str:
    if isinstance(body, Additive | Multiplicative | Chain):
        return _bracketed(body)
    return f"{{{latex(body)}}}" if isinstance(body, Scripted | Big) else latex(body)


def _raised_first(node: Scripted) -> bool:
    """The author's own order; a layer or example number stands before an index."""
    if node.subscript is None or not node.superscripts:
        return False
    low, high = node.subscript.span.start, node.superscripts[0].span.start
    if high >= node.body.span.stop and high != low:
        return high < low
    return isinstance(node.superscripts[0], Group)  # a script that was put there has no place of its own


def _above(scripts: tuple[Surface, ...]) -> str:
    """TeX allows one superscript, so a layer and a transpose stand in one."""
    if not scripts:
        return ""
    if len(scripts) == 1:
        return f"^{_script(scripts[0])}"
    return "^{" + " ".join(_bracketed(each) if _terms_apart(each) else _tight(_list(each)) for each in scripts) + "}"


def _script(node: Surface) -> str:
    written = _tight(_list(node))
    return written if len(written) == 1 or written == r"\top" else f"{{{written}}}"


def _tight(written: str) -> str:
    for sign in "+-=<>":
        written = written.replace(f" {sign} ", sign)
    return written.replace(", ", ",")


# Brackets, matrices, cases ------------------------------------------
def _group(node: Group) -> str:
    only = node.items[0]
    if len(node.items) == 1:
        if _holds_together(node) and _holds_together(only):
            return latex(only)
        if node.bracket == "{" and isinstance(only, Additive | Multiplicative):
            return _bracketed(only)
    inside = ", ".join(_row_of_numbers(each) if node.bracket == "[" else latex(each) for each in node.items)
    return _between(node.bracket, inside, any(map(_tall, node.items)))


def _holds_together(node: Surface) -> bool:
    return isinstance(node, Group) and node.bracket in ("(", "{") and len(node.items) == 1


def _row_of_numbers(node: Surface) -> str:
    """`[1 -2]` is two entries: a space that can be seen keeps them apart."""
    if isinstance(node, Multiplicative) and is_row(node):
        return r" \; ".join(latex(each) for _, each in node.factors)
    return latex(node)


def _matrix(node: Matrix) -> str:
    rows = [_cells(row) for row in node.rows] if node.style == "[" else node.rows
    style, columns = ("bmatrix" if node.style == "[" else node.style), ""
    if style == "array":
        columns = "{" + "c" * max(map(len, rows)) + "}"
    inside = r" \\ ".join(" & ".join(map(latex, row)) for row in rows)
    return rf"\begin{{{style}}}{columns} {inside} \end{{{style}}}"


def _cells(row: tuple[Surface, ...]) -> tuple[Surface, ...]:
    """The entries of a row of `[1 2; 3 4]`."""
    if len(row) == 1 and isinstance(row[0], Multiplicative) and all(not sign for sign, _ in row[0].factors):
        return tuple(each for _, each in row[0].factors)
    return row


def _cases(node: Cases) -> str:
    lines = [
        f"{latex(each.value)} & " + (r"\text{otherwise}" if each.condition is None else latex(each.condition))
        for each in node.branches
    ]
    return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"


# Operators ------------------------------------------
def _additive(node: Additive) -> str:
    written = ""
    for place, (sign, each) in enumerate(node.terms):
        term = _bracketed(each) if _terms_apart(each) and (place or sign) else latex(each)
        written += f" {sign} {term}" if place else sign + term
    return written


def _multiplicative(node: Multiplicative) -> str:
    written, before, last = "", None, len(node.factors) - 1
    for place, (sign, each) in enumerate(node.factors):
        factor = _bracketed(each) if _needs_brackets(each, sign, place == last) else latex(each)
        if before is not None:
            written += _joint(sign, before, factor)
        written, before = written + factor, each
    return written


def _needs_brackets(node: Surface, sign: str, last: bool) -> bool:
    if isinstance(node, Additive):
        return not sign or len(node.terms) > 1 or isinstance(node.terms[0][1], Multiplicative)
    return isinstance(node, Multiplicative | Chain) or (isinstance(node, Big) and not last)


def _joint(sign: str, before: Surface, written: str) -> str:
    """What stands between two factors."""
    if sign:
        return f" {_PRODUCTS.get(sign, sign)} "
    if written[0].isdecimal() or written[0] == ".":
        return r" \; " if isinstance(before, Number | Name) else " "
    return "" if isinstance(before, Name | Scripted) and written[0] in "([" else " "


def _fraction(node: Fraction) -> str:
    match node:
        case Fraction(Multiplicative((("", Name("partial")), *rest)), Name("nabla")):
            return r"\nabla " + _multiplicative(Multiplicative(tuple(rest), node.span))
    return rf"\frac{_argument(node.numerator)}{_argument(node.denominator)}"


def _root(node: Root) -> str:
    degree = f"[{latex(node.degree)}]" if node.degree is not None else ""
    return rf"\sqrt{degree}{_argument(node.body)}"


def _bars(node: Bars) -> str:
    mark, inside = (r"\|" if node.double else "|"), latex(node.body)
    if _tall(node.body) or "|" in inside:
        return rf"\left{mark} {inside} \right{mark}"
    return mark + inside + mark


def _big(node: Big) -> str:
    lower = f"_{_script(node.lower)}" if node.lower is not None else ""
    upper = f"^{_script(node.upper)}" if node.upper is not None else ""
    body = _bracketed(node.body) if _terms_apart(node.body) else latex(node.body)
    return f"{_BIG[node.sign]}{lower}{upper} {body}"


def _chain(node: Chain) -> str:
    sides = ["" if part is None else latex(part) for part in node.parts]
    signs = [_RELATIONS.get(each, each) for each in node.relations]
    return " ".join([*sides[:1], *(f"{sign} {side}" for sign, side in zip(signs, sides[1:], strict=True))]).strip()


_WRITERS: dict[type, Callable[[Any], str]] = {
    Number: _number, Name: name, Prose: _prose, Dots: _dots, Scripted: _scripted, Group: _group, Matrix: _matrix,
    Cases: _cases, Additive: _additive, Multiplicative: _multiplicative, Fraction: _fraction, Root: _root, Bars: _bars,
    Big: _big, Chain: _chain,
}  # fmt: skip
