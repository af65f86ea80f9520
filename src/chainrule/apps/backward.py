"""Behind `chainrule check backward.py:function --against forward`: two functions and values in, an exit code out.

One idea: the user's file is run as `chainrule explain file.py:f` runs it; example arguments come from `--at`, from a
saved file, or from the file itself.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ..checker.backward import BackwardCheck, check_backward
from ..errors import ChainruleError, GradientError, UnknownNameError, did_you_mean
from ..notation.values import read_values
from ..transforms.observe import parameter_names
from .asking import find_function, function_in, functions_in, quietly

_EXAMPLES = ("example", "example_args", "example_arguments")
_UPSTREAM = ("upstream", "dout", "grad_out")


def run(target: str, against: str, options: Mapping[str, Any]) -> int:
    """Judge a backward function and print what was found: 0 if all is right, 1 if something is wrong.

    `target` is file.py:function, `against` the forward function, in the same file or as other.py:function. Of
    `options` are read: `at` (values of arguments, and of `upstream`), `format` (text or json) and `output` (a file).

    Raises UnknownNameError for a function or a value that is not there, and what `check_backward` raises.
    """
    named = function_in(target)
    if named is None:
        raise UnknownNameError(given=target, expected="backward.py:function")
    path, name = named
    backward = find_function(path, name)
    forward = _forward(path, against)
    with quietly():
        args, upstream = _arguments(forward, path, tuple(options.get("at") or ()))
        check = check_backward(backward, forward, args, upstream)
    _send(check, str(options.get("format") or "text"), options.get("output"))
    return 0 if check.ok else 1


def _forward(path: str, against: str) -> Callable[..., Any]:
    named = function_in(against)
    return find_function(path, against) if named is None else find_function(*named)


# Example arguments ---------------------------------------------------------------------------------------------------
def _arguments(forward: Callable[..., Any], path: str, at: Sequence[str]) -> tuple[tuple[Any, ...], Any]:
    """The arguments of the forward function, and the upstream gradient if one was given."""
    names = parameter_names(forward)
    known: dict[str, Any] = dict(read_values(at))
    upstream = next((known.pop(name) for name in _UPSTREAM if name in known and name not in names), None)
    return given_arguments(forward, path, known), upstream


def given_arguments(function: Callable[..., Any], path: str, known: Mapping[str, Any]) -> tuple[Any, ...]:
    """The positional arguments of a function of the file `path`: the values given, else those that example() returns.

    Raises UnknownNameError for a value of no parameter, and for a parameter without a value.
    """
    names = parameter_names(function)
    example = _example(function, path)
    if isinstance(example, Mapping):
        known = {**{str(name): value for name, value in example.items()}, **known}
    elif example is not None:
        known = {**dict(zip(names, example, strict=False)), **known}
    _refuse_unknown(known, example, names, function)
    defaults = {each.name: each.default for each in inspect.signature(function).parameters.values()}
    missing = [name for name in names if name not in known and defaults[name] is inspect.Parameter.empty]
    if missing:
        raise UnknownNameError(
            given=f"no value for {', '.join(missing)}",
            expected=f"values for {function.__name__}({', '.join(names)})",
            remedy=f'add --at "{missing[0]}=[[1, 2], [3, 4]]" or --at data.npz, or write a function example() in the '
            f"file that returns the arguments",
        )  # fmt: skip
    return tuple(_as_given(known.get(name, defaults[name])) for name in names)


def _refuse_unknown(known: Mapping[str, Any], example: Any, names: Sequence[str], forward: Callable[..., Any]) -> None:
    own = set(example) if isinstance(example, Mapping) else set()
    unknown = [name for name in known if name not in names and name not in own]
    if unknown:
        raise UnknownNameError(
            given=f"a value for {', '.join(unknown)}", remedy=did_you_mean(unknown[0], names),
            expected=f"parameters of {forward.__name__}: {', '.join(names)}",
        )  # fmt: skip


def _example(forward: Callable[..., Any], path: str) -> Any:
    """What example() in the file of the forward function returns: the arguments in order, or by name."""
    home = Path(inspect.getsourcefile(forward) or path)
    module = inspect.getmodule(forward)
    found = next((getattr(module, name) for name in _EXAMPLES if callable(getattr(module, name, None))), None)
    if found is None and home.resolve() != Path(path).resolve():
        found = next((find_function(path, name) for name in _EXAMPLES if name in functions_in(path)), None)
    if found is None:
        return None
    try:
        example = found()
    except ChainruleError:
        raise
    except Exception as problem:
        raise GradientError(
            given=f"{found.__name__}(), which raised {type(problem).__name__}: {problem}",
            expected="a function that returns the arguments",
        ) from problem
    return example if isinstance(example, (tuple, list, Mapping)) else (example,)


def _as_given(value: Any) -> Any:
    return float(value) if getattr(value, "shape", None) == () and hasattr(value, "dtype") else value


# Reports -------------------------------------------------------------------------------------------------------------
def _send(check: BackwardCheck, form: str, output: str | None) -> None:
    if form not in ("text", "json"):
        raise UnknownNameError(given=f"--format {form}", expected="text or json for a backward function")
    text = check.text() if form == "text" else json.dumps(check.to_dict(), ensure_ascii=False, allow_nan=False)
    if output is None:
        click.echo(text)
        return
    try:
        Path(output).write_text(text + "\n", encoding="utf-8")
    except OSError as problem:
        raise click.ClickException(f"{output} cannot be written: {problem.strerror}") from None
