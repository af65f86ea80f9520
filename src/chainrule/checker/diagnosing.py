"""A false claim in, the likeliest slip out, with the true version of what was written.

One idea: the right answer is known at many points, so each plausible change of the written side is tried there; what
becomes true was probably meant. The changes are the author's own words, put right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..errors import ChainruleError
from ..notation.meaning import Call, Meaning, Variable
from ..notation.resolve import is_derivative
from ..notation.surface import Fraction, Name, Scripted, Surface
from ..notation.symbols import symbol_of
from .bench import STYLES, Bench, prepared
from .compare import all_same, same
from .edits import Edit, Gradient, Kind, Known, Pair, Quantity, edits
from .spelling import variables
from .trees import everywhere
from .writing import latex

_MOST_TRIED, _MOST_FOUND = 450, 4
_PARAMETERS = frozenset({"w", "W", "b", "B", "U", "V", "v", "u", "theta", "beta", "gamma", "Theta"})
_TARGETS = frozenset({"y", "t", "Y", "T"})
_ACTIVATIONS = frozenset({"sigmoid", "tanh", "relu", "softmax", "softplus", "leaky_relu", "elu", "silu", "gelu"})


@dataclass(frozen=True, slots=True)
class Found:
    """The changes that make a side true, likeliest first."""

    edits: tuple[Edit, ...]

    @property
    def expected(self) -> str:
        """The side as it should have been written."""
        return latex(self.edits[0].tree)


def repair(bench: Bench, anchor: int, place: int) -> Found | None:
    """The single changes of a side that make it equal to the first side, those that tie with the likeliest."""
    tree = bench.claim.sides[place].tree
    if tree is None:
        return None
    targets = list(_targets(bench, anchor))
    if not targets:
        return None
    found: list[Edit] = []
    for edit in islice(edits(tree, known(bench, anchor)), _MOST_TRIED):
        if found and edit.cost > found[0].cost + 1.0:
            break
        if edit.hole is None and _makes_true(bench, edit, targets):
            found.append(edit)
            if len(found) == _MOST_FOUND:
                break
    return Found(tuple(found)) if found else None


def _targets(bench: Bench, anchor: int) -> Iterator[tuple[int, list[Any]]]:
    """What the first side is in each style in which it is something, differing ones only."""
    seen: list[list[Any]] = []
    for number, style in enumerate(STYLES[:6]):
        try:
            values = bench.values(anchor, style, bench.points())
        except ChainruleError:
            continue
        if not any(all_same(values, each) for each in seen):
            seen.append(values)
            yield number, values


def _makes_true(bench: Bench, edit: Edit, targets: Sequence[tuple[int, list[Any]]]) -> bool:
    try:
        meaning = prepared(bench, edit.tree)
    except (ChainruleError, RecursionError):
        return False
    for number, values in targets:
        if _equals(bench, meaning, number, values):
            return True
    return False


def _equals(bench: Bench, meaning: Meaning, style: int, values: list[Any]) -> bool:
    """Whether a meaning has these values: first at one point, then at all."""
    points = bench.points()
    try:
        probe = next((place for place, each in enumerate(values) if each is not None), None)
        if probe is None or not same(bench.probe(meaning, STYLES[style], probe), values[probe]):
            return False
        return bool(all_same(bench.compute(meaning, STYLES[style], points), values))
    except ChainruleError:
        return False


# What may be put in ------------------------------------------
def known(bench: Bench, anchor: int) -> Known:
    """The names in scope and how they hang together."""
    written = _written(bench)
    left = bench.claim.sides[anchor].tree
    variable = _variable(left)
    model = bench.model
    used = {each.symbol.text: each for each in model.forward}
    pairs = tuple(_pairs(bench, written))
    after = {symbol_of(pair.after) for pair in pairs if pair.after is not None}
    before = {symbol_of(pair.before) for pair in pairs}
    names = []
    for text, tree in written.items():
        if text not in model.known:
            continue
        symbol = symbol_of(tree)
        kind = Kind.ACTIVATION if symbol in after else Kind.PRE_ACTIVATION if symbol in before else _kind(text, used)
        names.append(Quantity(tree, kind, _shape(bench, text)))
    sizes = tuple(tree for text, tree in written.items() if text in model.sizes)
    definitions = tuple(each.tree for each in bench.session.chosen(bench.claim.number) if each.tree is not None)
    letters = tuple(dict.fromkeys((*bench.free, *_indices(bench))))
    return Known(
        tuple(names), pairs, tuple(_gradients(bench, written)), letters, sizes, left=left, variable=variable,
        definitions=definitions[:6],
    )  # fmt: skip


def _written(bench: Bench) -> dict[str, Surface]:
    """How each name is written, where it is first written."""
    found: dict[str, Surface] = {}
    for claims in bench.session.instances.values():
        for side in claims[0].sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Name | Scripted) and (symbol := symbol_of(node)) is not None:
                    found.setdefault(symbol.text, node)
    return found


def _kind(text: str, used: dict[str, Any]) -> Kind:
    base = text.partition("_")[0].partition("^")[0]
    if base in _PARAMETERS and text not in used:
        return Kind.PARAMETER
    if base in _TARGETS and text not in used:
        return Kind.TARGET
    return Kind.OUTPUT if text in used else Kind.INPUT


def _shape(bench: Bench, text: str) -> tuple[str, ...] | None:
    points = bench.points()
    value = points[0].values.get(text) if points else None
    return None if value is None else tuple(str(size) for size in value.shape)


def _pairs(bench: Bench, written: dict[str, Surface]) -> Iterator[Pair]:
    for each in bench.model.forward:
        match each.body:
            case Call(function, (Variable(symbol),)) if function in _ACTIVATIONS:
                before, after = written.get(symbol.text), written.get(each.symbol.text)
                if before is not None and after is not None:
                    yield Pair(function, before, after, _head(bench, each.symbol.text))


def _head(bench: Bench, name: str) -> Surface | None:
    """How the function is written in the definition of a name."""
    for each in bench.session.definers.get(name, ()):
        for node in everywhere(each.tree):
            if isinstance(node, Name) and node.base in ("sigma", "phi", "g", "f", "psi"):
                return node
    return None


def _gradients(bench: Bench, written: dict[str, Surface]) -> Iterator[Gradient]:
    """The derivatives that the document writes, and the names that stand for some."""
    seen: set[str] = set()
    for claims in bench.session.instances.values():
        for side in claims[0].sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Fraction) and is_derivative(node):
                    below = variables(node.denominator)
                    if below and len(below) == 1 and latex(node) not in seen and len(seen) < 12:
                        seen.add(latex(node))
                        yield Gradient(node, below[0])
    for name, stem in bench.session.stems.items():
        if name in written and stem.text in written:
            yield Gradient(written[name], written[stem.text])


def _variable(left: Surface | None) -> Surface | None:
    if isinstance(left, Fraction) and is_derivative(left):
        below = variables(left.denominator)
        return below[0] if below else None
    return None


def _indices(bench: Bench) -> Iterator[str]:
    from ..notation.resolve import subscript_letters

    for side in bench.claim.sides:
        if side.tree is not None:
            yield from subscript_letters(side.tree)
