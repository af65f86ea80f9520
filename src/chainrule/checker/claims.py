"""A statement of a document in, a claim out: its sides as trees, and what it defines if it is the first to say so.

One idea: reading and judging are apart. A side that cannot be read keeps the reason, and spoils no other side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import ChainruleError
from ..notation.drafts import Draft, draft
from ..notation.functions import function_named
from ..notation.grammar import read_statement
from ..notation.statements import split
from ..notation.surface import Additive, Chain, Group, Matrix, Multiplicative, Name, Number, Prose, Scripted, Surface
from ..notation.tokens import tokenise
from .documents import Statement
from .documents.signs import is_arrow
from .figures.commas import with_points
from .spelling import uniform
from .trees import everywhere, product

EQUALS = frozenset({"=", ":=", "≡", "\\equiv", "\\coloneqq", "==", "\\triangleq", "\\doteq", ":", "＝"})
_UPDATES = frozenset({"\\leftarrow", "\\gets", "←", "<-", "\\longleftarrow", "\\Leftarrow"})
NEARLY = frozenset({"\\approx", "≈", "\\simeq", "\\cong", "≃"})
_FUNCTIONS = frozenset(
    {"exp", "log", "ln", "sqrt", "sin", "cos", "tanh", "max", "min", "e", "pi", "sum", "relu", "abs", "𝟙"}
)


@dataclass(frozen=True, slots=True)
class Side:
    """One side: the sign before it, its text, its tree or why there is none."""

    sign: str
    text: str
    tree: Surface | None
    problem: str = ""

    @property
    def numeric(self) -> bool:
        """Whether it has numbers and no names."""
        return self.tree is not None and is_numeric(self.tree)


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with its sides read."""

    number: int
    statement: Statement
    sides: tuple[Side, ...]
    draft: Draft | None = None

    @property
    def equal(self) -> bool:
        """Whether every sign says that sides are equal, or nearly."""
        return all(side.sign in EQUALS or side.sign in NEARLY for side in self.sides if side.sign)


def read_claim(
    number: int, statement: Statement, names: frozenset[str] = frozenset(), commas: bool = False
) -> Claim:  # fmt: skip
    """The claim that a statement makes. `commas`: decimals have commas in this document."""
    count = len(statement.links)
    sides = tuple(_side(statement, place, names, commas) for place in range(count))
    return Claim(number, statement, sides, _draft(sides))


def with_trees(claim: Claim, trees: tuple[Surface | None, ...]) -> Claim:
    """The claim with other trees for its sides."""
    sides = tuple(replace(side, tree=tree) for side, tree in zip(claim.sides, trees, strict=True))
    return replace(claim, sides=sides, draft=_draft(sides))


def goes_on(before: Claim, claim: Claim) -> Claim:
    """A claim that begins with a sign, with the first side of the chain before it; one that begins with `+` goes on
    with the last side."""
    first, last, own = before.sides[0], before.sides[-1], claim.sides[0]
    if own.sign:
        anchor = first if first.tree is not None else last
        return replace(claim, sides=(replace(anchor, sign=""), *claim.sides), draft=None)
    if own.tree is None or last.tree is None or len(before.sides) < 2:
        return claim
    span = replace(own.tree.span)
    whole = Additive((("", last.tree), ("+", own.tree)), span)
    return replace(
        claim, sides=(replace(first, sign=""), replace(own, sign="=", tree=whole), *claim.sides[1:]), draft=None
    )


def _side(statement: Statement, place: int, names: frozenset[str], commas: bool) -> Side:
    text, sign = statement.side(place), statement.links[place].sign
    if sign in _UPDATES:
        sign = "←"
    elif is_arrow(sign):
        sign = "→"
    tidy = text.strip().rstrip(".,;:").strip()
    if not tidy:
        return Side(sign, text, None, "nothing stands there")
    try:
        tree = read_tree(with_points(tidy, commas), statement.piece.form != "line" or "\\" in tidy)
    except ChainruleError as problem:
        return Side(sign, text, None, f"{problem.given} cannot be read")
    return (
        Side(sign, text, uniform(tree, names)) if tree is not None else Side(sign, text, None, "words, not mathematics")
    )


def read_tree(text: str, latex: bool = True) -> Surface | None:
    """The surface tree of one side, without words around it. Raises ParseError, LimitError."""
    tokens = tokenise(text, latex)
    parts = [each for each in split(tokens) if each]
    if len(parts) > 1:  # a comma or a wide space, and something that is no statement of its own
        trees = [read_statement(text, each, latex) for each in parts[:2]]
        kept = [each for each in map(without_words, trees) if each is not None]
        return kept[0] if len(kept) == 1 else _listed(kept)
    return without_words(read_statement(text, parts[0], latex)) if parts else None


def tree_or_none(text: str) -> Surface | None:
    """The surface tree of a text that may be none."""
    try:
        return read_tree(text)
    except ChainruleError:
        return None


def _listed(trees: list[Surface]) -> Surface | None:
    return trees[0] if trees else None


def without_words(node: Surface) -> Surface | None:
    """The tree without words of explanation beside it and a starred frame around it; None when nothing else is left."""
    match node:
        case Scripted(Group("[", (inner,)), None, (Name("*"),), 0):
            return without_words(inner)
        case Prose():
            return None
        case Group(_, items) if all(without_words(each) is None for each in items):
            return None
        case Multiplicative(factors):
            kept: list[tuple[str, Surface]] = [
                (sign, each) for sign, each in factors if not isinstance(each, Prose) and not _is_words(each)
            ]
            return product(kept) if kept else None
        case Additive(((_, first),)) if without_words(first) is None:
            return None
    return node


def _is_words(node: Surface) -> bool:
    return isinstance(node, Group) and all(isinstance(each, Prose) for each in node.items)


def _draft(sides: tuple[Side, ...]) -> Draft | None:
    """What the statement would define; None when it cannot be one."""
    if sides[0].tree is None or sides[0].sign:
        return None
    if len(sides) == 1:
        return None
    signs = tuple(_SPELLED.get(side.sign, side.sign) for side in sides[1:])
    chain = Chain(tuple(side.tree for side in sides), signs, sides[0].tree.span)
    try:
        return draft(chain)
    except ChainruleError:
        return None


_SPELLED = dict.fromkeys(EQUALS, "=") | dict.fromkeys(NEARLY, "≈") | {"\\in": "∈"}


def is_numeric(node: Surface) -> bool:
    """Whether a tree has numbers in it and no names but those of functions and constants."""
    found = False
    powers = {id(each.body) for each in everywhere(node) if isinstance(each, Scripted) and each.superscripts}
    for each in everywhere(node):
        if isinstance(each, Name) and each.base == "e" and id(each) not in powers:
            return False
        if isinstance(each, Name) and not _is_function(each.base) and not _is_transpose(each, node):
            return False
        found = found or isinstance(each, Number)
    return found


def _is_function(base: str) -> bool:
    return base in _FUNCTIONS or base == "sigma" or function_named(base) is not None


def _is_transpose(name: Name, node: Surface) -> bool:
    if name.base not in ("T", "⊤"):
        return False
    return any(
        isinstance(each, Scripted) and any(above is name for above in each.superscripts)
        and isinstance(each.body, Group | Matrix | Number) for each in everywhere(node)
    )  # fmt: skip
