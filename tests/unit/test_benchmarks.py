"""The benchmarks that measure growth and memory: that they run at all, and that their arithmetic is right."""

from __future__ import annotations

import importlib
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.linalg import expm

import chainrule
from benchmarks import __main__ as command
from benchmarks import footprint, measure, memory, scaling
from benchmarks.cases import adjustment, arrays, hand, peers, scalars


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


def test_our_peak_is_measured_and_a_peer_that_is_not_asked_for_is_left_out() -> None:
    row = memory.run_memory(memory.MemoryCase("small", "1.0", "arrays", ("float32", 1000)), [])
    assert set(row["megabytes"]) == {"chainrule"}
    assert row["ratio"] is None


def test_sums_tell_the_order_of_numbers_apart() -> None:
    one, other = memory.sums(np.array([1.0, 2.0, 3.0])), memory.sums(np.array([3.0, 2.0, 1.0]))
    assert memory.same(one, one, 1e-9)
    assert not memory.same(one, other, 1e-3)


def test_the_hand_follows_its_bones_one_by_one() -> None:
    """The errors by the definition, bone after bone, with rotations multiplied out."""
    numbers, base, inverse, carried, points = hand.data()
    angles = (numbers[6:] @ hand.angles()).reshape(hand.BONES, 3)
    absolute: list[np.ndarray] = []
    for bone in range(hand.BONES):
        turned = np.eye(4)
        x, y, z = (expm(angle * cross(axis)) for angle, axis in zip(angles[bone], np.eye(3), strict=True))
        turned[:3, :3] = z @ y @ x
        own = base[bone] @ turned
        absolute.append(absolute[hand.parent(bone)] @ own if bone else own)
    moved = np.stack(absolute) @ inverse
    placed = np.einsum("kij,iaj->ka", carried.reshape(-1, hand.BONES, 4), moved)[:, :3]
    expected = points - (placed @ expm(cross(numbers[:3])).T + numbers[3:6])
    np.testing.assert_allclose(hand.errors(np, base, inverse, carried, points)(numbers), expected, atol=1e-12)


def cross(r: np.ndarray) -> np.ndarray:
    """The matrix whose product with v is the cross product of r and v; its exponential turns about r."""
    return np.array([[0.0, -r[2], r[1]], [r[2], 0.0, -r[0]], [-r[1], r[0], 0.0]])


def test_the_sparse_jacobian_is_the_dense_one() -> None:
    """Of all residuals as one function of cameras, points and weights, errors first."""
    sizes = adjustment.Sizes(2, 5, 7)
    camera, point = sizes.seen()
    cameras, points, weights, seen = adjustment.data(sizes)
    errors = chainrule.vmap(adjustment.residuals(np))

    def residuals(cameras: Any, points: Any, weights: Any) -> Any:
        found = errors(cameras[camera], points[point], weights, seen)
        return np.concatenate([found.reshape(-1), adjustment.weighing(weights)])

    dense = chainrule.jacrev(residuals, (0, 1, 2))(cameras, points, weights)
    expected = np.concatenate([each.reshape(21, -1) for each in dense], axis=1)
    found = adjustment.ours(sizes)()
    assert found.shape == (3 * 7, 11 * 2 + 3 * 5 + 7)
    assert found.has_sorted_indices
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-10, atol=1e-12)


HAND_WRITTEN = {
    "product": (peers.product_by_hand, scalars.product, (1.5, -2.0, 0.5)),
    "ReLU net": (peers.relu_net_by_hand, scalars.relu_net(np), (0.7, 1.5, 0.9, 0.1, 0.8, 1.2, 0.6, -0.3)),
    "ReLU net, closed": (peers.relu_net_by_hand, scalars.relu_net(np), (0.7, 1.5, -0.9, 0.1, 0.8, -1.2, 0.6, -0.3)),
    "length": (peers.length_by_hand, scalars.squared_length(np), (np.arange(4.0).reshape(2, 2), np.array([1.0, -2.0]))),
    "gated": (peers.gated_by_hand, arrays.gated(np, chainrule.sigmoid), tuple(arrays.data("float64", 20))),
}


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_gradients_that_are_measured_against_were_worked_out_rightly(name: str) -> None:
    by_hand, function, given = HAND_WRITTEN[name]
    value, gradients = chainrule.value_and_grad(function, tuple(range(len(given))))(*given)
    for found, expected in zip(by_hand(*given), (value, *gradients), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)


def test_a_row_has_the_ratio_to_every_peer_and_names_those_that_were_wrong() -> None:
    def wrong() -> float:
        return 2.0

    case = measure.Case("one", "1.0", lambda: lambda: 1.0, {
        "jax": lambda: lambda: 1.0, "numba by hand": lambda: lambda: 1.0, "torch": lambda: wrong,
        "casadi": lambda: importlib.import_module("casadi_that_is_not_there"),
    })  # fmt: skip
    row = measure.run_case(case, ["jax", "torch", "numba", "casadi"])
    assert set(row["ratios"]) == {"jax", "numba by hand"}
    assert row["fastest"] == "jax"
    assert row["not compared"] == {
        "torch": "array 0 is off by 1.0e+00", "casadi": "not installed (casadi_that_is_not_there)"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "words"), [(["--peers", "jux"], "no peer is called 'jux'; there are jax"), (["nosuch"], "MLP SGD step")]
)
def test_unknown_names_are_answered_with_those_there_are(
    asked: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", *asked])
    monkeypatch.setattr(command, "allow", lambda threads: None)
    with pytest.raises(SystemExit):
        command.main()
    assert words in capsys.readouterr().err
