"""The names of functions as they are written in, the names of their ops out.

One idea: a table. A word that is not in it is a variable, unless the text itself defines it as a function.
"""

from __future__ import annotations

_OPS = (  # noqa: SIM905 (a list literal would be a page long)
    "sigmoid softmax log_softmax log_sigmoid relu tanh exp log sqrt square sin cos tan arcsin arccos arctan sinh "
    "cosh arcsinh arccosh arctanh abs sign softplus leaky_relu elu gelu silu erf erfc log1p expm1 log2 log10 exp2 "
    "logit cbrt floor ceil rint trunc sum mean prod max min norm squared_norm var std logsumexp cumsum cumprod diag "
    "trace transpose stop_gradient maximum minimum dot outer matmul cross_entropy squared_error layer_norm where "
    "arctan2 hypot logaddexp xlogy heaviside copysign argmax argmin"
).split()
FUNCTIONS: dict[str, str] = dict(zip(_OPS, _OPS, strict=True)) | {
    "ln": "log",
    "sgn": "sign",
    "tr": "trace",
    "stop": "stop_gradient",
    "round": "rint",
    "leakyrelu": "leaky_relu",
    "swish": "silu",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "layernorm": "layer_norm",
    "logsoftmax": "log_softmax",
    "logistic": "sigmoid",
    "average": "mean",
    "lse": "logsumexp",
    "det": "det",
}
# Letters that name a function of which nothing is said, when a bracket follows and nothing else is called so.
GENERIC = frozenset({"f", "g", "h", "phi", "psi", "F", "G"})


def function_named(word: str) -> str | None:
    """The op that a word names, if any. Capital letters do not matter in words of three letters or more."""
    return FUNCTIONS.get(word) or (FUNCTIONS.get(word.lower()) if len(word) > 2 else None)
