"""Programs written for HIPS autograd run under our names for it, and give what autograd gives.

The oracle is autograd itself: each program takes the module and its numpy, and is run with both.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

from chainrule import tree
from chainrule.compat.autograd import grad, operators, primitives
from chainrule.compat.autograd import numpy as np
from chainrule.compat.autograd.core import make_jvp, make_vjp, vspace
from chainrule.compat.autograd.misc import const_graph, flatten
from chainrule.compat.autograd.misc.fixed_points import fixed_point
from chainrule.compat.autograd.misc.optimizers import adam, rmsprop, sgd
from chainrule.compat.autograd.test_util import check_grads, combo_check
from chainrule.compat.autograd.tracer import getval, isbox
from chainrule.errors import ChainruleError

OURS = "chainrule.compat.autograd"
X = numpy.array([0.3, -0.7, 1.2])
M = numpy.array([[0.9, -0.3, 0.4], [0.2, 1.1, -0.5], [0.6, 0.1, 0.8]])


def names(package: str) -> SimpleNamespace:
    """autograd's modules, or ours under its names."""
    load = importlib.import_module
    return SimpleNamespace(
        ag=load(package), np=load(f"{package}.numpy"), extend=load(f"{package}.extend"), misc=load(f"{package}.misc")
    )


def grads(m: Any) -> Any:
    def net(params: Any, x: Any) -> Any:
        for W, b in params:
            x = m.np.tanh(m.np.dot(x, W) + b)
        return m.np.sum(x**2)

    return m.ag.grad(net)([(M, X), (M.T, X)], X)


def several(m: Any) -> Any:
    return m.ag.value_and_grad(lambda x, y: m.np.sum(x * m.np.exp(y)), (0, 1))(X, X[::-1].copy())


def dictionary(m: Any) -> Any:
    return m.ag.grad(lambda p: m.np.sum(p["W"] ** 2) * p["b"])({"W": M, "b": 2.0})


def jacobians(m: Any) -> Any:
    def f(x: Any) -> Any:
        return m.np.sin(x) * m.np.sum(x**2)

    return m.ag.jacobian(f)(X), m.ag.hessian(lambda x: m.np.sum(f(x)))(X), m.ag.elementwise_grad(m.np.tanh)(X)


def products(m: Any) -> Any:
    def f(x: Any) -> Any:
        return m.np.sum(m.np.sin(x) ** 2 * x)

    def h(x: Any) -> Any:
        return m.np.dot(M, m.np.tanh(x))

    hvp, _ = m.ag.make_hvp(f)(X)
    return (
        hvp(X), m.ag.hessian_vector_product(f)(X, X), m.ag.vector_jacobian_product(h)(X, X), m.ag.make_ggnvp(h)(X)(X),
        m.ag.make_vjp(h)(X)[0](X), m.ag.make_jvp(h)(X)(X), m.ag.deriv(lambda t: t**3)(2.0),
    )  # fmt: skip


def others(m: Any) -> Any:
    def f(x: Any, scale: Any = 2.0) -> Any:
        return m.np.sum(x**2) * scale

    aux = m.ag.grad_and_aux(lambda x: (m.np.sum(x**2), 3.0 * x))(X)
    return aux, m.ag.grad_named(f, "x")(X), m.ag.checkpoint(f)(X), m.ag.grad(m.ag.checkpoint(f))(X)


def lists(m: Any) -> Any:
    def f(x: Any) -> Any:
        built = m.np.array([[x[0], 1.0], [x[1] * x[2], m.np.sin(x[0])]])
        return m.np.sum(built @ built) + m.np.mean([x[0], x[1]]) + m.np.sum(m.np.concatenate([x[:1], x[1:] ** 2]))

    return m.ag.grad(f)(X)


def rules(m: Any) -> Any:
    @m.extend.primitive
    def cube(x: Any, scale: Any = 1.0) -> Any:
        assert type(x) is numpy.ndarray
        return scale * x**3

    m.extend.defvjp(cube, lambda ans, x, scale=1.0: lambda g: g * 3 * scale * x**2)
    m.extend.defjvp(cube, lambda g, ans, x, scale=1.0: g * 3 * scale * x**2)

    def f(x: Any) -> Any:
        return m.np.sum(cube(x, scale=2.0))

    return m.ag.grad(f)(X), m.ag.make_jvp(f)(X)(X), m.ag.grad(lambda x: m.np.sum(m.ag.grad(f)(x) ** 2))(X)


def several_arguments(m: Any) -> Any:
    @m.extend.primitive
    def mixed(x: Any, y: Any) -> Any:
        return numpy.dot(x, y)

    m.extend.defvjp_argnum(mixed, lambda argnum, ans, args, kwargs: lambda g: g * args[1 - argnum])
    return m.ag.grad(lambda x: mixed(x, X))(X), m.ag.grad(mixed, (0, 1))(X, 2 * X)


