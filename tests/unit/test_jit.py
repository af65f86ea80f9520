"""`jit`: the results that come without it, one recording for each kind of arguments, any nesting with derivatives."""

from __future__ import annotations

import functools
import gc
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import chainrule
from chainrule import grad, hessian, hvp, jacfwd, jacrev, jit, jvp, value_and_grad, vjp
from chainrule.errors import (
    BoundsError,
    BranchError,
    ChainruleError,
    DTypeError,
    EscapeError,
    TraceError,
    UnknownNameError,
)  # fmt: skip
from chainrule.executors import staged

X = np.array([0.3, -1.2, 2.0])


def energy(x: Any) -> Any:
    return np.sum(np.sin(x) * x**3 + np.exp(-x))


def counted(function: Callable[..., Any]) -> tuple[Callable[..., Any], list[int]]:
    """The function, and a list that grows whenever it runs."""
    runs: list[int] = []

    def watched(*args: Any, **keywords: Any) -> Any:
        runs.append(1)
        return function(*args, **keywords)

    return watched, runs


# Values and derivatives ---------------------------------------------------------------------------------------------
NESTINGS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "jit": (jit(energy), energy),
    "jit jit": (jit(jit(energy)), energy),
    "jit grad": (jit(grad(energy)), grad(energy)),
    "grad jit": (grad(jit(energy)), grad(energy)),
    "jit grad jit": (jit(grad(jit(energy))), grad(energy)),
    "jit hessian": (jit(hessian(energy)), hessian(energy)),
    "hessian jit": (hessian(jit(energy)), hessian(energy)),
    "jit jacrev jit grad": (jit(jacrev(jit(grad(energy)))), hessian(energy)),
    "jacfwd jit grad jit": (jacfwd(jit(grad(jit(energy)))), hessian(energy)),
    "jit value_and_grad": (jit(value_and_grad(energy)), value_and_grad(energy)),
}


@pytest.mark.parametrize("name", NESTINGS)
def test_nested_in_any_order(name: str) -> None:
    ours, plainly = NESTINGS[name]
    found, expected = ours(X), plainly(X)
    for one, other in zip(*(each if isinstance(each, tuple) else (each,) for each in (found, expected)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)
        assert np.shape(one) == np.shape(other)


@pytest.mark.parametrize("executor", ["numpy", "walk"])
def test_the_value_has_the_same_bits(executor: str) -> None:
    assert jit(energy, executor=executor)(X) == energy(X)


def test_products_with_derivatives_inside_and_outside() -> None:
    def both(x: Any, v: Any) -> Any:
        y, pull = vjp(np.sin, x)
        return y, pull(v), jvp(np.sin, (x,), (v,)), hvp(energy, (x,), (v,))

    found, expected = jit(both)(X, X), both(X, X)
    np.testing.assert_allclose(found[1][0], expected[1][0])
    np.testing.assert_allclose(found[2][1], expected[2][1])
    np.testing.assert_allclose(found[3], expected[3])
    np.testing.assert_allclose(jvp(jit(np.sin), (X,), (X,))[1], X * np.cos(X))
    np.testing.assert_allclose(vjp(jit(np.sin), X)[1](X)[0], X * np.cos(X))


def test_auxiliary_results() -> None:
    def f(x: Any) -> Any:
        return np.sum(x * x), {"twice": 2 * x, "count": 3}

    gradient, aux = jit(grad(f, has_aux=True))(X)
    assert gradient.tolist() == (2 * X).tolist()
    assert aux["twice"].tolist() == (2 * X).tolist()
    assert aux["count"] == 3
    ((value, aux), gradient) = value_and_grad(jit(f), has_aux=True)(X)
    assert value == np.sum(X * X)


def test_a_value_captured_from_a_recording_around() -> None:
    assert grad(lambda w: jit(lambda x: x * w)(2.0))(3.0) == 2.0
    assert grad(lambda w: grad(lambda y: jit(lambda z: z * w * y)(y))(w))(3.0) == 12.0
    assert jit(lambda w: grad(lambda y: jit(lambda z: z * w * y)(y))(w))(3.0) == 18.0


def test_a_captured_value_is_never_an_old_one() -> None:
    box: list[Any] = [None]
    inner = jit(lambda x: x * box[0])

    def f(w: Any) -> Any:
        box[0] = w
        return inner(2.0)

    assert [grad(f)(3.0), value_and_grad(f)(5.0)] == [2.0, (10.0, 2.0)]


def test_without_anything_recorded_arrays_come_back_inside_a_recording() -> None:
    def f(w: Any) -> Any:
        table = jit(np.cumsum)(np.ones(3))
        assert type(table) is np.ndarray
        return np.sum(w * table)

    assert grad(f)(2.0) == 6.0


def test_paths_not_taken_send_nothing_and_warn_of_nothing() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.where(x > 0, np.log(x), 0.0))

    assert jit(grad(f))(np.array([0.0, 1.0])).tolist() == [0.0, 1.0]


