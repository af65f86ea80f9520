"""`check_grads` calls no right rule wrong: every op on its first sample passes, by all that a check knows."""

from __future__ import annotations

import numpy as np
import pytest
from laws.table import SMOOTH, Case, draw

from chainrule import check_grads
from chainrule.errors import GradientError

SMALL = 12  # entries: every one of them is moved over twenty steps
FIRST = [
    case for case in SMOOTH
    if case.place == 0 and sum(int(np.prod(shape)) for shape in case.sample.shapes) <= SMALL
]  # fmt: skip


@pytest.mark.parametrize("case", FIRST, ids=str)
def test_a_right_rule_passes(case: Case) -> None:
    arrays = draw(case)
    if any(each.dtype.kind != "f" for each in arrays):
        pytest.skip("an argument that is not moved")
    try:
        report = check_grads(lambda *args: case.op(*args, **case.params), tuple(arrays), raises=False)
    except GradientError as problem:
        if "with respect to" not in str(problem):  # an order, by which SciPy's function has no derivative
            raise
        return
    assert report.ok, str(report)
