"""Distributions as frozen dataclasses of their parameters: sample, log_prob, mean, variance, entropy, divergence."""

from .counted import Bernoulli, Categorical, Poisson
from .divergences import kl_divergence
from .kinds import Distribution
from .located import Exponential, Laplace, Normal, StudentT, Uniform
from .shaped import Beta, Dirichlet, Gamma, MultivariateNormal

__all__ = [
    "Bernoulli",
    "Beta",
    "Categorical",
    "Dirichlet",
    "Distribution",
    "Exponential",
    "Gamma",
    "Laplace",
    "MultivariateNormal",
    "Normal",
    "Poisson",
    "StudentT",
    "Uniform",
    "kl_divergence",
]
