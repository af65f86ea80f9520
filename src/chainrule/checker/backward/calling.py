"""A backward function and what it may be given in, how to call it and which gradient each of its results is out.

One idea: parameters and results are matched by name where the names say it (`dout, x, W` or `return dx, dW`), else by
place; what fits neither is refused with the signatures that are known.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ...errors import GradientError
from ...ir.library import reference
from ...transforms.observe import parameter_names

_CACHES = ("cache", "ctx", "context", "saved", "memo", "store", "tape", "state", "residuals")
_BEFORE = ("dL_d", "dL/d", "dLd", "dJ_d", "dJd", "dloss_d", "dloss", "dl_d", "dE_d", "grad_", "gradient_", "grad", "d_",
           "delta_", "g_", "bar_", "d", "g")  # fmt: skip
_AFTER = ("_grad", "_gradient", "_bar", "bar", "_delta", "_g")


@dataclass(frozen=True, slots=True)
class Role:
    """What one parameter of the backward function is given: an argument of the forward function (`place`), the
    upstream gradient, the cache, or a value that the forward function computed (`name`).
    """

    kind: str
    place: int = 0
    name: str = ""


def name_of(function: Callable[..., Any]) -> str:
    """What a function is called."""
    return str(getattr(function, "__name__", type(function).__name__))


def returns_cache(result: Any, backward: Callable[..., Any], forward: Callable[..., Any]) -> bool:
    """Whether the forward function returned (output, cache)."""
    if not isinstance(result, tuple) or len(result) != 2:
        return False
    names, known = parameter_names(backward), set(parameter_names(forward))
    if any(_is_cache(name) for name in names):
        return True
    if not _is_numbers(result[1]):
        return True
    return len(names) <= 2 and not known.intersection(names) and len(names) < len(known)


def _is_cache(name: str) -> bool:
    return any(word in name.lower() for word in _CACHES)


def _is_numbers(value: Any) -> bool:
    return isinstance(value, (float, reference().ndarray, reference().floating))


def read_roles(
    backward: Callable[..., Any], forward: Callable[..., Any], count: int, cached: bool, known: Sequence[str],
    outputs: int = 1,
) -> tuple[Role, ...]:  # fmt: skip
    """What each parameter of the backward function is given. `known` names the values that the forward function made.

    Raises GradientError for a signature that none of the usual ones fits.
    """
    arguments = parameter_names(forward)[:count]
    required, optional = _parameters(backward)
    names = required + [name for name in optional if name in arguments]
    if not names and _takes_any(backward):
        return tuple(Role("argument", place) for place in range(count))
    if names and not any(name in arguments for name in names):
        return _by_place(backward, names, count, cached, known, outputs)
    roles: list[Role | None] = []
    for name in names:
        roles.append(_by_name(name, arguments, cached, known))
    unknown = [place for place, role in enumerate(roles) if role is None]
    if len(unknown) > outputs:
        raise _no_way(backward, names, count, cached)
    for number, place in enumerate(unknown):
        roles[place] = Role("upstream", number)
    return tuple(role for role in roles if role is not None)


def _by_name(name: str, arguments: Sequence[str], cached: bool, known: Sequence[str]) -> Role | None:
    if name in arguments:
        return Role("argument", arguments.index(name))
    if cached and _is_cache(name):
        return Role("cache")
    return Role("value", name=name) if name in known else None


def _parameters(function: Callable[..., Any]) -> tuple[list[str], list[str]]:
    """The positional parameters that must be given, and those that need not."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return [], []
    positional = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    required = [each.name for each in positional if each.default is each.empty]
    return required, [each.name for each in positional if each.default is not each.empty]


def _takes_any(function: Callable[..., Any]) -> bool:
    """Whether a function has no more to say of its parameters than *args."""
    parameters = inspect.signature(function).parameters.values()
    return any(each.kind is each.VAR_POSITIONAL for each in parameters)


