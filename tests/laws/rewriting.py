"""Graphs before and after the laws that make them cheaper: a function and arguments in, what the laws did out.

One idea: `walk` on what was recorded is the reference, and operations may only become fewer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import chainrule
from chainrule import tree
from chainrule.executors.walk import walk_graph
from chainrule.transforms.rewrites import Rewritten, rewritten

MOST = 1e-11  # relative to the largest entry: a few hundred terms, well conditioned


def flat(args: tuple[Any, ...]) -> list[Any]:
    return [np.asarray(each) for each in tree.flatten(args)[0]]


def compared(function: Callable[..., Any], args: tuple[Any, ...], tolerance: float = MOST) -> Rewritten:
    """What the laws did, when the values before and after are the same."""
    graph = chainrule.jit(function).graph(*args)
    found = rewritten(graph)
    assert found.after <= found.before
    with np.errstate(all="ignore"):
        expected, values = walk_graph(graph)(*flat(args)), walk_graph(found.graph)(*flat(args))
    for one, other in zip(expected, values, strict=True):
        assert np.shape(one) == np.shape(other)
        assert np.asarray(one).dtype == np.asarray(other).dtype
        scale = np.max(np.abs(one[np.isfinite(one)]), initial=0.0)
        np.testing.assert_allclose(other, one, rtol=tolerance, atol=tolerance * scale)
    return found
