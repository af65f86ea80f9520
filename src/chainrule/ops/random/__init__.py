"""Random numbers as ops: noise out of keys, quantiles that give it another distribution, and draws among few values."""

from .chance import chosen_place, occurs, poisson_quantile
from .keys import fold_key, split_key
from .noise import noise
from .quantiles import gamma_relative, loggamma_quantile

__all__ = [
    "chosen_place",
    "fold_key",
    "gamma_relative",
    "loggamma_quantile",
    "noise",
    "occurs",
    "poisson_quantile",
    "split_key",
]
