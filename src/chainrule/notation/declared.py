"""Shapes and values by name in, the nested arguments of a function out; sizes may be letters.

One idea: `params.W1: h d` says where an array stands as well as its shape, so the nested arguments of a function are
built from the names of their leaves.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias, get_origin, get_type_hints

from .. import tree
from ..errors import ParseError, UnknownNameError, did_you_mean
from ..ir.library import reference
from ..transforms.observe import path_symbol
from .shapes import Size, numbered, read_items
from .symbols import read_symbol

Path: TypeAlias = tuple[str, ...]  # ("params", "W1"), ("layers", "0", "W")


# Not a dataclass: `tree` would take it for one of the user's containers.
class Leaf:
    """An array among the arguments: where it stands, its shape, and its value if it was given one."""

    __slots__ = ("path", "shape", "value")

    def __init__(self, path: Path, shape: tuple[int, ...], value: Any = None) -> None:
        self.path, self.shape, self.value = path, shape, value


# What was declared --------------------------------------------------------------------------------------------------
def read_leaves(
    shapes: str | Mapping[str, Any] | None, values: Mapping[str, Any] | None
) -> tuple[dict[Path, Leaf], Mapping[int, str]]:
    """Every array by its path, and the letters that sizes stand for. A value goes before a shape."""
    declared: dict[Path, tuple[Size, ...]] = {}
    if isinstance(shapes, Mapping):
        for path, shape in walk(shapes):
            declared[path] = shape_of(shape, path)
    else:
        declared = {tuple(name.split(".")): sizes for name, sizes in read_items(shapes or "").items()}
    given = {path: as_floats(value) for path, value in walk(values or {})}
    concrete, sizes = numbered({path: shape for path, shape in declared.items() if path not in given})
    found = {path: Leaf(path, shape) for path, shape in concrete.items()}
    return found | {path: Leaf(path, value.shape, value) for path, value in given.items()}, sizes


def walk(entries: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """What nested containers hold, each with its path: names may be dotted, or the containers nested."""
    for name, value in entries.items():
        prefix = tuple(str(name).split("."))
        if isinstance(value, Mapping):
            yield from ((prefix + rest, leaf) for rest, leaf in walk(value))
        elif isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
            yield from ((prefix + rest, leaf) for rest, leaf in walk({str(at): each for at, each in enumerate(value)}))
        elif hasattr(type(value), "_fields") or is_dataclass(value):
            yield from (
                (prefix + rest, leaf) for rest, leaf in walk({key: getattr(value, key) for key in keys_of(type(value))})
            )
        else:
            yield prefix, value


def shape_of(shape: Any, path: Path) -> tuple[Size, ...]:
    """A shape as it may be declared: ("m", "n"), (3, 4), "m n" or 3."""
    sizes = shape.split() if isinstance(shape, str) else shape if isinstance(shape, tuple | list) else (shape,)
    text = " ".join(map(str, sizes))
    return next(iter(read_items(f"{'.'.join(path)}: {text}").values()))


def as_floats(value: Any) -> Any:
    """A value as an array of floats."""
    numpy = reference()
    array = numpy.asarray(value)
    return array if array.dtype.kind == "f" else numpy.asarray(value, dtype="float64")


# Arguments ----------------------------------------------------------------------------------------------------------
def build_arguments(function: Callable[..., Any], names: Sequence[str], leaves: Mapping[Path, Leaf]) -> list[Any]:
    """The arguments of the function, in order: nested containers of leaves, and defaults where nothing is declared.

    Raises UnknownNameError for an argument without a shape, and for a shape of something that is no argument.
    """
    defaults = {each.name: each.default for each in inspect.signature(function).parameters.values()}
    by_name: dict[str, dict[Path, Leaf]] = {}
    spelled = {spelling(name): name for name in names}
    for path, leaf in leaves.items():
        by_name.setdefault(spelled.get(path[0], path[0]), {})[path[1:]] = leaf
    missing = [name for name in names if name not in by_name and defaults[name] is inspect.Parameter.empty]
    unknown = [name for name in by_name if name not in names]
    if unknown:
        raise UnknownNameError(
            given=f"a shape for {', '.join(unknown)}",
            expected=f"the parameters of {described(function)}: {', '.join(names)}",
            remedy=did_you_mean(unknown[0], names) or "leave it out",
        )  # fmt: skip
    if missing:
        raise UnknownNameError(
            given=f"no shape for {', '.join(missing)}", expected=f"a shape for each of {', '.join(names)}",
            remedy=f'declare it: "{missing[0]}: m n"; or what it holds: "{missing[0]}.W: m n"',
        )  # fmt: skip
    hints = hints_of(function)
    return [build(by_name[name], hints.get(name), (name,)) if name in by_name else defaults[name] for name in names]


def build(entries: Mapping[Path, Leaf], kind: Any, path: Path) -> Any:
    """The container at a path: of the annotated kind, a list where the keys are numbers, else a dict."""
    if () in entries:
        if len(entries) > 1:
            raise UnknownNameError(
                given=f"a shape for {'.'.join(path)} and for what it holds", expected="one of them",
                remedy=f"leave out {'.'.join(path)}",
            )  # fmt: skip
        return entries[()]
    below: dict[str, dict[Path, Leaf]] = {}
    for (head, *rest), leaf in entries.items():
        below.setdefault(head, {})[tuple(rest)] = leaf
    hints = hints_of(kind) if isinstance(kind, type) else {}
    children = {key: build(each, hints.get(key), (*path, key)) for key, each in below.items()}
    return joined(children, kind, path)


def joined(children: Mapping[str, Any], kind: Any, path: Path) -> Any:
    """Children in their container."""
    keys = keys_of(kind)
    if keys:
        refuse_gap(children, keys, path)
        structure = tree.Structure((tree.Container(kind, keys), *(None for _ in keys)))
        return tree.unflatten(structure, [children[key] for key in keys])
    if all(key.isdecimal() for key in children):
        refuse_gap(children, tuple(map(str, range(len(children)))), path)
        listed = [children[str(place)] for place in range(len(children))]
        return tuple(listed) if (get_origin(kind) or kind) is tuple else listed
    return dict(children)


def keys_of(kind: Any) -> tuple[str, ...]:
    """The fields of a named tuple or a dataclass."""
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind))
    return tuple(getattr(kind, "_fields", ()))


def refuse_gap(children: Mapping[str, Any], keys: Sequence[str], path: Path) -> None:
    """Raises UnknownNameError for a field or a place without a shape."""
    missing = [key for key in keys if key not in children]
    unknown = [key for key in children if key not in keys]
    if missing or unknown:
        wrong = ".".join((*path, (missing or unknown)[0]))
        raise UnknownNameError(
            given=f"no shape for {wrong}" if missing else f"a shape for {wrong}",
            expected=f"a shape for each of {', '.join('.'.join((*path, key)) for key in keys)}",
            remedy=f'declare it: "{wrong}: m n"' if missing else did_you_mean(unknown[0], keys) or "leave it out",
        )


def hints_of(annotated: Any) -> dict[str, Any]:
    """Annotations as types; none where they cannot be resolved."""
    try:
        return get_type_hints(annotated)
    except (TypeError, NameError, AttributeError):
        return {}


def spelling(name: str) -> str:
    """How written values spell a name: a parameter w_hat is given as what."""
    try:
        return read_symbol(name).text
    except ParseError:
        return name


def described(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", "the function")


def input_symbols(leaves: Sequence[Leaf]) -> list[str]:
    """A symbol for each leaf, all different: W1 of params.W1, and with the argument's name where two have the same."""
    short = [path_symbol(leaf.path[0], keys_below(leaf)) for leaf in leaves]
    return [
        symbol if short.count(symbol) == 1 else path_symbol("", [leaf.path[0], *keys_below(leaf)])
        for symbol, leaf in zip(short, leaves, strict=True)
    ]


def keys_below(leaf: Leaf) -> list[str | int]:
    return [int(key) if key.isdecimal() else key for key in leaf.path[1:]]
