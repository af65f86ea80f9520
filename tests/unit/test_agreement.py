"""Agreement of formulas with the engine: what is right agrees in every form, and every wrong form is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chainrule import notation, ops
from chainrule.derivation.formulas.agreement import agreement, derivative, difference
from chainrule.derivation.formulas.closed import derive_graph
from chainrule.derivation.formulas.evaluation import Evaluation, known_op, read_index, stand_in
from chainrule.derivation.formulas.results import Derived, Layout
from chainrule.errors import TraceError
from chainrule.ir.recording import open_recording
from chainrule.ops import delta, entry, input_node, sum_over
from chainrule.ops.generic import generic

FLOATS = np.dtype("float64")

RIGHT = [
    ("f = ||W x||^2", "W: m n, x: n", "W x", 1),
    ("z = W x + b; h = f(z); s = u^T h", "W: n m, x: m, b: n, u: n", "W b x u", 1),
    ("z = W x + b; h = f(z); s = u^T h", "W: n m, x: m, b: n, u: n", "b", 2),
    ("L = 1/2 ||A x - b||^2 + lam/2 ||x||^2", "A: m n, x: n, b: m, lam:", "x lam", 2),
    ("L = ||M - U V^T||^2", "M: m n, U: m r, V: n r", "U", 2),
    ("L = mean((X w - y)^2)", "X: N d, w: d, y: N", "w X", 1),
    ("y = A x", "A: m n, x: n", "x A", 1),
    ("y = softmax(x)", "x: n", "x", 1),
    ("L = logsumexp(W x)", "W: m n, x: n", "W x", 1),
    ("L = sum(log(x) * sqrt(y))", "x: n, y: n", "x y", 1),
    ("L = sum(arccosh(x))", "x: n", "x", 1),
    ("L = sum(f(x))", "x: n", "x", 3),
]


def derived(text: str, shapes: str, wrt: str, order: int = 1, layout: Layout = Layout.DENOMINATOR) -> Derived:
    parsed = notation.parse(text, shapes=shapes)
    with open_recording():
        chosen = [parsed.names[name] for name in wrt.split()]
        return derive_graph(parsed.graph, chosen, order=order, layout=layout, sizes=parsed.sizes)


@pytest.mark.parametrize("layout", list(Layout), ids=lambda layout: layout.name)
@pytest.mark.parametrize(("text", "shapes", "wrt", "order"), RIGHT)
def test_what_is_right_agrees(text: str, shapes: str, wrt: str, order: int, layout: Layout) -> None:
    found = agreement(derived(text, shapes, wrt, order, layout), points=8)
    assert found.holds, found.sentence
    assert found.points == 8
    assert found.worst < 1e-9
    assert all(len(set(each.values())) == len(each) for each in found.sizes)


def test_a_wrong_matrix_form_is_found() -> None:
    right = derived("f = ||W x||^2", "W: m n, x: n", "W x")
    answer = right.answers[1]
    with open_recording():
        wrong = replace(answer, matrix=answer.matrix * 1.0001)
    found = agreement(replace(right, answers=(right.answers[0], wrong)))
    assert not found.holds
    assert found.failed is wrong
    assert found.form == "matrix form"
    assert "df/dx in matrix form is off by 1.0e-04" in found.sentence


def test_a_transposed_form_of_a_square_matrix_is_found() -> None:
    right = derived("L = x^T A y", "A: n n, x: n, y: n", "A")
    answer = right.answers[0]
    with open_recording():
        wrong = replace(answer, matrix=answer.matrix.T, inlined=None)
    assert agreement(replace(right, answers=(wrong,))).form == "matrix form"


def test_a_wrong_index_is_found() -> None:
    right = derived("y = A x", "A: n n, x: n", "x")
    answer = right.answers[0]
    A = right.graph.inputs[0]
    k, i = answer.at
    with open_recording():
        wrong = replace(answer, index=entry(A, (i, k)))
    assert agreement(replace(right, answers=(wrong,))).form == "index form"


def test_a_wrong_definition_is_found_by_its_name() -> None:
    right = derived("z = W x + b; h = f(z); s = u^T h", "W: n m, x: m, b: n, u: n", "W b")
    assert right.upstream
    with open_recording():
        wrong = replace(right.upstream[0], expression=-right.upstream[0].expression)
    found = agreement(replace(right, upstream=(wrong, *right.upstream[1:])))
    assert not found.holds
    assert found.failed is None
    assert found.form == wrong.symbol


def test_a_letter_that_nothing_measures_fails() -> None:
    right = derived("L = sum(x^2)", "x: n", "x")
    with open_recording():
        x = right.graph.inputs[0]
        wrong = replace(right.answers[0], index=sum_over(entry(x, ("q+i",)), "q"))
    assert agreement(replace(right, answers=(wrong,))).form == "index form"


def test_where_nothing_is_defined_nothing_is_claimed() -> None:
    found = agreement(derived("L = sum(log(-exp(x)))", "x: n", "x"), points=4)
    assert found.points == 0
    assert not found.holds
    assert "no point" in found.sentence


# Index form as numbers ------------------------------------------
def at_point(**arrays: Any) -> tuple[Evaluation, dict[str, Any]]:
    nodes = {name: input_node(np.shape(array), FLOATS) for name, array in arrays.items()}
    return Evaluation({nodes[name]: np.asarray(array) for name, array in arrays.items()}), nodes


def test_sums_entries_and_deltas() -> None:
    random = np.random.default_rng(0)
    A, B, x = random.normal(size=(2, 3)), random.normal(size=(4, 3)), random.normal(size=2)
    at, nodes = at_point(A=A, B=B, x=x)
    with open_recording():
        product = sum_over(entry(nodes["A"], ("i", "k")) * entry(nodes["B"], ("j", "k")), "k")
        picked = delta("k", "i") * entry(nodes["x"], ("i",))
        twice = sum_over(entry(nodes["A"], ("i", "k")), "k") + sum_over(entry(nodes["x"], ("k",)), "k")
        idle = sum_over(delta("k", "i") * 1.0, "k")
    np.testing.assert_allclose(at.indexed(product, ("i", "j"), (2, 4)), A @ B.T)
    np.testing.assert_allclose(at.indexed(product, ("j", "i"), (4, 2)), B @ A.T)
    np.testing.assert_allclose(at.indexed(picked, ("k", "i"), (2, 2)), np.diag(x))
    np.testing.assert_allclose(at.indexed(twice, ("i",), (2,)), A.sum(1) + x.sum())
    np.testing.assert_allclose(at.indexed(idle, ("i",), (3,)), np.ones(3))


def test_a_moved_index_counts_from_one_and_is_zero_outside() -> None:
    at, nodes = at_point(x=[1.0, 2.0, 3.0], w=[1.0, 10.0])
    with open_recording():
        window = sum_over(entry(nodes["w"], ("k",)) * entry(nodes["x"], ("i+k-1",)), "k")
        tied = delta("j", "i+k-1") * entry(nodes["w"], ("k",))
        first = entry(nodes["x"], (0,)) * entry(nodes["w"], ("i",))
    np.testing.assert_allclose(at.indexed(window, ("i",), (3,)), [21.0, 32.0, 3.0])
    expected = [[[1.0 * (j == i + k) * (1, 10)[k] for k in range(2)] for i in range(2)] for j in range(3)]
    np.testing.assert_allclose(at.indexed(tied, ("j", "i", "k"), (3, 2, 2)), expected)
    np.testing.assert_allclose(at.indexed(first, ("i",), (2,)), [1.0, 10.0])


@pytest.mark.parametrize(
    ("index", "meant"),
    [("i", ({"i": 1}, 0)), ("i+k-1", ({"i": 1, "k": 1}, -1)), ("2i-k", ({"i": 2, "k": -1}, 0)), (0, ({}, 0)),
     ("-i+n_1+3", ({"i": -1, "n_1": 1}, 3)), ("4", ({}, 4))],
)  # fmt: skip
def test_indices_are_read(index: Any, meant: Any) -> None:
    assert read_index(index) == meant


def test_an_index_that_is_none_is_refused() -> None:
    with pytest.raises(TraceError):
        read_index("i*k")


def test_a_function_left_open_has_the_slopes_of_one_function() -> None:
    x = np.linspace(-2, 2, 9)
    for order in range(4):
        here = known_op(generic("g", order))
        assert here is stand_in("g", order)
        ahead, behind = (here.kernel(np, x + step) for step in (1e-5, -1e-5))
        np.testing.assert_allclose((ahead - behind) / 2e-5, known_op(generic("g", order + 1)).kernel(np, x), atol=1e-9)


def test_the_derivative_it_compares_with() -> None:
    x = input_node((3,), FLOATS)
    with open_recording():
        output = ops.sum(x * x * x)
    point = {x: np.array([1.0, 2.0, 3.0])}
    np.testing.assert_allclose(derivative(output, [x], point), 3 * point[x] ** 2)
    np.testing.assert_allclose(derivative(output, [x, x], point), np.diag(6 * point[x]))
    third = derivative(output, [x, x, x], point)
    np.testing.assert_allclose(third, 6 * np.einsum("ij,jk->ijk", np.eye(3), np.eye(3)))


def test_difference() -> None:
    assert difference(np.ones(3), np.ones(3)) == 0
    assert difference(np.ones((1, 3)), np.ones(3)) == np.inf
    assert difference(np.array([np.nan]), np.ones(1)) == np.inf
    assert difference(np.array([1.0, 2.1]), np.array([1.0, 2.0])) == pytest.approx(0.05)
