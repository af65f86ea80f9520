"""Emitted code holds for every size, under any name, and says what cannot be emitted."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from unit.emitted import LIBRARIES, PEERS, check_gradient, close, gradient_of, graph_of, run_text

import chainrule
from chainrule.errors import ChainruleError, GradientError, LimitError, ShapeError, UnknownNameError
from chainrule.executors import EXECUTORS
from chainrule.executors.dialects import DIALECTS, emit
from chainrule.executors.dialects.expansions import EXPANSIONS
from chainrule.executors.dialects.helpers import OWN, definitions
from chainrule.executors.dialects.respell import dialect_path
from chainrule.ir.coercion import as_node
from chainrule.ir.graph import Graph
from chainrule.ir.library import Library
from chainrule.ir.notation import Form, Notation
from chainrule.ir.op import Domain, Flat, Op, Role
from chainrule.ir.recording import open_recording
from chainrule.ops import OPS, generic

# Sizes ----------------------------------------------------------------------------------------------------------------
FORMULAS = [
    ("||sigmoid(W x + b) - y||^2 / n", "W: m n, x: n, b: m, y: m"),
    ("mean(tanh(softmax(X W))) + tr(X^T X)", "X: n d, W: d k"),
    ("log det(A) + x^T A^-1 x", "A: n n, x: n"),
    ("mean(tanh(x))", "x: n"),
    ("sum(softmax(Q K^T / sqrt(d)) V)", "Q: n d, K: n d, V: n d"),
    ("sum(relu(X W)) / m", "X: n m, W: m k"),
    ("max(x) + ||x||", "x: n"),
    ("tr(A B A^T)", "A: n n, B: n n"),
    ("-sum(y log(softmax(W x)))", "W: k n, x: n, y: k"),
    ("var(x) + sum(x)^2 / n^2", "x: n"),
]
SMALL = {"n": 3, "m": 4, "k": 2, "d": 5}


def small_case(formula: str, shapes: str) -> tuple[Any, Any, list[Any]]:
    """A formula with letters for sizes, the same with small numbers for them, and arrays for that."""
    written = shapes
    for letter, size in SMALL.items():
        written = " ".join(str(size) if word == letter else word for word in written.replace(",", " ,").split(" "))
    symbolic = chainrule.parse(formula, shapes=shapes)
    numbers = chainrule.parse(_with_numbers(formula), shapes=written.replace(" ,", ","))
    random = np.random.default_rng(7)
    small: list[Any] = []
    for node in numbers.graph.inputs:
        array = random.uniform(0.2, 1.0, node.shape)
        small.append(array + 3 * np.eye(node.shape[0]) if "det" in formula and node.ndim == 2 else array)
    return symbolic, numbers, small


def _with_numbers(formula: str) -> str:
    for letter, size in SMALL.items():
        formula = formula.replace(f"/ {letter}", f"/ {size}").replace(f"sqrt({letter})", f"sqrt({size})")
    return formula


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("formula", "shapes"), FORMULAS)
def test_code_with_letters_holds_for_every_size(formula: str, shapes: str, library: str) -> None:
    symbolic, numbers, arrays = small_case(formula, shapes)
    with open_recording():
        gradient = gradient_of(symbolic.graph)
        text = emit(symbolic.graph, library, gradient=gradient, sizes=symbolic.sizes)
        assert not any(str(prime) in text for prime in symbolic.sizes)
        close(run_text(library, text, arrays)[0], EXECUTORS["walk"](numbers.graph, "f")(*arrays)[0])
        check_gradient(library, text, gradient_of(numbers.graph), arrays)


def test_a_size_is_read_from_the_first_array_that_has_it() -> None:
    parsed = chainrule.parse("||W x||^2 / (m n)", shapes="W: m n, x: n")
    lines = emit(parsed.graph, "numpy", sizes=parsed.sizes).splitlines()
    assert lines[3] == "def f(W, x):"
    assert sorted(lines[4:6]) == ["    m = W.shape[0]", "    n = W.shape[1]"]
    assert lines[6] in [f"    return np.sum((W @ x) ** 2) / ({each})" for each in ("m * n", "n * m")]


def test_sums_of_sizes_are_written_out_or_read_from_an_array() -> None:
    sizes = {1009: "n", 1013: "k", 2027: "n - k + 1"}
    with open_recording():
        graph = graph_of(lambda x, w: np.broadcast_to(np.sum(x) + np.sum(w), (2027,)), (1009,), (1013,))
        text = emit(graph, "numpy", sizes=sizes)
        assert "np.broadcast_to(np.sum(x) + np.sum(y), (n - k + 1,))" in text
        alone = graph_of(lambda x: np.reshape(x, (1, 2027)), (2027,))
        assert "np.reshape(x, (1, x.shape[0]))" in emit(alone, "numpy", sizes=sizes)


def test_numbers_made_from_sizes_are_said_in_letters_or_refused() -> None:
    sizes = {1009: "n", 1013: "m", 1009 * 1013: "m n"}
    said = {
        1009.0: "n", 1 / 1009: "1 / n", 1008 / 1009: "(n - 1) / n", 3 / (1009 * 1013): "3 / (m * n)", 2.0: "2.0",
        np.sqrt(1009.0): "n ** 0.5", 1 / np.sqrt(1013): "(1 / m) ** 0.5", np.log(1013.0): "math.log(m)", 0.25: "0.25",
        1009 / 1013: "n / m", 1010.0: "n + 1", 1008.0: "n - 1", 16.0: "16.0", np.pi: repr(np.pi), 2022.0: "n + m",
    }  # fmt: skip
    with open_recording():
        for number, text in said.items():
            graph = graph_of(lambda x, y, number=number: x[0] + y[0] + number, (1009,), (1013,))
            last = emit(graph, "numpy", sizes=sizes).splitlines()[-1]
            assert ast.unparse(ast.parse(last.strip())) in (
                ast.unparse(ast.parse(f"return x[0] + y[0] + {each}")) for each in (text, f"({text})")
            ), (number, last)  # fmt: skip
        with pytest.raises(ShapeError, match="emit"):
            emit(graph_of(lambda x: x + 1.0, (3,)), "numpy", sizes={1009: "n **"})


def test_a_size_that_no_argument_has_is_refused() -> None:
    with open_recording():
        graph = graph_of(lambda x: np.broadcast_to(x, (1009, 3)), (3,))
        with pytest.raises(ShapeError, match="needs the size n"):
            emit(graph, "numpy", sizes={1009: "n"})


@pytest.mark.parametrize("library", LIBRARIES)
def test_constants_of_a_symbolic_size_are_patterns(library: str) -> None:
    random = np.random.default_rng(1)
    size = 1009
    patterns: dict[str, Callable[[int], Any]] = {
        "ones": np.ones, "full": lambda n: np.full(n, 0.25), "eye": np.eye, "tri": np.tri,
        "halves": lambda n: np.tri(n, k=-1) + 0.5 * np.eye(n), "upper": lambda n: 3.0 - np.tri(n) * 2.0,
        "mask": lambda n: ~np.eye(n, dtype=bool), "share": lambda n: np.full((n, n), 1 / n),
        "root": lambda n: np.full(n, 1 / np.sqrt(n)), "places": lambda n: np.arange(n)[:, None],
    }  # fmt: skip
    x = random.normal(size=4)
    for name, pattern in patterns.items():
        with open_recording():
            graph = graph_of(lambda x, pattern=pattern: np.where(x > pattern(size), x, 2.0) * pattern(size), (size,))
            text = emit(graph, library, sizes={size: "n"})
        assert len(text) < 500, name
        np.testing.assert_allclose(run_text(library, text, [x])[0], np.where(x > pattern(4), x, 2.0) * pattern(4))


def test_a_long_constant_without_a_pattern_is_refused() -> None:
    with open_recording():
        noise = np.random.default_rng(0).normal(size=40)
        assert "0.1257" in emit(graph_of(lambda x: x * noise, (40,)), "torch")
        with pytest.raises(LimitError, match="make the array an argument"):
            emit(graph_of(lambda x: np.sum(x * np.tile(noise, 50)), (2000,)), "numpy")


# Names, refusals, tables ----------------------------------------------------------------------------------------------
HOSTILE = (r"\delta_1", "W^{(1)}", "lambda", "torch", "np", "ctx", "v1", "g", "y", "saved", "__import__('os')", "f",
           "n", "x'", "None", "_softmax", "math")  # fmt: skip


@pytest.mark.parametrize("library", LIBRARIES)
def test_any_name_will_do(library: str) -> None:
    with open_recording():
        graph = graph_of(lambda *all: np.sum(chainrule.softmax(sum(all))) + np.mean(all[0] ** 3),
                         *[(1009,)] * len(HOSTILE), names=HOSTILE)  # fmt: skip
        for wanted in ("torch", "n", "lambda", "softmax", "True", "f(x): pass #"):
            text = emit(graph, library, name=wanted, gradient=gradient_of(graph), sizes={1009: "n"})
            names = [each.name for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)]
            name = next(each for each in names if each[0] != "_")
            arrays = [np.random.default_rng(seed).normal(size=3) for seed in range(len(HOSTILE))]
            close(run_text(library, text, arrays, name)[0], 1.0 + np.mean(arrays[0] ** 3))


def test_comments_stay_comments() -> None:
    with open_recording():
        text = emit(graph_of(lambda x: x + 1.0, ()), "numpy", comment=["one\nimport os", "", "two\r\nimport sys"])
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# one", "# import os", "#", "# two", "# import sys",
    ]  # fmt: skip
    assert "import os" not in ast.unparse(ast.parse(text))


def test_what_has_no_code_is_refused_by_name() -> None:
    def square(xp: Library, x: Any) -> Any:
        return x * x

    form = Form("mine({0})")
    mine = Op("mine", square, lambda x: x, Flat("no slope"), Notation(form, form, form), Role.STOPS, Domain(()))
    with open_recording():
        for op in (mine, generic("f")):
            with pytest.raises(UnknownNameError, match=f"code of {op.name}"):
                emit(graph_of(op, (3,)), "numpy")


def test_unfit_questions_are_refused() -> None:
    with open_recording():
        graph = graph_of(lambda x: x * 2.0, (3,))
        with pytest.raises(UnknownNameError, match="did you mean torch"):
            emit(graph, "pytorch")
        with pytest.raises(GradientError, match="the same inputs"):
            emit(graph, "torch", gradient=Graph(graph.inputs, graph.outputs))
        with pytest.raises(GradientError, match="2 outputs"):
            emit(Graph(graph.inputs, graph.outputs * 2), "torch", gradient=gradient_of(graph))
        with pytest.raises(ChainruleError):
            emit(Graph(graph.inputs, ()), "numpy")


@pytest.mark.parametrize("library", PEERS)
def test_every_spelling_exists(library: str) -> None:
    module = importlib.import_module(library)
    if library == "jax":
        importlib.import_module("jax.scipy.special")
    dialect = DIALECTS[library]
    paths = [each for each in dialect.functions.values() if isinstance(each, str) and not each.startswith("_")]
    paths += [f"{dialect.prefix}.{name}" for name in dialect.same]
    for path in paths:
        found: Any = module.numpy if path.startswith("jnp.") else module
        for name in path.split(".")[1:]:
            found = getattr(found, name)
        assert callable(found), path


def test_every_op_has_code_in_every_library() -> None:
    ours = {"chosen", "prod_others", "recur", "step", "ratio", "cholesky", "xlogy", "weighted_gram", "scatter"}
    ours |= {"sigmoid", "softplus", "relu", "elu", "gelu", "silu", "erf", "erfc", "softmax", "logsumexp", *EXPANSIONS}
    assert ours - {"recur", "step"} <= {*OPS, *EXPANSIONS}
    for dialect in DIALECTS.values():
        for name in ours:
            assert dialect_path(dialect, name) is not None, (dialect.name, name)


def test_every_definition_says_what_it_does_and_is_used() -> None:
    for library in OWN:
        for name, tree in definitions(library).items():
            assert ast.get_docstring(tree), name


def test_numpy_code_runs_where_chainrule_is_not_installed(tmp_path: Any) -> None:
    with open_recording():
        text = emit(graph_of(lambda x: np.sum(chainrule.gelu(x)), (3,)), "numpy")
    script = tmp_path / "emitted.py"
    script.write_text(text + "\nprint(f(np.ones(3)))\nimport sys\nassert 'chainrule' not in sys.modules\n")
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True,
                         env={**os.environ, "PYTHONWARNINGS": "error"})  # fmt: skip
    assert float(ran.stdout) == pytest.approx(3 * 0.8413447460685429)


def test_large_known_arrays_are_written_as_they_were_made() -> None:
    with open_recording():
        ones = as_node(np.ones(1009))
        text = emit(graph_of(lambda x: np.outer(ones, ones) @ x, (1009,)), "numpy", sizes={1009: "n"})
    assert "    c1 = np.ones((n,))" in text or "    c1 = np.ones(n)" in text
    assert "np.outer(c1, c1) @ x" in text
