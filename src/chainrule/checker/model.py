"""The definitions of a document in, the computation that they say out: a model, with what is still unknown in it.

One idea: each definition stands or falls alone. One that cannot be read leaves its name unknown, with the reason, and
everything that does not use the name is judged all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from ..notation.drafts import Role
from ..notation.entrywise import Around, mark
from ..notation.inline import inlined
from ..notation.meaning import (
    Definition,
    Entry,
    Index,
    Literal,
    Meaning,
    Member,
    Total,
    Variable,
    everything,
    is_member,
)  # fmt: skip
from ..notation.names import Scope
from ..notation.resolve import resolve
from ..notation.sizes import Size
from ..notation.surface import Surface
from ..notation.symbols import Symbol
from .atoms import MARK, Atoms
from .completing import with_limits, with_stand_ins
from .limits import INLINED


@dataclass(frozen=True, slots=True)
class Definer:
    """A statement that says what a name is: the side that says it, and what is bound on the left."""

    number: int
    symbol: Symbol
    tree: Surface
    indices: tuple[str, ...] = ()
    parameters: tuple[Symbol, ...] | None = None
    raised: bool = False
    role: Role = Role.FORMULA
    function: bool = False  # it defines a function and no name
    general: bool = False  # one of several that a statement about any layer or time gives


@dataclass(frozen=True, slots=True)
class Facts:
    """What the words of a document say: functions by name, shapes, and symbols that are names for certain."""

    functions: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, tuple[Size | None, ...]] = field(default_factory=dict)
    shape_places: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # the statement after, and the section
    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()  # single letters that are names
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # the numbers that an index takes
    traits: Mapping[str, frozenset[str]] = field(default_factory=dict)  # symmetric, one-hot, positive
    classes: frozenset[str] = frozenset()  # letters that stand for one fixed class
    bars: bool = False  # a bar means the derivative of the loss
    deltas: bool = False  # so does a delta before a name
    of_the_sum: frozenset[str] = frozenset()  # gradients of the sum of the losses where the loss is their mean
    columns: bool = False  # examples are columns
    rows: bool = False
    zero_based: bool = False  # entries are counted from 0
    numerator: bool = False  # gradients are rows


@dataclass(slots=True)
class Model:
    """The computation that a document defines.

    `forward` are definitions that the engine can differentiate, in an order in which each uses earlier ones; `derived`
    are those that speak of derivatives. `data`: values that the document gives. `problems`: names that stay unknown.
    """

    scope: Scope
    atoms: Atoms
    functions: dict[str, tuple[tuple[Symbol, ...], Meaning]]
    forward: tuple[Definition, ...]
    derived: dict[str, Meaning]
    inputs: tuple[Symbol, ...]
    data: dict[str, Meaning]
    shapes: dict[str, tuple[Size, ...]]
    problems: dict[str, str]
    sizes: frozenset[str]  # letters that are sizes
    loss: Symbol | None = None
    traits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stems: frozenset[str] = frozenset()  # names such as dW, which stand for gradients
    ranks: dict[str, int] = field(default_factory=dict)  # how many axes inputs have, where claims show it
    open_loss: Symbol | None = None  # a loss of which only its gradients are spoken of
    _kept: dict[str, tuple[Any, Any]] = field(default_factory=dict, init=False, repr=False)  # found, and made of what

    def read(self, tree: Surface, bound: tuple[str, ...] = ()) -> Meaning:
        """The meaning of a side. Raises ChainruleError where it has none."""
        found = resolve(tree, self.scope.within(bound) if bound else self.scope)
        return self.finished(found)

    def finished(self, meaning: Meaning) -> Meaning:
        """A meaning with the document's own functions put in and derivatives joined."""
        whole = inlined(meaning, self.functions, INLINED)
        return mark(self.atoms.joined(with_limits(with_stand_ins(whole), self.known)), Around.NOTHING)

    @property
    def known(self) -> frozenset[str]:
        """Names that have, or will be given, a value."""
        made_of = (self.forward, self.inputs, len(self.derived), self.open_loss)
        if "known" not in self._kept or not _alike(self._kept["known"][0], made_of):
            names = {each.symbol.text for each in self.forward} | {each.text for each in self.inputs}
            names |= set(self.derived) | ({self.open_loss.text} if self.open_loss else set())
            self._kept["known"] = made_of, frozenset(names)
        found: frozenset[str] = self._kept["known"][1]
        return found

    def ends(self) -> list[str]:
        """The names that no definition uses."""
        found: list[str] = self._once("ends", self._ends)
        return found

    def has_numbered_windows(self) -> bool:
        """Whether a definition slides as in `x_{i+k-1}`, which says that entries are counted from 1."""
        found: bool = self._once("windows", lambda: any(map(_is_window, self._parts())))
        return found

    def _once(self, what: str, find: Callable[[], Any]) -> Any:
        """Something found in the definitions, found anew only when they are others."""
        if what not in self._kept or self._kept[what][0] is not self.forward:
            self._kept[what] = self.forward, find()
        return self._kept[what][1]

    def _parts(self) -> Iterator[Meaning]:
        return chain.from_iterable(everything(each.body) for each in self.forward)

    def _ends(self) -> list[str]:
        used = {found.symbol.text for each in self.forward for found in names_in(each.body)}
        used |= {name for each in self.forward for name in members_in(each.body, self)}
        return [each.symbol.text for each in self.forward if each.symbol.text not in used]


def _alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(
        left is right or (isinstance(left, int) and left == right) for left, right in zip(one, other, strict=True)
    )


def inputs_of(definitions: list[Definition], model: Model) -> list[Symbol]:
    """Names that are used and not defined, in the order of the text; families of names with all their members."""
    defined = {each.symbol.text for each in definitions}
    found: dict[str, Symbol] = {}
    for definition in definitions:
        for each in everything(definition.body):
            if isinstance(each, Variable):
                found.setdefault(each.symbol.text, each.symbol)
        for name in members_in(definition.body, model):
            found.setdefault(name, model.scope.declared[name])
    return [each for name, each in found.items() if name not in defined and name not in model.sizes]


def members_in(body: Meaning, model: Model) -> list[str]:
    """The names that the families in a definition have."""
    families = {each.family for each in everything(body) if isinstance(each, Member)}
    return [name for name in model.scope.declared if any(is_member(name, family) for family in families)]


def names_in(meaning: Meaning) -> list[Variable]:
    """Every name in a meaning, derivatives aside."""
    return [
        each for each in everything(meaning)
        if isinstance(each, Variable) and not each.symbol.text.startswith((MARK, "·"))
    ]  # fmt: skip


def _is_window(node: Meaning) -> bool:
    return isinstance(node, Entry) and any(
        isinstance(each, Total)
        and sum(isinstance(term, Index) for _, term in each.terms) > 1
        and any(isinstance(term, Literal) for _, term in each.terms)
        for each in node.indices
    )
