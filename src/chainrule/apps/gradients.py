"""Behind `chainrule gradcheck`, `why-nan` and `why-zero`: a function of a file and a point in, a report out.

One idea: the file is the user's own program and is run as Python runs it; the point is written as plain literals, drawn
for shapes, or given by the file itself (`example()`).
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ..api import why_nan, why_zero
from ..errors import ChainruleError, DTypeError, GradientError, LimitError, ParseError, TextSpan, UnknownNameError
from ..ir.library import reference
from ..notation.values import read_values
from ..transforms.check import check_grads
from ..transforms.checking.report import GradientReport, Verdict
from .asking import find_function, function_in, quietly
from .backward import given_arguments

_LONGEST = 1_000_000  # characters of --args
_MOST_ENTRIES = 10_000_000  # of an array that is drawn for a shape
_MODES = {"both": ("forward", "reverse"), "forward": ("forward",), "reverse": ("reverse",)}


def run(target: str, written: str | None, at: Sequence[str], shapes: str | None, asked: Mapping[str, Any]) -> int:
    """Check the derivatives of a function and print the report: 0 all agree, 1 a bug, 2 not decided.

    Of `asked` are read: `order`, `modes`, `seed`, `form` (text or json), `output` and `plot` (files).

    Raises UnknownNameError for a function or a value that is not there, ParseError for arguments that are no literals,
    and what `check_grads` raises for arguments and outputs without a derivative.
    """
    function, args = load(target, written, at, shapes, int(asked["seed"]))
    modes = _MODES[asked["modes"]]
    report = asked_of(
        function, lambda: check_grads(function, args, asked["order"], modes, raises=False, seed=asked["seed"])
    )
    send(report, asked)
    return {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 2}[report.verdict]


def explain_nan(target: str, written: str | None, at: Sequence[str], shapes: str | None) -> int:
    """Print where the first NaN or infinity of a function comes from: 0 if there is none, 1 if there is one."""
    function, args = load(target, written, at, shapes)
    report = asked_of(function, lambda: why_nan(function)(*args))
    click.echo(report.text())
    return 1 if report.found else 0


def explain_zero(
    target: str, written: str | None, at: Sequence[str], shapes: str | None, wrt: str | None, flow: bool
) -> int:
    """Print what makes gradients of a function zero: 0 if nothing is, 1 if something is."""
    function, args = load(target, written, at, shapes)
    names = None if wrt is None else [name.strip() for name in wrt.split(",")]
    report = asked_of(function, lambda: why_zero(function, names)(*args))
    click.echo(report.text())
    if flow:
        click.echo("\n".join(f"\n{each.variable}\n{each.flow.text()}" for each in report.gradients))
    return 1 if any(each.zeros for each in report.gradients) else 0


def asked_of(function: Callable[..., Any], question: Callable[[], Any]) -> Any:
    """The answer; what the user's own function raises in our words."""
    try:
        with quietly():
            return question()
    except ChainruleError:
        raise
    except Exception as problem:
        raise refused(function, problem) from problem


