"""Random numbers by keys: reproducible, apart from each other, in every mode; the samplers against scipy.stats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.stats
from laws.table import numeric_gradient

import chainrule
from chainrule import grad, jit, random
from chainrule.errors import ChainruleError, DomainError, DTypeError, GradientError, ShapeError

N = 20000
KEY = random.key(5)

SAMPLERS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "uniform": (lambda key: random.uniform(key, (N,), minval=-1.0, maxval=3.0), scipy.stats.uniform(-1, 4)),
    "normal": (lambda key: random.normal(key, (N,), loc=2.0, scale=3.0), scipy.stats.norm(2, 3)),
    "exponential": (lambda key: random.exponential(key, (N,), scale=2.0), scipy.stats.expon(scale=2)),
    "laplace": (lambda key: random.laplace(key, (N,), loc=1.0), scipy.stats.laplace(1)),
    "logistic": (lambda key: random.logistic(key, (N,)), scipy.stats.logistic()),
    "gumbel": (lambda key: random.gumbel(key, (N,)), scipy.stats.gumbel_r()),
    "cauchy": (lambda key: random.cauchy(key, (N,)), scipy.stats.cauchy()),
    "truncated_normal": (lambda key: random.truncated_normal(key, 0.5, 3.0, (N,)), scipy.stats.truncnorm(0.5, 3)),
    "truncated on the left": (
        lambda key: random.truncated_normal(key, -5, -4.5, (N,)),
        scipy.stats.truncnorm(-5, -4.5),
    ),
    "gamma of small shape": (lambda key: random.gamma(key, 0.3, (N,)), scipy.stats.gamma(0.3)),
    "gamma of large shape": (lambda key: random.gamma(key, 300.0, (N,)), scipy.stats.gamma(300)),
    "beta": (lambda key: random.beta(key, 0.5, 2.0, (N,)), scipy.stats.beta(0.5, 2)),
    "student_t": (lambda key: random.student_t(key, 4.0, (N,)), scipy.stats.t(4)),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_sampler_has_its_distribution_and_is_decided_by_the_key(name: str) -> None:
    draw, theirs = SAMPLERS[name]
    x = draw(KEY)
    assert x.shape == (N,)
    assert scipy.stats.kstest(x, theirs.cdf).pvalue > 0.001
    np.testing.assert_array_equal(draw(KEY.copy()), x)
    assert not np.any(draw(random.key(6)) == x)
    compiled = jit(draw)
    np.testing.assert_array_equal(compiled(KEY), x)
    np.testing.assert_array_equal(compiled(random.key(6)), draw(random.key(6)))


PATHS: dict[str, Callable[[Any], Any]] = {
    "uniform": lambda t: random.uniform(KEY, (4,), minval=t, maxval=t * t),
    "laplace": lambda t: random.laplace(KEY, (4,), loc=t, scale=2 * t),
    "truncated_normal": lambda t: random.truncated_normal(KEY, t, t * t + 1, (4,)),
    "gamma": lambda t: random.gamma(KEY, t, (4,)),
    "gamma, large": lambda t: random.gamma(KEY, 100 * t, (4,)) / 100,
    "loggamma, tiny": lambda t: random.loggamma(KEY, 0.001 * t, (4,)) / 1000,
    "beta": lambda t: random.beta(KEY, t, 2 * t, (4,)),
    "dirichlet": lambda t: random.dirichlet(KEY, np.stack([t, 2 * t, 0.5 * t])) * np.array([1.0, 2.0, -1.0]),
    "student_t": lambda t: random.student_t(KEY, t, (4,)),
    "multivariate_normal": lambda t: random.multivariate_normal(
        KEY, np.stack([t, -t]), np.stack([np.stack([t, 0.3 * t]), np.stack([0.3 * t, 2.0 + t])])
    ),
    "gumbel_softmax": lambda t: random.gumbel_softmax(KEY, np.stack([t, 2 * t, 0.5]), 0.7) * np.array([1.0, 2.0, 3.0]),
}


@pytest.mark.parametrize("name", PATHS)
def test_gradients_are_those_of_the_path_to_second_order(name: str) -> None:
    def total(t: Any) -> Any:
        return np.sum(PATHS[name](t))

    found = grad(total)(1.3)
    assert found == pytest.approx(float(numeric_gradient(total, 1.3)), rel=1e-8)
    assert grad(grad(total))(1.3) == pytest.approx(float(numeric_gradient(grad(total), 1.3)), rel=1e-7, abs=1e-9)
    assert jit(grad(total))(1.3) == pytest.approx(found, rel=1e-14)


def test_the_derivative_of_a_gamma_sample_is_the_exact_one() -> None:
    """mpmath 1.4.1, 40 digits: minus the derivative of gammainc(a, 0, x, regularized=True) by a, over that by x."""
    from chainrule.ops.random import gamma_relative

    for a, x, expected in (
        (0.1, 1e-06, 0.00013391768618329164),
        (0.5, 0.3, 1.0098019459488545),
        (2.0, 5.0, 1.6580687280597064),
        (29.0, 35.0, 1.1032916463128213),
        (40.0, 30.0, 0.8666398251504487),
        (1000.0, 1010.0, 1.0051509296765344),
    ):
        assert -x * float(gamma_relative(a, np.log(x), order=1)) == pytest.approx(expected, rel=1e-12)


def test_streams_of_keys_do_not_meet() -> None:
    keys = random.split(KEY, 1000)
    assert keys.shape == (1000, 2)
    assert len({tuple(each) for each in keys.tolist()} | {tuple(KEY.tolist())}) == 1001
    np.testing.assert_array_equal(random.split(KEY, 3), keys[:3])
    folded = [random.fold_in(KEY, place) for place in range(100)]
    assert len({tuple(each.tolist()) for each in folded} | {tuple(each) for each in keys.tolist()}) == 1100
    first = np.stack([random.normal(each, (50,)) for each in keys[:200]])
    assert np.abs(np.corrcoef(first) - np.eye(200)).max() < 0.75
    assert abs(first.mean()) < 0.05


def test_keys_are_arguments_like_others() -> None:
    def walk(key: Any, step: Any) -> Any:
        first, second = random.split(key)
        return random.normal(first, (3,), scale=step) + random.uniform(random.fold_in(second, 7), (3,))

    np.testing.assert_array_equal(jit(walk)(KEY, 2.0), walk(KEY, 2.0))
    np.testing.assert_array_equal(jit(random.fold_in)(KEY, 3), random.fold_in(KEY, 3))
    found = grad(lambda step, key: np.sum(walk(key, step)))(2.0, KEY)
    np.testing.assert_allclose(found, np.sum(random.normal(random.split(KEY)[0], (3,))), rtol=1e-14)
    np.testing.assert_array_equal(jit(grad(lambda s, key: np.sum(walk(key, s))))(2.0, KEY), found)
    keys = random.split(KEY, 3)
    by_vmap = chainrule.vmap(lambda key: random.gamma(random.split(key)[1], 0.5, (2,)))(keys)
    np.testing.assert_array_equal(by_vmap, np.stack([random.gamma(random.split(each)[1], 0.5, (2,)) for each in keys]))
    (last, _), seen = chainrule.scan(
        lambda carry, _: ((random.split(carry[0])[0], carry[1]), random.normal(carry[0])), (KEY, 0.0), np.arange(2)
    )
    np.testing.assert_array_equal(seen[1], random.normal(random.split(KEY)[0]))
    assert last.dtype == np.uint64
    rows = random.normal(keys, (2,))  # one draw for each key
    np.testing.assert_array_equal(rows, np.stack([random.normal(each, (2,)) for each in keys]))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_samples_have_the_dtype_that_is_asked_for(dtype: str) -> None:
    for draw in (random.uniform, random.normal, random.exponential, random.gumbel, random.logistic):
        x = draw(KEY, (2000,), dtype)
        assert x.dtype == dtype
        assert np.isfinite(x).all()
    assert (random.uniform(KEY, (5000,), dtype) < 1).all()
    one = np.dtype(dtype).type(1.5)
    assert random.gamma(KEY, one, (3,)).dtype == dtype
    assert random.student_t(KEY, one).dtype == dtype
    assert grad(lambda a: random.gamma(KEY, a))(one).dtype == dtype


def test_what_is_drawn_among_few() -> None:
    whole = random.randint(KEY, (N,), -2, 3)
    assert whole.dtype == np.int64
    np.testing.assert_allclose(np.bincount(whole + 2) / N, 0.2, atol=0.015)
    order = random.permutation(KEY, 10)
    assert sorted(order.tolist()) == list(range(10))
    rows = random.permutation(KEY, np.arange(12.0).reshape(4, 3), axis=1)
    assert sorted(rows[0].tolist()) == [0.0, 1.0, 2.0]
    np.testing.assert_array_equal(rows[1] - rows[0], 3.0)
    few = random.choice(KEY, 100, (10, 5), replace=False)
    assert len(set(few.ravel().tolist())) == 50
    weighted = random.choice(KEY, np.array([1.0, 2.0, 4.0]), (N,), p=np.array([0.5, 0.25, 0.25]))
    assert abs(weighted.mean() - 2.0) < 0.05
    places = random.categorical(KEY, np.log([[0.1, 0.9], [0.6, 0.4]]), shape=(N, 2))
    np.testing.assert_allclose(places.mean(0), [0.9, 0.4], atol=0.015)
    columns = random.categorical(KEY, np.log([[0.1, 0.9], [0.6, 0.4]]), axis=0, shape=(N, 2))
    np.testing.assert_allclose(columns.mean(0), [6 / 7, 4 / 13], atol=0.015)
    np.testing.assert_array_equal(jit(lambda key: random.permutation(key, 5))(KEY), random.permutation(KEY, 5))
    picked = grad(lambda a: np.sum(random.choice(KEY, a, (3,), replace=False)))(np.arange(5.0))
    assert sorted(picked.tolist()) == [0, 0, 1, 1, 1]


REFUSED: dict[str, Callable[[Any], Any]] = {
    "bernoulli": lambda p: np.sum(random.bernoulli(KEY, p, (3,)) * 1.0),
    "categorical": lambda p: random.categorical(KEY, np.stack([p, 1.0])) * 1.0,
    "poisson": lambda p: np.sum(random.poisson(KEY, p, (3,)) * 1.0),
    "in a choice": lambda p: np.where(random.bernoulli(KEY, p), p, 1.0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_gradient_through_a_jump_is_refused(name: str) -> None:
    for mode in (grad(REFUSED[name]), jit(grad(REFUSED[name])), lambda p: chainrule.jvp(REFUSED[name], (p,), (1.0,))):
        with pytest.raises(GradientError, match=r"jumps from one to another[\s\S]*gumbel_softmax[\s\S]*stop_gradient"):
            mode(0.4)
    taken = grad(lambda p: REFUSED[name](chainrule.stop_gradient(p)) * p)
    assert np.isfinite(taken(0.4))


def test_a_hard_relaxation_is_one_hot_and_has_the_gradient_of_the_soft_one() -> None:
    logits, weights = np.array([0.3, -0.2, 1.0]), np.array([1.0, 2.0, 3.0])
    hard = random.gumbel_softmax(KEY, logits, 0.5, hard=True)
    assert sorted(np.round(hard, 12).tolist()) == [0.0, 0.0, 1.0]
    found = [
        grad(lambda z, hard=hard: np.sum(weights * random.gumbel_softmax(KEY, z, 0.5, hard=hard)))(logits)
        for hard in (True, False)
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-13)


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (lambda: random.normal(0, (2,)), DTypeError, r"chainrule\.random\.key\(0\)"),
        (lambda: random.normal(np.array([1.0, 2.0])), DTypeError, "dtype float64"),
        (lambda: random.key(0.5), DTypeError, "whole number"),
        (lambda: random.key(-1), DomainError, "0 or more"),
        (lambda: random.fold_in(KEY, 0.5), DTypeError, "whole number"),
        (lambda: random.normal(KEY[:1]), ShapeError, r"shape \(2,\)"),
        (lambda: random.normal(KEY, (3,), np.int64), DTypeError, "randint"),
        (lambda: random.normal(KEY, (3,), loc=np.zeros(2)), ShapeError, "random.normal"),
        (lambda: random.randint(KEY, (3,), 3, 3), DomainError, "minval < maxval"),
        (lambda: random.randint(KEY, (3,), 0, 3, float), DTypeError, "uniform"),
        (lambda: random.choice(KEY, 3, (4,), replace=False), DomainError, "4 draws out of 3"),
        (lambda: random.dirichlet(KEY, 1.0), ShapeError, "last axis"),
        (lambda: random.multivariate_normal(KEY, np.zeros(2), np.eye(3)), ShapeError, "covariance"),
        (lambda: random.categorical(KEY, np.zeros((2, 3)), shape=(3,)), ShapeError, "random.categorical"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(wrong: Callable[[], Any], error: type[ChainruleError], said: str) -> None:
    with pytest.raises(error, match=said):
        wrong()
