"""Random material for derived formulas: a seed in, sums in index notation and small programs out.

One idea: what is drawn knows how to say what it is worth by other means than the code under test: a term by `np.einsum`
over its definition, a program by running as the Python function it is written as.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule import ops
from chainrule.derivation.formulas.terms import Factor, Letter, Relation, Term, equal, fresh, relation
from chainrule.derivation.formulas.turning import Known
from chainrule.ir.node import Node

Array: TypeAlias = NDArray[np.float64]


# Terms ---------------------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Pool:
    """Arrays that terms are made of, with their values; some matrices are their own transpose."""

    random: np.random.Generator
    values: dict[Node, Array] = field(default_factory=dict)
    symmetric: set[Node] = field(default_factory=set)

    def array(self, shape: tuple[int, ...]) -> Node:
        """An array of this shape: mostly one that is there, else a new one."""
        there = [node for node in self.values if node.shape == shape]
        if there and self.random.random() < 0.6:
            return there[self.random.integers(len(there))]
        node = ops.input_node(shape, np.dtype(float))
        value = self.random.uniform(0.5, 1.5, shape)
        if len(shape) == 2 and shape[0] == shape[1] and self.random.random() < 0.3:
            value = (value + value.T) / 2
            self.symmetric.add(node)
        self.values[node] = value
        return node

    @property
    def known(self) -> Known:
        return Known(frozenset(self.symmetric), frozenset(self.values))


def random_letters(random: np.random.Generator, most: int) -> list[Letter]:
    """Letters of sizes that are not all the same."""
    return [fresh(int(random.integers(2, 5))) for _ in range(random.integers(1, most + 1))]


def random_term(pool: Pool, free: Sequence[Letter], most_factors: int, most_axes: int = 2) -> Term:
    """1 to `most_factors` entries of arrays, beside a few deltas and, now and then, a condition of another kind."""
    random = pool.random
    inner = random_letters(random, 4)
    letters = [*free, *inner]
    factors = tuple(_random_factor(pool, letters, most_axes) for _ in range(random.integers(1, most_factors + 1)))
    relations = tuple(_random_relation(random, letters) for _ in range(random.choice(4, p=[0.5, 0.3, 0.15, 0.05])))
    sizes = tuple((letter.size, float(random.choice([1, -1]))) for letter in inner[:1] if random.random() < 0.2)
    number = float(random.choice([1, 1, 1, -1, 2, -3, 0.5]))
    return Term(number, factors, tuple(each for each in relations if each.weights), frozenset(inner), sizes)


def _random_factor(pool: Pool, letters: Sequence[Letter], most_axes: int) -> Factor:
    random = pool.random
    weights = [1.0, 3.0, 5.0, 1.0][: most_axes + 1]
    axes = int(random.choice(len(weights), p=np.array(weights) / sum(weights)))
    at = tuple(letters[int(random.integers(len(letters)))] for _ in range(axes))
    power = float(random.choice([1, 2, -1, 3, 0.5, -2], p=[0.75, 0.1, 0.06, 0.03, 0.03, 0.03]))
    return Factor(pool.array(tuple(letter.size for letter in at)), at, power)


def _random_relation(random: np.random.Generator, letters: Sequence[Letter]) -> Relation:
    """Mostly a delta between letters of one size; rarely a window or a place."""
    first = letters[int(random.integers(len(letters)))]
    same = [letter for letter in letters if letter.size == first.size and letter is not first]
    if random.random() < 0.05:
        return relation(((first, 1),), -int(random.integers(first.size)))
    if random.random() < 0.05 and len(letters) > 2:
        chosen = [letters[place] for place in random.permutation(len(letters))[:3]]
        return relation(zip(chosen, (1, 1, -1), strict=True))
    return equal(first, same[random.integers(len(same))]) if same else relation(())


def worth(term: Term, free: Sequence[Letter], values: Mapping[Node, Array]) -> Array:
    """The array of a term by its definition: one operand for each entry and each condition."""
    letters = dict.fromkeys([*free, *sorted(term.sums, key=_number)])
    axes = {letter: axis for axis, letter in enumerate(letters)}
    operands: list[Any] = [np.ones(()), []]
    for factor in term.factors:
        operands += [values[factor.what] ** factor.power, [axes[letter] for letter in factor.at]]
    for each in term.relations:
        operands += [_indicator(each), [axes[letter] for letter in each.letters]]
    for letter in letters:
        operands += [np.ones(letter.size), [axes[letter]]]
    scale = term.number * float(np.prod([size**power for size, power in term.sizes]))
    found: Array = scale * np.einsum(*operands, [axes[letter] for letter in free], optimize=len(operands) > 12)
    return found


def _number(letter: Letter) -> int:
    return letter.number


def _indicator(each: Relation) -> Array:
    places = np.indices([letter.size for letter in each.letters])
    total = each.offset + sum(weight * place for (_, weight), place in zip(each.weights, places, strict=True))
    return np.asarray(total == 0, float)


def disguised(term: Term, random: np.random.Generator) -> Term:
    """The same term with other names for what is summed over, and everything in another order."""
    names = {letter: fresh(letter.size) for letter in sorted(term.sums, key=_number)}
    factors = [replace(each, at=tuple(names.get(letter, letter) for letter in each.at)) for each in term.factors]
    relations = [
        relation(((names.get(letter, letter), -weight) for letter, weight in each.weights), -each.offset)
        for each in term.relations
    ]
    return Term(
        term.number, tuple(factors[place] for place in random.permutation(len(factors))),
        tuple(relations[place] for place in random.permutation(len(relations))), frozenset(names.values()), term.sizes,
    )  # fmt: skip


# Programs ------------------------------------------------------------------------------------------------------------
Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A function over `ops` as source, the values of its arguments, and what it is called on."""

    source: str
    values: dict[str, Array]

    @property
    def function(self) -> Callable[..., Any]:
        """The function itself."""
        space: dict[str, Any] = {"ops": ops, "np": np}
        exec(self.source, space)
        found: Callable[..., Any] = space["f"]
        return found

    @property
    def shapes(self) -> dict[str, tuple[str, ...]]:
        """The shapes of the arguments in letters, one for each size."""
        return {name: tuple("_mnp"[size - 1] for size in value.shape) for name, value in self.values.items()}

    def __str__(self) -> str:
        shapes = ", ".join(f"{name}: {value.shape}" for name, value in self.values.items())
        return f"{shapes}\n{self.source}"


