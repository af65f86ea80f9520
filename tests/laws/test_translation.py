"""Programs in C give what the machine code that they are read from gives. A C compiler is the independent reader."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from laws.test_native import DTYPES, WAYS, compared, drawn, graph_of
from unit.programs import random_program

import chainrule
from chainrule.apps.cli import main
from chainrule.errors import MissingLibraryError
from chainrule.executors import EXECUTORS
from chainrule.executors.native import availability
from chainrule.executors.native.machine import blas
from chainrule.executors.native.questions import language_c
from chainrule.executors.native.text import bodies
from chainrule.ir.graph import Graph
from chainrule.ir.recording import open_recording

COMPILER = shutil.which("cc")
pytestmark = pytest.mark.skipif(
    availability() is not None or COMPILER is None, reason="needs llvmlite and a C compiler"
)
QUIET = ("-Wno-unused-parameter", "-Wno-tautological-compare", "-Wno-psabi")  # of what is right as it is
OPTIONS = ("-Wall", "-Wextra", "-Werror", *QUIET, "-ffp-contract=off", "-fno-math-errno", "-fwrapv")
TOGETHER = 40  # ops in one file


def built(text: str, folder: Path, level: str = "-O0") -> Any:
    """The function of a file, compiled with every warning but those of parameters that are not used."""
    name = re.findall(r"^int (\w+)\(", text, re.MULTILINE)[0]
    (folder / f"{name}.c").write_text(text, "utf-8")
    library = blas.library()
    words = []
    if library is not None and "cblas_" in text:
        spelled = {each: library.spelling.format(each) for each in ("dgemm", "sgemm", "dsyrk", "ssyrk")}
        words = [f"-Dcblas_{each}={symbol}" for each, symbol in spelled.items()]
        words += ["-DBLASINT=int64_t" if library.width == 64 else "-DBLASINT=int", library.file]
    command = [str(COMPILER), level, "-shared", "-fPIC", *OPTIONS, f"{name}.c", "-o", f"{name}.so", *words, "-lm"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]
    return getattr(ctypes.CDLL(str(folder / f"{name}.so")), name)


def called(function: Any, graph: Graph, values: Sequence[Any]) -> list[Any]:
    """The results for these values."""
    arrays = [np.ascontiguousarray(value, node.dtype) for value, node in zip(values, graph.inputs, strict=True)]
    results = [np.empty(node.shape, node.dtype) for node in graph.outputs]
    assert function(*[each.ctypes.data_as(ctypes.c_void_p) for each in (*arrays, *results)]) == 0
    return results


def can_be_said(graph: Graph) -> bool:
    try:
        language_c(graph, "f")
    except MissingLibraryError:
        return False
    return True


@pytest.mark.parametrize("way", WAYS)
def test_every_op_in_c(way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [WAYS[way]])
    first = {
        case.op.name: (case, arrays) for case, arrays in drawn() if all(each.dtype.kind in "fiub" for each in arrays)
    }
    with open_recording(), np.errstate(all="ignore"):
        graphs = {name: graph_of(case, arrays) for name, (case, arrays) in first.items()}
    said = [name for name, graph in graphs.items() if can_be_said(graph)]
    assert len(said) > 0.4 * len(graphs)  # the others need NumPy
    for start in range(0, len(said), TOGETHER):
        chosen = said[start : start + TOGETHER]
        inputs = tuple(node for name in chosen for node in graphs[name].inputs)
        together = Graph(inputs, tuple(node for name in chosen for node in graphs[name].outputs))
        function = built(language_c(together, f"ops{start}"), tmp_path)
        found = called(function, together, [array for name in chosen for array in first[name][1]])
        for name, result in zip(chosen, found, strict=True):
            with np.errstate(all="ignore"):
                (expected,) = EXECUTORS["walk"](graphs[name], "f")(*first[name][1])
            among = max(1.0, np.max(np.abs(expected), initial=0.0))
            try:
                compared(result[()], np.asarray(expected)[()], 16, among)
            except AssertionError as problem:
                raise AssertionError(f"{name}: {problem}") from problem


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(40, 46))
def test_random_programs_in_c(seed: int, way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [WAYS[way]])
    with open_recording(), np.errstate(all="ignore"):
        graph, values = random_program(seed)
        expected = EXECUTORS["walk"](graph, "f")(*values)
    if not can_be_said(graph):
        pytest.skip("a part of it is computed by NumPy")
    found = called(built(language_c(graph, "program"), tmp_path), graph, values)
    for one, other in zip(found, expected, strict=True):
        compared(one[()], np.asarray(other)[()], 64, 1.0)


def loop(x: Any) -> Any:
    return chainrule.scan(lambda c, t: (np.tanh(c * t), np.sum(c)), x, np.linspace(0.1, 1.0, 50).astype(x.dtype))[0]


def layers(w: Any, v: Any, x: Any) -> Any:
    return np.mean((np.tanh(x @ w) @ v) ** 2)


def convolved(x: Any, filters: Any) -> Any:
    return np.sum(np.maximum(chainrule.nn.conv2d(x, filters), 0) ** 2)


def until(x: Any) -> Any:
    return chainrule.while_loop(lambda c: np.sum(c) > 1.0, lambda c: c * 0.5, x)


FUNCTIONS: dict[str, tuple[Any, tuple[tuple[int, ...], ...]]] = {
    "loop over steps": (lambda x: np.sum(loop(x)), ((30,),)),
    "long loop over steps": (lambda x: np.sum(loop(x)), ((3000,),)),
    "products": (layers, ((64, 96), (96, 32), (128, 64))),
    "products by BLAS": (layers, ((300, 200), (200, 70), (600, 300))),
    "softmax": (lambda x: np.sum(np.exp(x - x.max(1, keepdims=True)) / 3.0), ((33, 17),)),
    "convolution": (convolved, ((2, 3, 9, 9), (4, 3, 3, 3))),
    "gather": (lambda x: np.sum(x[np.arange(50) * 7 % 50] * x[::-1]), ((50,),)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_gradients_in_c(name: str, dtype: Any, tmp_path: Path) -> None:
    function, shapes = FUNCTIONS[name]
    random = np.random.default_rng(3)
    values = [random.standard_normal(shape).astype(dtype) for shape in shapes]
    compiled = chainrule.jit(chainrule.value_and_grad(function, argnums=tuple(range(len(values)))))
    graph = compiled.graph(*values)
    found = called(built(compiled.c(*values), tmp_path), graph, values)
    value, gradients = chainrule.value_and_grad(function, argnums=tuple(range(len(values))))(*values)
    tolerance = 1e-10 if dtype is np.float64 else 2e-4
    for one, other in zip(found, [value, *gradients], strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * max(1.0, float(np.max(np.abs(other)))))


def test_a_loop_that_ends_by_itself(tmp_path: Path) -> None:
    compiled, x = chainrule.jit(until), np.array([3.0, 5.0])
    (found,) = called(built(compiled.c(x), tmp_path), compiled.graph(x), [x])
    assert np.array_equal(found, [0.375, 0.625])  # 8, 4, 2, 1: three times a half


def test_the_command_writes_a_file_that_a_compiler_takes(tmp_path: Path) -> None:
    words = ["source", "L = sum(tanh(W x)^2)", "--shapes", "W: 3 4, x: 4", "--to", "c"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "dL_dW[0] = " in done.output
    function = built(done.output, tmp_path)
    W, x = np.arange(12.0).reshape(3, 4) / 10.0, np.array([0.1, -0.2, 0.3, 0.4])
    results = [np.empty(()), np.empty((3, 4)), np.empty(4)]
    assert function(*[each.ctypes.data_as(ctypes.c_void_p) for each in (W, x, *results)]) == 0
    h = np.tanh(W @ x)  # the gradients of sum h^2 with h = tanh(W x), by hand: delta = 2 h (1 - h^2)
    delta = 2.0 * h * (1.0 - h * h)
    for found, expected in zip(results, (np.sum(h * h), np.outer(delta, x), W.T @ delta), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_the_value_alone_and_the_gradient_alone() -> None:
    words = ["source", "L = x^2", "--at", "x=3", "--to", "c", "--of"]
    value, gradient = (CliRunner().invoke(main, [*words, which]).output for which in ("value", "gradient"))
    assert "int L(" in value
    assert "dL_dx" not in value
    assert "int L_gradient(" in gradient
    assert "dL_dx[0] = 2.0 * x[0];" in gradient


def test_what_needs_numpy_is_refused_by_name() -> None:
    compiled = chainrule.jit(lambda x: np.sum(np.sort(x)))
    with pytest.raises(MissingLibraryError, match="argsort, which NumPy computes"):
        compiled.c(np.ones(500))


def test_arguments_that_are_words_of_c(tmp_path: Path) -> None:
    def area(double: Any, int_: Any, block: Any) -> Any:
        return double * int_ + block

    compiled = chainrule.jit(area)
    text = compiled.c(2.0, 3.0, 4.0)
    (found,) = called(built(text, tmp_path), compiled.graph(2.0, 3.0, 4.0), [2.0, 3.0, 4.0])
    assert found == 10.0


def test_places_that_are_given(tmp_path: Path) -> None:
    compiled = chainrule.jit(chainrule.grad(lambda table, words: np.sum(np.sin(table[words]))))
    table, words = np.arange(60.0).reshape(20, 3), np.array([3, 0, -1, 3])
    function = built(compiled.c(table, words), tmp_path)
    expected = np.zeros((20, 3))  # cos of the rows that were read, added where they came from
    np.add.at(expected, words, np.cos(table[words]))
    np.testing.assert_allclose(called(function, compiled.graph(table, words), [table, words])[0], expected, rtol=1e-12)
    arrays = [table, np.array([3, 0, 20, 3]), np.empty((20, 3))]
    assert function(*[each.ctypes.data_as(ctypes.c_void_p) for each in arrays]) == 1  # there is no row 20