def load(
    target: str, written: str | None, at: Sequence[str], shapes: str | None, seed: int = 0
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The function that a target names, and the arguments to look at it with."""
    named = function_in(target)
    if named is None:
        raise UnknownNameError(given=target, expected="file.py:function", remedy="name a function of a Python file")
    function = find_function(*named)
    if written is not None:
        return function, read_arguments(written)
    drawn = drawn_arguments(shapes, seed) if shapes is not None else {}
    with quietly():
        found = given_arguments(function, named[0], {**drawn, **read_values(at)})
    return function, tuple(as_floats(value) for value in found)


def refused(function: Callable[..., Any], problem: Exception) -> GradientError:
    """What the user's own function raised, in our words."""
    return GradientError(
        given=f"{getattr(function, '__name__', 'the function')}, which raised {type(problem).__name__}: {problem}",
        expected="a function that runs with these arguments", remedy="run it with them in Python first",
    )  # fmt: skip


# The point -----------------------------------------------------------------------------------------------------------
def read_arguments(written: str) -> tuple[Any, ...]:
    """`[1.0, 2.0], 3` as positional arguments: Python literals only, nothing is evaluated. Lists of numbers are arrays.

    >>> read_arguments("[1, 2], 0.5")
    (array([1., 2.]), 0.5)
    """
    if len(written) > _LONGEST:
        raise LimitError(given=f"--args of {len(written)} characters", expected=f"at most {_LONGEST}",
                         remedy="save the arrays with np.savez and give --at data.npz")  # fmt: skip
    try:
        parsed = ast.literal_eval(f"({written.strip()},)")
    except (ValueError, SyntaxError, MemoryError, RecursionError) as problem:
        raise ParseError(
            given="arguments that are not Python literals", where=TextSpan(written, 0, len(written)),
            expected='numbers, lists, tuples and dicts of numbers, as "[1.0, 2.0], 3.0"',
            remedy="nothing is computed here: write 0.3333 for 1/3",
        ) from problem  # fmt: skip
    return tuple(as_floats(each) for each in parsed)


def as_floats(value: Any) -> Any:
    """Numbers as floats, lists of numbers as arrays; containers keep their form."""
    numpy = reference()
    if isinstance(value, dict):
        return {key: as_floats(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(as_floats(each) for each in value)
    if isinstance(value, list):
        return as_array(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return value.astype(float) if isinstance(value, numpy.ndarray) and value.dtype.kind in "iu" else value


def as_array(value: list[Any]) -> Any:
    """A list of numbers as an array of floats, a list of anything else entry by entry."""
    if any(isinstance(each, (dict, tuple, str)) for each in value):
        return [as_floats(each) for each in value]
    try:
        return reference().array(value, dtype=float)
    except (ValueError, TypeError) as problem:
        raise DTypeError(given=f"the list {str(value)[:60]}", expected="rows of one length, with numbers in them",
                         remedy="write [[1, 2], [3, 4]]") from problem  # fmt: skip


def drawn_arguments(shapes: str, seed: int) -> dict[str, Any]:
    """Standard normal numbers for each shape of "W: 3 4, x: 4".

    >>> {name: value.shape for name, value in drawn_arguments("W: 3 4, x: 4, s:", 0).items()}
    {'W': (3, 4), 'x': (4,), 's': ()}
    """
    generator = reference().random.default_rng(seed)
    found = {}
    for declared in filter(str.strip, shapes.split(",")):
        name, colon, sizes = (part.strip() for part in declared.partition(":"))
        words = sizes.replace("x", " ").split()
        if not colon or not name.isidentifier() or not all(word.isdecimal() and len(word) < 10 for word in words):
            raise UnknownNameError(given=f'--shapes "{shapes}"', expected='names with sizes, as "W: 3 4, x: 4"',
                                   remedy="sizes are whole numbers; a single number has none: s:")  # fmt: skip
        shape = tuple(map(int, words))
        entries = 1
        for size in shape:
            entries *= size
        if entries > _MOST_ENTRIES:
            raise LimitError(given=f"{name} of shape {shape}", expected=f"at most {_MOST_ENTRIES} entries",
                             remedy="a gradient is as wrong on a small array as on a large one")  # fmt: skip
        found[name] = generator.normal(size=shape)
    return found


# Reports -------------------------------------------------------------------------------------------------------------
def send(report: GradientReport, asked: Mapping[str, Any]) -> None:
    """Print the report or write it to a file, and draw the plot that was asked for."""
    form = asked["form"]
    text = report.text() if form == "text" else json.dumps(report.to_dict(), ensure_ascii=False, allow_nan=False)
    for path, content in ((asked.get("plot"), report.plot() if asked.get("plot") else ""), (asked.get("output"), text)):
        if path is None:
            continue
        try:
            Path(path).write_text(content if content.endswith("\n") else content + "\n", encoding="utf-8")
        except OSError as problem:
            raise click.ClickException(f"{path} cannot be written: {problem.strerror}") from None
    if asked.get("output") is None:
        click.echo(text)