_ENTRYWISE = (
    "tanh", "exp", "sin", "cos", "sigmoid", "relu", "square", "softplus", "abs", "arctan", "silu", "gelu", "erf", "elu",
)  # fmt: skip
_POSITIVE = ("log", "sqrt", "reciprocal")
_SHAPES: tuple[Shape, ...] = ((), (3,), (2,), (2, 3), (3, 3), (3, 2), (2, 2), (4,), (3, 4), (1, 3), (2, 1), (2, 3, 2))


@dataclass(slots=True)
class Draft:
    """A program while it is written: each line is run at once, so shapes and sizes of numbers are known."""

    random: np.random.Generator
    known: dict[str, Array] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def pick(self, fits: Callable[[Shape], bool]) -> str:
        """A value whose shape fits; later ones are more likely. An empty name if there is none."""
        names = [name for name, value in self.known.items() if fits(np.shape(value))]
        if not names:
            return ""
        weights = np.arange(1, len(names) + 1) ** 1.5
        return names[int(self.random.choice(len(names), p=weights / weights.sum()))]

    def shape(self, name: str) -> Shape:
        return np.shape(self.known[name])

    def write(self, expression: str) -> bool:
        """Append `v = expression` if it runs and its numbers are neither large nor missing."""
        try:
            with np.errstate(all="ignore"):
                value = np.asarray(eval(expression, {"ops": ops, "np": np}, dict(self.known)))
        except Exception:  # shapes that do not fit are drawn again
            return False
        if value.dtype.kind != "f" or not value.size or value.size > 64 or not np.isfinite(value).all():
            return False
        if np.abs(value).max() > 1e3:
            return False
        name = f"v{len(self.lines)}"
        self.lines.append(f"    {name} = {expression}")
        self.known[name] = value
        return True


def _any(shape: Shape) -> bool:
    return True


def _axes(count: int) -> Callable[[Shape], bool]:
    def fits(shape: Shape) -> bool:
        return len(shape) == count

    return fits


def _some_axes(shape: Shape) -> bool:
    return len(shape) > 0


def _square(shape: Shape) -> bool:
    return len(shape) == 2 and shape[0] == shape[1]


def _chosen(draft: Draft, words: Sequence[str]) -> str:
    return words[int(draft.random.integers(len(words)))]


