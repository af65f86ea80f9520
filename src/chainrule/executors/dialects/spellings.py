"""The dialects' tables: which function of a library computes what a function of NumPy's, or an op of chainrule's, does.

One idea: a name where a name will do, and a named rule where arguments differ.
"""

from __future__ import annotations

import ast

from .pieces import arguments, called, fill
from .respell import Dialect, Writer

# NumPy's functions that JAX has too: entry by entry, reductions and movement, new arrays.
_ENTRYWISE = (
    "abs arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh exp exp2 expm1 floor isfinite isinf isnan log "
    "log10 log1p log2 logical_and logical_not logical_or rint sign sin sinh sqrt square tan tanh trunc arctan2 "
    "copysign heaviside hypot logaddexp maximum minimum ones_like round where"
)
_OTHERS = (
    "all any argmax argmin argsort broadcast_to concatenate convolve correlate cumprod cumsum diag einsum flip kron "
    "linalg.cholesky linalg.det linalg.inv linalg.slogdet linalg.solve max mean min moveaxis outer pad prod reshape "
    "roll squeeze stack std sum swapaxes trace transpose var"
)
_NEW = "arange array eye full ones tri zeros float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64"

NUMPY = Dialect("numpy", "np", frozenset(), {}, {"np": "import numpy as np", "math": "import math"})


# JAX ------------------------------------------------------------------------------------------------------------------
_BUILT_IN = {"float64": "float", "int64": "int", "bool": "bool"}


def jax_asarray(writer: Writer, call: ast.Call) -> ast.expr:
    """Python's own types ask JAX for its usual precision, whichever is switched on."""
    given = arguments(call, "x", "dtype")
    dtype = given.get("dtype")
    if isinstance(dtype, ast.Constant) and dtype.value in _BUILT_IN:
        dtype = ast.Name(_BUILT_IN[str(dtype.value)])
    return called("jnp.asarray", given["x"], *([dtype] if dtype is not None else []))


def jax_gelu(writer: Writer, call: ast.Call) -> ast.expr:
    return fill("jax.nn.gelu(SLOT0, approximate=False)", *call.args)


JAX = Dialect(
    "jax", "jnp", frozenset([*_ENTRYWISE.split(), *_OTHERS.split(), *_NEW.split()]),
    {
        "np.asarray": jax_asarray, "sigmoid": "jax.nn.sigmoid", "log_sigmoid": "jax.nn.log_sigmoid",
        "softplus": "jax.nn.softplus", "relu": "jax.nn.relu", "leaky_relu": "jax.nn.leaky_relu", "elu": "jax.nn.elu",
        "gelu": jax_gelu, "silu": "jax.nn.silu", "softmax": "jax.nn.softmax", "log_softmax": "jax.nn.log_softmax",
        "erf": "jax.scipy.special.erf", "erfc": "jax.scipy.special.erfc", "logit": "jax.scipy.special.logit",
        "logsumexp": "jax.scipy.special.logsumexp", "xlogy": "jax.scipy.special.xlogy",
        "stop_gradient": "jax.lax.stop_gradient",
    },
    {"jax": "import jax", "jnp": "import jax.numpy as jnp", "math": "import math"}, casts=True,
)  # fmt: skip
