"""Printed graphs run, give the same result, read well, and cannot be made to say anything else."""

from __future__ import annotations

import ast
import builtins
import keyword
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.programs import random_program

import chainrule
from chainrule import ops
from chainrule.executors import EXECUTORS
from chainrule.ir.graph import Graph
from chainrule.ir.identifiers import Names, identifier
from chainrule.ir.library import Library
from chainrule.ir.literals import array_text, number_text, parameter_text, scalar_text
from chainrule.ir.loading import load
from chainrule.ir.notation import Form, Notation
from chainrule.ir.op import Domain, Flat, Op, Role
from chainrule.ir.printing import print_graph
from chainrule.ir.recording import open_recording
from chainrule.ops import generic, input_node

FLOAT = np.dtype(float)


def printed(function: Any, *shapes: tuple[int, ...], names: str = "xyz", name: str = "f", **others: Any) -> str:
    """The text for a function of some arrays."""
    with open_recording():
        inputs = tuple(input_node(shape, FLOAT) for shape in shapes)
        result = function(*inputs)
        outputs = result if isinstance(result, tuple) else (result,)
        return print_graph(Graph(inputs, outputs, dict(zip(inputs, names, strict=False))), name, **others).text


def body(text: str) -> list[str]:
    """The lines of the function."""
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("def "))
    return [line.strip() for line in lines[start + 1 :]]


@pytest.mark.parametrize("seed", range(120))
def test_printed_code_computes_what_the_reference_computes(seed: int) -> None:
    with open_recording(), np.errstate(all="ignore"):
        graph, values = random_program(seed)
        expected = EXECUTORS["walk"](graph, "f")(*values)
        program = print_graph(graph, bare=False)
        found = load(program)(*values)
    for one, other, node in zip(expected, found, graph.outputs, strict=True):
        assert np.shape(one) == np.shape(other) == node.shape
        np.testing.assert_allclose(other, one, rtol=1e-6 if node.dtype == np.float32 else 1e-15)


def test_a_formula_reads_as_it_was_written() -> None:
    assert printed(lambda x, y, z: (x + y) * z, (), (), ()) == "def f(x, y, z):\n    return (x + y) * z\n"


@pytest.mark.parametrize(
    ("function", "line"),
    [
        (lambda x, y: x - (y - x), "return x - (y - x)"),
        (lambda x, y: x / (y * x), "return x / (y * x)"),
        (lambda x, y: (x / y) * x, "return x / y * x"),
        (lambda x, y: -(x * y), "return -(x * y)"),
        (lambda x, y: (-x) ** 2, "return (-x) ** 2"),
        (lambda x, y: -(x**2), "return -x ** 2"),
        (lambda x, y: np.negative(-x), "return -(-x)"),
        (lambda x, y: x * -2.0, "return x * (-2.0)"),
        (lambda x, y: -2.0 * x, "return -2.0 * x"),
        (lambda x, y: x**y**x, "return x ** (y ** x)"),
        (lambda x, y: (x**y) ** x, "return (x ** y) ** x"),
        (lambda x, y: (x < y) < (y < x), "return (x < y) < (y < x)"),
        (lambda x, y: np.where(x < y, x + 1, 0.0), "return np.where(x < y, x + 1.0, 0.0)"),
        (lambda x, y: x * np.inf, "return x * np.inf"),
        (lambda x, y: ops.sigmoid(x), "return chainrule.sigmoid(x)"),
        (lambda x, y: 1 / (2 + np.exp(-x)), "return 1.0 / (2.0 + np.exp(-x))"),
        (lambda x, y: 1 / (1 + np.exp(-x)), "return chainrule.special.expit(x)"),
    ],
)
def test_brackets_stand_where_python_needs_them(function: Any, line: str) -> None:
    text = printed(function, (), ())
    assert body(text) == [line]


def test_broadcasts_and_casts_are_left_to_numpy() -> None:
    assert body(printed(lambda x, y: x @ y + y, (3, 3), (3,))) == ["return x @ y + y"]
    assert body(printed(lambda x, y: x[:, None] * y, (2,), (3,))) == ["return x[:, None] * y"]
    assert body(printed(lambda x, y: (x < y) * x + 2.0, (3,), ())) == ["return (x < y) * x + 2.0"]
    assert "broadcast" not in printed(lambda x, y: np.mean(x * y + 2.0), (4, 3), (3,))


