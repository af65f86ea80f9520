"""`f(x, out=arrays)` gives what `f(x)` gives, in these arrays: wherever they lie, also over what the call reads."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from unit.programs import random_function

import chainrule
from chainrule.errors import (
    ChainruleError,
    DTypeError,
    MutationError,
    ShapeError,
    StructureError,
    TargetError,
)
from chainrule.executors.native import availability
from chainrule.executors.native.text import bodies

EXECUTORS = ("native", "numpy", "walk")
WAYS = {"straight": 10**8, "loops": -1}  # how many steps machine code writes in one line
PAIRS: dict[str, Callable[[Any, Any], Any]] = {
    "entry by entry": lambda x, y: (x * y + x, x - 2.0 * y),
    "exchanged": lambda x, y: (y, x),
    "one of them twice": lambda x, y: (x, x),
    "turned": lambda x, y: (x.T + y, y.T),
    "backwards": lambda x, y: (x[::-1] * y, y[:, ::-1] + 1.0),
    "products": lambda x, y: (x @ y, y - 0.1 * (x.T @ x)),
    "sums": lambda x, y: (x + np.sum(y, axis=0), y / np.sum(x * x)),
    "shifted": lambda x, y: (np.concatenate([x[1:], x[:1]]), np.tanh(x) * y),
    "picked": lambda x, y: (x[[2, 0, 1, 3]], y + x[0, 0]),
    "read again at the end": lambda x, y: (np.exp(-x), np.sum(np.exp(-x) @ y) * x),
    "known": lambda x, y: (np.zeros((4, 4)), x * y),
    "long": lambda x, y: (chainrule.scan(lambda c, _: (np.tanh(c @ y), np.sum(c)), x, np.ones(3))[0], x + y),
}


PLACES = (
    ("new", "new"), ("x", "y"), ("y", "x"), ("x", "new"), ("new", "x"), ("y", "new"), ("x turned", "y"),
    ("y backwards", "x"), ("before x", "y"), ("new", "before x"), ("every second", "x"),
)  # fmt: skip


def lying(x: Any, y: Any, room: Any) -> dict[str, Any]:
    """Arrays to write to: apart, over an argument in different ways, and not contiguous."""
    return {
        "new": np.full((4, 4), np.nan), "x": x, "y": y, "x turned": x.T, "y backwards": y[::-1],
        "before x": room[14:30].reshape(4, 4), "every second": np.full((8, 8), np.nan)[::2, ::2],
    }  # fmt: skip


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", PAIRS)
def test_results_go_anywhere(name: str, executor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for way in WAYS if executor == "native" else ("straight",):
        monkeypatch.setattr(bodies, "LIMIT", [WAYS[way]])
        jitted = chainrule.jit(lambda x, y: PAIRS[name](x, y), executor=executor)
        for first, second in PLACES:
            room = np.random.default_rng(3).normal(size=60)
            x, y = room[16:32].reshape(4, 4), room[40:56].reshape(4, 4)
            expected = [np.array(each) for each in PAIRS[name](x, y)]
            out = lying(x, y, room)[first], lying(x, y, room)[second]
            assert jitted(x, y, out=out) is out
            for one, other in zip(out, expected, strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-12, err_msg=f"{first}, {second}")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(6))
def test_steps_in_place(seed: int, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random functions: arguments go down their gradients, in memory of their own."""
    monkeypatch.setattr(bodies, "LIMIT", [WAYS[way]])
    random = np.random.default_rng(seed)
    given = tuple(random.normal(size=shape) for shape in ((3, 4), (4, 3), (4,), ()))
    both = chainrule.value_and_grad(random_function(seed), (0, 1, 2, 3))

    def step(parameters: Any) -> Any:
        value, slopes = both(*parameters)
        return value, tuple(each - 0.01 * slope for each, slope in zip(parameters, slopes, strict=True))

    known, moving = chainrule.jit(step, executor="numpy"), chainrule.jit(step)
    parameters = tuple(np.array(each) for each in given)
    for _ in range(3):
        value, given = known(given)
        found, same = moving(parameters, out=(None, parameters))
        assert all(one is other for one, other in zip(same, parameters, strict=True))
        for one, other in zip((found, *parameters), (value, *given), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-8 * max(1.0, np.max(np.abs(other))))


