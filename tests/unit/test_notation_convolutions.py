"""Convolutions written with indices: what they are worth, how long they are in letters, and that each is one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from unit.formulas import check

from chainrule.notation import parse


def windows(w: Any, x: Any) -> Any:
    rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    return np.array(
        [[(w * x[i : i + w.shape[0], j : j + w.shape[1]]).sum() for j in range(columns)] for i in range(rows)]
    )


def spread(w: Any, x: Any) -> Any:
    found = np.zeros((x.shape[0] + w.shape[0] - 1, x.shape[1] + w.shape[1] - 1))
    for k in range(w.shape[0]):
        for l in range(w.shape[1]):
            found[k : k + x.shape[0], l : l + x.shape[1]] += w[k, l] * x
    return found


CONVOLUTIONS: list[tuple[str, str, Callable[..., Any], list[str]]] = [
    *[(text, "w: k, x: n", lambda w, x: np.correlate(x, w, "valid"), ["n - k + 1"])
      for text in ("y_i = sum_k w_k x_{i+k}", r"y_i = \sum_{k} w_k x_{i+k}")],
    *[(text, "w: K, x: n", lambda w, x: np.correlate(x, w, "valid"), ["n - K + 1"]) for text in (
        "y_i = sum_{k=1}^{K} w_k x_{i+k}", "y_i = sum_{k=0}^{K-1} w_k x_{i+k}", "y_i = sum_{k=1}^K w_k x_{i+k-1}",
    )],
    ("y_i = sum_k w_k x_{i-k}", "w: k, x: n", np.convolve, ["n + k - 1"]),
    ("y_i = sum_{k=0}^{K-1} w_k x_{i-k}", "w: K, x: n", np.convolve, ["n + K - 1"]),
    (r"y_{ij} = \sum_{k,l} w_{kl} x_{i+k,j+l}", "w: k l, x: n m", windows, ["n - k + 1", "m - l + 1"]),
    (r"y_{ij} = \sum_{k,l} w_{kl} x_{i-k,j-l}", "w: k l, x: n m", spread, ["n + k - 1", "m + l - 1"]),
    ("h_i = sum_k w_k x_{i+k}; y_i = sum_l u_l h_{i+l}", "w: k, x: n, u: l",
     lambda w, x, u: np.correlate(np.correlate(x, w, "valid"), u, "valid"), ["n - k - l + 2"]),
    ("convolve(x, w)", "x: n, w: k", np.convolve, ["n + k - 1"]),
    ("np.correlate(x, w)", "x: n, w: k", np.correlate, ["n - k + 1"]),
    ("np.convolve(x, w, 'valid')", "x: n, w: k", lambda x, w: np.convolve(x, w, "valid"), ["n - k + 1"]),
    ("np.convolve(x, w, mode='same')", "x: n, w: k", lambda x, w: np.convolve(x, w, "same"), ["n"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shapes", "reference", "size"), CONVOLUTIONS, ids=[row[0] for row in CONVOLUTIONS])
def test_convolution(text: str, shapes: str, reference: Callable[..., Any], size: list[str]) -> None:
    check(text, shapes, reference)
    parsed = parse(text, shapes=shapes)
    assert [parsed.sizes[each] for each in parsed.graph.outputs[0].shape] == size


def test_a_convolution_is_one_step() -> None:
    def steps(text: str) -> list[str]:
        order = parse(text, shapes="w: k, x: n").graph.order()
        return [node.op.name for node in order if node.op.name not in ("input", "constant")]

    assert steps("y_i = sum_k w_k x_{i+k}") == ["correlate1d"]
    assert steps("y_i = sum_k w_k x_{i-k}") == ["convolve"]
    assert steps("f = sum_i v_i sum_k w_k x_{i+k}") == ["correlate1d", "matmul"]


def test_an_undeclared_factor_of_a_convolution_has_its_size() -> None:
    parsed = parse("y_i = sum_k w_k x_{i+k}; f = v^T y", shapes="w: k, x: n")
    assert parsed.shapes["v"] == ("n - k + 1",)
    declared = parse("y_i = sum_k w_k x_{i+k}; f = v^T y", shapes="w: k, x: n, v: m")
    assert declared.shapes["v"] == ("m",)
    assert parse("f = sum_i v_i sum_k w_k x_{i+k}", shapes="v: m, w: k").shapes["x"] == ("m + k - 1",)
