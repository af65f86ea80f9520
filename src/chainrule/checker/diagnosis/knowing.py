"""A claim in, what may be put into it out.

One idea: a correction uses the names in scope as their author writes them, and how the document hangs them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ...notation.meaning import Call, Choice, Literal, Meaning, Variable
from ...notation.recognise import relu_argument
from ...notation.resolve import is_derivative, subscript_letters
from ...notation.surface import Fraction, Name, Scripted, Surface, children
from ...notation.symbols import Symbol, symbol_of
from ..bench import Bench
from ..edits import Gradient, Kind, Known, Pair, Quantity
from ..session import Session
from ..spelling import differential, variables
from ..trees import everywhere
from ..writing import latex

_PARAMETERS = frozenset({"w", "W", "b", "B", "U", "V", "v", "u", "theta", "beta", "gamma", "Theta"})
_TARGETS = frozenset({"y", "t", "Y", "T"})
_ACTIVATIONS = frozenset({"sigmoid", "tanh", "relu", "softmax", "softplus", "leaky_relu", "elu", "silu", "gelu"})
_MOST_GRADIENTS = 12


def known(bench: Bench, anchor: int) -> Known:
    """The names in scope and how they hang together."""
    written = spellings(bench.session)
    left = bench.claim.sides[anchor].tree
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
        tuple(names), pairs, tuple(_gradients(bench, written)), letters, sizes, left=left, variable=_variable(left),
        definitions=definitions[:6],
    )  # fmt: skip


def spellings(session: Session) -> dict[str, Surface]:
    """How each name is written, where it is first written; the `dx` below a derivative is no name."""
    if "spellings" not in session.kept:
        session.kept["spellings"] = _spellings(session)
    found: dict[str, Surface] = session.kept["spellings"]
    return found


def _spellings(session: Session) -> dict[str, Surface]:
    found: dict[str, Surface] = {}
    for claims in session.instances.values():
        for side in claims[0].sides:
            for node in _outside(side.tree) if side.tree is not None else ():
                if isinstance(node, Name | Scripted) and (symbol := symbol_of(node)) is not None:
                    found.setdefault(symbol.text, node)
    return found


def _outside(node: Surface) -> Iterator[Surface]:
    """The node and all below it; of a derivative what is differentiated, and by what."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Fraction) and is_derivative(current):
            above, below = differential(current.numerator), variables(current.denominator)
            inside: Iterable[Surface] = [*(below or ()), *([above.body] if above is not None and above.body else [])]
            pending.extend(inside)
            continue
        yield current
        pending.extend(reversed(list(children(current))))


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
        function, symbol = _applied(each.body)
        if symbol is not None:
            before, after = written.get(symbol.text), written.get(each.symbol.text)
            if before is not None and after is not None:
                yield Pair(function, before, after, _head(bench, each.symbol.text))


def _applied(body: Meaning) -> tuple[str, Symbol | None]:
    """The activation that a definition is, and of what; relu by its cases and as `max(0, z)` too."""
    match body:
        case Call(function, (Variable(symbol),)) if function in _ACTIVATIONS:
            return function, symbol
        case Call("max", (Literal(_, 0.0), Variable(symbol))) | Call("max", (Variable(symbol), Literal(_, 0.0))):
            return "relu", symbol
        case Choice():
            argument = relu_argument(body)
            return ("relu", argument.symbol) if isinstance(argument, Variable) else ("", None)
    return "", None


def _head(bench: Bench, name: str) -> Surface | None:
    """How the function is written in the definition of a name."""
    for each in bench.session.definers.get(name, ()):
        for node in everywhere(each.tree):
            if isinstance(node, Name) and node.base in ("sigma", "phi", "g", "f", "psi"):
                return node
    return None


def _gradients(bench: Bench, written: dict[str, Surface]) -> Iterator[Gradient]:
    """The derivatives that the document writes, and the names that stand for some."""
    kept = bench.session.kept
    if "gradients" not in kept:
        kept["gradients"] = list(islice(_written_gradients(bench.session), _MOST_GRADIENTS))
    yield from kept["gradients"]
    for name, stem in bench.session.stems.items():
        if name in written and stem.text in written:
            yield Gradient(written[name], written[stem.text])


def _written_gradients(session: Session) -> Iterator[Gradient]:
    seen: set[str] = set()
    for claims in session.instances.values():
        for side in claims[0].sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Fraction) and is_derivative(node):
                    below = variables(node.denominator)
                    if below and len(below) == 1 and latex(node) not in seen:
                        seen.add(latex(node))
                        yield Gradient(node, below[0])


def _variable(left: Surface | None) -> Surface | None:
    if isinstance(left, Fraction) and is_derivative(left):
        below = variables(left.denominator)
        return below[0] if below else None
    return None


def _indices(bench: Bench) -> Iterator[str]:
    for side in bench.claim.sides:
        if side.tree is not None:
            yield from subscript_letters(side.tree)
