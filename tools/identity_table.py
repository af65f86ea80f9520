"""Identities of matrix calculus: the tables of tools/identities in, numbers to compare a derived formula with out.

One idea: a textbook's form is a formula like any other, so it is read by `chainrule.parse` and evaluated at random
points, as are the statement, its gradient by the engine, its differences, and the derived formula itself. Every size is
another number, so that a transpose too many or too few cannot go unseen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from chainrule import api
from chainrule.errors import ChainruleError, ShapeError
from chainrule.notation.shapes import read_shapes
from chainrule.renderers.formula import Pen
from chainrule.renderers.formulas import Formulas
from chainrule.renderers.styles import TEXT

Array: TypeAlias = NDArray[np.float64]
FOLDER = Path(__file__).resolve().parent / "identities"
# The order of the document, which is that of a course.
SECTIONS = (
    "linear-forms", "quadratic-forms", "traces", "traces-second-order", "traces-higher-order", "determinants",
    "inverses", "norms", "entry-by-entry", "hadamard", "outer-products", "least-squares", "likelihoods", "neural-nets",
    "hessians", "jacobians", "matrices-by-matrices", "unspecified",
)  # fmt: skip
# What an unspecified function is while numbers are computed, with its derivatives.
SPECIFIED = {
    "f": ("sin({0})", "cos({0})", "(-sin({0}))"),
    "g": ("tanh({0})", "(1 - tanh({0})^2)", "(-2 tanh({0}) (1 - tanh({0})^2))"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """One row of the tables. Names are separated by commas, as on the command line.

    `textbook` is the textbook's form in plain notation; where the derivative has more axes than a matrix, `entries` is
    its form in index notation, and `terms` the same as sums of products: a number, the indices as einsum writes them
    (the derivative's last), and the factors. `1_n` and `I_n` are a vector of ones and an identity of size n.
    """

    key: str
    statement: str
    shapes: str
    wrt: str
    source: str
    textbook: str = ""
    entries: str = ""
    terms: tuple[tuple[Any, ...], ...] = ()
    order: int = 1
    layout: str = "denominator"
    symmetric: str = ""
    positive: str = ""
    signs: str = ""
    # What the point of comparison must be like, beyond what is declared to the derivation.
    sums_to_one: str = ""
    large: str = ""
    unit: str = ""
    tall: str = ""
    wide: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def variables(self) -> tuple[str, ...]:
        return split(self.wrt)

    @property
    def form(self) -> str:
        """The textbook's form as a book prints it: sizes of ones and identities are left to the reader."""
        return re.sub(r"\b1_\w\b", "𝟏", re.sub(r"\bI_\w\b", "I", self.textbook or self.entries))


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A table of identities; `slug` names its file and its page."""

    slug: str
    title: str
    identities: tuple[Identity, ...]


def split(names: str) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(each.strip() for each in names.split(",") if each.strip())


@cache
def sections() -> tuple[Section, ...]:
    """All tables, in order."""
    return tuple(_read(slug) for slug in SECTIONS)


def identities() -> tuple[Identity, ...]:
    """All identities, in order."""
    return tuple(each for section in sections() for each in section.identities)


def _read(slug: str) -> Section:
    table = tomllib.loads((FOLDER / f"{slug}.toml").read_text(encoding="utf-8"))
    return Section(slug, table["title"], tuple(_identity(each) for each in table["identity"]))


def _identity(row: dict[str, Any]) -> Identity:
    return Identity(**{**row, "terms": tuple(map(tuple, row.get("terms", ())))})


@cache
def derive(identity: Identity) -> Formulas:
    """The formulas, by the public verb, which compares them with the engine before it returns."""
    return api.derive(
        identity.statement, wrt=identity.variables, shapes=identity.shapes, order=identity.order,
        layout=identity.layout, symmetric=split(identity.symmetric), positive=split(identity.positive),
        signs=split(identity.signs),
    )  # fmt: skip


def command(identity: Identity) -> str:
    """The command that prints the page of an identity."""
    words = [f'chainrule derive "{identity.statement}"', f"--wrt {identity.wrt}", f'--shapes "{identity.shapes}"']
    if identity.order != 1:
        words.append(f"--order {identity.order}")
    if identity.layout != "denominator":
        words.append(f"--layout {identity.layout}")
    for option in ("symmetric", "positive", "signs"):
        if names := split(getattr(identity, option)):
            words.append(f"--{option} {','.join(names)}")
    return " ".join(words)


# Forms ----------------------------------------------------------------------------------------------------------------
class Form(Enum):
    """How the derived formula and the textbook's look beside each other; the value is what the document says."""

    SAME = "the same"
    ORDER = "the same, in another order"
    OTHER = "another form"


def formula(identity: Identity) -> str:
    """The derived formula on one line, with the names of its page."""
    return derive(identity).formula(asked(identity))


def written_out(identity: Identity) -> str:
    """The derived formula in the names of the inputs, as far as that stays readable."""
    return derive(identity).inlined(asked(identity)) or formula(identity)


def remaining(identity: Identity) -> dict[str, str]:
    """The names that are left in it, and what they stand for."""
    text = written_out(identity)
    return {name: meaning for name, meaning in derive(identity).definitions.items() if _name(name).search(text)}


def in_inputs(identity: Identity) -> str:
    """The derived formula in nothing but the names of the inputs."""
    text = written_out(identity)
    for name, meaning in reversed(derive(identity).definitions.items()):
        text = _name(name).sub(f"({meaning})", text)
    return text


def _name(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/]){re.escape(name)}(?![\w/(])")


def asked(identity: Identity) -> str | None:
    """Which of several derivatives is meant: of a mixed second derivative the mixed one."""
    return ",".join(identity.variables) if len(identity.variables) > 1 else None


def form(identity: Identity) -> Form:
    """Whether the derived formula is written as in the textbook. Both are read and printed again before."""
    book = _printed_again(identity, identity.form)
    found = [_printed_again(identity, each) for each in {formula(identity), written_out(identity)}]
    if book in found:
        return Form.SAME
    return Form.ORDER if _signs(book) in map(_signs, found) else Form.OTHER


def _signs(text: str) -> list[str]:
    """The names, numbers and signs of a formula, whatever their order. What it is worth is compared elsewhere."""
    return sorted(re.findall(r"\w+|\S", text))


def _printed_again(identity: Identity, text: str) -> str:
    shapes = read_shapes(identity.shapes)
    used = {name: shapes[name] for name in re.findall(r"[A-Za-z]\w*", text) if name in shapes}
    try:
        parsed = api.parse(text, shapes=used)
    except ChainruleError:  # in index form letters stand for themselves
        return text
    names = {node: name for node, name in parsed.graph.names.items() if name in parsed.inputs}
    return Pen(names, TEXT, sizes=parsed.sizes).write(parsed.graph.outputs[0])


# A point --------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Values for every name of an identity, and the number that each letter of its shapes stands for."""

    values: Mapping[str, Array]
    sizes: Mapping[str, int]


@cache
def point(identity: Identity, number: int = 0) -> Point:
    """A random point that depends on nothing but the key and a number."""
    random = np.random.default_rng([crc32(identity.key.encode()), number])
    shapes = read_shapes(identity.shapes)
    sizes = _sizes(identity, shapes, random)
    return Point({name: _value(identity, name, [sizes[str(each)] for each in shape], random)
                  for name, shape in shapes.items()}, sizes)  # fmt: skip


def _sizes(identity: Identity, shapes: Mapping[str, Any], random: np.random.Generator) -> dict[str, int]:
    """A number of its own for each letter. Of a tall matrix there are more rows, or X^T X has no inverse."""
    letters = sorted({str(letter) for shape in shapes.values() for letter in shape})
    sizes = dict(zip(letters, map(int, random.permutation(range(3, 3 + len(letters)))), strict=True))
    for name in (*split(identity.tall), *split(identity.wide)):
        rows, columns = map(str, shapes[name])
        if (sizes[rows] > sizes[columns]) is (name in split(identity.wide)):
            sizes[rows], sizes[columns] = sizes[columns], sizes[rows]
    return sizes | dict(identity.sizes)


def _value(identity: Identity, name: str, shape: list[int], random: np.random.Generator) -> Array:
    value: Array = random.uniform(0.2, 1.0, shape) * random.choice([-1.0, 1.0], shape)
    if len(shape) == 2 and shape[0] == shape[1]:
        value += 2 * np.sqrt(shape[0]) * np.eye(shape[0])  # far from singular, and with a positive determinant
    if name in split(identity.symmetric):
        value = (value + value.T) / 2
    if name in split(f"{identity.positive},{identity.sums_to_one}"):
        value = abs(value)
    if name in split(identity.sums_to_one):
        value = value / value.sum()
    if name in split(identity.signs):
        value = np.sign(value)
    if name in split(identity.unit):
        value = random.uniform(0.2, 0.8, shape)
    return value + 8 if name in split(identity.large) else value


# Values ---------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """A formula as a function of arrays, and the arrays of a point that it takes."""

    function: Callable[..., Any]
    names: tuple[str, ...]
    arguments: tuple[Array, ...]


def read(text: str, where: Point) -> Computed:
    """A formula at a point. Letters for sizes become numbers, and unspecified functions become known ones."""
    written = re.sub(r"\b1_(\w)\b", r"ones_\1", with_functions(text))
    values = dict(where.values)
    for letter, size in where.sizes.items():
        values |= {f"ones_{letter}": np.ones(size), f"I_{letter}": np.eye(size)}
        if letter not in values:
            written = re.sub(rf"\b{letter}\b", str(size), written)
    used = [name for name in dict.fromkeys(re.findall(r"[A-Za-z]\w*", written)) if name in values]
    parsed = api.parse(written, shapes={name: values[name].shape for name in used})
    return Computed(parsed, parsed.inputs, tuple(values[name] for name in parsed.inputs))


def with_functions(text: str) -> str:
    """A formula with f(..), f'(..) and f''(..) written as the functions of SPECIFIED, and g likewise."""
    calls = list(re.finditer(r"\b([fg])('{0,2})\(", text))
    if not calls:
        return text
    found = calls[-1]  # which has no other inside its brackets
    depth, stop = 1, found.end()
    while depth:
        depth += {"(": 1, ")": -1}.get(text[stop], 0)
        stop += 1
    known = SPECIFIED[found[1]][len(found[2])].format(text[found.end() : stop - 1])
    return with_functions(text[: found.start()] + known + text[stop:])


def evaluate(text: str, where: Point) -> Array:
    """The value of a formula."""
    computed = read(text, where)
    return np.asarray(computed.function(*computed.arguments), dtype=np.float64)


@cache
def engine(identity: Identity, where: Point) -> Array:
    """The derivative by the engine, in float64: axes of the output first, as a Jacobian has them."""
    computed = read(identity.statement, where)
    return np.asarray(_derivative(identity, computed)(*computed.arguments))


def _derivative(identity: Identity, computed: Computed) -> Callable[..., Any]:
    first, last = (computed.names.index(name) for name in (identity.variables[0], identity.variables[-1]))
    if identity.order == 2:
        return api.jacobian(api.grad(computed.function, first), last)
    return api.jacobian(computed.function, first)


def derived(identity: Identity, where: Point) -> Array:
    """The derived formula, computed: axes of the output first, whatever the layout."""
    found = derive(identity).function(**where.values)
    return np.asarray(found[identity.wrt] if isinstance(found, dict) else found)


def printed(identity: Identity, where: Point) -> Array:
    """What is printed, read back and evaluated, arranged as the layout of the identity says.

    How large a vector of ones or an identity is goes without saying: it is as large as what stands around it.
    """
    shape = arranged(identity, engine(identity, where), where).shape
    pieces = re.split(r"(𝟏|\bI\b)", in_inputs(identity))
    units = pieces[1::2]
    for letters in product(where.sizes, repeat=len(units)):
        pieces[1::2] = [f"{'1' if unit == '𝟏' else 'I'}_{letter}" for unit, letter in zip(units, letters, strict=True)]
        try:
            value = evaluate("".join(pieces), where)
        except ShapeError:
            continue
        if value.shape == shape or value.ndim < len(shape):
            return value
    raise ShapeError(given=in_inputs(identity), expected=f"a formula of shape {shape}", remedy="give ones their sizes")


def differences(identity: Identity, where: Point, direction: Array, step: float = 1e-5) -> Array:
    """What a step in a direction changes, by central differences: of the formula, or of its gradient for a Hessian."""
    computed = read(identity.statement, where)
    place = computed.names.index(identity.variables[-1])
    function = computed.function
    if identity.order == 2:
        function = api.grad(function, computed.names.index(identity.variables[0]))

    def moved(by: float) -> Array:
        arguments = list(computed.arguments)
        arguments[place] = arguments[place] + by * direction
        return np.asarray(function(*arguments))

    return (moved(step) - moved(-step)) / (2 * step)


def textbook(identity: Identity, where: Point) -> Array:
    """The textbook's form, arranged as the layout of the identity says."""
    if not identity.terms:
        return evaluate(identity.textbook, where)
    return _total([
        number * np.einsum(indices, *(evaluate(factor, where) for factor in factors))
        for number, indices, *factors in identity.terms
    ])  # fmt: skip


def _total(parts: Sequence[Array]) -> Array:
    return np.asarray(sum(parts[1:], parts[0]))


def arranged(identity: Identity, derivative: Array, where: Point) -> Array:
    """A derivative with the axes of the output first, as the layout of the identity has it."""
    outputs = derivative.ndim - sum(where.values[name].ndim for name in identity.variables)
    turns = (
        identity.layout == "denominator"
        if outputs == 1 and derivative.ndim == 2
        else (identity.layout == "numerator" and derivative.ndim == 2 and identity.order == 1)
    )
    return derivative.T if turns else derivative


def agree(first: Array, second: Array, tolerance: float = 1e-9) -> bool:
    """Whether two results are equal up to rounding. A row may be written as a vector, and equal entries as a number."""
    if first.ndim == 0 or second.ndim == 0:
        shape = np.broadcast_shapes(first.shape, second.shape)
        first, second = np.broadcast_to(first, shape), np.broadcast_to(second, shape)
    if first.size != second.size or (first.ndim == second.ndim and first.shape != second.shape):
        return False
    scale = max(1.0, float(np.max(abs(second), initial=0)))
    return bool(np.allclose(first.ravel(), second.ravel(), rtol=0, atol=tolerance * scale))
