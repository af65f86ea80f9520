"""Derived formulas built by hand: what the pages of formulas are tested with, whatever the derivation finds."""

from __future__ import annotations

from chainrule import notation, ops
from chainrule.derivation.formulas.results import Answer, Definition, Derived, Layout, Step
from chainrule.ir.node import Node
from chainrule.ir.recording import open_recording
from chainrule.ops import delta, entry, sum_over

NORM = "f = ||W x||^2"
NEURON = "z = W x + b; h = f(z); s = u^T h"


def named(names: dict[Node, str], name: str, *shape: int) -> Node:
    """A variable that stands for a gradient, or for one entry of one."""
    node: Node = ops.input_node(shape, "float64")
    names[node] = name
    return node


def norm(shapes: str = "W: m n, x: n") -> Derived:
    """The squared norm of W x, with respect to both."""
    parsed = notation.parse(NORM, shapes=shapes)
    with open_recording():
        W, x = parsed.graph.inputs
        names = {W: "W", x: "x"}
        q = named(names, "q", W.shape[0])
        upstream, local, slope = (named(names, name) for name in ("df/dq_k", "dq_k/dW_ij", "dq_k/dx_i"))
        twice, picks, entries = 2 * entry(q, ("k",)), delta("k", "i") * entry(x, ("j",)), entry(W, ("k", "i"))
        steps = (
            Step("", "df/dq_k", twice),
            Step("", "dq_k/dW_ij", picks),
            Step("the chain rule: sum over k", "df/dW_ij", sum_over(upstream * local, "k")),
            Step("", "", sum_over(twice * picks, "k")),
            Step("the delta picks k = i", "", 2 * entry(q, ("i",)) * entry(x, ("j",))),
        )
        other = (
            Step("", "dq_k/dx_i", entries),
            Step("the chain rule: sum over k", "df/dx_i", sum_over(upstream * slope, "k")),
            Step("", "", sum_over(twice * entries, "k")),
        )
        by_W, by_x = 2 * ops.outer(q, x), 2 * ops.matmul(W.T, q)
        answers = (
            Answer(
                "df/dW", ("W",), W.shape, ("i", "j"), steps, steps[-1].expression, by_W, 2 * ops.outer(W @ x, x), by_W
            ),
            Answer(
                "df/dx", ("x",), x.shape, ("i",), other, other[-1].expression, by_x, 2 * ops.matmul(W.T, W @ x), by_x
            ),
        )
        definitions = (Definition("q", q, W @ x),)
    return Derived(parsed.graph, "f", 1, Layout.DENOMINATOR, definitions, (), answers, names, parsed.sizes)


def neuron() -> Derived:
    """u^T f(W x + b) for an unspecified f, with the backward name delta, and a Jacobian without a matrix form."""
    parsed = notation.parse(NEURON, shapes="W: n m, x: m, b: n, u: n")
    by_name = parsed.names
    W, x, b, u, z, h = (by_name[name] for name in ("W", "x", "b", "u", "z", "h"))
    with open_recording():
        names = dict(parsed.graph.names)
        back = named(names, "delta", *z.shape)
        scaled = u * h.op.derivative.partials[0](h, z)
        step = Step("", "ds/dz_i", entry(u, ("i",)) * h.op.derivative.partials[0](entry(h, ("i",)), entry(z, ("i",))))
        product = ops.outer(back, x)
        answers = (
            Answer("ds/dW", ("W",), W.shape, ("i", "j"), (step,), entry(back, ("i",)) * entry(x, ("j",)), product,
                   ops.outer(scaled, x), product),
            Answer("ds/db", ("b",), b.shape, ("i",), (), entry(back, ("i",)), back, scaled, back),
        )  # fmt: skip
    forward = (Definition("z", z, z), Definition("h", h, h))
    upstream = (Definition("delta", back, scaled),)
    return Derived(
        parsed.graph, "s", 1, Layout.DENOMINATOR, forward, upstream, answers, names, parsed.sizes,
        notes=("f(..): read as an unspecified function f, entry by entry",),
    )  # fmt: skip


def layer_by_weights() -> Derived:
    """d(W x)/dW, which has three axes: no matrix form, but a vector-Jacobian product."""
    parsed = notation.parse("q = W x", shapes="W: m n, x: n")
    W, x = parsed.graph.inputs
    with open_recording():
        names = {W: "W", x: "x", parsed.graph.outputs[0]: "q"}
        back = named(names, "u", W.shape[0])
        local, product = delta("k", "i") * entry(x, ("j",)), ops.outer(back, x)
        answer = Answer(
            "dq/dW", ("W",), (W.shape[0], *W.shape), ("k", "i", "j"), (), local, None, None, product,
            "the derivative of a vector by a matrix has three axes", product,
        )  # fmt: skip
    return Derived(parsed.graph, "q", 1, Layout.DENOMINATOR, (), (), (answer,), names, parsed.sizes)


def long_sum() -> Derived:
    """A derivative that is longer than a line."""
    names_of_inputs = [f"temperature_{number}" for number in range(1, 9)]
    parsed = notation.parse(f"f = x ({' + '.join(names_of_inputs)})")
    with open_recording():
        names = dict(parsed.graph.names)
        by_name = parsed.names
        total = by_name[names_of_inputs[0]]
        for name in names_of_inputs[1:]:
            total = total + by_name[name]
        answer = Answer("df/dx", ("x",), (), (), (), total, total, None, total)
    return Derived(parsed.graph, "f", 1, Layout.DENOMINATOR, (), (), (answer,), names, parsed.sizes)
