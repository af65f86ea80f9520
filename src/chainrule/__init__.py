"""Automatic differentiation that shows its work: a function or a formula in, its worked gradient out.

The names are loaded on first use, so that importing the package and asking the command for help need no NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_VERBS = frozenset({
    "check_grads", "custom_jvp", "custom_vjp", "derive", "explain", "grad", "hessian", "hvp", "jacfwd", "jacobian",
    "jacrev", "jit", "jvp", "parse", "source", "value", "value_and_grad", "vjp", "why_nan", "why_zero",
})  # fmt: skip
_FUNCTIONS = frozenset({
    "batch_norm", "conv2d", "correlate2d", "cross_entropy", "elu", "erf", "erfc", "expm", "gelu", "index_add",
    "index_set", "layer_norm", "leaky_relu", "log_sigmoid", "log_softmax", "logit", "logsumexp", "positive", "relu",
    "sigmoid", "silu", "softmax", "softplus", "solve_triangular", "squared_error", "squared_norm", "stop_gradient",
    "xlogy",
})  # fmt: skip
_SPECIAL = frozenset({"digamma", "gammaln"})
_CONTROL = frozenset({
    "associative_scan", "cg", "checkpoint", "cond", "custom_linear_solve", "custom_root", "fixed_point", "fori_loop",
    "linear_transpose", "linearize", "map", "remat", "root", "scan", "switch", "vmap", "while_loop",
})  # fmt: skip
_JUDGES = frozenset({"check"})
_MARKERS = frozenset({"check_backward"})
_ROOMS = frozenset({"nn", "numpy", "optimisers", "random", "special", "tree"})  # namespaces, which are modules
_ELSEWHERE = {  # where programs written for JAX look for what stands in another room
    "lax": ": scan, cond, switch, while_loop, fori_loop, map and stop_gradient are chainrule.scan and so on",
    "tree_util": ": chainrule.tree has map, leaves, flatten and unflatten",
}
__all__ = sorted({"__version__"} | _VERBS | _FUNCTIONS | _SPECIAL | _CONTROL | _JUDGES | _MARKERS | _ROOMS)

if TYPE_CHECKING:  # what `__getattr__` finds, told to type checkers
    from . import numpy, random, special, tree  # noqa: F401
    from .api import (  # noqa: F401
        check_grads,
        custom_jvp,
        custom_vjp,
        derive,
        explain,
        grad,
        hessian,
        hvp,
        jacfwd,
        jacobian,
        jacrev,
        jit,
        jvp,
        parse,
        source,
        value,
        value_and_grad,
        vjp,
        why_nan,
        why_zero,
    )  # fmt: skip
    from .checker.backward import check_backward  # noqa: F401
    from .checks import check  # noqa: F401
    from .control import (  # noqa: F401
        associative_scan,
        cg,
        checkpoint,
        cond,
        custom_linear_solve,
        custom_root,
        fixed_point,
        fori_loop,
        linear_transpose,
        linearize,
        map,
        remat,
        root,
        scan,
        switch,
        vmap,
        while_loop,
    )
    from .ops import (  # noqa: F401
        batch_norm,
        conv2d,
        correlate2d,
        cross_entropy,
        elu,
        erf,
        erfc,
        expm,
        gelu,
        index_add,
        index_set,
        layer_norm,
        leaky_relu,
        log_sigmoid,
        log_softmax,
        logit,
        logsumexp,
        positive,
        relu,
        sigmoid,
        silu,
        softmax,
        softplus,
        solve_triangular,
        squared_error,
        squared_norm,
        stop_gradient,
        xlogy,
    )  # fmt: skip
    from .special import digamma, gammaln  # noqa: F401


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(import_module(".api", __name__), name)
    if name in _CONTROL:
        return getattr(import_module(".control", __name__), name)
    if name in _JUDGES:
        return getattr(import_module(".checks", __name__), name)
    if name in _MARKERS:
        return getattr(import_module(".checker.backward", __name__), name)
    if name in _FUNCTIONS:
        return getattr(import_module(".ops", __name__), name)
    if name in _SPECIAL:
        return getattr(import_module(".special", __name__), name)
    if name in _ROOMS:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module 'chainrule' has no attribute '{name}'{_ELSEWHERE.get(name, '')}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
