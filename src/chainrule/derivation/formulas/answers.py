"""One answer: the forms of a derivative in, its formulas, steps and the expression that computes it out.

One idea: the layout only says in which order the free letters are read: a Jacobian with its output first is in
numerator layout, with its variable first in denominator layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...ir.coercion import as_node
from ...ir.library import reference
from ...ir.node import Node
from ...ops.entries import delta_op, entry_op, row
from ...ops.movement import broadcast
from ...ops.products import matmul_op
from ...transforms.simplify import simplify
from .compact import compile_form
from .conditions import INTO, OUT
from .forms import Form
from .gathering import gather
from .results import Answer, Layout, Step
from .spoken import Taken, entry_inside, speak_terms
from .terms import Letter
from .turning import Known, turned


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the letters of a derivative are called and read: those of the output (or of the first variables) come first.

    `first` is how many letters belong to the output. `label` is the left side: dL/dW, dy/dx, d2L/dx2.
    """

    label: str
    top: str
    below: tuple[str, ...]  # the variables
    axes: tuple[int, ...]  # how many letters each variable has
    first: int
    layout: Layout
    avoid: frozenset[str] = frozenset()  # letters that mean something else

    def names(self, free: Sequence[Letter]) -> dict[Letter, str]:
        """Letters of the variables from i, those of the output from k."""
        outer, inner = ("".join(letter for letter in alphabet if letter not in self.avoid) for alphabet in (OUT, INTO))
        called = [*first_letters(outer, self.first), *first_letters(inner, len(free) - self.first)]
        return dict(zip(free, called, strict=True))

    def left(self, free: Sequence[Letter]) -> str:
        """`dy_k/dx_i`: the entry that is meant."""
        names = self.names(free)
        own = [names[letter] for letter in free]
        top = _indexed(self.top, own[: self.first])
        rest = own[self.first :]
        entries = []
        for symbol, count in zip(self.below, self.axes, strict=True):
            entries.append(_indexed(symbol, rest[:count]))
            rest = rest[count:]
        if len(entries) == 1:
            return f"d{top}/d{entries[0]}"
        return f"d{len(entries)}{top}/{' '.join(f'd{each}' for each in entries)}"


def first_letters(alphabet: str, count: int) -> list[str]:
    """So many letters; numbered ones where the alphabet ends."""
    return [*alphabet[:count], *(f"{alphabet[0]}{number}" for number in range(1, count - len(alphabet) + 1))]


def _indexed(symbol: str, letters: Sequence[str]) -> str:
    if not letters:
        return symbol
    return f"{symbol}[{','.join(letters)}]" if "_" in symbol or "/" in symbol else f"{symbol}_{''.join(letters)}"


def matrix_of(form: Form, arrangement: Arrangement) -> tuple[Node | None, str]:
    """The matrix form of a derivative with at most two free letters, or why there is none."""
    if form.residues is None:
        return None, form.why
    if len(form.free) > 2:
        return None, f"it has {len(form.free)} indices, and a matrix has two"
    free = form.free
    if len(free) == 2 and arrangement.first == 1 and arrangement.layout is Layout.DENOMINATOR:
        free = (free[1], free[0])
    found = gather(form.residues, free, form.known)
    if arrangement.layout is Layout.NUMERATOR and not arrangement.first and len(arrangement.below) == 1:
        found = laid_out(found, form.known)
    return found, ""


def laid_out(gradient: Node, known: Known) -> Node:
    """The gradient of one number in numerator layout: a row for a vector, transposed for a matrix."""
    if gradient.ndim == 1:
        if gradient.op is matmul_op and gradient.inputs[0].ndim == 2 and gradient not in known.named:
            matrix, vector = gradient.inputs
            return matmul_op(row(vector), turned(matrix, known))  # type: ignore[no-any-return]
        return row(gradient)  # type: ignore[no-any-return]
    return turned(gradient, known) if gradient.ndim == 2 else gradient


