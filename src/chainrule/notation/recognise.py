"""Formulas that are a well-known function written out: the meant tree in, the name of the function out.

One idea: a tree spelled as one line is compared with a few patterns. Recognised functions become single steps, so
that the working speaks of relu and not of cases.
"""

from __future__ import annotations

from .meaning import Choice, Literal, Meaning, everything
from .spelled import spell

_RELU = (
    "(choice 0 (< {x} 0) {x})", "(choice 0 (<= {x} 0) {x})", "(choice {x} (> {x} 0) 0)", "(choice {x} (>= {x} 0) 0)",
    "(choice 0 (< {x} 0) {x} (>= {x} 0))", "(choice 0 (<= {x} 0) {x} (> {x} 0))", "(choice {x} (> {x} 0) 0 (<= {x} 0))",
    "(choice {x} (>= {x} 0) 0 (< {x} 0))",
)  # fmt: skip
_SIGMOID = ("(* 1 /(+ 1 (exp (+ -{x}))))", "(* 1 /(+ (exp (+ -{x})) 1))")
_PATTERNS = {"relu": _RELU, "sigmoid": _SIGMOID}


def relu_argument(node: Choice) -> Meaning | None:
    """What relu is taken of, when the cases are relu and nothing else."""
    for value, _ in node.branches if len(node.branches) == 2 else ():
        if not isinstance(value, Literal) and _matches(node, value, "relu"):
            return value
    return None


def function_body(body: Meaning, parameter: Meaning) -> str | None:
    """The function of the library that a one-argument definition spells out, if any."""
    for name in _PATTERNS:
        if _matches(body, parameter, name):
            return name
    return "relu" if spell(body) == f"(max 0 {spell(parameter)})" else None


def _matches(node: Meaning, argument: Meaning, name: str) -> bool:
    spelled, inner = spell(node), spell(argument)
    return any(spelled == pattern.format(x=inner) for pattern in _PATTERNS[name])


def mentions(node: Meaning, kind: type[object]) -> bool:
    """Whether a node of this kind stands anywhere below."""
    return any(isinstance(each, kind) for each in everything(node))
