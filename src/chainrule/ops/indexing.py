"""Indexing: an array and a key in, the chosen entries out.

One idea: the key is taken apart. Whole numbers, slices, None and the ellipsis are parameters of the op; arrays of
integers or booleans are inputs that carry no gradient. The adjoint adds each gradient at the place its entry came
from, so an entry chosen twice receives twice.
"""

from __future__ import annotations

from typing import Any

from ..errors import BoundsError, DTypeError, ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.node import Node, is_abstract
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Complexes, Custom, Domain, Role, Sample
from ..ir.types import ArrayType, array_type, normalise_axis
from .arithmetic import maximum, minimum
from .batches import index_rule, scatter_rule
from .declare import also_known_as, op
from .movement import broadcast, ravel, reshape, sizes_of
from .rounding import remainder

Key = tuple[Any, ...]  # ("at", 2), ("slice", start, stop, step), ("new",), ("rest",), ("array",) an axis


def rebuild(key: Key, arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    """The key as NumPy takes it."""
    remaining = iter(arrays)
    parts: list[Any] = []
    for part in key:
        match part:
            case ("at", place):
                parts.append(place)
            case ("slice", start, stop, step):
                parts.append(slice(start, stop, step))
            case ("new",):
                parts.append(None)
            case ("rest",):
                parts.append(Ellipsis)
            case _:
                parts.append(next(remaining))
    return tuple(parts)


def index_type(x: ArrayType, *arrays: ArrayType, key: Key) -> ArrayType:
    numpy = reference()
    probe = numpy.broadcast_to(numpy.empty((), bool), x.shape)
    places = tuple(numpy.zeros(each.shape, bool if each.dtype.kind == "b" else int) for each in arrays)
    try:
        found = probe[rebuild(key, places)].shape
    except IndexError as problem:
        raise beyond(x.shape, key, problem) from None
    if any(each.dtype.kind == "b" for each in arrays):
        raise ShapeError(
            given="a boolean mask whose values are not known yet", expected="a shape that does not depend on values",
            where="indexing", remedy="use np.where(mask, x, 0), or keep this function out of jit",
        )  # fmt: skip
    return array_type(found, x.dtype)


def beyond(shape: tuple[int, ...], key: Key, problem: IndexError) -> BoundsError:
    """What is wrong with a key, in our own words and NumPy's."""
    return BoundsError(
        given=f"index [{write_key(key)}] of an array of shape {shape}: {problem}",
        expected="no more indices than axes, each within its axis",
        where="indexing",
        remedy="count entries from 0: the last along an axis is -1; nothing is clamped to it",
    )


def write_key(key: Key, base: int = 0) -> str:
    """The key as it is written between square brackets, counting from `base`."""
    parts = []
    for part in key:
        match part:
            case ("at", place):
                parts.append(str(place + base if place >= 0 else place))
            case ("slice", start, stop, step):
                parts.append(write_slice(start, stop, step, base))
            case ("new",):
                parts.append("None")
            case ("rest",):
                parts.append("...")
            case _:
                parts.append(ARRAY)
    return ", ".join(parts)


def write_slice(start: int | None, stop: int | None, step: int | None, base: int) -> str:
    """A slice as Python writes it; counted from 1, as the places it runs over: x[0:5] is x[1..5]."""
    places = [each for each in (start, stop) if each is not None]
    if base and places and step in (None, 1) and all(each >= 0 for each in places):
        return f"{(start or 0) + base}..{'' if stop is None else stop}"
    written = f"{'' if start is None else start}:{'' if stop is None else stop}"
    return written + ("" if step is None else f":{step}")


ARRAY = "array"  # what stands for an array of places in a written key; no other part of a key has these letters


def index_notation(node: Node) -> Notation:
    """Places are written as mathematics does, from 1; only a negative place or a step is written as Python does."""
    key = node.settings["key"]
    single = all(part[0] == "at" and part[1] >= 0 for part in key)
    written = with_slots(write_key(key, 1).replace(", ", "," if single else ", "))
    latex = f"{{0}}_{{{{{written}}}}}" if single else f"{{0}}[{written}]"
    demands = (Strength.ATOM, Strength.LOOSEST)
    return Notation(
        Form(f"{{0}}[{written}]", Strength.ATOM, demands),
        Form(latex, Strength.ATOM, demands),
        Form(f"{{0}}[{with_slots(write_key(key))}]", Strength.ATOM, demands),
    )


def with_slots(written: str) -> str:
    """A written key with {1}, {2} in the places of its arrays."""
    first, *others = written.split(ARRAY)
    return first + "".join(f"{{{slot}}}{other}" for slot, other in enumerate(others, 1))


def index_pull(g: Array, y: Array, x: Array, *arrays: Array, key: Key) -> tuple[Any, ...]:
    return (scatter(g, *arrays, key=key, shape=x.shape), *(None for _ in arrays))


def index_push(tangents: tuple[Any, ...], y: Array, x: Array, *arrays: Array, key: Key) -> Array:
    return index_op(tangents[0], *arrays, key=key)


@op(
    "index", Custom(index_pull, index_push), index_notation, Role.MOVES, type_rule=index_type,
    domain=Domain((
        Sample(((3,),), (("key", (("at", 1),)),)),
        Sample(((4, 3),), (("key", (("slice", None, None, 2), ("at", -1))),)),
        Sample(((2, 3),), (("key", (("rest",), ("new",), ("slice", 2, None, -1))),)),
    )),
    complexes=Complexes.OWN, batch=index_rule,
)  # fmt: skip
def index_op(xp: Library, x: Array, *arrays: Array, key: Key) -> Array:
    """The entries of x at a key. Adjoint: each gradient is added at the place its entry came from."""
    try:
        return x[rebuild(key, arrays)]
    except IndexError as problem:  # a place beyond the end, in an array of places
        raise beyond(x.shape, key, problem) from None


def scatter_type(g: ArrayType, *arrays: ArrayType, key: Key, shape: tuple[int, ...]) -> ArrayType:
    return array_type(shape, g.dtype)


def scatter_pull(u: Array, y: Array, g: Array, *arrays: Array, key: Key, shape: Any) -> tuple[Any, ...]:
    return (index_op(u, *arrays, key=key), *(None for _ in arrays))


def scatter_push(tangents: tuple[Any, ...], y: Array, g: Array, *arrays: Array, key: Key, shape: Any) -> Array:
    return scatter(tangents[0], *arrays, key=key, shape=shape)


def scatter_notation(node: Node) -> Notation:
    written = write_key(node.settings["key"], 1).replace(ARRAY, "...")
    slots = ", ".join(f"{{{slot}}}" for slot in range(len(node.inputs)))
    code = f"chainrule.ops.scatter({slots}, key={node.settings['key']!r}, shape={node.settings['shape']!r})"
    return Notation(
        Form(f"place({{0}} at [{written}])"),
        Form(rf"\operatorname{{{{place}}}}_{{{{[{written}]}}}}({{0}})"),
        Form(code),
    )


@op(
    "scatter", Custom(scatter_pull, scatter_push), scatter_notation, Role.MOVES, type_rule=scatter_type,
    domain=Domain((Sample(((2,),), (("key", (("slice", 0, 2, None),)), ("shape", (3,)))),)),
    complexes=Complexes.OWN, batch=scatter_rule,
)  # fmt: skip
def scatter(xp: Library, g: Array, *arrays: Array, key: Key, shape: tuple[int, ...]) -> Array:
    """Zeros with g added at a key; places named twice receive twice. Adjoint: indexing."""
    out = xp.zeros(shape, dtype=g.dtype)
    places = rebuild(key, arrays)
    if arrays:
        xp.add.at(out, places, g)
    else:
        out[places] = g
    return out


def getitem(x: Any, key: Any) -> Any:
    """x[key] for whole numbers, slices, None, the ellipsis, and arrays of integers or booleans.

    >>> getitem([1.0, 2.0, 3.0], [True, False, True])
    array([1., 3.])
    """
    array = as_array(x)
    parts, arrays = taken_apart(_without_masks(key) if type(array) is Node and is_abstract(array) else key)
    return index_op(array, *arrays, key=parts)


def _without_masks(key: Any) -> tuple[Any, ...]:
    """The key with the places where a known mask holds: how many they are must not depend on values."""
    parts: list[Any] = []
    for part in key if isinstance(key, tuple) else (key,):
        array = reference().asarray(part) if type(part) in (list, reference().ndarray) else None
        is_mask = array is not None and array.dtype.kind == "b" and array.ndim
        parts += reference().nonzero(array) if is_mask else [part]
    return tuple(parts)


def taken_apart(key: Any) -> tuple[Key, list[Any]]:
    """The parts of a key, and the arrays of places or truth values among them."""
    parts, arrays = [], []
    for part in key if isinstance(key, tuple) else (key,):
        described = _describe(part)
        parts.append(described)
        if described == ("array",):
            arrays.append(_places(part))
    return tuple(parts), arrays


def _describe(part: Any) -> tuple[Any, ...]:
    if part is None:
        return ("new",)
    if part is Ellipsis:
        return ("rest",)
    if isinstance(part, slice):
        return ("slice", *(None if each is None else int(each) for each in (part.start, part.stop, part.step)))
    if isinstance(part, (bool, list, tuple)) or hasattr(part, "shape"):
        if getattr(part, "shape", None) == () and type(part) is not Node and part.dtype.kind in "iu":
            return ("at", int(part))
        return ("array",)
    if hasattr(part, "__index__"):
        return ("at", int(part.__index__()))
    raise _no_index(f"type {type(part).__name__}")


def _places(part: Any) -> Any:
    """An array of places or of truth values. An empty list names no places, though NumPy makes it floats."""
    array = as_array(part)
    if array.size == 0 and array.dtype.kind == "f" and type(array) is not Node:
        array = array.astype("int64")
    if array.dtype.kind not in "iub":
        raise _no_index(f"dtype {array.dtype}")
    return array


def _no_index(what: str) -> DTypeError:
    return DTypeError(
        given=f"an index of {what}", where="indexing", remedy="convert it with .astype(int)",
        expected="whole numbers, slices, None, ..., or arrays of integers or booleans",
    )  # fmt: skip


def take(x: Any, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Any:
    """np.take: the entries of x at whole-number indices along one axis (in one row of all entries if None).

    Indices beyond the end are refused, or with mode "clip" the last entry is meant, with "wrap" counting begins anew.

    >>> take([10.0, 20.0, 30.0], [2, 0])
    array([30., 10.])
    """
    array, places = as_array(x), as_array(indices)
    if mode != "raise":
        places = within(places, array.size if axis is None else array.shape[axis], mode)
    if axis is None:
        return getitem(ravel(array), places)
    return getitem(array, (*(slice(None),) * normalise_axis(axis, array.ndim, "take"), places))


def within(places: Any, size: int, mode: str) -> Any:
    """Places that all lie within an axis, by NumPy's modes."""
    return minimum(maximum(places, 0), size - 1) if mode == "clip" else remainder(places, size)


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """np.repeat: every entry along one axis so many times in a row.

    >>> repeat([1.0, 2.0], 2)
    array([1., 1., 2., 2.])
    """
    array = ravel(x) if axis is None else as_array(x)
    place = normalise_axis(0 if axis is None else axis, array.ndim, "repeat")
    numpy = reference()
    return take(array, numpy.repeat(numpy.arange(array.shape[place]), repeats), place)


def tile(x: Any, reps: Any) -> Any:
    """np.tile: the whole of x so many times along each axis.

    >>> tile([1.0, 2.0], 2)
    array([1., 2., 1., 2.])
    """
    array, times = as_array(x), sizes_of(reps)
    ndim = max(array.ndim, len(times))
    times = (1,) * (ndim - len(times)) + times
    shape = (1,) * (ndim - array.ndim) + array.shape
    apart = tuple(size for pair in zip((1,) * ndim, shape, strict=True) for size in pair)
    copies = tuple(size for pair in zip(times, shape, strict=True) for size in pair)
    copied = broadcast(reshape(array, apart), shape=copies)
    return reshape(copied, tuple(count * size for count, size in zip(times, shape, strict=True)))


for _function in (getitem, take, repeat, tile):
    also_known_as(_function, _function.__name__)
