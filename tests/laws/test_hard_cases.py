"""The hard cases that the project keeps beside the repository: expressions and programs with known gradients.

Every case that the vocabulary can express must come out right; those it cannot are listed by id, so that a case that
starts to work, or stops, is noticed.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import ops

CASES_FILE = Path(__file__).resolve().parents[2].parent / "shared" / "hardcases" / "cases.json"
CASES: list[dict[str, Any]] = json.loads(CASES_FILE.read_text()) if CASES_FILE.exists() else []
RUNNABLE = [case for case in CASES if "inputs" in case]
SLOW = {"deep-chain-mul-1e5"}

NOT_YET: dict[str, str] = {}

fn = SimpleNamespace(
    relu=ops.relu,
    leaky_relu=ops.leaky_relu,
    sigmoid=ops.sigmoid,
    softplus=ops.softplus,
    log_sigmoid=ops.log_sigmoid,
    logsumexp=ops.logsumexp,
    softmax=ops.softmax,
    log_softmax=ops.log_softmax,
    erf=ops.erf,
    erfc=ops.erfc,
    xlogy=ops.xlogy,
    index_set=ops.index_set,
    index_add=ops.index_add,
    logit=ops.logit,
    expm=ops.expm,
    solve_triangular=ops.solve_triangular,
    stop_gradient=ops.stop_gradient,
    checkpoint=chainrule.checkpoint,
)


def decoded(data: Any) -> Any:
    """Numbers as JSON spells them: "inf", "nan", {"re", "im"}, {"fill", "shape"}, and nested lists of these."""
    if isinstance(data, dict):
        return np.full(data["shape"], decoded(data["fill"])) if "fill" in data else complex(data["re"], data["im"])
    if isinstance(data, list):
        return [decoded(each) for each in data]
    return float(data) if isinstance(data, str) else data


def array(given: dict[str, Any]) -> Any:
    """An input as it is described."""
    if "fill" in given:
        return np.full(given["shape"], given["fill"], given["dtype"])
    return np.asarray(decoded(given["data"]), given["dtype"]).reshape(given["shape"])


def function_of(case: dict[str, Any]) -> Any:
    """The expression or program as a function of its inputs, in their order."""
    names = list(case["inputs"])
    if "program" in case:
        space: dict[str, Any] = {}
        exec(case["program"], space)
        return lambda *inputs: space["f"](np, fn, **dict(zip(names, inputs, strict=True)))
    code = compile(case["expression"], case["id"], "eval")
    return lambda *inputs: eval(code, {"np": np, "fn": fn, **dict(zip(names, inputs, strict=True))})


def near(found: Any, expected: Any, tolerance: float) -> bool:
    """Equal within the tolerance, relative to the largest entry; infinities and NaN exactly."""
    found, expected = np.asarray(found), np.asarray(decoded(expected)).reshape(np.shape(found))
    finite = np.isfinite(expected)
    if not np.array_equal(found[~finite], expected[~finite], equal_nan=True):
        return False
    scale = np.max(np.abs(expected[finite]), initial=0.0)
    return bool(np.all(np.abs(found[finite] - expected[finite]) <= tolerance * (scale or 1.0)))


@pytest.mark.skipif(not CASES, reason="the hard cases are kept beside the repository, in ../shared, and are not here")
@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: case["id"])
def test_a_hard_case(case: dict[str, Any]) -> None:
    if case["id"] in NOT_YET:
        pytest.skip(f"not in the vocabulary: {NOT_YET[case['id']]}")
    names = list(case["inputs"])
    inputs = [array(case["inputs"][name]) for name in names]
    places = tuple(names.index(name) for name in case["wrt"])
    function = function_of(case)
    with np.errstate(all="ignore"):
        if case["order"] == 2:
            found = chainrule.hessian(function, places[0])(*inputs)
            accepted = [case["expected_hessian"], *case.get("accept", [])]
            assert any(near(found, each, case["rtol"]) for each in accepted), (found, accepted)
            return
        value, gradients = chainrule.value_and_grad(function, places)(*inputs)
    assert any(near(value, each, case["rtol"]) for each in [case["expected_value"], *case.get("accept_value", [])]), (
        value
    )
    for name, found in zip(case["wrt"], gradients, strict=True):
        accepted = [case["expected_grad"][name], *(each[name] for each in case.get("accept", []))]
        assert any(near(found, each, case["rtol"]) for each in accepted), (name, found, accepted)
        assert found.shape == tuple(case["inputs"][name]["shape"])
        assert found.dtype == case.get("grad_dtype", {}).get(name, case["inputs"][name]["dtype"])


@pytest.mark.skipif(not CASES, reason="the hard cases are kept beside the repository, in ../shared, and are not here")
@pytest.mark.parametrize("name", sorted(NOT_YET))
def test_what_is_listed_as_not_working_does_not_work(name: str) -> None:
    case = next(each for each in RUNNABLE if each["id"] == name)
    inputs = [array(each) for each in case["inputs"].values()]
    with pytest.raises((chainrule.errors.ChainruleError, AttributeError)):
        chainrule.value_and_grad(function_of(case))(*inputs)
