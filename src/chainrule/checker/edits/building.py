"""Pieces of surface trees in, one tree out that reads as it is meant: products, sums, brackets, transposes, powers.

One idea: a piece that is put somewhere brings its brackets along where they are needed, and loses them where not.
"""

from __future__ import annotations

from dataclasses import replace

from ...errors import TextSpan
from ...notation.surface import (
    Additive,
    Bars,
    Big,
    Branch,
    Cases,
    Chain,
    Fraction,
    Group,
    Matrix,
    Multiplicative,
    Name,
    Number,
    Root,
    Scripted,
    Surface,
)  # fmt: skip
from ..trees import is_row

Part = tuple[str, Surface]
ENTRYWISE = frozenset({"⊙", "∘"})
TRANSPOSES = frozenset({"T", "⊤"})
_ATOMS = (Name, Number, Group, Matrix, Scripted)
_WIDE = 1 << 16  # more cells than a row has


def number(written: str, span: TextSpan) -> Surface:
    """A number."""
    return Number(written, span)


def half(span: TextSpan) -> Surface:
    """One half."""
    return Fraction(Number("1", span), Number("2", span), span)


def bracketed(node: Surface) -> Surface:
    """The node in round brackets, unless it stands in brackets."""
    return node if isinstance(node, Group) and len(node.items) == 1 else Group("(", (node,), node.span)


def inside(node: Surface) -> Surface:
    """What a bracket around one thing holds; the node itself when it is none."""
    return node.items[0] if isinstance(node, Group) and len(node.items) == 1 and node.bracket in "({" else node


def terms(node: Surface) -> tuple[Part, ...]:
    """The terms of a sum; a node that is none is its only term."""
    return node.terms if isinstance(node, Additive) else (("", node),)


def factors(node: Surface) -> tuple[Part, ...]:
    """The factors of a product; a node that is none is its only factor."""
    return node.factors if isinstance(node, Multiplicative) else (("", node),)


def total(parts: list[Part] | tuple[Part, ...], span: TextSpan) -> Surface:
    """Terms as one node, sums inside them spread out where their sign allows it."""
    found: list[Part] = []
    for sign, node in parts:
        if isinstance(node, Additive) and sign != "-":
            head = node.terms[0][0] or (sign if found else "")
            found.extend([(head, node.terms[0][1]), *node.terms[1:]])
        else:
            found.append((sign or ("+" if found else ""), bracketed(node) if isinstance(node, Additive) else node))
    if found[0][0] == "+":
        found[0] = ("", found[0][1])
    return found[0][1] if len(found) == 1 and not found[0][0] else Additive(tuple(found), span)


def product(parts: list[Part] | tuple[Part, ...], span: TextSpan) -> Surface:
    """Factors as one node; a sum among them gets brackets, a product among them becomes part of the whole."""
    found: list[Part] = []
    for place, (sign, node) in enumerate(parts):
        if isinstance(node, Multiplicative) and not _clashes(node, parts, place):
            found.extend([(sign, node.factors[0][1]), *node.factors[1:]])
        else:
            found.append((sign, as_factor(node)))
    if found[0][0] == "/":
        found.insert(0, ("", Number("1", span)))
    found = [("", found[0][1]), *found[1:]]
    return found[0][1] if len(found) == 1 else Multiplicative(tuple(found), span)


def _clashes(node: Multiplicative, parts: list[Part] | tuple[Part, ...], place: int) -> bool:
    """Whether a product inside another needs brackets: `W (a * b)`, as a matrix binds what stands right beside it."""
    signs = [sign for sign, _ in (parts[place : place + 2] if place else parts[1:2])]
    entrywise = any(sign in ENTRYWISE for sign, _ in node.factors)
    return (place > 0 and signs[0] == "/") or (entrywise and any(sign not in ENTRYWISE for sign in signs))


def as_factor(node: Surface) -> Surface:
    """The node with brackets if it cannot stand in a product without them."""
    return bracketed(node) if isinstance(node, Additive | Multiplicative | Chain) else node


def negative(node: Surface) -> Surface:
    """The node with the opposite sign; the minus of a single term goes."""
    match node:
        case Additive((("-", body),)):
            return body
        case Additive(((sign, first), *rest)) if all(each == "-" for each, _ in rest) and sign != "-":
            return Additive((("-", first), *(("+", each) for _, each in rest)), node.span)
        case Additive():
            return Additive((("-", bracketed(node)),), node.span)
    return Additive((("-", node),), node.span)


