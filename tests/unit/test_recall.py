"""Code that an earlier process kept is found under its graph, and only where everything that matters is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.executors.native import availability, build, identity, recall, writing
from chainrule.executors.native.executor import report
from chainrule.executors.native.machine import store

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path))
    monkeypatch.setattr(build, "identify", identity.identify)
    return tmp_path


@pytest.fixture
def writing_counted(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each program that was written."""
    count: list[None] = []
    write = writing.write

    def counting(*args: Any) -> Any:
        count.append(None)
        return write(*args)

    monkeypatch.setattr(writing, "write", counting)
    return count


def network(weights: Any, x: Any) -> Any:
    for W, b in weights:
        x = np.tanh(x @ W + b)
    return np.mean(x * x)


def repeated(x: Any) -> Any:
    return chainrule.scan(lambda carry, each: (np.tanh(carry + each), carry * each), x[0], x)


random = np.random.default_rng(0)
LARGE = random.normal(size=(40, 50))
WEIGHTS = [(random.normal(size=(6, 6)), np.zeros(6)) for _ in range(2)]
SQUARE = np.eye(4) * 3.0 + 0.1
PLACES = np.array([3, 0, 0, 2] * 40)
PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "numbers": (lambda x, y: (x + y) * x, (1.5, 2.0)),
    "a network": (chainrule.value_and_grad(network), (WEIGHTS, random.normal(size=(5, 6)))),
    "containers": (lambda p: {"a": [p["x"], 1, True], "b": (None, -0.0, p["y"])}, ({"x": 2.0, "y": np.ones(3)},)),
    "a large constant": (lambda x: x @ LARGE, (random.normal(size=(3, 40)),)),
    "a transposed constant": (lambda x: x @ LARGE.T, (random.normal(size=(3, 50)),)),
    "known places": (lambda x: x[PLACES] * 2.0, (np.arange(4.0),)),
    "calls of Python": (lambda x: (np.linalg.inv(x), np.linalg.cholesky(x) * 2.0, np.linalg.det(x)), (SQUARE,)),
    "a loop": (chainrule.grad(lambda x: repeated(x)[0]), (np.linspace(0.0, 1.0, 9),)),
    "a call in a loop": (lambda x: chainrule.scan(lambda c, _: (np.linalg.inv(c), c), x, None, length=3), (SQUARE,)),
}  # fmt: skip


