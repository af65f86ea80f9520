"""The laws of implicit functions: their derivatives are those of the function written out, however it is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize

from chainrule import (
    cg,
    custom_linear_solve,
    custom_root,
    fixed_point,
    grad,
    hessian,
    jacfwd,
    jacrev,
    jit,
    jvp,
    root,
    scan,
    vmap,
)
from chainrule.errors import ChainruleError, DomainError, DTypeError, ShapeError, StructureError

random = np.random.default_rng(23)
A = random.normal(size=(4, 4)) + 4 * np.eye(4)
B = random.normal(size=4)
V = random.normal(size=4)


def newton(f: Any, x: Any) -> Any:
    """Newton's method on plain numbers, with slopes by differences, entry by entry."""
    for _ in range(60):
        x = x - f(x) / ((f(x + 1e-6) - f(x - 1e-6)) / 2e-6)
    return x


def root_of_square(a: Any) -> Any:
    return custom_root(lambda x: x * x - a, np.ones(()), newton)


ORDERS = [
    lambda f: f, grad, jacfwd, lambda f: grad(grad(f)), lambda f: jacfwd(grad(f)), lambda f: jacfwd(jacfwd(f)),
    lambda f: grad(jacfwd(f)), lambda f: jit(f), lambda f: jit(grad(f)), lambda f: grad(jit(f)),
    lambda f: lambda a: vmap(grad(f))(np.array([a, 2 * a])), lambda f: lambda a: grad(grad(grad(f)))(a),
]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
def test_a_root_has_the_derivatives_of_the_function_it_is(order: Any) -> None:
    assert_allclose(order(root_of_square)(1.7), order(np.sqrt)(1.7), rtol=1e-9)


@pytest.mark.parametrize("order", ORDERS)
def test_so_has_a_fixed_point(order: Any) -> None:
    def f(a: Any) -> Any:
        return fixed_point(lambda x, a: (x + a / x) / 2 + 0.05 * (a - x * x), 1.0, a, tol=1e-14)

    assert_allclose(order(f)(1.7), order(np.sqrt)(1.7), rtol=1e-8)


def solver(matvec: Any, b: Any) -> Any:
    matrix = np.stack([matvec(row) for row in np.eye(4)], axis=1)
    return np.linalg.solve(matrix, b)


def by_function(a: Any, b: Any) -> Any:
    return np.sum(np.sin(custom_linear_solve(lambda x: a @ x, b, solver)))


def by_matrix(a: Any, b: Any) -> Any:
    return np.sum(np.sin(np.linalg.solve(a, b)))


SOLVES = [
    lambda f: f(A, B), lambda f: grad(f, (0, 1))(A, B), lambda f: jacfwd(f, (0, 1))(A, B),
    lambda f: hessian(f, 1)(A, B), lambda f: jit(grad(f, (0, 1)))(A, B), lambda f: hessian(f)(A, B),
    lambda f: jvp(f, (A, B), (A.T, V))[1], lambda f: vmap(grad(f, (0, 1)), (None, 0))(A, np.stack([B, V])),
    lambda f: vmap(grad(f), (0, None))(np.stack([A, A.T]), B),
    lambda f: grad(lambda b: scan(lambda c, x: (c + f(A, b * x), None), 0.0, np.array([1.0, 2.0]))[0])(B),
    lambda f: jacrev(grad(f, 1), 1)(A, B),
]  # fmt: skip


@pytest.mark.parametrize("order", SOLVES)
def test_a_linear_system_solved_by_a_function(order: Any) -> None:
    found, expected = order(by_function), order(by_matrix)
    pairs = zip(*(part if isinstance(part, tuple) else [part] for part in (found, expected)), strict=True)
    for each, wanted in pairs:
        assert_allclose(each, wanted, rtol=1e-9, atol=1e-12)


def test_the_solver_of_the_transpose_is_used_on_the_way_back() -> None:
    asked: list[str] = []

    def forth(matvec: Any, b: Any) -> Any:
        asked.append("forth")
        return solver(matvec, b)

    def back(vecmat: Any, b: Any) -> Any:
        asked.append("back")
        assert_allclose(vecmat(V), A.T @ V)
        return solver(vecmat, b)

    def loss(b: Any) -> Any:
        return np.sum(custom_linear_solve(lambda x: A @ x, b, forth, back))

    assert_allclose(grad(loss)(B), np.linalg.solve(A.T, np.ones(4)))
    assert asked == ["forth", "back"]


