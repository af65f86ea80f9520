"""Entry by entry: products, sums, quotients and powers of arrays as terms.

One idea: a product of sums is multiplied out only where that shortens it, so there are three ways of reading a sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ....ir.library import reference
from ....ir.node import Node
from ....ops.choices import cast, logical_not
from ....ops.movement import broadcast
from ....transforms.laws import coefficient, number
from ..terms import (
    Factor,
    Letter,
    Term,
    Terms,
    add_all,
    multiply,
    raised,
    scale,
    simplified,
    summed,
)
from .mixing import below_copies
from .reader import FORMS, WAYS, At, NoIndexFormError, Reader, as_it_is, bounded, read, whole


def _times(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    left, right = node.inputs
    simple = number(left) is not None or number(right) is not None
    return multiply(read(left, at, reader, top and simple), read(right, at, reader, top and simple))


def _negative(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    return scale(read(node.inputs[0], at, reader, top), -1.0)


def _plus(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """A sum. The walk back meets the last use of a variable first, so what it added up is turned round: the terms of a
    gradient stand as the function says them."""
    if _stays_whole(node, reader, top):
        return _whole_sum(node, at, reader)
    parts = [read(each, at, reader, top) for each in node.inputs]
    return add_all(parts if node in reader.forward else reversed(parts))


def _minus(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    if _stays_whole(node, reader, top):
        return _whole_sum(node, at, reader)
    left, right = node.inputs
    return add_all((read(left, at, reader, top), scale(read(right, at, reader, top), -1.0)))


def _stays_whole(node: Node, reader: Reader, top: bool) -> bool:
    if node in reader.open:
        return False
    if reader.way == WAYS[2] and not top:
        return any(number(each) is not None for each in node.inputs)
    return not (top or reader.distribute)


def multiplied_out(terms: Sequence[Term], reader: Reader) -> list[Term]:
    """Terms whose factors are sums that stayed whole, multiplied out now that powers have cancelled."""
    apart = replace(reader, way=WAYS[1])
    found: list[Term] = []
    for term in terms:
        sums = [each for each in term.factors if _is_small_sum(each, reader)]
        if not sums:
            found.append(term)
            continue
        rest: Terms = (replace(term, factors=tuple(each for each in term.factors if each not in sums)),)
        for each in sums:
            rest = bounded(multiply(rest, read(each.what, each.at, apart)))
        found.extend(each for each in (simplified(part) for part in rest) if each is not None)
    return found


def _is_small_sum(factor: Factor, reader: Reader) -> bool:
    return factor.power == 1 and factor.what not in reader.keep and factor.what.op.name in ("add", "sub")


def _whole_sum(node: Node, at: At, reader: Reader) -> Terms:
    """A sum as one array. Where it only copies along an axis, or is a single product after all, it is read as that."""
    if 1 in node.shape or reader.rewrite is None:
        return whole(node, at)
    factor, written = coefficient(reader.rewrite(node))
    return whole(node, at) if written is None or written.shape != node.shape else scale(whole(written, at), factor)


def _over(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    above, below = node.inputs
    return multiply(read(above, at, reader, top and number(below) is not None), read_power(below, at, reader, -1.0))


def read_power(node: Node, at: At, reader: Reader, power: float) -> Terms:
    """An entry to a power: of a product the product of powers, of anything else that entry as a whole."""
    if node in reader.open:
        raise NoIndexFormError(f"a power of {node.op.name} is not a sum of products")
    terms = read(node, at, replace(reader, way=WAYS[0]), False)
    found = raised(terms[0], power, reader.positive) if len(terms) == 1 else None
    if found is not None:
        return (found,)
    inner: list[Letter] = []
    while node.op is broadcast or node.op.name in ("cast", "mark"):
        at, node = below_copies(node, at, inner), node.inputs[0]
    entries = [each.factors[0] for each in whole(node, at)]
    return summed(tuple(Term(factors=(replace(each, power=power),)) for each in entries), inner)


def _square(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source = node.inputs[0]
    if node in reader.open:
        raise NoIndexFormError("a square of the seed")
    return read_power(source, at, reader, 2.0)


def _fixed_power(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    exponent = (
        number(node.inputs[1]) if len(node.inputs) > 1 else node.settings.get("power", node.settings.get("exponent"))
    )
    if exponent is None or node in reader.open:
        return as_it_is(node, at, reader)
    return read_power(node.inputs[0], at, reader, float(exponent))


def _root(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """The root of an array that is declared positive is its power 1/2; of any other an array of its own."""
    if node in reader.open:
        return as_it_is(node, at, reader)
    terms = read(node.inputs[0], at, reader, False)
    factors = terms[0].factors if len(terms) == 1 else ()
    if factors and all(each.what in reader.positive for each in factors):
        return read_power(node.inputs[0], at, reader, 0.5)
    return as_it_is(node, at, reader)


def _size(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    if node.inputs[0] in reader.positive:
        return read(node.inputs[0], at, reader, top)
    return as_it_is(node, at, reader)


def _passes(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    source = node.inputs[0]
    if source.dtype.kind not in "fiu":
        return as_it_is(node, at, reader)
    return read(source, at, reader, top)


def _chooses(node: Node, at: At, reader: Reader, top: bool) -> Terms:
    """where(c, a, b) = 1{c} a + 1{not c} b, as a sum only where it must be."""
    if node not in reader.open:
        return whole(node, at)
    condition, taken, other = node.inputs
    parts = []
    for each, value in ((condition, taken), (None, other)):
        if number(value) == 0:
            continue
        parts.append(
            multiply(read(_indicator(condition, each is None), at, reader, False), read(value, at, reader, False))
        )
    return add_all(parts)


def _indicator(condition: Node, opposite: bool) -> Node:
    return cast(logical_not(condition) if opposite else condition, dtype=reference().dtype(float))  # type: ignore[no-any-return]


FORMS.update(
    {
        "mul": _times,
        "carry": _times,
        "meet": _times,
        "neg": _negative,
        "add": _plus,
        "sub": _minus,
        "div": _over,
        "ratio": _over,
        "square": _square,
        "fixed_power": _fixed_power,
        "cast": _passes,
        "mark": _passes,
        "where": _chooses,
        "sqrt": _root,
        "abs": _size,
    }
)