def _draw_entrywise(draft: Draft) -> str:
    x = draft.pick(_any)
    if draft.random.random() < 0.2:
        return f"ops.{_chosen(draft, _POSITIVE)}({x} * {x} + 0.5)"
    return f"ops.{_chosen(draft, _ENTRYWISE)}({x})"


def _draw_pair(draft: Draft) -> str:
    """Two values entry by entry; shapes that broadcast."""
    x = draft.pick(_any)

    def fits(shape: Shape) -> bool:
        try:
            return bool(np.broadcast_shapes(shape, draft.shape(x))) or True
        except ValueError:
            return False

    y = draft.pick(fits)
    word = _chosen(draft, ("+", "-", "*", "*", "/", "maximum", "minimum", "hypot"))
    if word == "/":
        return f"{x} / ({y} * {y} + 1.0)"
    return f"{x} {word} {y}" if len(word) == 1 else f"ops.{word}({x}, {y})"


def _draw_number(draft: Draft) -> str:
    x = draft.pick(_any)
    return _chosen(draft, (f"2.0 * {x}", f"{x} - 1.0", f"0.5 - {x}", f"-{x}", f"{x} / 3.0", f"{x} ** 2", f"{x} ** 3"))


def _draw_product(draft: Draft) -> str:
    x, y = draft.pick(_some_axes), draft.pick(_some_axes)
    if not x:
        return ""
    v, w = draft.pick(_axes(1)), draft.pick(_axes(1))
    A, B = draft.pick(_axes(2)), draft.pick(_axes(2))
    found = [f"ops.matmul({x}, {y})"]
    if A:
        found += [f"ops.matmul({A}.T, {B})", f"ops.matmul({A}, {B}.T)", f"ops.matmul({A}, {B})"]
        found += [f"ops.einsum('ij,ij->{_chosen(draft, ('', 'i', 'j', 'ij', 'ji'))}', {A}, {B})"]
        found += [f"ops.einsum('ij,kj->{_chosen(draft, ('ik', 'ki', 'k', 'kij'))}', {A}, {B})"]
    if A and v:
        result = _chosen(draft, ("ij", "j"))
        found += [f"ops.matmul({A}, {v})", f"ops.matmul({v}, {A})", f"ops.einsum('ij,j->{result}', {A}, {v})"]
    if v:
        found += [f"ops.outer({v}, {w})", f"ops.einsum('i,i->i', {v}, {w})"]
    return _chosen(draft, found)


def _draw_reduction(draft: Draft) -> str:
    x = draft.pick(_some_axes)
    if not x:
        return ""
    axis = int(draft.random.integers(len(draft.shape(x))))
    plain = [f"ops.softmax({x}, axis={axis})", f"ops.log_softmax({x}, axis={axis})", f"ops.cumsum({x}, axis={axis})"]
    if len(draft.shape(x)) < 3:
        plain += [f"ops.norm({x})"]
    reductions = [
        f"ops.{name}({x}, axis={axis}, keepdims={keep})"
        for name in ("sum", "mean", "max", "logsumexp", "var", "prod") for keep in (True, False)
    ]  # fmt: skip
    return _chosen(draft, [*reductions, *plain, f"ops.sum({x})", f"ops.mean({x})", f"ops.sum({x} ** 2)"])


def _draw_square(draft: Draft) -> str:
    x, v = draft.pick(_square), draft.pick(_axes(1))
    found = [f"ops.diag({v})"] if v else []
    if x:
        size = draft.shape(x)[0]
        better = f"({x} + {3.0 * size} * np.eye({size}))"
        found += [f"ops.trace({x})", f"ops.diag({x})", f"ops.inv{better}", f"ops.logdet{better}", f"ops.det{better}"]
        right = draft.pick(_starting(size))
        found += [f"ops.solve({better}, {right})"] if right else []
    return _chosen(draft, found) if found else ""


def _starting(size: int) -> Callable[[Shape], bool]:
    def fits(shape: Shape) -> bool:
        return len(shape) in (1, 2) and shape[0] == size

    return fits


