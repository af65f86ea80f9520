"""The page of conventions is true: each line by chainrule, and by JAX and torch where they are installed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from conventions import Row, function_of, jaxs, numbers, ours, rows, torchs

from chainrule import jvp

ROWS = list(rows())


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def same(found: Any, written: str) -> bool:
    """Equal to the digits that are written."""
    return bool(np.allclose(np.asarray(found, float), np.asarray(numbers(written)), rtol=5e-6, atol=0, equal_nan=True))


def test_the_page_has_its_tables() -> None:
    assert len(ROWS) >= 60
    assert len({str(row) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_we_say_of_ourselves(row: Row) -> None:
    value, gradient = ours(row)
    assert same(value, row.value), value
    assert same(gradient, row.gradient), gradient
    assert row.why


@pytest.mark.parametrize("row", [row for row in ROWS if "nan" not in row.gradient], ids=str)
def test_forward_mode_says_the_same(row: Row) -> None:
    from types import SimpleNamespace

    import chainrule
    from chainrule import ops

    names = ("relu", "leaky_relu", "sigmoid", "softplus", "logsumexp", "softmax", "log_softmax", "stop_gradient")
    fn = SimpleNamespace(**{name: getattr(chainrule, name) for name in names}, xlogy=ops.xlogy)
    function = function_of(row.expression, np, fn)
    gradient = np.asarray(numbers(row.gradient))
    for index in np.ndindex(gradient.shape):
        direction = np.zeros(gradient.shape)
        direction[index] = 1.0
        slope = jvp(function, (row.x,), (direction[()],))[1]
        assert np.isclose(slope, gradient[index], rtol=5e-6, atol=0), (index, slope)


@pytest.mark.parametrize("row", ROWS if find_spec("jax") else [], ids=str)
def test_what_we_say_of_jax(row: Row) -> None:
    assert same(jaxs(row), row.jax)


@pytest.mark.parametrize("row", ROWS if find_spec("torch") else [], ids=str)
def test_what_we_say_of_torch(row: Row) -> None:
    found = torchs(row)
    assert same(found, row.torch) if found is not None else row.torch == "an error"
