"""A meant tree in, one line of brackets out.

One idea: for tests, for the curious, and for telling whether two trees say the same.
"""

from __future__ import annotations

from .meaning import (
    Call,
    Comparison,
    Index,
    Literal,
    Meaning,
    Norm,
    Over,
    Own,
    Product,
    Rows,
    Slope,
    Tabulated,
    Total,
    Unit,
    Unspecified,
    Variable,
    below,
)  # fmt: skip


def spell(node: Meaning) -> str:
    """The tree as one line of brackets, for tests and for the curious."""
    match node:
        case Literal(written):
            return written
        case Variable(symbol):
            return symbol.text
        case Index(name):
            return f"#{name}"
        case Unit(square):
            return "I" if square else "ones"
        case Total(pairs) | Product(pairs):
            head = "+" if isinstance(node, Total) else "*"
            return f"({head} {' '.join(sign.strip('+') + spell(each) for sign, each in pairs)})"
        case _:
            return f"({_head(node)} {' '.join(map(spell, below(node)))})"


def _head(node: Meaning) -> str:
    match node:
        case Call(name) | Own(name):
            return name
        case Unspecified(name, order):
            return name + "'" * order
        case Slope(_, Call(name) | Own(name), _, order):
            return name + "'" * order
        case Over(kind, indices):
            return f"{kind} {','.join(indices)}:"
        case Tabulated(indices):
            return f"table {','.join(indices)}:"
        case Comparison(relation):
            return relation
        case Norm(_, order):
            return "norm" if order == 2 else f"norm{order}"
        case Rows(_, shaped):
            return shaped
        case _:
            return {"Power": "^", "Transposed": "T"}.get(type(node).__name__, type(node).__name__.lower())
