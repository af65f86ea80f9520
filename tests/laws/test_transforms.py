"""The laws of transforms: checkpoints change no number, linear parts are what jvp gives, nesting never confuses."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from chainrule import (
    checkpoint,
    custom_jvp,
    custom_vjp,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacrev,
    jit,
    jvp,
    linear_transpose,
    linearize,
    scan,
    stop_gradient,
    value_and_grad,
    vjp,
    vmap,
)
from chainrule.errors import GradientError

random = np.random.default_rng(17)
W = random.normal(size=(4, 4)) / 2
X = random.normal(size=4)
V = random.normal(size=4)


def layer(x: Any, w: Any = W) -> Any:
    return np.tanh(w @ x) + x


def through(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda w, x: np.sum(f(np.sin(f(x, w)), w) ** 2)


ORDERS = [
    lambda f: value_and_grad(f, (0, 1))(W, X), lambda f: hessian(f, 1)(W, X), lambda f: jacrev(grad(f, 1), 1)(W, X),
    lambda f: jacfwd(f, 1)(W, X), lambda f: jit(grad(f, (0, 1)))(W, X), lambda f: grad(jit(f), (0, 1))(W, X),
    lambda f: vmap(grad(f, 1), (None, 0))(W, np.stack([X, V])), lambda f: hvp(lambda x: f(W, x), (X,), (V,)),
    lambda f: grad(lambda x: grad(lambda y: f(W, x * y))(x) @ V)(X),
]  # fmt: skip


def id_(f: Any) -> Any:
    return f


def flat(value: Any) -> list[Any]:
    return [each for part in value for each in flat(part)] if isinstance(value, tuple) else [value]


# Checkpoints --------------------------------------------------------------------------------
@pytest.mark.parametrize("order", ORDERS)
def test_a_checkpoint_changes_no_derivative(order: Any) -> None:
    found, expected = order(through(checkpoint(layer))), order(through(layer))
    for each, wanted in zip(flat(found), flat(expected), strict=True):
        assert_allclose(each, wanted, rtol=1e-11, atol=1e-12)


def test_a_checkpoint_takes_containers_closures_and_what_is_no_array() -> None:
    def f(params: Any, x: Any, name: str, times: int) -> Any:
        for _ in range(times):
            x = np.tanh(params[name] @ x) * scale
        return {"out": x, "none": None}

    scale = 1.5
    plain, kept = (
        grad(lambda p, wrap=wrap: np.sum(wrap(f)(p, X, "W", times=2)["out"]))({"W": W}) for wrap in (id_, checkpoint)
    )
    assert_allclose(kept["W"], plain["W"], rtol=1e-12)
    inner = grad(lambda t: checkpoint(lambda x: np.sum(x * t))(np.sin(t * X)))
    assert_allclose(inner(0.7), grad(lambda t: np.sum(np.sin(t * X) * t))(0.7))
    assert checkpoint(f)({"W": W}, X, "W", 1)["none"] is None


def peak(function: Callable[..., Any], *args: Any) -> int:
    function(*args)
    gc.collect()
    tracemalloc.start()
    function(*args)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def test_checkpoints_save_memory() -> None:
    x = np.linspace(0.0, 1.0, 5_000)

    def piece(x: Any) -> Any:
        for _ in range(12):
            x = np.sin(x) * 1.01
        return x

    def chain(wrap: Any) -> Any:
        def f(x: Any) -> Any:
            for _ in range(8):
                x = wrap(piece)(x)
            return np.sum(x)

        return grad(f)

    plain, saved = peak(chain(lambda f: f), x), peak(chain(checkpoint), x)
    assert saved < plain / 3  # 192 arrays against 8 and, for one piece at a time on the way back, 24 and some

    def numpy(f: Any) -> Any:
        return jit(f, executor="numpy")

    plain, saved = peak(numpy(chain(lambda f: f)), x), peak(numpy(chain(checkpoint)), x)
    assert saved < plain / 2
    assert_allclose(chain(checkpoint)(x), chain(lambda f: f)(x), rtol=1e-12)


def test_what_a_scan_keeps_is_its_carries() -> None:
    xs = np.zeros((400, 50))

    def loss(h: Any) -> Any:
        def step(h: Any, x: Any) -> Any:
            for _ in range(10):
                h = np.tanh(h + x)
            return h, None

        return np.sum(scan(step, h, xs)[0])

    carries = xs.nbytes
    assert peak(grad(loss), np.ones(50)) < 3 * carries  # written out, twenty times as much


# Linear parts --------------------------------------------------------------------------------
def test_linearize_is_jvp_for_many_directions() -> None:
    def f(params: Any, x: Any) -> Any:
        return {"y": np.tanh(params["w"] @ x), "z": x[0] * 2.0, "n": x.argmax()}

    primals = ({"w": W}, X)
    y, f_jvp = linearize(f, *primals)
    for salt in range(3):
        moves = (
            {"w": np.random.default_rng(salt).normal(size=W.shape)},
            np.random.default_rng(salt + 9).normal(size=4),
        )
        outputs, expected = jvp(f, primals, moves)
        found = f_jvp(*moves)
        assert_allclose(y["y"], outputs["y"])
        assert_allclose(found["y"], expected["y"], rtol=1e-13)
        assert_allclose(found["z"], expected["z"], rtol=1e-13)
    assert_allclose(vmap(f_jvp, ({"w": None}, 0))({"w": W}, np.eye(4))["y"][2], f_jvp({"w": W}, np.eye(4)[2])["y"])
    with pytest.raises(GradientError, match="tangents of structure"):
        f_jvp(X)


def test_linearize_inside_other_transforms() -> None:
    def slope(x: Any) -> Any:
        return linearize(lambda x: np.sum(np.sin(x) * x), x)[1](V)

    assert_allclose(grad(slope)(X), hessian(lambda x: np.sum(np.sin(x) * x))(X) @ V, rtol=1e-12)
    assert_allclose(jit(slope)(X), slope(X), rtol=1e-13)
    assert_allclose(vmap(slope)(np.stack([X, V])), [slope(X), slope(V)], rtol=1e-13)
    assert_allclose(grad(lambda v: linearize(lambda x: np.sum(np.sin(x)), X)[1](v))(V), np.cos(X), rtol=1e-13)
    value, f_jvp, aux = linearize(lambda x: (x**2, "aside"), 3.0, has_aux=True)
    assert (value, f_jvp(1.0), aux) == (9.0, 6.0, "aside")


def test_linear_transpose_is_the_transpose() -> None:
    def f(x: Any, y: Any) -> Any:
        return W @ x + 2.0 * y[::-1], np.sum(x)

    f_t = linear_transpose(f, X, V)
    g, s = random.normal(size=4), 0.3
    outputs = f(X, V)
    back = f_t((g, s))
    assert_allclose(g @ outputs[0] + s * outputs[1], X @ back[0] + V @ back[1])
    assert_allclose(jit(lambda g: f_t((g, s))[0])(g), back[0])
    assert_allclose(grad(lambda w: np.sum(linear_transpose(lambda x: w @ x, X)(g)[0] ** 2))(W),
                    grad(lambda w: np.sum((w.T @ g) ** 2))(W))  # fmt: skip


@pytest.mark.parametrize("f", [
    lambda x: x * x, lambda x: x + 1.0, np.sin, np.sign, lambda x: np.maximum(x, 0.0), lambda x: x / x,
    lambda x: np.ones(4),
])  # fmt: skip
def test_what_is_not_linear_has_no_transpose(f: Any) -> None:
    with pytest.raises(GradientError, match="not linear"):
        linear_transpose(f, X)


def test_jvp_passes_results_aside() -> None:
    outputs, moved, aux = jvp(lambda x: (x**2, {"seen": x + 1}), (3.0,), (1.0,), has_aux=True)
    assert (outputs, moved, aux) == (9.0, 6.0, {"seen": 4.0})
    outputs, pull, aux = vjp(lambda x: (x**2, x), 3.0, has_aux=True)
    assert (outputs, pull(1.0), aux) == (9.0, (6.0,), 3.0)


# Nesting --------------------------------------------------------------------------------
# The classical cases: Siskind and Pearlmutter, Perturbation Confusion and Referential Transparency (2005);
# Manzyuk et al., Perturbation confusion in forward automatic differentiation of higher-order functions (2019).
def d(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: jvp(f, (x,), (1.0,))[1]


MODES = [(outer, inner) for outer in (d, grad, lambda f: jit(d(f))) for inner in (d, grad, lambda f: jit(grad(f)))]


@pytest.mark.parametrize(("outer", "inner"), MODES)
def test_no_perturbation_is_taken_for_another(outer: Any, inner: Any) -> None:
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0
    assert outer(lambda x: inner(lambda y: x * y * y)(x))(3.0) == 12.0
    assert outer(lambda x: inner(lambda y: y**3 * x)(2.0) * x)(1.0) == 24.0
    assert outer(lambda x: inner(lambda y: inner(lambda z: x * y * z)(x + y))(x))(2.0) == 1.0


@pytest.mark.parametrize(("outer", "inner"), MODES)
def test_a_derivative_of_a_function_that_makes_functions(outer: Any, inner: Any) -> None:
    """Manzyuk's case: the shift operator s(u) f = x -> f(u + x), differentiated by u and applied twice."""

    def shift(u: Any) -> Any:
        return lambda f: lambda x: f(u + x)

    def hat(f: Any) -> Any:
        return lambda y: outer(lambda u: shift(u)(f)(y))(0.0)

    assert_allclose(hat(hat(np.exp))(1.0), np.exp(1.0))
    assert_allclose(hat(lambda x: inner(np.sin)(x))(0.4), -np.sin(0.4))