def test_explaining_sees_through() -> None:
    def f(x: Any, y: Any) -> Any:
        q = x + y
        return q * x

    assert chainrule.explain(jit(f))(2.0, 3.0).order == chainrule.explain(f)(2.0, 3.0).order


def test_a_custom_rule_under_jit() -> None:
    @chainrule.custom_vjp
    def clipped(x: Any) -> Any:
        return x * 1.0

    def forward(x: Any) -> Any:
        return clipped(x), None

    def backward(_: Any, g: Any) -> Any:
        return (np.minimum(g, 1.0),)

    clipped.defvjp(forward, backward)
    assert jit(grad(lambda x: 5 * clipped(x)))(2.0) == 1.0
    assert grad(jit(lambda x: 5 * clipped(x)))(2.0) == 1.0


# Arguments and results ----------------------------------------------------------------------------------------------
class Pair(NamedTuple):
    left: Any
    right: Any


@dataclass
class Layer:
    W: Any
    b: Any


def test_containers_go_in_and_come_out() -> None:
    def f(params: Any, x: Any, *, scale: Any) -> Any:
        y = params["layer"].W @ x + params["layer"].b
        return Pair(y * scale, [None, {"n": 3, "y": (y,)}])

    arguments: tuple[Any, ...] = {"layer": Layer(np.eye(3), X)}, X
    found, expected = jit(f)(*arguments, scale=2.0), f(*arguments, scale=2.0)
    assert type(found) is Pair
    assert found.left.tolist() == expected.left.tolist()
    assert found.right[0] is None
    assert found.right[1]["n"] == 3
    assert found.right[1]["y"][0].tolist() == expected.right[1]["y"][0].tolist()


def test_python_floats_come_out_as_they_went_in() -> None:
    assert type(jit(lambda x: x * x)(3.0)) is float
    assert type(jit(grad(lambda x: x * x))(3.0)) is float
    assert isinstance(jit(lambda x, y: np.sum(x * y))(3.0, X), np.float64)
    assert jit(lambda x, n: x * n)(2.0, 3) == 6.0


@pytest.mark.parametrize("executor", ["numpy", "native", "walk"])
def test_a_known_number_that_was_read_off_an_array(executor: str) -> None:
    """x[..., -1] of a vector is an array without axes, and is printed as the number that it holds."""

    def f(x: Any, s: Any) -> Any:
        return 1.0 * np.sum(chainrule.ops.at(x)[..., -1].add(np.sum(s)))

    given = np.ones(3, np.float32), np.ones(2, np.float32)
    assert jit(grad(f, 1), executor=executor)(*given).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("number", [2.0, 3, np.float64(2.0), np.float32(2.0)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64])
def test_dtypes_follow_numpy(number: Any, dtype: Any) -> None:
    def f(s: Any, x: Any) -> Any:
        return x * (2 * s + 1) - s

    array = np.arange(3, dtype=dtype)
    found, expected = jit(f)(number, array), f(number, array)
    assert found.dtype == expected.dtype
    assert found.tolist() == expected.tolist()


def test_later_changes_change_nothing() -> None:
    given, captured = X.copy(), np.ones(3)
    jitted = jit(lambda x: (x, x[::-1], captured, x * captured))
    first = jitted(given)
    kept = [each.tolist() for each in first]
    given[:] = 7.0
    captured[:] = 9.0
    assert [each.tolist() for each in first] == kept
    for each in first:
        each[:] = -1.0
    assert [each.tolist() for each in jitted(X)] == kept


def test_views_are_not_handed_out() -> None:
    given = np.ones((2, 3))
    for f in (np.transpose, np.ravel, lambda x: x[0], lambda x: np.broadcast_to(x, (2, 2, 3)), lambda x: x):
        found = jit(f)(given)
        assert found.flags.writeable
        assert not np.shares_memory(found, given)


def test_readonly_strided_and_swapped_arrays() -> None:
    array = np.arange(6.0)
    array.flags.writeable = False
    jitted = jit(lambda x: x + 1.0)
    assert jitted(array[::-2]).tolist() == [6.0, 4.0, 2.0]
    assert jitted(array.astype(">f8")).dtype == np.dtype(float)
    assert jitted(np.array(1.0)) == 2.0
    assert jitted(np.zeros((0, 2))).shape == (0, 2)


# Recording once -----------------------------------------------------------------------------------------------------
def test_one_recording_for_each_kind_of_arguments() -> None:
    f, runs = counted(np.tanh)
    jitted = jit(f)
    for argument in (1.0, 2.0, X, X + 1, np.ones((1, 3)), X.astype(np.float32), X):
        jitted(argument)
    assert len(runs) == 4