def test_a_broadcast_that_makes_the_shape_is_written() -> None:
    assert body(printed(lambda x: np.exp(np.broadcast_to(x, (2, 3))), (3,))) == [
        "return np.exp(np.broadcast_to(x, (2, 3)))"
    ]


def test_a_cast_that_loses_digits_is_written() -> None:
    with open_recording():
        x, y = input_node((3,), FLOAT), input_node((3,), FLOAT)
        graph = Graph((x, y), (x.astype(np.float32) + y,))
        found = load(print_graph(graph))(np.full(3, 0.1), np.zeros(3))
    assert found.tolist() == [float(np.float32(0.1))] * 3


def test_names_of_the_user_become_statements() -> None:
    with open_recording():
        W, x = input_node((2, 3), FLOAT), input_node((3,), FLOAT)
        z = W @ x
        h = np.tanh(z)
        graph = Graph((W, x), (np.sum(h * h),), {W: "W_1", x: "x'", z: "z", h: r"\hat h"})
    assert print_graph(graph, "L").text == (
        "import numpy as np\n\n\ndef L(W_1, x_prime):\n    z = W_1 @ x_prime\n    h_hat = np.tanh(z)\n"
        "    return np.sum(h_hat * h_hat)\n"
    )


def test_a_value_used_twice_is_computed_once() -> None:
    assert body(printed(lambda x, y: (x + y) * np.sin(x + y), (), ())) == ["v1 = x + y", "return v1 * np.sin(v1)"]


def test_long_expressions_are_taken_apart() -> None:
    def many(x: Any, y: Any) -> Any:
        total = x
        for count in range(60):
            total = total + np.sin(y * float(count))
        return total

    assert all(len(line) <= 90 for line in printed(many, (), ()).splitlines())


def test_short_arrays_are_written_out_and_long_ones_are_bound() -> None:
    with open_recording():
        x = input_node((3,), FLOAT)
        long = np.linspace(0, 1, 30)
        program = print_graph(Graph((x,), (np.sum(x * np.array([1.0, -0.0, np.nan])) + np.sum(long * x[0]),)))
    assert "c1 = np.array([1.0, -0.0, np.nan])" in program.text
    assert "# c2 is not written out here: an array of dtype float64 and shape (30,)" in program.text
    assert program.bound["c2"].tolist() == long.tolist()


@pytest.mark.parametrize(
    "array",
    [
        np.array([0.1, 1 / 3, 1e-300, 5e-324, np.pi]), np.array([1, -2, 3]), np.array([[True], [False]]),
        np.zeros((0, 3)), np.zeros((40, 40)), np.ones(3, np.float32), np.full((2, 2), -0.0), np.array([1 + 2j, -0.0j]),
        np.array([0.1, 0.2], np.float32), np.arange(4, dtype=np.uint8), np.array([0.1], np.float16),
    ],
)  # fmt: skip
def test_arrays_are_written_exactly(array: Any) -> None:
    text = array_text(array)
    assert text is not None
    read = eval(text, {"np": np})
    assert (read.dtype, read.shape, read.tobytes()) == (array.dtype, array.shape, array.tobytes())


@given(st.floats())
def test_numbers_are_written_exactly(number: float) -> None:
    read = eval(number_text(number), {"np": np})
    assert np.float64(read).tobytes() == np.float64(number).tobytes() or number != number


@given(st.floats(width=32))
def test_single_precision_is_written_exactly(number: float) -> None:
    value = np.float32(number)
    for weak in (False, True):
        read = np.float32(eval(scalar_text(value, weak=weak), {"np": np}))
        assert read.tobytes() == value.tobytes() or number != number


def test_only_numbers_and_words_pass_as_parameters() -> None:
    assert parameter_text((1, (2.5, None), "ij,j->i", True)) == "(1, (2.5, None), 'ij,j->i', True)"
    assert parameter_text(np.dtype("float32")) == "'float32'"
    for hostile in ("'", "a b", "__import__('os')", "\n", object(), [1], ("ok", "no)")):
        assert parameter_text(hostile) is None


