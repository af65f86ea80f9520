"""Distributions: densities, moments and entropies against scipy.stats, samples against both, gradients against
finite differences of the path, divergences against numerical integration of their definition.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from laws.table import numeric_gradient

import chainrule
from chainrule import grad, hessian, jit, random
from chainrule.errors import ChainruleError, DomainError, GradientError
from chainrule.random import (
    Bernoulli,
    Beta,
    Categorical,
    Dirichlet,
    Exponential,
    Gamma,
    Laplace,
    MultivariateNormal,
    Normal,
    Poisson,
    StudentT,
    Uniform,
    kl_divergence,
)  # fmt: skip

COVARIANCE = np.array([[2.0, 0.3], [0.3, 0.5]])
SCALAR: dict[str, tuple[Any, tuple[float, ...], Any, list[float]]] = {
    "normal": (Normal, (0.5, 2.0), scipy.stats.norm(0.5, 2.0), [-7.0, 0.5, 1.3]),
    "laplace": (Laplace, (0.5, 2.0), scipy.stats.laplace(0.5, 2.0), [-7.0, 0.4, 1.3]),
    "uniform": (Uniform, (-1.0, 3.0), scipy.stats.uniform(-1.0, 4.0), [-2.0, 0.0, 2.9]),
    "exponential": (Exponential, (2.5,), scipy.stats.expon(scale=2.5), [-1.0, 0.1, 9.0]),
    "gamma": (Gamma, (0.7, 2.0), scipy.stats.gamma(0.7, scale=2.0), [-1.0, 0.1, 9.0]),
    "beta": (Beta, (0.7, 2.0), scipy.stats.beta(0.7, 2.0), [-0.5, 0.1, 0.9]),
    "student_t": (StudentT, (4.5, 0.5, 2.0), scipy.stats.t(4.5, 0.5, 2.0), [-40.0, 0.5, 1.3]),
}
N = 20000
KEY = random.key(12)


@pytest.mark.parametrize("name", SCALAR)
def test_what_a_distribution_says_is_what_scipy_says(name: str) -> None:
    kind, values, theirs, points = SCALAR[name]
    ours = kind(*values)
    np.testing.assert_allclose(ours.log_prob(np.array(points)), theirs.logpdf(points), rtol=1e-13)
    np.testing.assert_allclose(ours.entropy(), theirs.entropy(), rtol=1e-12)
    np.testing.assert_allclose([ours.mean, ours.variance], theirs.stats("mv"), rtol=1e-13)


@pytest.mark.parametrize("name", SCALAR)
def test_samples_have_the_distribution(name: str) -> None:
    kind, values, theirs, _ = SCALAR[name]
    x = kind(*values).sample(KEY, (N,))
    assert scipy.stats.kstest(x, theirs.cdf).pvalue > 0.001
    np.testing.assert_allclose(x.mean(), theirs.mean(), atol=6 * theirs.std() / np.sqrt(N))
    again = jit(lambda key, *given: kind(*given).sample(key, (N,)))
    np.testing.assert_array_equal(again(KEY, *values), x)
    assert not np.array_equal(again(random.key(13), *values), x)


@pytest.mark.parametrize("name", SCALAR)
def test_gradients_of_samples_are_those_of_their_path(name: str) -> None:
    kind, values, _, _ = SCALAR[name]
    given = np.array(values)

    def total(parameters: Any) -> Any:
        return np.sum(np.tanh(kind(*[parameters[place] for place in range(len(values))]).sample(KEY, (5,))))

    expected = numeric_gradient(total, given)
    np.testing.assert_allclose(grad(total)(given), expected, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(jit(grad(total))(given), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", SCALAR)
def test_densities_and_entropies_have_derivatives_of_second_order_by_everything(name: str) -> None:
    kind, values, _, points = SCALAR[name]
    given = np.array([*values, points[1]])

    def said(z: Any) -> Any:
        made = kind(*[z[place] for place in range(len(values))])
        return made.log_prob(z[-1]) + made.entropy()

    np.testing.assert_allclose(grad(said)(given), numeric_gradient(said, given), rtol=1e-7, atol=1e-9)
    for place in range(len(given)):
        row = numeric_gradient(lambda z, place=place: grad(said)(z)[place], given)
        np.testing.assert_allclose(hessian(said)(given)[place], row, rtol=1e-7, atol=1e-8)


def test_the_normal_distribution_of_vectors() -> None:
    ours, theirs = MultivariateNormal(np.array([1.0, -1.0]), COVARIANCE), scipy.stats.multivariate_normal
    x = np.array([[0.3, 0.2], [1.0, -1.5], [4.0, 0.0]])
    np.testing.assert_allclose(ours.log_prob(x), theirs.logpdf(x, [1.0, -1.0], COVARIANCE), rtol=1e-13)
    np.testing.assert_allclose(ours.log_prob(x[0]), theirs.logpdf(x[0], [1.0, -1.0], COVARIANCE), rtol=1e-13)
    np.testing.assert_allclose(ours.entropy(), theirs.entropy([1.0, -1.0], COVARIANCE), rtol=1e-13)
    drawn = ours.sample(KEY, (N,))
    assert drawn.shape == (N, 2)
    np.testing.assert_allclose(np.cov(drawn.T), COVARIANCE, atol=0.06)
    np.testing.assert_allclose(drawn.mean(0), ours.mean, atol=0.06)
    np.testing.assert_array_equal(ours.variance, [2.0, 0.5])

    def both(cov: Any) -> Any:
        made = MultivariateNormal(np.array([1.0, -1.0]), 0.5 * (cov + cov.T))
        return np.sum(made.sample(KEY, (3,)) ** 2) + np.sum(made.log_prob(x)) + made.entropy()

    np.testing.assert_allclose(grad(both)(COVARIANCE), numeric_gradient(both, COVARIANCE), rtol=1e-7)


def test_dirichlet() -> None:
    alpha = np.array([0.4, 2.0, 3.5])
    ours, theirs = Dirichlet(alpha), scipy.stats.dirichlet(alpha)
    x = np.array([0.2, 0.5, 0.3])
    np.testing.assert_allclose(ours.log_prob(x), theirs.logpdf(x), rtol=1e-13)
    np.testing.assert_allclose(ours.entropy(), theirs.entropy(), rtol=1e-12)
    np.testing.assert_allclose(ours.mean, theirs.mean(), rtol=1e-14)
    np.testing.assert_allclose(ours.variance, theirs.var(), rtol=1e-13)
    drawn = ours.sample(KEY, (N,))
    assert drawn.shape == (N, 3)
    np.testing.assert_allclose(drawn.sum(-1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(drawn.mean(0), theirs.mean(), atol=0.02)
    np.testing.assert_allclose(drawn.var(0), theirs.var(), atol=0.005)

    def total(a: Any) -> Any:
        return np.sum(Dirichlet(a).sample(KEY, (4,)) * np.array([1.0, -2.0, 0.5])) + Dirichlet(a).log_prob(x)

    np.testing.assert_allclose(grad(total)(alpha), numeric_gradient(total, alpha), rtol=1e-8)


def test_distributions_of_few_values() -> None:
    counts = np.arange(6)
    np.testing.assert_allclose(Poisson(2.5).log_prob(counts), scipy.stats.poisson(2.5).logpmf(counts), rtol=1e-13)
    assert Poisson(2.5).log_prob(-1) == -np.inf
    drawn = Poisson(2.5).sample(KEY, (N,))
    assert drawn.dtype == np.int64
    frequencies = np.bincount(drawn, minlength=6)[:6] / N
    np.testing.assert_allclose(frequencies, scipy.stats.poisson(2.5).pmf(counts), atol=0.012)
    for coin in (Bernoulli(0.3), Bernoulli(logits=np.log(0.3 / 0.7))):
        np.testing.assert_allclose(coin.log_prob(np.array([0, 1, 2])), [np.log(0.7), np.log(0.3), -np.inf], rtol=1e-14)
        np.testing.assert_allclose(coin.entropy(), scipy.stats.bernoulli(0.3).entropy(), rtol=1e-13)
        np.testing.assert_allclose([coin.mean, coin.variance], [0.3, 0.21], rtol=1e-14)
        assert abs(coin.sample(KEY, (N,)).mean() - 0.3) < 0.02
    p = np.array([0.1, 0.2, 0.7])
    for dice in (Categorical(p), Categorical(logits=np.log(p) + 5.0)):
        np.testing.assert_allclose(dice.log_prob(np.array([2, 0])), np.log([0.7, 0.1]), rtol=1e-13)
        np.testing.assert_allclose(dice.entropy(), scipy.stats.entropy(p), rtol=1e-13)
        np.testing.assert_allclose([dice.mean, dice.variance], [1.6, 3.0 - 1.6**2], rtol=1e-12)
        frequencies = np.bincount(dice.sample(KEY, (N,))) / N
        np.testing.assert_allclose(frequencies, p, atol=0.015)


def test_certain_outcomes_have_no_entropy_and_a_finite_gradient_elsewhere() -> None:
    assert float(Categorical(np.array([1.0, 0.0])).entropy()) == 0.0
    assert float(Bernoulli(1.0).entropy()) == 0.0
    with np.errstate(all="ignore"):
        found = grad(lambda logits: Categorical(logits=logits).entropy())(np.array([0.0, 1e4]))
    np.testing.assert_array_equal(found, [0.0, 0.0])


def test_stacks_of_distributions() -> None:
    stack = Normal(np.zeros((2, 3)), np.ones(3))
    assert stack.sample(KEY, (4,)).shape == (4, 2, 3)
    assert stack.entropy().shape == stack.mean.shape == stack.variance.shape == (2, 3)
    assert Categorical(logits=np.zeros((2, 3))).sample(KEY, (5,)).shape == (5, 2)
    assert Categorical(logits=np.zeros((2, 3))).log_prob(np.zeros((5, 2), int)).shape == (5, 2)
    assert Dirichlet(np.ones((2, 3))).sample(KEY, 4).shape == (4, 2, 3)
    assert MultivariateNormal(np.zeros((5, 2)), np.eye(2)).sample(KEY, (3,)).shape == (3, 5, 2)


PAIRS: dict[str, tuple[Any, Any]] = {
    "normal": (Normal(0.5, 2.0), Normal(-1.0, 3.0)), "laplace": (Laplace(0.5, 2.0), Laplace(-1.0, 3.0)),
    "uniform": (Uniform(0.0, 1.0), Uniform(-1.0, 2.0)), "exponential": (Exponential(2.0), Exponential(0.7)),
    "gamma": (Gamma(1.7, 2.0), Gamma(2.5, 1.0)), "beta": (Beta(1.7, 2.0), Beta(2.5, 1.2)),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_divergences_are_what_they_are_defined_to_be(name: str) -> None:
    p, q = PAIRS[name]
    low, high = {"uniform": (0, 1), "beta": (0, 1), "exponential": (0, 90), "gamma": (0, 120)}.get(name, (-90, 90))
    expected = scipy.integrate.quad(
        lambda x: np.exp(p.log_prob(x)) * (p.log_prob(x) - q.log_prob(x)), low, high, points=[0.5], limit=500
    )[0]
    assert float(kl_divergence(p, q)) == pytest.approx(expected, rel=1e-7)
    assert float(kl_divergence(p, p)) == pytest.approx(0.0, abs=1e-14)


def test_divergences_of_vectors_and_of_few_values() -> None:
    p, q = MultivariateNormal(np.zeros(2), COVARIANCE), MultivariateNormal(np.array([1.0, 0.5]), np.diag([1.0, 3.0]))
    apart = np.array([1.0, 0.5])
    inverse = np.diag([1.0, 1 / 3])
    expected = 0.5 * (np.trace(inverse @ COVARIANCE) + apart @ inverse @ apart - 2
                      + np.log(3.0 / np.linalg.det(COVARIANCE)))  # fmt: skip
    assert float(kl_divergence(p, q)) == pytest.approx(expected, rel=1e-13)
    one, other = np.array([0.2, 0.8, 0.0]), np.array([0.5, 0.25, 0.25])
    with np.errstate(all="ignore"):
        found = kl_divergence(Categorical(one), Categorical(other))
    assert float(found) == pytest.approx(scipy.stats.entropy(one, other), rel=1e-13)
    assert float(kl_divergence(Bernoulli(0.2), Bernoulli(logits=0.0))) == pytest.approx(
        scipy.stats.entropy([0.2, 0.8], [0.5, 0.5]), rel=1e-13
    )
    assert float(kl_divergence(Poisson(2.0), Poisson(3.0))) == pytest.approx(2 * np.log(2 / 3) + 1, rel=1e-13)
    a, b = np.array([0.5, 2.0]), np.array([1.5, 1.0])  # of two categories: beta
    assert float(kl_divergence(Dirichlet(a), Dirichlet(b))) == pytest.approx(
        float(kl_divergence(Beta(*a), Beta(*b))), rel=1e-12
    )
    assert kl_divergence(Uniform(0.0, 2.0), Uniform(0.0, 1.0)) == np.inf


def test_a_distribution_is_a_container_of_parameters() -> None:
    found = grad(lambda p: p.log_prob(1.0))(Normal(0.0, 2.0))
    assert type(found) is Normal
    assert (found.loc, found.scale) == (pytest.approx(0.25), pytest.approx(-0.375))
    fast = jit(grad(lambda p, q: kl_divergence(p, q)))(Normal(1.0, 1.0), Normal(0.0, 1.0))
    assert (fast.loc, fast.scale) == (1.0, 0.0)


def test_what_cannot_be_said() -> None:
    with pytest.raises(GradientError, match="closed form"):
        Poisson(1.0).entropy()
    with pytest.raises(DomainError, match="StudentT from Normal"):
        kl_divergence(StudentT(3.0), Normal())
    with pytest.raises(DomainError, match="neither p nor logits"):
        Bernoulli()
    with pytest.raises(ChainruleError, match="a derivative through"):
        grad(lambda p: np.sum(Bernoulli(p).sample(KEY, (3,)) * 1.0))(0.3)
    assert np.isnan(StudentT(1.0).mean)
    assert StudentT(2.0).variance == np.inf
    assert chainrule.random.Normal is Normal
