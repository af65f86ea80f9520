"""The command line as a user meets it: what it prints, what it returns, and how it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from chainrule.apps.cli import main

W = "W=[[0.1,0.5],[-0.3,0.8]]"
X = "x=[0.2,0.4]"


def run(*words):
    return CliRunner().invoke(main, list(words))


def output(*words):
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def as_json(*words):
    return json.loads(output(*words, "--format", "json"))


def refused(*words):
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.mark.parametrize(
    "formula",
    [
        "f = (x + y) * z",
        "f = (x+y)z",
        "$f(x,y,z) = (x+y)z$",
        r"f(x, y, z) = \left(x + y\right) \cdot z",
        "q = x + y\nf = q z",
        "q = x + y; f = qz",
    ],
)
def test_one_graph_however_it_is_written(formula):
    found = as_json("explain", formula, "--at", "x=-2,y=5,z=-4")
    assert found["order"] == ["x", "y", "z", "q", "f"]
    assert [row["value"] for row in found["forward"]] == [-2, 5, -4, 3, -12]
    assert found["gradients"] == {"x": -4, "y": -4, "z": 3}
    lines = {line["symbol"]: line["value"] for line in found["backward"]}
    assert lines == {"f": 1, "q": -4, "z": 3, "x": -4, "y": -4}


def test_every_term_is_upstream_times_local():
    found = as_json("explain", "f = (x + y) z", "--at", "x=-2,y=5,z=-4")
    for line in found["backward"]:
        for term in line["terms"]:
            assert term["upstream"] * term["local"] == term["value"]
        assert not line["terms"] or sum(term["value"] for term in line["terms"]) == line["value"]


def test_a_reused_node_sums_its_operands():
    (line,) = [line for line in as_json("explain", "y = x*x", "--at", "x=3")["backward"] if line["symbol"] == "x"]
    assert [term["value"] for term in line["terms"]] == [3, 3]
    assert line["value"] == 6


def test_the_paths_of_a_skip_connection_add_up():
    found = as_json(
        "explain",
        "z_0 = w_0 x; h_0 = relu(z_0); z_1 = w_1 h_0; h_1 = relu(z_1); z_2 = w_2 h_1 + w_3 h_0; L = (z_2 - y)^2 / 2",
        "--at", "x=2,y=5,w_0=1.5,w_1=0.5,w_2=2,w_3=1", "--wrt", "h_0,w_0,w_1,w_2,w_3",
    )  # fmt: skip
    assert found["gradients"] == {"h_0": 2, "w_0": 4, "w_1": 6, "w_2": 1.5, "w_3": 3}
    assert sorted(path["value"] for path in found["paths"]["h_0"]) == [1, 1]
    for path in found["paths"]["h_0"]:
        assert np.prod(path["factors"]) == path["value"]


def test_one_entry_of_a_matrix_counts_from_one():
    found = as_json(
        "explain", "a_1 = W_1 x; h_1 = sigmoid(a_1); a_2 = W_2 h_1; yhat = softmax(a_2); L = ||yhat - y||^2",
        "--at", "W_1=[[0.1,0.3,0.8,-0.4],[-0.3,-0.2,0.5,0.5],[-0.3,0,0.5,0.4],[0.2,0.5,-0.9,0.7]]",
        "--at", "W_2=[[0.5,0.8,0.2,0.4],[0.5,0.2,0.3,-0.5]]", "--at", "x=[2,5,3,3], y=[1,0]", "--wrt", "W_2[1,2]",
    )  # fmt: skip
    assert found["gradients"]["W_2[1,2]"] == pytest.approx(-0.130377, abs=5e-7)
    assert len(found["paths"]["W_2[1,2]"]) == 2


def test_directional_derivatives_and_their_duality():
    assert "[1.1, 1.3]" in output("grad", "q = W x", "--at", W, "--at", "x=[0,0]", "--jvp", "x=[1,2]")
    assert "[0.4, -0.3]" in output("grad", "q = W x", "--at", W, "--at", "x=[0,0]", "--vjp", "[1,-1]")


def test_second_derivatives():
    assert "[[0.2, -0.38], [-0.38, 1.78]]" in output(
        "grad", "f=||Wx||^2", "--at", W, "--at", X, "--hessian", "--wrt", "x"
    )
    assert "[-0.56, 3.18]" in output("grad", "f = ||W x||^2", "--at", W, "--at", X, "--hvp", "x=[1,2]")


def test_a_written_order_is_judged():
    words = ("explain", "q = x + y; f = q z", "--check-order")
    assert run(*words, "x,y,z,q,f").exit_code == 0
    wrong = run(*words, "x, q, y, z, f")
    assert wrong.exit_code == 1
    assert "q stands before y" in wrong.output


BATCH = """
n_1^1 = w_1^1 x_1^1;  n_2^1 = w_2^1 x_2^1;  o^1 = n_1^1 + n_2^1;  z^1 = W_1^2 o^1;  t^1 = z^1 - y^1;  l^1 = (t^1)^2
n_1^2 = w_1^1 x_1^2;  n_2^2 = w_2^1 x_2^2;  o^2 = n_1^2 + n_2^2;  z^2 = W_1^2 o^2;  t^2 = z^2 - y^2;  l^2 = (t^2)^2
PreL = l^1 + l^2;  L = PreL / 2
"""
WRITTEN_ORDER = (
    "x_1^1, w_1^1, n_1^1, x_2^1, w_2^1, n_2^1, o_1^1, w_1^1, z_1^1, y_1^1, t_1^1, l_1^1, "
    "x_2^2, n_1^2, x_2^2, n_2^2, o_2^2, z_2^2, y_2^1, t_2^2, l_2^2, PreL, L"
)
CORRECTED_ORDER = (
    "x_1^1, w_1^1, n_1^1, x_2^1, w_2^1, n_2^1, o^1, W_1^2, z^1, y^1, t^1, l^1, "
    "x_1^2, n_1^2, x_2^2, n_2^2, o^2, z^2, y^2, t^2, l^2, PreL, L"
)


def test_an_order_from_a_page_of_notes_is_repaired():
    """A student's order of a batch of two: two symbols stand twice, two are missing, the rest is misspelt."""
    result = run("explain", BATCH, "--check-order", WRITTEN_ORDER)
    assert result.exit_code == 1
    assert "w_1^1 stands more than once (positions 2, 8)" in result.output
    assert "x_2^2 stands more than once (positions 13, 15)" in result.output
    assert "missing: W_1^2, x_1^2" in result.output
    assert f"corrected: {CORRECTED_ORDER}" in result.output


