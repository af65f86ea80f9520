"""Attention: queries, keys and values in, for each query the mean of the values weighted by how well its key fits, out.

One idea: what may not be attended to has weight exactly 0 and sends nothing back. A query that may attend to nothing
gets zeros, not the NaN of a mean over nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import DTypeError, ShapeError
from ..ir.coercion import as_array
from ..ops import any_entry, logical_not, logical_or, softmax, swapaxes, where
from ..ops.movement import reshape
from ..ops.products import matmul, same_dtype
from .geometry import fitting
from .layers import linear


def masked_softmax(x: Any, mask: Any, axis: int = -1) -> Any:
    """softmax(x) along an axis, over the entries where the mask is true; 0 elsewhere, and where it is true nowhere.

    The mask has truth values and broadcasts against x. No gradient reaches what is masked, whatever stands there.

    >>> masked_softmax([[1.0, 1.0, 9.0], [1.0, 1.0, 1.0]], [[True, True, False], [False, False, False]])
    array([[0.5, 0.5, 0. ],
           [0. , 0. , 0. ]])
    """
    array = as_array(x)
    allowed = fitting("masked_softmax", "a mask", mask, array.shape)
    if allowed.dtype.kind != "b":
        raise DTypeError(given=f"a mask of dtype {allowed.dtype}", where="masked_softmax", expected="truth values",
                         remedy="write mask > 0, or add what is not a truth value to the scores")  # fmt: skip
    some = any_entry(allowed, axis, keepdims=True)
    spared = where(logical_or(allowed, logical_not(some)), array, -math.inf)
    return where(allowed, softmax(spared, axis), 0.0)


def attention(
    query: Any, key: Any, value: Any, *, mask: Any = None, causal: bool = False, bias: Any = None,
    scale: float | None = None,
) -> Any:  # fmt: skip
    """softmax(query key^T scale + bias) value, over the last two axes (place, width); the leading axes are batches.

    query (..., n, d), key (..., m, d) and value (..., m, e) give (..., n, e). `mask` is true where query i may attend
    to key j and broadcasts to (..., n, m); `causal` lets it attend to j <= i alone; `bias` is added to the scores; the
    scale is 1/sqrt(d) unless said otherwise. Raises ShapeError for shapes that do not fit.
    Source: Vaswani et al., Attention is all you need (2017), equation 1.

    >>> q = np.zeros((2, 1))
    >>> attention(q, q, np.array([[1.0], [3.0]]), causal=True)
    array([[1.],
           [2.]])
    """
    asked, keys, values = same_dtype(query, key, value)
    _require_shapes(asked, keys, values)
    factor = 1 / math.sqrt(asked.shape[-1]) if scale is None else float(scale)
    scores = matmul(factor * asked, swapaxes(keys, -1, -2))
    scores = scores if bias is None else scores + fitting("attention", "a bias", bias, scores.shape)
    allowed = None if mask is None else fitting("attention", "a mask", mask, scores.shape)
    if causal:
        earlier = np.tri(asked.shape[-2], keys.shape[-2], dtype=bool)
        allowed = earlier if allowed is None else allowed & earlier
    weights = softmax(scores) if allowed is None else masked_softmax(scores, allowed)
    return matmul(weights, values)


def multi_head_attention(
    query: Any, key: Any, value: Any, parameters: Mapping[str, Any], heads: int, *, mask: Any = None,
    causal: bool = False,
) -> Any:  # fmt: skip
    """Several attentions side by side, each on its share of the projected widths, projected back: (..., n, width).

    `parameters` has a matrix, or a pair (matrix, bias), for each of "query", "key", "value" and "output". With
    query = key = value it is self-attention. A mask broadcasts to (..., heads, n, m). Raises ShapeError unless the
    heads divide the widths. Source: Vaswani et al. (2017), section 3.2.2.

    >>> one = {name: np.eye(4) for name in ("query", "key", "value", "output")}
    >>> x = np.ones((3, 4))
    >>> multi_head_attention(x, x, x, one, heads=2).shape
    (3, 4)
    """
    parts = [
        _by_head(_projected(x, parameters[name]), heads)
        for x, name in ((query, "query"), (key, "key"), (value, "value"))
    ]
    found = swapaxes(attention(*parts, mask=mask, causal=causal), -3, -2)
    joined = reshape(found, (*found.shape[:-2], found.shape[-2] * found.shape[-1]))
    return _projected(joined, parameters["output"])


def _projected(x: Any, parameters: Any) -> Any:
    return linear(x, *parameters) if isinstance(parameters, (tuple, list)) else linear(x, parameters)


def _by_head(x: Any, heads: int) -> Any:
    """(..., place, width) to (..., head, place, width / heads)."""
    if x.shape[-1] % heads:
        raise ShapeError(
            given=f"{heads} heads for a width of {x.shape[-1]}", where="multi_head_attention",
            expected="a number of heads that divides the width", remedy="change heads=, or the projections",
        )  # fmt: skip
    return swapaxes(reshape(x, (*x.shape[:-1], heads, x.shape[-1] // heads)), -3, -2)


def _require_shapes(query: Any, key: Any, value: Any) -> None:
    several = min(query.ndim, key.ndim, value.ndim) > 1
    if not several or query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ShapeError(
            given=f"attention of shapes {query.shape}, {key.shape} and {value.shape}", where="attention",
            expected="query (..., n, d), key (..., m, d) and value (..., m, e)",
            remedy="places stand in the last axis but one, and widths in the last",
        )  # fmt: skip