def _by_place(
    backward: Callable[..., Any], names: Sequence[str], count: int, cached: bool, known: Sequence[str], outputs: int
) -> tuple[Role, ...]:
    arguments = tuple(Role("argument", place) for place in range(count))
    upstream = tuple(Role("upstream", number) for number in range(outputs))
    if cached and len(names) <= 2:
        return (Role("cache"),) if len(names) == 1 else (Role("upstream"), Role("cache"))
    values = [name for name in names if name in known]
    if values and len(names) - len(values) <= outputs:
        number = iter(range(outputs))
        return tuple(Role("value", name=name) if name in values else Role("upstream", next(number)) for name in names)
    if len(names) == count:
        return arguments
    if len(names) == count + outputs:
        return (*upstream, *arguments)
    raise _no_way(backward, names, count, cached)


def _no_way(backward: Callable[..., Any], names: Sequence[str], count: int, cached: bool) -> GradientError:
    return GradientError(
        given=f"{name_of(backward)}({', '.join(names)}) for a forward function of {count} arguments"
        + (" that returns (output, cache)" if cached else ""),
        where="check_backward",
        expected="backward(*args), backward(upstream, *args) or backward(upstream, cache)",
        remedy="name the parameters as the forward function names its own; the one other is the upstream gradient",
    )


# Results -------------------------------------------------------------------------------------------------------------
def matched(key: str, names: Sequence[str]) -> str | None:
    """The name whose gradient a key is: dW, grad_W, W_grad, dL_dW and W itself are all the gradient of W.

    >>> matched("dW1", ["W1", "b1"]), matched("grad_b1", ["W1", "b1"]), matched("extra", ["W1"])
    ('W1', 'b1', None)
    """
    if key in names:
        return key
    for before in _BEFORE:
        if key.startswith(before) and key[len(before) :] in names:
            return key[len(before) :]
    for after in _AFTER:
        if key.endswith(after) and key.removesuffix(after) in names:
            return key.removesuffix(after)
    return None


def returned_names(function: Callable[..., Any]) -> list[str]:
    """The names in the last return of a function, as its source says; empty where they are not plain names."""
    try:
        parsed = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, TypeError, SyntaxError):
        return []
    outer = next((each for each in parsed.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))), None)
    if outer is None:
        return []
    returns = [each for each in _own_statements(outer.body) if isinstance(each, ast.Return) and each.value is not None]
    if not returns:
        return []
    value = returns[-1].value
    elements = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
    return [each.id if isinstance(each, ast.Name) else "" for each in elements]