def index_of(form: Form, names: Mapping[Letter, str]) -> Node:
    """The index form: the terms one by one, or the entry of the matrix form where common factors make that shorter."""
    plain = speak_terms(form.terms, names, form.manner)
    if form.residues is None or len(form.free) > 2 or len(form.terms) < 2:
        return plain
    at = [names[letter] for letter in form.free]
    taken = Taken({*at, *form.manner.avoid}, set())
    factored = entry_inside(gather(form.residues, form.free, form.known), at, form.manner.named, taken)
    return factored if count_entries(factored) < count_entries(plain) else plain


def count_entries(spoken: Node) -> int:
    """How many entries and deltas an index form is written with; a sum over an array that hides in a number is one."""
    if spoken.op in (entry_op, delta_op) or any(each.ndim for each in spoken.inputs):
        return 1
    return sum(count_entries(each) for each in spoken.inputs)


def working(form: Form, arrangement: Arrangement, rule: str, final: Node) -> tuple[Step, ...]:
    """The lines from the product of local derivatives to the index form, `final`: every pick of a delta said."""
    names = arrangement.names(form.free)
    left = arrangement.left(form.free)
    if not form.picked or _speaks_of_rows(form):
        return (Step(rule, left, final),)
    lines = [Step(rule, left, speak_terms(form.said, names, form.manner))]
    if final is not lines[0].expression:
        lines.append(Step(_said(form), "", final))
    return tuple(lines)


def _speaks_of_rows(form: Form) -> bool:
    """Whether places in a row of entries occur: they say more about reshaping than about the derivative."""
    return any(abs(weight) > 1 for term in form.said for each in term.relations for _, weight in each.weights)


def _said(form: Form) -> str:
    count = len(form.picked)
    return "the delta picks its index" if count == 1 else "the deltas pick their indices"


def zeros(shape: tuple[int, ...]) -> Node:
    """An array of zeros."""
    zero = as_node(reference().asarray(0.0))
    return broadcast(zero, shape=shape) if shape else zero


def zero_answer(arrangement: Arrangement, shape: tuple[int, ...]) -> Answer:
    """The answer where no path leads from the output to the variable."""
    nothing = zeros(shape)
    first = arrangement.first
    turned_round = len(shape) == 2 and first == 1 and arrangement.layout is Layout.DENOMINATOR
    matrix = zeros((shape[1], shape[0])) if turned_round else nothing
    return Answer(
        arrangement.label, arrangement.below, shape, (),
        (Step("no path leads back to it", arrangement.label, zeros(())),), zeros(()), matrix, None, nothing,
    )  # fmt: skip


def answer_from(
    form: Form, arrangement: Arrangement, *, inlined: Node | None, rule: str, fallback: Node | None,
    matrix: Node | None = None, as_product: Node | None = None,
) -> Answer:  # fmt: skip
    """The answer that a form gives. `matrix`: a shorter matrix form that was found; `fallback` computes the derivative
    where the form does not."""
    names = arrangement.names(form.free)
    found, why = matrix_of(form, arrangement)
    runs = compile_form(form, form.free)
    index = index_of(form, names)
    if runs is None and fallback is not None:
        runs = simplify(fallback)
    return Answer(
        arrangement.label, arrangement.below, tuple(letter.size for letter in form.free),
        tuple(names[letter] for letter in form.free), working(form, arrangement, rule, index), index,
        found if matrix is None else matrix, inlined, runs, why, as_product,
    )  # fmt: skip


def unread_answer(
    arrangement: Arrangement, shape: tuple[int, ...], expression: Node, why: str, *, as_product: Node | None = None
) -> Answer:
    """The answer where an op on the way has no index form: what the engine computes, as it stands.

    That is the derivative itself, or `as_product`, its product with a vector that has a name.
    """
    whole = expression if as_product is None else None
    return Answer(
        arrangement.label, arrangement.below, shape, (), (Step("the chain rule", arrangement.label, expression),),
        None, whole, None, whole, why, as_product,
    )  # fmt: skip
