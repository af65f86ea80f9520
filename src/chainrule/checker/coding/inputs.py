"""What the lines of a script show of the names that they do not define in, values for these names out.

One idea: a name gets the shape that fits where it stands first; where several fit, its usual meaning decides, and a
reading in which more lines are true may be tried instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy

from ...errors import UnknownNameError
from ...ops.sources import input_node
from ..points import draw, fitting
from .machine import Wish
from .names import entry_name, plain

_FRESH = (4, 3, 5, 2, 6, 7, 8, 9, 10, 11, 12, 13)
_SCALARS = re.compile(
    r"^(?:lr|alpha|eta|reg\w*|lam\w*|lmbda|eps\w*|epsilon|scale|temp\w*|tau|momentum|n|m|batch_size|num_\w+|rate|"
    r"learning_rate|decay|beta\d|l2\w*|weight_decay|step\w*|[NMKCDHTS]|n_\w+|dt)$"
)
_BESIDE = re.compile(r"^(?:b\w{0,3}|b_\w+|\w*bias\w*|beta|gamma)$")
_TARGETS = re.compile(r"^(?:y|t|T|Y|target\w*|label\w*|y_true|ytrue|onehot|one_hot|Y_\w+|y_onehot|yt)$")
_SHAPED = frozenset({
    "zeros", "ones", "randn", "rand", "normal", "uniform", "standard_normal", "random", "eye", "range", "arange",
    "full",
    "reshape", "random_sample", "empty", "identity", "integers", "randint",
})  # fmt: skip


@dataclass(slots=True)
class Evidence:
    """What all lines together show of a name."""

    matrices: set[str] = field(default_factory=set)  # something is done with it that only a matrix allows
    factors: set[str] = field(default_factory=set)  # it stands beside @
    indices: set[str] = field(default_factory=set)  # it stands in square brackets
    sizes: set[str] = field(default_factory=set)  # an array is made that large
    divisors: set[str] = field(default_factory=set)
    softmax: bool = False
    axis: int = 1  # over which exponentials are added
    shares: bool = False  # log(1 - p) stands somewhere
    literals: set[int] = field(default_factory=set)  # whole numbers in calculations


def evidence(trees: Iterable[ast.AST]) -> Evidence:
    """What the lines show."""
    found = Evidence()
    for tree in trees:
        calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and _function(each.func) in _SHAPED]
        shapes = {id(inner) for each in calls for inner in ast.walk(each)}
        for node in ast.walk(tree):
            _look(node, found)
            alone = isinstance(tree, ast.Assign) and tree.value is node
            if isinstance(node, ast.Constant) and type(node.value) is int and id(node) not in shapes and not alone:
                found.literals.add(node.value)
    found.divisors -= found.factors
    return found


def _look(node: ast.AST, found: Evidence) -> None:
    match node:
        case ast.Attribute(value=value, attr="T"):
            found.matrices |= _bare(value)
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            found.factors |= _bare(left) | _bare(right)
        case ast.BinOp(op=ast.Div(), right=below):
            found.divisors |= _bare(below)
            if isinstance(below, ast.Call) and any(each.arg == "keepdims" for each in below.keywords):
                found.softmax, found.axis = True, _axis(below, found.axis)
        case ast.Subscript(slice=key):
            parts = key.elts if isinstance(key, ast.Tuple) else [key]
            found.indices |= {each for part in parts for each in _bare(part)}
        case ast.Call(func=function, args=arguments):
            _look_at_call(node, _function(function), arguments, found)


def _look_at_call(node: ast.Call, name: str, arguments: list[ast.expr], found: Evidence) -> None:
    if name in _SHAPED:
        found.sizes |= {
            each.id for part in (*arguments, *(x.value for x in node.keywords)) for each in ast.walk(part)
            if isinstance(each, ast.Name) and each.id not in ("np", "numpy")
        }  # fmt: skip
    if name in ("dot", "matmul"):
        found.factors |= {each for part in arguments for each in _bare(part)}
        if isinstance(node.func, ast.Attribute):
            found.factors |= _bare(node.func.value)
    if name in ("sum", "mean", "max", "var", "std") and any(
        each.arg == "keepdims" or (each.arg == "axis" and ast.unparse(each.value) in ("1", "-1"))
        for each in node.keywords
    ):
        subject = node.func.value if isinstance(node.func, ast.Attribute) and name and not arguments else None
        found.matrices |= {each for part in (*arguments, *([subject] if subject else [])) for each in _bare(part)}
    if name == "softmax":
        found.softmax = True
    if name == "log" and arguments and isinstance(arguments[0], ast.BinOp) and isinstance(arguments[0].op, ast.Sub):
        found.shares = True


def _axis(node: ast.Call, default: int) -> int:
    for each in node.keywords:
        if each.arg == "axis" and isinstance(each.value, ast.Constant) and each.value.value in (0, 1):
            return 1 if each.value.value else 0
    return default


def _bare(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id}
    return {name} if (name := entry_name(node)) is not None else set()


def _function(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


@dataclass(slots=True)
class Inputs:
    """Values for names that no line defines, at one point.

    `base`: values that the mathematics of the document gives, by plain name. `shapes`: what is said of shapes, by plain
    name. `hints`: kinds that are tried instead of the usual ones. `drawn`: what was drawn, with its shape.
    """

    shown: Evidence
    base: Mapping[str, Any]
    shapes: Mapping[str, tuple[int | str | None, ...]]
    traits: Mapping[str, frozenset[str]]
    hints: Mapping[str, str]
    seed: int
    level: str
    closed: frozenset[str]  # names that are no inputs: derivatives
    lone: str = "scalar"  # what a name is that nothing stands beside
    merged: Mapping[int, int] = field(default_factory=dict)  # sizes that were found to be others
    count: int = 0
    chosen: set[int] = field(default_factory=set)
    shrunk: dict[int, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    drawn: dict[str, tuple[int, ...]] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    beside: dict[str, int] = field(default_factory=dict)  # how many axes what stands beside a name has

    def draw(self, name: str, wish: Wish) -> Any:
        """A value for a name. Raises UnknownNameError for a derivative that nothing defines."""
        if name in self.closed:
            raise UnknownNameError(
                given=f"{name}, which no line that is followed defines,", expected="a name that is defined"
            )
        key = plain(name)
        if key in self.base:
            return self.base[key]
        letters = self._letters()
        if name in self.shown.indices and wish.product == "index" and name not in self.shown.sizes:
            return self._labels(wish)
        if key not in self.shapes and (name in self.shown.sizes or name in letters):
            return self._size_of(name, wish)
        return self.input(name, self._shape(name, key, wish))

    def input(self, name: str, shape: tuple[int, ...], like: Any = None) -> Any:
        """A node with numbers of no pattern; where the document gives some, of their signs."""
        self.drawn[name] = shape
        source = numpy.random.default_rng([self.seed, *name.encode()])
        level = "share" if self._is_share(name) else self.level
        array = draw(source, shape, level)
        if like is not None and level == "any":
            array = numpy.where(numpy.asarray(like) < 0, -numpy.abs(array), numpy.abs(array))
            array = self._fractional(array, numpy.asarray(like), source)
        elif _is_small(name):
            array = numpy.abs(array)
        array = fitting(array, self.traits.get(plain(name), frozenset()))
        if _TARGETS.match(name) and self.shown.softmax and len(shape) == 2:
            array = numpy.abs(array) / numpy.abs(array).sum(axis=self.shown.axis, keepdims=True)
        elif _TARGETS.match(name) and self.shown.softmax and len(shape) == 1:
            array = numpy.abs(array) / numpy.abs(array).sum()
        return input_node(shape, numpy.dtype("float64"), array)

    def _fractional(self, array: Any, like: Any, source: Any) -> Any:
        """Numbers like targets that are 0 or 1: between both, and adding up where those add up to 1."""
        if not numpy.isin(like, (0, 1)).all() or not like.any() or like.ndim == 0:
            return array
        shares = source.uniform(0.1, 0.9, like.shape)
        for axis in range(like.ndim):
            if like.shape[axis] > 1 and (like.sum(axis=axis) == 1).all():
                return shares / shares.sum(axis=axis, keepdims=True)
        return shares

    def _is_share(self, name: str) -> bool:
        return _TARGETS.match(name) is not None and self.shown.shares

    def _labels(self, wish: Wish) -> Any:
        count = wish.shape[0] if wish.shape else 1
        return (numpy.arange(count) * 2 + 1) % (wish.size or 1)

    def _size_of(self, name: str, wish: Wish) -> int:
        if wish.product == "index" and wish.size is not None:
            self.sizes.setdefault(name, wish.size)
        if name not in self.sizes:
            matrix = next((each for each in self.drawn.values() if len(each) == 2), None)
            lone = name in ("N", "n", "m", "batch_size") and matrix is not None and name not in self._letters()
            self.sizes[name] = matrix[0] if lone and matrix else self.fresh()
        return self.sizes[name]

    def _letters(self) -> set[str]:
        return {each for shape in self.shapes.values() for each in shape if isinstance(each, str)}

    def smaller(self, size: int) -> int:
        """A small size for a large one, the same for the same, where no calculation speaks of it."""
        if size <= 6 or size in self.shown.literals or size in self.sizes.values():
            return size
        if size not in self.shrunk:
            self.shrunk[size] = self.fresh()
        return self.shrunk[size]

    def fresh(self) -> int:
        """A size that no other axis has, unless two sizes were found to be one."""
        given = {size for value in self.base.values() for size in numpy.shape(value)}
        given |= {each for shape in self.shapes.values() for each in shape if isinstance(each, int)}
        free = [each for each in _FRESH if each not in given]
        size = free[min(self.count, len(free) - 1)]
        self.count += 1
        self.chosen.add(size)
        for _ in range(len(self.merged)):
            size = self.merged.get(size, size)
        return size

    def _shape(self, name: str, key: str, wish: Wish) -> tuple[int, ...]:
        if wish.product == "index list" and key not in self.shapes:
            return tuple(each or self.fresh() for each in wish.shape or ())
        if key in self.shapes and name not in self.hints:
            self.declared.add(name)
            return tuple(self._said(each) for each in self.shapes[key])
        self.beside[name] = len(wish.shape or ())
        kind = self.hints.get(name) or self._usual(name, wish)
        return self._as_asked(kind, wish) if wish.shape is not None or wish.product else self._freely(kind)

    def _said(self, size: int | str | None) -> int:
        if size is None:
            return self.fresh()
        return size if isinstance(size, int) else self._size_of(size, Wish())

    def _usual(self, name: str, wish: Wish) -> str:
        matrix = name in self.shown.matrices or (name[:1].isupper() and not _SCALARS.match(name))
        if _TARGETS.match(name) and wish.shape and not wish.product:
            return "same"
        if name in self.shown.divisors or (
            _SCALARS.match(name) and name not in self.shown.factors | self.shown.matrices
        ):
            return "scalar"
        if wish.product:
            return "matrix" if matrix else "vector"
        if _BESIDE.match(name) and not matrix:
            return "vector" if wish.shape is None or wish.shape else "scalar"
        if wish.shape is not None:
            return "same"
        return "matrix" if matrix else "vector" if name in self.shown.factors else self.lone

    def _as_asked(self, kind: str, wish: Wish) -> tuple[int, ...]:
        shape, size = wish.shape or (), wish.size
        if wish.product.endswith(("left", "right")):
            own = size if size is not None else self.fresh()
            if kind == "scalar":
                return ()
            if kind == "vector":
                return (own,)
            left = wish.product in ("left", "turned right")
            other = 1 if kind in ("row", "column") else self.fresh()
            return (other, own) if left else (own, other)
        if kind in ("same", "matrix") or (kind == "vector" and len(shape) < 2):
            return shape
        return {"vector": shape[-1:], "row": (1, *shape[-1:]), "column": (*shape[:1], 1)}.get(kind, ())

    def _freely(self, kind: str) -> tuple[int, ...]:
        if kind in ("scalar", "same"):
            return ()
        first = self.fresh()
        if kind == "vector":
            return (first,)
        return {"row": (1, first), "column": (first, 1)}.get(kind) or (first, self.fresh())


def is_added(name: str) -> bool:
    """Whether a name is usual for what is added to all examples alike, or scales them alike."""
    return _BESIDE.match(name) is not None


def _is_small(name: str) -> bool:
    return name.startswith(("eps", "var", "sigma", "std")) or _SCALARS.match(name) is not None
