"""Every law that makes a graph cheaper: it fires, saves what it says, keeps the values, and knows when not to.

The reference is `walk` on the graph as it was recorded. Costs are counted by `costs.cost_of`, which a law must never
raise; what a fused loop or a BLAS makes of the operations is measured elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from laws.rewriting import compared

import chainrule
from chainrule import tree
from chainrule.apps.cli import main
from chainrule.executors.walk import walk_graph
from chainrule.transforms.rewrites import REWRITES, rewritten
from chainrule.transforms.rewrites.symmetric import not_negative

RANDOM = np.random.default_rng(5)
N = 12
A, B, C = RANDOM.normal(size=(3, N, N))
u, v, w = RANDOM.normal(size=(3, N))
T, R = RANDOM.normal(size=(20, N)), RANDOM.normal(size=(N, 3))
XS = RANDOM.normal(size=(6, N))
TALL, ROWS, WIDE = RANDOM.normal(size=(220, 200)), RANDOM.normal(size=220), RANDOM.normal(size=200) / 20


def scan_with(step: Callable[..., Any], init: Any) -> Any:
    return chainrule.scan(step, init, XS)


def logistic(w: Any, X: Any) -> Any:
    return np.sum(np.logaddexp(0.0, X @ w))


def counting(W: Any) -> Any:
    """A carry and entries that nobody reads."""

    def step(carry: Any, x: Any) -> Any:
        h, lost = carry
        return (np.tanh(W @ h + x), lost + np.sum(np.exp(x))), np.exp(h)

    return scan_with(step, (v, 0.0))[0][0]


def powers(W: Any) -> Any:
    """The slope of W^h by h speaks of log(W), which no step changes."""
    return np.sum(scan_with(lambda carry, x: (np.exp(W) ** carry[:, None] @ x * 1e-3, ()), v)[0])


# name, function, arguments, the share of operations that may be left
FIRES: list[tuple[str, Callable[..., Any], tuple[Any, ...], float]] = [
    ("chains of products", lambda A, B, v: A @ B @ v, (A, B, v), 0.2),
    ("chains of products", lambda A, B, v: v @ (A @ (B.T @ A).T), (A, B, v), 0.2),
    ("chains of products", lambda A, B, v: np.outer(v, v @ A) @ B, (A, B, v), 0.5),
    ("chains of products", lambda A, R: (A @ A @ A @ R, R.T @ A @ A), (A, R), 0.5),
    ("chains of products", chainrule.value_and_grad(lambda *x: np.sum(np.tanh(x[0] @ x[1] @ x[2]))), (A, B, v), 0.4),
    ("chains of products", lambda A, R, v: A @ (R @ R.T @ v), (A, R, v), 0.8),
    ("einsum in the best order", lambda A, B, v: np.einsum("ij,jk,k->i", A, B, v), (A, B, v), 1.0),
    ("einsum in the best order", lambda A, B, R: np.einsum("ij,jk,ik,kl->li", A, B, A, R), (A, B, R), 1.0),
    ("sum of a product", lambda A, B: np.sum(A @ B, axis=0), (A, B), 0.2),
    ("sum of a product", lambda A, B: np.sum(A @ B), (A, B), 0.2),
    ("sum of a product", lambda K: np.sum(K @ K, axis=1), (RANDOM.normal(size=(3, 8, 8)),), 0.3),
    ("sum of a product", lambda T, R: np.sum(np.einsum("ij,kj->ik", T, R.T), axis=0), (T, R), 0.3),
    ("scatter of all", chainrule.grad(lambda v: np.sum(np.sin(v[:, None] * A))), (v,), 1.0),
    ("numbers as one", lambda A: 3.0 * (A * 4.0), (A,), 0.6),
    ("numbers as one", lambda A: -(A * 4.0) + 3.0 * -np.exp(A), (A,), 0.96),
    ("plain sums", lambda A: A + A - 0.0, (A,), 0.6),
    ("plain sums", lambda A: -0.0 + np.exp(A), (A,), 0.96),
    ("sum of products", lambda A, u, v: np.sum(u[:, None] * v[None, :] * A), (A, u, v), 0.8),
    ("sum of products", lambda A, B: np.sum(A[:, :, None] * B[None], axis=1), (A, B), 1.0),
    ("sum of products", lambda T, v: np.sum(2.0 * -(T * v), axis=1), (T, v), 0.8),
    ("sum of products", lambda T, v: np.sum(T * v, axis=0, keepdims=True), (T, v), 0.6),
    ("sum of products", lambda A, B: np.sum(A[:, None, :] * B[None] * A[:, :, None]), (A, B), 0.8),
    ("product with a diagonal", lambda A, v: np.diag(v) @ A, (A, v), 0.2),
    ("product with a diagonal", lambda A, v: A @ np.diag(v), (A, v), 0.2),
    ("product with a diagonal", lambda u, v: np.diag(v) @ u, (u, v), 0.2),
    ("common factor of products", lambda A, B, C: A @ B + A @ C, (A, B, C), 0.6),
    ("common factor of products", lambda A, B, C: B @ A - C @ A, (A, B, C), 0.6),
    ("common factor of products", lambda u, v, w: np.outer(u, v) + np.outer(w, v), (u, v, w), 0.5),
    ("common array", lambda a, b, A: a * A + b * A, (2.0, 3.0, A), 0.4),
    ("common array", lambda a, A: A - a * A, (2.0, A), 0.6),
    ("number out of a sum", lambda A: np.sum(3.0 * A), (A,), 0.6),
    ("number out of a sum", lambda A: np.sum(-A, axis=0), (A,), 0.6),
    ("number out of a sum", lambda A: np.mean(A / 3.0, axis=1), (A,), 0.6),
    ("number out of a product", lambda A, v: (3.0 * A) @ v, (A, v), 0.8),
    ("number out of a product", lambda A, v: v @ -A, (A, v), 0.8),
    ("times one", lambda A: A * 1.0 + A / 1.0, (A,), 0.4),
    ("times one", lambda A: -1.0 * np.exp(A), (A,), 1.0),
    ("sum of copies", lambda v: np.sum(np.broadcast_to(v, (9, N)), axis=0), (v,), 0.2),
    ("sum of copies", lambda a: np.sum(np.broadcast_to(a, (9, N))), (2.0,), 0.2),
    ("one order of terms", lambda A, B: (A * B) * np.tanh(B * A) + (A + B) * np.sin(B + A), (A, B), 0.98),
    ("sum of a transposition", lambda T: np.sum(T.T, axis=0), (T,), 1.0),
    ("sum of a transposition", lambda T: np.sum(np.transpose(T[:, :, None] * v, (2, 0, 1)), axis=0), (T,), 1.0),
    ("transposed product", lambda A, B: np.exp((A.T @ B).T), (A, B), 1.0),
    ("transposed product", lambda A: np.exp((A.T @ A).T), (A,), 1.0),
    ("half of a symmetric product", lambda X, s: X.T @ (X * np.exp(s)[:, None]), (TALL, ROWS), 0.7),
    ("half of a symmetric product", lambda X, s: (s[:, None] * X).T @ (X * s[:, None]), (TALL, ROWS), 0.7),
    ("half of a symmetric product", chainrule.hessian(logistic), (WIDE, TALL), 0.7),
    ("index that takes all", lambda v: v[:, None] + v[None], (v,), 1.0),
    ("one reshape", lambda A: np.exp(A.reshape(3, -1).reshape(4, -1)), (A,), 1.0),
    ("one transposition", lambda T: np.exp(np.transpose(T[None], (1, 2, 0)).transpose(2, 0, 1)), (T,), 1.0),
    ("one broadcast", lambda v: np.exp(np.broadcast_to(np.broadcast_to(v, (4, N)), (3, 4, N))), (v,), 1.0),
    ("dead parts of loops", counting, (A,), 0.7),
    ("dead parts of loops", chainrule.grad(lambda W: np.sum(counting(W))), (A,), 0.95),
    ("invariants of loops", chainrule.grad(powers), (A,), 0.95),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "function", "args", "share"), FIRES, ids=[f"{each[0]} {n}" for n, each in enumerate(FIRES)]
)
def test_a_law_fires_saves_and_keeps_the_values(name: str, function: Any, args: tuple[Any, ...], share: float) -> None:
    found = compared(function, args)
    assert found.laws.get(name)
    assert found.after <= share * found.before
    jitted, reference = chainrule.jit(function)(*args), chainrule.jit(function, executor="walk")(*args)
    python = chainrule.jit(function, executor="numpy")(*args)
    for each in (jitted, python):
        for one, other in zip(tree.flatten(each)[0], tree.flatten(reference)[0], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_every_law_of_the_table_is_tried_and_says_why_it_is_sound() -> None:
    assert {each.name for each in REWRITES} == {name for name, *_ in FIRES}
    for law in REWRITES:
        assert all([law.statement, law.condition, law.rounding, law.source])
        assert (law.local is None) != (law.whole is None)


NEVER: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
    ("chains of products", lambda A, R, v: (A @ (A @ v), v @ R), (A, R, v)),  # already the best order
    ("chains of products", lambda A, B, C: (A @ B, A @ B @ C), (A, B, C)),  # A B is wanted anyway
    ("chains of products", lambda A, B: np.tanh(A @ B) @ B, (A, B)),
    ("chains of products", lambda K: (K @ K) @ K[..., 0][..., None], (RANDOM.normal(size=(2, 3, 3)),)),
    ("sum of products", lambda A, B: np.sum(A * B, axis=1), (A, B)),  # nothing is copied
    ("sum of products", lambda T, v: (np.sum(T * v, axis=1), np.exp(T * v)), (T, v)),  # the product is wanted anyway
    ("product with a diagonal", lambda A, v: np.linalg.inv(np.diag(v + 9.0)) @ A, (A, v)),
    ("common factor of products", lambda A, B, C: (A @ B + A @ C, A @ C), (A, B, C)),
    ("common factor of products", lambda T, v, u: T @ np.outer(v, u) + T @ v[:, None], (T, v, u)),
    ("common array", lambda A, B, C: A * B + A * C, (A, B, C)),  # regrouped for one operation an entry: not worth it
    ("number out of a sum", lambda a, A: np.sum(a * A), (1e-300, A)),  # it may be there against overflow
    ("number out of a sum", lambda A: np.sum(1e-200 * A), (A,)),
    ("number out of a product", lambda A, R: (3.0 * R.T) @ A, (A, R)),  # the product is no smaller
    ("times one", lambda A: A * 2.0, (A,)),
    ("sum of copies", lambda v: np.sum(np.broadcast_to(v, (9, N)), axis=1), (v,)),
    ("einsum in the best order", lambda A, B: np.einsum("ij,kj->ki", A, B), (A, B)),  # two factors have one order
    ("sum of a product", lambda A, B: (np.sum(A @ B, axis=0), A @ B), (A, B)),
    ("sum of a product", lambda K: np.sum(K @ K, axis=0), (RANDOM.normal(size=(3, 8, 8)),)),  # the stack is in both
    ("half of a symmetric product", lambda X, s: X.T @ (X * s[:, None]), (TALL, ROWS)),  # weights of any sign
    ("half of a symmetric product", lambda X, s: X.T @ (X * (1.0 - np.exp(s))[:, None]), (TALL, ROWS)),
    ("half of a symmetric product", lambda X, s: X.T @ (X * np.exp(s)), (TALL[:200], WIDE)),  # of columns
    ("half of a symmetric product", lambda A, v: A.T @ (A * np.exp(v)[:, None]), (A, v)),  # too small to pay
    ("scatter of all", chainrule.grad(lambda v: np.sum(v[::2] ** 2)), (v,)),
    ("numbers as one", lambda A: 1e-200 * (A * 1e200), (A,)),
    ("numbers as one", lambda A: 3.0 * (A * 4.0), (A.astype(np.float32),)),
    ("plain sums", lambda A: A + 0.0, (A,)),  # -0 + 0 is 0
    ("one order of terms", lambda A, B: (A - B) * (B - A), (A, B)),
    ("index that takes all", lambda A: A[::2] + A[1::2], (A,)),
    ("transposed product", lambda A, B: ((A.T @ B).T, A.T @ B), (A, B)),
    ("dead parts of loops", lambda W: scan_with(lambda h, x: (np.tanh(W @ h + x), h), v), (A,)),
    ("invariants of loops", lambda W: scan_with(lambda h, x: (np.tanh(W @ h + x), h), v), (A,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "function", "args"), NEVER, ids=[f"{each[0]} {n}" for n, each in enumerate(NEVER)])
def test_a_law_does_not_fire_where_its_condition_fails(name: str, function: Any, args: tuple[Any, ...]) -> None:
    assert name not in compared(function, args).laws


def test_short_floats_complex_and_whole_numbers_are_left_alone() -> None:
    def chain(A: Any, B: Any, v: Any) -> Any:
        return A @ B @ v

    for dtype in (np.float16, np.complex128, np.int64):
        args = tuple((10 * each).astype(dtype) for each in (A, B, v))
        graph = chainrule.jit(chain).graph(*args)
        assert rewritten(graph).graph is graph


def test_float32_stays_float32() -> None:
    args = tuple(each.astype(np.float32) for each in (A, B, v))
    found = compared(lambda A, B, v: np.sum(3.0 * (A @ B @ v)) + np.sum(np.broadcast_to(v, (3, N)), axis=0), args, 2e-5)
    assert found.graph.outputs[0].dtype == np.float32


SPECIAL = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1.0, -2.5, 1e-310, 1e300, 3.0, 0.5, -1.0])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.broadcast_to(x, (2, N)) * 1.0 / -1.0, lambda x: x[:, None][None].reshape(N, 1).reshape(-1),
        lambda x: np.exp(x[None].T).T, lambda x: (x + x[::-1]) * np.sin(x[::-1] + x), lambda x: np.sum(-x),
        lambda x: x + x - 0.0 + -0.0, lambda x: 0.0 - -x * 1.0, lambda x: 2.0 * -x,
        lambda x: np.sum(np.broadcast_to(x, (4, N)), axis=0), lambda x: np.sum(2.0 * x),
        lambda x: 2.0 * x + x * 3.0,
        lambda x: np.sum(np.where(np.isinf(x), 1.0, x)[:, None] * np.arange(3.0), axis=1),
    ],
)  # fmt: skip
def test_infinities_and_nan_come_out_the_same(function: Any) -> None:
    compared(function, (SPECIAL,))


def test_a_diagonal_keeps_infinities_in_their_row() -> None:
    """What the law promises: written out, the zeros beside the diagonal would make NaN of them."""
    spread = A.copy()
    spread[3, 4] = np.inf
    found = chainrule.jit(lambda A, v: np.diag(v) @ A)(spread, v)
    np.testing.assert_array_equal(found, v[:, None] * spread)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1), (1, 5), (5, 1)])
def test_empty_and_thin_arrays(shape: tuple[int, int]) -> None:
    m, n = shape
    X, y, z = RANDOM.normal(size=shape), RANDOM.normal(size=m), RANDOM.normal(size=n)
    compared(
        lambda X, y, z: (y @ (X @ np.outer(z, z)), np.sum(X * z * y[:, None]), X.T @ X @ X.T, X @ z * 1.0), (X, y, z)
    )
    compared(
        lambda X, y, z: np.sum(X[:, :, None] * z, axis=(0, 1)) + np.sum(np.broadcast_to(z, (4, n)), axis=0), (X, y, z)
    )
    compared(lambda X, y, z: (np.outer(y, z) @ X.T, X @ X.T @ X @ z, np.einsum("ij,j,i->", X, z, y)), (X, y, z))


def test_what_is_seen_not_to_be_negative_is_not() -> None:
    """Every sign that is read off a graph, at points that come close to the end of what holds."""
    points = np.concatenate([np.linspace(-40, 40, 81), [1e-300, -1e-300, 0.0, -0.0, 1e300, -1e300]])
    seen: list[Callable[..., Any]] = [
        lambda x: 1.0 - np.tanh(x) ** 2, lambda x: chainrule.sigmoid(x) * (1.0 - chainrule.sigmoid(x)),
        lambda x: 1.0 - chainrule.sigmoid(x) ** 2, lambda x: np.exp(x) / (1.0 + x**2), lambda x: abs(x) * 2.0 + x * x,
        lambda x: 1.0 - chainrule.softmax(x), lambda x: np.where(x > 0, x**2, np.exp(x)).reshape(-1, 1),
    ]  # fmt: skip
    for function in seen:
        graph = chainrule.jit(function).graph(points)
        assert not_negative(graph.outputs[0])
        with np.errstate(all="ignore"):
            assert not (walk_graph(graph)(points)[0] < 0).any()
    for function in (lambda x: x, lambda x: x - 1.0, lambda x: 1.0 - np.exp(x), lambda x: -np.exp(x), np.tanh):
        assert not not_negative(chainrule.jit(function).graph(points).outputs[0])


def test_the_report_names_what_was_used() -> None:
    report = chainrule.jit(lambda A, B, v: A @ B @ v).rewrites(A, B, v)
    assert str(report).startswith(
        "3.74e+03 operations before, 576 after\n  1 x chains of products: A B C v = A (B (C v))"
    )
    assert str(chainrule.jit(lambda A: A + 1.0).rewrites(A)) == "no law applies; 144 operations"


def test_the_command_line_prints_the_report_and_what_is_left() -> None:
    given = ["source", "L = sum(A B)", "--shapes", "A: 30 20, B: 20 30", "--laws"]
    printed = CliRunner().invoke(main, [*given, "--of", "value"])
    assert printed.exit_code == 0
    assert "1 x sum of a product: sum_i (A B)_ik = (sum_i A_i) B" in printed.output
    assert "return np.sum(A, axis=0) @ np.sum(B, axis=1)" in printed.output
    both = CliRunner().invoke(main, given)
    assert "operations" in both.output
    assert "dL_dA" in both.output


def test_what_is_recorded_stays_as_it_was_written() -> None:
    jitted = chainrule.jit(lambda A, B, v: A @ B @ v)
    assert "A @ B @ v" in jitted.source(A, B, v)
    np.testing.assert_allclose(chainrule.grad(lambda v: np.sum(jitted(A, B, v)))(v), np.ones(N) @ A @ B)
