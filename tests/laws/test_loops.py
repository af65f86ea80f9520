"""The laws of loops: a scan is the loop written out in Python, in value and in every derivative; so are the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from chainrule import (
    associative_scan,
    cond,
    fori_loop,
    grad,
    hessian,
    jacfwd,
    jacrev,
    jit,
    jvp,
    map,
    scan,
    source,
    switch,
    value_and_grad,
    vmap,
    while_loop,
)
from chainrule.tree import flatten, unflatten

random = np.random.default_rng(11)
W = random.normal(size=(3, 3)) / 2
XS = random.normal(size=(5, 3))
H0 = random.normal(size=3)


def written_out(
    f: Callable[..., Any], init: Any, xs: Any = None, length: int | None = None, reverse: bool = False
) -> Any:
    """The meaning of scan: a loop in Python, recorded step by step."""
    leaves, structure = flatten(xs)
    count = len(leaves[0]) if leaves else length
    carry, ys = init, []
    for place in reversed(range(count)) if reverse else range(count):
        carry, y = f(carry, unflatten(structure, [leaf[place] for leaf in leaves]))
        ys.append(y)
    if reverse:
        ys.reverse()
    rows = [flatten(y)[0] for y in ys]
    return carry, unflatten(flatten(ys[0])[1], [np.stack(column) for column in zip(*rows, strict=True)])


def squares(result: Any) -> Any:
    """One number that depends on everything that was put out."""
    return sum(np.sum((leaf * 0.3 + 0.7) ** 2) for leaf in flatten(result)[0])


@dataclass(frozen=True)
class State:
    h: Any
    count: Any


def rnn(loop: Any, w: Any, h: Any, xs: Any) -> Any:
    return loop(lambda h, x: ((h := np.tanh(w @ h + x)), h[:2] * x[0]), h, xs)


def closure_and_containers(loop: Any, w: Any, h: Any, xs: Any) -> Any:
    bias = np.sin(w[0])

    def step(state: Any, row: Any) -> Any:
        moved = {"a": np.tanh(w @ state["a"] + bias) * row["x"], "b": (state["b"][0] + np.sum(state["a"]),)}
        return moved, {"y": moved["b"][0] * row["t"]}

    return loop(step, {"a": h, "b": (0.0,)}, {"x": xs, "t": np.arange(5.0)})


def backwards(loop: Any, w: Any, h: Any, xs: Any) -> Any:
    return loop(lambda h, x: (h * np.exp(-x) + w[0], np.sum(h * x)), h, xs, reverse=True)


def counted(loop: Any, w: Any, h: Any, xs: Any) -> Any:
    """A carry of whole numbers beside one of floats, and no xs."""
    return loop(lambda s, _: (State(np.cos(w @ s.h) * s.count, s.count + 1), s.h[0]), State(h, 1), None, length=4)


def only_slices(loop: Any, w: Any, h: Any, xs: Any) -> Any:
    return loop(lambda c, x: (c, np.sum(w @ x) * h), (), xs)


def carry_that_passes_through(loop: Any, w: Any, h: Any, xs: Any) -> Any:
    return loop(lambda c, x: ((c[1], c[0] * x), None), (h, w[0]), xs)


LOOPS = [rnn, closure_and_containers, backwards, counted, only_slices, carry_that_passes_through]
loops = pytest.mark.parametrize("program", LOOPS, ids=lambda program: program.__name__)


def of(program: Any, loop: Any) -> Any:
    return lambda w, h, xs: squares(program(loop, w, h, xs))


@loops
def test_a_scan_is_the_loop_written_out(program: Any) -> None:
    found, expected = (flatten(program(loop, W, H0, XS))[0] for loop in (scan, written_out))
    for each, wanted in zip(found, expected, strict=True):
        assert_allclose(each, wanted, rtol=1e-13)
        assert np.asarray(each).dtype == np.asarray(wanted).dtype


@loops
@pytest.mark.parametrize("wrap", [lambda f: f, jit], ids=["eager", "jit"])
def test_its_gradients_are(program: Any, wrap: Any) -> None:
    found = wrap(value_and_grad(of(program, scan), (0, 1, 2)))(W, H0, XS)
    expected = value_and_grad(of(program, written_out), (0, 1, 2))(W, H0, XS)
    for each, wanted in zip(flatten(found)[0], flatten(expected)[0], strict=True):
        assert_allclose(each, wanted, rtol=1e-11, atol=1e-13)


@loops
@pytest.mark.parametrize("wrt", [0, 1, 2])
def test_one_argument_at_a_time(program: Any, wrt: int) -> None:
    found, expected = (grad(of(program, loop), wrt)(W, H0, XS) for loop in (scan, written_out))
    assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


@loops
def test_its_tangents_are(program: Any) -> None:
    moves = tuple(np.random.default_rng(3).normal(size=each.shape) for each in (W, H0, XS))
    for function in (lambda f: f, jit):
        found = jvp(function(lambda *args: program(scan, *args)), (W, H0, XS), moves)[1]
        expected = jvp(lambda *args: program(written_out, *args), (W, H0, XS), moves)[1]
        for each, wanted in zip(flatten(found)[0], flatten(expected)[0], strict=True):
            assert_allclose(each, wanted, rtol=1e-11, atol=1e-13)


@loops
@pytest.mark.parametrize("second", [
    hessian, lambda f: jacrev(grad(f)), lambda f: jacfwd(jacfwd(f)), lambda f: jacrev(jacfwd(f)),
    lambda f: jit(hessian(f)),
], ids=["forward on reverse", "reverse on reverse", "forward on forward", "reverse on forward", "jit"])  # fmt: skip
def test_its_second_derivatives_are(program: Any, second: Any) -> None:
    found, expected = (second(lambda h, loop=loop: of(program, loop)(W, h, XS))(H0) for loop in (scan, written_out))
    assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_its_third_derivative_is() -> None:
    def third(loop: Any) -> Any:
        return grad(grad(grad(lambda t: squares(loop(lambda h, x: (np.sin(h * x) + t, h), t, XS[:, 0])))))(0.3)

    assert_allclose(third(scan), third(written_out), rtol=1e-10)


@loops
def test_many_examples_are_a_loop_over_examples(program: Any) -> None:
    stack = np.stack([H0, H0 + 0.3, H0 - 0.2])
    rows = np.stack([XS, XS * 2, XS - 1])
    for axes, args in (
        ((None, 0, None), (W, stack, XS)),
        ((None, None, 0), (W, H0, rows)),
        ((None, 0, 0), (W, stack, rows)),
    ):
        for function in (of(program, scan), grad(of(program, scan), (0, 1))):
            found = flatten(vmap(function, axes)(*args))[0]
            for number in range(3):
                own = [each if axis is None else each[number] for axis, each in zip(axes, args, strict=True)]
                for each, wanted in zip(found, flatten(function(*own))[0], strict=True):
                    assert_allclose(each[number], wanted, rtol=1e-10, atol=1e-12)


def test_a_loop_inside_a_loop() -> None:
    def program(loop: Any) -> Any:
        def outer(c: Any, x: Any) -> Any:
            inner, ys = loop(lambda d, y: (d * np.cos(y) + c, d * x), x, np.array([0.1, 0.2, 0.3]))
            return c * 0.5 + inner, np.sum(ys)

        return lambda t, xs: squares(loop(outer, t, xs))

    for transform in (lambda f: f, grad, lambda f: grad(f, 1), hessian, lambda f: jit(grad(f)), lambda f: jacfwd(f, 1)):
        found, expected = (transform(program(loop))(0.7, XS[:, 0]) for loop in (scan, written_out))
        assert_allclose(found, expected, rtol=1e-10)


def test_a_gradient_inside_a_body() -> None:
    def program(loop: Any) -> Any:
        def descend(x: Any, _: Any) -> Any:
            return x - 0.1 * grad(lambda x: (x * x - 2.0) ** 2)(x), None

        return lambda x: loop(descend, x, np.zeros(6))[0]

    def first(loop: Any) -> Any:
        return loop(lambda x, _: (x - 0.1 * grad(lambda x: (x * x - 2.0) ** 2)(x), x), 0.5, np.zeros(6))[0]

    assert_allclose(first(scan), first(written_out), rtol=1e-13)
    assert_allclose(grad(program(scan))(0.5), grad(lambda x: written_out(
        lambda x, _: (x - 0.1 * (4 * x * (x * x - 2.0)), x), x, np.zeros(6))[0])(0.5), rtol=1e-12)  # fmt: skip


def test_no_steps_at_all() -> None:
    carry, ys = scan(lambda h, x: (np.tanh(h + x), h[0]), H0, np.zeros((0, 3)))
    assert_allclose(carry, H0)
    assert ys.shape == (0,)
    assert_allclose(
        grad(lambda h: np.sum(scan(lambda h, x: (np.tanh(h + x), h), h, np.zeros((0, 3)))[0] ** 2))(H0), 2 * H0
    )
    assert_allclose(jit(lambda h: scan(lambda h, x: (h + x, h), h, np.zeros((0, 3)))[1])(H0), np.zeros((0, 3)))


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_the_dtype_stays(dtype: Any) -> None:
    xs, h = XS.astype(dtype), H0.astype(dtype)
    value, (dh, dxs) = value_and_grad(lambda h, xs: np.sum(scan(lambda h, x: (h * x, h), h, xs)[0]), (0, 1))(h, xs)
    assert value.dtype == dh.dtype == dxs.dtype == dtype
    assert scan(lambda c, x: (c + x, c), 0.0, xs[:, 0])[0].dtype == dtype  # a Python number takes the dtype it meets
    assert scan(lambda c, x: (c + x, c), 0, xs[:, 0])[1].dtype == dtype


# The others ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("wrap", [lambda f: f, jit], ids=["eager", "jit"])
def test_a_for_loop(wrap: Any) -> None:
    def factorial_power(x: Any) -> Any:
        return fori_loop(1, 5, lambda i, y: y * x + i, 1.0)

    x = 0.7
    assert_allclose(wrap(factorial_power)(x), (((x + 1) * x + 2) * x + 3) * x + 4)
    assert_allclose(wrap(grad(factorial_power))(x), 4 * x**3 + 3 * x**2 + 4 * x + 3)
    assert_allclose(fori_loop(3, 3, lambda i, y: y * 2, 1.5), 1.5)
    assert_allclose(fori_loop(5, 3, lambda i, y: y * 2, 1.5), 1.5)


def test_a_for_loop_with_a_bound_that_is_not_known() -> None:
    def power(x: Any, n: Any) -> Any:
        return fori_loop(0, n, lambda i, y: y * x, 1.0)

    assert_allclose(jit(power)(2.0, 5), 32.0)
    assert_allclose(jit(jacfwd(power))(2.0, 5), 80.0)
    assert_allclose(vmap(power, (None, 0))(2.0, np.arange(5)), [1, 2, 4, 8, 16])


def halvings(x: Any) -> Any:
    return while_loop(lambda s: s[0] > 1.0, lambda s: (s[0] / 2.0, s[1] + s[0] * 0.5), (x, 0.0))[1]


@pytest.mark.parametrize("x", [0.5, 3.0, 17.0])
def test_a_while_loop(x: float) -> None:
    def plainly(x: Any) -> Any:
        y = 0.0
        while x > 1.0:
            x, y = x / 2.0, y + x * 0.5
        return y

    assert_allclose(halvings(x), plainly(x))
    assert_allclose(jit(halvings)(x), plainly(x))
    for transform in (jacfwd, lambda f: jit(jacfwd(f)), lambda f: jacfwd(jacfwd(f))):
        assert_allclose(
            transform(halvings)(x), transform(plainly)(x) if transform is jacfwd else transform(halvings)(x)
        )
    xs = np.array([0.5, 3.0, 17.0, 1.0])
    assert_allclose(vmap(halvings)(xs), [plainly(each) for each in xs])
    assert_allclose(vmap(jacfwd(halvings))(xs), [jacfwd(plainly)(each) for each in xs])


def test_map_is_a_loop_and_vmap() -> None:
    def f(x: Any) -> Any:
        return {"s": np.sum(x**2), "t": np.tanh(W @ x)}

    found, expected = map(f, XS), vmap(f)(XS)
    for key in expected:
        assert_allclose(found[key], expected[key], rtol=1e-13)
    assert_allclose(grad(lambda xs: squares(map(f, xs)))(XS), grad(lambda xs: squares(vmap(f)(xs)))(XS), rtol=1e-12)


BRANCHES = [np.sin, lambda x: x**3, lambda x: np.sqrt(np.abs(x)) * W[0, 0]]


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("wrap", [lambda f: f, jit], ids=["eager", "jit"])
def test_a_switch_is_its_branch(which: int, wrap: Any) -> None:
    def choose(x: Any, i: Any) -> Any:
        return np.sum(switch(i, BRANCHES, x) ** 2)

    def plainly(x: Any) -> Any:
        return np.sum(BRANCHES[which](x) ** 2)

    assert_allclose(wrap(choose)(H0, which), plainly(H0))
    assert_allclose(wrap(grad(choose))(H0, which), grad(plainly)(H0), rtol=1e-12)
    assert_allclose(wrap(hessian(choose))(H0, which), hessian(plainly)(H0), rtol=1e-12)
    assert_allclose(wrap(jacfwd(choose))(H0, which), jacfwd(plainly)(H0), rtol=1e-12)


def test_examples_that_choose_for_themselves() -> None:
    def f(x: Any, i: Any) -> Any:
        return switch(i, BRANCHES, x)

    x, i = np.array([0.3, 0.0, 2.0, 0.0]), np.array([0, 1, 2, 1])
    assert_allclose(vmap(f)(x, i), [BRANCHES[k](each) for each, k in zip(x, i, strict=True)])
    assert_allclose(vmap(grad(f))(x, i), [grad(BRANCHES[k])(each) for each, k in zip(x, i, strict=True)])
    assert_allclose(vmap(f, (0, None))(x, 1), x**3)
    assert_allclose(grad(lambda x: np.sum(vmap(f)(x, i)))(x), vmap(grad(f))(x, i))


def test_a_condition_with_a_closure() -> None:
    def f(x: Any, y: Any) -> Any:
        return cond(x > y, lambda z: np.log(x) * z, lambda z: y * z * z, 3.0)

    for transform in (lambda f: f, lambda f: grad(f, (0, 1)), lambda f: jit(grad(f, (0, 1)))):
        assert_allclose(transform(f)(2.0, 1.0), transform(lambda x, y: np.log(x) * 3.0 + 0 * y)(2.0, 1.0))
        assert_allclose(transform(f)(-1.0, 1.0), transform(lambda x, y: 9.0 * y + 0 * x)(-1.0, 1.0))


def test_the_branch_that_is_not_taken_sends_nothing() -> None:
    def f(x: Any) -> Any:
        return cond(x > 0, np.log, np.sqrt, x)

    assert grad(lambda x: cond(x > 0.5, np.log, lambda x: 0.0 * x, x))(0.0) == 0.0
    assert_allclose(vmap(grad(lambda x: cond(x > 0.5, np.log, lambda x: x * 2, x)))(np.array([0.0, 2.0])), [2.0, 0.5])
    assert grad(f)(4.0) == 0.25


# What is made of a loop ------------------------------------------------------------------------------------------
@loops
def test_a_loop_under_jit_is_one_step_and_its_source_runs(program: Any) -> None:
    def f(w: Any, h: Any, xs: Any) -> Any:
        return squares(program(scan, w, h, xs))

    graph = jit(f).graph(W, H0, XS)
    assert [node.op.name for node in graph.order()].count("scan") == 1
    for what, expected in (("value", f(W, H0, XS)), ("gradient", grad(f, (0, 1, 2))(W, H0, XS))):
        text = source(f, W, H0, XS, of=what)
        assert "run_steps(body" in text
        if "is not written out here" in text:
            continue  # arrays too long to be written: the text alone does not run, and says so
        namespace: dict[str, Any] = {}
        exec(text, namespace)
        found = namespace["f_gradient" if what == "gradient" else "f"](W, H0, XS)
        for each, wanted in zip(flatten(found)[0], flatten(expected)[0], strict=True):
            assert_allclose(each, wanted, rtol=1e-10, atol=1e-12)
    assert_allclose(jit(f, executor="walk")(W, H0, XS), f(W, H0, XS), rtol=1e-13)


# Partial results -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 8, 13])
@pytest.mark.parametrize("reverse", [False, True])
def test_partial_results_are_those_of_a_loop(count: int, reverse: bool) -> None:
    matrices = random.normal(size=(count, 2, 2))

    def in_rounds(m: Any) -> Any:
        return associative_scan(lambda a, b: {"m": b["m"] @ a["m"]}, {"m": m}, reverse=reverse)["m"]

    def one_by_one(m: Any) -> Any:
        return scan(lambda c, x: ((c := x @ c), c), np.eye(2), m, reverse=reverse)[1]

    for order in (lambda f: f, lambda f: grad(lambda m: squares(f(m))), lambda f: jit(f)):
        assert_allclose(order(in_rounds)(matrices), order(one_by_one)(matrices), rtol=1e-9, atol=1e-11)
    rows = matrices.reshape(count, 4).T
    assert_allclose(associative_scan(np.add, rows, axis=1), np.cumsum(rows, axis=1))


# Complex numbers -----------------------------------------------------------------------------------------------------
def test_complex_carries() -> None:
    z = XS[:, 0] + 1j * XS[:, 1]

    def program(loop: Any, a: Any, z: Any) -> Any:
        carry, ys = loop(lambda c, x: (np.tanh(a * c) + x, c * x), 1j * a, z)
        return np.real(carry * np.conj(carry)) + np.sum(np.abs(ys) ** 2)

    a = 0.4 - 0.3j
    assert_allclose(program(scan, a, z), program(written_out, a, z))
    for wrap in (lambda f: f, jit):
        found = wrap(grad(lambda a, z: program(scan, a, z), (0, 1)))(a, z)
        expected = grad(lambda a, z: program(written_out, a, z), (0, 1))(a, z)
        for each, wanted in zip(found, expected, strict=True):
            assert_allclose(each, wanted, rtol=1e-11)
    moves = (0.1 + 0.2j, 1j * z)
    ahead = [jvp(lambda a, z, loop=loop: program(loop, a, z), (a, z), moves)[1] for loop in (scan, written_out)]
    found, expected = ahead
    assert_allclose(found, expected, rtol=1e-11)
    stacked = vmap(grad(lambda z: program(scan, a, z)))(np.stack([z, z * 1j]))
    assert_allclose(stacked[1], grad(lambda z: program(scan, a, z))(z * 1j), rtol=1e-11)


def test_numbers_that_an_earlier_recording_made_are_numbers() -> None:
    # 2 + 1 is one node wherever it is computed: while an earlier recording keeps it alive, it is older than the loop.
    from chainrule.ir.coercion import constant
    from chainrule.ir.recording import open_recording
    from chainrule.ops import add

    with open_recording():
        kept = add(constant(np.asarray(2.0)), constant(np.asarray(1.0)))

    def scaled(x: Any) -> Any:
        with open_recording():
            return x * add(constant(np.asarray(2.0)), constant(np.asarray(1.0)))

    np.testing.assert_array_equal(vmap(scaled)(np.ones(2)), [3.0, 3.0])
    assert scan(lambda carry, _: (scaled(carry), None), 1.0, None, length=2)[0] == 9.0
    assert kept.value == 3.0