def anew(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function as a new object, which `jit` does not know yet."""
    return chainrule.jit(lambda *args: function(*args))


def same(one: Any, other: Any) -> None:
    ours, theirs = chainrule.tree.flatten(one), chainrule.tree.flatten(other)
    assert ours[1] == theirs[1]
    for found, expected in zip(ours[0], theirs[0], strict=True):
        assert type(found) is type(expected)
        assert np.asarray(found).tobytes() == np.asarray(expected).tobytes()


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_graph_is_not_written_again(name: str, folder: Path, writing_counted: list[None]) -> None:
    function, given = PROGRAMS[name]
    first = anew(function)(*given)
    assert len(writing_counted) == 1
    second = anew(function)
    same(second(*given), first)
    same(second(*given), first)
    assert len(writing_counted) == 1
    assert all(entry.stat().st_mode & 0o077 == 0 for entry in folder.iterdir())


def test_what_is_written_over_is_not_shared(folder: Path, writing_counted: list[None]) -> None:
    one, other = (chainrule.jit(lambda x: x * 3.0, reuse_outputs=True) for _ in range(2))
    kept, apart = one(np.ones(3)), other(np.zeros(3))
    assert (kept.tolist(), apart.tolist()) == ([3.0] * 3, [0.0] * 3)
    assert one(np.ones(3)) is kept
    assert len(writing_counted) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.0, -0.0),
        (1.0, 1.0 + 2.0**-52),
        (LARGE, LARGE + (LARGE[-1, -1] == LARGE)),
        (LARGE, np.ascontiguousarray(LARGE.reshape(50, 40).T)),
        (LARGE.astype(np.float32), LARGE),
    ],
)
def test_other_constants_are_other_code(one: Any, other: Any, folder: Path) -> None:
    for constant in (one, other):
        found = chainrule.jit(lambda x, constant=constant: np.sum(x) + np.copysign(1.0, constant) + constant)(
            np.ones(2)
        )
        same(found, chainrule.jit(lambda x, constant=constant: np.sum(x) + np.copysign(1.0, constant) + constant,
                                  executor="walk")(np.ones(2)))  # fmt: skip


def test_results_that_no_argument_reaches_are_told_apart(folder: Path) -> None:
    found = [chainrule.jit(lambda x, each=each: (x, each))(2.0)[1] for each in (1, True, 1.0, -0.0, 0.0, 1j)]
    assert list(map(repr, found)) == ["1", "True", "1.0", "-0.0", "0.0", "1j"]
    assert repr(chainrule.jit(lambda x: (x, 1, True, 1.0))(2.0)) == "(2.0, 1, True, 1.0)"


def test_settings_and_parameters_are_other_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graphs = [chainrule.jit(f).graph(np.ones((3, 3))) for f in (lambda x: np.sum(x, 0), lambda x: np.sum(x, 1))]
    doors = [build.flat_door(each.inputs, each.outputs) for each in graphs]
    found = [identity.identify(each, door) for each, door in zip(graphs, doors, strict=True)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].digest != found[1].digest
    before = recall.key(found[0])
    monkeypatch.setenv("CHAINRULE_NUM_THREADS", "7")
    assert recall.key(found[0]) != before


def test_functions_with_rules_of_the_users_own_are_not_kept(folder: Path) -> None:
    for factor in (2.0, 3.0):
        own = chainrule.custom_vjp(lambda x, factor=factor: x * factor)
        own.defvjp(lambda x, own=own: (own(x), None), lambda _, g, factor=factor: (g * factor,))
        assert chainrule.jit(lambda x, own=own: own(x) + 1.0)(1.0) == factor + 1.0


def spoilt(entry: Path) -> list[bytes]:
    whole = entry.read_bytes()
    return [b"", whole[:10], whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b"x" * 200]


def test_spoilt_entries_are_ignored(folder: Path) -> None:
    function, given = PROGRAMS["a network"]
    expected = anew(function)(*given)
    for entry in list(folder.iterdir()):
        for content in spoilt(entry):
            entry.write_bytes(content)
            same(anew(function)(*given), expected)
        entry.unlink()
        same(anew(function)(*given), expected)


def test_lists_that_make_no_sense_are_ignored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    function, given = PROGRAMS["calls of Python"]
    names: list[str] = []
    key = recall.key
    monkeypatch.setattr(recall, "key", lambda found: names.append(key(found)) or names[-1])
    expected = anew(function)(*given)
    good = json.loads(store.read(names[0]) or b"")
    bad: list[Any] = [None, [], {}, {"code": good["code"]}, {"code": "../x", "things": []}, {**good, "code": "0" * 64},
                      {**good, "things": good["things"] + [["no kind", 1]]}]  # fmt: skip
    for word in (
        {"node": 99},
        {"node": -1},
        {"node": 0.5},
        {"no way": 1},
        {},
        {"bytes": [[3], "float64", "00"]},
        [1],
        None,
    ):
        bad.append({**good, "things": [[kind, word if kind == "call" else each] for kind, each in good["things"]]})
    for each in bad:
        store.write(names[0], json.dumps(each).encode())
        same(anew(function)(*given), expected)
    for raw in (b"\xff", b"[" * 100_000, b"{}" * 3):
        store.write(names[0], raw)
        same(anew(function)(*given), expected)


SEVERAL = """
import numpy as np, chainrule
f = chainrule.jit(chainrule.value_and_grad(lambda W, x: np.sum(np.tanh(x @ W) ** 2) + np.linalg.det(W)))
value, slope = f(np.eye(5) + 0.1, np.arange(20.0).reshape(4, 5) / 10)
print(float(value).hex(), slope.tobytes().hex())
"""


def test_several_processes_at_once(folder: Path) -> None:
    environment = {**os.environ, store.VARIABLE: str(folder)}
    command = [sys.executable, "-c", SEVERAL]
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(3)]
    found = {each.communicate(timeout=120)[0] for each in running}
    found.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert len(found) == 1
    assert found != {b""}
    entries = list(folder.iterdir())
    assert len(entries) == 2
    assert all(store.read(each.stem) is not None for each in entries)


def test_without_a_place_to_keep_code_everything_works_and_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "identify", identity.identify)
    file = tmp_path / "file"
    file.write_text("no folder")
    for place, said in ((str(file), "File exists"), (str(file / "below"), "Not a directory"), ("", "is empty"),
                        ("/proc/nothing", "No such file")):  # fmt: skip
        if not os.path.isdir("/proc") and place.startswith("/proc"):
            continue
        monkeypatch.setenv(store.VARIABLE, place)
        assert chainrule.jit(lambda x: x * 3.0 + 1.0)(2.0) == 7.0
        assert said in str(store.objection())
        assert f"nowhere ({store.objection()})" in report()


def test_a_full_disk_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path))
    monkeypatch.setattr(build, "identify", identity.identify)
    assert store.objection() is None

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert chainrule.jit(lambda x: x * 3.0 + 2.0)(2.0) == 8.0
    assert list(tmp_path.iterdir()) == []