@pytest.mark.skipif(availability() is not None, reason=str(availability()))
def test_machine_code_takes_out_by_itself() -> None:
    """Also where every argument is written over: the same arrays come back, and nothing is kept or lost."""
    step = chainrule.jit(lambda p, x: {"p": [p["p"][0] - x @ x.T, p["p"][1] * 2.0], "n": p["n"] + 1.0})
    state, x = {"p": [np.eye(3), np.ones(2)], "n": np.zeros(())}, np.ones((3, 2))
    assert step(state, x, out=state) is state
    monkey = [state, state["p"], state["p"][0], x, np.ndarray, np.dtype("float64"), None]
    before = [sys.getrefcount(each) for each in monkey]
    counts = []
    for _ in range(2000):
        counts.append(step(state, x, out=state) is state)
    assert all(counts)
    assert state["n"] == 2001.0
    assert [abs(sys.getrefcount(each) - one) < 100 for each, one in zip(monkey, before, strict=True)] == [True] * 7
    assert len(step._writers) == 1
    assert step._writers[0](state, x, state) is state
    assert step._writers[0](state, x, {**state, "n": state["p"][1][:1].reshape(())}) is NotImplemented
    state["p"][0].flags.writeable = False
    assert step._writers[0](state, x, state) is NotImplemented
    with pytest.raises(TargetError):
        step(state, x, out=state)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_none_asks_for_new_ones(executor: str) -> None:
    def step(x: Any) -> Any:
        return np.sum(x), {"double": (2.0 * x, x + 1.0), "none": None, "known": 3.0}

    jitted, x = chainrule.jit(step, executor=executor), np.arange(3.0)
    target = np.zeros(3)
    for _ in range(3):
        total, rest = jitted(x, out=(None, {"double": (None, target), "none": None, "known": None}))
        assert total == 3.0
        assert rest["double"][1] is target
        assert (rest["double"][0].tolist(), target.tolist()) == ([0.0, 2.0, 4.0], [1.0, 2.0, 3.0])
        assert (rest["none"], rest["known"]) == (None, 3.0)
    total, rest = jitted(x, out=(np.zeros(()), None))
    assert (total.shape, float(total), rest["known"]) == ((), 3.0, 3.0)
    assert jitted(x, out=None)[0] == 3.0
    known = np.zeros(())
    assert jitted(x, out=(None, {"double": None, "none": None, "known": known}))[1]["known"] is known
    assert known == 3.0


@pytest.mark.parametrize("executor", EXECUTORS)
def test_numbers_dataclasses_names_and_static_arguments(executor: str) -> None:
    @dataclass
    class State:
        x: Any
        n: Any

    area = chainrule.jit(lambda a, b: a * b, executor=executor)
    place = np.zeros(())
    assert area(3.0, 2.0, out=place) is place
    assert place == 6.0
    assert area(3.0, b=4.0, out=place) == 12.0
    assert area(3.0, 2.0, **{"".join(["o", "ut"]): place}) == 6.0  # a name that Python has not seen before
    move = chainrule.jit(lambda s, how: State(s.x * how, s.n + 1.0), static_argnums=1, executor=executor)
    state = State(np.ones(2), np.zeros(()))
    for _ in range(3):
        assert move(state, 3.0, out=state) is state
    assert (state.x.tolist(), float(state.n)) == ([27.0, 27.0], 3.0)


@pytest.mark.parametrize("reuse", [True, False])
def test_results_that_are_used_again(reuse: bool) -> None:
    step = chainrule.jit(lambda x, y: (x + y, x - y), reuse_outputs=reuse)
    one, other = step(np.ones(3), np.ones(3))
    step(one, other, out=(other, one))
    assert (one.tolist(), other.tolist()) == ([2.0] * 3, [2.0] * 3)
    assert step(one, other, out=(None, one))[0].tolist() == [4.0] * 3
    assert one.tolist() == [0.0] * 3


def test_a_parameter_called_out_is_the_functions_own() -> None:
    scaled = chainrule.jit(lambda x, out: x * out)
    assert scaled(np.ones(2), out=3.0).tolist() == [3.0, 3.0]
    target = np.zeros(2)
    assert scaled.into(target, np.ones(2), out=4.0) is target
    assert target.tolist() == [4.0, 4.0]
    assert scaled.into(target, np.ones(2), 5.0) is target
    assert target.tolist() == [5.0, 5.0]
    assert scaled.into(None, np.ones(2), 5.0) is not target


def test_under_a_recording() -> None:
    double, place = chainrule.jit(lambda x: x * 2.0), np.zeros(2)
    with pytest.raises(MutationError, match="recorded"):
        chainrule.grad(lambda x: np.sum(double(x, out=place)))(np.ones(2))
    with pytest.raises(MutationError, match="recorded"):
        chainrule.explain(lambda x: np.sum(double(x, out=place)))(np.ones(2))
    assert chainrule.grad(lambda x: np.sum(x * double(np.ones(2), out=place)))(np.ones(2)).tolist() == [2.0, 2.0]
    assert place.tolist() == [2.0, 2.0]


@dataclass(frozen=True)
class Refused:
    """What `out` is, and the error that says so."""

    error: type[ChainruleError]
    out: Any
    says: tuple[str, ...]


def frozen() -> Any:
    found = np.zeros((2, 3))
    found.flags.writeable = False
    return found


