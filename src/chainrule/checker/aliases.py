"""A name that the document never defines in, the defined names that it may be another spelling of out.

One idea: two names for one thing share what stands below and above them, or look alike; and such a reading is only
taken where it makes a statement true, and always said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice, product

from ..notation.surface import Group, Name, Number, Scripted, Surface
from ..notation.symbols import Symbol, symbol_of
from .trees import rebuilt

_MOST = 24
_LOOK_ALIKE = (
    frozenset("oO0"), frozenset("l1I"), frozenset("uw"), frozenset("z2"), frozenset("nx"), frozenset("vν"),
    frozenset("ay"), frozenset("tT"), frozenset({"alpha", "a"}), frozenset({"omega", "w"}), frozenset({"eta", "n"}),
    frozenset({"rho", "p"}),
)  # fmt: skip
_ROLES = (frozenset("ahoyAHOY"),)  # letters that outputs of layers are called by


def candidates(symbol: Symbol, known: Mapping[str, Symbol]) -> list[Symbol]:
    """Defined names that a name may stand for, the likeliest first."""
    scored = [(score, text, other) for text, other in known.items() if (score := _score(symbol, other))]
    return [other for _, _, other in sorted(scored, key=_by_score)][:4]


def _by_score(scored: tuple[int, str, Symbol]) -> tuple[int, str]:
    return -scored[0], scored[1]


def _score(symbol: Symbol, other: Symbol) -> int:
    """How alike two names are; 0 for not at all."""
    if symbol == other:
        return 0
    below = _digits(symbol.subscript) == _digits(other.subscript)
    above = symbol.superscript == other.superscript
    same_marks = below and above and symbol.accents == other.accents
    if same_marks and symbol.base.lower() == other.base.lower():
        return 5
    if same_marks and any({symbol.base, other.base} <= each for each in _ROLES):
        return 4
    if same_marks and any({symbol.base, other.base} <= each for each in _LOOK_ALIKE):
        return 3
    if symbol.base == other.base and symbol.accents == other.accents and not symbol.subscript + symbol.superscript:
        return 2  # a, where only a^1 and a^2 are defined
    return 0


def _digits(script: str) -> str:
    return script.replace("o", "0").replace("O", "0").replace("l", "1")


def readings(unknown: list[Symbol], known: Mapping[str, Symbol]) -> Iterator[dict[str, Symbol]]:
    """Ways to read unknown names as known ones, all of them at once; at most a few."""
    choices = [candidates(each, known) for each in unknown]
    if not choices or not all(choices) or len(choices) > 3:
        return
    for chosen in islice(product(*choices), _MOST):
        yield {each.text: other for each, other in zip(unknown, chosen, strict=True)}


def renamed(node: Surface, names: Mapping[str, Symbol]) -> Surface:
    """The tree with names spelled as other names."""
    if isinstance(node, Name | Scripted) and (symbol := symbol_of(node)) is not None and symbol.text in names:
        return spelled(names[symbol.text], node)
    if isinstance(node, Scripted) and isinstance(node.body, Name):
        below = replace(node, superscripts=(), primes=0)
        inner = symbol_of(replace(below, subscript=None))
        if inner is not None and inner.text in names and node.subscript is not None and not node.superscripts:
            return replace(node, body=spelled(names[inner.text], node.body))
        return node  # a^3 is no a, whatever a is read as
    return rebuilt(node, lambda each: renamed(each, names))


def spelled(symbol: Symbol, at: Surface) -> Surface:
    """A name as a tree, at the place of another."""
    name: Surface = Name(symbol.base, at.span, symbol.accents, whole=len(symbol.base) > 1)
    if not (symbol.subscript or symbol.superscript):
        return name
    below = _script(symbol.subscript, at) if symbol.subscript else None
    above = (_script(symbol.superscript, at),) if symbol.superscript else ()
    return Scripted(name, below, above, 0, at.span)


def _script(text: str, at: Surface) -> Surface:
    if text[:1] in "([" and len(text) > 2:
        return Group(text[0], (_script(text[1:-1], at),), at.span)
    return Number(text, at.span) if text.isdecimal() else Name(text, at.span, whole=True)
