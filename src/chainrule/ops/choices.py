"""Choices: conditions and arrays in, the chosen entries out.

One idea: a path that is not taken sends nothing back. A comparison says which path it is, and has no slope of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.notation import Form, Notation, Strength, call, function, infix
from ..ir.op import Complexes, Domain, Flat, Labels, Linear, Op, Role, Sample
from ..ir.surface import TABLE
from ..ir.types import ArrayType, array_type, normalise_axes, normalise_axis
from .arguments import prepared
from .arithmetic import maximum, minimum
from .batches import along_axes, as_it_is
from .complexes import INVISIBLE
from .complexes import astype as astype
from .complexes import cast as cast
from .declare import also_known_as, boolean_type, op, same_type
from .movement import LETTERS, reshape
from .reductions import reduce_along, reduced_shape, reduction_notation, sum


def where_taken(g: Array, condition: Array, x: Array, y: Array) -> Array:
    return where(condition, g, 0.0)


def where_other(g: Array, condition: Array, x: Array, y: Array) -> Array:
    return where(condition, 0.0, g)


WHERE = Notation(
    Form("where({0}, {1}, {2})"),
    Form(r"\begin{{cases}} {1}, & {0} \\ {2}, & \text{{else}} \end{{cases}}", Strength.PRODUCT),
    Form("np.where({0}, {1}, {2})"),
)


@op(
    "where", Linear((None, where_taken, where_other)), WHERE, Role.ROUTES, type_rule=same_type,
    domain=Domain((Sample(((3,), (3,), (3,))), Sample(((2, 3), (2, 3), (2, 3))))), elementwise=True, first_value_slot=1,
)  # fmt: skip
def where(xp: Library, condition: Array, x: Array, y: Array) -> Array:
    """x where the condition holds, else y. Adjoint: the gradient goes to the branch taken, an exact zero to the other.

    >>> where([True, False], [1.0, 2.0], 0.0)
    array([1., 0.])
    """
    return xp.where(condition, x, y)[()]


def select(condition: Any, x: Any = None, y: Any = None) -> Any:
    """np.where: x where the condition holds, else y; with a condition alone the places where it holds."""
    if x is None and y is None:
        return TABLE["nonzero"](condition)
    if x is None or y is None:
        raise ShapeError(
            given="np.where with two arguments", expected="a condition alone, or np.where(condition, x, y)",
            where="where", remedy="say what is taken where the condition does not hold: np.where(condition, x, 0)",
        )  # fmt: skip
    return where(condition, x, y)


# Comparisons ---------------------------------------------------------------------------------------------------------
NO_SLOPE = Flat("a comparison jumps between 0 and 1: its derivative is 0 wherever it exists")
NO_SLOPE_OF_PLACES = Flat("an index is a whole number: it has no slope")
PAIR = Domain((Sample(((3,), (3,))),))
SINGLE = Domain((Sample(((3,),)),))
WHOLE = Domain((Sample(((3,),), (("axes", (0,)), ("keepdims", False))),))
PLACE = Domain((Sample(((3,),), (("axis", None),)), Sample(((2, 3),), (("axis", 1),))))

Declaration = Callable[[Callable[..., Any]], Op]


def comparison(
    name: str, text: str, latex: str, code: str, complexes: Complexes = Complexes.OWN
) -> Declaration:  # fmt: skip
    """Declare one comparison of two arrays."""
    notation = infix(f" {text} ", f" {latex} ", code, Strength.COMPARISON, associative=False)
    if code.startswith("np."):  # & and | are for truth values only
        notation = Notation(notation.text, notation.latex, Form(f"{code}({{0}}, {{1}})"))
    return op(name, NO_SLOPE, notation, Role.STOPS, type_rule=boolean_type, domain=PAIR, elementwise=True,
              complexes=complexes)  # fmt: skip


def question(name: str, latex: str | None = None) -> Declaration:
    """Declare one question about each entry."""
    notation = function(name, latex, f"np.{name}")
    return op(name, NO_SLOPE, notation, Role.STOPS, type_rule=boolean_type, domain=SINGLE, elementwise=True,
              complexes=Complexes.OWN)  # fmt: skip


@comparison("less", "<", "<", "<", Complexes.REFUSED)
def less(xp: Library, x: Array, y: Array) -> Array:
    """x < y, entry by entry."""
    return xp.less(x, y)


@comparison("less_equal", "<=", r"\le", "<=", Complexes.REFUSED)
def less_equal(xp: Library, x: Array, y: Array) -> Array:
    """x <= y, entry by entry."""
    return xp.less_equal(x, y)


@comparison("greater", ">", ">", ">", Complexes.REFUSED)
def greater(xp: Library, x: Array, y: Array) -> Array:
    """x > y, entry by entry."""
    return xp.greater(x, y)


@comparison("greater_equal", ">=", r"\ge", ">=", Complexes.REFUSED)
def greater_equal(xp: Library, x: Array, y: Array) -> Array:
    """x >= y, entry by entry."""
    return xp.greater_equal(x, y)


@comparison("equal", "=", "=", "==")
def equal(xp: Library, x: Array, y: Array) -> Array:
    """x == y, entry by entry."""
    return xp.equal(x, y)


@comparison("not_equal", "!=", r"\ne", "!=")
def not_equal(xp: Library, x: Array, y: Array) -> Array:
    """x != y, entry by entry."""
    return xp.not_equal(x, y)


@comparison("logical_and", "and", r"\land", "np.logical_and")
def logical_and(xp: Library, x: Array, y: Array) -> Array:
    """Both, entry by entry."""
    return xp.logical_and(x, y)


@comparison("logical_or", "or", r"\lor", "np.logical_or")
def logical_or(xp: Library, x: Array, y: Array) -> Array:
    """Either or both, entry by entry."""
    return xp.logical_or(x, y)


@op(
    "logical_not", NO_SLOPE, function("not", r"\lnot", "np.logical_not"), Role.STOPS, type_rule=boolean_type,
    domain=SINGLE, elementwise=True, complexes=Complexes.OWN,
)  # fmt: skip
def logical_not(xp: Library, x: Array) -> Array:
    """Not x, entry by entry."""
    return xp.logical_not(x)


@question("isnan")
def isnan(xp: Library, x: Array) -> Array:
    """Whether an entry is not a number."""
    return xp.isnan(x)


@question("isfinite")
def isfinite(xp: Library, x: Array) -> Array:
    """Whether an entry is a number and not infinite."""
    return xp.isfinite(x)


@question("isinf")
def isinf(xp: Library, x: Array) -> Array:
    """Whether an entry is infinite."""
    return xp.isinf(x)


# Questions about many entries ----------------------------------------------------------------------------------------
def boolean_reduced(x: ArrayType, *, axes: tuple[int, ...], keepdims: bool) -> ArrayType:
    return array_type(reduced_shape(x.shape, axes, keepdims), reference().dtype(bool))


def index_reduced(x: ArrayType, *, axis: int | None) -> ArrayType:
    shape = () if axis is None else tuple(size for each, size in enumerate(x.shape) if each != axis)
    return array_type(shape, reference().dtype("int64"))


@op(
    "any", NO_SLOPE, reduction_notation("any", r"\operatorname{any}"), Role.STOPS, type_rule=boolean_reduced,
    domain=WHOLE, complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def any_op(xp: Library, x: Array, *, axes: tuple[int, ...], keepdims: bool) -> Array:
    """Whether any entry holds."""
    return xp.any(x, axis=axes, keepdims=keepdims)


@op(
    "all", NO_SLOPE, reduction_notation("all", r"\operatorname{all}"), Role.STOPS, type_rule=boolean_reduced,
    domain=WHOLE, complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def all_op(xp: Library, x: Array, *, axes: tuple[int, ...], keepdims: bool) -> Array:
    """Whether every entry holds."""
    return xp.all(x, axis=axes, keepdims=keepdims)


def place_notation(name: str) -> Any:
    """`argmax(x)`; code names the axis."""
    short = call(name, 1)
    code = Form(f"np.{name}({{0}}, axis={{axis}})")
    return Notation(short.text, short.latex, code)


@op(
    "argmax", NO_SLOPE_OF_PLACES, place_notation("argmax"), Role.STOPS, type_rule=index_reduced, domain=PLACE,
    batch=along_axes,
)  # fmt: skip
def argmax_op(xp: Library, x: Array, *, axis: int | None) -> Array:
    """Where the (first) largest entry stands."""
    return xp.argmax(x, axis=axis)


@op(
    "argmin", NO_SLOPE_OF_PLACES, place_notation("argmin"), Role.STOPS, type_rule=index_reduced, domain=PLACE,
    batch=along_axes,
)  # fmt: skip
def argmin_op(xp: Library, x: Array, *, axis: int | None) -> Array:
    """Where the (first) smallest entry stands."""
    return xp.argmin(x, axis=axis)


def any_entry(x: Any, axis: Any = None, keepdims: bool = False, *, where: Any = None) -> Any:
    """Whether any entry along `axis` holds, of those where `where` does."""
    return reduce_along(any_op, prepared(x, None, where, False), axis, keepdims)


def all_entries(x: Any, axis: Any = None, keepdims: bool = False, *, where: Any = None) -> Any:
    """Whether every entry along `axis` holds, of those where `where` does."""
    return reduce_along(all_op, prepared(x, None, where, True), axis, keepdims)


def count_nonzero(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many entries along `axis` are not 0; no gradient passes."""
    return sum(not_equal(as_array(x), 0), axis, keepdims)