def test_nesting_through_loops_and_stacks() -> None:
    def f(x: Any) -> Any:
        return scan(lambda c, t: (c + grad(lambda y: x * y * t)(c), None), x, np.arange(3.0))[0]

    assert_allclose(grad(f)(2.0), 1.0 + 3.0)
    assert_allclose(vmap(grad(f))(np.array([2.0, 5.0])), [4.0, 4.0])
    assert_allclose(grad(lambda a: np.sum(vmap(lambda x: grad(lambda y: a * x * y**2)(x))(X)))(3.0), 2 * np.sum(X**2))
    assert grad(lambda x: x * stop_gradient(grad(lambda y: x * y)(x)))(3.0) == 3.0


# Custom rules in other transforms ------------------------------------------------------------------------------------
@custom_vjp
def clipped(x: Any, y: Any) -> Any:
    return x * y


clipped.defvjp(lambda x, y: (x * y, (x, y)), lambda kept, g: (np.clip(g, -1.0, 1.0) * kept[1], g * kept[0]))


@custom_jvp
def cube(x: Any) -> Any:
    return x * x * x


@cube.defjvp
def cube_rule(primals: Any, tangents: Any) -> Any:
    return cube(primals[0]), 5.0 * primals[0] * tangents[0]  # not its derivative: so that it is seen to be used


