"""Names in code: which stand for a derivative, and which mean the same as a name in mathematics.

One idea: `W1`, `W_1` and `W^{[1]}` are one name; `dW1`, `d_W1`, `grad_W1`, `W1_grad`, `dL_dW1` and `grads["W1"]` are
its derivative.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass

_PREFIX = re.compile(r"^(?:d_?|grad_?|gradient_?|del_)(?=\w)")
_SUFFIX = re.compile(r"_(?:grad|gradient|g)$")
_KEPT = re.compile(r"[^A-Za-z0-9']+")
_LOSS = re.compile(
    r"^(?:[LJEC]|(?i:loss|cost|mse|nll|ce|error|err|objective|total_loss|[a-z0-9_]*_?(?:loss|cost)))\d*$"
)
_GRADS = re.compile(r"grad|^d$|^g$", re.IGNORECASE)
_LONGEST = 60
UPSTREAM = frozenset({
    "dout", "d_out", "grad_output", "grad_out", "upstream", "upstream_grad", "dL_dout", "grad", "dupstream", "d_output",
    "dvalues", "output_gradient", "output_grad", "gradient", "dz_out", "dnext", "dy",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gradient:
    """What a name says that it is the derivative of, nothing for the loss, and by what."""

    of: str
    by: str


def entry_name(node: ast.AST) -> str | None:
    """`params["W1"]` and `self.W1` are the name W1; `grads["W1"]` is dW1. None for everything else."""
    match node:
        case ast.Subscript(value=ast.Name(holder) | ast.Attribute(value=ast.Name("self"), attr=holder),
                           slice=ast.Constant(str(key))) if key.isidentifier():  # fmt: skip
            return f"d{key}" if _GRADS.search(holder) and not key.startswith(("d", "grad")) else key
        case ast.Attribute(value=ast.Name("self"), attr=name):
            return name
    return None


def target_name(node: ast.AST) -> str | None:
    """The name that an assignment gives a value to, as a whole."""
    return node.id if isinstance(node, ast.Name) else entry_name(node)


def gradient(name: str, known: Collection[str]) -> Gradient | None:
    """What a name is the derivative of and by; None if it is none of known names.

    >>> gradient("dL_dW", {"W", "L"}), gradient("dqdx", {"q", "x"}), gradient("dW1", {"W1"}), gradient("data", {"W"})
    (Gradient(of='L', by='W'), Gradient(of='q', by='x'), Gradient(of='', by='W1'), None)
    """
    if len(name) > _LONGEST:
        return None
    quotient = re.match(r"^d_?(\w+?)_(?:wrt_|by_)?d?_?(\w+)$", name)
    if quotient and quotient.group(2) in known and (quotient.group(1) in known or is_loss(quotient.group(1))):
        return Gradient(quotient.group(1), quotient.group(2))
    for match in re.finditer(r"(?<=.)d(?=\w)", name[1:]) if name.startswith("d") else ():
        above, below = name[1 : match.start() + 1].rstrip("_"), name[match.end() + 1 :].lstrip("_")
        if below in known and (above in known or is_loss(above)):
            return Gradient(above, below)
    for pattern in (_PREFIX, _SUFFIX):
        stem = pattern.sub("", name, count=1)
        if stem != name and stem in known:
            return Gradient("", stem)
        longer = [each for each in known if each.startswith(f"{stem}_")] if stem != name and len(stem) > 2 else []
        if len(longer) == 1:  # `dhidden` by `hidden_layer`
            return Gradient("", longer[0])
    if name.startswith("delta"):
        return next((Gradient("", each) for each in _before(name[5:]) if each in known), None)
    return None


def _before(ending: str) -> tuple[str, ...]:
    """What a delta is usually the derivative by: the value before the activation."""
    bare = ending.lstrip("_")
    return tuple(letter + mark + bare for letter in "zZ" for mark in ("", "_"))


def is_surely_a_loss(name: str) -> bool:
    """Whether a name means nothing but a loss: `E` may be an energy."""
    return is_loss(name) and name not in ("E", "C", "err", "error", "ce")


def is_loss(name: str) -> bool:
    """Whether a name is usual for a loss."""
    return _LOSS.match(name) is not None


def looks_like_one(name: str) -> bool:
    """Whether a name looks like a derivative, of whatever."""
    return re.match(r"^(?:d[A-Za-z_]\w*|\w*grad\w*|delta\w*)$", name) is not None


def plain(text: str) -> str:
    r"""A name without scripts and signs: what `W_1`, `W^{[1]}` and `W1` have in common.

    >>> plain("W_1"), plain("Z^{[1]}"), plain("y_hat")
    ('W1', 'Z1', 'yhat')
    """
    return _KEPT.sub("", text.replace("\\", ""))
