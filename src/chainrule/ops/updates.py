"""Writing without changing what was there: an array, a key and values in, a new array out.

One idea: `x[key] = values` gives a new array here. The entries overwritten receive no gradient, and of a place named
twice only the value that stays does. Other updates visit a place once for each time that it is named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import BranchError, DTypeError, ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Complexes, Custom, Domain, Flat, Role, Sample
from ..ir.precision import INEXACT
from ..ir.types import ArrayType, array_type, broadcast_shapes
from .arithmetic import div, maximum, minimum, mul
from .batches import put_rule
from .choices import astype, where
from .declare import also_known_as, op
from .indexing import ARRAY, Key, getitem, index_op, index_type, rebuild, scatter, taken_apart, write_key
from .joining import zeros_of
from .known import is_known, known_values
from .movement import broadcast_to, ravel, reshape
from .powers import power
from .sorting import along_axis

__all__ = [
    "at",
    "index_add",
    "index_apply",
    "index_divide",
    "index_max",
    "index_min",
    "index_multiply",
    "index_power",
    "index_set",
    "index_subtract",
    "put_along_axis",
    "put_op",
]


# Assignment as an op -------------------------------------------------------------------------------------------------
def put_type(x: ArrayType, values: ArrayType, *arrays: ArrayType, key: Key) -> ArrayType:
    return x


def put_pull(g: Array, y: Array, x: Array, values: Array, *arrays: Array, key: Key) -> tuple[Any, ...]:
    sent = index_op(g, *arrays, key=key)
    if _may_repeat(arrays, key, x.shape):
        sent = where(stays(*arrays, key=key, shape=x.shape), sent, 0.0)
    return (put_op(g, zeros_of(sent), *arrays, key=key), sent, *(None for _ in arrays))


def _may_repeat(arrays: tuple[Any, ...], key: Key, shape: tuple[int, ...]) -> bool:
    """Whether a place may be named twice: known places are looked at."""
    if not any(each.ndim for each in arrays):
        return False
    if not all(is_known(each) for each in arrays):
        return True
    plain = [known_values(each, "", "") for each in arrays]
    return not stays.kernel(reference(), *plain, key=key, shape=shape).all()


def put_push(tangents: tuple[Any, ...], y: Array, x: Array, values: Array, *arrays: Array, key: Key) -> Array:
    base, moved = (
        zeros_of(each) if tangent is None else tangent for each, tangent in zip((x, values), tangents[:2], strict=True)
    )
    return put_op(base, moved, *arrays, key=key)


def put_notation(node: Node) -> Notation:
    """The array with other values at a key, counted from 1; code names the op."""
    written = write_key(node.settings["key"], 1).replace(ARRAY, "...")
    slots = ", ".join(f"{{{slot}}}" for slot in range(len(node.inputs)))
    return Notation(
        Form(f"{{0}} with [{written}] = {{1}}", Strength.LOOSEST),
        Form(rf"{{0}}\,\big|_{{{{[{written}] = {{1}}}}}}", Strength.PRODUCT, (Strength.ATOM,)),
        Form(f"chainrule.ops.put_op({slots}, key={node.settings['key']!r})"),
    )


@op(
    "put", Custom(put_pull, put_push), put_notation, Role.ROUTES, type_rule=put_type,
    domain=Domain((
        Sample(((4,), (2,)), (("key", (("slice", 0, 2, None),)),)),
        Sample(((2, 3), (2,)), (("key", (("rest",), ("at", -1))),)),
    )),
    complexes=Complexes.OWN, batch=put_rule,
)  # fmt: skip
def put_op(xp: Library, x: Array, values: Array, *arrays: Array, key: Key) -> Array:
    """x with other values at a key. Derivative: 1 for the values that stay and for the entries that are left, 0 for
    those overwritten."""
    out = xp.array(x)
    out[rebuild(key, arrays)] = values
    return out[()]


def stays_type(*arrays: ArrayType, key: Key, shape: tuple[int, ...]) -> ArrayType:
    boolean = reference().dtype(bool)
    return array_type(index_type(array_type(shape, boolean), *arrays, key=key).shape, boolean)


def stays_notation(node: Node) -> Notation:
    """The places by name; code says the key and the shape."""
    settings, slots = node.settings, ", ".join(f"{{{slot}}}" for slot in range(len(node.inputs)))
    code = f"chainrule.ops.updates.stays({slots}, key={settings['key']!r}, shape={settings['shape']!r})"
    return Notation(Form(f"stays({slots})"), Form(rf"\operatorname{{{{stays}}}}({slots})"), Form(code))


@op(
    "stays", Flat("places are whole numbers: they have no slope"), stays_notation, Role.STOPS, type_rule=stays_type,
    domain=Domain(()),
)  # fmt: skip
def stays(xp: Library, *arrays: Array, key: Key, shape: tuple[int, ...]) -> Array:
    """Which of the values written at a key stay: of a place named twice the last one does."""
    numbers = xp.arange(_count(shape)).reshape(shape)
    places = numbers[rebuild(key, arrays)]
    order = xp.arange(places.size).reshape(places.shape)
    owner = xp.full(numbers.size, -1)
    owner[places.reshape(-1)] = order.reshape(-1)
    return owner[places] == order


def _count(shape: tuple[int, ...]) -> int:
    entries = 1
    for size in shape:
        entries *= size
    return entries


# Updates -------------------------------------------------------------------------------------------------------------
def index_set(x: Any, key: Any, values: Any) -> Any:
    """x with other values at a key: what `x[key] = values` would leave, as a new array. Of a place named twice the last
    value stays. The entries overwritten receive no gradient.

    Raises DTypeError for floats written among whole numbers, ShapeError where the values do not fit.

    >>> index_set([1.0, 2.0, 3.0], slice(0, 2), 9.0)
    array([9., 9., 3.])
    """
    array = as_array(x)
    given = _in_dtype_of(array, values)
    if _is_unknown_mask(key):
        return where(_over(key, array), given, array)
    parts, arrays = taken_apart(_without_masks(key))
    return put_op(array, _fitted(given, _shape_at(array, key)), *arrays, key=parts)


def index_add(x: Any, key: Any, values: Any) -> Any:
    """x with values added at a key, as a new array. At a place named twice both are added.

    >>> index_add([1.0, 2.0, 3.0], [0, 0], [10.0, 20.0])
    array([31.,  2.,  3.])
    """
    array = as_array(x)
    given = _in_dtype_of(array, values)
    if _is_unknown_mask(key):
        return where(_over(key, array), array + given, array)
    parts, arrays = taken_apart(_without_masks(key))
    return array + scatter(_fitted(given, _shape_at(array, key)), *arrays, key=parts, shape=array.shape)


def put_along_axis(x: Any, indices: Any, values: Any, axis: int | None = -1) -> Any:
    """np.put_along_axis as a new array: x with other values at places along one axis, each row by its own.

    >>> put_along_axis([[1.0, 2.0], [3.0, 4.0]], [[1], [0]], 9.0, axis=1)
    array([[1., 9.],
           [9., 4.]])
    """
    array, places = as_array(x), as_array(indices)
    if axis is None:
        return reshape(put_along_axis(ravel(array), places, values, 0), array.shape)
    return index_set(array, along_axis(array.shape, places, axis), values)


def index_subtract(x: Any, key: Any, values: Any) -> Any:
    """x with values subtracted at a key, as a new array; at a place named twice both are."""
    return index_add(x, key, -as_array(values))


def index_multiply(x: Any, key: Any, values: Any) -> Any:
    """x multiplied by values at a key, as a new array; at a place named twice by both.

    >>> index_multiply([1.0, 2.0, 3.0], [1, 1], 10.0)
    array([  1., 200.,   3.])
    """
    return index_apply(x, key, values, mul)


def index_divide(x: Any, key: Any, values: Any) -> Any:
    """x divided by values at a key, as a new array; at a place named twice by both."""
    return index_apply(x, key, values, div)


def index_power(x: Any, key: Any, values: Any) -> Any:
    """x raised to powers at a key, as a new array; at a place named twice one after the other."""
    return index_apply(x, key, values, power)


def index_max(x: Any, key: Any, values: Any) -> Any:
    """x, or values where they are larger, at a key, as a new array."""
    return index_apply(x, key, values, maximum)


def index_min(x: Any, key: Any, values: Any) -> Any:
    """x, or values where they are smaller, at a key, as a new array."""
    return index_apply(x, key, values, minimum)


def index_apply(x: Any, key: Any, values: Any, function: Callable[[Any, Any], Any]) -> Any:
    """x with `function(x[key], values)` at a key, as a new array: a place named twice is visited twice, in order.

    Raises BranchError under jit for places that are not known and might be named twice.
    """
    array = as_array(x)
    if _is_unknown_mask(key):
        return where(_over(key, array), function(array, values), array)
    _, arrays = taken_apart(key)
    if all(each.dtype.kind == "b" or not each.ndim for each in arrays):  # no place can be named twice
        return index_set(array, key, function(getitem(array, key), values))
    if not all(is_known(each) for each in arrays):
        raise BranchError(
            given="an update at places that are not known under jit", where="at",
            expected="known places: one that is named twice is visited twice",
            remedy="pass the places as a static argument, or write .add or .set, which take any places",
        )  # fmt: skip
    places = known_places(array.shape, key)
    if type(values) not in (int, float):
        values = ravel(_fitted(as_array(values), places.shape))
    flat = ravel(array)
    for chosen in rounds(places.reshape(-1)):
        part = values if type(values) in (int, float) else getitem(values, chosen)
        named = places.reshape(-1)[chosen]
        flat = index_set(flat, named, function(getitem(flat, named), part))
    return reshape(flat, array.shape)


def known_places(shape: tuple[int, ...], key: Any) -> Any:
    """The number of each place at a key, counted along the entries in one row."""
    numbers = reference().arange(_count(shape)).reshape(shape)
    found = getitem(numbers, key)
    return found if type(found) is not Node else found.op.kernel(reference(), *(each.value for each in found.inputs),
                                                                  **found.settings)  # fmt: skip


def rounds(places: Any) -> list[Any]:
    """Which places to visit first, which then: in each round every place is named once."""
    numpy = reference()
    order = numpy.argsort(places, kind="stable")
    ordered = places[order]
    first = numpy.searchsorted(ordered, ordered)
    rank = numpy.empty(places.size, int)
    rank[order] = numpy.arange(places.size) - first
    return [numpy.flatnonzero(rank == each) for each in range(int(rank.max(initial=-1)) + 1)]


def _without_masks(key: Any) -> Any:
    """The key with the places where its known masks hold in their stead, so that their number is known."""
    parts: list[Any] = []
    for part in key if isinstance(key, tuple) else (key,):
        array = as_array(part) if isinstance(part, list) or getattr(part, "shape", ()) != () else None
        if array is not None and array.dtype.kind == "b" and is_known(array):
            parts.extend(reference().nonzero(known_values(array, "at", "")))
        else:
            parts.append(part)
    return tuple(parts)


def _in_dtype_of(array: Any, values: Any) -> Any:
    """Values as the array holds them. Raises DTypeError where that would cut them to whole numbers."""
    given = as_array(values)
    if given.dtype.kind in INEXACT and array.dtype.kind not in INEXACT:
        raise DTypeError(
            given=f"values of dtype {given.dtype} for an array of dtype {array.dtype}", where="at",
            expected="an array that can hold them", remedy="convert the array first: x.astype(float)",
        )  # fmt: skip
    return astype(given, array.dtype)


def _fitted(values: Any, shape: tuple[int, ...]) -> Any:
    """Values for every entry at a key. Raises ShapeError where they do not stretch to it."""
    if broadcast_shapes(values.shape, shape, doing="at") != shape:
        raise ShapeError(
            given=f"values of shape {values.shape} for entries of shape {shape}", where="at",
            expected="values that stretch to the entries", remedy="reshape the values, or name as many places",
        )  # fmt: skip
    return broadcast_to(values, shape)


def _shape_at(array: Any, key: Any) -> tuple[int, ...]:
    """The shape of what a key chooses."""
    shape: tuple[int, ...] = getitem(reference().broadcast_to(reference().empty((), bool), array.shape), key).shape
    return shape


def _is_unknown_mask(key: Any) -> bool:
    """Whether a key is a mask whose values are not known: then entries are chosen one by one."""
    return type(key) is Node and key.dtype.kind == "b" and not is_known(key)


def _over(mask: Any, array: Any) -> Any:
    """A mask of the first axes, with an axis for each of the others. Raises ShapeError where it does not fit."""
    if mask.shape != array.shape[: mask.ndim]:
        raise ShapeError(given=f"a mask of shape {mask.shape} for an array of shape {array.shape}", where="at",
                         expected="a mask of the shape of its first axes", remedy="reshape the mask")  # fmt: skip
    return reshape(mask, (*mask.shape, *(1,) * (array.ndim - mask.ndim)))


# x.at[key].set(values) -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Place:
    """Some entries of an array: what they are to become gives a new array."""

    array: Any
    key: Any

    def get(self) -> Any:
        """The entries."""
        return getitem(self.array, self.key)

    def set(self, values: Any) -> Any:
        """The array with these values there."""
        return index_set(self.array, self.key, values)

    def add(self, values: Any) -> Any:
        """The array with these values added there."""
        return index_add(self.array, self.key, values)

    def subtract(self, values: Any) -> Any:
        """The array with these values subtracted there."""
        return index_subtract(self.array, self.key, values)

    def multiply(self, values: Any) -> Any:
        """The array multiplied by these values there."""
        return index_multiply(self.array, self.key, values)

    def divide(self, values: Any) -> Any:
        """The array divided by these values there."""
        return index_divide(self.array, self.key, values)

    def power(self, values: Any) -> Any:
        """The array raised to these powers there."""
        return index_power(self.array, self.key, values)

    def min(self, values: Any) -> Any:
        """The array with these values there where they are smaller."""
        return index_min(self.array, self.key, values)

    def max(self, values: Any) -> Any:
        """The array with these values there where they are larger."""
        return index_max(self.array, self.key, values)

    def apply(self, function: Callable[[Any], Any]) -> Any:
        """The array with a function of its entries there."""
        return index_set(self.array, self.key, function(self.get()))


@dataclass(frozen=True, slots=True)
class At:
    """An array whose entries can be named: `at(x)[key]`."""

    array: Any

    def __getitem__(self, key: Any) -> Place:
        return Place(self.array, key)


def at(x: Any) -> At:
    """`at(x)[key].set(values)`: x with other values at a key, as a new array; also .add .subtract .multiply .divide
    .power .min .max .apply(function) and .get(). A recorded value has it as `x.at[key]`.

    >>> at([1.0, 2.0, 3.0])[1:].multiply(10.0)
    array([ 1., 20., 30.])
    """
    return At(as_array(x))


also_known_as(at, "at")
