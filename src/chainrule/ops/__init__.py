"""Every op and NumPy-shaped function of the engine, by name: the vocabulary in one place.

`OPS` holds the declarations; the functions take what NumPy's functions of the same name take.
"""

from .arithmetic import add, carry, div, maximum, minimum, mul, neg, power, square, step, sub
from .choices import (
    all_entries, any_entry, argmax, argmin, astype, cast, clip, equal, greater, greater_equal, isnan, less, less_equal,
    logical_and, logical_not, logical_or, mark, not_equal, stop_gradient, where,
)  # fmt: skip
from .composites import cross_entropy, layer_norm, log_softmax, softmax, squared_error
from .declare import OPS, elementwise, op
from .entries import delta, entry, sum_over
from .functions import (
    abs, arccos, arcsin, arctan, cos, cosh, elu, erf, exp, expm1, gelu, leaky_relu, log, log1p, positive, relu, sigmoid,
    sign, silu, sin, sinh, softplus, sqrt, tan, tanh,
)  # fmt: skip
from .generic import generic
from .indexing import getitem, index_op, scatter, take
from .joining import concatenate, hstack, pad, stack, vstack
from .movement import (
    broadcast, broadcast_to, expand_dims, flip, moveaxis, reshape, roll, squeeze, swapaxes, transpose,
)  # fmt: skip
from .products import diag, diag_matrix, diagonal, dot, einsum, matmul, outer, trace
from .reductions import (
    chosen, logsumexp, max, mean, min, norm, prod, prod_others, ratio, squared_norm, std, sum, var,
)  # fmt: skip
from .sources import constant_op, input_node, input_op

__all__ = [name for name in dir() if not name.startswith("_")]
