"""Random programs as machine code, as generated Python and as the reference: a thousand for every run of the tests.

Programs, arguments and the bound on what may lie apart: tools/random_native. `tools/fuzz_native.py` runs many more.
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from machine_code import refuse_what_llvm_refuses
from random_native import roundings, trials

from chainrule.executors.native import availability

pytestmark = [
    pytest.mark.skipif(availability() is not None, reason=str(availability())),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # means of nothing are among the programs
]


@pytest.fixture(autouse=True)
def nothing_runs_as_python_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What LLVM refuses would run as Python, and no comparison would notice."""
    refuse_what_llvm_refuses(monkeypatch)


def check(random: Any) -> None:
    trial = trials.draw_trial(random)
    try:
        problem = trials.judge(trial)
    except trials.RefusedError:
        return
    assert problem is None, f"{problem}\n{trial}"


@pytest.mark.parametrize("part", range(8))
def test_programs_of_known_seeds(part: int) -> None:
    for seed in range(100 * part, 100 * part + 100):
        check(Random(seed))


@given(st.randoms(use_true_random=False))
@settings(
    max_examples=200, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)  # fmt: skip
def test_programs_that_shrink(random: Any) -> None:
    """Where one of these fails, Hypothesis looks for the smallest program that does."""
    check(random)


def test_most_programs_can_be_recorded_and_are_compiled() -> None:
    seen = []
    for seed in range(30):
        try:
            seen.append(trials.run_natively(trials.draw_trial(Random(seed)))[0].native is not None)
        except trials.RefusedError:
            seen.append(False)
    assert sum(seen) >= 27


def test_a_result_that_is_slightly_wrong_is_noticed() -> None:
    """The bound lets through what rounding does, and nothing more."""
    noticed = 0
    for seed in range(40):
        trial = trials.draw_trial(Random(seed))
        entry, found = trials.run_natively(trial)
        if trial.way != "value":
            continue
        opened = trials.open_arguments(trials.Statics(), trial.args, trial.keywords)
        graph = entry.staging.graph
        bench = trials.Bench(graph, opened.leaves, roundings.reference(graph, opened.leaves), {})
        for leaf, result in zip(found[0], entry.staging.results, strict=True):
            array = np.asarray(leaf)
            if array.dtype.kind == "f" and array.size and result.output is not None and np.all(np.abs(array) > 1e-3):
                units = 2e5 if array.dtype == np.float64 else 2e3
                wrong = (array + units * np.spacing(array)).astype(array.dtype)[()]
                assert bench.objection([(leaf, result.output)]) is None
                noticed += bench.objection([(wrong, result.output)]) is not None
    assert noticed >= 5
