"""NumPy's functions on recorded values: a call in, our own function's result out, or an error that teaches.

One idea: an argument that would change what is computed is never dropped. Each goes to ours under its own name, or is
refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from importlib import import_module
from sys import modules
from typing import Any, NoReturn

from ..errors import BoundsError, MutationError, TraceError, did_you_mean
from ..ir.library import reference
from ..ir.op import Op
from ..ir.surface import REFUSALS, TABLE
from ..ops.ufunc_methods import METHODS
from .passive import PASSIVE


def call_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """A call of a ufunc that is not plain: its methods, a dtype to compute in, or what cannot be recorded."""
    name = ufunc.__name__
    if keywords.get("out") is not None or method == "at":
        raise MutationError(
            given=f"numpy.{name}{'.at' if method == 'at' else ' with out=, or an in-place operator,'} "
            "writing a recorded value into an array",
            expected="values that do not change",
            remedy="write a = a + b instead of a += b, and leave out= away; for sums at places write "
            "chainrule.ops.at(a)[places].add(b)",
        )
    known = getattr(reference(), name, None) is ufunc and name in TABLE  # another library's may have the same name
    given = {
        key: each
        for key, each in keywords.items()
        if (key == "axis" or not stands_for_nothing(each)) and key not in _HARMLESS  # axis=None means all of them
    }
    if known and method in METHODS and ufunc.nin == 2 and ufunc.nout == 1:
        return METHODS[method](name, *inputs, **given)
    if known and method == "__call__":
        dtype = given.pop("dtype", None)
        options = {key: given.pop(key) for key in list(given) if key in accepted_names(TABLE[name])}
        refuse_arguments(name, given)
        return TABLE[name](*[each if dtype is None else in_dtype(each, dtype) for each in inputs], **options)
    raise TraceError(
        given=f"numpy.{name}{'' if method == '__call__' else f'.{method}'} on a recorded value",
        expected="a function the engine has a derivative for",
        remedy=instead_of(name),
    )


def in_dtype(value: Any, dtype: Any) -> Any:
    """An argument of a ufunc that was told which dtype to compute in."""
    return TABLE["astype"](value, dtype=reference().dtype(dtype))


def stands_for_nothing(value: Any) -> bool:
    """Whether an argument was left away, however that is spelled."""
    return value is None or value is reference()._NoValue


def call_by_name(function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """NumPy's other functions: those we have, by name; the rest refused."""
    found = _FOUND.get(function) or find_ours(function)
    return found(function, args, keywords)


_FOUND: dict[Any, Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]] = {}


def find_ours(function: Any) -> Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]:
    """How a function of NumPy's is called on recorded values. Raises TraceError for one that has no derivative here."""
    name = name_of_ours(function)
    if name in MUTATING:
        refuse_mutation(name)
    if name in PASSIVE:
        _FOUND[function] = call_passive
        return call_passive
    if name in TABLE:
        _FOUND[function] = call_function
        return call_function
    raise TraceError(
        given=f"{function.__module__}.{function.__name__} on a recorded value",
        expected="a function the engine has a derivative for",
        remedy=instead_of(function.__name__),
    )


@cache
def name_of_ours(function: Any) -> str:
    """The name under which a function of NumPy's is known here; nothing for one of another library.

    A few names mean one thing in numpy and another in numpy.linalg: `linalg.trace` is that of the last two axes.
    """
    name: str = function.__name__
    numpy = reference()
    transforms = modules.get("numpy.fft")  # loaded on first use: before it, there is no function of it to ask for
    homes = {"linalg.": numpy.linalg, "fft.": transforms, "": numpy, "lib.": numpy.lib.stride_tricks}
    for prefix, home in homes.items():  # not numpy.emath, whose functions have the same names
        if function is getattr(home, name, None):
            return prefix + name if prefix + name in TABLE else name
    return ""


