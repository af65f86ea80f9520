r"""Trees as they were read in, trees whose names the rest of the checker knows out.

One idea: what a mark means is decided once for a document. `\delta_{ij}` is an indicator where no \delta is defined so,
and `a^{(i)}` a column of A where the document has a matrix A.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import TextSpan
from ..notation.resolve import subscript_letters
from ..notation.surface import Big, Chain, Fraction, Group, Multiplicative, Name, Number, Scripted, Surface
from ..notation.symbols import symbol_of
from .claims import Claim, with_trees
from .documents import Statement
from .trees import everywhere, product, rebuilt

NABLAS = frozenset({"nabla"})
_ALONE = re.compile(r"\\nabla\s*_\s*(?:[A-Za-z]|\\[A-Za-z]+|\{[^=]{1,40}\})")
_LOSSES = frozenset({"L", "J", "C", "E", "ℒ", "ell", "loss", "cost"})


@dataclass(frozen=True, slots=True)
class Marks:
    """What marks mean in a document."""

    kronecker: bool = True
    matrices: frozenset[str] = frozenset()  # names that are matrices with one example in each row or column
    columns: bool = True  # examples are columns
    zero_based: bool = False  # entries are counted from 0
    parts: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # u: rows of U
    loss: Surface | None = None  # what a nabla that stands alone is the gradient of
    deltas: bool = False  # a delta before a name makes it the name of a derivative


def read_marks(
    claims: Sequence[Claim], columns: bool, zero_based: bool, deltas: bool, loss: Surface | None = None,
    parts: Mapping[str, tuple[str, str]] | None = None,
) -> Marks:  # fmt: skip
    """What the marks in these claims mean."""
    lefts = [claim.sides[0].tree for claim in claims if claim.sides[0].tree is not None and len(claim.sides) > 1]
    kronecker = not any(_delta(tree) is not None for tree in lefts)
    deltas = deltas or sum(_prefixed(tree) is not None for tree in lefts) > 1
    matrices = frozenset(_matrices(claims))
    held = {name: part for name, part in (parts or {}).items() if part[0] in matrices}
    return Marks(kronecker, matrices, columns, zero_based, held, loss, deltas)


def _prefixed(node: Surface) -> Surface | None:
    r"""`\delta h_t` as one name."""
    match node:
        case Multiplicative((("", Name("delta") as sign), ("", Name() | Scripted() as rest))):
            body = rest.body if isinstance(rest, Scripted) else rest
            if isinstance(body, Name):
                name = replace(body, base="delta" + body.base, span=replace(sign.span, stop=body.span.stop), whole=True)
                return replace(rest, body=name) if isinstance(rest, Scripted) else name
    return None


def nablas_stand_alone(statements: Sequence[Statement]) -> bool:
    r"""Whether `\nabla_W` is the whole left side somewhere: then a nabla names a gradient and works on nothing."""
    sides = [each.side(0).strip() for each in statements if each.relates and each.piece.kind == "mathematics"]
    return sum(_ALONE.fullmatch(side) is not None for side in sides) > 1


def loss_of(claims: Sequence[Claim]) -> Surface:
    """A loss by its usual names among those that the document defines; L where there is none."""
    lefts = [claim.sides[0].tree for claim in claims if claim.sides[0].tree is not None and len(claim.sides) > 1]
    named = [tree for tree in lefts if isinstance(tree, Name) and tree.base in _LOSSES]
    return named[0] if named else Name("L", lefts[0].span if lefts else TextSpan("L", 0, 1))


def _matrices(claims: Sequence[Claim]) -> set[str]:
    """Capital names that stand without an example above them."""
    found: set[str] = set()
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Name | Scripted):
                    symbol = symbol_of(node)
                    if symbol is not None and symbol.base[-1:].isupper():
                        found.add(symbol.text)
                    if isinstance(node, Name) and not node.whole:
                        found |= {letter for letter in node.base if letter.isupper()}
    return found


def rewritten(claim: Claim, marks: Marks) -> Claim:
    """The claim with its marks put in other words."""
    trees = tuple(side.tree and _rewrite(side.tree, marks) for side in claim.sides)
    return claim if all(a is b.tree for a, b in zip(trees, claim.sides, strict=True)) else with_trees(claim, trees)


def _rewrite(node: Surface, marks: Marks) -> Surface:
    if marks.kronecker and (pair := _delta(node)) is not None:
        one = Number("1", node.span)
        return Scripted(one, Chain(pair, ("=",), node.span), (), 0, node.span)
    if isinstance(node, Multiplicative):
        node = _with_sums(_with_prefixes(node) if marks.deltas else node)
    if marks.loss is not None and isinstance(node, Scripted) and (found := _gradient(node, marks.loss)) is not None:
        return found
    changed = rebuilt(node, lambda each: _rewrite(each, marks))
    if isinstance(changed, Scripted):
        changed = _part(_example(changed, marks), marks)
        if marks.zero_based and changed.subscript is not None:
            changed = replace(changed, subscript=_from_one(changed.subscript))
    return changed


def _with_prefixes(node: Multiplicative) -> Surface:
    found: list[tuple[str, Surface]] = []
    place = 0
    while place < len(node.factors):
        pair = node.factors[place : place + 2]
        joined = _prefixed(product([("", pair[0][1]), pair[1]])) if len(pair) == 2 and pair[1][0] == "" else None
        found.append((pair[0][0], joined or pair[0][1]))
        place += 1 if joined is None else 2
    return product(found)


def _with_sums(node: Surface) -> Surface:
    r"""`\Sigma_n \ell_n` is a sum where the letter below stands below what follows."""
    match node:
        case Multiplicative(((_, Scripted(Name("Sigma"), Name(letter) as below, above, 0)), *rest)) if rest:
            body = product([("", rest[0][1]), *rest[1:]])
            if letter in subscript_letters(body):
                return Big("∑", below, above[0] if above else None, body, node.span)
    return node


def _gradient(node: Scripted, loss: Surface) -> Surface | None:
    r"""`\nabla_W` that stands alone as the gradient of the loss by W."""
    if not isinstance(node.body, Name) or node.body.base != "nabla" or node.subscript is None:
        return None
    below = node.subscript
    while isinstance(below, Group) and len(below.items) == 1:
        below = below.items[0]
    sign = Name("partial", node.span, whole=True)
    found: Surface = Fraction(
        Multiplicative((("", sign), ("", loss)), node.span),
        Multiplicative((("", sign), ("", below)), node.span),
        node.span,
    )
    return Scripted(found, None, node.superscripts, 0, node.span) if node.superscripts else found


def _delta(node: Surface | None) -> tuple[Surface, Surface] | None:
    r"""The two indices of `\delta_{ij}`."""
    match node:
        case Scripted(Name("delta"), below, (), 0) if below is not None:
            while isinstance(below, Group) and len(below.items) == 1:
                below = below.items[0]
            match below:
                case Name(base) if len(base) == 2 and not below.whole and base.isalpha():
                    return Name(base[0], below.span), Name(base[1], below.span)
                case Group(_, (one, other)) if _is_index(one) and _is_index(other):
                    return one, other
                case Multiplicative((("", one), ("", other))) if _is_index(one) and _is_index(other):
                    return one, other
    return None


def _is_index(node: Surface) -> bool:
    return (isinstance(node, Name) and len(node.base) == 1) or isinstance(node, Scripted)


# Examples ------------------------------------------
def _example(node: Scripted, marks: Marks) -> Scripted:
    """`a^{[2](i)}` as a column of A^{[2]}."""
    scripts = [part for each in node.superscripts for part in _apart(each)]
    index = _index_of(scripts[-1]) if scripts else None
    if index is None or not isinstance(node.body, Name):
        return node
    for base in (node.body.base, node.body.base.upper() if len(node.body.base) == 1 else _raised(node.body.base)):
        whole = replace(node, body=replace(node.body, base=base), superscripts=tuple(scripts[:-1]), subscript=None)
        symbol = symbol_of(whole)
        if symbol is not None and symbol.text in marks.matrices and symbol.base[-1:].isupper():
            everything: Surface = node.subscript or Name(":", node.span, whole=True)
            pair = (everything, index) if marks.columns else (index, everything)
            return replace(whole, subscript=Group("{", pair, node.span))
    return node


def _part(node: Scripted, marks: Marks) -> Scripted:
    """`u_w` as row w of U, where the words say so."""
    if not isinstance(node.body, Name) or node.body.accents or node.subscript is None:
        return node
    found, below = marks.parts.get(node.body.base), node.subscript
    single = isinstance(below, Number) or (isinstance(below, Name) and len(below.base) == 1)
    if found is None or not single:
        return node
    whole, axis = found
    everything: Surface = Name(":", node.span, whole=True)
    pair = (below, everything) if axis == "row" else (everything, below)
    return replace(node, body=replace(node.body, base=whole), subscript=Group("{", pair, node.span))


def _raised(base: str) -> str:
    return base[0] + base[1:].upper() if base[0] == "d" and len(base) == 2 else base


def _apart(script: Surface) -> list[Surface]:
    if isinstance(script, Multiplicative) and all(sign == "" for sign, _ in script.factors):
        return [each for _, each in script.factors]
    return [script]


def _index_of(script: Surface) -> Surface | None:
    match script:
        case Group("(", (Name(base) as index,)) if len(base) == 1 and base in "ijnkmst":
            return index
    return None


def _from_one(script: Surface) -> Surface:
    """Whole numbers below a name, one more: the document counts entries from 0."""
    match script:
        case Number(written) if written.isdecimal():
            if len(written) == 1:
                return Number(str(int(written) + 1), script.span)
            return Group("{", tuple(Number(str(int(each) + 1), script.span) for each in written), script.span)
        case Group(_, items):
            return replace(script, items=tuple(map(_from_one, items)))
    return script
