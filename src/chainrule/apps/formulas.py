"""Behind `chainrule derive`: a target and what is declared about it in, closed formulas as a page or as code out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .. import api
from ..errors import ChainruleError, GradientError
from ..renderers.formulas import Formulas
from .asking import find_function, function_in, read_calls, whole_page


def derive(target: str, at: Sequence[str], shapes: str | None, asked: Mapping[str, Any]) -> Formulas:
    """The formulas for a target; `asked` are the options of `api.derive`, with names as they were typed."""
    options: dict[str, Any] = {name: () if value is None and name != "wrt" else value for name, value in asked.items()}
    options["called"] = read_calls(asked["called"])
    place = function_in(target)
    fun = target if place is None else find_function(*place)
    try:
        return api.derive(fun, shapes=shapes, values=at or None, **options)
    except ChainruleError:
        raise
    except Exception as problem:
        if place is None:
            raise
        raise GradientError(
            given=f"{place[1]}, which raised {type(problem).__name__}: {problem}",
            expected="a function that runs on arrays of these shapes",
            remedy="run it in Python first, on arrays of such shapes",
        ) from problem


def render(found: Formulas, to: str, form: str, digits: int) -> str:
    """The formulas as a page, as JSON or as code."""
    match to:
        case "text":
            return found.text(form, digits)
        case "markdown":
            return found.markdown(form, digits)
        case "latex":
            return found.latex(form, digits)
        case "html":
            return whole_page(found.html(form, digits), f"The derivative of {found.derived.output}")
        case "json":
            return json.dumps(found.to_dict(digits), ensure_ascii=False, allow_nan=False)
        case _:
            return found.code(to)
