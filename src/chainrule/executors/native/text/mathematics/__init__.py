"""Functions of mathematics as straight instructions: a name and a kind of float in, a function in LLVM's language out.

One idea: no branch and no table, so that the loop around them becomes vectors. Every function is within 4 units in the
last place of the truth everywhere, and gives what IEEE says for zeros, infinities, NaN and denormals. The coefficients
of the polynomials are found by `tools/polynomials.py`, the largest errors by `tools/accuracy.py`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from ..writer import Writer, literal
from .angles import arccos, arcsin, arctan, arctan2
from .circles import LIMITS as FARTHEST
from .circles import cos, sin, tan
from .error_functions import erf, erfc
from .exponentials import cosh, exp, exp2, expm1, sinh, tanh
from .logarithms import arccosh, arcsinh, arctanh, log, log1p, log2, log10
from .powers import cbrt, hypot, power

FUNCTIONS: dict[str, Callable[..., str]] = {
    "exp": exp, "exp2": exp2, "expm1": expm1, "sinh": sinh, "cosh": cosh, "tanh": tanh,
    "log": log, "log2": log2, "log10": log10, "log1p": log1p,
    "sin": sin, "cos": cos, "tan": tan, "arcsin": arcsin, "arccos": arccos, "arctan": arctan, "arctan2": arctan2,
    "arcsinh": arcsinh, "arccosh": arccosh, "arctanh": arctanh, "erf": erf, "erfc": erfc,
    "power": power, "cbrt": cbrt, "hypot": hypot,
}  # fmt: skip
LIMITS = {"sin": FARTHEST, "cos": FARTHEST, "tan": FARTHEST}  # good up to here; beyond, the C library is called


def is_beyond(w: Writer, name: str, kind: str, x: str) -> str:
    """Whether an argument is too large for our own function."""
    return w.compare("ogt", kind, w.intrinsic("fabs", kind, x), literal(LIMITS[name][kind], kind))


def definition(need: str) -> tuple[str, set[str]]:
    """The text of one function, `exp.double`, and the declarations it needs. `sin.near.double` is good for arguments
    that are not beyond its limit, `sin.double` for all."""
    name, *near, kind = need.split(".")
    w, function = Writer(), FUNCTIONS[name]
    taken = [f"%x{place}" for place in range(len(inspect.signature(function).parameters) - 2)]
    if name in LIMITS and not near:
        w.do(f"br i1 {is_beyond(w, name, kind, *taken)}, label %far, label %near")
        w.label("far")
        w.do(f"ret {kind} {w.foreign(name, kind, *taken)}")
        w.label("near")
    found = function(w, kind, *taken)
    body, arguments = "\n".join(w.lines), ", ".join(f"{kind} {each}" for each in taken)
    head = f"define internal {kind} @cr.{need}({arguments}) alwaysinline nounwind"
    return f"{head} {{\n{body}\n  ret {kind} {found}\n}}\n", w.declared
