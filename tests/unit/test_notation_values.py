"""Values and shapes as they are given: text, files, tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from chainrule.errors import LimitError, ParseError, TextSpan
from chainrule.notation import parse
from chainrule.notation.shapes import concrete_shapes, read_shapes
from chainrule.notation.values import read_value, read_values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x=-2, y=5, z=-4", {"x": -2.0, "y": 5.0, "z": -4.0}),
        ("x=-2,y=5\nz=1", {"x": -2.0, "y": 5.0, "z": 1.0}),
        ("W=[[0.1,0.5],[-0.3,0.8]]", {"W": [[0.1, 0.5], [-0.3, 0.8]]}),
        ("x=[1 2 3]", {"x": [1, 2, 3]}),
        ("x=[1 -2]", {"x": [1, -2]}),
        ("x=(1,2)", {"x": [1, 2]}),
        ("A=[1 2; 3 4]", {"A": [[1, 2], [3, 4]]}),
        (r"A=\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", {"A": [[1, 2], [3, 4]]}),
        ("x=1/3", {"x": 1 / 3}),
        ("x=2^-1", {"x": 0.5}),
        ("x=sqrt(4)", {"x": 2.0}),
        ("x=[1/2, pi]", {"x": [0.5, np.pi]}),
        ("x=1e-3", {"x": 0.001}),
        ("x=inf, y=-inf", {"x": np.inf, "y": -np.inf}),
        ("x=[1, nan]", {"x": [1, np.nan]}),
        ("w_1^1=0.5, W_1^2=2", {"w_1^1": 0.5, "W_1^2": 2.0}),
        ("yhat_1=1", {"yhat_1": 1.0}),
        (r"\hat{y}=1", {"yhat": 1.0}),
        ("z^(2)=1, W^[1]=2", {"z^(2)": 1.0, "W^[1]": 2.0}),
        ("f=sigmoid", {"f": "sigmoid"}),
        ("g_0=ReLU, x=1", {"x": 1.0, "g_0": "relu"}),
        ("", {}),
    ],
)  # fmt: skip
def test_text(text: str, expected: dict[str, object]) -> None:
    found = read_values(text)
    assert set(found) == set(expected)
    for name, wanted in expected.items():
        if isinstance(wanted, str):
            assert found[name] == wanted
        else:
            assert_array_equal(found[name], wanted)
            assert found[name].dtype == np.float64


def test_several_texts_and_the_later_one_counts() -> None:
    assert dict(read_values(["x=1, y=2", "x=3"])) == {"x": 3.0, "y": 2.0}


def test_a_table_of_arrays() -> None:
    found = read_values({"x": [1, 2], "f": "tanh", "A": np.eye(2, dtype=int)})
    assert found["f"] == "tanh"
    assert found["A"].dtype == np.float64
    assert read_values(found) is found


def test_what_a_caller_changes_later_changes_nothing() -> None:
    x = np.ones(2)
    parsed = parse("f = x^T x", values={"x": x})
    x[:] = 7
    assert float(parsed.graph.outputs[0].value) == 2.0


def test_one_value() -> None:
    assert_array_equal(read_value(" [1, -1] "), [1, -1])
    with pytest.raises(ParseError):
        read_value(" ")


@pytest.mark.parametrize(
    ("text", "column", "given"),
    [
        ("x=1, y=", 6, "no value for y"),
        ("x=, y=3", 1, "no value for x"),
        ("x=1,2", 5, "'2'"),
        ("=3", 1, "a value without a name"),
        ("x=abc", 3, "the word abc"),
        ("x=y+1", 3, "the name y"),
        ("x=[1, 2", 3, "the bracket ["),
        ("x=[[1,2],[3]]", 1, "a value of x that is not made of numbers"),
        ("x=[]", 1, "an empty array for x"),
        ("x=__import__('os')", 3, "'_'"),
        ("1+=2", 1, "'1+'"),
    ],
)
def test_what_is_no_value_is_pointed_at(text: str, column: int, given: str) -> None:
    with pytest.raises(ParseError) as caught:
        read_values(text)
    assert caught.value.given.startswith(given)
    assert caught.value.column == column


@pytest.mark.parametrize("text", ["x=9^9^9^9", "x=" + "[" * 10_000, "x=1e999", "x=" + "1," * 150_000])
def test_bounds(text: str) -> None:
    with pytest.raises((LimitError, ParseError)) as caught:
        read_values(text)
    assert isinstance(caught.value.place, TextSpan)


# Files ------------------------------------------
def test_an_archive_of_arrays(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, x=np.array([1, 2]), unused=np.zeros(3))
    assert float(parse("f = x^T x", values=str(path)).graph.outputs[0].value) == 5.0


def test_one_array_and_json(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([1.0, 2.0]))
    (tmp_path / "more.json").write_text(json.dumps({"y": 3, "A": [[1, 2]]}))
    found = read_values([f"x={tmp_path / 'x.npy'}", str(tmp_path / "more.json")])
    assert_array_equal(found["x"], [1, 2])
    assert found["y"] == 3.0
    assert found["A"].shape == (1, 2)


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "evil.npz"
    np.savez(path, x=np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(ParseError, match="holds no plain arrays"):
        read_values(str(path))


@pytest.mark.parametrize("name", ["missing.npz", "text.npz", "text.json", "text.npy"])
def test_files_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    if not name.startswith("missing"):
        (tmp_path / name).write_text("hello")
    with pytest.raises(ParseError, match=f"the file .*{name}"):
        read_values(f"x={tmp_path / name}" if name.endswith(".npy") else str(tmp_path / name))


# Shapes ------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W: m n, x: n", {"W": ("m", "n"), "x": ("n",)}),
        ("W: (2 3)", {"W": (2, 3)}),
        ("W: 4 x 2; b: 4; c:", {"W": (4, 2), "b": (4,), "c": ()}),
        ("W: m×n", {"W": ("m", "n")}),
        ("W_1: n_1 n_0", {"W_1": ("n_1", "n_0")}),
    ],
)
def test_declared_shapes(text: str, expected: dict[str, tuple[object, ...]]) -> None:
    assert read_shapes(text) == expected


@pytest.mark.parametrize("text", ["W m n", "W: m+n", "W: -1", "1+: n"])
def test_what_is_no_shape(text: str) -> None:
    with pytest.raises(ParseError):
        read_shapes(text)


@pytest.mark.parametrize("text", ["W: 1000000000000", "W: 0"])
def test_sizes_are_bounded(text: str) -> None:
    with pytest.raises(LimitError):
        read_shapes(text)


def test_letters_get_numbers_that_differ() -> None:
    shapes, letters = concrete_shapes("W: m n, x: n, b: 2")
    assert shapes["W"][1] == shapes["x"][0]
    assert len({*shapes["W"], 2}) == 3
    assert letters == {shapes["W"][0]: "m", shapes["W"][1]: "n"}


INFERRED = [
    ("f = (x + y) z", "", {"x": (), "y": (), "z": ()}),
    ("z = W x + b; L = (z - y)^2", "", {"W": (), "x": (), "b": (), "y": ()}),
    ("||W x||^2", "", {"W": ("n", "m"), "x": ("m",)}),
    ("z = W x + b", "W: m n", {"W": ("m", "n"), "x": ("n",), "b": ("m",)}),
    ("x^T A x", "", {"x": ("n",), "A": ("n", "n")}),
    ("tr(A X)", "", {"A": ("n", "m"), "X": ("m", "n")}),
    ("||B - U V||_F^2", "", {"B": ("n", "m"), "U": ("n", "p"), "V": ("p", "m")}),
    ("s = softmax(W x + b)", "", {"W": ("n", "m"), "x": ("m",), "b": ("n",)}),
    ("yhat = sigma(w^T x + b)", "", {"w": ("n",), "x": ("n",), "b": ()}),
    ("E = ||y - X w||^2 + lambda ||w||^2", "", {"y": ("n",), "X": ("n", "m"), "w": ("m",), "lambda": ()}),
    ("L = sum_{i=1}^2 (y_i - x_i)^2", "", {"y": (2,), "x": (2,)}),
    (r"J = \frac1m \sum_{i=1}^m (w x_i - y_i)^2", "", {"w": (), "x": ("m",), "y": ("m",)}),
    ("q_k = sum_j W_kj x_j", "", {"W": ("n", "m"), "x": ("m",)}),
    (r"W \in \mathbb{R}^{m \times n}, f = \|W x\|^2", "", {"W": ("m", "n"), "x": ("n",)}),
    ("np.sum(np.tanh(W @ x))", "", {"W": ("n", "m"), "x": ("m",)}),
]


@pytest.mark.parametrize(("text", "shapes", "expected"), INFERRED, ids=[text for text, _, _ in INFERRED])
def test_inferred_shapes(text: str, shapes: str, expected: dict[str, tuple[object, ...]]) -> None:
    parsed = parse(text, shapes=shapes or None)
    assert parsed.shapes == expected
    for name, shape in expected.items():
        said = any(reading.written == name for reading in parsed.readings)
        assert said == (shape != () and f"{name}:" not in shapes and f"{name} \\in" not in text)
