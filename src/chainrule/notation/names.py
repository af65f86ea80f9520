"""Letters in, names out: which run of letters is one name, which is several side by side, and what has been declared.

One idea: declarations decide. `qz` is q times z when q and z are declared and qz is not; whatever had to be decided is
noted as a `Reading`, to be said aloud.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..errors import TextSpan
from . import alphabet
from .functions import function_named
from .meaning import Meaning, Reading
from .surface import Name, Scripted, Surface
from .symbols import Symbol, symbol_of

_LIKELY_VARIABLES = frozenset("abcuvwxyzABCUVWXYZ")
_CONSTANT_WORDS = frozenset({"inf", "nan"})
_TWICE = re.compile(r"(?<!\S)o o(?!\S)")
_LONGEST_RUN = 64  # letters; a longer run is one name, however it could be cut


@dataclass(slots=True)
class Scope:
    """What is known while a statement is resolved, and the readings noted so far."""

    resolve: Callable[[Surface, Scope], Meaning]
    declared: Mapping[str, Symbol]
    own: Mapping[str, int]  # functions that the text defines, and how many arguments they take
    bindings: Mapping[str, str]  # f = sigmoid
    arrays: frozenset[str] = frozenset()  # names known to have axes
    alone: frozenset[str] = frozenset()  # single letters that stand alone somewhere
    bound: tuple[str, ...] = ()
    raised: frozenset[str] = frozenset()  # indices that a left side carries above: `n^i = ...`
    nested: int = 0  # functions without brackets inside one another
    families: frozenset[str] = frozenset()  # the arrays defined so; a number above them counts entries
    latex: bool = False
    readings: list[Reading] = field(default_factory=list)
    derivative: Callable[[Surface, Scope], Meaning] | None = None  # what a derivative means; None: it means nothing
    alike: dict[str, list[Symbol]] = field(default_factory=dict)  # declared names by their spelling without marks
    read: dict[tuple[object, ...], tuple[Surface, Meaning]] | None = None  # what branches mean that were met before

    def __post_init__(self) -> None:
        if not self.alike:
            for symbol in self.declared.values():
                self.alike.setdefault(_bare(symbol), []).append(symbol)

    def note(self, written: str, read_as: str, span: TextSpan) -> None:
        """Say aloud how something was read. Once is enough, and what is read alike is said together."""
        for place, each in enumerate(self.readings):
            if each.read_as == read_as:
                if written not in each.written.split(", "):
                    self.readings[place] = replace(each, written=f"{each.written}, {written}")
                return
        self.readings.append(Reading(written, read_as, span))

    def within(self, indices: tuple[str, ...]) -> Scope:
        """The scope under a sum sign."""
        return replace(self, bound=(*self.bound, *indices))

    def find(self, symbol: Symbol, span: TextSpan) -> Symbol | None:
        """The declared name that this spelling means: itself, or the only one that differs in marks of a script."""
        if symbol.text in self.declared:
            return self.declared[symbol.text]
        alike = self.alike.get(_bare(symbol), [])
        if len(alike) != 1:
            return None
        self.note(symbol.text, alike[0].text, span)
        return alike[0]


def _bare(symbol: Symbol) -> str:
    """The spelling without the marks of a subscript: `W1` and `W_1` look alike. A superscript is not a subscript."""
    return symbol.text.replace("_", "").replace("{", "").replace("}", "")


# Splitting runs of letters ------------------------------------------
def expand(factors: tuple[tuple[str, Surface], ...], scope: Scope) -> list[tuple[str, Surface]]:
    """The factors, with runs of letters that stand for several names taken apart. Scripts stay with the last name."""
    found: list[tuple[str, Surface]] = []
    signs: list[str] = []
    for place in range(len(factors)):
        after_sign = bool(signs and signs[-1])
        signs.append("" if after_sign else _sign_in_letters(factors, place, scope))
    for place, (sign, node) in enumerate(factors):
        if signs[place]:
            continue
        if found and place and signs[place - 1]:
            sign = signs[place - 1]
        parts = _parts(node, scope)
        found.append((sign, parts[0]))
        found.extend(("", part) for part in parts[1:])
    return found


_SIGNS_IN_LETTERS = {"o": ("⊙", "the product entry by entry"), "kron": ("⊗", "the Kronecker product")}


def _sign_in_letters(factors: tuple[tuple[str, Surface], ...], place: int, scope: Scope) -> str:
    """`u o v`, `A kron B`: the letters between spaces, where nothing is called so. A gate called o stands beside one:
    with `o o tanh(c)` in the text, an o between two factors is a sign."""
    node = factors[place][1]
    if not (isinstance(node, Name) and node.base in _SIGNS_IN_LETTERS and 0 < place < len(factors) - 1) or node.accents:
        return ""
    text, span = node.span.text, node.span
    spaced = text[span.start - 1 : span.start].isspace() and text[span.stop : span.stop + 1].isspace()
    called = node.base in scope.declared and _TWICE.search(text) is None
    if not spaced or factors[place][0] or factors[place + 1][0] or called:
        return ""
    sign, read_as = _SIGNS_IN_LETTERS[node.base]
    scope.note(node.base, read_as, span)
    return sign


def _parts(node: Surface, scope: Scope) -> list[Surface]:
    body = node.body if isinstance(node, Scripted) else node
    if not isinstance(body, Name) or body.whole or body.accents or is_declared(node, scope):
        return [node]
    if isinstance(node, Scripted) and _is_word_with_subscript(body, node):
        return [node]
    words = pieces(body.base, scope, scripted=node is not body)
    if len(words) == 1:
        return [node]
    scope.note(body.base, " ".join(words) + ", a product", body.span)
    start = body.span.start
    names: list[Surface] = []
    for word in words:
        names.append(Name(word, TextSpan(body.span.text, start, start + len(word))))
        start += len(word)
    if isinstance(node, Scripted):
        last = names[-1]
        names[-1] = replace(node, body=last, span=TextSpan(node.span.text, last.span.start, node.span.stop))
    return names


def _is_word_with_subscript(body: Name, node: Scripted) -> bool:
    """`net_h1`, `out_o1`: a word of small letters with a subscript is a name."""
    return node.subscript is not None and len(body.base) > 2 and body.base.islower()


def is_declared(node: Surface, scope: Scope) -> bool:
    """Whether a node, with or without its scripts, spells a declared name."""
    symbol = symbol_of(node)
    if symbol is None:
        return False
    bare = replace(symbol, superscript="", primes=0)
    if any(each.text in scope.declared for each in (symbol, bare, bare.without_subscript())):
        return True
    cuts = range(1, len(bare.subscript)) if bare.subscript.isdecimal() else ()
    return any(replace(bare, subscript=bare.subscript[:cut]).text in scope.declared for cut in cuts)  # a_21 of a_2


def pieces(word: str, scope: Scope, *, scripted: bool = False) -> list[str]:
    """The names that a run of letters stands for. `xx` is one name, but x x^T (`scripted`) is a product."""
    if len(word) == 1 or len(word) > _LONGEST_RUN or not word.isalpha() or _is_one_name(word, scope):
        return [word]
    declared = {name for name in scope.declared if name.isalpha()} | set(scope.bound) | set(scope.own) | scope.alone
    doubled = len(set(word)) < len(word) and not scripted
    if (found := _cut(word, declared)) and not doubled:
        return found
    if len(word) == 2:
        differential = word[0] == "d" and not {"d"} & (declared | scope.alone)
        return [word] if differential or doubled else list(word)
    likely = all(letter in _LIKELY_VARIABLES for letter in word) and not doubled
    matrices = word[:-1].isupper() and word[-1].islower() and len(word) <= 4
    return list(word) if likely or matrices else [word]


def _is_one_name(word: str, scope: Scope) -> bool:
    stem = Symbol(word)
    accented = symbol_of(Name(word, TextSpan(word, 0, len(word)))) != stem
    return (
        word in scope.declared or word in scope.own or word in scope.bindings or word in alphabet.GREEK
        or function_named(word) is not None or word in _CONSTANT_WORDS or accented
    )  # fmt: skip


def _cut(word: str, known: set[str]) -> list[str]:
    """The word as the fewest known names, or nothing."""
    best: list[list[str] | None] = [[]] + [None] * len(word)
    for stop in range(1, len(word) + 1):
        for start in range(stop):
            before = best[start]
            if before is not None and word[start:stop] in known:
                longer = [*before, word[start:stop]]
                current = best[stop]
                if current is None or len(longer) < len(current):
                    best[stop] = longer
    return best[-1] or []
