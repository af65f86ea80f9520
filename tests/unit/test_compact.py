"""Compiled derivatives: the numbers of the engine, by steps that keep the structure of the formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.derivation.formulas.contracting import contracted
from chainrule.derivation.formulas.terms import Letter, fresh
from chainrule.errors import ShapeError
from chainrule.executors.numpy import compile_graph
from chainrule.executors.ownership import own_arrays, with_reuse
from chainrule.executors.rows import ByRows
from chainrule.executors.sized import Sized
from chainrule.ir.graph import Graph, topological_order
from chainrule.ir.node import Node
from chainrule.ir.recording import open_recording
from chainrule.ops import input_node, spread_sum
from chainrule.renderers.formulas import Formulas

RANDOM = np.random.default_rng(11)
GLM = "X: N d, w: d, y: N"
NET = "W: h n, x: n, b: h, v: h, y:"

# the formula, what it is differentiated by, shapes, order, ops it must be computed with, ops it must not
HESSIANS = {
    "logistic": ("L = sum_i log(1 + exp(-y_i (X w)_i))", "w", GLM, 2, "weighted_gram", "diag_matrix matmul_matrix"),
    "logistic, mean": ("L = 1/N sum(log(1 + exp(-y * (X w))))", "w", GLM, 2, "weighted_gram", "matmul_matrix"),
    "logistic, ridge": (
        "L = 1/N sum(log(1 + exp(-y * (X w)))) + c ||w||^2", "w", f"{GLM}, c:", 2,
        "weighted_gram spread_sum", "diag_matrix matmul_matrix",
    ),
    "poisson": ("L = sum(exp(X w) - y * (X w))", "w", GLM, 2, "weighted_gram", "diag_matrix"),
    "softmax, one row": ("L = log(sum(exp(X w)))", "w", "X: N d, w: d", 2, "weighted_gram spread_sum", "diag_matrix"),
    "softmax regression": (
        "L = sum(logsumexp(X W, axis=1)) - sum(Y * (X W))", "W", "X: N d, W: d k, Y: N k", 2, "spread_sum matmul",
        "einsum",
    ),
    "least squares": ("L = ||X w - y||^2", "w", GLM, 2, "matmul", "einsum"),
    "ridge": ("L = ||X w - y||^2 + c ||w||^2", "w", f"{GLM}, c:", 2, "spread_sum", "diag_matrix einsum"),
    "deep least squares": ("L = ||A B x||^2", "x", "A: k m, B: m n, x: n", 2, "matmul", "einsum"),
    "deep poisson": ("L = sum(exp(A B x))", "x", "A: k m, B: m n, x: n", 2, "weighted_gram", "diag_matrix"),
    "factorisation": ("L = ||M - U V^T||^2", "U", "M: m n, U: m r, V: n r", 2, "spread_sum", "einsum"),
    "factorisation, both": ("L = ||M - U V^T||^2", "U, V", "M: m n, U: m r, V: n r", 2, "spread_sum", "einsum"),
    "gram": ("L = ||X^T X||^2", "X", "X: m n", 2, "spread_sum", "einsum"),
    "bilinear": ("L = tr(X^T A X B)", "X", "X: m n, A: m m, B: n n", 2, "spread_sum", "einsum"),
    "between": ("L = ||A X B - C||^2", "X", "A: p m, X: m n, B: n q, C: p q", 2, "spread_sum", "einsum"),
    "net": ("L = (v^T tanh(W x + b) - y)^2", "W", NET, 2, "spread_sum", "einsum"),
    "net, bias": ("L = (v^T tanh(W x + b) - y)^2", "b", NET, 2, "spread_sum", "einsum"),
    "two layers": (
        "L = ||P tanh(W x + b) - y||^2", "W", "P: o h, W: h n, x: n, b: h, y: o", 2, "spread_sum", "einsum",
    ),
    "three layers": (
        "L = ||P tanh(Q tanh(W x + b) + c) - y||^2", "W", "P: o k, Q: k h, W: h n, x: n, b: h, c: k, y: o", 2,
        "spread_sum", "einsum",
    ),
    "quotient": ("L = x^T A x / (x^T x)", "x", "A: n n, x: n", 2, "spread_sum", "einsum"),
    "entries": ("L = sum_i x_i^4 + (sum_i x_i)^2", "x", "x: n", 2, "spread_sum", "einsum"),
    "third order": ("L = sum(exp(X w))", "w", "X: N d, w: d", 3, "matmul", "einsum"),
    "jacobian": ("y = tanh(W x + b)", "W", "W: m n, x: n, b: m", 1, "spread_sum", "einsum"),
    "jacobian, plain": ("y = W x", "W", "W: m n, x: n", 1, "spread_delta", "einsum"),
    "three axes": ("y = sum_ijk A_ijk x_i x_j x_k", "x", "A: n n n, x: n", 2, "", ""),
}  # fmt: skip


def derived(name: str) -> Formulas:
    text, wrt, shapes, order, _, _ = HESSIANS[name]
    return chainrule.derive(text, wrt=wrt, shapes=shapes, order=order, check=False)


def drawn(formulas: Formulas, sizes: list[int]) -> dict[str, Any]:
    """Values for the inputs: the letters get the sizes in turn."""
    graph = formulas.derived.graph
    letters = dict(zip(formulas.derived.sizes, sizes, strict=False))
    return {graph.names[node]: RANDOM.normal(size=tuple(letters[size] for size in node.shape)) for node in graph.inputs}


def by_rows(formulas: Formulas, values: dict[str, Any]) -> list[Any]:
    """What the backward walk finds, one row at a time."""
    whole = formulas.derived
    symbols = {whole.names[node]: place for place, node in enumerate(whole.graph.inputs)}
    sized = Sized(whole.graph, (whole.output,), whole.sizes)
    return [ByRows(sized, tuple(symbols[each] for each in answer.variables))(values) for answer in whole.answers]


@pytest.mark.parametrize("name", HESSIANS)
@pytest.mark.parametrize("sizes", [[3, 4, 2, 5, 6, 7], [5, 1, 3, 2, 4, 6]], ids=["all", "one of 1"])
def test_compiled_is_what_the_walk_finds(name: str, sizes: list[int]) -> None:
    formulas = derived(name)
    values = drawn(formulas, sizes)
    before = {each: np.copy(value) for each, value in values.items()}
    found = formulas.function(**values)
    again = formulas.function(**values)
    for answer, expected, key in zip(
        formulas.derived.answers, by_rows(formulas, values), formulas.variables, strict=True
    ):
        assert answer.compiled is not None
        array, second = (each[key] if isinstance(each, dict) else each for each in (found, again))
        np.testing.assert_allclose(array, expected, rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(array, second)
    for each, value in values.items():
        np.testing.assert_array_equal(value, before[each])


@pytest.mark.parametrize("name", HESSIANS)
def test_written_code_computes_the_same(name: str) -> None:
    formulas = derived(name)
    values = drawn(formulas, [3, 4, 2, 5, 6, 7])
    space: dict[str, Any] = {}
    exec(formulas.code("numpy"), space)
    (function,) = (each for each in space.values() if getattr(each, "__name__", "_")[0] in "Ldy")
    found, expected = function(**values), formulas.function(**values)
    for array, each in zip(found, expected.values(), strict=True) if type(found) is tuple else [(found, expected)]:
        np.testing.assert_allclose(array, each, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", HESSIANS)
def test_structure_is_kept(name: str) -> None:
    _, _, _, _, wanted, unwanted = HESSIANS[name]
    for answer in derived(name).derived.answers:
        assert answer.compiled is not None
        order = topological_order([answer.compiled])
        steps = [node for node in order if node.inputs]
        assert set(wanted.split()) <= {node.op.name for node in steps}
        assert set(unwanted.split()).isdisjoint({*(node.op.name for node in steps), *map(products_of_matrices, steps)})
        largest = max(node.type.size for node in order if not node.inputs or node is answer.compiled)
        # letters are primes near 1000, so twice as many entries are as many letters
        assert all(node.type.size <= 2 * largest for node in steps)


def products_of_matrices(node: Node) -> str:
    is_product = node.op.name == "matmul" and all(each.ndim == 2 for each in node.inputs)
    return "matmul_matrix" if is_product else ""


@pytest.mark.parametrize("name", ["logistic", "logistic, mean", "net", "three layers"])
def test_functions_are_computed_once(name: str) -> None:
    answer = derived(name).derived.answers[0]
    assert answer.compiled is not None
    names = [node.op.name for node in topological_order([answer.compiled])]
    assert names.count("sigmoid") + names.count("tanh") == (2 if name == "three layers" else 1)


def test_signs_have_squares_of_1() -> None:
    text, wrt, shapes, *_ = HESSIANS["logistic"]
    formulas = chainrule.derive(text, wrt=wrt, shapes=shapes, order=2, signs="y", check=False)
    answer = formulas.derived.answers[0]
    assert answer.compiled is not None
    assert "square" not in {node.op.name for node in topological_order([answer.compiled])}
    values = drawn(formulas, [4, 3]) | {"y": np.array([1.0, -1.0, 1.0, 1.0])}
    values["y"] = np.resize(values["y"], values["X"].shape[0])
    np.testing.assert_allclose(formulas.function(**values), by_rows(formulas, values)[0], rtol=1e-9)


def test_what_terms_share_is_multiplied_once() -> None:
    answer = derived("two layers").derived.answers[0]
    assert answer.compiled is not None
    assert answer.compiled.op is spread_sum
    assert len(answer.compiled.settings["parts"]) == 1  # x_j x_n times one array over i and m
    assert max(each.ndim for each in answer.compiled.inputs) == 2


# Sums, two factors at a time -----------------------------------------------------------------------------------------
SUMS = [
    "ij,jk->ik", "ki,kj->ij", "ik,jk->ij", "ij->", "ij->j", "ki,kj,kl->ijl", "ki,kj,km,kn->ijmn", "bij,bjk->bik",
    "bik,bjk->bij", "ij,jk,ki->", "ij,jk,kl,li->ik", "ab,bc,ca,ad->d", "ijk,k,j->i", "i,i,i->", "i,ij,j->", "ij,ij->",
    "kij,kl->ijl", "ijk,ljk->il", "ijkl,jl->ik", "a,b,ab->ab", "ia,ja,ka,la->ijkl", "ij,kl->ijkl",
]  # fmt: skip


@pytest.mark.parametrize("scalar", [None, 3.0])
@pytest.mark.parametrize("subscripts", SUMS)
def test_contracting_is_einsum(subscripts: str, scalar: float | None) -> None:
    left, _, result = subscripts.partition("->")
    terms = left.split(",")
    sizes = dict(zip(sorted(set(left) - {","}), (2, 3, 4, 5, 6), strict=False))
    letters: dict[str, Letter] = {letter: fresh(size) for letter, size in sizes.items()}
    arrays = {term: RANDOM.normal(size=[sizes[letter] for letter in term]) for term in terms}
    with open_recording():
        nodes = {term: input_node(array.shape, array.dtype, array) for term, array in arrays.items()}
        factors = [(nodes[term], tuple(letters[letter] for letter in term)) for term in terms]
        sums = {letters[letter] for letter in set(left) - {",", *result}}
        number = None if scalar is None else input_node((), np.dtype("float64"), np.float64(scalar))
        rest, found = contracted(factors, sums, [letters[letter] for letter in result], number)
    names = {letter: name for name, letter in letters.items()}
    labels = ["".join(names[letter] for letter in at) for _, at in found]
    assert not set("".join(labels)) - set(result)
    value = np.einsum(
        f"{','.join(['', *labels])}->{result}", 1.0 if rest is None else rest.value, *(n.value for n, _ in found)
    )
    expected = np.einsum(subscripts, *(arrays[term] for term in terms)) * (scalar or 1.0)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)


def test_a_product_of_an_array_with_itself_is_one_array() -> None:
    """Which a library computes in half the time."""
    letters = [fresh(3), fresh(4), fresh(4), fresh(5), fresh(5)]
    row, first, second, one, other = letters
    with open_recording():
        x, p = input_node((3, 4), np.dtype("float64")), input_node((3, 5), np.dtype("float64"))
        factors = [(x, (row, second)), (x, (row, first)), (p, (row, one)), (p, (row, other))]
        _, ((found, at),) = contracted(factors, {row}, [first, one, second, other], None)
    assert at == (first, one, second, other)
    product = found.inputs[0]
    assert product.op.name == "matmul"
    assert product.inputs[0].op.name == "transpose"
    assert product.inputs[0].inputs[0] is product.inputs[1]


# Whose array it is ---------------------------------------------------------------------------------------------------
def test_results_belong_to_the_caller() -> None:
    values = {"x": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])}
    plain = chainrule.derive("f = b^T x", wrt="x", shapes="b: n, x: n")
    constant = chainrule.derive("f = ||x||^2 + b^T x", wrt="x", shapes="b: n, x: n", order=2)
    for formulas, expected in ((plain, values["b"].copy()), (constant, 2.0 * np.eye(2))):
        found = formulas.function(**values)
        np.testing.assert_array_equal(found, expected)
        found += 1.0
        np.testing.assert_array_equal(formulas.function(**values), expected)
    np.testing.assert_array_equal(values["b"], [3.0, 4.0])


def test_a_sum_is_written_into_an_array_that_nobody_else_has() -> None:
    a, b = (input_node((2, 2), np.dtype("float64")) for _ in range(2))
    with open_recording():
        product = a @ b
        alone = spread_sum(product, b, parts=("ij->ij", "ji->ij"), shape=(2, 2))
        given = spread_sum(a, b, parts=("ij->ij", "ji->ij"), shape=(2, 2))
    x, y = RANDOM.normal(size=(2, 2, 2))
    for outputs, reused in (((alone,), True), ((alone, product), False), ((given,), False), ((alone, alone), True)):
        graph = with_reuse(Graph((a, b), outputs, {a: "a", b: "b"}))
        assert graph.outputs[0].settings.get("reuse", False) is reused
        found = compile_graph(graph)(x.copy(), y.copy())
        expected = {alone: x @ y + y.T, product: x @ y, given: x + y.T}
        for node, array in zip(outputs, found, strict=True):
            np.testing.assert_allclose(array, expected[node])
    assert alone not in own_arrays(Graph((a, b), (alone, alone)))


def test_shapes_are_checked_for_every_call() -> None:
    formulas = derived("ridge")
    values = {"X": np.ones((3, 2)), "w": np.ones(2), "y": np.ones(3), "c": 1.0}
    for _ in range(2):
        np.testing.assert_array_equal(formulas.function(**values), 2.0 * (3.0 * np.ones((2, 2)) + np.eye(2)))
        with pytest.raises(ShapeError, match="y of shape"):
            formulas.function(**{**values, "y": np.ones(4)})