def turned(node: Surface, mark: str) -> Surface:
    """The node transposed: a transpose that stands there goes."""
    if isinstance(node, Scripted):
        above = [part for each in node.superscripts for part in _apart(each)]
        if above and isinstance(above[-1], Name) and above[-1].base in TRANSPOSES:
            return _stripped(replace(node, superscripts=_together(node, above[:-1])))
        if not above or isinstance(above[-1], Group):
            return replace(node, superscripts=(*node.superscripts, _mark(mark, node.span)))
        return Scripted(bracketed(node), None, (_mark(mark, node.span),), 0, node.span)
    body = node if isinstance(node, _ATOMS) else bracketed(node)
    return Scripted(body, None, (_mark(mark, node.span),), 0, node.span)


def is_turned(node: Surface) -> bool:
    """Whether a node carries a transpose."""
    if not isinstance(node, Scripted) or not node.superscripts:
        return False
    last = _apart(node.superscripts[-1])[-1]
    return isinstance(last, Name) and last.base in TRANSPOSES


def _mark(mark: str, span: TextSpan) -> Name:
    return Name(mark, span, whole=mark == "⊤")


def _apart(script: Surface) -> tuple[Surface, ...]:
    if isinstance(script, Multiplicative) and all(not sign for sign, _ in script.factors):
        return tuple(each for _, each in script.factors)
    return (script,)


def _together(node: Scripted, above: list[Surface]) -> tuple[Surface, ...]:
    """What is left of the superscripts, each as it was if nothing in it changed."""
    kept = [each for each in node.superscripts if each in above]
    return tuple(kept) if len(kept) == len(above) else tuple(above)


def _stripped(node: Scripted) -> Surface:
    if node.subscript is None and not node.superscripts and not node.primes:
        only = inside(node.body)
        return only if isinstance(only, (*_ATOMS, Fraction)) else node.body
    return node


def powered(node: Surface, exponent: Surface | None) -> Surface:
    """The node with an exponent in place of the one it has; None takes it off."""
    above = () if exponent is None else (exponent,)
    if isinstance(node, Scripted) and (not node.superscripts or _is_exponent(node.superscripts[-1])):
        kept = node.superscripts[:-1]
        return _stripped(replace(node, superscripts=(*kept, *above)))
    if exponent is None:
        return node
    body = node if isinstance(node, _ATOMS) and not isinstance(node, Scripted) else bracketed(node)
    if isinstance(node, Scripted) and isinstance(node.superscripts[-1], Group):
        body = bracketed(node)
    return Scripted(body, None, above, 0, node.span)


def _is_exponent(script: Surface) -> bool:
    return isinstance(script, Number | Additive | Fraction)


# One child replaced ------------------------------------------
def with_child(node: Surface, slot: int, new: Surface) -> Surface:
    """The node with one child replaced; slots count as `places.slots` gives them."""
    match node:
        case Multiplicative(pairs, span):
            changed = (*pairs[:slot], (pairs[slot][0], new), *pairs[slot + 1 :])
            return replace(node, factors=changed) if is_row(node) else product(changed, span)
        case Additive(pairs, span):
            return total((*pairs[:slot], (pairs[slot][0], new), *pairs[slot + 1 :]), span)
        case Scripted():
            if slot:
                above = (*node.superscripts[: slot - 1], new, *node.superscripts[slot:])
                return replace(node, superscripts=above)
            return replace(node, body=new if isinstance(new, _ATOMS) else bracketed(new))
        case Group():
            return replace(node, items=(*node.items[:slot], new, *node.items[slot + 1 :]))
        case Fraction(above, below, span):
            return Fraction(above, inside(new), span) if slot else Fraction(inside(new), below, span)
        case Big():
            return replace(node, body=bracketed(new) if isinstance(new, Additive) else new)
        case Chain():
            return replace(node, parts=(*node.parts[:slot], new, *node.parts[slot + 1 :]))
        case Matrix():
            row, column = divmod(slot, _WIDE)
            cells = (*node.rows[row][:column], new, *node.rows[row][column + 1 :])
            return replace(node, rows=(*node.rows[:row], cells, *node.rows[row + 1 :]))
        case Cases(branches):
            branch = Branch(new, branches[slot].condition)
            return replace(node, branches=(*branches[:slot], branch, *branches[slot + 1 :]))
        case Root() | Bars():
            return replace(node, body=inside(new))
    raise AssertionError(f"{type(node).__name__} has no places in it")


def cell_slot(row: int, column: int) -> int:
    """The slot of a cell of a matrix."""
    return row * _WIDE + column
