"""The meant tree in, the axes of every node out, with the sizes made one that must agree.

One idea: the walk mirrors the lowering. Where an op would ask two sizes to be equal, they are made one; where it makes
a size of others, as a convolution does, that is noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TypeAlias

from .entries import first_position
from .functions import ALONG, CONVOLUTIONS, OF_MATRICES
from .meaning import (
    Call,
    Choice,
    Comparison,
    Entry,
    Index,
    Literal,
    Meaning,
    Norm,
    Over,
    Own,
    Picked,
    Power,
    Product,
    Rows,
    Slope,
    Tabulated,
    Total,
    Transposed,
    Unit,
    Unspecified,
    Variable,
)  # fmt: skip
from .ranks import REDUCTIONS, segments
from .sizes import Made, Sizes

Dims: TypeAlias = tuple[int, ...]  # numbers of size variables
Kind: TypeAlias = tuple[Dims, bool]  # axes, and whether a vector stands as a row


@dataclass(slots=True)
class Slide:
    """An index such as `i + k` of an axis: the sizes that i and k run over, and how far the sum is moved."""

    axis: int
    places: tuple[tuple[int, str], ...]  # the size and the sign of each bound index in it
    first: int  # the position of its first entry, counted from 0


@dataclass(slots=True)
class Walk:
    """Visits the trees and unifies what must agree."""

    sizes: Sizes
    axes: dict[str, Dims]
    indices: dict[str, int] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)  # the number of the first step of each index
    slides: list[Slide] = field(default_factory=list)
    units: dict[int, int] = field(default_factory=dict)  # the size of each vector of ones and identity, by its node
    plain: list[int] = field(default_factory=list)  # sizes of indices that stand alone below a name, or have a limit

    def visit(self, node: Meaning) -> Kind:
        match node:
            case Variable(symbol):
                return self.axes.get(symbol.text, ()), False
            case Unit(square):
                axis = self.units.setdefault(id(node), self.sizes.fresh())
                return ((axis, axis) if square else (axis,)), False
            case Total(pairs):
                return self._alike([each for _, each in pairs])
            case Product():
                return self._product(node)
            case Power(base, exponent):
                self.visit(exponent)
                axes, row = self.visit(base)
                if _of_matrix_in_bars(base) and len(axes) == 2 and not node.entries and self._square(axes):
                    return (), False
                if len(axes) == 2 and isinstance(exponent, Total):  # an inverse
                    self.sizes.unify(*axes)
                return axes, row
            case Unspecified(_, _, body) | Slope(_, _, body):
                return self.visit(body)
            case Transposed(body):
                axes, row = self.visit(body)
                return axes[::-1], not row if len(axes) == 1 else False
            case Norm(body):
                self.visit(body)
                return (), False
            case Call():
                return self._call(node)
            case Entry():
                return self._entry(node)
            case Over() | Tabulated():
                return self._bound(node)
            case _:
                return self._container(node)

    def _container(self, node: Meaning) -> Kind:
        match node:
            case Choice(branches):
                return self._alike([each for branch in branches for each in branch if each is not None])
            case Comparison(_, left, right):
                return self._alike([left, right])
            case Rows(rows, shaped):
                for row in rows:
                    for cell in row:
                        self.visit(cell)
                wide = self.sizes.named(len(rows[0]))
                return ((self.sizes.named(len(rows)), wide) if shaped == "matrix" else (wide,)), shaped == "row"
            case Own(_, arguments):
                return self._alike(list(arguments))
            case Picked(body, keys):
                return self._picked(self.visit(body)[0], keys), False
            case _:
                return (), False

    def _picked(self, axes: Dims, keys: tuple[object, ...]) -> Dims:
        """The axes that an index in Python leaves; how long a slice is does not matter for anything else."""
        found: list[int] = []
        rest = list(axes)
        for place, key in enumerate(keys):
            if key is None:
                found.append(self.sizes.named(1))
            elif key is Ellipsis:
                after = sum(each is not None for each in keys[place + 1 :])
                kept = max(0, len(rest) - after)
                found, rest = found + rest[:kept], rest[kept:]
            elif rest:
                axis = rest.pop(0)
                found += [] if isinstance(key, int) else [axis if key == slice(None) else self.sizes.fresh()]
        return (*found, *rest)

    def _alike(self, nodes: Sequence[Meaning]) -> Kind:
        return self._agreed([self.visit(each) for each in nodes])

    def _agreed(self, kinds: Sequence[Kind]) -> Kind:
        """Axes of one shape; with fewer axes they agree at the right, as in NumPy, or at the left, as in W X + b."""
        longest = max(kinds, key=_length, default=((), False))
        for axes, _ in kinds:
            if axes and axes is not longest[0]:
                fits = [self.sizes.unify(*pair) for pair in zip(reversed(axes), reversed(longest[0]), strict=False)]
                if not all(fits) and len(axes) < len(longest[0]):
                    self.sizes.unify(axes[0], longest[0][0])
        return longest

    def _product(self, node: Product) -> Kind:
        kinds = [self._chain(part) for part in segments(node)]
        if any(sign == "⊗" for sign, _ in node.factors):
            return reduce(self._tensor, kinds)
        longest = max(kinds, key=_length)
        for axes, _ in kinds:
            if len(axes) == len(longest[0]):
                for pair in zip(axes, longest[0], strict=True):
                    self.sizes.unify(*pair)
            elif len(axes) == 1 and len(longest[0]) == 2:
                self.sizes.unify(axes[0], longest[0][1])
        return longest

    def _tensor(self, left: Kind, right: Kind) -> Kind:
        """Of two vectors the outer product."""
        if len(left[0]) == len(right[0]) == 1 and not left[1]:
            return (left[0][0], right[0][0]), False
        return self._kronecker(left, right)

    def _chain(self, factors: list[Meaning]) -> Kind:
        found: Kind = ((), False)
        for each in factors:
            axes, row = self.visit(each)
            if not found[0]:
                found = (axes, row)
            elif axes:
                found = self._times(found, (axes, row))
        return found

    def _times(self, left: Kind, right: Kind) -> Kind:
        (first, first_row), (second, second_row) = left, right
        if len(first) == 1 and len(second) == 1 and first_row == second_row:
            self.sizes.unify(first[0], second[0])
            return left
        if len(first) == 1 and not first_row and second_row:
            return (first[0], second[0]), False
        self.sizes.unify(first[-1], second[0])
        axes = (*first[:-1], *second[1:])
        return axes, len(axes) == 1 and len(first) == 1

    def _call(self, node: Call) -> Kind:
        kinds = [self.visit(each) for each in node.arguments]
        name = node.function
        if name in ("dot", "cross_entropy", "squared_error") and len(kinds) == 2:
            self._agreed(kinds)
        if name == "matmul" and len(kinds) == 2 and all(axes for axes, _ in kinds):
            return self._matmul(kinds[0][0], kinds[1][0])
        if name in OF_MATRICES and (found := self._of_matrices(name, kinds)) is not None:
            return found
        if name == "log" and _of_matrix_in_bars(node.arguments[0]) and len(kinds[0][0]) == 2:
            return ((), False) if self._square(kinds[0][0]) else kinds[0]
        if name in CONVOLUTIONS and len(kinds) == 2 and len(kinds[0][0]) == len(kinds[1][0]):
            return self._convolved(name, dict(node.options).get("mode"), kinds[0][0], kinds[1][0])
        if node.options and kinds[0][0]:
            return self._reduced(node, kinds[0][0])
        if name in REDUCTIONS or (name in ("max", "min") and len(kinds) == 1):
            return (), False
        if name == "diag" and kinds[0][0]:
            axes = kinds[0][0]
            return ((axes[0], axes[0]) if len(axes) == 1 else (axes[0],)), False
        if name == "outer":
            return (*kinds[0][0], *kinds[1][0]), False
        if name == "transpose":
            return kinds[0][0][::-1], False
        return self._agreed(kinds)

    def _convolved(self, name: str, mode: object, first: Dims, second: Dims) -> Kind:
        """As long as where the two meet ("full"), where the shorter lies inside ("valid"), or as the longer one."""
        mode = mode or ("full" if name.startswith("convolve") else "valid")
        longer, shorter = (second, first) if name.endswith(("1d", "2d")) and name != "conv2d" else (first, second)
        if len(longer) == 4:  # images and filters, whose channels are summed over
            self.sizes.unify(longer[1], shorter[1])
            places, _ = self._convolved(name, mode, longer[2:], shorter[2:])
            return (longer[0], shorter[0], *places), False
        found = tuple(self.sizes.fresh() for _ in longer)
        for target, whole, part in zip(found, longer, shorter, strict=True):
            made = {"full": Made(target, (whole, part), constant=-1), "same": Made(target, (whole,))}
            self.sizes.made.append(made.get(str(mode), Made(target, (whole,), (part,), 1)))
        return found, False

    def _square(self, axes: Dims) -> bool:
        """Whether a matrix can be square; then it is."""
        known = [self.sizes.value(axis) for axis in axes]
        return self.sizes.unify(*axes) if None in known or known[0] == known[1] else False

    def _of_matrices(self, name: str, kinds: Sequence[Kind]) -> Kind | None:
        """Functions of whole matrices; None for those that are looked at elsewhere."""
        axes, others = kinds[0][0], kinds[-1][0]
        if name in ("trace", "inv", "det", "det_sign", "logdet", "slogdet", "solve", "matrix_power") and len(axes) == 2:
            self.sizes.unify(*axes)
        if name in ("trace", "det", "det_sign", "logdet", "slogdet"):
            return (), False
        if name in ("inv", "matrix_power"):
            return axes, False
        if name == "solve" and axes and others:
            self.sizes.unify(axes[0], others[0])
            return others, False
        if name == "vec":
            return ((self.sizes.product_of(*axes[::-1]),) if axes else ()), False
        return self._kronecker(*kinds) if name == "kron" and len(kinds) == 2 else None

    def _kronecker(self, left: Kind, right: Kind) -> Kind:
        """Blocks; between two vectors that both stand upright it is as long as their product."""
        (first, first_row), (second, second_row) = left, right
        if not first or not second:
            return right if second else left
        if len(first) == len(second) == 1 and first_row == second_row:
            return (self.sizes.product_of(first[0], second[0]),), first_row
        one = self.sizes.named(1)
        rows, columns = (
            self.sizes.product_of(*(axis for axis in axes if axis != one)) if any(axis != one for axis in axes) else one
            for axes in zip(_as_matrix(left, one), _as_matrix(right, one), strict=True)
        )
        return (rows, columns), False

    def _matmul(self, first: Dims, second: Dims) -> Kind:
        """NumPy's matrix product, which knows no rows."""
        self.sizes.unify(first[-1], second[-2] if len(second) > 1 else second[0])
        return (*first[:-1], *second[:-2], *(second[-1:] if len(second) > 1 else ())), False

    def _reduced(self, node: Call, axes: Dims) -> Kind:
        options = dict(node.options)
        if options.get("axis") is None or options.get("keepdims") or node.function in ALONG:
            return (() if options.get("axis") is None and not options.get("keepdims") else axes), False
        named = options["axis"] if isinstance(options["axis"], tuple) else (options["axis"],)
        gone = {each % len(axes) for each in named if isinstance(each, int)}
        return tuple(axis for place, axis in enumerate(axes) if place not in gone), False

    def _entry(self, node: Entry) -> Kind:
        axes, _ = self.visit(node.body)
        count = len(node.indices)
        only = node.indices[0]
        if count == 1 and isinstance(only, Literal) and len(only.written) == len(axes) > 1:
            return (), False
        for axis, index in zip(axes, node.indices, strict=False):
            if isinstance(index, Index):
                self.sizes.unify(self.indices.setdefault(index.name, self.sizes.fresh()), axis)
                self.plain.append(axis)
            elif isinstance(index, Total):
                self._slide(axis, index)
        return axes[count:], False

    def _slide(self, axis: int, index: Total) -> None:
        """Note an index such as `i + k`, for when it is known how far k runs."""
        bound = [(sign or "+", each.name) for sign, each in index.terms if isinstance(each, Index)]
        starts = [self.starts.get(name, 1) for _, name in bound]
        literals = [(sign, each.value) for sign, each in index.terms if isinstance(each, Literal)]
        if len(bound) + len(literals) == len(index.terms) and all(name in self.indices for _, name in bound):
            number = int(sum(-value if sign == "-" else value for sign, value in literals))
            first = first_position(starts, number, literal=bool(literals))
            self.slides.append(Slide(axis, tuple((self.indices[name], sign) for sign, name in bound), first))

    def _bound(self, node: Over | Tabulated) -> Kind:
        """A letter is free again after its sum, so two sums over i need not be equally long."""
        outer = dict(self.indices)
        before = dict(self.starts)
        for name in node.indices:
            self.indices[name] = self.sizes.fresh()
            first = node.first if isinstance(node, Over) else None
            self.starts[name] = int(first.value) if isinstance(first, Literal) else 1
        if isinstance(node, Over) and len(node.indices) == 1 and node.last is not None:
            self._limit(node, self.indices[node.indices[0]])
        axes, _ = self.visit(node.body)
        if isinstance(node, Tabulated):
            axes = (*(self.indices[name] for name in node.indices), *axes)
        self.indices, self.starts = self.indices | outer, before
        return axes, False

    def work_out_slides(self) -> None:
        """The sizes that follow from sums of indices: `y_i = sum_k w_k x_{i+k}` has n - k + 1 entries."""
        for slide in self.slides:
            signs = {sign for _, sign in slide.places}
            if len(slide.places) < 2 or slide.places[0][1] == "-" or self._fits(slide):
                continue
            target = min((size for size, sign in slide.places if sign == "+"), key=self._settled)
            others = tuple(size for size, _ in slide.places if size != target)
            if self.sizes.value(slide.axis) is None and self._settled(target):
                plus = tuple(size for size, _ in slide.places)
                self.sizes.made.append(Made(slide.axis, plus, constant=slide.first + 1 - len(plus)))
            elif signs == {"+"}:
                self.sizes.made.append(Made(target, (slide.axis,), others, len(others) - slide.first))
            elif sum(sign == "+" for _, sign in slide.places) == 1:
                self.sizes.made.append(Made(target, (slide.axis, *others), constant=-len(others)))

    def _fits(self, slide: Slide) -> bool:
        """Whether all sizes are numbers, so that nothing is left to work out."""
        return all(
            isinstance(self.sizes.value(size), int) for size in (slide.axis, *(size for size, _ in slide.places))
        )

    def _settled(self, size: int) -> int:
        """How much is known of a size: whether it is that of an axis, and whether it has been declared."""
        value = self.sizes.value(size)
        return (
            (self.sizes.root(size) in map(self.sizes.root, self.plain)) + (value is not None) + isinstance(value, int)
        )

    def _limit(self, node: Over, axis: int) -> None:
        """`sum_{k=1}^K`, `sum_{k=0}^{K-1}`: how far the index runs."""
        self.plain.append(axis)
        first = 1.0 if node.first is None else node.first.value if isinstance(node.first, Literal) else None
        last = node.last
        terms = last.terms if isinstance(last, Total) else () if last is None else (("", last),)
        letters = [each.symbol.text for sign, each in terms if isinstance(each, Variable) and sign != "-"]
        numbers = [-each.value if sign == "-" else each.value for sign, each in terms if isinstance(each, Literal)]
        if first is None or len(letters) + len(numbers) < len(terms):
            return
        count = sum(numbers) - first + 1
        if not letters and first == 1 and count == int(count) > 0:
            self.sizes.unify(axis, self.sizes.named(int(count)))
        elif len(letters) == 1 and first in (0, 1) and not count:
            self.sizes.unify(axis, self.sizes.named(letters[0]))


def _as_matrix(kind: Kind, one: int) -> Dims:
    """The axes of a matrix; a vector stands as a column or as a row."""
    axes, row = kind
    return axes if len(axes) > 1 else (one, *axes) if row else (*axes, one)


def _of_matrix_in_bars(node: Meaning) -> bool:
    return isinstance(node, Call) and node.function == "bars"


def _length(kind: Kind) -> int:
    return len(kind[0])