def _draw_place(draft: Draft) -> str:
    """Entries moved or chosen."""
    x = draft.pick(_some_axes)
    if not x:
        return ""
    shape = draft.shape(x)
    axis = int(draft.random.integers(len(shape)))
    rest = int(np.prod(shape)) // shape[0]
    found = [f"{x}[0]", f"{x}[1:]", f"{x}[::-1]", f"{x}[..., -1]", f"{x}[..., ::2]", f"{x}[np.array([0, 0, -1])]"]
    found += [f"ops.flip({x}, {axis})", f"ops.reshape({x}, (-1,))", f"ops.reshape({x}, ({rest}, {shape[0]}))"]
    found += [f"ops.pad({x}, 1)", f"{x}[None]", f"{x}[..., None]", f"ops.roll({x}, 1, axis={axis})", f"{x}.T", f"{x}.T"]
    found += [f"ops.squeeze({x})", f"ops.repeat({x}, 2, axis={axis})", f"ops.broadcast_to({x}, {(2, *shape)})"]
    if len(shape) == 2:
        found += [f"ops.tril({x})", f"ops.triu({x})"]
    return _chosen(draft, found)


def _draw_join(draft: Draft) -> str:
    x = draft.pick(_some_axes)
    if not x:
        return ""
    y = draft.pick(draft.shape(x).__eq__)
    axis = int(draft.random.integers(len(draft.shape(x))))
    return _chosen(draft, [f"ops.concatenate([{x}, {y}], axis={axis})", f"ops.stack([{x}, {y}], axis={axis})"])


def _draw_choice(draft: Draft) -> str:
    x = draft.pick(_any)
    y = draft.pick(draft.shape(x).__eq__)
    kinds = [f"ops.where({x} > 0.1, {x}, {y})", f"ops.clip({x}, -0.5, 0.5)", f"ops.where({y} > 0, {x}, 0.0)"]
    return _chosen(draft, kinds)


def _draw_matrix(draft: Draft) -> str:
    """Functions of whole vectors and matrices, which say no size."""
    x, v = draft.pick(_square), draft.pick(_axes(1))
    found = [f"ops.diag({v})", f"ops.softmax({v})", f"ops.logsumexp({v})", f"ops.norm({v})", f"ops.sum({v}) * {v}"]
    found = found if v else []
    if x:
        right = draft.pick(_starting(draft.shape(x)[0])) or x
        found += [f"ops.inv({x})", f"ops.trace({x})", f"ops.diag({x})", f"ops.logdet(ops.matmul({x}, {x}.T))"]
        found += [f"ops.det({x})", f"ops.matmul({x}, {x})", f"{x} + {x}.T", f"ops.solve({x}, {right})"]
    return _chosen(draft, found) if found else ""


_KINDS = (
    _draw_entrywise, _draw_pair, _draw_pair, _draw_number, _draw_product, _draw_product, _draw_reduction,
    _draw_square, _draw_place, _draw_join, _draw_choice,
)  # fmt: skip
_SIZELESS = (
    _draw_entrywise, _draw_pair, _draw_number, _draw_product, _draw_product, _draw_product, _draw_reduction,
    _draw_matrix, _draw_matrix,
)  # fmt: skip


def random_program(
    random: np.random.Generator, most_lines: int, single: bool, *, letters: bool = False, most_entries: int = 12
) -> Program:
    """1 to `most_lines` ops on 1 to 3 arguments; `single`: the output is one number, else at most `most_entries`.
    `letters`: the program holds for all sizes of its arguments."""
    draft = Draft(random)
    shapes = _SHAPES[:-3] if letters else _SHAPES
    for name in "xyw"[: random.integers(1, 4)]:
        shape = shapes[random.integers(len(shapes))]
        draft.known[name] = np.asarray(random.normal(size=shape))
    kinds = _SIZELESS if letters else _KINDS
    arguments = list(draft.known)
    wanted = int(random.integers(1, most_lines + 1))
    for _ in range(20 * wanted):
        if len(draft.lines) >= wanted:
            break
        draft.write(kinds[random.integers(len(kinds))](draft))
    last = list(draft.known)[-1]
    if single and np.ndim(draft.known[last]):
        draft.write(f"ops.tanh({last})")  # so that no sum of its entries is large
        last = list(draft.known)[-1]
        ends = [f"ops.sum({last})", f"ops.sum({last} ** 2)", f"ops.mean({last})", f"ops.norm({last})"]
        draft.write(_chosen(draft, ends))
    elif not single and not letters and np.size(draft.known[last]) > most_entries:
        draft.write(f"ops.reshape({last}, (-1,))[:{most_entries}]")
    last = list(draft.known)[-1]
    source = "\n".join([f"def f({', '.join(arguments)}):", *draft.lines, f"    return {last}"])
    return Program(source, {name: draft.known[name] for name in arguments})
