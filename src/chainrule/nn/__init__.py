"""Neural networks as plain functions: arrays and parameters in, arrays out.

One idea: a layer is a function and its parameters are its arguments, so that a network is an ordinary function of
nested containers, which `grad`, `jit` and `explain` take like any other.
"""

from ..ops import (
    elu,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from ..ops.neural import (
    hard_sigmoid,
    hard_swish,
    mish,
    selu,
    softsign,
    tanhshrink,
)
from .activations import (
    celu,
    gelu,
    glu,
    hard_tanh,
    hardshrink,
    prelu,
    relu6,
    softshrink,
    standardize,
    threshold,
)
from .convolutions import (
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
)
from .pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    avg_pool1d,
    avg_pool2d,
    global_avg_pool,
    global_max_pool,
    max_pool1d,
    max_pool2d,
)

swish = silu

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "celu",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "elu",
    "gelu",
    "global_avg_pool",
    "global_max_pool",
    "glu",
    "hard_sigmoid",
    "hard_swish",
    "hard_tanh",
    "hardshrink",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "max_pool1d",
    "max_pool2d",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softshrink",
    "softsign",
    "standardize",
    "swish",
    "tanh",
    "tanhshrink",
    "threshold",
]