def argmax(x: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
    """Where the first largest entry stands; no gradient passes."""
    return _place(argmax_op, x, axis, keepdims)


def argmin(x: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
    """Where the first smallest entry stands; no gradient passes."""
    return _place(argmin_op, x, axis, keepdims)


def _place(made: Op, x: Any, axis: int | None, keepdims: bool) -> Any:
    array = as_array(x)
    along = None if axis is None else normalise_axis(axis, array.ndim, made.name)
    if not (array.size if along is None else array.shape[along]):
        raise ShapeError(given=f"{made.name} of no entries (shape {array.shape})", expected="at least one entry",
                         where=made.name, remedy="leave empty arrays out")  # fmt: skip
    found = made(array, axis=along)
    return reshape(found, reduced_shape(array.shape, normalise_axes(axis, array.ndim, ""), True)) if keepdims else found


# Passing on, and not -------------------------------------------------------------------------------------------------
@op(
    "stop_gradient", Flat("stop_gradient: the path is cut on purpose"),
    function("stop", code="chainrule.stop_gradient"), Role.STOPS, type_rule=same_type,
    domain=Domain((Sample(((3,),)),)), complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def stop_gradient(xp: Library, x: Array) -> Array:
    """x itself, through which no gradient passes.

    >>> import chainrule
    >>> chainrule.grad(lambda x: x * chainrule.stop_gradient(x))(3.0)
    3.0
    """
    return x


def copy_adjoint(g: Array, x: Array, **params: Any) -> Array:
    return g


def copy_labels(x: ArrayType, **params: Any) -> str:
    return f"{LETTERS[: x.ndim]}->{LETTERS[: x.ndim]}"


@op(
    "mark", Linear((copy_adjoint,)), INVISIBLE, Role.COPIES, type_rule=same_type, index=Labels(copy_labels),
    domain=Domain((Sample(((3,),), (("key", None),)),)), batch=as_it_is,
)  # fmt: skip
def mark(xp: Library, x: Array, *, key: object) -> Array:
    """x under a new identity: what a nested derivative differentiates by. Two marks of one value are two variables."""
    return x


def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """x kept between two bounds: minimum(maximum(x, a_min), a_max). Slope 1 inside, 1/2 at a bound, 0 outside.

    >>> clip([-1.0, 0.5, 3.0], 0.0, 1.0)
    array([0. , 0.5, 1. ])
    """
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    bounded = as_array(x) if low is None else maximum(x, low)
    return bounded if high is None else minimum(bounded, high)


also_known_as(select, "where")
also_known_as(clip, "clip")
also_known_as(any_entry, "any")
also_known_as(all_entries, "all")
also_known_as(count_nonzero, "count_nonzero")
also_known_as(argmax, "argmax")
also_known_as(argmin, "argmin")