@pytest.mark.parametrize("function", [lambda x: clipped(x, 2.0 * x), cube], ids=["vjp", "jvp"])
def test_custom_rules_in_stacks_loops_and_checkpoints(function: Any) -> None:
    expected = np.array([grad(lambda x: 3.0 * function(x))(x) for x in X])
    assert_allclose(vmap(grad(lambda x: 3.0 * function(x)))(X), expected)
    assert_allclose(grad(lambda x: 3.0 * np.sum(vmap(function)(x)))(X), expected)
    assert_allclose(grad(lambda xs: 3.0 * scan(lambda c, x: (c + function(x), None), 0.0, xs)[0])(X), expected)
    assert_allclose(jit(grad(lambda xs: 3.0 * scan(lambda c, x: (c + function(x), None), 0.0, xs)[0]))(X), expected)
    assert_allclose(grad(lambda x: 3.0 * checkpoint(function)(x))(X[0]), expected[0])
    assert_allclose(vmap(lambda x: jvp(function, (x,), (1.0,))[1])(X) if function is cube else 5.0 * X, 5.0 * X)


def test_arguments_without_a_derivative_in_stacks_and_loops() -> None:
    def power(x: Any, n: int) -> Any:
        return x**n

    made = custom_vjp(power, nondiff_argnums=(1,))
    made.defvjp(lambda x, n: (x**n, x), lambda n, x, g: (100.0 * n * g,))
    assert_allclose(vmap(grad(lambda x: made(x, 3)))(X), np.full(4, 300.0))
    assert_allclose(grad(lambda xs: scan(lambda c, x: (c + made(x, 2), None), 0.0, xs)[0])(X), np.full(4, 200.0))


def test_two_uses_of_a_custom_rule_with_different_arrays_are_two_steps_under_jit() -> None:
    made = custom_vjp(lambda x, a: np.sum(x * a), nondiff_argnums=(1,))
    made.defvjp(lambda x, a: (np.sum(x * a), None), lambda a, kept, g: (g * a,))
    assert_allclose(jit(grad(lambda x: made(x, V) * made(x, X)))(X), V * (X @ X) + X * (V @ X))


def test_custom_rules_of_many_examples_run_once_where_they_can() -> None:
    runs: list[str] = []

    def scaled(w: Any, x: Any, names: Any) -> Any:
        runs.append("value")
        return {"y": w @ x, "s": np.sum(x)}

    made = custom_vjp(scaled, nondiff_argnums=(2,))

    def back(names: Any, kept: Any, g: Any) -> Any:
        runs.append("rule")
        w, x = kept
        return np.outer(g["y"], x) * 2.0, w.T @ g["y"] + g["s"]

    made.defvjp(lambda w, x, names: (scaled(w, x, names), (w, x)), back)
    xs = random.normal(size=(6, 4))

    def loss(w: Any, x: Any) -> Any:
        out = made(w, x, "names")
        return np.sum(np.sin(out["y"])) + out["s"]

    one_by_one = [grad(loss, (0, 1))(W, x) for x in xs]
    runs.clear()
    found = vmap(grad(loss, (0, 1)), (None, 0))(W, xs)
    assert runs.count("rule") <= 2
    for slot in (0, 1):
        assert_allclose(found[slot], [each[slot] for each in one_by_one], rtol=1e-12)
    total = grad(lambda w: np.sum(vmap(lambda x: loss(w, x))(xs)))(W)
    assert_allclose(total, np.sum([each[0] for each in one_by_one], axis=0), rtol=1e-12)
    assert_allclose(jit(lambda w: vmap(grad(loss), (None, 0))(w, xs))(W), found[0], rtol=1e-12)


def test_custom_rules_that_look_at_numbers_run_for_one_example_after_the_other() -> None:
    made = custom_vjp(lambda x: x * (2.0 if x > 0 else 3.0))
    made.defvjp(lambda x: (x * 2.0, float(x)), lambda kept, g: (g * (2.0 if kept > 0 else 3.0),))
    assert_allclose(vmap(made)(X), [made(x) for x in X])
    assert_allclose(grad(lambda x: np.sum(vmap(lambda x: made(x) * 1.0)(x)))(X), [grad(made)(x) for x in X])