def call_passive(function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """A function that asks about shapes, or makes a new array."""
    return PASSIVE[function.__name__](*args, **keywords)


MUTATING = {
    "put": "x.at[places].set(values)",
    "put_along_axis": "chainrule.ops.put_along_axis(x, places, values, axis)",
    "place": "x.at[mask].set(values)",
    "putmask": "np.where(mask, values, x)",
    "copyto": "np.where(mask, values, x), or the values themselves",
    "fill_diagonal": "np.where(np.eye(n, dtype=bool), value, x)",
}


def refuse_mutation(name: str) -> NoReturn:
    raise MutationError(
        given=f"numpy.{name}, which changes an array, with a recorded value",
        expected="values that do not change",
        remedy=f"build the new array: {MUTATING[name]}; a plain array x has `at` too: chainrule.ops.at(x)",
    )


def instead_of(name: str) -> str:
    """What to write instead of a function that has no derivative here."""
    if name.startswith("save"):
        return "chainrule.value(x) is the plain array, without a derivative"
    close = did_you_mean(name, [each for each in TABLE if hasattr(reference(), each)])
    written = "write it with functions that have one, or declare its derivative with chainrule.custom_vjp"
    return f"{close} Or {written}" if close else written


@cache
def accepted_names(function: Any) -> frozenset[str]:
    """The parameters a function of ours takes."""
    return frozenset(inspect.signature(function).parameters)


@cache
def signature_of(function: Any) -> inspect.Signature | None:
    """The parameters a function of NumPy's takes, where it says."""
    try:
        return inspect.signature(function)
    except ValueError:
        return None


def call_function(theirs: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Call our function of the same name with NumPy's arguments, each under its name; refuse those it does not know."""
    ours = TABLE[name_of_ours(theirs)]
    keywords = {key: each for key, each in keywords.items() if each is not reference()._NoValue}
    if len(args) == 1 and accepted_names(ours).issuperset(keywords):
        return ours(*args, **keywords)
    signature = signature_of(theirs)
    if signature is None or any(each.kind is each.VAR_POSITIONAL for each in signature.parameters.values()):
        known = {key: each for key, each in keywords.items() if key in accepted_names(ours)}
        refuse_arguments(name_of_ours(theirs), {key: keywords[key] for key in keywords if key not in known})
        return ours(*args, **known)
    leading, named, others = sorted_arguments(signature.bind(*args, **keywords), accepted_names(ours))
    refuse_arguments(name_of_ours(theirs), others)
    return ours(*leading, **named)


def sorted_arguments(
    bound: inspect.BoundArguments, accepted: frozenset[str]
) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
    """NumPy's arguments as (those whose names differ, which come first; those of the same name; the rest)."""
    leading: list[Any] = []
    named: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        parameter = bound.signature.parameters[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            for key, each in value.items():
                (named if key in accepted else others)[key] = each
        elif name in accepted:
            named[name] = value
        elif parameter.default is parameter.empty and not named:
            leading.append(value)
        elif not is_default(value, parameter.default):
            others[name] = value
    return leading, named, others


def is_default(value: Any, default: Any) -> bool:
    """Whether an argument says what leaving it away says."""
    return value is default or (type(value) in (bool, int, str) and type(value) is type(default) and value == default)


_HARMLESS = frozenset(
    {"optimize", "casting", "subok", "copy", "overwrite_input", "kind"}
)  # they change how a result is computed, not what it is
_INSTEAD = {
    "dtype": "convert first: x.astype(dtype)",
    "where": "choose first: np.where(mask, x, 0)",
    "initial": "add it afterwards",
    "out": "leave out= away: values that are recorded do not change",
    "order": "transpose first: entries are taken in the order in which they are written (order='C')",
}


def refuse_arguments(name: str, given: dict[str, Any]) -> None:
    """Raise TraceError if an argument is left that would change what is computed."""
    unknown = [key for key, each in given.items() if not stands_for_nothing(each) and key not in _HARMLESS]
    if unknown:
        ours = TABLE[name]
        raise TraceError(
            given=f"numpy.{name} with {', '.join(f'{key}=' for key in sorted(unknown))} on a recorded value",
            expected="the arrays alone" if isinstance(ours, Op) else f"only {', '.join(sorted(accepted_names(ours)))}",
            remedy="; ".join(_INSTEAD.get(key, f"leave {key}= away, or write the step out") for key in unknown),
        )


_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")


def array_namespace(api_version: str | None) -> Any:
    """The namespace of the array standard, of a higher floor and so by name. Raises BoundsError for other versions."""
    if api_version not in (None, *_VERSIONS):
        raise BoundsError(given=f"version {api_version!r} of the array API", expected=f"one of {', '.join(_VERSIONS)}",
                          remedy="leave it away")  # fmt: skip
    return import_module("chainrule.numpy")


REFUSALS.update({"ufunc": call_ufunc, "function": call_by_name, "arguments": refuse_arguments})
TABLE["array_namespace"] = array_namespace