def test_a_function_in_a_file(tmp_path):
    file = tmp_path / "model.py"
    file.write_text("import numpy as np\n\ndef loss(W, x):\n    q = W @ x\n    return np.sum(q ** 2)\n")
    found = as_json("explain", f"{file}:loss", "--at", W, "--at", X)
    np.testing.assert_allclose(found["gradients"]["x"], [-0.112, 0.636])
    assert found["order"][2] == "q"
    assert "did you mean loss" in refused("explain", f"{file}:lossy", "--at", W)
    assert "no value for x" in refused("explain", f"{file}:loss", "--at", W)
    symbols = output("explain", f"{file}:loss", "--shapes", "W: m n, x: n")
    assert "(m, n)" in symbols


def test_values_from_files(tmp_path):
    np.savez(tmp_path / "data.npz", W=np.array([[0.1, 0.5], [-0.3, 0.8]]), x=np.array([0.2, 0.4]))
    found = as_json("grad", "f = ||W x||^2", "--at", str(tmp_path / "data.npz"))
    np.testing.assert_allclose(found["df/dx"], [-0.112, 0.636])


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html", "json"])
def test_every_format_is_printed(form):
    assert output("explain", "f = (x + y) z", "--at", "x=-2,y=5,z=-4", "--format", form).strip()


def test_output_goes_to_a_file(tmp_path):
    target = tmp_path / "worked.html"
    assert output("explain", "f = x^2", "--at", "x=3", "--format", "html", "-o", str(target)) == ""
    assert "<html" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        (("f = x + sigmod(y)", "--at", "x=1,y=2"), ["sigmod", "sigmoid", "column 9"]),
        (("f = loss + los", "--at", "loss=1"), ["los"]),
        (("f = ||W x||^2", "--at", W, "--at", "x=[1,2,3]"), ["(2, 2)", "(3,)"]),
        (("f = foo(x)", "--at", "x=1"), ["foo"]),
        (("f = (x + y * z", "--at", "x=1,y=1,z=1"), ["column 5", "^"]),
        (("9^9^9^9",), ["exponent", "column"]),
        (("(" * 10_000 + "x" + ")" * 10_000,), ["nested", "column"]),
        (("f = x y", "--at", "x=1,y="), ["y"]),
        (("f = x y", "--at", "x=1"), ["y"]),
        (("q = W x", "--at", W, "--at", X), ["shape (2,)", "one number"]),
        (("f = x^2", "--at", "x=3", "--wrt", "z"), ["z", "expected"]),
        (("f = ||x||^2", "--at", "x=[1,2]", "--wrt", "x[3]"), ["x[3]", "(2,)"]),
        (("",), ["expected"]),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_its_place(words, pieces):
    message = refused("explain", *words)
    for piece in pieces:
        assert piece in message


def test_a_line_of_ten_megabytes_is_refused_at_once(tmp_path):
    # The longest argument that the system passes to a process is shorter, so the command is called in place.
    message = refused("explain", "f = x" + " + x" * 2_500_000)
    assert "characters" in message
    assert len(message) < 2_000


def test_help_needs_no_numpy():
    code = "import sys; from chainrule.apps import cli; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_code_of_sizes_that_are_letters_is_refused() -> None:
    """The gradient of a mean holds 1/n: code for the stand-in of a letter would be wrong for every other size."""
    done = CliRunner().invoke(main, ["source", "f = mean(x^2)", "--shapes", "x: n"])
    assert done.exit_code != 0
    assert "letters (n)" in done.output
    assert "chainrule derive" in done.output


def test_code_of_a_function_that_branches_on_values_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "branching.py"
    file.write_text("def f(x):\n    return x * 2 if x > 0 else x\n", "utf-8")
    done = CliRunner().invoke(main, ["source", f"{file}:f", "--at", "x=3"])
    assert done.exit_code != 0
    assert "np.where" in done.output


def test_laws_are_printed_as_numpy_alone() -> None:
    done = CliRunner().invoke(main, ["source", "f = x^2", "--at", "x=3", "--laws", "--to", "c"])
    assert done.exit_code == 2
    assert "--laws prints NumPy code" in done.output