def test_one_recording_for_every_jit_of_a_function() -> None:
    f, runs = counted(np.tanh)
    for _ in range(3):
        jit(f)(1.0)
    assert len(runs) == 1
    grad(jit(f))(1.0)
    grad(jit(f))(2.0)
    assert len(runs) == 1


def test_static_arguments_by_place_and_name() -> None:
    f, runs = counted(lambda x, n: x**n if n > 2 else x)

    def g(x: Any, n: Any = 3) -> Any:
        return f(x, n)

    for jitted in (jit(g, static_argnums=1), jit(g, static_argnames="n"), jit(g, static_argnums=(-1,))):
        assert jitted(2.0, 3) == jitted(2.0, n=3) == 8.0
        assert jitted(2.0, 1) == 2.0
        assert jitted(2.0) == 8.0
    assert len(runs) == 4  # by place, by name, with 1, and by default


def test_static_values_are_told_apart_by_type() -> None:
    def named(x: Any, n: Any) -> Any:
        return x * {bool: 1.0, int: 2.0, float: 3.0}[type(n)]

    jitted = jit(named, static_argnums=1)
    assert [jitted(1.0, n) for n in (True, 1, 1.0)] == [1.0, 2.0, 3.0]


def test_methods_and_partial_functions() -> None:
    class Model:
        @functools.partial(jit, static_argnums=0)
        def __call__(self, x: Any) -> Any:
            return 2 * x

    assert Model()(3.0) == 6.0
    assert jit(functools.partial(np.power, 2.0))(3.0) == 8.0
    assert jit(Model().__call__)(3.0) == 6.0


def test_what_was_compiled_is_forgotten_with_its_function() -> None:
    def f(x: Any) -> Any:
        return x * 2.0

    place, watch = id(f), weakref.ref(f)
    jit(f)(X)
    assert place in staged._CACHES
    del f
    gc.collect()
    assert watch() is None
    assert place not in staged._CACHES


def test_several_threads() -> None:
    jitted = jit(grad(energy))
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(jitted(X).tolist())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [jitted(X).tolist()] * 8


def test_nothing_is_kept_of_a_run_that_failed() -> None:
    calls = []

    def f(x: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("once")
        return x + 1.0

    jitted = jit(f)
    with pytest.raises(RuntimeError, match="once"):
        jitted(1.0)
    assert jitted(1.0) == 2.0


# What cannot be -----------------------------------------------------------------------------------------------------
LEAKED: list[Any] = []


@pytest.mark.parametrize(
    ("action", "kind", "words"),
    [
        (lambda: jit(lambda x: x if x > 0 else -x)(1.0), BranchError, "np.where"),
        (lambda: jit(lambda n: np.zeros(n))(3), BranchError, "static"),
        (lambda: jit(lambda n: sum(range(n)))(3), BranchError, "static"),
        (lambda: jit(lambda x: float(x))(3.0), EscapeError, "float()"),
        (lambda: jit(lambda x: "text")(3.0), TraceError, "of type str"),
        (lambda: jit(lambda x: {"a": [x, object()]})(3.0), TraceError, r"\['a'\]\[1\] is of type object"),
        (lambda: jit(lambda x: x)("text"), DTypeError, "argument 0 of type str"),
        (lambda: jit(lambda x, y: x)(1.0, y={"k": "v"}), DTypeError, r"argument y=\['k'\] of type str"),
        (lambda: jit(lambda x: x)(np.array(["a"])), DTypeError, "ndarray"),
        (lambda: jit(lambda x, n: x, static_argnums=1)(1.0, [1]), DTypeError, "cannot be hashed"),
        (lambda: jit(lambda x: x, static_argnums=3), BoundsError, "static_argnums with 3"),
        (lambda: jit(lambda x, mode: x, static_argnames="mod"), UnknownNameError, "did you mean mode"),
        (lambda: jit(3.0), TraceError, "in the place of a function"),  # type: ignore[arg-type]
        (lambda: jit(energy, executor="nunpy"), UnknownNameError, "numpy"),
        (lambda: jit(lambda x: x @ np.ones((2, 2)))(X), ChainruleError, r"\(3,\) and \(2, 2\)"),
    ],
)
def test_refusals_say_what_to_do(action: Callable[[], Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as failure:
        action()
    assert isinstance(failure.value, ChainruleError)
    assert "test_jit.py" in str(failure.value)


@pytest.mark.parametrize(
    "use", [lambda: LEAKED[0] + 1.0, lambda: jit(lambda x: x + LEAKED[0])(1.0), lambda: jit(lambda x: LEAKED[0])(1.0),
            lambda: jit(energy)(LEAKED[0])],
)  # fmt: skip
def test_a_value_that_escaped_is_refused(use: Callable[[], Any]) -> None:
    def leaking(x: Any) -> Any:
        LEAKED[:] = [x * 2.0]
        return x

    jit(leaking)(1.0)
    with pytest.raises(EscapeError, match="ended"):
        use()
