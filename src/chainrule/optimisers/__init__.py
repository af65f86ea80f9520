"""Optimisers as plain functions on nested containers: `adam(1e-3)` has `init(params)` and `update(gradients, state,
params)`.

One idea: a step is an ordinary function from values to values, so `jit` takes it whole, with the gradient inside.
"""

from typing import NoReturn

from ..errors import UnknownAttributeError
from . import schedules
from .descents import adadelta, adagrad, adam, adamw, lion, rmsprop, sgd
from .optimiser import Optimiser, State, clip_by_global_norm, global_norm, optimiser

__all__ = [
    "Optimiser",
    "State",
    "adadelta",
    "adagrad",
    "adam",
    "adamw",
    "clip_by_global_norm",
    "global_norm",
    "lion",
    "optimiser",
    "rmsprop",
    "schedules",
    "sgd",
]


def __getattr__(name: str) -> NoReturn:
    raise UnknownAttributeError(
        given=f"chainrule.optimisers.{name}",
        expected=f"one of {', '.join(__all__)}",
        remedy="update returns the new parameters: params, state = descent.update(gradients, state, params)"
        if name == "apply_updates"
        else "make one of your own: optimisers.optimiser(learning_rate, remembered, rule)",
    )
