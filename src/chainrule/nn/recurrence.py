"""Recurrent cells: an input and a state in, the next state out.

One idea: a cell is one step; a loop, or `chainrule.scan`, makes a network of it. Gates lie side by side along the last
axis of the weights, in the order in which PyTorch keeps them, so that its weights carry over, transposed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ShapeError
from ..ops import sigmoid, split, tanh
from .geometry import fitting
from .layers import linear


def rnn_cell(
    x: Any, state: Any, weights: Any, state_weights: Any, bias: Any = None, activation: Callable[..., Any] = tanh
) -> Any:
    """The next state h' = activation(x W + h U + b): x (..., inputs), h (..., width).

    W is (inputs, width), U (width, width), b (width,). Source: Elman, Finding structure in time (1990).

    >>> rnn_cell([[0.0]], [[1.0]], [[2.0]], [[0.5]]).round(4)
    array([[0.4621]])
    """
    return activation(linear(x, weights, bias) + linear(state, state_weights))


def lstm_cell(x: Any, state: tuple[Any, Any], weights: Any, state_weights: Any, bias: Any = None) -> tuple[Any, Any]:
    """The next state (h', c') of a cell with a memory c: c' = f c + i g, h' = o tanh(c').

    The gates i, f, o = sigmoid and the candidate g = tanh of x W + h U + b, in the order i, f, g, o along the last
    axis: W is (inputs, 4 width), U (width, 4 width), b (4 width,). Raises ShapeError unless there are four of them.
    Source: Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000), with the forget gate.

    >>> import numpy as np
    >>> h, c = lstm_cell(np.zeros((1, 1)), (np.zeros((1, 1)), np.ones((1, 1))), np.zeros((1, 4)), np.zeros((1, 4)))
    >>> h.round(4), c
    (array([[0.2311]]), array([[0.5]]))
    """
    hidden, memory = state
    together = linear(x, weights, bias) + linear(hidden, state_weights)
    enter, keep, candidate, leave = _gates("lstm_cell", together, 4)
    memory = sigmoid(keep) * fitting("lstm_cell", "a memory", memory, keep.shape) + sigmoid(enter) * tanh(candidate)
    return sigmoid(leave) * tanh(memory), memory


def gru_cell(x: Any, state: Any, weights: Any, state_weights: Any, bias: Any = None, state_bias: Any = None) -> Any:
    """The next state h' = (1 - z) n + z h of a gated unit.

    The gates r, z = sigmoid of x W + b + h U + c, and n = tanh(x W + b + r (h U + c)), each with its own part of the
    weights, in the order r, z, n along the last axis: W is (inputs, 3 width), U (width, 3 width), b and c (3 width,).
    Raises ShapeError unless there are three of them. Source: Cho et al. (2014), in the form of PyTorch and cuDNN.

    >>> import numpy as np
    >>> gru_cell(np.zeros((1, 1)), np.ones((1, 1)), np.zeros((1, 3)), np.zeros((1, 3)))
    array([[0.5]])
    """
    reset, update, candidate = _gates("gru_cell", linear(x, weights, bias), 3)
    past_reset, past_update, past = _gates("gru_cell", linear(state, state_weights, state_bias), 3)
    kept = sigmoid(update + past_update)
    new = tanh(candidate + sigmoid(reset + past_reset) * past)
    return (1.0 - kept) * new + kept * fitting("gru_cell", "a state", state, kept.shape)


def _gates(name: str, together: Any, count: int) -> list[Any]:
    if together.shape[-1] % count:
        raise ShapeError(
            given=f"{name} with weights for {together.shape[-1]} numbers", where=name,
            expected=f"{count} gates of one width, side by side along the last axis of the weights",
            remedy=f"join the weights of the gates with np.concatenate(..., axis=-1): {count} times the width",
        )  # fmt: skip
    return split(together, count, -1)
