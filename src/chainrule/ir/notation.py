"""How an op is written: templates and binding strengths as data; brackets belong to the renderer.

One idea: an op says `{0} + {1}` and how strongly that binds; whoever prints it decides where brackets are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Strength(IntEnum):
    """How strongly a form holds together, weakest first."""

    LOOSEST = 0
    COMPARISON = 10
    SUM = 20
    HADAMARD = 28  # looser than a product: W^T (u ⊙ v) needs its brackets
    PRODUCT = 30
    PREFIX = 35
    POWER = 40
    POSTFIX = 45
    ATOM = 50


@dataclass(frozen=True, slots=True)
class Form:
    """A template with `{0}`, `{1}` for operands, its own strength, and the strength each operand must have.

    An operand weaker than its demand is bracketed. Operands past the last demand take the last one.
    """

    template: str
    strength: int = Strength.ATOM
    demands: tuple[int, ...] = (Strength.LOOSEST,)

    def demand(self, slot: int) -> int:
        return self.demands[min(slot, len(self.demands) - 1)]


@dataclass(frozen=True, slots=True)
class Notation:
    """The three spellings of an op: plain text, LaTeX, and NumPy code.

    `exact` is the code that runs, where the one that is read differs from the kernel at a few points.
    """

    text: Form
    latex: Form
    code: Form
    exact: Form | None = None


def function(name: str, latex: str | None = None, code: str | None = None) -> Notation:
    """`name(x)`, as `\\name(x)` in LaTeX and `np.name(x)` in code unless said otherwise."""
    return call(name, 1, code, latex)


def call(name: str, arguments: int, code: str | None = None, latex: str | None = None) -> Notation:
    """`name(x, y)` with several arguments."""
    slots = ", ".join(f"{{{slot}}}" for slot in range(arguments))
    spelled = (latex or f"\\operatorname{{{name}}}").replace("{", "{{").replace("}", "}}")
    return Notation(Form(f"{name}({slots})"), Form(f"{spelled}({slots})"), Form(f"{code or f'np.{name}'}({slots})"))


def infix(text: str, latex: str, code: str, strength: int, *, associative: bool = True, in_code: int = 0) -> Notation:
    """`x op y`; the right operand of a non-associative sign is bracketed when it is of the same strength.

    `in_code` is the strength of the sign in Python where it is another than in mathematics.
    """
    demands = (strength, strength if associative else strength + 1)
    coded = in_code or strength
    strict = (coded, coded + 1)  # floating-point sums are not associative: code keeps the order that ran
    return Notation(
        Form(f"{{0}}{text}{{1}}", strength, demands),
        Form(f"{{0}}{latex}{{1}}", strength, demands),
        Form(f"{{0}} {code} {{1}}", coded, strict),
    )
