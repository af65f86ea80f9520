"""Emitting code: a graph in, the text of a function over NumPy, JAX or PyTorch out.

One idea: every op says its NumPy code once; what is printed from it is parsed, and respelled by a table for each
library. The text needs nothing but that library: what it lacks is defined in a few lines above the function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import GradientError, ShapeError, UnknownNameError, did_you_mean
from ...ir.graph import Graph
from .casts import with_casts
from .naming import name_all
from .respell import Dialect
from .spellings import JAX, NUMPY
from .texts import written
from .torch_rules import TORCH
from .units import Emission

DIALECTS: Mapping[str, Dialect] = {each.name: each for each in (NUMPY, JAX, TORCH)}

__all__ = ["DIALECTS", "emit"]


def emit(
    graph: Graph,
    to: str,
    *,
    name: str = "f",
    gradient: Graph | None = None,
    comment: Sequence[str] = (),
    sizes: Mapping[int, str] | None = None,
) -> str:
    """The text of a function that computes a graph with `to`: "numpy", "jax" or "torch".

    The function takes the inputs of the graph by position, under their names, and returns its outputs (a tuple, if
    there are several). JAX code runs under jax.jit; PyTorch code takes tensors, and makes new ones in the dtype and on
    the device of its arguments.

    `gradient` is a graph of the same inputs, and after them the gradient of the one output of `graph` (it may be left
    out where that is one number); its outputs are the gradients of the inputs, None where there is none. With it, the
    text has the derivative too: in NumPy a second function, `f_gradient`; in JAX a rule by jax.custom_vjp; in PyTorch a
    torch.autograd.Function.

    `sizes` says which letter, or which sum such as "n - k + 1", a representative size stands for: the code then reads
    each letter from the shape of an argument, and holds for every size. `comment` stands above the code.

    As `chainrule source`, the code is meant to be read: where a path that is not taken meets an infinity, its gradient
    may be nan.

    Raises UnknownNameError for another library, and for an op without code (a function that is not specified, an op of
    your own whose notation is no NumPy code); LimitError for a long constant; ShapeError for a size that no argument
    has; GradientError for a gradient that does not fit the graph.

    >>> import numpy as np, chainrule
    >>> graph = chainrule.jit(lambda W, x: np.tanh(W @ x)).graph(np.ones((2, 3)), np.ones(3))
    >>> print(emit(graph, "torch", comment=["One layer."]))
    # One layer.
    import torch
    <BLANKLINE>
    <BLANKLINE>
    def f(W, x):
        return torch.tanh(W @ x)
    <BLANKLINE>
    """
    if to not in DIALECTS:
        raise UnknownNameError(
            given=f"code for {to!r}", where="emit", expected=" or ".join(map(repr, DIALECTS)),
            remedy=did_you_mean(to, DIALECTS) or "ask for 'numpy', which runs everywhere",
        )  # fmt: skip
    if not graph.outputs:
        raise ShapeError(given="a graph without outputs", where="emit", expected="something to compute",
                         remedy="return a value from the function")  # fmt: skip
    if gradient is not None:
        require_gradient(graph, gradient)
    if DIALECTS[to].casts:
        graph, gradient = with_casts(graph), gradient and with_casts(gradient)
    naming = name_all(graph, gradient, name, sizes or {})
    return written(Emission(DIALECTS[to], graph, gradient, naming), comment)


def require_gradient(graph: Graph, gradient: Graph) -> None:
    """Raise GradientError unless a graph has the inputs and the outputs of a gradient of another."""
    count = len(graph.inputs)
    if len(graph.outputs) != 1:
        raise GradientError(given=f"a gradient of {len(graph.outputs)} outputs", where="emit", expected="one output",
                            remedy="emit one function for each output")  # fmt: skip
    seeds = len(gradient.inputs) - count
    fits = seeds == 1 or (seeds == 0 and not graph.outputs[0].type.shape)
    if not fits or len(gradient.outputs) != count:
        raise GradientError(
            given=f"a gradient of {len(gradient.inputs)} inputs and {len(gradient.outputs)} outputs for a function of "
            f"{count} inputs", where="emit",
            expected="the same inputs, then the gradient of the output (it may be left out for one number); and as "
            "many outputs as inputs", remedy="write None for an input without a gradient",
        )  # fmt: skip
