"""Nested containers of arrays: a container in, its leaves and its structure out, and back again.

One idea: a structure is the flat list of what a walk meets, outermost first, so that comparing, hashing, rebuilding and
naming are loops: no depth of nesting can exhaust the stack, and `jit` can keep what it compiled under its structure.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields
from types import NoneType
from typing import Any, NamedTuple, TypeAlias

from .errors import LimitError, StructureError

__all__ = ["flatten", "leaves", "map", "paths", "unflatten"]

DEEPEST = 1000  # a container that holds itself would be walked for ever

Path: TypeAlias = tuple[Hashable, ...]


# Not a frozen dataclass: a tuple is hashed and compared without running Python, at every call of a jitted function.
class Container(NamedTuple):
    """One container met on the walk: its type, and the key, index or field name of each child in order."""

    type: type
    keys: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    """The shape of a nested container without its leaves: each container before its children, None for a leaf."""

    entries: tuple[Container | None, ...]

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return self.entries.count(None)

    def __str__(self) -> str:
        return str(_fold(self, ["*"] * self.size, _written))


def flatten(container: object) -> tuple[list[Any], Structure]:
    """The leaves of nested dicts, lists, tuples, named tuples and dataclasses, and the structure without them.

    Dicts are walked in the order of their sorted keys (in their own order where keys cannot be sorted), as JAX does, so
    that two dicts that are equal have equal structures. None holds no leaf. Anything else is a leaf.

    >>> leaves, structure = flatten({"W": [1.0, 2.0], "b": (3.0, None)})
    >>> leaves
    [1.0, 2.0, 3.0]
    >>> print(structure)
    {'W': [*, *], 'b': (*, None)}
    """
    if type(container) in _LEAVES:
        return [container], _LEAF
    if type(container) is list and len(container) == 1 and type(container[0]) in _LEAVES:
        return [container[0]], _LIST_OF_ONE
    leaves: list[Any] = []
    entries: list[Container | None] = []
    waiting: list[tuple[Any, int]] = [(container, 0)]
    while waiting:
        value, depth = waiting.pop()
        entry = _container(value)
        entries.append(entry)
        if entry is None:
            leaves.append(value)
        elif depth >= DEEPEST:
            raise LimitError(
                given=f"containers nested more than {DEEPEST} deep",
                expected=f"at most {DEEPEST}, and none that holds itself",
                remedy="put the arrays into one list, or a dict with a key for each",
            )
        else:
            waiting.extend((child, depth + 1) for child in reversed(_children(value, entry)))
    return leaves, Structure(tuple(entries))


def unflatten(structure: Structure, leaves: Iterable[Any]) -> Any:
    """The container of this structure with these leaves.

    >>> _, structure = flatten({"W": 0, "b": (0, None)})
    >>> unflatten(structure, ["left", "right"])
    {'W': 'left', 'b': ('right', None)}
    """
    given = list(leaves)
    return given if structure is _LIST_OF_ONE and len(given) == 1 else _fold(structure, given, _build)


def leaves(container: object) -> list[Any]:
    """The leaves alone, in the order in which `flatten` meets them.

    >>> leaves({"b": (3.0, None), "W": [1.0, 2.0]})
    [1.0, 2.0, 3.0]
    """
    return flatten(container)[0]


def map(function: Callable[..., Any], container: object, *others: object) -> Any:
    """The container with the function's result in the place of each leaf, as `jax.tree.map`.

    Of more containers the function takes the leaves that stand at the same place.
    Raises StructureError where the others hold their leaves in other containers than the first.

    >>> map(lambda weight, slope: weight - 0.5 * slope, {"W": [2.0], "b": 1.0}, {"W": [4.0], "b": 2.0})
    {'W': [0.0], 'b': 0.0}
    """
    first, structure = flatten(container)
    rows = [first]
    for place, other in enumerate(others, start=2):
        found, theirs = flatten(other)
        if theirs != structure:
            raise StructureError(
                given=f"containers of different structure: {structure} first, {theirs} as number {place}",
                where="tree.map",
                expected="the same containers, keys and lengths in all of them",
                remedy="compare their keys; a gradient has the containers of the argument it belongs to",
            )
        rows.append(found)
    return unflatten(structure, [function(*each) for each in zip(*rows, strict=True)])


def paths(structure: Structure) -> list[Path]:
    """For each leaf, the keys, indices and field names that lead to it.

    >>> paths(flatten({"fc1": {"W": 0, "b": 0}, "scale": [0]})[1])
    [('fc1', 'W'), ('fc1', 'b'), ('scale', 0)]
    """
    found: list[Path] = []
    waiting: list[Path] = [()]
    for entry in structure.entries:
        path = waiting.pop()
        if entry is None:
            found.append(path)
        else:
            waiting.extend((*path, key) for key in reversed(entry.keys))
    return found


# A derivative of one array by one array is the common case: these two structures and the types met as leaves are kept.
_LEAF = Structure((None,))
_LIST_OF_ONE = Structure((Container(list, (0,)), None))
_LEAVES: set[type] = {float, complex, int}
_MOST_LEAVES = 1000


def _container(value: Any) -> Container | None:
    kind = type(value)
    if kind is dict:
        return Container(kind, _sorted_keys(value))
    if kind is list or kind is tuple:
        return Container(kind, tuple(range(len(value))))
    if value is None:
        return Container(kind, ())
    if hasattr(kind, "__dataclass_fields__"):
        return Container(kind, tuple(field.name for field in fields(kind)))
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return Container(kind, kind._fields)
    if len(_LEAVES) < _MOST_LEAVES:
        _LEAVES.add(kind)
    return None


def _sorted_keys(value: dict[Any, Any]) -> tuple[Hashable, ...]:
    try:
        return tuple(sorted(value))
    except TypeError:
        return tuple(value)


def _children(value: Any, entry: Container) -> Sequence[Any]:
    if entry.type is dict:
        return [value[key] for key in entry.keys]
    if issubclass(entry.type, (list, tuple)):
        return list(value)
    return [getattr(value, str(name)) for name in entry.keys]


def _fold(structure: Structure, leaves: Iterable[Any], combine: Callable[[Container, list[Any]], Any]) -> Any:
    """Combine from the inside out: read backwards, every container comes after all of its children."""
    remaining = list(leaves)
    if len(remaining) != structure.size:
        raise StructureError(
            given=f"{len(remaining)} leaves",
            expected=f"{structure.size}, one for each leaf of the structure",
            remedy="pass the leaves that `flatten` returned, in their order",
        )
    combined: list[Any] = []
    for entry in reversed(structure.entries):
        if entry is None:
            combined.append(remaining.pop())
        else:
            combined.append(combine(entry, [combined.pop() for _ in entry.keys]))
    return combined.pop()


def _build(entry: Container, children: list[Any]) -> Any:
    if entry.type is dict:
        return dict(zip(entry.keys, children, strict=True))
    if entry.type is list:
        return children
    if entry.type is NoneType:
        return None
    if issubclass(entry.type, tuple):
        return tuple.__new__(entry.type, children)
    return _build_dataclass(entry, children)


def _build_dataclass(entry: Container, children: list[Any]) -> Any:
    # Not entry.type(*children): its __post_init__ has checked and converted these fields once already, and would refuse
    # the recorded values and gradients that stand in their place.
    built: Any = object.__new__(entry.type)
    for name, child in zip(entry.keys, children, strict=True):
        object.__setattr__(built, str(name), child)
    return built


def _written(entry: Container, children: list[str]) -> str:
    if entry.type is dict:
        return "{" + ", ".join(f"{key!r}: {child}" for key, child in zip(entry.keys, children, strict=True)) + "}"
    if entry.type is list:
        return f"[{', '.join(children)}]"
    if entry.type is tuple:
        return f"({', '.join(children)}{',' * (len(children) == 1)})"
    if entry.type is NoneType:
        return "None"
    named = ", ".join(f"{key}={child}" for key, child in zip(entry.keys, children, strict=True))
    return f"{entry.type.__name__}({named})"