def containers(m: Any) -> Any:
    @m.extend.primitive
    def total(params: Any) -> Any:
        return params["a"] * 2.0 + numpy.sum(params["b"])

    m.extend.defvjp(total, lambda ans, params: lambda g: {"a": 2.0 * g, "b": g * numpy.ones(3)})
    return m.ag.grad(lambda a, b: total({"a": a, "b": b}), (0, 1))(1.0, X)


def flattened(m: Any) -> Any:
    vector, back = m.misc.flatten({"W": M, "b": (X, 2.0)})
    return vector, back(2 * vector), m.ag.grad(lambda x: m.np.sum(m.misc.flatten([x, x**2])[0] ** 2))(X)


PROGRAMS = (
    grads, several, dictionary, jacobians, products, others, lists, rules, several_arguments, containers, flattened,
)  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_gives_what_autograd_gives(program: Callable[[Any], Any]) -> None:
    expected, structure = tree.flatten(program(names("autograd")))
    found, ours = tree.flatten(program(names(OURS)))
    assert ours == structure
    for left, right in zip(found, expected, strict=True):
        numpy.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-14)
        assert numpy.shape(left) == numpy.shape(right)


def test_one_rule_is_enough_for_both_modes() -> None:
    @primitives.primitive
    def by_vjp(x: Any) -> Any:
        return x**2

    @primitives.primitive
    def by_jvp(x: Any) -> Any:
        return x**2

    primitives.defvjp(by_vjp, lambda ans, x: lambda g: 2 * x * g)
    primitives.defjvp(by_jvp, lambda g, ans, x: 2 * x * g)
    for function in (by_vjp, by_jvp):
        check_grads(lambda x, f=function: np.sum(f(x) * x))(X)


def test_a_rule_that_is_missing_is_named() -> None:
    @primitives.primitive
    def bare(x: Any, y: Any) -> Any:
        return x * y

    with pytest.raises(NotImplementedError, match=r"VJP of bare wrt argnum 0"):
        grad(bare)(1.0, 2.0)
    with pytest.raises(NotImplementedError, match=r"JVP of bare wrt argnum 0"):
        make_jvp(lambda x: bare(x, 2.0), 1.0)(1.0)
    primitives.defvjp(bare, lambda ans, x, y: lambda g: g * y)
    assert float(grad(bare)(1.0, 2.0)) == 2.0
    with pytest.raises(NotImplementedError, match="argnum 1"):
        grad(bare, 1)(1.0, 2.0)


def test_primitives_that_no_derivative_passes() -> None:
    rounded = primitives.notrace_primitive(numpy.round)
    assert numpy.all(grad(lambda x: np.sum(rounded(x) * x))(X) == numpy.round(X))
    quiet = primitives.primitive(numpy.round)
    primitives.register_notrace(None, quiet)
    assert numpy.all(grad(lambda x: np.sum(quiet(x) * x))(X) == numpy.round(X))


def test_wrong_rules_are_found() -> None:
    @primitives.primitive
    def doubled(x: Any) -> Any:
        return 2.0 * x

    primitives.defvjp(doubled, lambda ans, x: lambda g: 2.001 * g)
    with pytest.raises(AssertionError, match=r"\(VJP\) check of doubled failed"):
        check_grads(doubled, modes=["rev"])(1.0)


def test_checks_of_many_arguments() -> None:
    combo_check(lambda x, axis: np.sum(np.sin(x), axis=axis), [0])([X, M], axis=[None, 0])


def test_what_is_recorded_can_be_asked() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        seen.extend([isbox(x), isbox(getval(x)), operators.vspace(x).shape])
        return np.sum(x)

    grad(f)(X)
    assert seen == [True, False, (3,)]


def test_optimisers_reach_the_minimum() -> None:
    def slope(p: Any, i: int) -> Any:
        return {"a": 2 * (p["a"] - 1.0), "b": 2 * p["b"]}

    for optimise, options in ((sgd, {}), (rmsprop, {"num_iters": 400}), (adam, {"num_iters": 600, "step_size": 0.05})):
        found = optimise(slope, {"a": 0.0, "b": X}, **options)
        numpy.testing.assert_allclose(flatten(found)[0], [1.0, 0, 0, 0], atol=0.08)


def test_fixed_points_have_the_gradient_of_the_implicit_function() -> None:
    # Newton's map for the square root: its fixed point is sqrt(a), with derivative 1 / (2 sqrt(a)).
    def newton(a: Any) -> Callable[[Any], Any]:
        return lambda x: 0.5 * (x + a / x)

    def root(a: Any) -> Any:
        return fixed_point(newton, a, 1.0, lambda x, y: abs(x - y), 1e-14)

    assert abs(float(grad(root)(2.0)) - 0.5 / numpy.sqrt(2.0)) < 1e-12
    assert abs(float(grad(grad(root))(2.0)) + 0.25 / 2.0**1.5) < 1e-6


