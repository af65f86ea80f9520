"""What control flow refuses: the function, what was given, both types, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule import (
    cond,
    fori_loop,
    grad,
    jit,
    map,
    scan,
    switch,
    vmap,
    while_loop,
)
from chainrule.errors import (
    BoundsError,
    BranchError,
    ChainruleError,
    DTypeError,
    EscapeError,
    GradientError,
    ShapeError,
    StructureError,
)

X = np.arange(3.0)


def branchy(c: Any, x: Any) -> Any:
    return (c + x, x) if c > 0 else (c, x)


REFUSED: list[tuple[Callable[[], Any], type[ChainruleError], str]] = [
    # the body looks at values
    (lambda: scan(branchy, 0.0, X), BranchError, r"in the body of scan[\s\S]*chainrule.cond"),
    (lambda: fori_loop(0, 3, lambda i, c: c if i else c + 1, 0.0), BranchError, "in the body of fori_loop"),
    (lambda: vmap(lambda x: x if x > 0 else -x)(X), BranchError, r"under vmap[\s\S]*chainrule.cond"),
    (lambda: cond(True, lambda x: x if x > 0 else -x, lambda x: x, 1.0), BranchError, "in a branch of cond"),
    (lambda: map(lambda x: float(x), X), EscapeError, r"float\(\)"),
    (lambda: scan(lambda c, i: (c[: int(i)], None), X, np.arange(3)), BranchError, r"in the body of scan"),
    # the carry changes
    (lambda: scan(lambda c, x: (c[:2], x), X, X), ShapeError, r"carry of type f64\[2\][\s\S]*f64\[3\]"),
    (lambda: scan(lambda c, x: ({"h": c["h"], "n": c["n"] + 0.5}, x), {"h": X, "n": np.int64(0)}, X), DTypeError,
     r"carry\['n'\] of type f64\[\][\s\S]*i64\[\][\s\S]*astype\('int64'\)"),
    (lambda: scan(lambda c, x: (c * x, x), np.zeros(3, np.float32), np.zeros((2, 3))), DTypeError,
     r"f64\[3\][\s\S]*f32\[3\]"),
    (lambda: scan(lambda c, x: ([c], x), 0.0, X), StructureError, r"\[\*\]"),
    (lambda: while_loop(lambda c: c < 3, lambda c: np.stack([c, c]), 0.0), ShapeError, r"f64\[2\]"),
    # what a step returns
    (lambda: scan(lambda c, x: c, 0.0, X), GradientError, "a pair: the next carry"),
    (lambda: scan(lambda c, x: (c, "y"), 0.0, X), DTypeError, "the output of type str"),
    (lambda: map(lambda x: {"a": object()}, X), DTypeError, r"\['a'\] of type object"),
    # lengths
    (lambda: scan(lambda c, x: (c, x), 0.0), ShapeError, "neither xs nor a length"),
    (lambda: scan(lambda c, x: (c, x), 0.0, X, length=4), ShapeError, "lengths 3, 4"),
    (lambda: scan(lambda c, x: (c, x), 0.0, {"a": X, "b": X[:2]}), ShapeError, "lengths 2, 3"),
    (lambda: scan(lambda c, x: (c, x), 0.0, {"a": 1.0}), ShapeError, r"xs\['a'\], a single number"),
    (lambda: scan(lambda c, x: (c, x), "h", X), DTypeError, "init of type str"),
    # bounds and conditions
    (lambda: fori_loop(0.0, 3, lambda i, c: c, 0.0), DTypeError, "lower = 0.0"),
    (lambda: grad(lambda n: fori_loop(0, n, lambda i, c: c, 0.0))(3.0), DTypeError, r"upper = f64\[\]"),
    (lambda: while_loop(lambda c: c, lambda c: c, 0.0), DTypeError, r"f64\[\][\s\S]*bool"),
    (lambda: while_loop(lambda c: c > 0, lambda c: c, X), DTypeError, r"bool\[3\][\s\S]*any\(\)"),
    (lambda: grad(lambda x: while_loop(lambda c: c < 9, lambda c: c * x, x))(2.0), GradientError,
     r"reverse mode[\s\S]*fori_loop with known bounds"),
    # branches
    (lambda: cond(X > 0, lambda: 1.0, lambda: 2.0), DTypeError, r"np.where"),
    (lambda: cond("yes", lambda: 1.0, lambda: 2.0), DTypeError, "str"),
    (lambda: cond(True, lambda x: x, lambda x: (x, x), 1.0), StructureError, "true_fun"),
    (lambda: cond(True, lambda x: x, lambda x: x[:1], X), DTypeError, r"f64\[3\][\s\S]*f64\[1\]"),
    (lambda: cond(True, lambda x: x, lambda x: x.astype("float32"), X), DTypeError, r"f32\[3\]"),
    (lambda: switch(3, [np.sin, np.cos], 1.0), BoundsError, "branch 3 of 2"),
    (lambda: switch(-1, [np.sin, np.cos], 1.0), BoundsError, r"branch -1 of 2[\s\S]*np.clip"),
    (lambda: jit(lambda i: switch(i, [np.sin, np.cos], 1.0))(2), BoundsError, "branch 2 of 2"),
    (lambda: vmap(lambda i: switch(i, [np.sin, np.cos], 1.0))(np.array([0, 5])), BoundsError, "branch 5 of 2"),
    (lambda: switch(1.0, [np.sin, np.cos], 1.0), DTypeError, "whole number"),
    (lambda: switch(0, []), StructureError, "without branches"),
    # stacks
    (lambda: vmap(np.sin)(1.0), BoundsError, r"axis 0 of argument 0, of shape \(\)"),
    (lambda: vmap(np.sin, in_axes=2)(np.ones((2, 2))), BoundsError, "axis 2"),
    (lambda: vmap(np.add)(np.ones(2), np.ones(3)), ShapeError, "argument 0: 2, argument 1: 3"),
    (lambda: vmap(np.sin, in_axes=None)(np.ones(2)), ShapeError, "none of which is a stack"),
    (lambda: vmap(np.sin, axis_size=4)(np.ones(2)), ShapeError, "axis_size: 4"),
    (lambda: vmap(np.add, in_axes=(0, 0, 0))(np.ones(2), np.ones(2)), StructureError, "2 entries"),
    (lambda: vmap(lambda p: p["a"], in_axes=({"b": 0},))({"a": np.ones(2)}), StructureError, "1 entries"),
    (lambda: vmap(np.sin, out_axes=None)(np.ones(2)), ShapeError, "out_axes=None"),
    (lambda: vmap(np.sin, out_axes=3)(np.ones(2)), BoundsError, "out_axes=3"),
    (lambda: vmap(lambda x: "text")(np.ones(2)), DTypeError, "str"),
    (lambda: vmap(3.0), GradientError, r"vmap\(f\)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "said"), REFUSED)
def test_what_is_refused(call: Callable[[], Any], kind: type[ChainruleError], said: str) -> None:
    with pytest.raises(kind, match=said) as caught:
        call()
    assert "try:" in str(caught.value)


def test_a_recorded_value_that_a_body_keeps_is_refused_outside() -> None:
    kept: list[Any] = []

    def step(c: Any, x: Any) -> Any:
        kept.append(x)
        return c + x, None

    scan(step, 0.0, X)
    with pytest.raises(ChainruleError):
        kept[0] + 1.0
    with pytest.raises(ChainruleError):
        grad(lambda x: x * kept[0])(1.0)


def test_the_line_named_is_the_users_own() -> None:
    with pytest.raises(BranchError) as caught:
        scan(branchy, 0.0, X)
    assert "if c > 0" in str(caught.value)
