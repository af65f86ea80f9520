"""What an author may have meant: the names in scope and how they hang together, for those who look for a slip.

One idea: an edit puts in only what the author has written somewhere, in the author's own letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ...notation.surface import Surface


class Kind(Enum):
    """What a name is in a network."""

    PARAMETER = "parameter"
    ACTIVATION = "activation"
    PRE_ACTIVATION = "pre-activation"
    INPUT = "input"
    TARGET = "target"
    OUTPUT = "output"
    NUMBER = "number"  # a rate, a size, a constant


@dataclass(frozen=True, slots=True)
class Quantity:
    r"""A name in scope, as its author writes it: `\hat y`, `W^{(1)}`. No shape: nobody knows; an empty one: a number.

    `aliases` are other spellings of the same thing, which an edit recognises but does not write.
    """

    written: Surface
    kind: Kind = Kind.NUMBER
    shape: tuple[str, ...] | None = None
    aliases: tuple[Surface, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    r"""An activation and what it is an activation of: `a`, `z` and the function, with its head as written (`\sigma`).

    `after` is missing where the activation has no name. `function` is sigmoid, tanh, relu, softmax or a word of the
    author's own.
    """

    function: str
    before: Surface
    after: Surface | None = None
    head: Surface | None = None


@dataclass(frozen=True, slots=True)
class Gradient:
    r"""The name of a derivative that has been worked out, `\frac{\partial L}{\partial z}` or `\delta`, and of what."""

    written: Surface
    of: Surface
    shape: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that an edit may put in.

    `variable` is what the left side differentiates by, `left` that side itself; `definitions` are the right sides that
    the statement differentiates: what stands in them is likelier than what stands elsewhere on the page.
    """

    names: tuple[Quantity, ...] = ()
    pairs: tuple[Pair, ...] = ()
    gradients: tuple[Gradient, ...] = ()
    indices: tuple[str, ...] = ()
    sizes: tuple[Surface, ...] = ()
    functions: frozenset[str] = frozenset()  # letters that the author uses as functions, besides the usual words
    left: Surface | None = None
    variable: Surface | None = None
    definitions: tuple[Surface, ...] = ()
    transpose: str = "T"  # or ⊤
