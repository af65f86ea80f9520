"""Branches: the nodes of a recorded run in, which way each of its choices went out.

One idea: a kink between two points is not guessed from numbers. The function is recorded at both, and the choices it
made (comparisons, signs, which entry was largest, which side of a corner) are compared exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...errors import CodeLine
from ...ir.library import reference
from ...ir.node import Node, concrete
from ...ir.op import Flat, Role

Choices = tuple[tuple[str, bytes], ...]

_CONTINUOUS = frozenset({"stop_gradient", "input", "constant", "mark"})  # no gradient passes, but no jump either


def choices(nodes: Iterable[Node]) -> Choices:
    """Which way every choice of a run went, in the order in which they were made."""
    return tuple((node.op.name, _bits(taken)) for node in nodes if (taken := choice(node)) is not None)


def choice(node: Node) -> Any:
    """The choice a node made, as an array of whole numbers or truth values; None if it makes none."""
    op = node.op
    if op.name in _CONTINUOUS:
        return None
    if node.type.dtype.kind in "iub" or type(op.derivative) is Flat or op.role is Role.STOPS:
        return concrete(node)
    if op.domain.is_kink is not None:
        return _sides(node, op.domain.is_kink)
    if op.domain.kink is None:
        return None
    if op.name in ("max", "min"):
        return _chosen(node)
    if op.name == "remainder":
        return reference().floor_divide(*[concrete(each) for each in node.inputs])
    return concrete(node) == 0


def at_kinks(nodes: Iterable[Node]) -> list[Node]:
    """The nodes whose derivative is a matter of convention at the very point they were computed at."""
    return [node for node in nodes if node.op.domain.kink is not None and is_at_kink(node)]


def kinks_of(nodes: Iterable[Node]) -> list[str]:
    """Which functions sit on a kink, each with the user's line where it is known: `relu at 0 (net.py:3: h = ...)`."""
    return list(dict.fromkeys(_kink(node) for node in at_kinks(nodes)))


def _kink(node: Node) -> str:
    at = "at a tie" if node.op.name in ("max", "min", "maximum", "minimum", "sort") else "at its kink"
    values = [concrete(each) for each in node.inputs]
    if at == "at its kink" and len(values) == 1:
        at = "at 0" if reference().any(values[0] == 0) else at
    line = "" if node.origin is None else f" ({CodeLine(node.origin.file, node.origin.line)})"
    return f"{node.op.name} {at}{line}: {(node.op.domain.kink or '').removeprefix('a corner at 0: ')}"


def is_at_kink(node: Node) -> bool:
    """Whether a node of an op with kinks sits on one."""
    numpy = reference()
    if node.op.domain.is_kink is not None:
        return bool(numpy.any(node.op.domain.is_kink(*[concrete(each) for each in node.inputs])))
    if node.op.name in ("max", "min"):
        return bool(numpy.any(numpy.sum(_chosen(node), axis=node.settings["axes"]) > 1))
    return bool(numpy.any(concrete(node) == 0))


def _sides(node: Node, is_kink: Callable[..., Any]) -> Any:
    """Left of the corner, on it, or right of it: of 0 for one input, of each other for two; else on it or not."""
    numpy = reference()
    inputs = [concrete(each) for each in node.inputs]
    if len(inputs) == 1:
        return numpy.sign(inputs[0])
    return numpy.sign(inputs[0] - inputs[1]) if node.op.role is Role.ROUTES else is_kink(*inputs)


def _chosen(node: Node) -> Any:
    numpy = reference()
    largest = numpy.max if node.op.name == "max" else numpy.min
    x = concrete(node.inputs[0])
    return x == largest(x, axis=node.settings["axes"], keepdims=True)


def _bits(taken: Any) -> bytes:
    return bytes(reference().asarray(taken + 0 if taken.dtype.kind == "f" else taken).tobytes())  # + 0: no -0.0
