"""Gradients and tangents of every op as machine code: what the reference gives, within what rounding does to it.

The bound is that of tools/random_native/roundings.py. Ops that Python computes in the middle are there too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.table import Case, all_cases, draw, weights
from machine_code import refuse_what_llvm_refuses
from random_native.roundings import bounds, reference
from random_native.trials import Bench

import chainrule
from chainrule.executors.native import availability, compile_graph
from chainrule.executors.native.primitives.lowering import lower
from chainrule.executors.native.primitives.values import UnsupportedError
from chainrule.executors.native.text import bodies
from chainrule.ir.coercion import as_node
from chainrule.ir.graph import Graph
from chainrule.ir.recording import open_recording
from chainrule.ops import input_node

pytestmark = [
    pytest.mark.skipif(availability() is not None, reason=str(availability())),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]
TOGETHER = 40  # ops in one module: starting LLVM takes longer than compiling one


@pytest.fixture(autouse=True)
def nothing_runs_as_python_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_what_llvm_refuses(monkeypatch)


def cases() -> list[tuple[Case, list[Any]]]:
    """Ops with a derivative on their samples, in the two dtypes by turns."""
    found = []
    for place, case in enumerate(each for each in all_cases() if each.slots and not each.complex_valued):
        arrays = [np.asarray(each)[()] for each in draw(case, (np.float64, np.float32)[place // 2 % 2])]
        if all(each.dtype.kind in "fiub" for each in arrays):
            found.append((case, arrays))
    return found


def derivatives(case: Case, arrays: list[Any]) -> Graph | None:
    """The value, the gradients of its weighted sum, and the tangent along ones. None where there is no machine code."""
    inputs = tuple(input_node(np.shape(each), each.dtype) for each in arrays)

    def function(*moving: Any) -> Any:
        given = list(inputs)
        for slot, each in zip(case.slots, moving, strict=True):
            given[slot] = each
        return case.op(*given, **case.params)

    moving = [inputs[slot] for slot in case.slots]
    value, pull = chainrule.vjp(function, *moving)
    outputs = [value, *pull(weights(chainrule.value(case.op(*arrays, **case.params))).astype(value.dtype))]
    along = tuple(each * 0 + 1 for each in moving)
    outputs.append(chainrule.jvp(function, tuple(moving), along)[1])
    graph = Graph(inputs, tuple(as_node(each) for each in outputs))
    try:
        lower(graph)
    except UnsupportedError:
        return None
    return graph


@pytest.mark.parametrize("way", ["straight", "loops"])
def test_derivatives_of_every_op(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [10**8 if way == "straight" else -1])
    with open_recording(), np.errstate(all="ignore"):
        turn = cases()[way == "loops" :: 2]  # every second sample, of both dtypes
        made = [(case, arrays, derivatives(case, arrays)) for case, arrays in turn]
    chosen = [(case, arrays, graph) for case, arrays, graph in made if graph is not None]
    assert len(chosen) > 0.9 * len(made)
    for start in range(0, len(chosen), TOGETHER):
        part = chosen[start : start + TOGETHER]
        together = Graph(
            tuple(node for *_, graph in part for node in graph.inputs),
            tuple(node for *_, graph in part for node in graph.outputs),
        )
        found = iter(compile_graph(together)(*[each for _, arrays, _ in part for each in arrays]))
        for case, arrays, graph in part:
            bench = Bench(graph, arrays, reference(graph, arrays), {})
            problem = bench.objection([(next(found), place) for place in range(len(graph.outputs))])
            assert problem is None, f"{case}: {problem}"


def test_the_bound_is_tight_where_nothing_is_added_up() -> None:
    with open_recording():
        x = input_node((3,), np.dtype(float))
        graph = Graph((x,), (np.exp(x) * x,))
    given = [np.array([0.5, -1.0, 2.0])]
    (limit,) = bounds(graph, given, reference(graph, given), 20, 0)
    assert np.all(limit < 200 * np.spacing(np.abs(reference(graph, given)[0])))