ROOM = np.zeros(9)
REFUSED = {
    "another container": Refused(
        StructureError, [np.zeros((2, 3)), {"b": np.zeros(3)}], ("a list of length 2", "a tuple")
    ),
    "too few": Refused(StructureError, (np.zeros((2, 3)),), ("a tuple of length 1", "a tuple of length 2")),
    "another key": Refused(StructureError, (None, {"c": None}), ("'c'", "out[1]", "'b'")),
    "an array for containers": Refused(StructureError, np.zeros(3), ("one array", "a tuple of length 2")),
    "containers for an array": Refused(StructureError, ([], None), ("a list of length 0", "out[0]", "one array")),
    "a number": Refused(DTypeError, (None, {"b": 0.0}), ("out[1]['b'] of type float", "np.empty((3,), 'float64')")),
    "a list of numbers": Refused(StructureError, (None, {"b": [0.0]}), ("a list of length 1",)),
    "another shape": Refused(ShapeError, (np.zeros((3, 2)), None), ("out[0] of shape (3, 2)", "(2, 3)")),
    "another dtype": Refused(DTypeError, (np.zeros((2, 3), np.float32), None), ("float32", "float64", "rounded")),
    "read-only": Refused(TargetError, (frozen(), None), ("out[0]", "read-only")),
    "broadcast": Refused(
        TargetError, (np.lib.stride_tricks.as_strided(ROOM, (2, 3), (0, 8)), None), ("out[0]", "share one place")
    ),
    "over itself": Refused(
        TargetError, (np.lib.stride_tricks.as_strided(ROOM, (2, 3), (8, 8)), None), ("out[0]", "share one place")
    ),
    "over each other": Refused(TargetError, (ROOM[:6].reshape(2, 3), {"b": ROOM[5:8]}), ("out[0] and out[1]['b']",)),
    "masked": Refused(DTypeError, (np.ma.zeros((2, 3)), None), ("out[0] of type MaskedArray",)),
}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str, executor: str) -> None:
    jitted, refused = chainrule.jit(lambda x: (2.0 * x, {"b": np.sum(x, axis=0)}), executor=executor), REFUSED[name]
    fine = np.zeros((2, 3)), {"b": np.zeros(3)}
    for _ in range(2):  # before there is machine code, and after
        with pytest.raises(refused.error) as raised:
            jitted(np.ones((2, 3)), out=refused.out)
        for each in refused.says:
            assert each in str(raised.value)
        assert jitted(np.ones((2, 3)), out=fine) is fine


@pytest.mark.parametrize("executor", EXECUTORS)
def test_arrays_that_lie_side_by_side_are_apart(executor: str) -> None:
    room = np.zeros((4, 6))
    out = (room[:2, ::2], {"b": room[3, 1::2]})
    chainrule.jit(lambda x: (2.0 * x, {"b": np.sum(x, axis=0)}), executor=executor)(np.ones((2, 3)), out=out)
    assert room.sum() == 18.0
    crossed = np.lib.stride_tricks.as_strided(np.zeros(12), (2, 3), (24, 16))  # steps of 3 and 2 never meet
    assert chainrule.jit(lambda x: x + 1.0, executor=executor)(np.ones((2, 3)), out=crossed).sum() == 12.0


@pytest.mark.parametrize("executor", EXECUTORS)
def test_empty_arrays_and_other_dtypes(executor: str) -> None:
    jitted = chainrule.jit(lambda x, n, b: (x * 2, n + 1, ~b), executor=executor)
    for shape in ((0, 3), (), (1,), (5,)):
        x, n, b = np.ones(shape, np.float32), np.ones(shape, np.int64), np.ones(shape, bool)
        for _ in range(2):
            assert jitted(x, n, b, out=(x, n, b))[0] is x
        assert (x == 4.0).all()
        assert (n == 3).all()
        assert b.all()


def test_places_that_are_refused_leave_arguments_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [-1])
    step = chainrule.jit(lambda W, ids: (W * 2.0, W[ids] + np.sum(W)))
    W, found = np.arange(12.0).reshape(4, 3), np.zeros((2, 3))
    step(W, np.array([0, 3]), out=(W, found))
    assert (W[1, 0], found[0, 0]) == (6.0, 66.0)
    with pytest.raises(ChainruleError):
        step(W, np.array([0, 4]), out=(W, found))
    assert W[1].tolist() == [6.0, 8.0, 10.0]


def test_what_an_op_in_python_raises_leaves_arguments_as_they_were() -> None:
    solve = chainrule.jit(lambda A, b: (A * 2.0, np.linalg.solve(A, b)))
    A, b = np.eye(3), np.ones(3)
    solve(A, b, out=(A, b))
    assert (A[0, 0], b.tolist()) == (2.0, [1.0] * 3)
    A[:] = 0.0
    with pytest.raises((ChainruleError, np.linalg.LinAlgError)):
        solve(A, b, out=(A, b))
    assert b.tolist() == [1.0] * 3


@pytest.mark.parametrize("executor", EXECUTORS)
def test_what_is_known_comes_back_beside_arrays(executor: str) -> None:
    """A number that no argument reaches stands in no array: None was given in its place."""
    jitted = chainrule.jit(lambda x: (x * 2.0, 4, [5.0, None]), executor=executor)
    x, y = np.ones(3), np.zeros(3)
    for _ in range(3):
        found = jitted(x, out=(y, None, [None, None]))
        assert found[0] is y
        assert y.tolist() == [2.0, 2.0, 2.0]
        assert found[1:] == (4, [5.0, None])
