"""Slips at every op: whatever stands on the way back, every slip can be asked for, and says what it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.checker.slips import Point, candidates, find_slips, formula_of, repeated, set_scene
from chainrule.ir.graph import Graph
from chainrule.ir.op import Elementwise, Flat, Op, Sample
from chainrule.ir.recording import open_recording
from chainrule.ops import OPS, input_node
from chainrule.ops.reductions import sum as total


def is_whole(op: Op) -> bool:
    """Whether the op has a derivative by each of its inputs."""
    return not (
        isinstance(op.derivative, Elementwise) and any(hasattr(each, "refused") for each in op.derivative.partials)
    )


CASES = [
    (op, sample)
    for _, op in sorted(OPS.items())
    if not isinstance(op.derivative, Flat) and is_whole(op)
    for sample in op.domain.samples[:2]
]


def values_of(op: Op, sample: Sample, seed: int) -> list[Any]:
    generator = np.random.default_rng(seed)
    found = []
    for slot, shape in enumerate(sample.shapes):
        low, high = sample.interval(slot)
        array = np.asarray(generator.uniform(low, high, size=shape))
        if sample.diagonal and array.ndim > 1:
            array = array + sample.diagonal[min(slot, len(sample.diagonal) - 1)] * np.eye(*shape[-2:])
        found.append(array > 0 if slot < op.first_value_slot else array)
    return found


@pytest.mark.parametrize(("op", "sample"), CASES, ids=lambda each: each.name if isinstance(each, Op) else "")
def test_every_slip_can_be_asked_for(op: Op, sample: Sample) -> None:
    values = [values_of(op, sample, seed) for seed in (1, 2)]
    with open_recording():
        inputs = tuple(input_node(value.shape, value.dtype) for value in values[0])
        result = op(*inputs, **dict(sample.params))
        output = total(result * result) if result.shape else result * result
    graph = Graph(inputs, (output,), {**{node: f"x_{k}" for k, node in enumerate(inputs)}, output: "f"})
    points = [Point(dict(zip(inputs, each, strict=True))) for each in values]
    for slot, node in enumerate(inputs):
        if slot < op.first_value_slot or (op.name == "xlogy" and slot == 0):
            continue
        scene = set_scene(graph, node, points=points)
        slips = find_slips(scene)
        for slip in (*slips, *repeated(slips)):
            assert slip.mistake.startswith("M")
            assert slip.message
            assert "{" not in slip.message.replace("{x", "")
            value = slip.at(0)
            assert value is None or value.dtype.kind in "fiubc"
        written = [2.5 * scene.right(k) for k in range(2)]
        for slip in candidates(slips, written)[:2]:
            formula_of(scene, slip)
