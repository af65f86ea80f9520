"""The names of functions as they are written in, the names of their ops out.

One idea: a table. A word that is not in it is a variable, unless the text itself defines it as a function.
"""

from __future__ import annotations

_OPS = (  # noqa: SIM905 (a list literal would be a page long)
    "sigmoid softmax log_softmax log_sigmoid relu tanh exp log sqrt square sin cos tan arcsin arccos arctan sinh "
    "cosh arcsinh arccosh arctanh abs sign softplus leaky_relu elu gelu silu erf erfc log1p expm1 log2 log10 exp2 "
    "logit cbrt floor ceil rint trunc sum mean prod max min norm squared_norm var std logsumexp cumsum cumprod diag "
    "trace transpose stop_gradient maximum minimum dot outer matmul cross_entropy squared_error layer_norm where "
    "arctan2 hypot logaddexp xlogy heaviside copysign argmax argmin inv det logdet slogdet solve kron vec "
    "matrix_power correlate correlate1d convolve correlate2d convolve2d conv2d batch_norm"
).split()
FUNCTIONS: dict[str, str] = dict(zip(_OPS, _OPS, strict=True)) | {
    "ln": "log",
    "sgn": "sign",
    "tr": "trace",
    "Tr": "trace",
    "inverse": "inv",
    "determinant": "det",
    "stop": "stop_gradient",
    "round": "rint",
    "leakyrelu": "leaky_relu",
    "swish": "silu",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "layernorm": "layer_norm",
    "batchnorm": "batch_norm",
    "logsoftmax": "log_softmax",
    "logistic": "sigmoid",
    "average": "mean",
    "lse": "logsumexp",
}
# Functions that take the entries of a matrix, and those that take it whole: inside them X^2 means different things.
OF_ENTRIES = frozenset({"sum", "mean", "prod", "max", "min", "var", "std", "logsumexp"})
OF_MATRICES = frozenset({
    "trace", "inv", "det", "det_sign", "logdet", "slogdet", "solve", "kron", "vec", "matrix_power", "diag",
    "transpose", "matmul", "dot", "norm", "squared_norm",
})  # fmt: skip
# Functions that work along one axis and keep the shape, and the axis that they take unless one is named.
ALONG = {"softmax": -1, "log_softmax": -1, "layer_norm": -1, "batch_norm": 0}
# Convolutions: how many axes they take where nothing else says so. Those of two axes, and correlate1d, take the weights
# first; conv2d takes them second, as networks do, and images of four axes too.
CONVOLUTIONS = {"convolve": 1, "correlate": 1, "correlate1d": 1, "convolve2d": 2, "correlate2d": 2, "conv2d": 2}
# Letters that name a function of which nothing is said, when a bracket follows and nothing else is called so.
GENERIC = frozenset({"f", "g", "h", "phi", "psi", "F", "G"})


def function_named(word: str) -> str | None:
    """The op that a word names, if any. Capital letters do not matter in words of three letters or more."""
    return FUNCTIONS.get(word) or (FUNCTIONS.get(word.lower()) if len(word) > 2 else None)
