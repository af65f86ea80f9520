"""Behind the commands: a target and its values in, explanations and source code as text out.

One idea: a formula and a function both become a graph with names; from there on the commands do not know which it was.
"""

from __future__ import annotations

import html
import importlib.util
import inspect
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from .. import api, notation
from ..derivation.order import OrderVerdict, judge_order
from ..derivation.question import split_symbols
from ..errors import ChainruleError, GradientError, ShapeError, UnknownNameError, did_you_mean
from ..executors.listing import joint_graph
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import is_abstract
from ..ir.printing import print_graph
from ..notation import shapes as written_shapes
from ..notation import values as written_values
from ..ops import OPS, input_node
from ..renderers.page import Explanation
from ..transforms.observe import observe, parameter_names
from ..transforms.places import differentiable_places

_FUNCTION = re.compile(r"(.+\.py):([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Target:
    """What a command works on: a graph with names, how the text was read, and the letters of symbolic sizes."""

    graph: Graph
    readings: tuple[str, ...] = ()
    sizes: Mapping[int, str] = field(default_factory=dict)
    function: Callable[..., Any] | None = None


def quietly() -> AbstractContextManager[Any]:
    """Without NumPy's warnings: the notes say where a NaN or an infinity arises."""
    return reference().errstate(all="ignore")  # type: ignore[no-any-return]


def load(target: str, at: Sequence[str], shapes: str | None) -> Target:
    """The graph of a formula or of file.py:function, with the values given."""
    given = written_values.read_values(at)
    named = function_in(target)
    return _load_formula(target, given, shapes) if named is None else _load_function(*named, given, shapes)


def function_in(target: str) -> tuple[str, str] | None:
    """The file and the function of a target `file.py:function`; None for a formula."""
    named = _FUNCTION.fullmatch(target.strip())
    if named is None and re.fullmatch(r".+\.py:?", target.strip()):
        raise UnknownNameError(
            given=f"the file {target.strip().rstrip(':')} without a function", expected="file.py:function",
            remedy="write the name of a function of that file after a colon",
        )  # fmt: skip
    return None if named is None else (named[1], named[2])


def _load_formula(text: str, given: Mapping[str, Any], shapes: str | None) -> Target:
    parsed = notation.parse(text, shapes=shapes, values=given or None)
    return Target(parsed.graph, tuple(str(reading) for reading in parsed.readings), parsed.sizes)


# Functions in files
# ----------------------------------------------------------------------------------------------------
def _load_function(path: str, name: str, given: Mapping[str, Any], shapes: str | None) -> Target:
    function = find_function(path, name)
    args, sizes = _arguments(function, given, shapes)
    places = differentiable_places(args) if shapes is None else tuple(range(len(args)))
    try:
        _, graph = observe(function, args, {}, places)
    except ChainruleError:
        raise
    except Exception as problem:
        raise GradientError(
            given=f"{name}, which raised {type(problem).__name__}: {problem}",
            expected="a function that runs with these values",
            remedy="run it with them in Python first",
        ) from problem
    return Target(graph, (), sizes, function)


def find_function(path: str, name: str) -> Callable[..., Any]:
    """The function of this name in a Python file. The file is run, as Python does when it imports it."""
    if not Path(path).is_file():
        raise UnknownNameError(given=f"the file {path}", expected="a Python file", remedy="check the path")
    function = getattr(_run_file(path), name, None)
    if not callable(function):
        found = functions_in(path)
        raise UnknownNameError(
            given=f"{path}:{name}",
            expected=f"one of its functions: {', '.join(found) or 'none are defined there'}",
            remedy=did_you_mean(name, found),
        )
    return function  # type: ignore[no-any-return]


def functions_in(path: str) -> list[str]:
    """The names of the functions that a file, which has run, defines itself."""
    module = sys.modules[_module_name(path)]
    return [
        key for key, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    ]  # fmt: skip


def _module_name(path: str) -> str:
    return f"user_file_{Path(path).stem}"


def _run_file(path: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(_module_name(path), path)
    if specification is None or specification.loader is None:
        raise UnknownNameError(given=f"the file {path}", expected="a Python file")
    module = importlib.util.module_from_spec(specification)
    sys.modules[_module_name(path)] = module
    sys.path.insert(0, str(Path(path).resolve().parent))
    try:
        specification.loader.exec_module(module)
    except Exception as problem:
        line = getattr(problem, "lineno", None)
        raise GradientError(
            given=f"{path}, which raised {type(problem).__name__}: {problem}" + (f" (line {line})" if line else ""),
            expected="a file that Python can import",
        ) from problem
    finally:
        sys.path.pop(0)
    return module


def _arguments(
    function: Callable[..., Any], given: Mapping[str, Any], shapes: str | None
) -> tuple[list[Any], Mapping[int, str]]:
    """The positional arguments by name: values, or variables of the declared shapes."""
    known = dict(given)
    sizes: Mapping[int, str] = {}
    if shapes is not None:
        declared, sizes = written_shapes.concrete_shapes(shapes)
        known.update({name: input_node(shape, reference().dtype("float64")) for name, shape in declared.items()})
    defaults = {each.name: each.default for each in inspect.signature(function).parameters.values()}
    names = parameter_names(function)
    missing = [name for name in names if name not in known and defaults[name] is inspect.Parameter.empty]
    unknown = [name for name in known if name not in names]
    if missing or unknown:
        raise UnknownNameError(
            given=f"no value for {', '.join(missing)}" if missing else f"a value for {', '.join(unknown)}",
            expected=f"the parameters of {function.__name__}: {', '.join(names)}",
            remedy=f"add --at {missing[0]}=..." if missing else did_you_mean(unknown[0], names),
        )
    return [known.get(name, defaults[name]) for name in names], sizes


# Answers
# ---------------------------------------------------------------------------------------------------------------
def explain(
    target: str, at: Sequence[str], shapes: str | None, wrt: str | None, detail: str, called: Sequence[str]
) -> Explanation:
    """The explanation of a target."""
    loaded = load(target, at, shapes)
    return api.explain_recorded(
        loaded.graph, wrt, detail, read_calls(called), first_index=1, sizes=loaded.sizes, readings=loaded.readings
    )


def read_calls(called: Sequence[str]) -> dict[str, str]:
    """`delta_2=dL/dz_2` (or dL/dz_2=delta_2) as {"z_2": "delta_2"}."""
    found: dict[str, str] = {}
    for text in called:
        left, sign, right = (part.strip() for part in text.partition("="))
        derivative = right if re.match(r"d.+/d.+", right) else left
        symbol = re.match(r"d.+?/d(.+)", derivative)
        if not sign or symbol is None:
            raise UnknownNameError(given=f"--call {text}", expected="a name and a gradient, as delta_2=dL/dz_2")
        found[symbol[1].strip()] = left if derivative is right else right
    return found


def judge(worked: Explanation, listed: str) -> OrderVerdict:
    """The verdict on a topological order that somebody wrote."""
    return judge_order(worked.derivation, split_symbols(listed.strip().strip("[]")))


def render(worked: Explanation, form: str, digits: int) -> str:
    """The explanation in one of its forms."""
    match form:
        case "markdown":
            return worked.markdown(digits=digits)
        case "latex":
            return worked.latex(digits=digits)
        case "html":
            return whole_page(worked.html(digits=digits), f"The gradient of {worked.derivation.output}")
        case "json":
            return json.dumps(worked.to_dict(), ensure_ascii=False, allow_nan=False)
        case _:
            return worked.text(digits=digits)


def whole_page(fragment: str, title: str) -> str:
    """An HTML fragment as a document of its own."""
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title>'
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{fragment}\n</body>\n</html>'


def graph_for_code(target: str, at: Sequence[str], shapes: str | None) -> Graph:
    """A graph that holds for all values of these shapes. Raises ShapeError for sizes that are letters, BranchError for
    a function that branches on values."""
    loaded = load(target, at, shapes)
    if loaded.sizes:
        raise ShapeError(
            given=f"sizes that are letters ({', '.join(sorted(set(loaded.sizes.values())))}) for code of one shape",
            expected='numbers for all sizes, as in "x: 5"',
            remedy="write numbers, or ask `chainrule derive ... --to numpy`, whose code holds for every size",
        )
    if loaded.function is None or shapes is not None:
        return loaded.graph
    arguments, _ = _arguments(loaded.function, written_values.read_values(at), shapes)
    return api.jit(loaded.function).graph(*arguments)


def source(target: str, at: Sequence[str], shapes: str | None, what: str, to: str = "numpy") -> str:
    """The NumPy code of a target, or what runs when it is compiled, in LLVM's language or in C."""
    graph = graph_for_code(target, at, shapes)
    if to != "numpy":
        from ..executors.native.questions import language, language_c

        wanted, name = joint_graph(graph, what)
        return language(wanted) if to == "llvm" else language_c(wanted, name)
    kinds = ("value", "gradient") if what == "both" else (what,)
    return "\n\n".join(api.source(graph, of=kind) for kind in kinds)


def laws(target: str, at: Sequence[str], shapes: str | None, what: str) -> str:
    """The laws that make a target cheaper before it is compiled, and the NumPy code of what they leave."""
    from ..transforms.rewrites import rewritten

    wanted, name = joint_graph(graph_for_code(target, at, shapes), what)
    found = rewritten(wanted)
    return f"{found}\n\n{print_graph(found.graph, name).text}"


def vocabulary() -> str:
    """The version, what executes compiled functions, and the ops, each with the first sentence of its documentation."""
    from .. import __version__
    from ..executors.native.executor import report

    width = max(len(name) for name in OPS)
    rows = [
        f"  {name.ljust(width)}  {made.doc.splitlines()[0] if made.doc else ''}" for name, made in sorted(OPS.items())
    ]
    return "\n".join([f"chainrule {__version__}", report(), "", f"{len(OPS)} operations:", *rows])


def has_values(graph: Graph) -> bool:
    """Whether every input has a number."""
    return not any(is_abstract(node) for node in graph.inputs)