def test_recording_once() -> None:
    runs: list[int] = []

    def f(x: Any, y: Any) -> Any:
        runs.append(1)
        return x * np.sin(y)

    once = const_graph(f)
    assert [round(float(once(x, 0.5)), 12) for x in (1.0, 2.0)] == [round(x * numpy.sin(0.5), 12) for x in (1.0, 2.0)]
    assert len(runs) == 1


def test_spaces() -> None:
    space = vspace([1.0, {"a": M}])
    assert (space.size, len(list(space.standard_basis()))) == (10, 10)
    assert space == vspace(space.randn())
    assert float(space.inner_prod(space.ones(), space.add(space.ones(), space.zeros()))) == 10.0
    with pytest.raises(TypeError):
        vspace("text")


def test_what_is_not_one_number_is_refused() -> None:
    with pytest.raises(TypeError, match="one real number"):
        grad(lambda x: x)(X)
    with pytest.raises(TypeError, match="truth value"):
        grad(lambda x: np.all(x > 0))(X)
    assert issubclass(primitives.UndefinedRuleError, ChainruleError)
    vjp, value = make_vjp(lambda x: 2 * x, X)
    numpy.testing.assert_array_equal((value, vjp(X)), (2 * X, 2 * X))


def test_eigenvalues_of_the_half_that_is_read() -> None:
    # autograd's convention: the half that is not read has gradient 0, for any matrix.
    for half, read in (("L", numpy.tril), ("U", numpy.triu)):
        check_grads(lambda a, half=half: tuple(np.linalg.eigh(a, half)))(M)
        gradient = grad(lambda a, half=half: np.sum(np.linalg.eigvalsh(a, half) ** 3))(M)
        numpy.testing.assert_array_equal(gradient, read(gradient))


def test_roots_of_matrices_and_sylvester_systems() -> None:
    from chainrule.compat.autograd.scipy import linalg

    check_grads(lambda a: linalg.sqrtm(a @ a.T + 2 * np.eye(3)))(M)
    check_grads(linalg.solve_sylvester, (0, 1, 2))(M, M.T, M)
    check_grads(lambda band, b: linalg.solve_banded((1, 1), band, b), (0, 1), modes=["rev"])(M + 3, X)


@pytest.mark.parametrize("mode", ["full", "valid", "same"])
def test_convolutions(mode: str) -> None:
    from chainrule.compat.autograd.scipy.signal import convolve

    for large, small in ((X, X[:2]), (M, M[:2, :2])):
        expected = importlib.import_module("scipy.signal").convolve(large, small, mode)
        numpy.testing.assert_allclose(convolve(large, small, mode=mode), expected, atol=1e-14)
        check_grads(lambda a, b: convolve(a, b, mode=mode), (0, 1), order=1)(large, small)


def test_densities() -> None:
    from chainrule.compat.autograd.scipy import stats

    theirs = importlib.import_module("scipy.stats")
    x, a, b = numpy.array([0.2, 0.7]), numpy.array([1.4, 2.5]), numpy.array([2.1, 0.9])
    cases = (
        (stats.norm, "logpdf pdf cdf logcdf sf logsf", (x, a, b)), (stats.beta, "logpdf pdf cdf", (x, a, b)),
        (stats.gamma, "logpdf pdf cdf", (x, a)), (stats.t, "logpdf pdf cdf logcdf", (x, a, b, a)),
        (stats.chi2, "logpdf pdf cdf", (x, a)), (stats.poisson, "logpmf pmf cdf", (numpy.array([0.0, 3.0]), a)),
    )  # fmt: skip
    for module, functions, args in cases:
        name = module.__name__.rpartition(".")[2]
        for function in functions.split():
            found = getattr(module, function)(*args)
            numpy.testing.assert_allclose(found, getattr(getattr(theirs, name), function)(*args), rtol=1e-10)
            place = 1 if name == "poisson" else 0
            check_grads(getattr(module, function), place, modes=["rev"], order=1)(*args)


def test_an_equation_of_motion_by_its_adjoint() -> None:
    from chainrule.compat.autograd.scipy.integrate import odeint

    # y' = -k y has the solution y0 exp(-k t): its derivatives are known.
    def end(y0: Any, k: Any) -> Any:
        return odeint(lambda y, t, k: -k * y, y0, numpy.array([0.0, 0.5, 1.0]), (k,), rtol=1e-10, atol=1e-12)[-1, 0]

    by_start, by_rate = grad(end, (0, 1))(numpy.array([2.0]), 0.7)
    numpy.testing.assert_allclose(by_start, [numpy.exp(-0.7)], rtol=1e-6)
    numpy.testing.assert_allclose(by_rate, -2.0 * numpy.exp(-0.7), rtol=1e-6)


def test_complex_numbers_where_autograd_takes_them() -> None:
    from chainrule.compat.autograd.scipy import special

    z = X + 1j * X[::-1]
    for function in (special.erf, special.erfc, np.max, np.min, np.real_if_close):
        check_grads(lambda x, f=function: np.sum(np.abs(f(x)) ** 2))(z)
    assert float(grad(lambda x: np.real_if_close(x + 0j))(1.0)) == 1.0
