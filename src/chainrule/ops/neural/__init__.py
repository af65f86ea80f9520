"""What networks are built of: windows that slide, normalisation, and activations beyond the usual ones.

One idea: the ops are here, each with its rule; `chainrule.nn` dresses them in the arguments that users give.
"""

from .activations import (
    between,
    celu,
    gelu_tanh,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    hardshrink,
    mish,
    selu,
    softshrink,
    softsign,
    tanhshrink,
    threshold,
)  # fmt: skip
from .convolutions import convolution, convolution_filters, convolution_transpose
from .entropies import softmax_entropy
from .normalisation import rms_norm, standardise
from .penalties import huber_penalty
from .pooling import (
    collect_largest,
    max_pool,
    send_to_largest,
    spread_over_windows,
    sum_pool,
)

__all__ = [
    "between",
    "celu",
    "collect_largest",
    "convolution",
    "convolution_filters",
    "convolution_transpose",
    "gelu_tanh",
    "hard_sigmoid",
    "hard_swish",
    "hard_tanh",
    "hardshrink",
    "huber_penalty",
    "max_pool",
    "mish",
    "rms_norm",
    "selu",
    "send_to_largest",
    "softmax_entropy",
    "softshrink",
    "softsign",
    "spread_over_windows",
    "standardise",
    "sum_pool",
    "tanhshrink",
    "threshold",
]
