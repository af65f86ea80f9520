"""Numbers beside symbols: derived formulas and the values of their inputs in, what each formula comes to out.

One idea: a formula is an expression over named nodes, so its value, and the products behind each of its entries, come
from evaluating it over the values of the names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...derivation.formulas.results import Answer, Definition, Derived
from ...derivation.stage import evaluate
from ...ir.node import Node
from ...ops.arithmetic import div, mul, neg
from ...ops.products import matmul_op, outer_op
from ..formula import Pen, uncopied
from ..numbers import is_array
from ..working import products_of_entries


@dataclass(frozen=True, slots=True)
class Numbers:
    """A formula and its value; `entries` are the products behind each entry, None where there are too many."""

    left: str
    symbols: str
    value: Any
    entries: Any = None


def known_values(derived: Derived, given: Mapping[str, Any]) -> dict[Node, Any]:
    """The value of every name: inputs as given, then each definition from those before it."""
    found = {
        node: given[name] for node, name in (*derived.names.items(), *derived.graph.names.items()) if name in given
    }
    for definition in (*derived.forward, *derived.upstream):
        found[definition.node] = evaluate(definition.expression, found)
    return found


def definition_values(
    derived: Derived, pen: Pen, new: Collection[Definition], given: Mapping[str, Any]
) -> tuple[Numbers, ...]:
    """The names with their values, and with what they stand for where that is `new` on the page."""
    known = known_values(derived, given)
    return tuple(
        Numbers(pen.style.name(each.symbol), definition(each, pen) if each in new else "", known[each.node])
        for each in (*derived.forward, *derived.upstream)
    )


def definition(found: Definition, pen: Pen) -> str:
    """What a name stands for, in the other names."""
    names = {node: name for node, name in pen.names.items() if node is not found.node}
    return replace(pen, names=names).write(found.expression)


def answer_values(answer: Answer, derived: Derived, pen: Pen, given: Mapping[str, Any]) -> tuple[Numbers, ...]:
    """A derivative in numbers: its matrix form evaluated; where there is none, what the engine computes."""
    known = known_values(derived, given)
    name = pen.style.name(answer.label)
    if answer.matrix is None:
        return () if answer.compiled is None else (Numbers(name, "", evaluate(answer.compiled, known)),)
    value = evaluate(answer.matrix, known)
    return (Numbers(name, pen.write(answer.matrix), value, entries(answer.matrix, known, pen)),)


def entries(expression: Node, known: Mapping[Node, Any], pen: Pen) -> Any:
    """The products behind each entry. A number in front goes into the smaller factor: 2 q x^T as 0.44 × 0.2."""
    factor, product = without_factor(expression, known)
    if product.op not in (matmul_op, outer_op):
        return products_of_entries(expression, known, pen)
    smaller = min(product.inputs, key=size_of)
    return products_of_entries(product, {**known, smaller: factor * evaluate(smaller, known)}, pen)


def size_of(node: Node) -> int:
    return int(node.type.size)


def without_factor(expression: Node, known: Mapping[Node, Any]) -> tuple[float, Node]:
    """The numbers in front of a product, and the product."""
    factor, node = 1.0, expression
    while True:
        if node.op is neg:
            factor, node = -factor, node.inputs[0]
        elif node.op is mul and node.ndim and not is_array(uncopied(node.inputs[0])):
            factor, node = factor * float(evaluate(uncopied(node.inputs[0]), known)), node.inputs[1]
        elif node.op is div and node.ndim and not is_array(uncopied(node.inputs[1])):
            factor, node = factor / float(evaluate(uncopied(node.inputs[1]), known)), node.inputs[0]
        else:
            return factor, node
