"""Custom rules: used by every derivative in any order, transposed where needed, and checked when they do not fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from messages import refused

import chainrule
from chainrule import custom_jvp, custom_vjp, grad, hessian, hvp, jacfwd, jacrev, jvp, tree, value_and_grad, vjp
from chainrule.errors import EscapeError, GradientError, ShapeError, TraceError
from chainrule.ir.coercion import as_node
from chainrule.ir.graph import Graph
from chainrule.ir.recording import open_recording
from chainrule.ops.sources import input_node
from chainrule.transforms.replay import on_inputs
from chainrule.transforms.reverse import gradients

X, Y = np.array([0.3, 1.2, -0.7]), np.array([2.0, 1.0, 0.5])


def plain(x: Any, y: Any) -> Any:
    """sin(x) times y."""
    return np.sin(x) * y


@custom_vjp
def by_vjp(x: Any, y: Any) -> Any:
    """sin(x) times y."""
    return np.sin(x) * y


def forward(x: Any, y: Any) -> Any:
    return by_vjp(x, y), (np.cos(x), np.sin(x), y)


def backward(residuals: Any, g: Any) -> Any:
    cosine, sine, y = residuals
    return cosine * g * y, sine * g


by_vjp.defvjp(forward, backward)


@custom_jvp
def by_jvp(x: Any, y: Any) -> Any:
    """sin(x) times y."""
    return np.sin(x) * y


@by_jvp.defjvp
def by_jvp_rule(primals: Any, tangents: Any) -> Any:
    (x, y), (dx, dy) = primals, tangents
    return by_jvp(x, y), np.cos(x) * y * dx + np.sin(x) * dy


def total(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, y: np.sum(f(x, y) ** 2)


TRANSFORMS: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "value": lambda f: f,
    "grad": lambda f: grad(total(f), (0, 1)),
    "value_and_grad": lambda f: value_and_grad(total(f), (0, 1)),
    "jacrev": lambda f: jacrev(f, (0, 1)),
    "jacfwd": lambda f: jacfwd(f, (0, 1)),
    "vjp": lambda f: lambda x, y: vjp(f, x, y)[1](y),
    "jvp": lambda f: lambda x, y: jvp(f, (x, y), (y, x)),
    "hessian": lambda f: hessian(total(f), (0, 1)),
    "hvp": lambda f: lambda x, y: hvp(total(f), (x, y), (y, x)),
    "forward over forward": lambda f: jacfwd(jacfwd(f)),
    "reverse over reverse": lambda f: jacrev(jacrev(f)),
    "reverse over forward": lambda f: jacrev(jacfwd(f)),
    "forward over reverse": lambda f: jacfwd(jacrev(f)),
    "three times forward": lambda f: jacfwd(jacfwd(jacfwd(f))),
    "three times reverse": lambda f: jacrev(jacrev(jacrev(f))),
    "mixed": lambda f: jacrev(jacfwd(jacrev(f, 1)), 0),
}


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("custom", [by_vjp, by_jvp], ids=["vjp", "jvp"])
def test_every_derivative_respects_the_rule(custom: Callable[..., Any], name: str) -> None:
    found, expected = (tree.flatten(TRANSFORMS[name](f)(X, Y)) for f in (custom, plain))
    assert found[1] == expected[1]
    for one, other in zip(found[0], expected[0], strict=True):
        assert type(one) is type(other)
        assert np.allclose(one, other, rtol=1e-12, atol=1e-12)


def test_the_rule_is_used_and_not_the_function() -> None:
    straight = custom_vjp(lambda x: np.floor(x))
    straight.defvjp(lambda x: (np.floor(x), None), lambda _, g: (g,))
    assert grad(lambda x: straight(x) * x)(2.5) == 4.5
    clipped = custom_vjp(lambda x: x)
    clipped.defvjp(lambda x: (x, None), lambda _, g: (np.clip(g, -1.0, 1.0),))
    assert grad(lambda x: 5 * clipped(x))(2.0) == 1.0
    assert grad(lambda x: 0.5 * clipped(x))(2.0) == 0.5


def test_names_documentation_and_plain_calls() -> None:
    assert by_vjp.__name__ == "by_vjp"
    assert by_vjp.__doc__ == "sin(x) times y."
    assert np.array_equal(by_vjp(X, Y), plain(X, Y))
    assert type(by_vjp(1.0, 2.0)) is np.float64


def test_how_it_is_written() -> None:
    with open_recording():
        node = by_vjp(input_node((3,), np.dtype(float), X), 2.0)
        written = node.op.written(node)
    assert written.text.template == "by_vjp({0}, {1})"
    assert written.latex.template == r"\operatorname{{by\_vjp}}({0}, {1})"
    assert node.op.doc == "sin(x) times y."


def test_the_forward_rule_runs_once() -> None:
    runs: list[str] = []

    @custom_vjp
    def f(x: Any) -> Any:
        runs.append("f")
        return x * x

    def first(x: Any) -> Any:
        runs.append("forward")
        return x * x, x

    f.defvjp(first, lambda x, g: (2 * x * g,))
    assert grad(f)(3.0) == 6.0
    assert runs == ["forward"]


def test_containers_options_and_several_outputs() -> None:
    @custom_vjp
    def f(p: Any, n: int, scale: float = 2.0) -> Any:
        return {"a": p["w"] * scale, "b": [np.sum(p["w"] ** n)], "count": 7}

    def forward_rule(p: Any, n: int, scale: float) -> Any:
        return f(p, n, scale), (p, n, scale)

    def backward_rule(residuals: Any, g: Any) -> Any:
        p, n, scale = residuals
        return {"w": g["a"] * scale + g["b"][0] * n * p["w"] ** (n - 1), "unused": None}, None, np.sum(g["a"] * p["w"])

    f.defvjp(forward_rule, backward_rule)

    def loss(p: Any) -> Any:
        out = f(p, 3)
        assert out["count"] == 7
        return np.sum(out["a"] * out["b"][0])

    point = {"w": X, "unused": 1.0}
    expected = grad(lambda p: np.sum(p["w"] * 2 * np.sum(p["w"] ** 3)))(point)
    found = grad(loss)(point)
    assert np.allclose(found["w"], expected["w"])
    assert found["unused"] == 0.0
    second = hessian(loss)(point)["w"]["w"]
    assert np.allclose(second, hessian(lambda w: np.sum(w * 2 * np.sum(w**3)))(X))


def test_keywords_become_positions() -> None:
    assert np.allclose(grad(lambda x: np.sum(by_vjp(y=Y, x=x)))(X), np.cos(X) * Y)
    only = custom_vjp(lambda x, *, k: x * k)
    only.defvjp(lambda x: (x, None), lambda _, g: (g,))
    refused(TraceError, lambda: grad(lambda x: only(x, k=2.0))(1.0), "k=", "by position")


@pytest.mark.parametrize("decorator", [custom_vjp, custom_jvp])
def test_nondiff_argnums(decorator: Any) -> None:
    @partial(decorator, nondiff_argnums=(0, 2))
    def apply(f: Any, x: Any, name: str) -> Any:
        return f(x)

    if decorator is custom_vjp:
        apply.defvjp(lambda f, x, name: (f(x), x), lambda f, name, x, g: (g * len(name) * x,))
    else:
        apply.defjvp(lambda f, name, primals, tangents: (f(*primals), len(name) * primals[0] * tangents[0]))
    assert grad(lambda x: apply(np.sin, x, "four"))(2.0) == 8.0
    assert jvp(lambda x: apply(np.sin, x, "four"), (2.0,), (10.0,))[1] == 80.0
    refused(EscapeError, lambda: grad(lambda x: apply(x, 1.0, "four"))(2.0), "argument 0", "nondiff_argnums")


def test_dtypes_are_kept() -> None:
    x = np.array([0.5, 1.5], np.float32)
    assert grad(lambda x: np.sum(by_vjp(x, x)))(x).dtype == np.float32
    double = custom_vjp(lambda x: x * x)
    double.defvjp(lambda x: (x * x, x), lambda x, g: (np.asarray(2.0) * chainrule.value(x) * chainrule.value(g),))
    assert grad(lambda x: np.sum(double(x)))(x).dtype == np.float32


def test_an_argument_that_does_not_move() -> None:
    seen: list[Any] = []

    @custom_jvp
    def f(x: Any, y: Any) -> Any:
        return x * y

    @f.defjvp
    def rule(primals: Any, tangents: Any) -> Any:
        seen.append(tangents[1])
        return primals[0] * primals[1], primals[1] * tangents[0] + primals[0] * tangents[1]

    assert np.array_equal(jvp(lambda x: f(x, Y), (X,), (np.ones(3),))[1], Y)
    assert np.array_equal(seen[0], np.zeros(3))


def test_an_iteration_differentiated_by_what_it_solves() -> None:
    @custom_vjp
    def root(a: Any) -> Any:
        x = 1.0
        while abs(x * x - a) > 1e-14:
            x = x - (x * x - a) / grad(lambda z: z * z)(x)
        return x

    root.defvjp(lambda a: (root(a),) * 2, lambda x, g: (g / (2 * x),))
    assert grad(root)(2.0) == pytest.approx(0.5 / math.sqrt(2), rel=1e-12)
    assert grad(lambda a: root(3 * a) ** 2)(2.0) == pytest.approx(3.0, rel=1e-12)


def test_on_inputs_without_values() -> None:
    """As under jit: the shape is found by recording, or by running on ones where the function only takes numbers."""

    @custom_vjp
    def numbers(x: Any) -> Any:
        return np.array([math.exp(each) for each in x])

    numbers.defvjp(lambda x: (numbers(x), None), lambda _, g: (g * 5.0,))
    for custom, expected in ((lambda x: by_vjp(x, Y), np.cos(X) * Y), (numbers, np.full(3, 5.0))):
        with open_recording():
            x = input_node((3,), np.dtype(float))
            output = np.sum(custom(x))
            (found,) = gradients([output], [as_node(1.0)], [x], symbolic=True)
            assert str(found.type) == "f64[3]"
            point = input_node((3,), np.dtype(float), X)
            replayed = on_inputs(Graph((x,), (output, found)), [point])
        assert np.allclose(replayed.outputs[0].value, np.sum(custom(X)))
        assert np.allclose(replayed.outputs[1].value, expected)


def test_a_rule_that_runs_on_numbers_only() -> None:
    """It serves first derivatives everywhere: nested, without values, and in explanations."""

    @custom_vjp
    def f(x: Any, y: Any) -> Any:
        return math.exp(x) * y if x > 0 else x * y

    def rule(residuals: Any, g: Any) -> Any:
        x, y = residuals
        return (g * math.exp(x) * y, g * math.exp(x)) if x > 0 else (g * y, g * x)

    f.defvjp(lambda x, y: (f(x, y), (x, y)), rule)
    assert grad(f, (0, 1))(1.0, 2.0) == (2 * math.e, math.e)
    refused(GradientError, lambda: grad(grad(f))(1.0, 2.0), "f", "runs on numbers only", "np.where")
    with open_recording():
        x = input_node((), np.dtype(float))
        output = f(x, 2.0)
        (found,) = gradients([output], [as_node(1.0)], [x], symbolic=True)
        written = found.op.written(found)
        assert written.text.template == "f_backward({0}, {2}, {3})[0]"
        for value, expected in ((1.0, 2 * math.e), (-1.0, 2.0)):
            point = input_node((), np.dtype(float), np.float64(value))
            assert on_inputs(Graph((x,), (found,)), [point]).outputs[0].value == pytest.approx(expected)
    explained = chainrule.explain(lambda x: f(x, 2.0) * 3.0)(1.0)
    assert explained.gradients["x"] == pytest.approx(6 * math.e)


def test_an_explanation_speaks_the_users_rule() -> None:
    explained = chainrule.explain(lambda x, y: by_vjp(x, y) ** 2)(1.0, 2.0)
    text = explained.text()
    assert "by_vjp(x, y)" in text
    assert "cos(x)" in text


def test_changing_an_argument_inside() -> None:
    def overwrite(x: Any) -> Any:
        x += 1.0
        return x

    f = custom_vjp(overwrite)
    f.defvjp(lambda x: (overwrite(x), None), lambda _, g: (g,))
    with pytest.raises(ValueError, match="read-only"):
        grad(lambda x: np.sum(f(x)))(X)


def test_an_error_inside_stays_what_it_is() -> None:
    def fail(x: Any) -> Any:
        raise ValueError("mine")

    f = custom_vjp(fail)
    f.defvjp(lambda x: (fail(x), None), lambda _, g: (g,))
    with pytest.raises(ValueError, match="mine"):
        grad(f)(1.0)


# Rules that do not fit -----------------------------------------------------------------------------------------------
def with_rule(forward_rule: Any, backward_rule: Any) -> Any:
    f = custom_vjp(lambda x: x * 2)
    f.defvjp(forward_rule, backward_rule)
    return lambda x: np.sum(f(x))


def saved_nothing(x: Any) -> Any:
    return x * 2, None


def test_no_rule() -> None:
    @custom_vjp
    def f(x: Any) -> Any:
        return x * 2

    assert f(2.0) == 4.0
    refused(GradientError, lambda: grad(f)(1.0), "f, a custom function without a rule", "f.defvjp")


def test_a_wrong_number_of_gradients() -> None:
    def two(_: Any, g: Any) -> Any:
        return g, g

    refused(GradientError, lambda: grad(with_rule(saved_nothing, two))(1.0), "2 gradients", "two", "a tuple of 1")
    refused(GradientError, lambda: grad(with_rule(saved_nothing, lambda _, g: g))(1.0), "lambda", "(gradient,)")


def test_a_gradient_of_the_wrong_shape() -> None:
    def not_summed(_: Any, g: Any) -> Any:
        return (np.ones((4, 3)),)

    def turned(_: Any, g: Any) -> Any:
        return (np.ones((3, 2)),)

    refused(ShapeError, lambda: grad(with_rule(saved_nothing, not_summed))(X), "(4, 3)", "(3,)", "sum over axis 0")
    refused(ShapeError, lambda: grad(with_rule(saved_nothing, turned))(np.ones((2, 3))), "(3, 2)", "transposed")


def test_a_gradient_in_other_containers() -> None:
    f = custom_vjp(lambda p: p["a"] * 2)
    f.defvjp(lambda p: (p["a"] * 2, None), lambda _, g: ([g],))
    refused(GradientError, lambda: grad(f)({"a": 1.0}), "{'a': *}")


def test_a_forward_rule_without_residuals() -> None:
    def alone(x: Any) -> Any:
        return x * 2

    refused(GradientError, lambda: grad(with_rule(alone, lambda _, g: (g,)))(1.0), "alone", "a pair")


def test_an_output_that_is_not_numbers() -> None:
    f = custom_vjp(lambda x: "text")
    f.defvjp(lambda x: ("text", None), lambda _, g: (g,))
    refused(GradientError, lambda: grad(f)(1.0), "str")


def test_a_tangent_of_the_wrong_shape() -> None:
    f = custom_jvp(lambda x: x * 2)
    f.defjvp(lambda primals, tangents: (primals[0] * 2, np.ones(4)))
    refused(ShapeError, lambda: jvp(f, (X,), (X,)), "f64[4]", "f64[3]")


@pytest.mark.parametrize("bent", [lambda g: g * g, np.sign, lambda g: np.where(g > 0, g, 0.0), np.exp])
def test_a_rule_that_is_not_linear_cannot_be_transposed(bent: Any) -> None:
    f = with_rule(saved_nothing, lambda _, g: (bent(g),))
    assert grad(f)(X).shape == (3,)
    refused(GradientError, lambda: jvp(f, (X,), (X,)), "not linear")
    back = custom_jvp(lambda x: x * 2)
    back.defjvp(lambda primals, tangents: (primals[0] * 2, bent(tangents[0])))
    refused(GradientError, lambda: grad(lambda x: np.sum(back(x)))(X), "not linear")


def test_a_rule_that_cannot_be_recorded_cannot_be_transposed() -> None:
    def with_math(_: Any, g: Any) -> Any:
        return (math.fabs(g),)

    f = with_rule(saved_nothing, with_math)
    assert grad(f)(2.0) == 1.0
    refused(GradientError, lambda: jvp(f, (2.0,), (1.0,)), "with_math", "float()", "jvp")


def test_a_value_from_outside_must_be_an_argument() -> None:
    def outer(w: Any) -> Any:
        f = custom_vjp(lambda x: x * w)
        f.defvjp(lambda x: (x * w, None), lambda _, g: (g * w,))
        return f(w + 1.0)

    refused(EscapeError, lambda: grad(outer)(2.0), "custom rule as an argument")
