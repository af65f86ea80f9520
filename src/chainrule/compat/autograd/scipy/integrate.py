"""autograd.scipy.integrate: SciPy's `odeint`, differentiated by solving the adjoint equation backwards in time.

One idea: u = dL/dy obeys du/dt = -J^T u between two outputs and jumps by the gradient of each output; what it meets on
its way adds up to the gradients of times and parameters. Source: Pontryagin; Chen et al., arXiv:1806.07366, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.integrate as _integrate

from ..core import make_vjp
from ..misc.flatten import flatten
from ..primitives import defvjp_argnums, primitive

odeint = primitive(_integrate.odeint)


def _adjoint(ys: Any, func: Callable[..., Any], t: Any, func_args: Any, **options: Any) -> Callable[[Any], Any]:
    """g -> the gradients of y0, the times and the arguments of func."""
    flat, unflatten = flatten(tuple(func_args))
    size = np.shape(ys)[1]

    def along(state: Any, time: Any, parameters: Any) -> Any:
        y, u = state[:size], state[size : 2 * size]
        pull, slope = make_vjp(lambda each: func(each[0], each[1], *unflatten(each[2])), (y, time, parameters))
        return np.concatenate([slope, *(np.reshape(part, (-1,)) for part in pull(-u))])

    def backwards(g: Any) -> tuple[Any, Any, Any]:
        u, of_start, of_parameters = g[-1], 0.0, np.zeros(flat.shape)
        of_times = []
        for step in range(len(t) - 1, 0, -1):
            moved = np.dot(func(ys[step], t[step], *func_args), g[step])
            of_times.append(moved)
            of_start = of_start - moved
            start = np.concatenate([ys[step], u, np.reshape(of_start, (1,)), of_parameters])
            end = odeint(along, start, np.stack([t[step], t[step - 1]]), (flat,), **options)[1]
            u, of_start, of_parameters = end[size : 2 * size] + g[step - 1], end[2 * size], end[2 * size + 1 :]
        of_times.append(of_start)
        return u, np.stack(of_times[::-1]), unflatten(of_parameters)

    return backwards


def _chosen(
    argnums: Sequence[int], ans: Any, args: Sequence[Any], keywords: dict[str, Any]
) -> Callable[[Any], list[Any]]:
    func, _, t, *rest = args
    pull = _adjoint(ans, func, t, rest[0] if rest else (), **keywords)

    def gradients(g: Any) -> list[Any]:
        found = pull(g)
        return [found[argnum - 1] for argnum in argnums]

    return gradients


defvjp_argnums(odeint, _chosen)