def test_conjugate_gradients() -> None:
    S = A @ A.T

    def f(s: Any, b: Any) -> Any:
        return np.sum(cg(lambda x: {"x": s @ x["x"]}, {"x": b}, tol=1e-13)[0]["x"] ** 2)

    def g(s: Any, b: Any) -> Any:
        return np.sum(cg(s, b, np.zeros(4), tol=1e-13)[0] ** 2)

    def expected(s: Any, b: Any) -> Any:
        return np.sum(np.linalg.solve(s, b) ** 2)

    for function in (f, g):
        assert_allclose(grad(function, 1)(S, B), grad(expected, 1)(S, B), rtol=1e-8)
        assert_allclose(jacfwd(function, 1)(S, B), grad(expected, 1)(S, B), rtol=1e-8)
        slope = grad(expected)(S, B)
        assert_allclose(grad(function)(S, B), slope, rtol=1e-7, atol=1e-12)
    with pytest.raises(ShapeError, match="a square matrix"):
        cg(S[:3], B)


def test_a_root_in_containers_with_a_solver_of_scipy() -> None:
    """A point on two curves; its motion by Cramer's rule."""

    def curves(x: Any, a: Any, b: Any) -> Any:
        return {"p": x["p"] ** 2 + x["q"] ** 2 - a, "q": x["p"] - b * x["q"]}

    def search(f: Any, x: Any) -> Any:
        def flat(v: Any) -> Any:
            found = f({"p": v[0], "q": v[1]})
            return [found["p"], found["q"]]

        found = optimize.fsolve(flat, [x["p"], x["q"]], xtol=1e-12)
        return {"p": found[0], "q": found[1]}

    point = root(curves, search)
    start = {"p": 1.0, "q": 1.0}

    def q(a: Any, b: Any) -> Any:
        return point(start, a, b)["q"]

    def written(a: Any, b: Any) -> Any:
        return np.sqrt(a / (1 + b * b))

    for order in (lambda f: f, lambda f: grad(f, (0, 1)), lambda f: jacfwd(f, 1), lambda f: grad(grad(f, 1), 0)):
        assert_allclose(order(q)(2.0, 0.7), order(written)(2.0, 0.7), rtol=1e-9)


def test_where_the_search_starts_receives_nothing_and_aux_goes_out() -> None:
    assert grad(lambda x0: custom_root(lambda x: x * x - 2.0, x0, newton))(1.0) == 0.0
    x, steps = custom_root(lambda x: x - 3.0, 0.0, lambda f, x: (x - f(x), 1), has_aux=True)
    assert (x, steps) == (3.0, 1)


def test_a_large_fixed_point_is_differentiated_by_repeating() -> None:
    M = random.normal(size=(600, 600)) / 100
    b = random.normal(size=600)

    def f(b: Any) -> Any:
        return np.sum(fixed_point(lambda x, b: M @ x + b, np.zeros(600), b) ** 2)

    def expected(b: Any) -> Any:
        return np.sum(np.linalg.solve(np.eye(600) - M, b) ** 2)

    assert_allclose(grad(f)(b), grad(expected)(b), rtol=1e-7)
    assert_allclose(jvp(f, (b,), (b,))[1], jvp(expected, (b,), (b,))[1], rtol=1e-7)


def test_float32_stays_float32() -> None:
    a = np.float32(1.7)
    found = grad(lambda a: fixed_point(lambda x, a: (x + a / x) / 2, np.float32(1.0), a))(a)
    assert found.dtype == np.float32
    assert_allclose(found, 0.5 / np.sqrt(a), rtol=1e-5)


REFUSED = [
    (lambda: fixed_point(lambda x, a: a * x, 1.0, 2.0, max_steps=5), DomainError, "not come to rest after 5 steps"),
    (lambda: custom_root(lambda x: (x, x), 1.0, newton), StructureError, "structure"),
    (lambda: custom_root(lambda x: np.stack([x, x]), 1.0, newton), ShapeError, r"f64\[2\]"),
    (lambda: custom_root(lambda x: x.astype("float32"), 1.0, newton), DTypeError, "f32"),
    (lambda: custom_root(lambda x: x - 1, 1.0, lambda f, x: None), ChainruleError, "structure"),
    (lambda: custom_root(lambda x: x - 1, 1.0, lambda f, x: np.ones(2)), ShapeError, r"shape \(2,\)"),
    (lambda: custom_root(lambda x: x - 1, 1.0, lambda f, x: x, has_aux=True), ChainruleError, r"\(x, aux\)"),
    (lambda: custom_root(lambda x: x - 1, "text", newton), DTypeError, "str"),
    (lambda: grad(lambda a: custom_root(lambda x: (x - a) ** 2, 1.0, lambda f, x: x))(1.0), DomainError, "singular"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "said"), REFUSED)
def test_what_is_refused(call: Any, kind: Any, said: str) -> None:
    with pytest.raises(kind, match=said):
        call()
