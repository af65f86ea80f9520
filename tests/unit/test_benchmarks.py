"""The benchmarks that measure growth and memory: that they run at all, and that their arithmetic is right."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks import footprint, scaling


@pytest.mark.parametrize("curve", scaling.SIZES)
def test_the_smallest_point_of_each_curve_runs(curve: str) -> None:
    function, given = scaling.work(curve, scaling.SIZES[curve][0])
    assert np.isfinite(function(given))


@pytest.mark.parametrize("size", [10, 100])
def test_the_wide_sum_adds_every_term(size: int) -> None:
    function, given = scaling.wide_sum(size)
    assert len(given) == size // 2
    assert function(given) == pytest.approx(np.sum(np.tanh(given)), rel=1e-12)


def test_a_point_in_a_process_of_its_own() -> None:
    found = scaling.point("chain", 10, "compiled")
    assert found["first_ms"] > found["again_ms"] > 0


def test_the_slope_of_a_power_is_its_exponent() -> None:
    assert scaling.slope([(size, 3.0 * size**1.5) for size in (10, 100, 1000)]) == 1.5
    assert scaling.slope([(10, 1.0)]) is None


def test_the_drawing_is_well_formed_and_has_a_panel_for_times_and_one_for_memory() -> None:
    rows = [
        {"curve": "chain", "size": size, "mode": "eager", "first_ms": size, "again_ms": size / 2, "peak_mb": 0.1}
        for size in (10, 100)
    ]
    drawn = ElementTree.fromstring(scaling.drawing(rows))
    panels = drawn.findall("{http://www.w3.org/2000/svg}svg")
    assert [len(each.findall("{http://www.w3.org/2000/svg}polyline")) for each in panels] == [4, 2]


def test_a_large_array_is_seen_in_the_peak_after_it_has_gone() -> None:
    footprint.forget_peak()
    before = footprint.peak()
    np.ones(8_000_000).sum()
    assert footprint.peak() >= before
