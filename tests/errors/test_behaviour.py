"""Hard cases at the door: each program is refused, or gives what is expected, and the message names what it must."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from messages import refused

import chainrule
from chainrule import grad
from chainrule.errors import ChainruleError, EscapeError, LimitError, ShapeError

CASES_FILE = Path(__file__).resolve().parents[2].parent / "shared" / "hardcases" / "cases.json"
CASES: list[dict[str, Any]] = json.loads(CASES_FILE.read_text()) if CASES_FILE.exists() else []
PROGRAMS = [case for case in CASES if "inputs" not in case]

# Programs that say in words what is to be run, or whose arrays must be recorded to be ours.
WRITTEN = {
    "err-cholesky-indefinite": lambda: grad(lambda A: np.sum(np.linalg.cholesky(A)))(
        np.array([[1.0, 2.0], [2.0, 1.0]])
    ),
    "err-matmul": lambda: grad(lambda x: np.sum(x @ np.ones((2, 3))))(np.ones((2, 3))),
    "err-object-dtype": lambda: grad(np.sum)(np.array([1.0, None])),
    "wide-concat-quadratic": lambda: grad(lambda x: np.sum(np.stack([x * float(i % 7) for i in range(100000)])))(2.0),
    "wrong-gradient-sign": lambda: chainrule.check_grads(flipped(), (np.array([0.5, 1.0]),)),
}
VALUES = {"numpy-ufunc-on-traced": np.cos(3.0), "wide-concat-quadratic": float(sum(i % 7 for i in range(100000)))}


def flipped() -> Any:
    """The sine with the sign of one component wrong."""
    sine = chainrule.custom_vjp(lambda x: np.sum(np.sin(x)))
    sine.defvjp(lambda x: (np.sum(np.sin(x)), x), lambda x, g: (g * np.cos(x) * np.array([1.0, -1.0]),))
    return sine


@pytest.mark.skipif(not CASES, reason="the hard cases are kept beside the repository, in ../shared, and are not here")
@pytest.mark.parametrize("case", PROGRAMS, ids=lambda case: case["id"])
def test_a_program_at_the_door(case: dict[str, Any]) -> None:
    space = {"cr": chainrule, "np": np, "numpy": np, "check_grad": lambda f, x: chainrule.check_grads(f, (x,))}
    run = WRITTEN.get(case["id"]) or (lambda: eval(case["program_text"], space))
    start = time.perf_counter()
    if case["id"] in VALUES:
        assert run() == pytest.approx(VALUES[case["id"]])
    elif case["expected"].startswith("PASS"):
        assert run().ok
    else:
        with pytest.raises(ChainruleError) as failure:
            run()
        for name in case["message_should_name"]:
            assert name in str(failure.value)
    assert time.perf_counter() - start < 20


# Remedies that fit ---------------------------------------------------------------------------------------------------
W, h, x = np.ones((3, 4)), np.ones(3), np.ones(4)


def test_did_you_mean_a_transpose() -> None:
    refused(ShapeError, lambda: grad(lambda W: np.sum(W @ h))(W), "(3, 4)", "(3,)", "did you mean W.T @ h")
    refused(ShapeError, lambda: grad(lambda W: np.sum(np.dot(W, h)))(W), "did you mean W.T @ h")
    refused(ShapeError, lambda: grad(lambda A: np.sum(A @ W))(np.ones((3, 3, 3, 4))), "np.swapaxes(A, -1, -2) @ W")
    refused(
        ShapeError, lambda: grad(lambda A: np.sum(A @ W))(np.ones((5, 7))), "no transpose of (5, 7) and (3, 4) fits"
    )


def test_did_you_mean_a_new_axis() -> None:
    refused(ShapeError, lambda: grad(lambda W: np.sum(W + h))(W), "(3, 4)", "(3,)", "did you mean h[:, None]?")
    refused(ShapeError, lambda: grad(lambda W: np.sum(h * W))(W), "did you mean h[:, None]?")
    refused(ShapeError, lambda: grad(lambda W: np.sum(W * np.ones((4, 3))))(W), "did you mean np.ones((4, 3)).T?")
    refused(ShapeError, lambda: grad(lambda W: np.sum(np.maximum(W, h)))(W), "did you mean h[:, None]?")


def test_the_remedy_is_only_named_when_it_fits() -> None:
    error = refused(ShapeError, lambda: grad(lambda y: np.sum(y + h))(x), "axis -1 has sizes 3, 4")
    assert "did you mean" not in str(error)


@pytest.mark.parametrize("columns", [2, 3, 4])
@pytest.mark.parametrize("rows", [2, 3, 4])
def test_what_is_proposed_for_a_product_runs(rows: int, columns: int) -> None:
    A, b = np.ones((rows, columns)), np.ones((3, 2))
    try:
        grad(lambda A: np.sum(A @ b))(A)
    except ShapeError as error:
        for proposed in re.findall(r"[\w.]+ @ [\w.]+", error.remedy):
            assert np.all(eval(proposed, {"A": A, "b": b}) > 0)


def test_inner_names_what_was_given() -> None:
    refused(ShapeError, lambda: grad(lambda W: np.sum(np.inner(W, h)))(W), "(3, 4)", "(3,)", "inner")


def test_a_method_of_a_plain_array_that_would_detach() -> None:
    refused(EscapeError, lambda: grad(lambda y: np.sum(W.dot(y)))(x), "W.dot", "np.dot(W, ...), or W @ ...", "detach")


def test_too_much_memory() -> None:
    huge = 10**13
    refused(LimitError, lambda: grad(lambda y: np.sum(y * np.zeros(huge)))(1.0), "10000000000000")
    refused(LimitError, lambda: grad(lambda y: np.sum(np.broadcast_to(y, (10**6, 10**7))))(1.0), "(1000000, 10000000)")
    refused(LimitError, lambda: grad(lambda y: np.sum(np.outer(y, y)))(np.ones(10**6)), "fit into memory")


def test_what_a_function_may_not_return() -> None:
    for returned, named in (
        ("loss", "str"),
        (None, "None"),
        ((1.0, 2.0), "a tuple"),
        ({"a": 1.0}, "a dict"),
        (3, "int"),
    ):
        with pytest.raises(ChainruleError) as failure:
            grad(lambda y, returned=returned: returned)(1.0)
        assert named in str(failure.value)