def _own_statements(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements of a function, without those of functions inside it."""
    found: list[ast.stmt] = []
    for each in body:
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        found.append(each)
        for inner in ("body", "orelse", "finalbody"):
            found.extend(_own_statements(getattr(each, inner, [])))
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """What may be returned: the variables (`places` are the argument and the path inside it), and named steps."""

    variables: Sequence[str]
    places: Sequence[tuple[Any, ...]]
    shapes: Sequence[tuple[int, ...]]
    steps: Sequence[str]
    count: int  # of arguments


def assigned(result: Any, backward: Callable[..., Any], wanted: Wanted) -> dict[str, tuple[str, Any]]:
    """What was returned, by the name it is the gradient of: (its label, the value).

    Raises GradientError where that cannot be told.
    """
    if result is None:
        raise GradientError(
            given=f"{name_of(backward)}, which returned nothing", where="check_backward", expected="gradients",
            remedy="return them: a tuple in the order of the arguments, or a dict",
        )  # fmt: skip
    if hasattr(result, "_asdict"):
        result = result._asdict()
    if isinstance(result, Mapping):
        return _from_mapping(result, wanted)
    parts = list(result) if isinstance(result, (tuple, list)) and not _is_one_array(result, wanted) else [result]
    names = returned_names(backward)
    everything = [*wanted.variables, *wanted.steps]
    by_name = [matched(name, everything) if name else None for name in names]
    if len(names) == len(parts) and all(by_name) and len(set(by_name)) == len(parts):
        return {str(name): (label, part) for name, label, part in zip(by_name, names, parts, strict=True)}
    return _by_position(parts, names, wanted, backward)


def _is_one_array(result: Any, wanted: Wanted) -> bool:
    """Whether a list is a gradient written as a list of numbers."""
    return len(wanted.variables) == 1 and isinstance(result, list) and len(result) > 1


def _from_mapping(result: Mapping[Any, Any], wanted: Wanted) -> dict[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {}
    keys = {str(place[-1]): name for name, place in zip(wanted.variables, wanted.places, strict=True) if len(place) > 1}
    for key, value in result.items():
        if isinstance(value, Mapping):
            found |= _from_mapping(value, wanted)
            continue
        inner = matched(str(key), [*keys])
        name = matched(str(key), [*wanted.variables, *wanted.steps]) or (keys[inner] if inner else None)
        if name is not None:
            found[name] = (str(key), value)
    if not found:
        raise GradientError(
            given=f"a dict with the keys {', '.join(map(str, result)) or 'none'}", where="check_backward",
            expected=f"keys that name arguments, such as d{wanted.variables[0]} or {wanted.variables[0]}",
            remedy="name each gradient after its argument",
        )  # fmt: skip
    return found


def _by_position(
    parts: Sequence[Any], names: Sequence[str], wanted: Wanted, backward: Callable[..., Any]
) -> dict[str, tuple[str, Any]]:
    """One result for each argument, or for each argument of floats."""
    owners = _owners(parts, wanted)
    if owners is None:
        raise GradientError(
            given=f"{len(parts)} result{'s' * (len(parts) != 1)} of {name_of(backward)} for the arguments "
            f"{', '.join(wanted.variables)}",
            where="check_backward", expected="one gradient for each argument, in order, or a dict of gradients by name",
            remedy=f"return {{{', '.join(repr('d' + name) + ': d' + name for name in wanted.variables[:2])}}}, "
            f"or put the gradients into variables named like these before returning them",
        )  # fmt: skip
    found: dict[str, tuple[str, Any]] = {}
    for place, part in enumerate(parts):
        own = [(name, at) for name, at in zip(wanted.variables, wanted.places, strict=True) if at[0] == owners[place]]
        label = names[place] if len(names) == len(parts) and names[place] else ""
        if len(own) == 1 and len(own[0][1]) == 1:
            if part is not None:
                found[own[0][0]] = (label or f"d{own[0][0]}", part)
        elif own:
            found |= _inside(part, own, wanted)
    return found


def _owners(parts: Sequence[Any], wanted: Wanted) -> Sequence[Any] | None:
    """Which argument each result belongs to: each has one, or those whose shapes are these, the first if several."""
    tops = list(dict.fromkeys(place[0] for place in wanted.places))
    if len(parts) == len(tops):
        return tops
    if len(parts) == wanted.count:
        return list(range(wanted.count))
    shapes = {place[0]: shape for place, shape in zip(wanted.places, wanted.shapes, strict=True) if len(place) == 1}
    found = [reference().shape(part) for part in parts]
    return next((each for each in combinations(tops, len(parts)) if [shapes.get(top) for top in each] == found), None)


def _inside(part: Any, own: Sequence[tuple[str, tuple[Any, ...]]], wanted: Wanted) -> dict[str, tuple[str, Any]]:
    """The gradients for the arrays inside one argument, in the same containers or by their keys."""
    found: dict[str, tuple[str, Any]] = {}
    for name, place in own:
        at = part
        for key in place[1:]:
            at = _item(at, key)
        if at is not None:
            found[name] = (f"d{name}", at)
    if found or not isinstance(part, Mapping):
        return found
    return _from_mapping(part, wanted)


def _item(container: Any, key: Any) -> Any:
    try:
        return container[key]
    except (KeyError, IndexError, TypeError):
        return getattr(container, key, None) if isinstance(key, str) else None
