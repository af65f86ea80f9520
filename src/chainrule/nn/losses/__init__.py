"""Losses: predictions and targets in, how bad they are out, with reduction="mean", "sum" or "none"."""

from .alignment import ctc_loss
from .classification import cross_entropy, nll
from .distances import (
    absolute_error,
    cosine_embedding_loss,
    cosine_similarity,
    hinge,
    huber,
    squared_error,
    squared_hinge,
    triplet_loss,
)
from .likelihoods import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    focal_loss,
    gaussian_nll,
    kl_divergence,
    poisson_nll,
)

__all__ = [
    "absolute_error",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "focal_loss",
    "gaussian_nll",
    "hinge",
    "huber",
    "kl_divergence",
    "nll",
    "poisson_nll",
    "squared_error",
    "squared_hinge",
    "triplet_loss",
]