@given(st.text(max_size=30))
def test_every_name_becomes_an_identifier(name: str) -> None:
    found = identifier(name)
    assert found.isidentifier()
    assert found not in {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "np", "chainrule"}
    assert not found.startswith("_")
    ast.parse(f"{found} = 1")


def test_names_that_collide_are_numbered() -> None:
    names = Names()
    assert [names.claim(each) for each in ("h", "h", "x'", "x_prime", "lambda", "Σ", "𝐱", "x")] == [
        "h", "h_2", "x_prime", "x_prime_2", "lambda_", "Σ", "x", "x_2",
    ]  # fmt: skip


def test_a_name_cannot_become_code() -> None:
    hostile = "x): import os #"
    text = printed(lambda x: x * 2.0, (), names=[hostile], name="f\n    import os")  # type: ignore[arg-type]
    assert [type(each).__name__ for each in ast.parse(text).body] == ["FunctionDef"]


def test_text_in_parameters_cannot_become_code() -> None:
    with open_recording():
        x = input_node((2, 2), FLOAT)
        node = ops.OPS["einsum"](x, subscripts="i'->i")
        program = print_graph(Graph((x,), (node,)))
    assert "'" not in program.text
    assert set(program.bound) == {"einsum"}


def test_an_unspecified_function_is_called_by_name() -> None:
    text = printed(lambda x, y: generic("f")(x) * generic("eval", 1)(y), (), (), name="L")
    assert body(text) == ["return f(x) * eval_prime(y)"]
    assert "# f is not written out here" in text


def doubled_kernel(xp: Library, x: Any) -> Any:
    return x + x


def same_type(x: Any) -> Any:
    return x


@pytest.mark.parametrize("code", ["np.doubled({0})", "eval({0})", "{0}.__class__({0})", "{0}; {0}", "{0", "{1}"])
def test_an_op_from_elsewhere_is_bound_when_its_code_is_not_plain(code: str) -> None:
    doubled = Op(
        "doubled", doubled_kernel, same_type, Flat("a test"), Notation(Form("{0}"), Form("{0}"), Form(code)),
        Role.STOPS, Domain(()),
    )  # fmt: skip
    with open_recording():
        x = input_node((), FLOAT)
        program = print_graph(Graph((x,), (doubled(x),)))
    assert "return doubled(x1)" in program.text
    assert load(program)(np.float64(2.0)) == 4.0


def test_a_graph_that_misses_an_input_is_refused() -> None:
    with open_recording():
        x, y = input_node((), FLOAT), input_node((), FLOAT)
        with pytest.raises(chainrule.errors.TraceError, match="none of its inputs"):
            print_graph(Graph((x,), (x * y,)))


def test_outputs_that_are_inputs_constants_or_absent() -> None:
    with open_recording():
        x = input_node((), FLOAT)
        assert body(print_graph(Graph((x,), (x, x))).text) == ["return x1, x1"]
        assert body(print_graph(Graph((x,), ())).text) == ["return ()"]
        assert body(print_graph(Graph((x,), (ops.exp(x) * 0 + x,)), bare=False).text)[-1].endswith(",)")


def test_a_chain_of_100_000_steps_prints() -> None:
    with open_recording():
        x = y = input_node((), FLOAT)
        for step in range(50_000):
            y = np.tanh(y) * (1.0 + step % 3)
        text = print_graph(Graph((x,), (y,))).text
    assert text.count("np.tanh") == 50_000


def test_a_sum_of_10_000_terms_runs() -> None:
    with open_recording():
        x = input_node((), FLOAT)
        total = x
        for step in range(10_000):
            total = total + x * float(step)
        graph = Graph((x,), (total,))
        assert load(print_graph(graph))(np.float64(1.0)) == EXECUTORS["walk"](graph, "f")(np.float64(1.0))[0]


def test_ten_thousand_pieces_are_joined_in_one_call() -> None:
    with open_recording():
        x = input_node((10_000,), FLOAT)
        graph = Graph((x,), (np.stack([x[place] * 2.0 for place in range(10_000)]),))
        program = print_graph(graph)
    assert max(map(len, program.text.splitlines())) <= 120
    assert load(program)(np.arange(10_000.0))[-1] == 2 * 9999.0
