"""The arguments of a jitted call: what the caller passed in, plain leaves, their types and a key to look up out.

One idea: static arguments belong to the key by their value, all others only by their containers, shapes and dtypes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import tree
from ..errors import BoundsError, DTypeError, EscapeError, UnknownNameError, did_you_mean
from ..ir.coercion import is_weak
from ..ir.likes import is_array_like, plain
from ..ir.node import Node
from ..ir.precision import holds_numbers
from ..ir.recording import STATE
from ..ir.types import ArrayType, array_type
from ..transforms.observe import path_symbol

_WEAK = (float, int, complex)
_NUMBERS = (*_WEAK, bool)


@dataclass(frozen=True, slots=True)
class Statics:
    """Which arguments are static: their places (from the end where negative), and their names."""

    places: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.places or self.names)


@dataclass(frozen=True, slots=True)
class Opened:
    """The arguments of one call, taken apart."""

    key: Hashable
    leaves: tuple[Any, ...]  # nodes, arrays and NumPy's numbers
    types: tuple[ArrayType, ...]
    weak: tuple[bool, ...]  # which leaves are Python numbers, that take the dtype of what they meet
    structure: tree.Structure
    fixed: Mapping[int, Any]  # the static arguments, by place
    named: Mapping[str, Any]  # and by name
    numbers: bool  # all leaves were Python floats

    def place(self, leaves: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments again, with these leaves."""
        moving, keywords = tree.unflatten(self.structure, leaves)
        remaining = iter(moving)
        count = len(moving) + len(self.fixed)
        return [
            self.fixed[place] if place in self.fixed else next(remaining) for place in range(count)
        ], keywords | self.named

    def symbols(self, parameters: Sequence[str]) -> list[str]:
        """A name for each leaf."""
        count = len(tree.unflatten(self.structure, self.leaves)[0]) + len(self.fixed)
        moving = [place for place in range(count) if place not in self.fixed]
        found = []
        for side, first, *path in tree.paths(self.structure):
            if side == 1:
                name = str(first)
            else:
                place = moving[int(str(first))]
                name = parameters[place] if place < len(parameters) else f"x_{place + 1}"
            found.append(path_symbol(name, path))
        return found


def open_arguments(statics: Statics, args: tuple[Any, ...], keywords: dict[str, Any]) -> Opened:
    """Take the arguments of a call apart. Raises DTypeError for a leaf that is not an array and not static."""
    fixed: dict[int, Any] = {}
    named: dict[str, Any] = {}
    moving: Sequence[Any] = args
    if statics:
        places = {place % len(args) for place in statics.places if -len(args) <= place < len(args)}
        fixed = {place: args[place] for place in sorted(places)}
        named = {name: keywords[name] for name in sorted(keywords) if name in statics.names}
        moving = tuple(each for place, each in enumerate(args) if place not in fixed)
        keywords = {name: each for name, each in keywords.items() if name not in named}
    leaves, structure = tree.flatten((moving, keywords))
    values = [read_leaf(leaf, structure, slot) for slot, leaf in enumerate(leaves)]
    types = tuple([each.type if type(each) is Node else array_type(each.shape, each.dtype) for each in values])
    weak = tuple([type(leaf) in _WEAK or (type(leaf) is Node and is_weak(leaf)) for leaf in leaves])
    key = structure.entries, types, weak, static_key({**fixed, **named})
    numbers = bool(leaves) and all([type(leaf) is float for leaf in leaves])
    return Opened(key, tuple(values), types, weak, structure, fixed, named, numbers)


def read_leaf(leaf: Any, structure: tree.Structure, slot: int) -> Any:
    """A leaf as a node, an array or a NumPy number."""
    if type(leaf) is Node:
        if not STATE.depth:
            raise EscapeError(
                given=f"a recorded value of type {leaf.type} passed to a jitted function after its recording has ended",
                expected="numbers and arrays",
                remedy="call it inside the function that is being differentiated, or use chainrule.value",
            )
        return leaf
    if isinstance(leaf, _NUMBERS) or is_array_like(leaf):
        array = plain(leaf)
        if holds_numbers(array.dtype):
            native = array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
            return native[()] if not native.ndim else native
    if isinstance(leaf, int):
        raise DTypeError(
            given=f"argument {leaf_path(structure, slot)} of a jitted function: an integer of {leaf.bit_length()} bits",
            expected="integers of 64 bits",
            remedy="pass a float, or make the argument static with static_argnums or static_argnames",
        )
    raise DTypeError(
        given=f"argument {leaf_path(structure, slot)} of type {type(leaf).__name__} of a jitted function",
        expected="numbers and arrays, in nested dicts, lists, tuples and dataclasses",
        remedy="make it static with static_argnums or static_argnames, if the result depends on it as a whole",
    )


def leaf_path(structure: tree.Structure, slot: int) -> str:
    """Where a leaf stands among the arguments, for messages."""
    side, first, *path = tree.paths(structure)[slot]
    name = f"{first}=" if side == 1 else str(first)
    return name + "".join(f"[{key!r}]" for key in path)


def static_key(values: Mapping[Any, Any]) -> Hashable:
    """The static arguments by type and value: 1, 1.0 and True are three. Raises DTypeError for one without a hash."""
    for name, value in values.items():
        try:
            hash(value)
        except TypeError:
            raise DTypeError(
                given=f"static argument {name} of type {type(value).__name__}, which cannot be hashed",
                expected="static arguments that can be looked up: numbers, text, tuples, frozen dataclasses, functions",
                remedy="pass a tuple instead of a list, or make the argument dynamic if it is an array",
            ) from None
    return tuple((name, type(value), value) for name, value in values.items())


def read_statics(function: Callable[..., Any], argnums: int | Iterable[int], argnames: str | Iterable[str]) -> Statics:
    """Static arguments by place and by name: each is found however it is passed. Raises for those that do not exist."""
    places = {argnums} if isinstance(argnums, int) else set(argnums)
    names = {argnames} if isinstance(argnames, str) else set(argnames)
    if not places and not names:
        return Statics()
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return Statics(frozenset(places), frozenset(names))
    positional = [each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    kinds = {each.kind for each in parameters}
    check_places(places, positional, inspect.Parameter.VAR_POSITIONAL in kinds)
    check_names(names, [each.name for each in parameters], inspect.Parameter.VAR_KEYWORD in kinds)
    places = {place + len(positional) if place < 0 else place for place in places}
    named = {positional[place] for place in places if place < len(positional)}
    placed = {positional.index(name) for name in names if name in positional}
    return Statics(frozenset(places | placed), frozenset(names | named))


def check_places(places: Iterable[int], positional: Sequence[str], more: bool) -> None:
    for place in places:
        if not more and not -len(positional) <= place < len(positional):
            raise BoundsError(
                given=f"static_argnums with {place} for positional parameters {', '.join(positional) or '(none)'}",
                expected=f"numbers from 0 to {len(positional) - 1}" if positional else "no static_argnums",
                remedy="count from 0, or use static_argnames",
            )


def check_names(names: Iterable[str], known: Sequence[str], more: bool) -> None:
    for name in names:
        if not more and name not in known:
            raise UnknownNameError(
                given=f"static_argnames with {name!r}",
                expected=f"one of {', '.join(known)}",
                remedy=did_you_mean(name, known) or "name a parameter of the function",
            )
