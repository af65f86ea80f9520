"""What a document says in words about its mathematics: facts, each with the words that it came from.

One idea: a fact is kept with its place, because the same name may mean something else under the next heading. Asked
about a statement, the nearest fact before it counts, under the same heading first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, TypeVar

from ..documents.pieces import Place

Size: TypeAlias = int | str | None  # a number, a letter or a short expression in letters; None: not said
Axis = Literal["", "rows", "columns"]


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of a fact as they stand, their place, paragraph and heading; `before` is the first statement after."""

    words: str
    place: Place
    block: int
    section: int
    before: int


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a name: `()` a number, `(None,)` a vector of unknown length. `lying` is how a vector lies."""

    name: str
    latex: str
    sizes: tuple[Size, ...]
    heard: Heard
    lying: Literal["", "row", "column"] = ""
    only: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Trait:
    """A property of a name, one of `TRAITS`; `holds` is false where it is denied.

    `along` says whether rows or columns have it; `only` the statements that it was said for, if not for all.
    """

    name: str
    latex: str
    what: str
    heard: Heard
    holds: bool = True
    along: Axis = ""
    only: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """What a name is, one of `ROLES`; of a derivative, `of` is the name it is taken by and `loss` what is derived."""

    name: str
    latex: str
    what: str
    heard: Heard
    of: str = ""
    loss: str = ""


@dataclass(frozen=True, slots=True)
class FunctionSaid:
    """The function that a name stands for. An empty name: an activation meant wherever none is written.

    `function` is one of `FUNCTIONS`; `where` is `output`, `hidden` or empty.
    """

    name: str
    latex: str
    function: str
    heard: Heard
    where: Literal["", "hidden", "output"] = ""


@dataclass(frozen=True, slots=True)
class Part:
    """`name`, with an index or none, is a row or a column of `whole`."""

    name: str
    latex: str
    whole: str
    axis: Literal["row", "column"]
    heard: Heard
    index: str = ""


@dataclass(frozen=True, slots=True)
class Same:
    """Two names of one thing (`what` is `name`), or two things of one shape (`what` is `shape`)."""

    name: str
    other: str
    what: Literal["name", "shape"]
    heard: Heard


@dataclass(frozen=True, slots=True)
class Convention:
    """A convention of the document or of what stands under one heading: `what` and `value` as in `CONVENTIONS`.

    `name` is the name that it was said of, if any.
    """

    what: str
    value: str
    heard: Heard
    name: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """What was said to hold for some statements: `relation` in LaTeX, and their numbers.

    `aside` is the number of the statement that is this condition itself. `span` is where it stands in the text of the
    one statement that carries it within itself: what is judged is the text without it.
    """

    relation: str
    how: Literal["case", "if", "for", "where", "at"]
    statements: tuple[int, ...]
    heard: Heard
    aside: int | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """The values that an index takes: from `first` to `last`, or exactly `values`. As spelled, in text form."""

    name: str
    latex: str
    first: str
    last: str
    heard: Heard
    values: tuple[str, ...] = ()
    aside: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of something: `of` is one of `COUNTED`; `name` the name whose parts are counted, if any."""

    size: int | str
    of: str
    heard: Heard
    name: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A list of names said to be an order of the computation. `holds` is false where it is said to be none."""

    names: tuple[str, ...]
    what: Literal["topological", "reverse"]
    holds: bool
    heard: Heard


@dataclass(frozen=True, slots=True)
class World:
    """From statement `first` on names have new values, as after an update."""

    first: int
    heard: Heard


@dataclass(frozen=True, slots=True)
class Remark:
    """What a statement is said to be: a `question` or `wrong`. Nothing is believed because of it."""

    what: Literal["question", "wrong"]
    statements: tuple[int, ...]
    heard: Heard


TRAITS = (
    "symmetric", "one-hot", "distribution", "sums to one", "positive", "nonnegative", "negative", "square",
    "orthogonal", "orthonormal columns", "diagonal", "invertible", "positive definite",
    "positive semidefinite", "integer", "constant", "unit", "binary", "signs", "identity", "nonzero", "antisymmetric",
    "lower triangular", "upper triangular", "in unit interval",
)  # fmt: skip
ROLES = (
    "upstream", "derivative", "target", "prediction", "input", "output", "loss", "weight", "bias", "learning rate",
    "logit", "pre-activation", "activation", "hidden state", "previous state", "regularisation", "residual", "mask",
    "noise", "layer number", "margin", "class", "parameter", "momentum", "score",
)  # fmt: skip
FUNCTIONS = (
    "sigmoid", "tanh", "relu", "identity", "softmax", "softplus", "leaky relu", "elu", "gelu", "silu", "sign", "exp",
    "log", "elementwise", "log softmax", "step", "sin", "cos", "square", "selu", "hard sigmoid",
)  # fmt: skip
COUNTED = (
    "examples", "features", "classes", "steps", "units", "layers", "rows", "columns", "tokens", "words", "heads",
    "channels", "samples",
)  # fmt: skip
CONVENTIONS: Mapping[str, tuple[str, ...]] = {
    "examples": ("rows", "columns"),
    "vectors": ("rows", "columns"),
    "layout": ("numerator", "denominator"),
    "gradients": ("rows", "columns", "shape of the variable"),
    "indices from": ("0", "1"),
    "outside": ("zero",),  # entries out of range; `name` if said of one
    "padding": ("zero", "none"),
    "stride": (),  # a number
    "kernel": ("not flipped", "flipped"),
    "kernel size": (),  # a number
    "superscript": ("layer", "example", "step"),
    "bracket superscript": ("layer", "example", "step"),
    "square bracket superscript": ("layer", "example", "step"),
    "subscript": ("layer", "example", "step"),
    "derivative names": (),  # the pattern with `*` for the name: `d*`, `\\bar{*}`, `\\delta *`, `\\nabla_{*}`, `G_*`
    "derivative names of the sum": (),  # the same, of the sum of the losses
    "star": ("elementwise", "matrix product", "convolution"),
    "circ": ("elementwise", "composition"),
    "odot": ("elementwise",),
    "dot": ("elementwise", "matrix product"),
    "log": ("natural", "2", "10"),
    "mean": ("at the parameters",),
    "softmax over": ("rows", "columns"),
    "statistics over": ("rows", "columns"),
    "angles": ("radians", "degrees"),
    "prime": ("derivative", "transpose", "name"),
    "functions": ("elementwise",),
    "partial": ("total", "local"),
}


class _Fact(Protocol):
    @property
    def heard(self) -> Heard: ...


_SomeFact = TypeVar("_SomeFact", bound=_Fact)


def nearest(facts: Sequence[_SomeFact], statement: int, section: int | None = None) -> _SomeFact | None:
    """The fact that counts for a statement: the last one before it under its heading, else the last one before it,
    else the first one after it."""
    before = [each for each in facts if each.heard.before <= statement]
    here = [each for each in before if each.heard.section == section]
    if here or before:
        return (here or before)[-1]
    return facts[0] if facts else None


@dataclass(frozen=True, slots=True)
class Said:
    """All facts of a document, in its order: by the text form of names, by what they are, by number of statement."""

    shapes: Mapping[str, tuple[Shape, ...]] = field(default_factory=dict)
    traits: Mapping[str, tuple[Trait, ...]] = field(default_factory=dict)
    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    functions: Mapping[str, tuple[FunctionSaid, ...]] = field(default_factory=dict)
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    same: tuple[Same, ...] = ()
    conventions: Mapping[str, tuple[Convention, ...]] = field(default_factory=dict)
    conditions: Mapping[int, tuple[Condition, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()
    orders: tuple[Order, ...] = ()
    worlds: tuple[World, ...] = ()
    remarks: tuple[Remark, ...] = ()
    asides: frozenset[int] = frozenset()  # statements that are conditions or ranges and claim nothing

    def shape(self, name: str, statement: int = 0, section: int | None = None) -> Shape | None:
        """The shape of a name where a statement stands."""
        fitting = [each for each in self.shapes.get(name, ()) if not each.only or statement in each.only]
        return nearest(fitting, statement, section)

    def trait(self, name: str, what: str, statement: int = 0, section: int | None = None) -> Trait | None:
        """What was said of a property of a name; `holds` says whether it was claimed or denied."""
        fitting = [
            each
            for each in self.traits.get(name, ())
            if each.what == what and (not each.only or statement in each.only)
        ]
        return nearest(fitting, statement, section)

    def role(self, name: str, statement: int = 0, section: int | None = None) -> Role | None:
        """What a name was said to be."""
        return nearest(self.roles.get(name, ()), statement, section)

    def function(self, name: str, statement: int = 0, section: int | None = None) -> FunctionSaid | None:
        """The function that a name was said to be; of the empty name: the activation meant everywhere."""
        return nearest(self.functions.get(name, ()), statement, section)

    def convention(self, what: str, statement: int = 0, section: int | None = None) -> Convention | None:
        """The convention that holds where a statement stands."""
        return nearest(self.conventions.get(what, ()), statement, section)
